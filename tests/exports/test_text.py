"""The advice in Markdown, read again by a parser of Markdown."""

from markdown_it import MarkdownIt

from app.coaching.team.report import Responsibility
from app.exports.raci import raci_rows
from app.exports.text import escaped, team_markdown
from app.exports.words import Words, initials
from tests.exports.samples import LARGE, RULES, SMALL, TODAY, an_advice, role_name, some_words

PARSER = MarkdownIt("commonmark").enable("table")
HOSTILE = (
    "![beacon](http://evil.example/x.png) <script>alert(1)</script> [click](javascript:x) `code` | cell | *bold* _it_ # no\n"
    "\n# A heading\n- an item\n> quoted &lt; $x$ ~~gone~~ \x1b[31m\u202e www.evil.example me@evil.example =cmd|' /C calc'!A0"
)


def tokens(text: str):
    for token in PARSER.parse(text):
        yield token
        yield from token.children or ()


def tables(text: str) -> list[list[list[str]]]:
    found, row, inside = [], [], False
    for token in PARSER.parse(text):
        if token.type in ("table_open", "table_close"):
            inside = token.type == "table_open"
            found += [[]] if inside else []
        elif token.type == "tr_open":
            row = []
            found[-1].append(row)
        elif token.type == "inline" and inside:
            row.append("".join(t.content for t in token.children or ()))
    return found


def test_it_names_the_recommendation_and_every_reason_that_was_used():
    for known in (SMALL, LARGE):
        advice = an_advice(known)

        text = team_markdown(advice, some_words())

        for recommendation in advice.recommendations:
            assert some_words().verdict(recommendation) in text
            assert all(r.text in text for r in (*recommendation.reasons_for, *recommendation.reasons_against))


def test_the_raci_table_is_the_draft():
    advice = an_advice()

    shown = [row for table in tables(team_markdown(advice, some_words())) if table[0][1] == "Accountable" for row in table[1:]]

    rows = raci_rows(advice, some_words())
    assert [row[0] for row in shown] == [row.name for row in rows]
    assert [row[1].lower() for row in shown] == [row.accountable for row in rows]


def test_the_workshop_grid_has_its_three_columns():
    grid = tables(team_markdown(an_advice(), some_words()))[-1]

    assert grid[0] == ["Responsibility", "Others think (by the description)", "I think", "Unowned"]
    assert len(grid) == 25
    assert {row[2] for row in grid[1:]} == {""}


def test_hostile_text_is_shown_and_not_obeyed():
    duty = Responsibility("x", "delivery", HOSTILE, "unowned", (), (), HOSTILE, ())
    plain = team_markdown(an_advice(duties=[Responsibility("x", "delivery", "The thing", "unowned")]), some_words())

    text = team_markdown(an_advice(quotes=[HOSTILE], duties=[duty], work=HOSTILE, warnings=(HOSTILE,)), some_words())

    kinds = [t.type for t in tokens(text)]
    assert not {"image", "html_inline", "html_block", "code_inline", "code_block", "fence", "blockquote_open"} & set(kinds)
    for kind in ("heading_open", "em_open", "bullet_list_open", "ordered_list_open", "table_open"):
        assert kinds.count(kind) == [t.type for t in tokens(plain)].count(kind), kind
    links = {t.attrs["href"] for t in tokens(text) if t.type == "link_open"}
    assert links == {"https://example.org/handbook", "https://example.org/guide?part=2"}
    assert {len(row) for table in tables(text) for row in table} == {len(t[0]) for t in tables(text)}
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "evil.example" in text


def test_signs_of_markdown_are_escaped():
    assert escaped("- [a](b) | c") == r"\- \[a\](b) \| c"
    assert escaped("1. first") == r"1\. first"
    assert escaped("24 November") == "24 November"
    assert escaped("http://x www.y a@b") == r"http\://x www\.y a\@b"


def test_names_are_shortened():
    words = Words(role_name, RULES.facts, TODAY, initials(["Anna Kowalska"]))

    text = team_markdown(an_advice(quotes=["Anna Kowalska leads six people"]), words)

    assert "Kowalska" not in text
    assert "A. K. leads six people" in text


def test_with_too_little_known_it_is_honest():
    text = team_markdown(an_advice({}, duties=()), some_words())

    assert "Too little is known for a recommendation." in text
    assert "Workshop grid" not in text
    assert text.rstrip().endswith("HR advice.*")
