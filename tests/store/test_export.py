"""Exports: everything is in them, and hostile words stay words."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from app.coaching.model import Answer, Kind, Origin, Sentence, SentenceKind, Source, Status
from app.coaching.wire import answer_from_json
from app.errors import BadInput, StoreError
from app.store.conversations import ConversationStore
from app.store.export import NOTICE, inert, inert_line
from app.store.owned import OwnedConversations

HOSTILE = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "![picture](http://127.0.0.1:9/x?d=secret)",
    "![picture][ref]\n\n[ref]: http://127.0.0.1:9/x",
    "[click](javascript:alert(1))",
    "<http://127.0.0.1:9/> and <me@example.org>",
    "http://127.0.0.1:9/ www.example.org me@example.org",
    "# Heading\n## Heading\n=====\n-----\n***",
    "- list\n+ list\n* list\n1. list\n2) list",
    "> quote\n>> quote",
    "```\ncode\n```\n~~~\ncode\n~~~\n    code\n\tcode",
    "`code` **bold** _em_ ~~gone~~ $x$ $$y$$",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "&lt;script&gt; &#106; &copy;",
    "\\[not a link\\](x) \\<b>",
    ":material/home: :red[text] :smile:",
    "\x1b]8;;http://127.0.0.1:9/\x07link\x1b[31m\u202e\u200b",
    "=cmd|' /C calc'!A0",
    "{x} {{x}} {x.__class__} {% raw %}",
]


def a_reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def an_answer(question: str, text: str = "Share the work.", model: str = "none") -> Answer:
    sentence = Sentence(text, SentenceKind.ANSWER, Origin.GUIDE, (1,))
    source = Source(1, "g#s", "g", "own", text, "When", "A [house]", "https://example.org/a_b", "CC0", "2026-07-01", text, "t", 0)
    return Answer(question, Kind.TEAM, Status.ANSWERED, (sentence,), (source,), model=model)


@pytest.fixture
def mine(tmp_path: Path) -> OwnedConversations:
    return ConversationStore(tmp_path / "store" / "c.sqlite").for_owner("k")


@pytest.mark.parametrize("text", HOSTILE)
def test_in_markdown_a_text_is_shown_letter_by_letter_and_nothing_acts(text: str) -> None:
    tokens = a_reader().parse(inert(text))

    inline = [child for token in tokens for child in token.children or []]
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    assert {child.type for child in inline} <= {"text", "text_special", "softbreak"}
    shown = "".join("\n" if child.type == "softbreak" else child.content for child in inline)
    visible = re.sub(r"\x1b\]8;;\S+\x07|\x1b\[31m|[\u202e\u200b]", "", text)
    assert re.sub(r"\s+", "", shown) == re.sub(r"\s+", "", visible)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_address_in_a_text_is_one_that_readers_make_a_link_of(text: str) -> None:
    assert not re.search(r"https?://|www\.|[^\\]@", inert(text))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_conversation_stays_within_its_places_on_the_page(mine: OwnedConversations, text: str) -> None:
    mine.keep("c1", an_answer(text, text, text))
    mine.rename("c1", text)
    mine.feedback("c1", 1, "down", [text], text)
    mine.save_assessment("fit", {text: text})

    page = mine.export("markdown")

    tokens = a_reader().parse(page)
    headings = [tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "heading_open"]
    assert headings == [
        "Conversations with Rolewise",
        inert_line(mine.listing()[0].title),
        "Question 1",
        "Assessments",
        "fit",
    ]
    inline = [child for token in tokens for child in token.children or []]
    assert {child.type for child in inline} <= {"text", "text_special", "softbreak"}
    assert not any(token.type in ("html_block", "fence", "code_block", "table_open") for token in tokens)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e]", page)


def test_a_page_says_what_wrote_it_what_for_and_what_not_for(mine: OwnedConversations) -> None:
    mine.keep("c1", an_answer("One?"))
    mine.keep("c1", an_answer("Two?", model="qwen2.5-coder"))

    page, data = mine.export("markdown"), json.loads(mine.export())

    assert "automated" in page
    for sentence in NOTICE:
        assert sentence in page
        assert sentence in data["notice"]
    assert "Answered by: none (composed from guidance and rules, without a language model), qwen2.5-coder." in page
    assert len(data["models"]) == 2


def test_a_page_reads_as_the_conversation_did(mine: OwnedConversations) -> None:
    mine.keep("c1", an_answer("Do we need\na project manager?"))
    mine.feedback("c1", 1, "down", ["wrong"], "We are twelve.")

    page = mine.export("markdown", "c1")

    assert "## Do we need a project manager?" in page
    assert "> Do we need\n> a project manager?" in page
    assert "Share the work. \\[1\\]" in page
    assert "- \\[1\\] Share the work., When. A \\[house\\]. CC0. https\\://example.org/a\\_b. Reviewed 2026-07-01" in page
    assert "outcome: answered" in page
    assert "Feedback: down; wrong; We are twelve." in page


@pytest.mark.parametrize("text", [*HOSTILE, "\ud800 \x00 \u2028"])
def test_json_holds_every_text_unchanged_and_no_tag_or_invisible_character(mine: OwnedConversations, text: str) -> None:
    kept = mine.keep("c1", an_answer(text, text))
    mine.save_assessment("fit", {"about": text}, kept=True)

    exported = mine.export()

    assert not re.search("[<>&\x00-\x09\x0b-\x1f\u200b\u2028\u202e\ud800]", exported)
    data = json.loads(exported)
    (turn,) = data["conversations"][0]["turns"]
    assert turn["question"] == text
    assert answer_from_json(turn["answer"]) == kept.answer
    assert data["assessments"][0]["body"] == {"about": text}


def test_json_holds_everything_of_this_owner_and_nothing_of_others(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path / "store" / "c.sqlite")
    hers, his = store.for_owner("hers"), store.for_owner("his")
    for owner, word in ((hers, "zebra"), (his, "walrus")):
        owner.keep(f"{word}-1", an_answer(f"{word} one?"))
        owner.keep(f"{word}-2", an_answer(f"{word} two?"))
        owner.set_kept(f"{word}-2", False)
        owner.feedback(f"{word}-1", 1, "up", [f"{word} reason"], f"{word} comment")
        owner.save_assessment(f"{word} fit", {"about": word})

    text = hers.export()
    data = json.loads(text)

    assert "walrus" not in text + hers.export("markdown")
    assert [(one["id"], one["kept"]) for one in data["conversations"]] == [("zebra-1", True), ("zebra-2", False)]
    assert data["conversations"][0]["feedback"][0] | {"created": ""} == {
        "turn": 1,
        "verdict": "up",
        "reasons": ["zebra reason"],
        "comment": "zebra comment",
        "created": "",
    }
    assert [one["name"] for one in data["assessments"]] == ["zebra fit"]


def test_one_conversation_is_exported_alone(mine: OwnedConversations) -> None:
    mine.keep("c1", an_answer("One?"))
    mine.keep("c2", an_answer("Two?"))
    mine.save_assessment("fit", {})

    data = json.loads(mine.export("json", "c2"))

    assert [one["id"] for one in data["conversations"]] == ["c2"]
    assert data["assessments"] == []
    assert "One?" not in mine.export("markdown", "c2")
    with pytest.raises(StoreError, match="no such conversation"):
        mine.export("json", "c3")


def test_nothing_kept_is_exported_as_nothing(mine: OwnedConversations) -> None:
    assert json.loads(mine.export())["conversations"] == []
    assert "Answered by: nobody yet." in mine.export("markdown")


def test_a_conversation_without_a_question_has_a_heading(mine: OwnedConversations) -> None:
    mine.set_kept("c1", False)

    assert "## Without a question" in mine.export("markdown")


def test_an_answer_without_sentences_is_exported(mine: OwnedConversations) -> None:
    mine.keep("c1", replace(an_answer("One?"), sentences=(), sources=(), status=Status.FAILED))

    assert "(no answer)" in mine.export("markdown")


def test_another_format_is_refused(mine: OwnedConversations) -> None:
    with pytest.raises(BadInput, match="not exported as pickle"):
        mine.export("pickle")  # type: ignore[arg-type]
