"""Answers as HTML and as plain text. Whatever comes from data is cleaned and escaped here, once, and nowhere else.

HTML made here goes through `st.html`, which takes out scripts besides; nothing is ever handed to Streamlit's Markdown
except labels of its widgets, through `label`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote, urlsplit

from app.coaching.cleaning import clean_text, one_line
from app.coaching.model import Answer, Fact, Kind, Origin, Sentence, SentenceKind, Source, Status, marked

STATUS: dict[Status, str] = {
    Status.PARTLY_ANSWERED: "It depends",
    Status.NEEDS_FACTS: "One thing first",
    Status.NOT_COVERED: "Not in the guidance",
    Status.OUT_OF_SCOPE: "Not what I am for",
    Status.SIGNPOST: "Somebody else can help more",
    Status.DECLINED: "I do not do this",
    Status.FAILED: "Something is missing",
}
HEADINGS: dict[SentenceKind, str] = {
    SentenceKind.REASON: "Why",
    SentenceKind.CONDITION: "What it depends on",
    SentenceKind.SUGGESTION: "What you can do",
}
OWN_WORDS = {Origin.MODEL: "in the model’s words, checked", Origin.PERSON: "from what you wrote"}
ORIGINS = {
    Origin.GUIDE: "the guides’ own sentences",
    Origin.RULE: "sentences of published rules",
    Origin.MODEL: "sentences in the model’s words",
    Origin.PERSON: "your own words",
}
NOT_ADVICE = "Automated. Not legal, medical or HR advice, and no judgement of people."

# What Markdown may act on: the signs themselves, those that begin a line, addresses. A sign without need of it is left alone:
# Streamlit reads labels to screen readers as they are written, backslashes included.
_LIVE = re.compile(r"^\d{1,9}[.)]|[!#$&*+/<=>@\[\\\]^_`{|}~]|[.:](?=\S)|(?<!\w)-|-(?!\w)")
_COMMAND = re.compile(r"`([^`\n]{1,120})`")
_APART = " … "  # between sentences of a quote that do not follow one another


@dataclass(frozen=True)
class Column:
    """One side of a comparison: a role's name and how to tell whether a sentence speaks of it."""

    name: str
    speaks: Callable[[str], bool]


def safe(text: str) -> str:
    """The text for HTML: nothing invisible, everything escaped."""
    return html.escape(clean_text(text).text)


def with_commands(text: str) -> str:
    """The text for HTML, with what stands between backticks set as a command."""
    return _COMMAND.sub(r"<code>\1</code>", safe(text))


def label(text: str, longest: int = 200) -> str:
    """The text for a widget's label, which Streamlit reads as Markdown: one line, every sign that it acts on escaped."""
    return _LIVE.sub(lambda sign: f"{sign[0][:-1]}\\{sign[0][-1]}", one_line(text, longest))


def question_html(n: int, question: str) -> str:
    """What was asked."""
    return f'<h2 class="rw-sr">Question {n}</h2><p class="rw-q">{safe(question)}</p>'


def waiting_html(text: str) -> str:
    """A quiet line that says what is being waited for."""
    return f'<p class="rw-wait">{safe(text)}</p>'


def say_html(text: str, mark: str, *, focus: str = "") -> str:
    """Words for screen readers; the helper announces them when `mark` is new.

    Where the focus was lost it then goes to `focus`: the box for questions ("box"), or the element of that id.
    """
    to = f' data-focus="{safe(focus)}"' if focus else ""
    return f'<p class="rw-say rw-sr" aria-hidden="true" data-mark="{safe(mark)}"{to}>{safe(text)}</p>'


def problem_html(sentence: str, hint: str) -> str:
    """What went wrong and what to do next, without drama."""
    more = f"<p>{with_commands(hint)}</p>" if hint else ""
    return f'<div class="rw-problem" role="alert"><p><strong>{with_commands(sentence)}</strong></p>{more}</div>'


def answer_html(
    sentences: Sequence[Sentence], sources: Sequence[Source], prefix: str, *, columns: Sequence[Column] = (),
    status: Status | None = None, ask_back: str = "", notices: Sequence[str] = (), after: str = "",
) -> str:  # fmt: skip
    """The sentences with their markers. `prefix` makes the ids of this turn's passages its own."""
    known = {source.n: source for source in sources}

    def words(group: Iterable[Sentence]) -> str:
        return _words(group, known, prefix)

    parts = [f'<p class="rw-status">{STATUS[status]}</p><br>'] if status in STATUS else []
    table, before, after_table = _two_columns(sentences, columns, words)
    parts += _groups(before, words)
    if table:
        parts += [table, *_groups(after_table, words, first=False)]
    if ask_back and all(s.text != ask_back for s in sentences):
        parts.append(f'<p class="rw-ask">{safe(ask_back)}</p>')
    parts += [f'<p class="rw-note">{safe(notice)}</p>' for notice in notices]
    return f'<div class="rw-a">{"".join(parts)}{after}</div>'


def sources_html(sources: Sequence[Source], prefix: str) -> str:
    """The passages as cards, and behind each card and marker the passage itself with its quoted sentences highlighted."""
    if not sources:
        return ""
    cards = "".join(
        f'<li><button type="button" class="rw-card" popovertarget="{prefix}-{source.n}">'
        f'<b aria-hidden="true">{source.n}</b><span><span class="rw-sr">Source {source.n}: </span>{safe(source.title)}</span>'
        f"<small>{safe(_section_of(source))}</small></button></li>"
        for source in sources
    )
    passages = "".join(passage_html(source, prefix) for source in sources)
    heading = "1 source" if len(sources) == 1 else f"{len(sources)} sources"
    return f'<div class="rw-sources"><h3>{heading}</h3><ul class="rw-cards">{cards}</ul>{passages}</div>'


def passage_html(source: Source, prefix: str) -> str:
    """One passage as it stood when it was cited."""
    name = f"{prefix}-{source.n}"
    text, quoted = _highlighted(source.text, source.quote)
    if not quoted and source.quote:
        text = f"<mark>{safe(source.quote)}</mark>" + (f"\n\n{text}" if text else "")
    rows = [("Section", safe(source.section)), ("Published by", safe(source.publisher)), ("Licence", safe(source.licence))]
    works_listed = len(source.references) > 1
    rows += [("Reviewed", safe(source.reviewed)), ("Link", "" if works_listed else link_html(source.url))]
    works = "".join(
        f"<li>{safe(work.title)}, {safe(work.publisher)} ({safe(work.licence)}) {link_html(work.url)}</li>"
        for work in source.references
    )
    return (
        f'<div popover class="rw-pop" id="{name}" role="dialog" aria-labelledby="{name}-t">'
        f'<header><h3 id="{name}-t" tabindex="-1" data-rw-first="1">{source.n}. {safe(source.title)}</h3>'
        f'<button type="button" class="rw-close" popovertarget="{name}" popovertargetaction="hide">Close</button></header>'
        f'<p class="rw-passage">{text}</p>'
        f"<dl>{''.join(f'<dt>{term}</dt><dd>{value}</dd>' for term, value in rows if value)}</dl>"
        + (f"<h4>It rests on</h4><ul>{works}</ul>" if works_listed else "")
        + "</div>"
    )


def link_html(url: str) -> str:
    """A link that shows its host and opens on a click only, telling the other side nothing; other schemes stay text."""
    try:
        parts = urlsplit(clean_text(url).text.strip())
        host = (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
    except ValueError:  # UnicodeError included: a name that is none
        return safe(url)
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        return safe(url)
    # the host in its encoded form: two letters that look alike do not look alike there
    address = quote(parts.geturl(), safe="%/:?#[]@!$&'()*+,;=~")
    return (
        f'<a href="{html.escape(address)}" target="_blank" rel="noreferrer noopener">'
        f'{html.escape(host)}<span class="rw-sr"> (opens in a new tab)</span></a>'
    )


def tools_html(answer: Answer, prefix: str) -> str:
    """Below an answer: copying, and how it was made."""
    name = f"{prefix}-how"
    return (
        f'<div class="rw-tools"><button type="button" class="rw-link" data-rw-copy="{html.escape(answer_text(answer))}">'
        "<span>Copy</span></button>"
        f'<button type="button" class="rw-link" popovertarget="{name}">How this was made</button></div>'
        f'<div popover class="rw-pop" id="{name}" role="dialog" aria-labelledby="{name}-t">'
        f'<header><h3 id="{name}-t" tabindex="-1" data-rw-first="1">How this was made</h3>'
        f'<button type="button" class="rw-close" popovertarget="{name}" popovertargetaction="hide">Close</button></header>'
        f"<dl>{''.join(f'<dt>{term}</dt><dd>{value}</dd>' for term, value in _made_of(answer))}</dl>"
        f'<p class="rw-note">{NOT_ADVICE}</p></div>'
    )


def fine_print_html(answer: Answer) -> str:
    """The small line at the end: automated, by what, and what it is not."""
    return f'<p class="rw-fine">{made_by(answer)}. Not legal, medical or HR advice.</p>'


def made_by(answer: Answer) -> str:
    """Who wrote it, in a few words."""
    model = any(s.origin is Origin.MODEL for s in answer.sentences)
    by = f"in part by {safe(answer.model)}" if model else "without a language model"
    return f"Automated, {by}"


def facts_html(facts: Sequence[Fact], names: Callable[[str], str], values: Callable[[Fact], str]) -> str:
    """The facts that an answer used, each with the words that it was read from."""
    if not facts:
        return ""
    rows = "".join(f"<dt>{safe(names(fact.id))}</dt><dd>{safe(values(fact))} {_quotes(fact)}</dd>" for fact in facts)
    return f"<dl>{rows}</dl>"


def quotes_html(fact: Fact) -> str:
    """The words that a fact was read from."""
    return f'<p class="rw-fact">{_quotes(fact)}</p>'


def answer_text(answer: Answer) -> str:
    """The answer with its sources as plain text, to be pasted elsewhere."""
    lines = [answer.question, "", *(marked(s) for s in answer.sentences)]
    if answer.ask_back and all(s.text != answer.ask_back for s in answer.sentences):
        lines.append(answer.ask_back)
    if answer.sources:
        lines += ["", "Sources"]
    for source in answer.sources:
        where = ", ".join(x for x in (source.title, source.section) if x)
        about = ". ".join(x for x in (source.publisher, source.licence, f"Reviewed {source.reviewed}") if x)
        lines += [f"[{source.n}] {where}. {about}. {source.url}".rstrip(" ."), f"    “{source.quote}”"]
    lines += ["", f"{made_by_text(answer)} {NOT_ADVICE}"]
    return clean_text("\n".join(lines)).text


def made_by_text(answer: Answer) -> str:
    """Who wrote it, for plain text."""
    by = html.unescape(made_by(answer)).removeprefix("Automated, ")
    return f"Rolewise, {by}, guidance {answer.index_version or 'unknown'}."


def _groups(sentences: Sequence[Sentence], words: Callable[[Iterable[Sentence]], str], *, first: bool = True) -> list[str]:
    """Paragraphs and lists: what is answered first, then why, when not, what to do, what is still open."""
    parts: list[str] = []
    for kind, run in groupby(sentences, key=lambda s: s.kind):
        group = list(run)
        opening = first and not parts
        if kind in HEADINGS and not (opening and len(group) == 1):
            items = "".join(f"<li>{words([sentence])}</li>" for sentence in group)
            # what opens an answer is the answer, and nothing stands before it that it could be the reason or exception of
            heading = "" if opening else f"<h3>{HEADINGS[kind]}</h3>"
            parts.append(f"{heading}<ul>{items}</ul>")
        elif kind is SentenceKind.QUESTION:
            parts += [f'<p class="rw-ask">{words([sentence])}</p>' for sentence in group]
        else:
            parts.append(f"<p{' class=rw-lead' if opening else ''}>{words(group)}</p>")
    return parts


def _two_columns(
    sentences: Sequence[Sentence], columns: Sequence[Column], words: Callable[[Iterable[Sentence]], str]
) -> tuple[str, Sequence[Sentence], Sequence[Sentence]]:
    """The comparison side by side, what comes before it and what after; all before it while one side is empty."""
    sides: tuple[list[Sentence], ...] = tuple([] for _ in columns)
    before: list[Sentence] = []
    after: list[Sentence] = []
    for sentence in sentences:
        spoken = [column.speaks(sentence.text) for column in columns]
        if sentence.kind in (SentenceKind.ANSWER, SentenceKind.CONTEXT) and sum(spoken) == 1:
            sides[spoken.index(True)].append(sentence)
        else:
            (after if any(sides) else before).append(sentence)
    if len(sides) != 2 or not all(sides):
        return "", sentences, ()
    cells = "".join(
        f"<div><h3>{safe(column.name[:1].upper() + column.name[1:])}</h3>"
        f"<ul>{''.join(f'<li>{words([s])}</li>' for s in side)}</ul></div>"
        for column, side in zip(columns, sides, strict=True)
    )
    return f'<div class="rw-two">{cells}</div>', before, after


def sentence_html(sentence: Sentence, sources: Sequence[Source], prefix: str) -> str:
    """One sentence with its markers."""
    return _sentence(sentence, {source.n: source for source in sources}, prefix)


def _words(group: Iterable[Sentence], known: dict[int, Source], prefix: str) -> str:
    runs = []
    for origin, run in groupby(group, key=lambda s: s.origin):
        text = " ".join(_sentence(s, known, prefix) for s in run)
        own = f' <span class="rw-own">{OWN_WORDS[origin]}</span>' if origin in OWN_WORDS else ""
        runs.append(text + own)
    return " ".join(runs)


def _sentence(sentence: Sentence, known: dict[int, Source], prefix: str) -> str:
    # only rules, which are files of ours, name commands
    shown = with_commands if sentence.origin is Origin.RULE else safe
    markers = "".join(_marker(known[n], prefix) for n in sentence.cites if n in known)
    before, space, last = sentence.text.rpartition(" ")
    if not markers or len(last) > 30 or "`" in last:
        return shown(sentence.text) + markers
    # a marker alone on the next line would stand for nothing
    return f'{shown(before)}{space}<span class="rw-end">{shown(last)}{markers}</span>'


def _marker(source: Source, prefix: str) -> str:
    name = html.escape(one_line(f"Source {source.n}: {source.title}", 120))
    return f'<button type="button" class="rw-m" popovertarget="{prefix}-{source.n}" aria-label="{name}">{source.n}</button>'


def _section_of(source: Source) -> str:
    return source.section if source.section and source.section != source.title else source.publisher


def _highlighted(text: str, quote: str) -> tuple[str, bool]:
    """The passage escaped, with each sentence of the quote marked where it stands, and whether any was found."""
    spans = []
    for sentence in quote.split(_APART):
        if pieces := sentence.split():
            # a guide's line may break where the passage's text has a space
            found = re.search(r"\s+".join(map(re.escape, pieces)), text)
            if found:
                spans.append(found.span())
    out, last = [], 0
    for start, end in sorted(spans):
        if start < last:
            continue
        out += [safe(text[last:start]), f"<mark>{safe(text[start:end])}</mark>"]
        last = end
    return "".join(out) + safe(text[last:]), bool(spans)


def _made_of(answer: Answer) -> list[tuple[str, str]]:
    counts = {origin: sum(s.origin is origin for s in answer.sentences) for origin in Origin}
    said = ", ".join(f"{n} × {ORIGINS[origin]}" for origin, n in counts.items() if n)
    rows = [
        ("Status", answer.status.value.replace("_", " ")),
        ("Kind of question", _kind(answer.kind)),
        ("Sentences", said or "none"),
        ("Left out", _left_out(answer)),
        ("Language model", "none" if answer.model == "none" else safe(answer.model)),
        ("Guidance", f"version {safe(answer.index_version)}" if answer.index_version else "unknown"),
        ("Evidence after", _seconds(answer.timings.evidence_ms)),
        ("First sentence after", _seconds(answer.timings.first_sentence_ms)),
        ("Finished after", _seconds(answer.timings.total_ms)),
    ]
    return [(term, value) for term, value in rows if value]


def _left_out(answer: Answer) -> str:
    if not answer.dropped:
        return "nothing"
    n = len(answer.dropped)
    what = "1 sentence that the model wrote" if n == 1 else f"{n} sentences that the model wrote"
    whys = "; ".join(dict.fromkeys(safe(dropped.why) for dropped in answer.dropped if dropped.why))
    return f"{what}: {whys}" if whys else what


def _kind(kind: Kind) -> str:
    names = {
        Kind.EXPLAIN: "explanation", Kind.COMPARE: "comparison of roles", Kind.TEAM: "what a team needs",
        Kind.FIT: "whether a role suits somebody", Kind.STEP: "a next step", Kind.ABOUT_LAST: "about the last answer",
        Kind.COURTESY: "a greeting", Kind.OUT_OF_SCOPE: "out of scope", Kind.SIGNPOST: "for somebody else",
        Kind.DECLINED: "declined",
    }  # fmt: skip
    return names[kind]


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.2f} s" if milliseconds else ""


def _quotes(fact: Fact) -> str:
    quotes = "; ".join(f"<q>{safe(one_line(quote.text, 160))}</q>" for quote in fact.quotes[:3])
    return quotes
