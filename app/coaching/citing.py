"""Numbered sources: a number exists only because something that is shown rests on that passage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from app.coaching.evidence import quote_of
from app.coaching.model import Passage, Source

SHIPPED = "shipped"  # the collection of our own guides


class Citations:
    """Numbers passages in the order in which they are first cited, and keeps what is quoted of each."""

    def __init__(self) -> None:
        self.passages: dict[str, Passage] = {}
        self.quotes: dict[str, list[str]] = {}
        self.numbers: dict[str, int] = {}

    def cite(self, passage: Passage | None, quotes: Iterable[str]) -> tuple[int, ...]:
        """The number of the passage, as the one citation of a sentence; empty without a passage."""
        if passage is None:
            return ()
        self.passages.setdefault(passage.id, passage)
        self.quotes.setdefault(passage.id, []).extend(quotes)
        return (self.numbers.setdefault(passage.id, len(self.numbers) + 1),)

    def sources(self, scores: Mapping[str, float] | None = None) -> tuple[Source, ...]:
        """The cited passages as they stand now, by number; `scores` are those of retrieval by passage id."""
        known = scores or {}
        return tuple(source_of(n, self.passages[p], self.quotes[p], known.get(p, 0.0)) for p, n in self.numbers.items())


def source_of(n: int, passage: Passage, quotes: Sequence[str], score: float) -> Source:
    """A snapshot of the passage under its number, with the quoted sentences and whose words they are."""
    first = passage.references[0] if passage.references else None
    publishers = list(dict.fromkeys(r.publisher for r in passage.references))
    own = passage.collection != SHIPPED
    return Source(
        n=n,
        passage=passage.id,
        document=passage.document,
        collection=passage.collection,
        title=passage.title,
        section=passage.section,
        publisher=publishers[0] if own and publishers else "Rolewise, after " + "; ".join(publishers[:3]),
        url=first.url if first else "",
        licence=first.licence if own and first else "Apache-2.0 (Rolewise's words); the works it rests on are listed with theirs",
        reviewed=passage.reviewed,
        quote=quote_of(passage, quotes),
        text=passage.text,
        score=round(score, 3),
        references=passage.references,
    )
