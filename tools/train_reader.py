"""Trains the layers of `app/knowledge/contextual.py` and writes `corpus/rules/reader.npz`.

Run with `python tools/train_reader.py` (eight to ten minutes an epoch on two cores). It learns from the same labelled statements
and descriptions as `tools/fit_statements.py`, but from whole descriptions, so that a statement is read with those around it.
`--again` goes on from the file that is there. The shipped file was trained while descriptions were still coming in, by a first
version of this script that also moved the windows at random: three epochs on 600 descriptions, one on 980, three on 1,370, each
from the one before; a hundred that were held out were never learned from. So running this again gives a like file, not the same.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from fit_statements import FEWEST, RULES, Example, described, matrices, single_statements
from trainee import Trainee

from app.knowledge.contextual import LENGTH, MADE_BY, tokens_of, windows_of
from app.knowledge.layers import read_trained, write_trained

TOKENS = 1300  # of one step, padding included
SINGLES = 0.5  # share of the single statements that an epoch sees
CHANCE = np.random.default_rng(1)
HELD = 7  # one description in so many is held out, to see how training goes
Window = tuple[int, list[int]]  # the text, and the statements of it


def main() -> None:
    """Train, print what held-out descriptions say after each epoch, and write the file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--out", type=Path, default=RULES / "reader.npz")
    parser.add_argument("--again", action="store_true")
    options = parser.parse_args()
    torch.manual_seed(1)
    whole = list(described(RULES / "descriptions.jsonl"))
    held, texts = whole[::HELD], [text for n, text in enumerate(whole) if n % HELD]
    singles = [[example] for example in single_statements(RULES / "statements.jsonl")]
    counted = Counter(label for text in [*whole, *singles] for example in text for label in example.labels)
    labels = sorted(label for label, n in counted.items() if n >= FEWEST)
    print(f"{len(texts)} descriptions, {len(singles)} statements, {len(labels)} labels", flush=True)
    trainee = Trainee(labels, 384, -4.0, read_trained(options.out, MADE_BY) if options.again else None)
    every = [*texts, *singles]
    ids = [_ids(trainee, text) for text in every]
    targets, shares = _targets(every, labels)

    def loss(some: Sequence[Window]) -> torch.Tensor:
        logits = _logits(trainee, [[ids[text][n] for n in window] for text, window in some])
        wanted = torch.tensor(np.concatenate([targets[text][window] for text, window in some]))
        counts = torch.tensor(np.concatenate([shares[text][window] for text, window in some]))
        losses = torch.nn.functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
        return (counts * losses).sum(1).mean()

    trainee.learn(options.epochs, options.rate, lambda: _steps(ids, len(texts)), loss, lambda: report(trainee, held))
    write_trained(options.out, trainee.trained())
    print(f"{options.out.name}: {options.out.stat().st_size / 1e6:.1f} MB")


def report(trainee: Trainee, held: Sequence[Sequence[Example]]) -> str:
    """Precision and recall on descriptions that were held out, from three confidences."""
    rows = [_ids(trainee, text) for text in held]
    read = [_logits(trainee, [[ids[n] for n in window]]) for ids in rows for window in windows_of([*map(len, ids)])]
    guessed = torch.sigmoid(torch.cat(read)).numpy()
    wanted, shares = matrices([example for text in held for example in text], trainee.labels)
    found = []
    for bar in (0.3, 0.5, 0.7):
        claimed = (guessed >= bar) & (shares == 1)
        right = (claimed & (wanted == 1)).sum()
        found.append(f"from {bar} precision {right / max(claimed.sum(), 1):.3f}, recall {right / wanted.sum():.3f}")
    return "; ".join(found)


def _ids(trainee: Trainee, text: Sequence[Example]) -> list[list[int]]:
    return tokens_of(trainee.tokenizer, [example.text for example in text])


def _targets(texts: Sequence[Sequence[Example]], labels: Sequence[str]) -> tuple[list[Any], list[Any]]:
    targets, shares = matrices([example for text in texts for example in text], labels)
    seen = targets.sum(0)
    rare = np.sqrt((len(targets) - seen) / np.maximum(seen, 1)).clip(1, 4)
    shares = (shares * np.where(targets > 0, rare, 1)).astype(np.float32)
    ends = np.cumsum([len(text) for text in texts])[:-1]
    return np.split(targets, ends), np.split(shares, ends)


def _logits(trainee: Trainee, windows: Sequence[Sequence[Sequence[int]]]) -> torch.Tensor:
    states = trainee.states([[trainee.tokenizer.cls_token_id, *(i for statement in w for i in statement)] for w in windows])
    vectors = []
    for line, window in enumerate(windows):
        start = 1
        for statement in window:
            vectors.append(states[line, start : start + max(len(statement) - 1, 1)].mean(0))
            start += len(statement)
    logits: torch.Tensor = trainee.last(LENGTH * torch.nn.functional.normalize(torch.stack(vectors), dim=1))
    return logits


def _steps(ids: Sequence[Sequence[Sequence[int]]], texts: int) -> Iterator[list[Window]]:
    """One epoch in shuffled steps of windows of about the same length: all texts, and some of the single statements."""
    windows: list[Window] = [(n, window) for n in range(texts) for window in windows_of([*map(len, ids[n])])]
    windows += [(n, [0]) for n in range(texts, len(ids)) if CHANCE.random() < SINGLES]
    lengths = {(n, window[0]): 1 + sum(len(ids[n][s]) for s in window) for n, window in windows}
    windows.sort(key=lambda w: lengths[w[0], w[1][0]] + 15 * CHANCE.random())
    steps: list[list[Window]] = [[]]
    for n, window in windows:
        if steps[-1] and lengths[n, window[0]] * (len(steps[-1]) + 1) > TOKENS:
            steps.append([])
        steps[-1].append((n, window))
    for at in CHANCE.permutation(len(steps)):
        yield steps[at]


if __name__ == "__main__":
    main()
