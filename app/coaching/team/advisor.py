"""From a description of a team to the whole advice: facts, recommendation, what would change it, responsibilities, summary."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence

from app.coaching.citing import Citations
from app.coaching.model import Certainty, Fact, Line, Origin, Sentence, SentenceKind, Status, Timings
from app.coaching.ports import Retriever
from app.coaching.rules import Rules
from app.coaching.team.decide import Recommendation, ask_next, recommend, would_change
from app.coaching.team.facts import FactFinder, merged
from app.coaching.team.following import completed
from app.coaching.team.report import TeamAdvice
from app.coaching.team.responsibilities import DutyFinder
from app.coaching.team.summary import flip_line, question_of, summary_lines


class Advisor:
    """Advises on teams. Holds no state of any person; safe to share between threads."""

    def __init__(
        self,
        *,
        rules: Rules,
        finder: FactFinder,
        duties: DutyFinder,
        retriever: Retriever,
        role_name: Callable[[str], str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rules = rules
        self._finder = finder
        self._duties = duties
        self._retriever = retriever
        self._role_name = role_name
        self._clock = clock

    def facts(self, text: str) -> list[Fact]:
        """What the description settles, with quotes whose offsets are into `text`."""
        return self._finder.facts(text)

    def advise(
        self, text: str, *, told: Sequence[Fact] = (), warnings: Iterable[str] = (), found: Sequence[Fact] | None = None
    ) -> TeamAdvice:
        """The advice on the team that `text` describes.

        `told` are corrections, which win; one of certainty UNKNOWN takes a fact away. `found` are facts that were read from
        `text` before, so that a what-if does not read it again.
        """
        started = self._clock()
        facts = completed(merged(self._finder.facts(text) if found is None else found, told), self._rules.facts)
        read_ms = self._since(started)
        delivery, product = (recommend(decision, facts) for decision in self._rules.decisions)
        decisions = self._rules.decisions
        flips = would_change(decisions, facts, self._rules.facts)
        asks = ask_next(decisions, facts, self._rules.facts)
        citations = Citations()
        passage_of = self._retriever.passage
        lines = summary_lines((delivery, product), flips, facts, self._rules.facts, passage_of, self._role_name)
        sentences = [_sentence(line, citations) for line in lines]
        if asks:
            sentences.append(Sentence(question_of(asks[0]), SentenceKind.QUESTION, Origin.RULE))
        for reason in (r for rec in (delivery, product) for r in (*rec.reasons_for, *rec.reasons_against)):
            citations.cite(passage_of(reason.consideration.tie.passage), (reason.consideration.tie.sentence,))
        for flip in flips:  # what is shown of a change rests on what would then speak for the other arrangement
            decision = next(d for d in decisions if d.id == flip.decision)
            line = flip_line(flip, decision, facts, self._rules.facts, passage_of, self._role_name)
            if line is not None:
                citations.cite(line.passage, line.quotes)
        responsibilities = self._duties.responsibilities(text, facts, citations, passage_of)
        by_id = {f.id: f for f in facts}
        return TeamAdvice(
            status=_status(delivery, product),
            text=text,
            text_sha256=hashlib.sha256(text.encode()).hexdigest(),
            facts=tuple(by_id.get(rule.id, Fact(rule.id, None, Certainty.UNKNOWN)) for rule in self._rules.facts),
            delivery=delivery,
            product=product,
            would_change=flips,
            ask_next=asks,
            responsibilities=responsibilities,
            sentences=tuple(sentences),
            sources=citations.sources(),
            cites=dict(citations.numbers),
            warnings=tuple(warnings),
            timings=Timings(evidence_ms=read_ms, first_sentence_ms=self._since(started), total_ms=self._since(started)),
            index_version=self._retriever.version,
        )

    def _since(self, started: float) -> int:
        return round(1000 * (self._clock() - started))


def _status(*recommendations: Recommendation) -> Status:
    return Status.ANSWERED if any(r.arrangement for r in recommendations) else Status.NEEDS_FACTS


def _sentence(line: Line, citations: Citations) -> Sentence:
    support = 1.0 if line.origin is Origin.GUIDE else None
    return Sentence(line.text, line.kind, line.origin, citations.cite(line.passage, line.quotes), line.facts, support)
