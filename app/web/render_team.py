"""The advice on a team as HTML: recommendations, what would change them, responsibilities, the text with its quotes marked.

As in `render`, whatever comes from data is escaped here, and goes through `st.html`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence

from app.coaching.cleaning import one_line
from app.coaching.model import Certainty, Fact, Origin, Quote, Sentence, SentenceKind, Source
from app.coaching.rules import FactRule
from app.coaching.team.decide import CLEAR, LEANING, TOO_CLOSE, Flip, Reason, Recommendation, verdict
from app.coaching.team.report import Responsibility, TeamAdvice
from app.coaching.team.summary import condition_words
from app.web.render import safe, sentence_html
from app.web.teams import Part

BANDS = {CLEAR: "Clear", LEANING: "Leaning this way", TOO_CLOSE: "Too close to call"}
DECISIONS = {"delivery": "Delivery and project management", "product": "Product decisions"}
CERTAINTIES = {
    Certainty.STATED: "Stated",
    Certainty.INFERRED: "Inferred",
    Certainty.TOLD: "Set by you",
    Certainty.UNKNOWN: "Not known",
}
FAMILIES = {"product": "What and why", "delivery": "How and when", "shared": "Shared by nature"}
STATES = {
    "owned": "Held",
    "shared": "Shared",
    "doubled": "Held twice",
    "unowned": "Nobody holds it",
    "unknown": "Not said",
}
MOST_REASONS, MOST_FLIPS = 3, 3  # shown at once; the others unfold
TOO_LITTLE = "Too little is known for a recommendation here. The question below would help most."
NOTICE = (
    "Automated: published rules weigh what you tell. It is for thinking about how a team shares its work, not for judging, "
    "ranking, hiring or dismissing people, and it is no legal or HR advice."
)
STAYS = "What you give stays on this machine."

RoleName = Callable[[str], str]
Span = tuple[int, int]


def cards_html(advice: TeamAdvice, prefix: str, rules: Sequence[FactRule], role_name: RoleName) -> str:
    """Both recommendations side by side: verdict, how sure, reasons for and against, what would change it."""
    cards = "".join(_card(made, advice, prefix, rules, role_name) for made in advice.recommendations)
    return f'<div class="rw-recs">{cards}</div>'


def compared_html(before: TeamAdvice, after: TeamAdvice, supposed: str) -> str:
    """What is recommended now, and what would be if what is supposed were so."""
    rows = "".join(
        _row(_decision(old), _outcome(old), f"{_outcome(new)}{_changed(old, new)}")
        for old, new in zip(before.recommendations, after.recommendations, strict=True)
    )
    return _table("rw-if", f"<caption>{safe(supposed)}</caption>", ("Decision", "Before", "After"), rows)


def compared_words(before: TeamAdvice, after: TeamAdvice) -> str:
    """The same in a sentence or two, to be read aloud."""
    said = []
    for old, new in zip(before.recommendations, after.recommendations, strict=True):
        if old.arrangement != new.arrangement:
            said.append(f"{_decision(new)} would be {_name(new)}, {BANDS[new.band].lower()}.")
        else:
            said.append(f"{_decision(new)} stays, {round(100 * old.confidence)} to {round(100 * new.confidence)} percent.")
    return " ".join(said)


def duties_html(duties: Sequence[Responsibility], sources: Sequence[Source], prefix: str, role_name: RoleName) -> str:
    """Who answers for what, one table for each family; what the text does not say is named below it."""
    tables = []
    for family, heading in FAMILIES.items():
        own = [duty for duty in duties if duty.family == family]
        told = [duty for duty in own if duty.state != "unknown"]
        open_ones = [duty.name for duty in own if duty.state == "unknown"]
        if not own:
            continue
        rows = "".join(_duty(duty, sources, prefix, role_name) for duty in told)
        columns = ("Responsibility", "State", "Who, in your words")
        table = _table("rw-duties", f'<caption class="rw-sr">{heading}</caption>', columns, rows) if told else ""
        rest = f'<p class="rw-note">Not said: {safe("; ".join(open_ones))}.</p>' if open_ones else ""
        tables.append(f"<h3>{heading}</h3>{table}{rest}")
    return "".join(tables)


def quote_spans(text: str, quotes: Iterable[Quote]) -> list[Span]:
    """Where the quotes stand in the text, in order, those that overlap as one; one that does not stand there is left out."""
    spans = sorted({(q.start, q.end) for q in quotes if 0 <= q.start < q.end and text[q.start : q.end] == q.text})
    merged: list[Span] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def text_html(text: str, parts: Sequence[Part], spans: Sequence[Span], prefix: str) -> str:
    """The text as it was given, under the names of its documents, with every quoted word marked."""
    shown = parts or (Part("", 0, len(text)),)
    out = []
    for part in shown:
        if len(shown) > 1:
            out.append(f'<p class="rw-part">{safe(part.name)}</p>')
        out.append(f'<p class="rw-given">{_marked(text, part, spans, prefix)}</p>')
    return f'<div class="rw-text" role="region" aria-label="Your text" tabindex="0">{"".join(out)}</div>'


def fact_html(fact: Fact | None, told: bool, spans: Sequence[Span], prefix: str, text: str) -> str:
    """How a fact came to be believed, and the words that it was read from; each leads to where they stand."""
    if told:
        return f'<p class="rw-fact"><b class="rw-cert rw-told">{CERTAINTIES[Certainty.TOLD]}</b></p>'
    certainty = fact.certainty if fact else Certainty.UNKNOWN
    words = "".join(_quote(quote, spans, prefix, text) for quote in (fact.quotes[:3] if fact else ()))
    return f'<p class="rw-fact"><b class="rw-cert rw-{certainty.value}">{CERTAINTIES[certainty]}</b> {words}</p>'


def flips_of(advice: TeamAdvice, decision: str, rules: Sequence[FactRule], role_name: RoleName) -> list[Sentence]:
    """What would change a recommendation, in sentences: one for each fact, the smallest change first."""
    by_id = {rule.id: rule for rule in rules}
    cited = {sentence.text: sentence.cites for sentence in advice.sentences}
    options = next(made.decision.options for made in advice.recommendations if made.decision.id == decision)
    said: dict[str, Sentence] = {}
    for flip in (flip for flip in advice.would_change if flip.decision == decision):
        clause = _clause(flip, by_id, advice, role_name)
        if clause and flip.fact not in said:
            text = f"If {clause}, it would be {options[flip.arrangement].name}."
            said[flip.fact] = Sentence(text, SentenceKind.CONDITION, Origin.RULE, cited.get(text, ()), (flip.fact,))
    return list(said.values())


def _card(made: Recommendation, advice: TeamAdvice, prefix: str, rules: Sequence[FactRule], role_name: RoleName) -> str:
    name = f"{prefix}-{made.decision.id}"
    heading = f'<h3 id="{name}">{_decision(made)}</h3>'
    if made.arrangement is None:
        return (
            f'<section class="rw-rec" aria-labelledby="{name}">{heading}<p class="rw-band">Not enough yet</p>'
            f'<p class="rw-lead">{TOO_LITTLE}</p></section>'
        )
    text = verdict(made)
    said = next((s for s in advice.sentences if s.text == text), Sentence(text, SentenceKind.ANSWER, Origin.RULE))
    facts = {fact.id: fact for fact in advice.facts}

    def reason(one: Reason) -> str:
        n = advice.cites.get(one.consideration.tie.passage)
        sentence = Sentence(one.text, SentenceKind.REASON, Origin.RULE, (n,) if n else (), one.facts)
        return sentence_html(sentence, advice.sources, prefix) + _because([facts[f] for f in one.facts if f in facts])

    def condition(sentence: Sentence) -> str:
        return sentence_html(sentence, advice.sources, prefix)

    flips = flips_of(advice, made.decision.id, rules, role_name)
    nothing = "No change of a single fact would."
    return (
        f'<section class="rw-rec" aria-labelledby="{name}">{heading}'
        f'<p class="rw-band rw-{made.band}">{BANDS[made.band]}</p>'
        f'<p class="rw-lead">{sentence_html(said, advice.sources, prefix)}</p>{_shares(made)}'
        + _list("What speaks for it", [reason(r) for r in made.reasons_for], MOST_REASONS, "Nothing that you told me.")
        + _list("What speaks against it", [reason(r) for r in made.reasons_against], MOST_REASONS, "Nothing that you told me.")
        + _list("What would change it", [condition(s) for s in flips], MOST_FLIPS, nothing)
        + "</section>"
    )


def _shares(made: Recommendation) -> str:
    """Every option with its share of 100, the recommended one first."""
    ranked = sorted(made.shares, key=lambda name: -made.shares[name])
    rows = []
    for name in ranked:
        percent = round(100 * made.shares[name])
        option = made.decision.options[name].name
        first = ' class="rw-first"' if name == made.arrangement else ""
        rows.append(
            f'<li{first}><span>{safe(option[:1].upper() + option[1:])}</span><b>{percent} %</b>'
            f'<span class="rw-bar" aria-hidden="true"><i style="width:{percent}%"></i></span></li>'
        )
    return f'<p class="rw-sr">How the support divides among the options:</p><ul class="rw-shares">{"".join(rows)}</ul>'


def _list(heading: str, items: Sequence[str], most: int, none: str) -> str:
    if not items:
        return f'<h4>{heading}</h4><p class="rw-note">{none}</p>'
    shown, more = items[:most], items[most:]
    listed = "".join(f"<li>{item}</li>" for item in shown)
    rest = "".join(f"<li>{item}</li>" for item in more)
    unfolds = f'<details class="rw-more"><summary>{len(more)} more</summary><ul>{rest}</ul></details>' if more else ""
    return f"<h4>{heading}</h4><ul>{listed}</ul>{unfolds}"


def _because(facts: Sequence[Fact]) -> str:
    """The person's own words, or word, behind a reason."""
    words = [f"<q>{safe(one_line(quote.text, 100))}</q>" for fact in facts for quote in fact.quotes[:1]]
    words += ["set by you" for fact in facts if fact.certainty is Certainty.TOLD][:1]
    return f' <span class="rw-own">{", ".join(words)}</span>' if words else ""


def _duty(duty: Responsibility, sources: Sequence[Source], prefix: str, role_name: RoleName) -> str:
    owners = ", ".join("the whole team" if owner == "team" else role_name(owner) for owner in duty.owners)
    quotes = " ".join(f"<q>{safe(one_line(quote.text, 140))}</q>" for quote in duty.quotes[:2])
    who = f"<span>{safe(owners[:1].upper() + owners[1:])}</span> {quotes}".strip() if owners else quotes
    if duty.advice:
        advice = Sentence(duty.advice, SentenceKind.SUGGESTION, Origin.RULE, duty.cites)
        who += f'<p class="rw-advice">{sentence_html(advice, sources, prefix)}</p>'
    state = f'<span class="rw-state rw-{safe(duty.state)}">{STATES.get(duty.state, safe(duty.state))}</span>'
    return _row(safe(duty.name), state, who)


def _table(name: str, caption: str, columns: Sequence[str], rows: str) -> str:
    # the roles are said because a phone shows cells below each other, and browsers then take tables for none
    heads = "".join(f'<th scope="col" role="columnheader">{column}</th>' for column in columns)
    head = f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
    return f'<table class="rw-table {name}" role="table">{caption}{head}<tbody role="rowgroup">{rows}</tbody></table>'


def _row(head: str, *cells: str) -> str:
    rest = "".join(f'<td role="cell">{cell}</td>' for cell in cells)
    return f'<tr role="row"><th scope="row" role="rowheader">{head}</th>{rest}</tr>'


def _marked(text: str, part: Part, spans: Sequence[Span], prefix: str) -> str:
    out, last = [], part.start
    for n, (start, end) in enumerate(spans):
        if start < last or end > part.end:
            continue
        mark = f'<mark id="{prefix}-q{n}" tabindex="-1">{safe(text[start:end])}</mark>'
        out += [safe(text[last:start]), mark]
        last = end
    return "".join([*out, safe(text[last : part.end])])


def _quote(quote: Quote, spans: Sequence[Span], prefix: str, text: str) -> str:
    words = f"<q>{safe(one_line(quote.text, 120))}</q>"
    n = bisect_right(spans, (quote.start, len(text))) - 1
    if n < 0 or not (spans[n][0] <= quote.start and quote.end <= spans[n][1]):
        return words
    to = f'<button type="button" class="rw-link rw-to" data-rw-goto="{prefix}-q{n}">'
    return f'{to}{words}<span class="rw-sr"> Show in your text</span></button> '


def _clause(flip: Flip, rules: Mapping[str, FactRule], advice: TeamAdvice, role_name: RoleName) -> str:
    rule = rules.get(flip.fact)
    return condition_words(rule, flip.to, advice.facts, role_name) if rule else ""


def _decision(made: Recommendation) -> str:
    return DECISIONS.get(made.decision.id, safe(made.decision.id))


def _name(made: Recommendation) -> str:
    return made.option.name if made.option else "open: too little is known"


def _outcome(made: Recommendation) -> str:
    name = _name(made)
    how = f' <span class="rw-note">{BANDS[made.band]}, {round(100 * made.confidence)} %</span>' if made.option else ""
    return f"{safe(name[:1].upper() + name[1:])}{how}"


def _changed(old: Recommendation, new: Recommendation) -> str:
    return ' <b class="rw-cert rw-told">Changed</b>' if old.arrangement != new.arrangement else ""
