"""The slides, opened again: what they say, and that everything stays in its place."""

import zipfile
from collections.abc import Iterator
from io import BytesIO

import pytest
from pptx import Presentation
from pptx.util import Pt

from app.coaching.model import Kind, Origin, Sentence, SentenceKind, Source
from app.coaching.team.report import Responsibility
from app.errors import BadInput
from app.exports.fitting import height_of, lines_of
from app.exports.slides import comparison_slide, team_slides
from app.exports.words import Words, initials
from tests.exports.samples import (
    LARGE,
    RULES,
    SMALL,
    TODAY,
    a_comparison,
    a_source,
    an_advice,
    responsibilities,
    role_name,
    roles_in,
    some_words,
)

HOSTILE = "=cmd|' /C calc'!A0 \x1b[31mred\x1b[0m \u202egnp.exe \x00\x08\ufffe\ud800 <a:t>&amp; " + "W" * 5000
SIDES = ("product_manager", "project_manager")


def opened(data: bytes):
    return Presentation(BytesIO(data))


def the_comparison(answer, words: Words | None = None) -> bytes:
    return comparison_slide(answer, *SIDES, words or some_words(), roles_in)


def shape(slide, name: str):
    return next(s for s in slide.shapes if s.name == name)


def paragraphs(slide, name: str) -> list[str]:
    return [p.text for p in shape(slide, name).text_frame.paragraphs]


def words_of(deck) -> str:
    return "\n".join(text for slide in deck.slides for text in texts_of(slide))


def texts_of(slide) -> Iterator[str]:
    for one in slide.shapes:
        if one.has_text_frame:
            yield one.text_frame.text
        if one.has_table:
            yield from (cell.text for row in one.table.rows for cell in row.cells)
    if slide.has_notes_slide:
        yield slide.notes_slide.notes_text_frame.text


def out_of_place(deck) -> list[str]:
    """What leaves the slide, overlaps another text, or holds more words than its box has room for."""
    wrong = []
    for number, slide in enumerate(deck.slides, 1):
        for one in slide.shapes:
            where = f"slide {number}, {one.name}"
            if one.left < 0 or one.top < 0 or one.left + one.width > deck.slide_width or one.top + one.height > deck.slide_height:
                wrong.append(f"{where} leaves the slide")
            if one.has_text_frame and one.text_frame.text:
                if not one.text_frame.word_wrap and one.shape_type != 1:
                    wrong.append(f"{where} does not wrap")
                if needed(one.text_frame, one.width.pt) > one.height.pt + 0.5:
                    wrong.append(f"{where} overflows")
            if one.has_table:
                wrong += [f"{where} overflows" for cell, row, width in cells(one.table) if needed(cell, width) > row.height.pt - 6]
        boxes = [s for s in slide.shapes if s.name != "Line" and (s.has_table or s.text_frame.text)]
        wrong += [f"slide {number}, {a.name} and {b.name} overlap" for n, a in enumerate(boxes) for b in boxes[:n] if overlap(a, b)]
    return wrong


def needed(frame, width: float) -> float:
    height = 0.0
    for p in frame.paragraphs:
        size, bold = p.runs[0].font.size.pt, bool(p.runs[0].font.bold)
        indent = int(p._p.pPr.get("marL", 0)) / Pt(1)
        height += height_of(lines_of(p.text, width - indent, size, bold=bold), size) + (p.space_before.pt if p.space_before else 0)
    return height


def cells(table):
    for row in table.rows:
        for n, cell in enumerate(row.cells):
            yield cell.text_frame, row, table.columns[n].width.pt - cell.margin_left.pt - cell.margin_right.pt


def overlap(a, b) -> bool:
    return a.left < b.left + b.width and b.left < a.left + a.width and a.top < b.top + b.height and b.top < a.top + a.height


# For the board


@pytest.mark.parametrize("known", [SMALL, LARGE])
def test_the_first_slide_recommends_what_the_advice_recommends(known):
    advice = an_advice(known)

    first = opened(team_slides(advice, some_words())).slides[0]

    for recommendation in advice.recommendations:
        about = recommendation.decision.id
        assert paragraphs(first, f"Recommendation {about}") == [some_words().verdict(recommendation)]
        shown = [text.partition("\u00a0")[0] for text in paragraphs(first, f"Reasons {about}")]
        assert shown == [r.text for r in recommendation.reasons_for[:3]]
        flips = some_words().conditions(advice, recommendation, 1) or ["No single fact would change it."]
        assert paragraphs(first, f"Condition {about}") == flips
    said = [t.lower() for t in texts_of(first)]
    assert [r.band.replace("_", " ") for r in advice.recommendations if not any(t.startswith(r.band.replace("_", " ")) for t in said)] == []


def test_every_marker_has_its_source_in_small_print_and_no_other_is_there():
    advice = an_advice(LARGE)

    first = opened(team_slides(advice, some_words())).slides[0]

    used = {advice.cites[r.consideration.tie.passage] for rec in advice.recommendations for r in rec.reasons_for[:3]}
    assert {s.n for s in advice.sources if f"[{s.n}]\u00a0" in shape(first, "Sources").text_frame.text} == used


def test_every_slide_of_the_team_has_the_notice():
    advice = an_advice()

    deck = opened(team_slides(advice, some_words()))

    assert [shape(s, "Notice").text_frame.text for s in deck.slides] == [some_words().team_notice(advice)] * 2


def test_what_speaks_against_it_stands_in_the_notes():
    advice = an_advice()

    notes = opened(team_slides(advice, some_words())).slides[0].notes_slide.notes_text_frame.text

    assert all(r.text in notes for rec in advice.recommendations for r in rec.reasons_against)


def test_with_too_little_known_the_slide_asks_and_recommends_nothing():
    advice = an_advice({})

    first = opened(team_slides(advice, some_words())).slides[0]

    text = "\n".join(texts_of(first))
    assert text.count("Too little is known for a recommendation.") == 2
    assert "It rests on no facts about the team." in text
    assert advice.ask_next[0].question in text
    assert "Because" not in text
    assert out_of_place(opened(team_slides(advice, some_words()))) == []


def test_one_open_decision_leaves_the_other_as_it_is():
    advice = an_advice({k: v for k, v in LARGE.items() if k in ("external_parties", "deadline", "coordination_load")})

    first = opened(team_slides(advice, some_words())).slides[0]

    assert (advice.delivery.arrangement, advice.product.arrangement) == ("dedicated", None)
    assert paragraphs(first, "Recommendation delivery") == [some_words().verdict(advice.delivery)]
    assert paragraphs(first, "Recommendation product") == ["Too little is known for a recommendation."]


def test_the_second_slide_has_every_responsibility_in_its_family():
    advice = an_advice()

    second = opened(team_slides(advice, some_words())).slides[1]

    tables = {s.table.cell(0, 0).text: s.table for s in second.shapes if s.has_table}
    assert list(tables) == ["What and why", "How and when", "In common"]
    assert [len(t.rows) - 1 for t in tables.values()] == [8, 10, 6]
    shown = {row.cells[0].text for t in tables.values() for row in t.rows}
    assert shown >= {r.name for r in advice.responsibilities}


def test_what_nobody_holds_stands_out_in_words_weight_and_colour():
    advice = an_advice()

    second = opened(team_slides(advice, some_words())).slides[1]

    rows = [row for s in second.shapes if s.has_table for row in list(s.table.rows)[1:]]
    nobody = [row for row in rows if row.cells[1].text == "Nobody"]
    others = [row for row in rows if row.cells[1].text == "Tech lead"]
    assert len(nobody) == sum(r.state == "unowned" for r in advice.responsibilities)
    assert all(cell.text_frame.paragraphs[0].runs[0].font.bold for row in nobody for cell in row.cells)
    assert not any(cell.text_frame.paragraphs[0].runs[0].font.bold for row in others for cell in row.cells)
    assert {c.fill.fore_color.rgb for r in nobody for c in r.cells}.isdisjoint({c.fill.fore_color.rgb for r in others for c in r.cells})


def test_a_description_that_says_nothing_of_responsibilities_is_told_so():
    advice = an_advice(duties=responsibilities([("unknown", ())]))

    assert "The description does not say who holds what." in words_of(opened(team_slides(advice, some_words())))


@pytest.mark.parametrize("many", [0, 1, 11, 60])
def test_any_number_of_responsibilities_finds_its_place(many):
    duties = [Responsibility(f"d{n}", "product", f"Duty {n} " + "of many words " * (n % 4), "owned", ("tech_lead",)) for n in range(many)]

    deck = opened(team_slides(an_advice(duties=duties), some_words()))

    assert out_of_place(deck) == []
    assert sum(len(s.table.rows) - 1 for slide in deck.slides for s in slide.shapes if s.has_table) == many


# Side by side


def test_the_comparison_has_its_difference_and_each_sentence_on_its_side():
    answer = a_comparison()

    slide = opened(the_comparison(answer)).slides[0]

    assert slide.shapes.title.text == "Product manager and project manager: the difference"
    assert paragraphs(slide, "Difference") == [f"{answer.sentences[0].text}\u00a0[1]"]
    assert [p.partition("\u00a0")[0] for p in paragraphs(slide, "Side 1")] == [s.text for s in answer.sentences[1:7:2]]
    assert [p.partition("\u00a0")[0] for p in paragraphs(slide, "Side 2")] == [s.text for s in answer.sentences[2:7:2]]
    assert paragraphs(slide, "Otherwise")[0].startswith("In a small team")
    assert all(f"[{n}]\u00a0" in shape(slide, "Sources").text_frame.text for n in (1, 2, 3))


def test_the_words_of_a_model_are_said_to_be_its_own():
    assert "language model qwen" in words_of(opened(the_comparison(a_comparison(model="qwen"))))


def test_a_publisher_that_is_not_us_is_named():
    answer = a_comparison()
    own = Source(**{**vars(a_source(1)), "collection": "handbook", "publisher": "Acme"})

    data = the_comparison(type(answer)(**{**vars(answer), "sources": (own,)}))

    assert "(Acme)" in words_of(opened(data))


def test_an_answer_of_another_kind_is_refused():
    answer = a_comparison()
    other = type(answer)(**{**vars(answer), "kind": Kind.EXPLAIN})

    with pytest.raises(BadInput, match="does not compare two roles"):
        the_comparison(other)


def test_an_answer_that_speaks_of_one_side_only_is_refused():
    answer = a_comparison()
    half = type(answer)(**{**vars(answer), "sentences": answer.sentences[:2]})

    with pytest.raises(BadInput):
        the_comparison(half)


def test_a_comparison_with_too_much_to_say_keeps_its_place():
    more = [
        Sentence(f"A {role} number {n} " + "does a great many things " * 9, SentenceKind.CONTEXT, Origin.GUIDE, (2,))
        for n in range(20)
        for role in ("product manager", "project manager")
    ]

    deck = opened(the_comparison(a_comparison(*more, lead="A product manager and a project manager " + "differ in much, " * 60)))

    assert out_of_place(deck) == []
    assert all(p.endswith("]") for n in (1, 2) for p in paragraphs(deck.slides[0], f"Side {n}"))
    assert "…\u00a0[1]" in paragraphs(deck.slides[0], "Difference")[0]


# Both


@pytest.mark.parametrize("known", [SMALL, LARGE, {}])
def test_everything_of_the_team_stays_in_its_place(known):
    deck = opened(team_slides(an_advice(known), some_words()))

    assert out_of_place(deck) == []
    assert deck.slide_width * 9 == deck.slide_height * 16


def test_everything_of_the_comparison_stays_in_its_place():
    assert out_of_place(opened(the_comparison(a_comparison()))) == []


def test_hostile_text_is_harmless():
    duties = [Responsibility(f"d{n}", "delivery", HOSTILE, "doubled", (HOSTILE, "team")) for n in range(12)]
    advice = an_advice(duties=duties, quotes=[HOSTILE], work=HOSTILE, warnings=(HOSTILE,))
    sentences = [Sentence(f"A {name} {HOSTILE}", SentenceKind.CONTEXT, Origin.MODEL, (1,)) for name in map(role_name, SIDES)]
    answer = a_comparison(*sentences, lead=HOSTILE, model=HOSTILE)
    odd = tuple(a_source(n, HOSTILE, HOSTILE) for n in (1, 2, 3))

    decks = [opened(team_slides(advice, some_words())), opened(the_comparison(type(answer)(**{**vars(answer), "sources": odd})))]

    for deck in decks:
        assert out_of_place(deck) == []
        assert not any(sign in words_of(deck) for sign in "\x1b\u202e\x00\x08\ufffe")
        assert "W" * 601 not in words_of(deck)


def test_every_slide_has_a_title_and_every_word_a_language():
    deck = opened(team_slides(an_advice(), some_words()))

    assert all(slide.shapes.title.text for slide in deck.slides)
    runs = [r for s in deck.slides for one in s.shapes if one.has_text_frame for p in one.text_frame.paragraphs for r in p.runs]
    assert {r.font.language_id for r in runs} == {2057}


def test_names_are_shortened_everywhere():
    name = "Anna Kowalska"
    words = Words(role_name, RULES.facts, TODAY, initials([name]))
    duty = Responsibility("x", "product", f"What {name} does", "owned", (name,))

    data = team_slides(an_advice(duties=[duty], work=f"Of {name}"), words)

    with zipfile.ZipFile(BytesIO(data)) as parts:
        assert not [part for part in parts.namelist() if b"Kowalska" in parts.read(part)]
    assert "What A. K. does" in words_of(opened(data))


def test_the_deck_knows_its_author_and_brings_nothing_of_the_template():
    data = team_slides(an_advice(), some_words())

    core = opened(data).core_properties
    assert (core.author, core.last_modified_by, core.created.date(), core.comments) == ("Rolewise", "Rolewise", TODAY, "")
    with zipfile.ZipFile(BytesIO(data)) as parts:
        assert b"0B6360" in parts.read("ppt/theme/theme1.xml")
        assert not [part for part in parts.namelist() if "thumbnail" in part]
    assert [layout.name for layout in opened(data).slide_layouts] == ["Title Only"]


def test_the_same_content_gives_the_same_bytes():
    assert team_slides(an_advice(), some_words()) == team_slides(an_advice(), some_words())
    assert the_comparison(a_comparison()) == the_comparison(a_comparison())
    with zipfile.ZipFile(BytesIO(team_slides(an_advice(), some_words()))) as parts:
        assert {part.date_time[0] for part in parts.infolist()} == {1980}  # the time of writing is not in it
