"""`rolewise team`: descriptions of teams in, advice with its reasons out; as a report, as JSON, as a file to take away."""

from __future__ import annotations

import argparse
import difflib
import os
import re
import secrets
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from app.cli.team_report import report
from app.cli.terminal import show_json
from app.coaching.cleaning import clean_text, one_line
from app.coaching.model import Certainty, Fact, FactValue
from app.coaching.rules import FactRule, Rules
from app.coaching.team.report import TeamAdvice, team_json
from app.coaching.vocabulary import Vocabulary
from app.coaching.wire import error_json
from app.documents.document import Document, Limits
from app.errors import BadInput
from app.settings import read_settings
from app.wiring import Service, open_service

STANDARD_INPUT = Path("-")
FORMATS = {".pptx": "pptx", ".docx": "docx", ".md": "md", ".json": "json"}  # ending of --out: what it is written as
UNKNOWN = "unknown"  # the value that takes a fact away
FLAGS = {"yes": True, "no": False, "true": True, "false": False}
CLIPPED = 60  # characters of what was typed that an error repeats
MOST = 9999  # of anything that is counted in a team
NO_ROLES = "none"
_NO_ROLE = ("nobody", "team")  # they may own something, and are no role that somebody has


def run(options: argparse.Namespace) -> int:
    """Advise on every team; 0 for every honest answer, too little known included.

    With several files one that cannot be read gets its own error, and the others go on.
    """
    _agreeing(options)
    service = open_service(read_settings(os.environ))
    several, loaded = len(options.files) > 1, False
    try:
        told = [told_fact(given, service.rules, service.vocabulary) for given in options.told]
        for path in options.files:
            try:
                document = description(service, path)
            except BadInput as error:
                if not several:
                    raise
                _refused(path, error, as_json=options.json)
                continue
            if not loaded:
                say("Loading the guidance.")
                service.warm_now(model=False)
                loaded = True
            advice = service.advisor.advise(document.text, told=told, warnings=document.warnings)
            warn(document)
            if options.out:  # first, so that one that fails is all that --json prints
                _export(service, advice, options.out, shorten_names=options.shorten_names)
            if options.json:
                show_json({"file": _given(path), **team_json(advice)} if several else team_json(advice))
            else:
                report(advice, service, title=document.name if several else "")
        return 0
    finally:
        service.close()


def description(service: Service, path: Path) -> Document:
    """The text of a description of a team; `-` is standard input. Raises BadInput with one sentence if it cannot be read."""
    enough = Limits().bytes + 1  # what is larger is refused, so the rest of it need not be held
    try:
        if path == STANDARD_INPUT:
            if sys.stdin.isatty():
                print("Type or paste the description; end it with Ctrl-D.", file=sys.stderr)
            return service.read("standard input", sys.stdin.buffer.read(enough))
        with path.open("rb") as file:
            data = file.read(enough)
        return service.read(path.name, data)
    except (OSError, ValueError) as error:  # a null character in a path is a ValueError
        reason = (error.strerror if isinstance(error, OSError) else "") or "unknown reason"
        raise BadInput(f"{shown(path)} cannot be read: {reason}.", "Check the path.") from error
    except BadInput as error:  # which of several
        raise type(error)(f"{shown(path)}: {error}", error.hint) from error


def told_fact(given: str, rules: Rules, vocabulary: Vocabulary) -> Fact:
    """The fact that `fact=value` sets, of certainty UNKNOWN where it takes the fact away.

    Raises BadInput, which lists what is allowed, for a fact or a value that does not exist.
    """
    name, equals, value = (part.strip() for part in given.partition("="))
    if not equals:
        raise BadInput(f"“{one_line(given, CLIPPED)}” sets nothing.", "Write --set fact=value, such as --set team_size=9.")
    by_id = {rule.id: rule for rule in rules.facts}
    rule = by_id.get(_word(name))
    if rule is None:
        near = _nearest(_word(name), by_id)
        raise BadInput(f"There is no fact “{one_line(name, CLIPPED)}”; the facts are {', '.join(by_id)}.", near)
    if _word(value) == UNKNOWN:
        return Fact(rule.id, None, Certainty.UNKNOWN)
    return Fact(rule.id, _value(rule, value, rules, vocabulary), Certainty.TOLD)


def warn(document: Document) -> None:
    """Say on stderr what was left out of a document."""
    for warning in document.warnings:
        print(clean_text(f"{document.name}: {warning}").text, file=sys.stderr)


def say(progress: str) -> None:
    """Say on stderr what is being waited for, to somebody who looks."""
    if sys.stderr.isatty():
        print(progress, file=sys.stderr)


def shown(path: Path) -> str:
    """The path as errors name it."""
    return "standard input" if path == STANDARD_INPUT else clean_text(_given(path)).text


def _agreeing(options: argparse.Namespace) -> None:
    """Raise BadInput, before anything is read or loaded, if the options cannot all be met."""
    out: Path | None = options.out
    if not options.files:
        raise BadInput("There is no description of a team.", "Name a file, or - for standard input: rolewise team team.md")
    if out is None:
        if options.shorten_names:
            raise BadInput("--shorten-names is about the file of --out, and there is none.", "Add --out report.docx.")
        return
    known = ", ".join(FORMATS)
    if out.suffix.lower() not in FORMATS:
        raise BadInput(f"{shown(out)} ends in nothing that can be written; known are {known}.", "Give --out one of them.")
    if len(options.files) > 1:
        raise BadInput("--out takes the advice on one team, and several files were given.", "Give one FILE, or leave --out out.")
    if out.is_dir() or not out.parent.is_dir():
        why = "is a folder" if out.is_dir() else "lies in a folder that does not exist"
        raise BadInput(f"{shown(out)} {why}.", "Choose another place for --out.")
    with suppress(OSError):  # what is not there is not overwritten
        if out.samefile(options.files[0]):
            raise BadInput(f"{shown(out)} is the description itself and would be overwritten.", "Choose another name for --out.")


def _given(path: Path) -> str:
    """The path as it was given, so that other programs recognise it; bytes that are no text are replaced."""
    return os.fsencode(path).decode("utf-8", "replace")


def _refused(path: Path, error: BadInput, *, as_json: bool) -> None:
    if as_json:
        show_json({"file": _given(path), **error_json(error)})
    else:
        print(f"{error} {error.hint}".strip(), file=sys.stderr)


def _export(service: Service, advice: TeamAdvice, out: Path, *, shorten_names: bool) -> None:
    """Write the advice as a file, whole or not at all: what stood there before stays until then."""
    data = service.export(advice, FORMATS[out.suffix.lower()], shorten_names=shorten_names)
    fresh = out.with_name(f".{secrets.token_hex(4)}.new")
    try:
        try:
            with fresh.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(out)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise BadInput(f"{shown(out)} cannot be written: {reason}.", "Choose another place for --out.") from error
    print(f"Written to {shown(out)}.", file=sys.stderr)


def _value(rule: FactRule, given: str, rules: Rules, vocabulary: Vocabulary) -> FactValue:
    """The value as the rule types it; raises BadInput, which lists what is allowed."""
    if rule.type == "count":
        if given.isascii() and given.isdigit() and len(given) <= len(str(MOST)):
            return int(given)
        raise _no_value(rule, given, (), f"a whole number from 0 to {MOST}")
    if rule.type == "flag":
        if _word(given) in FLAGS:
            return FLAGS[_word(given)]
        raise _no_value(rule, given, ("yes", "no"))
    if rule.type == "roles":
        if _word(given) == NO_ROLES:
            return ()
        roles = [role for role in _people(rules, vocabulary) if role not in _NO_ROLE]
        return tuple(dict.fromkeys(_role(rule, one.strip(), roles, vocabulary) for one in given.split(",")))
    if rule.values:
        if _word(given) in rule.values:
            return _word(given)
        raise _no_value(rule, given, rule.values)
    return _role(rule, given, _people(rules, vocabulary), vocabulary)


def _role(rule: FactRule, given: str, allowed: Sequence[str], vocabulary: Vocabulary) -> str:
    """The id of a role that was given by its id or by one of its names."""
    if _word(given) in allowed:
        return _word(given)
    named = [m.role for m in vocabulary.mentions(given) if m.end - m.start == len(given)]
    if named and named[0] in allowed:
        return named[0]
    raise _no_value(rule, given, allowed)


def _people(rules: Rules, vocabulary: Vocabulary) -> list[str]:
    """Whoever may own something or be there: the roles of the vocabulary, and those that choices and conditions name."""
    people = [role.id for role in vocabulary.roles]
    for rule in rules.facts:
        if rule.type == "roles" or (rule.type == "word" and not rule.values):
            wanted = [c.when[rule.id] for d in rules.decisions for c in d.considerations if rule.id in c.when]
            for value in (*rule.answers.values(), *wanted):
                words = re.findall(r"\w+", value) if isinstance(value, str) else value if isinstance(value, list | tuple) else ()
                people += [str(word) for word in words if word not in ("has", "lacks")]
    return list(dict.fromkeys(people))


def _no_value(rule: FactRule, given: str, allowed: Sequence[str], words: str = "") -> BadInput:
    listed = words or ", ".join(allowed)
    several = f" (several with commas between), {NO_ROLES}" if rule.type == "roles" else ""
    message = f"“{one_line(given, CLIPPED)}” is no value of {rule.id}; it takes {listed}{several} or {UNKNOWN}."
    return BadInput(message, _nearest(_word(given), [*allowed, UNKNOWN]))


def _nearest(given: str, allowed: Iterable[str]) -> str:
    near = difflib.get_close_matches(given, list(allowed), n=1)
    return f"Did you mean {near[0]}?" if near else "Choose one of these."


def _word(text: str) -> str:
    """The text as ids are written: `Scale-up` and `scale up` are `scale_up`."""
    return re.sub(r"[\s-]+", "_", text.strip().lower())
