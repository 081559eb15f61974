"""Headers of GGUF files: what is read from them, and what is refused before anything loads."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from app.errors import WeightsDamaged, WeightsMissing
from app.llm.gguf import header

STRING, ARRAY, U32, I32 = 8, 9, 4, 5
NORMAL, CONTROL, USER_DEFINED = 1, 3, 4


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def strings(*values: str) -> bytes:
    return struct.pack("<IQ", STRING, len(values)) + b"".join(map(text, values))


def numbers(*values: int) -> bytes:
    return struct.pack("<IQ", I32, len(values)) + struct.pack(f"<{len(values)}i", *values)


def key(name: str, kind: int, value: bytes) -> bytes:
    return text(name) + struct.pack("<I", kind) + value


KEYS = (
    key("general.architecture", STRING, text("qwen2")),
    key("general.alignment", U32, struct.pack("<I", 32)),
    key("tokenizer.chat_template", STRING, text("{{ hostile.__class__ }}")),
    key("tokenizer.ggml.tokens", ARRAY, strings("the", "<|im_start|>", "<tool_call>", "\n")),
    key("tokenizer.ggml.token_type", ARRAY, numbers(NORMAL, CONTROL, USER_DEFINED, CONTROL)),
)


def a_model(
    path: Path,
    *,
    magic: bytes = b"GGUF",
    version: int = 3,
    tensors: int = 1,
    keys: tuple[bytes, ...] = KEYS,
    dimensions: tuple[int, ...] = (4, 8),
    content: int = 4 * 8 * 4,
) -> Path:
    """A model of one float32 tensor."""
    body = magic + struct.pack("<IQQ", version, tensors, len(keys)) + b"".join(keys)
    body += text("weight") + struct.pack("<I", len(dimensions)) + struct.pack(f"<{len(dimensions)}Q", *dimensions)
    body += struct.pack("<IQ", 0, 0)
    path.write_bytes(body + bytes(-len(body) % 32) + bytes(content))
    return path


def test_special_tokens_and_template_are_read(tmp_path: Path):
    found = header(a_model(tmp_path / "m.gguf"))

    assert found.architecture == "qwen2"
    assert found.special_tokens == ("<|im_start|>", "<tool_call>")
    assert found.template == "chatml"


@pytest.mark.parametrize(
    ("token", "template"),
    [("<|start_header_id|>", "llama3"), ("<start_of_turn>", "gemma"), ("<|end|>", "phi3"), ("<other>", "chatml")],
)
def test_the_template_is_chosen_by_the_tokens_and_never_taken_from_the_file(tmp_path: Path, token: str, template: str):
    keys = (
        *KEYS[:3],
        key("tokenizer.ggml.tokens", ARRAY, strings("the", token)),
        key("tokenizer.ggml.token_type", ARRAY, numbers(NORMAL, CONTROL)),
    )

    assert header(a_model(tmp_path / "m.gguf", keys=keys)).template == template


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"magic": b"PK\x03\x04"}, "does not begin with GGUF"),
        ({"version": 99}, "version 99 is not known"),
        ({"tensors": 2**60}, "claims 1,152,921,504,606,846,976 tensors"),
        ({"tensors": 0}, "claims 0 tensors"),
        ({"tensors": 50}, "truncated|cut off"),
        ({"dimensions": (1,) * 5}, "a tensor of 5 dimensions"),
        ({"dimensions": (2**40, 2**20)}, "truncated"),
        ({"content": 100}, "truncated: "),
        ({"keys": KEYS[:3]}, "holds no language model"),
        ({"keys": (*KEYS, key("x", ARRAY, struct.pack("<IQ", ARRAY, 9)))}, "nests arrays"),
        ({"keys": (*KEYS, key("x", ARRAY, struct.pack("<IQ", STRING, 2**62)))}, "truncated"),
        ({"keys": (*KEYS, key("x", ARRAY, struct.pack("<IQ", U32, 2**62)))}, "truncated"),
        ({"keys": (*KEYS, key("x", 77, b""))}, "cut off or garbled"),
        ({"keys": (*KEYS, key("general.alignment", U32, struct.pack("<I", 0)))}, "an alignment of 0"),
    ],
)
def test_a_file_that_cannot_be_a_model_is_refused_with_the_reason(tmp_path: Path, change: dict[str, object], reason: str):
    path = a_model(tmp_path / "m.gguf", **change)  # type: ignore[arg-type]  # the cases name the arguments

    with pytest.raises(WeightsDamaged, match=reason) as refusal:
        header(path)

    assert str(refusal.value).startswith("m.gguf is not a whole GGUF model file: ")
    assert refusal.value.hint


@pytest.mark.parametrize("kept", [0, 3, 10, 30, 100, 200, 300])
def test_a_file_cut_anywhere_is_refused(tmp_path: Path, kept: int):
    path = a_model(tmp_path / "m.gguf")
    path.write_bytes(path.read_bytes()[:kept])

    with pytest.raises(WeightsDamaged):
        header(path)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(WeightsMissing, match="nowhere"):
        header(tmp_path / "nowhere.gguf")
