"""MiniLM with trained layers: what training changed is kept in one small file, and added to the model that is there anyway."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.coaching.ports import Vectors
from app.errors import CorpusError

STEPS = 127  # a changed weight is kept as a whole number of steps of its row
# What numpy and torch raise for a file that is absent, cut short, altered or made for another model.
UNREADABLE = (OSError, EOFError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class Trained:
    """What training changed: `changes` to weights of the layers by name, and the last step to labels.

    `weight` has a row for each label, as long as what the last step reads.
    """

    labels: tuple[str, ...]
    weight: Vectors
    bias: Vectors
    changes: Mapping[str, Vectors]


class Layers:
    """The model with its changes, opened at the first use: importing torch takes seconds. Not safe to share between threads.

    `folder` is asked for the (verified) place of MiniLM; `mended_by` names what makes the file anew.
    """

    def __init__(self, path: Path, folder: Callable[[], Path], mended_by: str) -> None:
        self._path = path
        self._folder = folder
        self._mended_by = mended_by
        self._opened: tuple[Trained, Any, Any] | None = None  # with tokenizer and model of transformers

    def open(self) -> tuple[Trained, Any]:
        """What was trained, and the tokenizer. Raises CorpusError if the file cannot be used, and what `folder` raises."""
        if self._opened is None:
            trained = read_trained(self._path, self._mended_by)
            folder = str(self._folder())
            import torch
            from transformers import AutoModel, AutoTokenizer
            from transformers.utils.logging import disable_progress_bar

            disable_progress_bar()  # type: ignore[no-untyped-call]
            model = AutoModel.from_pretrained(folder, local_files_only=True).eval()
            parameters = dict(model.named_parameters())
            try:
                with torch.no_grad():
                    for name, change in trained.changes.items():
                        parameters[name] += torch.from_numpy(change)
            except UNREADABLE as error:
                raise unreadable(self._path, self._mended_by) from error
            self._opened = trained, AutoTokenizer.from_pretrained(folder, local_files_only=True), model
        return self._opened[0], self._opened[1]

    def states(self, rows: Sequence[Sequence[int]]) -> Vectors:
        """The states of every token, shape (rows, longest row, 384)."""
        import torch

        self.open()
        assert self._opened is not None
        with torch.inference_mode():
            states = self._opened[2](**padded(rows)).last_hidden_state
        return np.asarray(states.numpy(), np.float32)


def padded(rows: Sequence[Sequence[int]]) -> dict[str, Any]:  # Any: tensors, and torch is not imported for the name
    """What the model takes: the ids of all rows filled up to the longest, and where there is something to read."""
    import torch

    ids = torch.zeros((len(rows), max(map(len, rows))), dtype=torch.long)
    seen = torch.zeros_like(ids)
    for line, row in enumerate(rows):
        ids[line, : len(row)] = torch.tensor(row)
        seen[line, : len(row)] = 1
    return {"input_ids": ids, "attention_mask": seen}


def read_trained(path: Path, mended_by: str) -> Trained:
    """What `write_trained` wrote. Raises CorpusError if it cannot be read."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as saved:
            arrays: dict[str, Any] = {name: saved[name] for name in saved.files}
        changes = {
            name.removeprefix("change:"): (steps.astype(np.float32) * arrays[f"step:{name.removeprefix('change:')}"])
            for name, steps in arrays.items()
            if name.startswith("change:")
        }
        labels = tuple(map(str, arrays["labels"]))
        weight, bias = arrays["weight"].astype(np.float32), arrays["bias"].astype(np.float32)
        if weight.shape[:1] != bias.shape or len(labels) != len(bias):
            raise ValueError("labels and weights differ in number")
        return Trained(labels, weight, bias, changes)
    except UNREADABLE as error:
        raise unreadable(path, mended_by) from error


def write_trained(path: Path, trained: Trained) -> None:
    """Keep each change in one byte, as steps of the largest change of its row; the last step in half precision."""
    arrays: dict[str, Any] = {}
    for name, change in trained.changes.items():
        step = np.maximum(np.abs(change).max(-1, keepdims=True), 1e-12) / STEPS
        arrays[f"change:{name}"] = np.round(change / step).astype(np.int8)
        arrays[f"step:{name}"] = step.astype(np.float32)
    partial = path.with_suffix(".new.npz")
    np.savez_compressed(
        partial,
        labels=np.array(list(trained.labels)),
        weight=trained.weight.astype(np.float16),
        bias=trained.bias.astype(np.float16),
        **arrays,
    )
    partial.replace(path)


def unreadable(path: Path, mended_by: str) -> CorpusError:
    """The error that names the file and what mends it."""
    return CorpusError(
        f"{path.name} is missing or damaged, so texts cannot be read as they should.",
        f"Restore it from the repository, or run `python {mended_by}`.",
    )
