"""The decision record, opened again."""

import zipfile
from io import BytesIO

import pytest
from docx import Document
from docx.oxml.ns import qn

from app.coaching.model import SentenceKind
from app.coaching.team.report import Responsibility
from app.exports.outline import record_blocks, standing
from app.exports.record import decision_record
from app.exports.words import Words, initials
from tests.exports.samples import LARGE, RULES, SMALL, TODAY, an_advice, role_name, some_words

HOSTILE = "=cmd|' /C calc'!A0 \x1b[31mred\x1b[0m \u202egnp.exe \x00\x08\ufffe\ud800 <w:p>&amp; " + "W" * 5000


def opened(data: bytes):
    return Document(BytesIO(data))


def words_of(document) -> str:
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def part_of(document, heading: str) -> str:
    """The paragraphs from one heading to the next of its level."""
    texts, inside = [], False
    for paragraph in document.paragraphs:
        if paragraph.style.name == "Heading 1":
            inside = paragraph.text == heading
        elif inside:
            texts.append(paragraph.text)
    return "\n".join(texts)


@pytest.mark.parametrize("known", [SMALL, LARGE])
def test_it_recommends_what_the_advice_recommends_with_every_reason_that_was_used(known):
    advice = an_advice(known)

    document = opened(decision_record(advice, some_words()))

    for recommendation in advice.recommendations:
        assert standing(recommendation) in part_of(document, "Recommendation")
        assert some_words().verdict(recommendation) in part_of(document, "Recommendation")
        chosen = [t.rows[1].cells[0].text for t in document.tables if t.rows[0].cells[0].text == "Option"]
        assert any(recommendation.option.name.lower() in text.lower() and "(recommended)" in text for text in chosen)
    used = {r.text for rec in advice.recommendations for r in (*rec.reasons_for, *rec.reasons_against)}
    shown = {line.partition("\u00a0")[0] for line in part_of(document, "Reasons").splitlines() if "\u00a0[" in line}
    assert shown == used


def test_every_option_is_there_with_its_share_and_whether_it_needs_a_new_role():
    advice = an_advice(LARGE)

    tables = [t for t in opened(decision_record(advice, some_words())).tables if t.rows[0].cells[0].text == "Option"]

    rows = [[cell.text for cell in row.cells] for table in tables for row in table.rows[1:]]
    assert len(rows) == sum(len(r.decision.options) for r in advice.recommendations)
    takes = {name.removesuffix(" (recommended)"): takes for name, _, takes in rows}
    assert takes["Sharing project management in the team"] == "No new role"
    assert takes["A dedicated project or delivery manager"] == "A new role"
    assert takes["A product manager"] == "No new role: it is there"  # a product owner is
    assert all(share.endswith("%") for _, share, _ in rows)


def test_facts_stand_with_the_words_they_rest_on_and_how_they_are_known():
    document = opened(decision_record(an_advice(quotes=["We are six", "six of us"]), some_words()))

    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]

    assert rows[1] == ["People in the team", "6", "Said in the description", "“We are six” … “six of us”"]
    assert rows[2][2:] == ["Concluded from the description", ""]
    assert "Users" in part_of(document, "Context")


def test_conditions_are_those_of_the_advice_and_all_of_them_are_true_when_tried():
    advice = an_advice()

    shown = part_of(opened(decision_record(advice, some_words())), "What would change it")

    conditions = [s.text for s in advice.sentences if s.kind is SentenceKind.CONDITION]
    assert conditions
    assert all(text in shown for text in conditions)


def test_at_most_one_is_accountable_in_each_row():
    document = opened(decision_record(an_advice(), some_words()))

    tables = [t for t in document.tables if t.rows[0].cells[0].text == "Responsibility"]

    rows = [[cell.text for cell in row.cells] for table in tables for row in table.rows[1:]]
    assert len(rows) == 24
    assert not [row for row in rows if "," in row[1] or " and " in row[1]]


def test_what_nobody_holds_is_a_risk_with_its_advice():
    duty = Responsibility("x", "delivery", "The budget", "unowned", (), (), "Share it like this. Or hire for it.", (1,))

    shown = part_of(opened(decision_record(an_advice(duties=[duty]), some_words())), "Risks")

    assert "Nobody holds “The budget”. Share it like this. Or hire for it.\u00a0[1]" in shown


def test_the_review_is_three_months_later_or_when_it_is_wanted():
    assert "24 February 2027" in part_of(opened(decision_record(an_advice(), some_words())), "Review")
    assert "24 May 2027" in part_of(opened(decision_record(an_advice(), some_words(), 6)), "Review")


def test_sources_stand_with_publisher_licence_and_address_and_works_once():
    advice = an_advice(LARGE)

    document = opened(decision_record(advice, some_words()))

    shown = part_of(document, "Sources")
    assert all(f"[{s.n}] {s.title}" in shown for s in advice.sources)
    assert "OGL v2.0" in shown
    assert "https://example.org/guide?part=2" in [link.url for p in document.paragraphs for link in p.hyperlinks]
    assert shown.count("https://example.org/handbook") == len({s.document for s in advice.sources})


def test_an_address_that_is_no_web_address_is_no_link():
    advice = an_advice()
    source = advice.sources[0]
    odd = type(source)(**{**vars(source), "url": "javascript:alert(1)", "references": ()})

    document = opened(decision_record(type(advice)(**{**vars(advice), "sources": (odd,)}), some_words()))

    assert "javascript:alert(1)" in part_of(document, "Sources")
    assert not [link for p in document.paragraphs for link in p.hyperlinks]


def test_it_ends_with_the_notice_and_knows_its_author():
    document = opened(decision_record(an_advice(), some_words()))

    assert document.paragraphs[-1].text == some_words().team_notice(an_advice())
    core = document.core_properties
    assert (core.author, core.last_modified_by, core.created.date(), core.comments) == ("Rolewise", "Rolewise", TODAY, "")


def test_with_too_little_known_it_is_honest():
    document = opened(decision_record(an_advice({}), some_words()))

    assert "Delivery: open. Too little is known for a recommendation." in part_of(document, "Recommendation")
    assert "(recommended)" not in words_of(document)
    assert "%" not in "".join(c.text for t in document.tables[:2] for r in t.rows for c in r.cells)
    assert len(part_of(document, "Open questions").splitlines()) >= 3


def test_hostile_text_is_harmless():
    duty = Responsibility("x", "delivery", HOSTILE, "unowned", (), (), HOSTILE, (1,))
    advice = an_advice(quotes=[HOSTILE], duties=[duty], work=HOSTILE, warnings=(HOSTILE,))

    data = decision_record(advice, some_words())

    shown = words_of(opened(data))
    assert not any(sign in shown for sign in "\x1b\u202e\x00\x08\ufffe")
    assert "W" * 700 not in shown
    assert "<w:p>&amp;" in shown
    assert not [c.text for t in opened(data).tables for r in t.rows for c in r.cells if c.text[:1] in tuple("=+-@")]
    assert not opened(data).element.body.findall(".//" + qn("w:fldSimple")) + opened(data).element.body.findall(".//" + qn("w:instrText"))


def test_names_are_shortened_everywhere():
    name = "Anna Kowalska"
    words = Words(role_name, RULES.facts, TODAY, initials([name]))
    duty = Responsibility("x", "product", f"What {name} does", "owned", (name,), (), "")
    advice = an_advice(quotes=[f"{name} leads six people"], duties=[duty], warnings=(f"{name} is in the header.",), work=f"Of {name}")

    data = decision_record(advice, words)

    with zipfile.ZipFile(BytesIO(data)) as parts:
        assert not [part for part in parts.namelist() if b"Kowalska" in parts.read(part)]
    assert "A. K. leads six people" in words_of(opened(data))


def test_the_same_advice_gives_the_same_bytes():
    assert decision_record(an_advice(), some_words()) == decision_record(an_advice(), some_words())


def test_the_record_reads_the_same_as_its_outline():
    headings = [b.text for b in record_blocks(an_advice(), some_words()) if type(b).__name__ == "Heading" and b.level == 1]

    shown = [p.text for p in opened(decision_record(an_advice(), some_words())).paragraphs if p.style.name == "Heading 1"]

    assert shown == headings
