"""Does an answer hold what it should: facts, roles, status, arrangement? Read from its JSON alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.coaching.vocabulary import Vocabulary
from app.coaching.wire import Json
from evals.cases import ARRANGEMENTS
from evals.dialogues import ROLES, About, Arranged, Check, Ended, FactHeld, FactNotHeld
from evals.scorers.team import NEEDS_FACTS, given_facts, same_value

FACT, NOT_FACT, ABOUT, STATUS, ARRANGEMENT = "fact", "not_fact", "about", "status", "arrangement"


@dataclass(frozen=True)
class Outcome:
    """What came of one check of one turn; turns count from 1."""

    kind: str
    turn: int
    right: bool
    reason: str


def outcome(check: Check, turn: int, answer: Json, vocabulary: Vocabulary, roles: Mapping[str, Sequence[str]]) -> Outcome:
    """Whether the answer to that turn holds what it should; `roles` maps passages to the roles of their guides."""
    kind, right, reason = _judged(check, answer, vocabulary, roles)
    return Outcome(kind, turn, right, f"turn {turn}: {reason}")


def held(answer: Json) -> dict[str, object]:
    """The facts that an answer rests on, by id: what it says it understood, then what its advice used."""
    advice = given_facts(answer["advice"]) if answer["advice"] else {}
    understood = given_facts({"facts": answer["understood"]})
    return {fact: row["value"] for fact, row in {**advice, **understood}.items()}


def roles_about(answer: Json, vocabulary: Vocabulary, roles: Mapping[str, Sequence[str]]) -> set[str]:
    """The roles that the answer names or whose guides it cites.

    None for a reply that cites nothing and decides nothing: what it names it offers, or asks for.
    """
    if not answer["sources"] and answer["advice"] is None:
        return set()
    cited = {role for source in answer["sources"] for role in roles.get(source["passage"], ())}
    text = str(answer["answer"])
    # the vocabulary leaves out colleagues such as designers
    by_word = {role for role in ROLES if role.replace("_", " ") in text.lower()}
    return cited | by_word | set(roles_named(text, vocabulary))


def roles_named(text: str, vocabulary: Vocabulary) -> list[str]:
    """The roles that a text names, in the order of their ids."""
    return sorted(vocabulary.roles_in(text))


def _judged(check: Check, answer: Json, vocabulary: Vocabulary, roles: Mapping[str, Sequence[str]]) -> tuple[str, bool, str]:
    match check:
        case FactHeld(fact, value):
            given = held(answer).get(fact)
            return FACT, same_value(fact, value, given), f"{fact} is {given}, told {value}"
        case FactNotHeld(fact):
            given = held(answer).get(fact)
            return NOT_FACT, given is None, f"{fact} is {given}, should be unknown"
        case About(wanted):
            about = roles_about(answer, vocabulary, roles)
            missing = [role for role in wanted if role not in about]
            return ABOUT, not missing, f"says nothing of {', '.join(missing)}" if missing else f"about {', '.join(wanted)}"
        case Ended(statuses):
            given = answer["status"]
            return STATUS, given in statuses, f"{given}, labelled {' or '.join(statuses)}"
        case Arranged(allowed):
            arranged = _arranged(answer)
            missed = [d for d, arrangements in allowed.items() if arranged[d] not in arrangements]
            wrong = [f"{d} {arranged[d] or NEEDS_FACTS}, not {' or '.join(allowed[d])}" for d in missed]
            return ARRANGEMENT, not wrong, "; ".join(wrong) or "arranged as labelled"


def _arranged(answer: Json) -> dict[str, str | None]:
    decided = answer["advice"]["recommendation"] if answer["advice"] else {}
    return {decision: decided.get(decision, {}).get("arrangement") for decision in ARRANGEMENTS}
