"""The seam: what SQLAlchemy, SQLite and the file system raise, as one sentence and what to do about it."""

from __future__ import annotations

import errno

from app.errors import StoreError

_FULL = (
    "The disk is full, so nothing was stored.",
    "Free some space, or delete conversations that are no longer needed.",
)
_BUSY = (
    "The conversations are in use by another program.",
    "Try again in a moment; if it stays so, look for a second Rolewise or a backup that is running.",
)
_READ_ONLY = (
    "The conversations cannot be written: their file or folder is read-only.",
    "Give this user the right to write there, or set ROLEWISE_DATA to another folder.",
)
_NO_ENTRY = (
    "The file of the conversations cannot be opened.",
    "Check that its folder exists and that this user may write there, or set ROLEWISE_DATA to another folder.",
)
_DAMAGED = (
    "The file of the conversations is damaged.",
    "Move it aside to start afresh, or put a backup in its place; `rolewise data where` names it.",
)
_DISK = (
    "The disk does not let the conversations be read or written.",
    "Check the disk; nothing of the last step was stored.",
)
_SERVER = (
    "The database of the conversations does not answer.",
    "Check that it runs, and that ROLEWISE_STORE_URL names it rightly.",
)
_OTHER = (
    "The conversations could not be read or written.",
    "Run `rolewise doctor`, and look into the log.",
)
_BY_SQLITE_NAME = {
    "FULL": _FULL,
    "BUSY": _BUSY,
    "LOCKED": _BUSY,
    "PROTOCOL": _BUSY,
    "READONLY": _READ_ONLY,
    "CANTOPEN": _NO_ENTRY,
    "PERM": _NO_ENTRY,
    "AUTH": _NO_ENTRY,
    "CORRUPT": _DAMAGED,
    "NOTADB": _DAMAGED,
    "FORMAT": _DAMAGED,
    "IOERR": _DISK,
}
_BY_ERRNO = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _NO_ENTRY,
    errno.EPERM: _NO_ENTRY,
    errno.ENOTDIR: _NO_ENTRY,
    errno.EISDIR: _NO_ENTRY,
    errno.EEXIST: _NO_ENTRY,
    errno.EIO: _DISK,
}


def store_error(error: Exception) -> StoreError:
    """The error to raise in place of a foreign one; its words never hold a parameter, a path or a password."""
    cause = getattr(error, "orig", None) or error
    name = getattr(cause, "sqlite_errorname", None)
    if name:
        # extended names add a detail: SQLITE_IOERR_WRITE
        return StoreError(*_BY_SQLITE_NAME.get(name.split("_")[1], _OTHER))
    if isinstance(cause, OSError):
        return StoreError(*_BY_ERRNO.get(cause.errno or 0, _DISK))
    if type(error).__name__ in ("OperationalError", "InterfaceError", "TimeoutError", "DisconnectionError"):
        return StoreError(*_SERVER)
    return StoreError(*_OTHER)
