"""Does every marker lead to a shown source whose quote stands in its guide, word for word?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.coaching.model import Answer, Origin, Sentence, SentenceKind
from evals.subject import evened

MARKER = re.compile(r"\[(\d+)\]")
APART = " … "  # between sentences of a quote that do not follow each other


@dataclass(frozen=True)
class Citation:
    """One marker behind one sentence: whether it is valid, and what is wrong if not."""

    sentence: int
    origin: Origin
    passage: str
    problem: str


def citations(answer: Answer, guides: Mapping[str, str]) -> list[Citation]:
    """Every marker of the answer's text with what is wrong with it; `guides` maps a document to its evened text."""
    sources = {s.n: s for s in answer.sources}
    found = []
    for place, sentence in enumerate(answer.sentences):
        for n in sentence.cites:
            source = sources.get(n)
            if source is None:
                found.append(Citation(place, sentence.origin, "", f"[{n}] leads to no source"))
                continue
            guide = guides.get(source.document)
            if guide is None:
                problem = f"[{n}] cites {source.document}, which is no guide"
            elif not source.quote.strip():
                problem = f"[{n}] shows no quote"
            else:
                lost = [part for part in source.quote.split(APART) if evened(part) not in guide]
                problem = f"[{n}] quotes what {source.document} does not say: {lost[0]}" if lost else ""
            found.append(Citation(place, sentence.origin, source.passage, problem))
    written = sorted(int(n) for n in MARKER.findall(answer.text))
    computed = sorted(n for sentence in answer.sentences for n in sentence.cites)
    if written != computed:  # a marker inside a sentence, which nobody computed
        stray = next(n for n in written if written.count(n) != computed.count(n))
        found.append(Citation(-1, Origin.MODEL, "", f"[{stray}] stands in the words of a sentence"))
    return found


def unsupported(answer: Answer, guides: Mapping[str, str]) -> list[tuple[int, str]]:
    """Sentences that rest on nothing that code can see, each with the reason.

    A guide's sentence must stand in its guide and in the quote that it cites; everything else but questions, courtesies
    and suggestions of rules must cite a source. Whether a model's sentence follows from its source is judged by people,
    on the outputs that `rolewise-evals card` collects.
    """
    sources = {s.n: s for s in answer.sources}
    found = []
    for place, sentence in enumerate(answer.sentences):
        if not needs_citation(sentence):
            continue
        cited = [sources[n] for n in sentence.cites if n in sources]
        if not cited:
            found.append((place, "it cites nothing"))
        elif sentence.origin is Origin.GUIDE:
            text = evened(sentence.text)
            if not any(text in guides.get(s.document, "") for s in cited):
                found.append((place, "it is not verbatim in the guide that it cites"))
            elif not any(text in evened(s.quote) for s in cited):
                found.append((place, "it is not in the quote that it cites"))
    return found


def needs_citation(sentence: Sentence) -> bool:
    """Whether a sentence states something that must be backed."""
    if sentence.kind in (SentenceKind.QUESTION, SentenceKind.COURTESY):
        return False
    return not (sentence.kind is SentenceKind.SUGGESTION and sentence.origin is Origin.RULE)
