"""What the header of a GGUF file says, checked before anything loads the file."""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path

from app.errors import WeightsDamaged, WeightsMissing

# Far above any real model; a damaged or hostile header names billions.
_MOST_TENSORS = 100_000
_MOST_KEYS = 100_000
_MOST_DIMENSIONS = 4

_STRING, _ARRAY = 8, 9
_FIXED = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}

# Values and bytes per block of the tensor types in common use (ggml.h); of others only the start is checked.
_BLOCKS = {
    0: (1, 4),
    1: (1, 2),
    2: (32, 18),
    3: (32, 20),
    6: (32, 22),
    7: (32, 24),
    8: (32, 34),
    10: (256, 84),
    11: (256, 110),
    12: (256, 144),
    13: (256, 176),
    14: (256, 210),
    30: (1, 2),
}

_CONTROL, _USER_DEFINED = 3, 4  # kinds of token that a tokenizer recognises inside plain text

# llama.cpp's own templates, each by a token that only its models have. The template in a file is a program: not run.
_TEMPLATES = (
    ("<|im_start|>", "chatml"),
    ("<|start_header_id|>", "llama3"),
    ("<start_of_turn>", "gemma"),
    ("<|end|>", "phi3"),
    ("[INST]", "mistral-v7"),
)


@dataclass(frozen=True)
class Header:
    """What is used of a header: the special tokens that text must not contain, and the chat template to apply."""

    architecture: str
    special_tokens: tuple[str, ...]
    template: str


def header(path: Path) -> Header:
    """The checked header of a GGUF file.

    Raises `WeightsMissing` when there is no such file, `WeightsDamaged` when it is something else, truncated, or
    claims what cannot be.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return _parsed(content)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise WeightsMissing(f"There is no model file {path}.", hint="Check the path in ROLEWISE_LLM.") from error
    except (OSError, ValueError, KeyError, struct.error) as error:
        raise WeightsDamaged(
            f"{path.name} is not a whole GGUF model file: {_reason(error)}.",
            hint="Fetch the file again, or leave ROLEWISE_LLM unset to use the default model.",
        ) from error


class _Nonsense(ValueError):
    """The header claims what cannot be; the message says what."""


def _reason(error: Exception) -> str:
    if isinstance(error, _Nonsense):
        return str(error)
    return "it is empty" if isinstance(error, ValueError) else "its header is cut off or garbled"


class _Reader:
    """A cursor over the header that refuses to leave the file."""

    def __init__(self, content: mmap.mmap) -> None:
        self.content = content
        self.at = 0

    def take(self, size: int) -> bytes:
        if size > len(self.content) - self.at:
            raise _Nonsense("it is truncated")
        self.at += size
        return self.content[self.at - size : self.at]

    def number(self, code: str) -> int:
        (value,) = struct.unpack(f"<{code}", self.take(struct.calcsize(f"<{code}")))
        return int(value)

    def text(self) -> str:
        return self.take(self.number("Q")).decode("utf-8", "replace")

    def skip(self, kind: int) -> None:
        """Step over one value."""
        if kind == _STRING:
            self.take(self.number("Q"))
        elif kind == _ARRAY:
            inner, count = self.number("I"), self.number("Q")
            if inner == _ARRAY:
                raise _Nonsense("its header nests arrays")
            if inner == _STRING:
                for _ in range(count):
                    self.take(self.number("Q"))
            else:
                self.take(count * struct.calcsize(_FIXED[inner]))
        else:
            self.take(struct.calcsize(_FIXED[kind]))

    def texts(self) -> list[str]:
        """An array of strings."""
        if self.number("I") != _STRING:
            raise _Nonsense("its list of tokens holds no texts")
        return [self.text() for _ in range(self.number("Q"))]

    def numbers(self) -> tuple[int, ...]:
        """An array of 32-bit numbers."""
        if _FIXED[self.number("I")] not in "Ii":
            raise _Nonsense("its list of token kinds holds no numbers")
        count = self.number("Q")
        return struct.unpack(f"<{count}i", self.take(4 * count))


def _parsed(content: mmap.mmap) -> Header:
    reader = _Reader(content)
    if reader.take(4) != b"GGUF":
        raise _Nonsense("it does not begin with GGUF")
    version, tensors, keys = reader.number("I"), reader.number("Q"), reader.number("Q")
    if version not in (2, 3):
        raise _Nonsense(f"its version {version} is not known")
    if not 0 < tensors <= _MOST_TENSORS or not 0 < keys <= _MOST_KEYS:
        raise _Nonsense(f"it claims {tensors:,} tensors and {keys:,} keys")
    architecture, alignment, tokens, kinds = "", 32, list[str](), tuple[int, ...]()
    for _ in range(keys):
        key, kind = reader.text(), reader.number("I")
        if (key, kind) == ("general.architecture", _STRING):
            architecture = reader.text()
        elif key == "general.alignment" and kind in (4, 5):
            alignment = reader.number("I")
        elif (key, kind) == ("tokenizer.ggml.tokens", _ARRAY):
            tokens = reader.texts()
        elif (key, kind) == ("tokenizer.ggml.token_type", _ARRAY):
            kinds = reader.numbers()
        else:
            reader.skip(kind)
    if not architecture or not tokens:
        raise _Nonsense("it holds no language model")
    _check_tensors(reader, tensors, alignment)
    special = tuple(
        token
        for token, kind in zip(tokens, kinds, strict=False)
        if kind in (_CONTROL, _USER_DEFINED) and len(token) > 1 and not token.isspace()
    )
    template = next((name for token, name in _TEMPLATES if token in special), "chatml")
    return Header(architecture, special, template)


def _check_tensors(reader: _Reader, tensors: int, alignment: int) -> None:
    if alignment <= 0 or alignment > 2**20:
        raise _Nonsense(f"it claims an alignment of {alignment:,}")
    end = 0
    for _ in range(tensors):
        reader.text()
        dimensions = reader.number("I")
        if dimensions > _MOST_DIMENSIONS:
            raise _Nonsense(f"it claims a tensor of {dimensions:,} dimensions")
        values = 1
        for _ in range(dimensions):
            values *= reader.number("Q")
        kind, offset = reader.number("I"), reader.number("Q")
        per_block, block = _BLOCKS.get(kind, (1, 0))
        end = max(end, offset + values // per_block * block)
    start = -(-reader.at // alignment) * alignment
    if start + end > len(reader.content):
        raise _Nonsense(f"it is truncated: {len(reader.content):,} of {start + end:,} bytes")
