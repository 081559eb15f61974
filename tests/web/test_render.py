import html
from html.parser import HTMLParser

import pytest

from app.coaching.model import Dropped, Fact, Kind, Origin, Quote, Reference, Sentence, SentenceKind, Status
from app.web import render
from tests.web.scripted_service import HOSTILE, a_source, an_answer

ALLOWED = {
    "a", "b", "br", "button", "code", "dd", "details", "div", "dl", "dt", "h2", "h3", "h4", "header", "li", "mark", "p", "q",
    "small", "span", "strong", "summary", "ul",
}  # fmt: skip
COLUMNS = (
    render.Column("product manager", lambda text: "product" in text.lower() and "project" not in text.lower()),
    render.Column("project manager", lambda text: "project" in text.lower() and "product" not in text.lower()),
)


class Reading(HTMLParser):
    """Collects tags, attributes and text; what is no tag of ours in the output came from data."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def a_sentence(text: str = "It decides.", kind: SentenceKind = SentenceKind.ANSWER, **changes: object) -> Sentence:
    return Sentence(text, kind, **{"origin": Origin.GUIDE, "cites": (1,), **changes})  # type: ignore[arg-type]


def test_hostile_text_stays_text_everywhere() -> None:
    source = a_source(1, title=HOSTILE, section=HOSTILE, quote=HOSTILE, text=HOSTILE, url=HOSTILE, publisher=HOSTILE)
    answer = an_answer(
        HOSTILE, sentences=(a_sentence(HOSTILE),), sources=(source,), model=HOSTILE, index_version=HOSTILE,
        dropped=(Dropped(HOSTILE, HOSTILE),), notices=(HOSTILE,), ask_back=HOSTILE,
    )  # fmt: skip
    page = "".join(
        [
            render.question_html(1, HOSTILE),
            render.waiting_html(HOSTILE),
            render.say_html(HOSTILE, HOSTILE),
            render.problem_html(HOSTILE, HOSTILE),
            render.answer_html(
                answer.sentences, answer.sources, "t1", status=Status.DECLINED, ask_back=HOSTILE, notices=[HOSTILE]
            ),
            render.sources_html([source], "t1"),
            render.tools_html(answer, "t1"),
            render.fine_print_html(answer),
            render.facts_html([Fact("x", HOSTILE, quotes=(Quote(HOSTILE, 0, 1),))], lambda _f: HOSTILE, lambda _f: HOSTILE),
        ]
    )

    read = Reading(page)
    assert set(read.tags) <= ALLOWED
    assert {name for name, _ in read.attributes if name.startswith("on")} == set()
    assert not any(name in ("src", "href", "style", "srcset") for name, _ in read.attributes)
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "\u200b" not in page
    assert "<script>window.pwned=1</script>" in read.text


def test_a_label_escapes_every_sign_that_markdown_knows() -> None:
    assert render.label(":red[x] $y$ ![z](u) `c` <b>") == r"\:red\[x\] \$y\$ \!\[z\](u) \`c\` \<b\>"
    assert render.label("www.x.y http://x a@b.c ~s~ | #") == r"www\.x\.y http\:\/\/x a\@b\.c \~s\~ \| \#"
    assert render.label("1. one") == r"1\. one"
    assert render.label("- one") == r"\- one"
    assert "\n" not in render.label("two\nlines")


def test_a_label_of_plain_words_is_left_alone_since_screen_readers_are_told_it_as_it_is() -> None:
    plain = "Suppliers, partners and third-party teams (now: 2)? Yes; “no”. Nobody's."

    assert render.label(plain) == plain


def test_a_marker_is_a_button_that_opens_its_passage() -> None:
    page = render.answer_html([a_sentence(cites=(2, 1))], [a_source(1), a_source(2)], "t3")

    assert [value for name, value in Reading(page).attributes if name == "popovertarget"] == ["t3-2", "t3-1"]
    assert 'id="t3-1"' in render.sources_html([a_source(1)], "t3")


def test_a_marker_without_a_passage_is_not_drawn() -> None:
    page = render.answer_html([a_sentence(cites=(1, 9))], [a_source(1)], "t1")

    assert page.count("popovertarget") == 1


def test_the_quoted_sentence_is_highlighted_where_it_stands() -> None:
    source = a_source(1, text="One. A manager <watches> the date. Three.", quote="A manager <watches> the date.")

    assert "One. <mark>A manager &lt;watches&gt; the date.</mark> Three." in render.passage_html(source, "t1")


def test_sentences_that_stand_apart_are_highlighted_apart() -> None:
    source = a_source(1, text="One is.\nTwo is. Three is.", quote="Three is. … One is.")

    assert "<mark>One is.</mark>\nTwo is. <mark>Three is.</mark>" in render.passage_html(source, "t1")


def test_a_quote_that_breaks_its_line_elsewhere_is_found() -> None:
    source = a_source(1, text="A manager\nwatches the date.", quote="A manager watches the date.")

    assert "<mark>A manager\nwatches the date.</mark>" in render.passage_html(source, "t1")


def test_a_quote_that_the_passage_does_not_hold_is_shown_before_it() -> None:
    source = a_source(1, text="Something else.", quote="The quote.")

    assert "<mark>The quote.</mark>\n\nSomething else." in render.passage_html(source, "t1")


def test_a_passage_names_everything_that_one_needs_to_judge_it() -> None:
    read = Reading(render.passage_html(a_source(1), "t1")).text

    for piece in ("Product manager", "What the role is for", "Rolewise", "Apache-2.0", "2026-11-20", "guides.example"):
        assert piece in read


def test_works_that_a_guide_rests_on_are_listed_with_their_licences() -> None:
    works = (Reference("Work", "Maker", "https://maker.example/x", "CC BY 4.0"), Reference("Other", "B", "", "MIT"))
    read = Reading(render.passage_html(a_source(1, references=works), "t1")).text

    assert "Work, Maker (CC BY 4.0) maker.example" in read
    assert "Other, B (MIT)" in read


def test_a_link_shows_its_host_and_tells_the_other_side_nothing() -> None:
    page = render.link_html("https://guides.example/a?b=1&c=2")

    read = Reading(page)
    assert dict(read.attributes)["href"] == "https://guides.example/a?b=1&c=2"
    assert dict(read.attributes)["rel"] == "noreferrer noopener"
    assert dict(read.attributes)["target"] == "_blank"
    assert read.text.startswith("guides.example")


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//evil.example", "", "http://", "http://[", "ftp://x.y",
     "https://guides.example@evil.example/", "java\nscript:alert(1)"],
)  # fmt: skip
def test_what_is_no_plain_web_address_stays_text(url: str) -> None:
    assert "<a" not in render.link_html(url)


def test_a_name_with_look_alike_letters_is_shown_encoded() -> None:
    assert Reading(render.link_html("https://аpple.example/")).text.startswith("xn--")


def test_sentences_of_the_model_are_told_apart() -> None:
    page = render.answer_html([a_sentence(), a_sentence("Model says.", origin=Origin.MODEL)], [a_source(1)], "t1")

    assert Reading(page).text.count("in the model’s words") == 1


def test_reasons_and_exceptions_stand_under_their_headings() -> None:
    sentences = [
        a_sentence("Yes."),
        a_sentence("Because.", SentenceKind.REASON),
        a_sentence("Unless.", SentenceKind.CONDITION),
        a_sentence("How many?", SentenceKind.QUESTION, cites=()),
    ]

    page = render.answer_html(sentences, [a_source(1)], "t1")

    assert page.index("Yes.") < page.index(">Why<") < page.index("Because.") < page.index(">What it depends on<")
    assert '<p class="rw-ask">How many?</p>' in page


def test_what_opens_an_answer_has_no_heading_that_makes_it_an_exception() -> None:
    page = render.answer_html([a_sentence("When A.", SentenceKind.CONDITION), a_sentence("Unless B.")], [a_source(1)], "t1")

    assert "What it depends on" not in page


def test_a_comparison_stands_side_by_side() -> None:
    sentences = [
        a_sentence("Both product and project people talk."),
        a_sentence("A product manager decides."),
        a_sentence("A project manager plans."),
        a_sentence("It differs.", SentenceKind.CONDITION),
    ]

    page = render.answer_html(sentences, [a_source(1)], "t1", columns=COLUMNS)

    assert page.index("Both") < page.index('class="rw-two"') < page.index("decides") < page.index("plans") < page.index("differs")
    assert Reading(page).text.count("A product manager decides.") == 1


def test_a_comparison_with_one_empty_side_stays_text() -> None:
    page = render.answer_html([a_sentence("A product manager decides.")], [a_source(1)], "t1", columns=COLUMNS)

    assert "rw-two" not in page
    assert "decides" in page


def test_the_question_back_is_shown_once() -> None:
    sentences = [a_sentence("How many?", SentenceKind.QUESTION, cites=())]

    assert render.answer_html(sentences, [], "t1", ask_back="How many?").count("How many?") == 1
    assert render.answer_html([], [], "t1", ask_back="How many?").count("How many?") == 1


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.ANSWERED])
def test_every_status_but_answered_has_words(status: Status) -> None:
    assert render.STATUS[status] in render.answer_html([], [], "t1", status=status)


def test_how_an_answer_was_made_can_be_seen() -> None:
    answer = an_answer(
        "q", sentences=(a_sentence(), a_sentence("M.", origin=Origin.MODEL)), model="qwen", kind=Kind.COMPARE,
        dropped=(Dropped("The model invented this.", "no passage carries it"),),
    )  # fmt: skip

    read = Reading(render.tools_html(answer, "t1") + render.fine_print_html(answer)).text

    for piece in (
        "answered",
        "comparison of roles",
        "qwen",
        "version v1",
        "0.12 s",
        "0.30 s",
        "0.90 s",
        "1 sentence",
        "no passage",
    ):
        assert piece in read
    assert "Automated, in part by qwen. Not legal, medical or HR advice." in read


def test_a_dropped_sentence_is_counted_and_not_shown() -> None:
    answer = an_answer("q", sentences=(a_sentence(),), dropped=(Dropped("The model invented this.", "no passage carries it"),))

    assert "invented" not in render.tools_html(answer, "t1")


def test_the_copied_text_has_the_answer_its_sources_and_how_it_was_made() -> None:
    answer = an_answer("What is it?", sentences=(a_sentence(),), sources=(a_source(1),))

    text = render.answer_text(answer)

    assert text.startswith("What is it?\n\nIt decides. [1]\n")
    assert "[1] Product manager, What the role is for. Rolewise. Apache-2.0. Reviewed 2026-11-20. https://guides.example" in text
    assert "“A product manager decides what is worth building.”" in text
    assert "Automated." in text
    assert html.unescape(dict(Reading(render.tools_html(answer, "t1")).attributes)["data-rw-copy"] or "") == text
