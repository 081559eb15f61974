"""MiniLM in training, for `train_reader.py`: the layers, a last step, and the loop."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import torch
from transformers import AutoModel, AutoTokenizer

from app.knowledge.layers import Trained, padded
from app.llm import catalogue, weights
from app.settings import read_settings

FROZEN = 1  # layers from below that stay as they are, with the word vectors
FASTER = 10  # the last step starts from nothing and learns that much faster than the layers
WARM_UP = 40  # steps
Batch = TypeVar("Batch")


class Trainee:
    """MiniLM with a last step from `width` numbers to the labels; goes on from `before` where there is one."""

    def __init__(self, labels: Sequence[str], width: int, bias: float, before: Trained | None = None) -> None:
        folder = str(weights.path_of(catalogue.EMBEDDING_MODEL, read_settings(os.environ).models))
        self.labels = list(labels)
        self.tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self.model: Any = AutoModel.from_pretrained(folder, local_files_only=True)
        self.start = {name: p.detach().clone() for name, p in self.model.named_parameters()}
        self.last = torch.nn.Linear(width, len(labels))
        torch.nn.init.zeros_(self.last.weight)
        torch.nn.init.constant_(self.last.bias, bias)
        if before is not None:
            self._go_on_from(before)

    def states(self, rows: Sequence[Sequence[int]]) -> torch.Tensor:
        """The states of every token, shape (rows, longest row, 384)."""
        states: torch.Tensor = self.model(**padded(rows)).last_hidden_state
        return states

    def learn(
        self,
        epochs: int,
        rate: float,
        batches: Callable[[], Iterable[Batch]],
        loss: Callable[[Batch], torch.Tensor],
        report: Callable[[], str],
    ) -> None:
        """AdamW with a short warm-up and a linear fall; `report` is printed after each epoch."""
        for frozen in [self.model.embeddings, *self.model.encoder.layer[:FROZEN]]:
            for parameter in frozen.parameters():
                parameter.requires_grad = False
        layers = [p for name, p in self.model.named_parameters() if p.requires_grad and not name.startswith("pooler")]
        optimiser = torch.optim.AdamW([{"params": layers}, {"params": self.last.parameters()}], lr=rate, weight_decay=0.01)
        total, step = epochs * sum(1 for _ in batches()), 0
        for epoch in range(epochs):
            self.model.train()
            for batch in batches():
                step += 1
                now = rate * min(1.0, step / WARM_UP) * max(0.02, 1 - step / total)
                optimiser.param_groups[0]["lr"], optimiser.param_groups[1]["lr"] = now, FASTER * now
                lost = loss(batch)
                optimiser.zero_grad()
                lost.backward()  # type: ignore[no-untyped-call]
                torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
                optimiser.step()
                if step % WARM_UP == 0:
                    print(f"step {step} of {total}: {lost.item():.3f}", flush=True)
            self.model.eval()
            with torch.inference_mode():
                print(f"epoch {epoch + 1}: {report()}", flush=True)

    def trained(self) -> Trained:
        """What training changed."""
        changes = {
            name: (p.detach() - self.start[name]).numpy()
            for name, p in self.model.named_parameters()
            if name.startswith("encoder.") and not torch.equal(p, self.start[name])
        }
        return Trained(tuple(self.labels), self.last.weight.detach().numpy(), self.last.bias.detach().numpy(), changes)

    def _go_on_from(self, before: Trained) -> None:
        at = {label: n for n, label in enumerate(before.labels)}
        with torch.no_grad():
            for name, parameter in self.model.named_parameters():
                if name in before.changes:
                    parameter += torch.from_numpy(before.changes[name])
            for n, label in enumerate(self.labels):
                if label in at:
                    self.last.weight[n] = torch.from_numpy(before.weight[at[label]])
                    self.last.bias[n] = float(before.bias[at[label]])
