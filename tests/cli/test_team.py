"""`rolewise team`: descriptions of teams in, advice out as text, as JSON and as a file; what is wrong is one sentence."""

import hashlib
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.cli.team import told_fact
from app.coaching.model import Certainty, Fact, FactValue
from app.coaching.team.report import TeamAdvice, team_json
from app.errors import BadInput
from app.wiring import Service
from tests.cli.commands import Command, fits, one_sentence_and_a_step

DESCRIPTION = "We are a team of six engineers and a designer. We ship every day. We have no suppliers and no fixed deadline.\n"
SOURCE = {
    "n": int, "passage": str, "document": str, "collection": str, "title": str, "publisher": str, "url": str,
    "licence": str, "reviewed": str, "quote": str, "score": float,
}  # fmt: skip
REASON = {"consideration": str, "text": str, "weight": (float, int), "facts": [str], "cites": [int]}
RECOMMENDATION = {
    "arrangement": (str, type(None)), "change": str, "confidence": (float, int), "band": str, "for": [REASON], "against": [REASON],
}  # fmt: skip
QUOTE = {"text": str, "start": int, "end": int}
ADVICE = {
    "status": str,
    "text_sha256": str,
    "facts": [{"id": str, "value": object, "certainty": str, "quotes": [QUOTE]}],
    "recommendation": {"delivery": RECOMMENDATION, "product": RECOMMENDATION},
    "would_change": [{"decision": str, "fact": str, "to": object, "arrangement": str}],
    "ask_next": [{"fact": str, "question": str, "value": float}],
    "responsibilities": [{"id": str, "family": str, "state": str, "owners": [str], "quotes": [QUOTE]}],
    "summary": {"sentences": [dict], "answer": str},
    "sources": [SOURCE],
    "warnings": [str],
    "timings": {"total_ms": int},
    "model": str,
    "index_version": str,
}
ERROR = {"error": {"code": str, "message": str, "hint": str}}

Exported = list[tuple[str, bool]]


@pytest.fixture
def team_file(tmp_path: Path) -> Path:
    """A description of a team."""
    file = tmp_path / "team.md"
    file.write_text(DESCRIPTION, encoding="utf-8")
    return file


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Exported:
    """Exports are the advice's own JSON, and each request for one is listed: this is about the file that is written."""
    asked: Exported = []

    def export(self: Service, advice: TeamAdvice, format: str, shorten_names: bool = False) -> bytes:
        asked.append((format, shorten_names))
        return json.dumps(team_json(advice)).encode()

    monkeypatch.setattr(Service, "export", export, raising=False)
    return asked


def typed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """What stands on standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))


def fact(advice: dict[str, Any], wanted: str) -> dict[str, Any]:
    found: dict[str, Any] = next(f for f in advice["facts"] if f["id"] == wanted)
    return found


# Advice


@pytest.mark.usefixtures("with_index")
def test_advice_has_the_promised_shape(rolewise: Command, team_file: Path):
    said = rolewise("team", team_file, "--json")

    assert (said.code, said.err) == (0, "")
    assert fits(said.json, ADVICE) == ""
    assert said.json["status"] == "answered"
    assert "file" not in said.json
    numbers = {source["n"] for source in said.json["sources"]}
    for recommendation in said.json["recommendation"].values():
        for reason in (*recommendation["for"], *recommendation["against"]):
            assert reason["cites"]
            assert set(reason["cites"]) <= numbers


@pytest.mark.usefixtures("with_index")
def test_facts_are_quoted_from_the_text_whose_hash_is_given(rolewise: Command, team_file: Path):
    advice = rolewise("team", team_file, "--json").json

    quotes = [quote for fact in advice["facts"] for quote in fact["quotes"]]
    assert quotes
    assert advice["text_sha256"] == hashlib.sha256(DESCRIPTION.encode()).hexdigest()
    assert [q for q in quotes if DESCRIPTION[q["start"] : q["end"]] != q["text"]] == []


@pytest.mark.usefixtures("with_index")
def test_facts_that_are_set_win_and_unknown_takes_one_away(rolewise: Command, team_file: Path):
    sets = ["team_size=9", "deadline=contract", "regulated=yes", "roles_present=product_manager,developer", "external_parties=unknown"]

    advice = rolewise("team", team_file, "--json", *(word for one in sets for word in ("--set", one))).json

    told = {name: fact(advice, name)["value"] for name in ("team_size", "deadline", "regulated", "roles_present")}
    assert told == {"team_size": 9, "deadline": "contract", "regulated": True, "roles_present": ["product_manager", "developer"]}
    assert {fact(advice, name)["certainty"] for name in told} == {"told"}
    assert fact(advice, "external_parties") == {"id": "external_parties", "value": None, "certainty": "unknown", "quotes": []}


@pytest.mark.usefixtures("with_index")
def test_too_little_to_advise_on_is_an_honest_answer(rolewise: Command, tmp_path: Path):
    (tmp_path / "thin.txt").write_text("Our office has a lovely view over the harbour.", encoding="utf-8")

    said = rolewise("team", tmp_path / "thin.txt", "--json")
    report = rolewise("team", tmp_path / "thin.txt")

    assert (said.code, said.json["status"]) == (0, "needs_facts")
    assert said.json["recommendation"]["delivery"]["arrangement"] is None
    assert said.json["ask_next"]
    assert report.code == 0
    assert "too little is known" in report.out
    assert "Next question" in report.out


@pytest.mark.usefixtures("with_index")
def test_a_dash_reads_standard_input(rolewise: Command, monkeypatch: pytest.MonkeyPatch):
    typed(monkeypatch, DESCRIPTION.encode())

    advice = rolewise("team", "-", "--json").json

    assert fact(advice, "external_parties")["value"] == 0


@pytest.mark.usefixtures("with_index")
def test_without_json_it_is_a_report(rolewise: Command, team_file: Path):
    said = rolewise("team", team_file)

    assert said.code == 0
    for part in ("What was understood", "Delivery:", "Product:", "Next question", "Sources", "Not legal, medical or HR advice"):
        assert part in " ".join(said.out.split())
    assert "[1]" in said.out


# Several teams


@pytest.mark.usefixtures("with_index")
def test_several_files_are_several_teams_and_a_bad_one_does_not_stop_the_others(
    rolewise: Command, team_file: Path, tmp_path: Path
):
    (tmp_path / "picture.pdf").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    second = tmp_path / "Zürich e\u0301quipe.txt"  # decomposed, as some systems write names
    second.write_text(DESCRIPTION, encoding="utf-8")
    files = [tmp_path / "absent.md", team_file, tmp_path / "picture.pdf", second]

    said = rolewise("team", *files, "--json")

    assert said.code == 0
    assert [row["file"] for row in said.rows] == [str(file) for file in files]
    absent, good, picture, also_good = said.rows
    assert fits([absent, picture], [ERROR]) == ""
    assert (absent["error"]["code"], picture["error"]["code"]) == ("bad_input", "document")
    assert fits([good, also_good], [{"file": str, **ADVICE}]) == ""


@pytest.mark.usefixtures("with_index")
def test_several_reports_each_begin_with_the_name_of_the_file(rolewise: Command, team_file: Path, tmp_path: Path):
    said = rolewise("team", tmp_path / "absent.md", team_file)

    assert said.code == 0
    assert said.out.startswith("team.md\n")
    assert one_sentence_and_a_step(said.err)
    assert "absent.md" in said.err


def test_several_files_that_are_all_bad_load_nothing(rolewise: Command, tmp_path: Path):
    said = rolewise("team", tmp_path / "one.md", tmp_path / "two.md", "--json")

    assert said.code == 0
    assert fits(said.rows, [ERROR]) == ""


# What cannot be read


def a_folder(file: Path) -> None:
    file.mkdir()


def an_empty_file(file: Path) -> None:
    file.write_bytes(b"")


def a_picture(file: Path) -> None:
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))


def too_large(file: Path) -> None:
    file.write_bytes(b"a team of six\n" * 400_000)


def nothing(file: Path) -> None:
    assert not file.exists()


@pytest.mark.parametrize(
    ("make", "code"),
    [(nothing, "bad_input"), (a_folder, "bad_input"), (an_empty_file, "document"), (a_picture, "document"), (too_large, "document")],
)
def test_what_cannot_be_read_is_one_sentence_that_names_it(
    make: Callable[[Path], None], code: str, rolewise: Command, tmp_path: Path
):
    make(tmp_path / "harbour.md")

    error = rolewise("team", tmp_path / "harbour.md", "--json").error
    said = rolewise("team", tmp_path / "harbour.md")

    assert error["code"] == code
    assert "harbour.md" in error["message"]
    assert (said.code, said.out) == (2, "")
    assert one_sentence_and_a_step(said.err.replace(str(tmp_path), ""))


def test_empty_standard_input_is_one_sentence(rolewise: Command, monkeypatch: pytest.MonkeyPatch):
    typed(monkeypatch, b"")

    error = rolewise("team", "-", "--json").error

    assert error["message"] == "standard input: This file is empty."


def test_a_file_name_cannot_steer_the_terminal(rolewise: Command, tmp_path: Path):
    said = rolewise("team", tmp_path / "a\x1b]0;owned\x07\x1b[2J\u202e.md")

    assert said.code == 2
    assert not {"\x1b", "\x07", "\u202e"} & set(said.err)


@pytest.mark.skipif(sys.platform == "darwin", reason="names of files are text there")
def test_a_file_name_that_is_no_text_can_be_printed(rolewise: Command, tmp_path: Path):
    said = rolewise("team", tmp_path / "a\udcff.md", tmp_path / "b.md", "--json")

    assert said.out.encode("utf-8")
    assert said.rows[0]["file"].endswith("a\ufffd.md")


def test_without_a_file_the_command_says_how_to_name_one(rolewise: Command):
    error = rolewise("team", "--json").error

    assert error["code"] == "bad_input"
    assert "rolewise team" in error["hint"]


# Facts that are set


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("team_size=9", 9),
        ("external_parties=0", 0),
        ("deadline=contract", "contract"),
        ("deadline=none", "none"),
        ("Deadline = Contract", "contract"),
        ("organisation=scale-up", "scale_up"),
        ("regulated=yes", True),
        ("regulated=no", False),
        ("regulated=FALSE", False),
        ("roles-present=product_manager,developer", ("product_manager", "developer")),
        ("roles_present=Product Manager, tech lead, TPM", ("product_manager", "tech_lead", "technical_programme_manager")),
        ("roles_present=product_manager,product manager", ("product_manager",)),
        ("roles_present=none", ()),
        ("priorities_owner=nobody", "nobody"),
        ("priorities_owner=founder", "founder"),
        ("vision_owner=product owner", "product_owner"),
    ],
)
def test_a_fact_is_set_as_its_rule_types_it(given: str, value: FactValue, service: Service):
    made = told_fact(given, service.rules, service.vocabulary)

    assert made == Fact(given.partition("=")[0].strip().lower().replace("-", "_"), value, Certainty.TOLD)
    assert type(made.value) is type(value)


def test_every_choice_of_every_question_can_be_set(service: Service):
    for rule in service.fact_rules():
        for value in rule.answers.values():
            words = ",".join(value) if isinstance(value, tuple) else str(value)

            assert told_fact(f"{rule.id}={words}", service.rules, service.vocabulary).value == value


@pytest.mark.parametrize("name", ["team_size", "deadline", "regulated", "roles_present", "priorities_owner"])
def test_unknown_takes_a_fact_of_any_type_away(name: str, service: Service):
    assert told_fact(f"{name}=Unknown", service.rules, service.vocabulary) == Fact(name, None, Certainty.UNKNOWN)


@pytest.mark.parametrize(
    ("given", "allowed", "meant"),
    [
        ("team_sise=9", ["team_size", "deadline", "product_stage"], "team_size"),
        ("=9", ["team_size", "deadline"], ""),
        ("team_size=many", ["a whole number from 0 to 9999", "unknown"], ""),
        ("team_size=-1", ["a whole number"], ""),
        ("team_size=6.5", ["a whole number"], ""),
        ("team_size=10000", ["a whole number"], ""),
        ("team_size=" + "0" * 5000 + "9", ["a whole number"], ""),
        ("team_size=٩", ["a whole number"], ""),
        ("deadline=contracts", ["none, internal, contract, regulator or unknown"], "contract"),
        ("deadline=", ["none, internal, contract, regulator or unknown"], ""),
        ("regulated=ye", ["yes, no or unknown"], "yes"),
        ("regulated=2", ["yes, no or unknown"], ""),
        ("roles_present=product_manger", ["product_manager", "tech_lead", "commas"], "product_manager"),
        ("roles_present=product_manager,", ["product_manager"], ""),
        ("roles_present=team", ["product_manager"], ""),
        ("roles_present=none,developer", ["product_manager"], ""),
        ("priorities_owner=noboddy", ["nobody", "team", "product_owner"], "nobody"),
    ],
)
def test_what_cannot_be_set_is_one_sentence_with_what_is_allowed(given: str, allowed: list[str], meant: str, service: Service):
    with pytest.raises(BadInput) as refused:
        told_fact(given, service.rules, service.vocabulary)

    message = str(refused.value)
    assert [word for word in allowed if word not in message] == []
    assert len(message) < 1000
    assert message.endswith(".")
    assert message.count(". ") == 0
    assert refused.value.hint == (f"Did you mean {meant}?" if meant else "Choose one of these.")


@pytest.mark.parametrize("given", ["team_sise=9", "team_size=many", "team_size", "team_size=\x1b[2Jx"])
def test_a_mistake_in_a_fact_is_found_before_anything_is_read(given: str, rolewise: Command, tmp_path: Path):
    error = rolewise("team", tmp_path / "absent.md", "--set", given, "--json").error

    assert error["code"] == "bad_input"
    assert "absent" not in error["message"]
    assert "\x1b" not in error["message"]
    assert error["hint"]


# The file to take away


@pytest.mark.usefixtures("with_index")
@pytest.mark.parametrize(("name", "format"), [("a.pptx", "pptx"), ("b.DOCX", "docx"), ("c.md", "md"), ("d.json", "json")])
def test_the_advice_is_written_beside_the_report(
    name: str, format: str, rolewise: Command, team_file: Path, tmp_path: Path, exported: Exported
):
    said = rolewise("team", team_file, "--out", tmp_path / name, "--json")

    assert said.code == 0
    assert exported == [(format, False)]
    assert json.loads((tmp_path / name).read_bytes()) == said.json
    assert name in said.err
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([name, "team.md"])


@pytest.mark.usefixtures("with_index")
def test_names_are_shortened_on_request(rolewise: Command, team_file: Path, tmp_path: Path, exported: Exported):
    rolewise("team", team_file, "--out", tmp_path / "a.docx", "--shorten-names")

    assert exported == [("docx", True)]


@pytest.mark.usefixtures("with_index")
def test_a_report_that_cannot_be_written_leaves_what_was_there(
    rolewise: Command, team_file: Path, tmp_path: Path, exported: Exported, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "a.docx").write_text("the old one")

    def no_space(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", no_space)

    error = rolewise("team", team_file, "--out", tmp_path / "a.docx", "--json").error

    assert "No space left on device" in error["message"]
    assert (tmp_path / "a.docx").read_text() == "the old one"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.docx", "team.md"]


@pytest.mark.parametrize(
    ("out", "says"),
    [
        ("report.xls", ".pptx, .docx, .md, .json"),
        ("report", ".pptx, .docx, .md, .json"),
        (".md", ".pptx, .docx, .md, .json"),
        ("nowhere/report.md", "folder that does not exist"),
        ("folder.md", "is a folder"),
        ("team.md", "would be overwritten"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused_before_anything_is_loaded(
    out: str, says: str, rolewise: Command, team_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "folder.md").mkdir()
    monkeypatch.setenv("ROLEWISE_MODELS", str(tmp_path / "no models"))

    error = rolewise("team", team_file, "--out", tmp_path / out, "--json").error

    assert error["code"] == "bad_input"
    assert says in error["message"]
    assert error["hint"]
    assert team_file.read_text() == DESCRIPTION


def test_a_report_is_about_one_team(rolewise: Command, team_file: Path, tmp_path: Path):
    error = rolewise("team", team_file, team_file, "--out", tmp_path / "a.md", "--json").error

    assert "one team" in error["message"]
    assert not (tmp_path / "a.md").exists()


def test_shortened_names_without_a_file_are_refused(rolewise: Command, team_file: Path):
    assert "--out" in rolewise("team", team_file, "--shorten-names", "--json").error["message"]


# What must be there


def test_without_an_index_the_command_that_makes_one_is_named(rolewise: Command, team_file: Path):
    error = rolewise("team", team_file, "--json").error
    several = rolewise("team", team_file, team_file, "--json").error

    assert error["code"] == several["code"] == "index_missing"
    assert "rolewise-ingest" in error["hint"]
