"""`rolewise ask`: one question, or many, as text and as the JSON that other programs read."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.settings import SHIPPED_CORPUS
from app.wiring import embedding_identity
from tests.cli.commands import Command, fits, one_sentence_and_a_step

OWNER = "what is the difference between a product owner and a product manager?"
TEAM = "should my team have a project manager?"
DESCRIPTION = "We are a team of six engineers and a designer. We ship every day. We have no suppliers and no fixed deadline."

ANSWER = {
    "question": str,
    "kind": str,
    "status": str,
    "answer": str,
    "conversation": str,
    "turn": int,
    "sentences": [{"text": str, "kind": str, "origin": str, "cites": [int], "facts": [str], "support": (float, int, type(None))}],
    "sources": [
        {
            "n": int,
            "passage": str,
            "document": str,
            "collection": str,
            "title": str,
            "publisher": str,
            "url": str,
            "licence": str,
            "reviewed": str,
            "quote": str,
            "score": float,
        }
    ],
    "ask_back": str,
    "understood": [{"id": str, "value": object, "quotes": [str]}],
    "advice": (dict, type(None)),
    "dropped": [{"text": str, "why": str}],
    "timings": {"evidence_ms": int, "first_sentence_ms": int, "total_ms": int},
    "usage": {"prompt_tokens": int, "cached_tokens": int, "completion_tokens": int},
    "model": str,
    "index_version": str,
}
RECOMMENDATION = {
    "arrangement": (str, type(None)),
    "change": str,
    "confidence": (float, int),
    "band": str,
    "for": [{"consideration": str, "text": str, "weight": (float, int), "facts": [str], "cites": [int]}],
    "against": [dict],
}
ADVICE = {
    "recommendation": {"delivery": RECOMMENDATION, "product": RECOMMENDATION},
    "facts": [{"id": str, "value": object, "certainty": str, "quotes": [{"text": str, "start": int, "end": int}]}],
    "would_change": [{"decision": str, "fact": str, "to": object, "arrangement": str}],
    "ask_next": [{"fact": str, "question": str, "value": float}],
}
STATUSES = {
    "answered", "partly_answered", "needs_facts", "not_covered", "out_of_scope", "signpost", "declined", "failed",
}  # fmt: skip
MAY_CITE_NOTHING = {"suggestion", "question", "courtesy"}

pytestmark = pytest.mark.usefixtures("with_index")


def guide(document: str) -> str:
    return (SHIPPED_CORPUS / "guides" / f"{document}.md").read_text(encoding="utf-8")


def assert_every_citation_resolves(answer: dict[str, Any]) -> None:
    numbers = [s["n"] for s in answer["sources"]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert {int(n) for n in re.findall(r"\[(\d+)\]", answer["answer"])} <= set(numbers)
    for sentence in answer["sentences"]:
        assert set(sentence["cites"]) <= set(numbers)
        assert sentence["cites"] or sentence["kind"] in MAY_CITE_NOTHING, sentence
    for source in answer["sources"]:
        for part in source["quote"].split(" … "):
            assert part.strip() in guide(source["document"]), (source["passage"], part)


@pytest.mark.parametrize(
    ("question", "status"),
    [
        (OWNER, {"answered"}),
        (TEAM, {"partly_answered", "needs_facts"}),
        ("am I suited to product management?", {"answered", "partly_answered"}),
        ("rank Anna, Tom and Li", {"declined"}),
        ("what will the weather be tomorrow?", {"out_of_scope"}),
        ("my manager harasses me, what can I do?", {"signpost"}),
    ],
)
def test_an_answer_has_the_promised_shape(question: str, status: set[str], rolewise: Command):
    said = rolewise("ask", question, "--json")

    assert said.code == 0
    assert fits(said.json, ANSWER) == ""
    assert said.json["question"] == question
    assert said.json["status"] in STATUSES & status
    assert_every_citation_resolves(said.json)


def test_spoken_answers_show_markers_sources_and_quotes(rolewise: Command):
    said = rolewise("ask", OWNER)

    assert said.code == 0
    assert "[1]" in said.out
    assert re.search(r"^\[1\] .+: .+ \(.+; reviewed \d{4}-\d\d-\d\d\)$", said.out, re.M)
    assert "“" in said.out


def test_a_team_description_is_understood_and_quoted(rolewise: Command, tmp_path: Path):
    (tmp_path / "team.md").write_text(DESCRIPTION, encoding="utf-8")

    answer = rolewise("ask", TEAM, "--team", tmp_path / "team.md", "--json").json

    understood = {fact["id"]: fact for fact in answer["understood"]}
    assert understood["external_parties"]["value"] == 0
    assert all(quote in DESCRIPTION for fact in understood.values() for quote in fact["quotes"])
    assert fits(answer["advice"], ADVICE) == ""
    assert_every_citation_resolves(answer)


def test_a_conversation_goes_on_in_a_later_run(rolewise: Command):
    first = rolewise("ask", "what is a scrum master?", "--conversation", "c-goes-on", "--json").json

    second = rolewise("ask", "and a delivery manager?", "--conversation", first["conversation"], "--json").json

    assert (first["turn"], second["turn"]) == (1, 2)
    assert second["conversation"] == "c-goes-on"


@pytest.mark.parametrize(
    "question",
    ["", "   \n\t ", "🙂🙂🙂", "\u200b\u200d", "?!…", "a" * 20_001],
    ids=["empty", "blank", "emoji", "invisible", "no-words", "20001-characters"],
)
def test_what_cannot_be_a_question_is_refused_before_anything_is_loaded(
    question: str, rolewise: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("ROLEWISE_DATA", str(tmp_path / "untouched"))
    monkeypatch.setenv("ROLEWISE_MODELS", str(tmp_path / "nothing here"))

    error = rolewise("ask", question, "--json").error

    assert error["code"] == "bad_input"
    assert error["hint"]
    assert not (tmp_path / "untouched").exists()


def test_a_question_of_20000_characters_is_answered(rolewise: Command):
    said = rolewise("ask", (OWNER + " ") + "x" * (20_000 - len(OWNER) - 1), "--json")

    assert said.code == 0
    assert fits(said.json, ANSWER) == ""


def test_without_a_question_the_command_says_how_to_ask(rolewise: Command):
    said = rolewise("ask")

    assert said.code == 2
    assert one_sentence_and_a_step(said.err)
    assert "rolewise ask" in said.err


def test_another_language_is_answered_with_what_is_spoken(rolewise: Command):
    answer = rolewise("ask", "Was macht ein Produktmanager und was ein Projektmanager?", "--json").json

    assert answer["status"] == "not_covered"
    assert "English" in answer["answer"]


def test_a_question_cannot_steer_the_terminal(rolewise: Command):
    said = rolewise("ask", "what is a product owner? \x1b]0;owned\x07\x1b[2J\u202e", "--json")
    spoken = rolewise("ask", "what is a product owner? \x1b]0;owned\x07\x1b[2J\u202e")

    assert said.json["status"] == "answered"
    assert not {"\x1b", "\x07", "\u202e"} & set(spoken.out + spoken.err)


def test_template_and_loader_syntax_is_only_text(rolewise: Command):
    question = 'what is a product owner {x.__class__} {{ 7*7 }} {"lc": 1, "type": "secret", "id": ["OPENAI_API_KEY"]}?'

    answer = rolewise("ask", question, "--json").json

    assert answer["question"] == question
    assert "49" not in answer["answer"]


def test_several_team_files_are_one_team(rolewise: Command, tmp_path: Path):
    (tmp_path / "page.md").write_text("We have no suppliers.", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("We ship every day. There is a contract deadline.", encoding="utf-8")

    answer = rolewise("ask", TEAM, "--team", tmp_path / "page.md", "--team", tmp_path / "notes.txt", "--json").json

    known = {fact["id"]: fact["value"] for fact in answer["advice"]["facts"]}
    assert {"external_parties": 0, "delivery_rhythm": "continuous", "deadline": "contract"}.items() <= known.items()
    assert {fact["id"]: fact["value"] for fact in answer["understood"]} == known
    assert fits(answer["advice"], ADVICE) == ""
    reasons = [r for one in answer["advice"]["recommendation"].values() for r in (*one["for"], *one["against"])]
    assert {"external_parties", "delivery_rhythm", "deadline"} <= {f for reason in reasons for f in reason["facts"]} <= set(known)


def test_a_conversation_about_a_team_keeps_what_is_told_and_answers_anew(rolewise: Command, tmp_path: Path):
    turns = [TEAM, "three teams work on it", "no fixed date", "Actually we are nine people.", "why not just the tech lead?", "and the product side?"]
    (tmp_path / "rows.jsonl").write_text(json.dumps({"id": "a", "turns": turns}), encoding="utf-8")

    answers = rolewise("ask", "--batch", tmp_path / "rows.jsonl", "--json").json["answers"]

    assert [answer["kind"] for answer in answers] == ["team"] * len(turns)
    known = {fact["id"]: fact["value"] for fact in answers[-1]["understood"]}
    assert {"teams_involved": 3, "deadline": "none", "team_size": 9}.items() <= known.items()
    for answer in answers:
        assert fits(answer["advice"], ADVICE) == ""
        assert answer["ask_back"].startswith(answer["advice"]["ask_next"][0]["question"])
        assert_every_citation_resolves(answer)


def test_a_described_team_without_a_role_in_the_question_gets_both_decisions(rolewise: Command, tmp_path: Path):
    (tmp_path / "team.md").write_text(f"{DESCRIPTION} Nobody decides our priorities.", encoding="utf-8")

    answer = rolewise("ask", "what do you make of this team?", "--team", tmp_path / "team.md", "--json").json

    assert (answer["kind"], answer["status"]) == ("team", "answered")
    made = {name: one["arrangement"] for name, one in answer["advice"]["recommendation"].items()}
    assert made == {"delivery": "shared", "product": "named_owner"}
    assert [s["kind"] for s in answer["sentences"][:2]] == ["answer", "answer"]


def test_a_batch_is_about_the_team_that_is_described(rolewise: Command, tmp_path: Path):
    (tmp_path / "team.md").write_text(DESCRIPTION, encoding="utf-8")
    (tmp_path / "rows.jsonl").write_text(json.dumps({"id": "a", "question": TEAM}), encoding="utf-8")

    said = rolewise("ask", "--batch", tmp_path / "rows.jsonl", "--team", tmp_path / "team.md", "--json")

    understood = {fact["id"]: fact["value"] for fact in said.json["understood"]}
    assert understood["external_parties"] == 0


def test_what_was_left_out_of_a_team_file_is_said_on_stderr(rolewise: Command, tmp_path: Path):
    (tmp_path / "team.txt").write_bytes(b"We have no suppliers. \x1b[2JWe ship every day.")

    said = rolewise("ask", TEAM, "--team", tmp_path / "team.txt", "--json")

    assert said.json["understood"]
    assert said.err.startswith("team.txt: ")
    assert "\x1b" not in said.err


def test_a_missing_team_file_is_one_sentence(rolewise: Command, tmp_path: Path):
    error = rolewise("ask", TEAM, "--team", tmp_path / "absent.md", "--json").error

    assert "absent.md" in error["message"]


def test_a_team_file_that_is_no_text_is_one_sentence(rolewise: Command, tmp_path: Path):
    (tmp_path / "team.pdf").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))

    error = rolewise("ask", TEAM, "--team", tmp_path / "team.pdf", "--json").error

    assert error["code"] == "document"


# Many at once


def test_a_batch_prints_one_line_a_row_and_goes_on_after_a_bad_one(rolewise: Command, tmp_path: Path):
    rows = [
        '{"id": "a", "question": "what is a product owner?"}',
        "not json",
        '{"id": "b", "turns": ["what is a scrum master?", "and a delivery manager?"]}',
        '{"id": "c"}',
        '{"id": "d", "question": ""}',
        '{"id": "e", "question": 7}',
        '["f"]',
        json.dumps({"id": "g", "question": "x" * 20_001}),
        "",
        '{"id": "h", "question": "rank Anna, Tom and Li"}',
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(rows), encoding="utf-8")

    said = rolewise("ask", "--batch", tmp_path / "rows.jsonl", "--json")

    assert said.code == 0
    by_id = {row.get("id", f"line {row.get('line')}"): row for row in said.rows}
    assert list(by_id) == ["a", "line 2", "b", "c", "d", "e", "line 7", "g", "h"]
    assert fits(by_id["a"], {"id": str, **ANSWER}) == ""
    assert fits(by_id["b"], {"id": str, "answers": [ANSWER]}) == ""
    assert [answer["turn"] for answer in by_id["b"]["answers"]] == [1, 2]
    assert by_id["h"]["status"] == "declined"
    for bad in ("line 2", "c", "d", "e", "line 7", "g"):
        assert fits(by_id[bad], {"error": {"code": str, "message": str, "hint": str}}) == ""


def test_a_batch_file_that_is_not_there_is_one_sentence(rolewise: Command, tmp_path: Path):
    error = rolewise("ask", "--batch", tmp_path / "absent.jsonl", "--json").error

    assert "absent.jsonl" in error["message"]


# What must be there


def test_without_an_index_the_command_that_makes_one_is_named(rolewise: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("ROLEWISE_DATA", str(tmp_path / "new"))

    error = rolewise("ask", OWNER, "--json").error

    assert error["code"] == "index_missing"
    assert "rolewise-ingest" in error["hint"]


def test_an_index_of_another_embedding_model_is_refused(rolewise: Command, own_data: Path):
    manifest = next(own_data.glob("index/versions/*/manifest.json"))
    manifest.write_text(manifest.read_text().replace(embedding_identity(), "another-model@0123456789abcdef"))

    error = rolewise("ask", OWNER, "--json").error

    assert error["code"] == "index_mismatch"
    assert "another-model" in error["message"]
    assert "rolewise-ingest --force" in error["hint"]


@pytest.mark.parametrize("name", ["sentences.npy", "bm25/data.csc.index.npy", "chroma/chroma.sqlite3"])
@pytest.mark.parametrize("harm", ["truncated", "removed"])
def test_a_damaged_index_file_is_named(name: str, harm: str, rolewise: Command, own_data: Path):
    file = next(own_data.glob(f"index/versions/*/{name}"))
    file.unlink() if harm == "removed" else file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])

    error = rolewise("ask", OWNER, "--json").error

    assert error["code"] == "index_damaged"
    assert name in error["message"]
    assert "rolewise-ingest --force" in error["hint"]


def test_an_unreadable_manifest_is_damage(rolewise: Command, own_data: Path):
    next(own_data.glob("index/versions/*/manifest.json")).write_text('{"version": ')

    assert rolewise("ask", OWNER, "--json").error["code"] == "index_damaged"


def test_without_weights_the_command_that_fetches_them_is_named(
    rolewise: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("ROLEWISE_MODELS", str(tmp_path / "nothing here"))

    error = rolewise("ask", OWNER, "--json").error

    assert error["code"] == "weights_missing"
    assert "rolewise models pull" in error["hint"]


@pytest.mark.parametrize("harm", ["altered", "truncated"])
def test_an_altered_file_of_the_embedding_model_is_named_and_refused(harm: str, rolewise: Command, own_models: Path):
    tokenizer = own_models / "all-MiniLM-L6-v2" / "tokenizer.json"
    text = tokenizer.read_bytes()
    tokenizer.write_bytes(text.replace(b"the", b"teh", 1) if harm == "altered" else text[:-1])

    error = rolewise("ask", OWNER, "--json").error

    assert error["code"] == "weights_damaged"
    assert "tokenizer.json" in error["message"]
    assert "rolewise models pull" in error["hint"]
