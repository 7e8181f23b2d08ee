"""A copy of a project without names: for an archive that others may read.

Coders become ``Coder 1`` and so on, everywhere. What may identify somebody in transcripts that were imported with their
names is found and replaced as at an import with pseudonyms, and with it every place that points into the text moves
along: turns, segments, codings, memos, and the rows that the history keeps. Pseudonyms that the project has stay.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coding.export.moved import Talk
from coding.model import Transcript
from coding.pseudonyms import (
    Identifier,
    Kind,
    Replacement,
    find_identifiers,
    is_pseudonymised,
    new_key,
    pseudonyms_of_speakers,
)
from coding.pseudonyms.match import MOST_CHARS, Matcher
from coding.pseudonyms.names import is_code, is_common_word, parse_name
from coding.store import Project
from coding.store.copies import rewrite_rows
from coding.store.decisions import KEYS
from coding.store.rows import dumps, report_to_json
from coding.store.study import NAMESPACE

if TYPE_CHECKING:
    from spacy.language import Language

LEFT_OUT_TABLES = ("embeddings", "team")
"""Vectors made of the words with their names in them; who had to be asked while the study was under way."""

_LEFT_OUT_SETTINGS = ("interchange.guids",)
"""Names of coders and attributes by what they had elsewhere."""

_CODER_COLUMNS = frozenset({"coder", "by", "imported_by", "set_by", "assigned_to", "assigned_by", "kept", "found_by"})
# What is said in these is not words of anybody: they are looked through for ids alone.
_NO_WORDS = re.compile(
    r"(?:.*_)?(?:ids?|keys?|kind|state|valence|origin|role|version|sha256|at|batch|undoes|parent|colour)"
)
_FREE = frozenset({"attributes"})
"""Columns with JSON in which people choose what things are called."""

_NO_JSON = frozenset({"text", "summary", "memo"})
_DATES = re.compile(r"(\d{1,2} [A-Z][a-z]+ \d{4})")
_OFFICES = frozenset("analyst assistant coder facilitator interviewer lead moderator researcher student team".split())
_CUT_WORD = re.compile(r"([^\W\d_]{2,})…")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Nameless:
    """What was taken out of a copy; none of it stands in the copy.

    Attributes:
        identifiers: What was found in transcripts, with what took its place.
        coders: What each coder is called instead.
        rewrite: Takes the same names out of a text that was written about the study; dates in it stay.
    """

    identifiers: tuple[Identifier, ...]
    coders: dict[str, str]
    rewrite: Callable[[str], str] = field(repr=False, compare=False)


def take_names_out(copy: Path, *, nlp: Language | None = None) -> Nameless:
    """Take the names out of a copy of a project.

    Args:
        copy: A file that nobody works on.
        nlp: A spaCy pipeline that recognises names; the one that comes with the tool unless given.

    Raises:
        ProjectError: The copy cannot be read or written.
        ModelError: The pipeline cannot be loaded.
    """
    with Project.open(copy) as project:
        sessions = [project.transcript(info.id) for info in project.transcripts()]
        identifiers = _identifiers(sessions, nlp)
        coders = {name: f"Coder {number}" for number, name in enumerate(project.coders(), start=1)}
        talks = {session.id: Talk.of(session, identifiers, number) for number, session in enumerate(sessions)}
        rewriter = _Rewriter(talks, coders, _people(project, talks))
        rewriter.learn(identifiers, _names_ever(project))
    rewrite_rows(copy, rewriter.row)
    return Nameless(identifiers, coders, rewriter.prose)


def _identifiers(sessions: Sequence[Transcript], nlp: Language | None) -> tuple[Identifier, ...]:
    named = [session for session in sessions if not is_pseudonymised(session.report)]
    if not named:
        return ()
    taken = {
        label: label for session in sessions if session not in named for label in pseudonyms_of_speakers(session.report)
    }
    return find_identifiers(named, nlp=nlp, key=replace(new_key(), participants=taken))


# people


@dataclass(frozen=True, slots=True)
class _Person:
    """A participant: the id and the name that they get, and the name that they had."""

    id: str
    name: str
    was: str


def _people(project: Project, talks: Mapping[str, Talk]) -> dict[str, _Person]:
    """Return each participant by the id that they had."""
    called: dict[str, str] = {}
    for info in project.transcripts():
        labels = talks[info.id].labels
        for label, person in project.speakers(info.id).items():
            if person.id not in called or person.name == label:
                called[person.id] = labels.get(label, label)
    every = {label: new for talk in talks.values() for label, new in talk.labels.items()}
    found = {}
    for number, person in enumerate(project.everyone()):
        name = called.get(person.id) or every.get(person.name) or f"somebody {number + 1}"
        if is_code(person.name) or person.name in every.values():
            name = person.name
        # An id that is made of a name would confirm a guess at it.
        found[person.id] = _Person(str(uuid.uuid5(NAMESPACE, f"without names\n{number}\n{name}")), name, person.name)
    return found


def _names_ever(project: Project) -> dict[str, set[str]]:
    """Return all names that participants ever had, by their ids: the history knows them all."""
    found: dict[str, set[str]] = {}
    for edit in project.edits():
        for change in edit.changes:
            for row in (change.before, change.after):
                if change.table == "participants" and row is not None:
                    found.setdefault(change.key, set()).add(str(row["name"]))
    return found


# rows


@dataclass(slots=True)
class _Rewriter:
    """Rewrites rows of any table by what their columns are called and by what stands in them."""

    talks: dict[str, Talk]
    coders: dict[str, str]
    people: dict[str, _Person]
    everywhere: Matcher = field(default_factory=lambda: Matcher(()))
    words: frozenset[str] = frozenset()
    acts: dict[str, str] = field(default_factory=dict)
    respondents: dict[str, int] = field(default_factory=dict)
    ids: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        pattern = "|".join(map(re.escape, (*self.talks, *self.people))) or "(?!)"
        self.ids = re.compile(rf"(?<![0-9a-f])({pattern})(?::(\d+)-(\d+))?(?![0-9a-f])")

    def learn(self, identifiers: Iterable[Identifier], ever: Mapping[str, set[str]]) -> None:
        """Take the names to look for in what belongs to no transcript: memos, summaries, the codebook."""
        rules: dict[str, Replacement] = {}
        for person_id, person in self.people.items():
            for name in sorted({person.was, *ever.get(person_id, ())}):
                for form in _forms(name):
                    if form != person.name and not is_code(form):
                        rules[form] = Replacement(form, person.name, not is_common_word(form), Kind.PARTICIPANT)
        for one in identifiers:
            if one.sure or not is_common_word(one.text):
                rules.setdefault(one.text, one.rule)
            for form in _parts_of_people(one):
                # “Garrick Point” is no reason to take every “point” for a name.
                rules.setdefault(form, Replacement(form, one.replacement, one.any_case))
        for name, new in self.coders.items():
            for form in _forms(name):
                # The name of an account is often a word, so here its capitals count.
                rules.setdefault(form, Replacement(form, new, any_case=" " in form))
        self.everywhere = Matcher(rules.values())
        every = (*rules, *(one.text for one in identifiers))
        self.words = frozenset(word.casefold() for text in every for word in re.findall(r"[^\W\d_]+", text))

    def row(self, table: str, row: Row) -> Row | None:
        """Return a row of a table as it is to be, or ``None`` where it is left out."""
        if table in LEFT_OUT_TABLES or (table == "meta" and row["key"] in _LEFT_OUT_SETTINGS):
            return None
        if table == "edits":
            acts = {name: None if row[name] is None else self.act(row[name]) for name in ("batch", "undoes")}
            changes = dumps(list(self.changes(row["changes"])))
            return {**self.fields({**row, "changes": ""}), **acts, "changes": changes}
        if table == "acts":
            acts = {name: None if row[name] is None else self.act(row[name]) for name in ("batch", "undone_by")}
            return {**self.fields(row), **acts}
        if table == "coders":
            return {**row, "name": self.coders[row["name"]]}
        if table == "transcripts":
            return self.transcript(row)
        if table == "participants":
            return {**self.fields(row), "name": self.people[row["id"]].name}
        if table == "turns":
            talk = self.talks[row["transcript_id"]]
            return {**self.fields(row), "speaker": talk.labels.get(row["speaker"], row["speaker"])}
        if table == "speakers":
            talk = self.talks[row["transcript_id"]]
            label = talk.labels.get(row["label"], row["label"])
            return {**self.fields(row), "label": label, "key": f"{talk.new.id}:{label}"}
        return self.other(table, row)

    def other(self, table: str, row: Row) -> Row:
        """Return a row of a table that holds no names of its own, or hides them in lists."""
        if table == "survey_answers":
            # Respondents are often called by their e-mail address or staff number.
            number = self.respondents.setdefault(row["id"], len(self.respondents) + 1)
            return {**self.fields(row), "id": f"respondent-{number}"}
        if table == "framework_behaviours":
            # Ids of codes are no words, and these places stand in lists, without columns that say what they are.
            places = row["quotations"] and dumps([self.place(*place) for place in json.loads(row["quotations"])])
            return {**self.fields({**row, "quotations": None}), "codes": row["codes"], "quotations": places}
        return self.fields(row)

    def place(self, transcript_id: str, start_char: int, end_char: int, contrary: bool) -> list[object]:
        """Return where a quotation that stands for a behaviour is now."""
        talk = self.talks[transcript_id]
        return [talk.new.id, talk.start(start_char), talk.end(end_char), contrary]

    def changes(self, text: str) -> Iterator[list[object]]:
        """Yield the changes of an edit: the rows are those of tables, and a change is named by its row."""
        for table, key, before, after in json.loads(text):
            rows = [None if row is None else self.row(table, row) for row in (before, after)]
            kept = next((row for row in rows if row is not None), None)
            if kept is not None and table in KEYS:
                yield [table, kept[KEYS[table]], *rows]
            elif kept is not None:
                yield [table, key, *rows]

    def act(self, batch: str) -> str:
        """Return what an act is called: callers may have made its id of names."""
        return self.acts.setdefault(batch, f"act-{len(self.acts) + 1}")

    def transcript(self, row: Row) -> Row:
        new = self.talks[row["id"]].new
        return {
            **row,
            "id": new.id,
            "text": new.text,
            "name": new.name,
            "group": new.group or new.name,
            "source_name": new.source_name,
            "source_sha256": new.source_sha256,
            "report": report_to_json(new.report),
            "imported_by": self.coders.get(row["imported_by"], row["imported_by"]),
        }

    def fields(self, row: Row, talk: Talk | None = None) -> Row:
        """Return the fields of a row, or of an object in one."""
        talk = self.talks.get(str(row.get("transcript_id"))) or talk
        new = {self.coders.get(name) or self.ids.sub(self.moved, name): value for name, value in row.items()}
        new = {name: self.value(name, value, talk) for name, value in new.items()}
        if talk is not None and type(row.get("start_char")) is int and type(row.get("end_char")) is int:
            new["start_char"], new["end_char"] = talk.start(row["start_char"]), talk.end(row["end_char"])
        return new

    def value(self, name: str, value: Any, talk: Talk | None) -> Any:  # noqa: ANN401 - whatever a column holds
        if isinstance(value, str):
            return self.text(name, value, talk)
        if isinstance(value, list):
            return [self.value(name, one, talk) for one in value]
        return self.fields(value, talk) if isinstance(value, dict) else value

    def text(self, name: str, value: str, talk: Talk | None) -> str:
        if value.startswith(("{", "[")) and name not in _NO_JSON:
            parsed = _parsed(value)
            if isinstance(parsed, dict) and name in _FREE:
                return dumps({self.free(key): self.free(str(one)) for key, one in parsed.items()})
            if isinstance(parsed, (dict, list)):
                return dumps(self.value(name, parsed, talk))
        if name in _CODER_COLUMNS:
            return self.coders.get(value, value)
        if not _NO_WORDS.fullmatch(name):
            value = self.coders.get(value) or self.without_names(value, talk)
        elif "|" in value:
            value = "|".join(self.coders.get(part, part) for part in value.split("|"))
        return self.ids.sub(self.moved, value)

    def free(self, text: str) -> str:
        """Return what people wrote, whatever it is called: an attribute may have the name of a column."""
        return self.ids.sub(self.moved, self.coders.get(text) or self.without_names(text, None))

    def moved(self, found: re.Match[str]) -> str:
        """Return an id as it is now, and the place behind it where it is now."""
        if found[1] in self.people:
            return self.people[found[1]].id + found[0].removeprefix(found[1])
        talk = self.talks[found[1]]
        place = "" if found[2] is None else f":{talk.start(int(found[2]))}-{talk.end(int(found[3]))}"
        return f"{talk.new.id}{place}"

    def without_names(self, text: str, talk: Talk | None) -> str:
        """Return what somebody wrote, without names; of a word that was cut short only the dots are left."""
        if talk is not None:
            text, _ = talk.matcher.substitute(text)
        text, _ = self.everywhere.substitute(text)
        return _CUT_WORD.sub(lambda cut: "…" if self.begins_a_name(cut[1]) else cut[0], text)

    def prose(self, text: str) -> str:
        """Return a text about the study without names; somebody called May takes nothing from a date."""
        # Coders stand in it as they are called, where the matcher would take “by May” for the month.
        pattern = "|".join(map(re.escape, sorted(self.coders, key=len, reverse=True))) or "(?!)"
        coders = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")
        parts = _DATES.split(text)
        for at in range(0, len(parts), 2):
            numbered = coders.sub(lambda found: self.coders[found[0]], parts[at])
            parts[at] = self.without_names(numbered, None)
        return "".join(parts)

    def begins_a_name(self, word: str) -> bool:
        return word[0].isupper() and any(name.startswith(word.casefold()) for name in self.words)


def _parts_of_people(one: Identifier) -> list[str]:
    """Return the names by which somebody of whom people spoke stands in memos, and in the names of themes."""
    return [form for form in _forms(one.text)[1:] if one.kind is Kind.PERSON and not is_common_word(form)]


def _forms(name: str) -> list[str]:
    """Return how people write a name: whole, and its parts."""
    parsed = parse_name(name)
    parts = [parsed.first, parsed.last] if parsed is not None and parsed.is_full() else []
    # "Example facilitator" is nobody's first and last name, and "example" stands in many a sentence.
    if parsed is not None and parsed.last.casefold() in _OFFICES:
        parts = []
    forms = [name, *(part for part in parts if len(part) > 2)]
    if parsed is not None and parts:
        forms += [parsed.full, f"{parsed.last}, {parsed.first}"]
    fit = (form for form in forms if len(form) <= MOST_CHARS and form.isprintable())
    return [form for form in fit if any(char.isalnum() for char in form)]


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
