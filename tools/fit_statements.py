"""Fits the reader of statements (`app/knowledge/statements.py`) and writes `corpus/rules/statements.npz`.

Run with `python tools/fit_statements.py`. It learns from `corpus/rules/statements.jsonl` (single statements with their labels)
and `corpus/rules/descriptions.jsonl` (whole descriptions with the words behind each label). Embedding them takes minutes, the
fit half of one.
"""

from __future__ import annotations

import argparse
import json
import math
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.coaching.ports import Vectors
from app.coaching.team.roster import Roster
from app.coaching.team.statements import statements_of
from app.knowledge.rules import read_vocabulary
from app.knowledge.statements import Weights, terms, write_weights
from app.settings import read_settings
from app.wiring import open_service

RULES = Path(__file__).resolve().parent.parent / "corpus" / "rules"
ROSTER = Roster(read_vocabulary(RULES))
COUNTS = ("team_size", "teams_involved", "external_parties", "products")
OWNERS = ("priorities_owner", "vision_owner", "coordination_owner")
# What a writer may have left unlooked for, by the names that statements.jsonl uses under `silent`.
GROUPS = {
    "setting": "deadline governance locations_time_zones delivery_rhythm missed_dates coordination_load work_shape users "
    "customer_contact autonomy organisation product_stage regulated budget_reporting",
    "situation": "priorities_clear stakeholder_conflict owner_stretched dependencies_hurt coordination_eats_time sharing_works "
    "experienced pm_idle product_gap coordination_owner team_size teams_involved external_parties products",
    "owners": "roles_present role priorities_owner vision_owner blockers_unowned",
    "duties": "duty state",
    "product_load": "product_load",
}
FEWEST = 8  # examples that a label needs
FEWEST_TERMS = 2  # statements that a term needs
UNLOOKED = 0.15  # what an absent label counts whose writer did not look for it
# How much vector and words weigh against each other, and the ridge; set on held-out statements.
VECTOR_SHARE, TERM_SHARE, RIDGE = 3.0, 3.0, 3.0


@dataclass(frozen=True)
class Example:
    """A statement with its labels; `silent` are the families of labels that its writer did not look for."""

    text: str
    labels: frozenset[str]
    silent: frozenset[str] = frozenset()


def main() -> None:
    """Print what held-out statements say, then learn from all of them and write the file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--out", type=Path, default=RULES / "statements.npz")
    parser.add_argument("--each", action="store_true", help="print every label")
    options = parser.parse_args()
    singles = list(single_statements(RULES / "statements.jsonl"))
    whole = [example for text in described(RULES / "descriptions.jsonl") for example in text]
    examples = singles + whole
    counted = Counter(label for e in examples for label in e.labels)
    labels = sorted(label for label, n in counted.items() if n >= FEWEST)
    print(f"{len(singles)} statements and {len(whole)} of descriptions, {len(labels)} labels", flush=True)
    vectors = open_service(read_settings(os.environ)).embedder.encode([e.text for e in examples])
    held = sorted([*range(0, len(singles), 14), *range(len(examples) - len(whole) // 7, len(examples))])
    rest = sorted(set(range(len(examples))) - set(held))
    tried = fit([examples[i] for i in rest], vectors[rest], labels, options.steps)
    parts = {"single statements": [i for i in held if i < len(singles)], "descriptions": [i for i in held if i >= len(singles)]}
    for name, part in parts.items():
        print(f"held-out {name}: {len(part)}")
        report(tried, [examples[i] for i in part], vectors[part], each=options.each)
    write_weights(options.out, fit(examples, vectors, labels, options.steps))
    print(f"{options.out.name}: {options.out.stat().st_size / 1e6:.1f} MB")


def single_statements(path: Path) -> Iterator[Example]:
    """The rows of statements.jsonl."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        facts = labels_of(row["facts"].items()) | roles_said(row["text"], row["facts"].get("roles_present", ()))
        duties = {f"duty:{d}" for d in row.get("duties", {})} | {f"state:{s['state']}" for s in row.get("duties", {}).values()}
        yield Example(row["text"], frozenset(facts | duties), silent([*row.get("silent", ()), "product_load"]))


def described(path: Path) -> Iterator[list[Example]]:
    """The statements of every description, in order: each has the labels whose evidence overlaps it."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = row["text"]
        implied = roles_implied(row["facts"].get("roles_present"))
        examples = []
        for statement in statements_of(text):

            def speaks(evidence: Sequence[str], start: int = statement.start, end: int = statement.end, text: str = text) -> bool:
                places = ((text.find(words), len(words)) for words in evidence)
                return any(at >= 0 and at < end and at + n > start for at, n in places)

            said = [(k, f["value"]) for k, f in row["facts"].items() if speaks(f.get("evidence", ()))]
            held = [(k, d["state"]) for k, d in row.get("duties", {}).items() if speaks(d.get("evidence", ()))]
            duties = {f"duty:{k}" for k, _ in held} | {f"state:{s}" for _, s in held}
            present = dict(said).get("roles_present")
            roles = roles_said(statement.text, present) or implied if present else set()
            examples.append(Example(statement.text, frozenset(labels_of(said) | duties | roles), silent(row.get("silent", ()))))
        yield examples


def roles_said(statement: str, present: Sequence[str]) -> set[str]:
    """The labels of the roles that are there and that the statement names."""
    return {f"role:{held.role}" for held in ROSTER.mentions(statement) if held.role in present}


def roles_implied(present: Mapping[str, Any] | None) -> set[str]:
    """The labels of roles that are there and that no word of the evidence names, as in "Fatuma, who draws the screens"."""
    if present is None:
        return set()
    named = {held.role for words in present.get("evidence", ()) for held in ROSTER.mentions(words)}
    return {f"role:{role}" for role in present["value"] if role not in named}


def silent(groups: Sequence[str]) -> frozenset[str]:
    """The families of labels in these groups."""
    return frozenset(f for group in groups for f in GROUPS[group].split())


def labels_of(facts: Any) -> set[str]:  # Any: pairs of id and JSON value
    """The labels of facts: the value for words and flags, the bare id for counts and roles; an owner is also `someone`."""
    found = set()
    for fact, value in facts:
        if fact in COUNTS or fact == "roles_present":
            found.add(fact)
        elif fact in OWNERS:
            found |= {f"{fact}={value}"} if value in ("nobody", "team") else {f"{fact}=someone", f"{fact}={value}"}
        else:
            found.add(f"{fact}={str(value).lower() if isinstance(value, bool) else value}")
    return found


def family(label: str) -> str:
    """What a label is about: its fact, `duty` or `state`."""
    return label.partition("=")[0].partition(":")[0]


def matrices(examples: Sequence[Example], labels: Sequence[str]) -> tuple[Vectors, Vectors]:
    """Targets (0 or 1) and how much each counts: little where a label is absent and the writer did not look for it."""
    targets = np.zeros((len(examples), len(labels)), np.float32)
    shares = np.ones_like(targets)
    families = [family(label) for label in labels]
    for i, example in enumerate(examples):
        for j, label in enumerate(labels):
            if label in example.labels:
                targets[i, j] = 1
            elif families[j] in example.silent:
                shares[i, j] = UNLOOKED
    return targets, shares


def fit(examples: Sequence[Example], vectors: Vectors, labels: Sequence[str], steps: int) -> Weights:
    """Minimise the weighted binary cross-entropy of all labels at once (Adam, full batch, ridge); rare labels weigh more."""
    counted = Counter(term for e in examples for term in set(terms(e.text)))
    vocabulary = {term: row for row, term in enumerate(sorted(t for t, n in counted.items() if n >= FEWEST_TERMS))}
    rarity = np.array([1 + math.log((1 + len(examples)) / (1 + counted[t])) for t in vocabulary], np.float32)
    words = TERM_SHARE * term_matrix([e.text for e in examples], vocabulary, rarity)
    meaning = VECTOR_SHARE * vectors
    targets, shares = matrices(examples, labels)
    seen = targets.sum(0)
    shares *= np.where(targets > 0, np.sqrt((len(examples) - seen) / np.maximum(seen, 1)).clip(1, 4), 1)
    parts = [np.zeros((meaning.shape[1], len(labels)), np.float32), np.zeros((len(vocabulary), len(labels)), np.float32)]
    parts.append(np.full(len(labels), -3.0, np.float32))
    first, second = [np.zeros_like(p) for p in parts], [np.zeros_like(p) for p in parts]
    turned = words.T.tocsr()
    for step in range(1, steps + 1):
        error = shares * (1 / (1 + np.exp(-(meaning @ parts[0] + words @ parts[1] + parts[2]))) - targets) / len(examples)
        ridge = RIDGE / len(examples)
        slopes = [meaning.T @ error + ridge * parts[0], turned @ error + ridge * parts[1], error.sum(0)]
        rate = 0.05 * (1 - 0.8 * step / steps)
        for part, slope, m, v in zip(parts, slopes, first, second, strict=True):
            m += 0.1 * (slope - m)
            v += 0.01 * (slope * slope - v)
            part -= rate * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.99**step)) + 1e-8)
    return Weights(tuple(labels), vocabulary, rarity, parts[0], parts[1], parts[2], VECTOR_SHARE, TERM_SHARE)


def term_matrix(texts: Sequence[str], vocabulary: Mapping[str, int], rarity: Vectors) -> Any:  # Any: scipy ships no types
    """The weighted terms of each text, every row of length 1."""
    from scipy.sparse import csr_matrix

    values, columns, ends = [], [], [0]
    for text in texts:
        counted = Counter(vocabulary[t] for t in terms(text) if t in vocabulary)
        row = np.array([(1 + math.log(n)) * rarity[c] for c, n in counted.items()], np.float32)
        values.append(row / max(float(np.linalg.norm(row)), 1e-9))
        columns += list(counted)
        ends.append(len(columns))
    return csr_matrix((np.concatenate(values), columns, ends), shape=(len(texts), len(vocabulary)))


def report(weights: Weights, examples: Sequence[Example], vectors: Vectors, *, each: bool) -> None:
    """Precision and recall on statements that were held out, where their writer looked for the label."""
    guessed = 1 / (1 + np.exp(-np.array([weights.logits(e.text, v) for e, v in zip(examples, vectors, strict=True)])))
    wanted, shares = matrices(examples, weights.labels)
    looked = shares == 1
    for bar in (0.3, 0.5, 0.7, 0.85):
        claimed = (guessed >= bar) & looked
        right = (claimed & (wanted == 1)).sum()
        print(f"  from {bar}: precision {right / max(claimed.sum(), 1):.3f}, recall {right / wanted.sum():.3f}")
    for j, label in enumerate(weights.labels if each else ()):
        claimed = (guessed[:, j] >= 0.5) & looked[:, j]
        right, n = (claimed & (wanted[:, j] == 1)).sum(), int(wanted[:, j].sum())
        print(f"    {label}: precision {right / max(claimed.sum(), 1):.2f}, recall {right / max(n, 1):.2f}, n {n}")


if __name__ == "__main__":
    main()
