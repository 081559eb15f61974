"""What a statement speaks of in the place where it stands: MiniLM with layers that were trained on whole descriptions.

"Nobody." or a row of a table says little alone; here each statement is read together with those around it.
`tools/train_reader.py` makes the file that is read here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.knowledge.layers import Layers

WINDOW = 190  # tokens that are read at once; the model was trained on windows of this length
LONGEST = 100  # tokens of one statement; what is longer is cut
TOGETHER = 8  # windows that go through the layers in one step
LENGTH = 8.0  # of a statement's vector before the last step, as in training
MADE_BY = "tools/train_reader.py"


class ContextualReader:
    """Reads all statements of one text together. Not safe to share between threads: its caller holds a lock."""

    def __init__(self, path: Path, folder: Callable[[], Path]) -> None:
        self._layers = Layers(path, folder, MADE_BY)

    def logits(self, statements: Sequence[str]) -> tuple[tuple[str, ...], npt.NDArray[np.float32]]:
        """The labels, and a logit for each statement and label, shape (len(statements), labels).

        Raises CorpusError if the file of changes cannot be read, and WeightsMissing if MiniLM is not there.
        """
        trained, tokenizer = self._layers.open()
        found = np.zeros((len(statements), len(trained.labels)), np.float32)
        tokens = tokens_of(tokenizer, statements)
        windows = list(windows_of([len(t) for t in tokens]))
        for at in range(0, len(windows), TOGETHER):
            some = windows[at : at + TOGETHER]
            states = self._layers.states([[tokenizer.cls_token_id, *(i for n in window for i in tokens[n])] for window in some])
            for line, window in enumerate(some):
                start = 1
                for n in window:
                    vector = states[line, start : start + max(len(tokens[n]) - 1, 1)].mean(0)
                    found[n] = trained.weight @ (LENGTH * vector / max(float(np.linalg.norm(vector)), 1e-12)) + trained.bias
                    start += len(tokens[n])
        return trained.labels, found


def tokens_of(tokenizer: Any, statements: Sequence[str]) -> list[list[int]]:  # Any: transformers ships no types for it
    """The tokens of each statement, at most 100, with a separator behind them."""
    rows = tokenizer(list(statements), add_special_tokens=False, truncation=True, max_length=LONGEST)["input_ids"]
    return [[*row, tokenizer.sep_token_id] for row in rows]


def windows_of(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Neighbouring statements, by number, of at most 190 tokens together; a statement is never cut in two."""
    window: list[int] = []
    held = 0
    for n, length in enumerate(lengths):
        if window and held + length > WINDOW:
            yield window
            window, held = [], 0
        window.append(n)
        held += length
    if window:
        yield window
