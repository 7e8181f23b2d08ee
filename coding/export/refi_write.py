"""The study in REFI-QDA, which NVivo, ATLAS.ti, MAXQDA and others read: a project (QDPX) or its codebook (QDC).

Positions are Unicode code points, half-open, as everywhere in this project. What the format has no field for (valence,
origin, score, evidence, examples of a code) stands in notes and descriptions, in words. Which places a coder has
finished and which suggestions they refused stand in two notes of theirs on each source. The history of edits has no
place in the format: a backup or an archive keeps it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from coding.bundled import installed_version
from coding.edits.base import short
from coding.edits.codebook import in_tree_order
from coding.errors import ExportError
from coding.export.files import Step, told
from coding.export.identity import MACHINE_GUID, NAME_SETTING, ORIGIN, ROLE_GUID, Guids, make_guid
from coding.export.refi_codes import Codes, box, tag, xml_text
from coding.export.refi_text import (
    FINISHED,
    REFUSED,
    Mark,
    coding_facts,
    describe_marks,
    describe_turn,
    suggestion_facts,
)
from coding.model import MACHINE, Code, Coding, Participant, State, Suggestion
from coding.store import Memo, Project, TranscriptInfo

PROJECT_NS = "urn:QDA-XML:project:1.0"
CODEBOOK_NS = "urn:QDA-XML:codebook:1.0"

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_ROLE_NAME = "Role in the session"


def to_qdpx(project: Project, *, coders: Collection[str] | None = None, step: Step | None = None) -> tuple[int, bytes]:
    """Return how many codings of people there are, and the bytes of a QDPX file.

    Args:
        project: The project.
        coders: Only what these coders coded, without the machine; everybody and the machine where it is ``None``.
        step: Told of progress.

    Raises:
        ExportError: A coder is unknown.
    """
    for name in sorted(set(coders or ()) - set(project.coders())):
        raise ExportError(f"there is no coder {name!r}; there are {', '.join(project.coders()) or 'none yet'}")
    writer = _Writer.of(project, None if coders is None else frozenset(coders))
    text = writer.project_xml(step)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(_part("project.qde"), text)
        for info in writer.transcripts:
            name = f"sources/{writer.guids.get('source', info.id)}.txt"
            archive.writestr(_part(name), project.text(info.id).encode("utf-8", "replace"))
    return writer.written, buffer.getvalue()


def to_qdc(project: Project) -> tuple[int, bytes]:
    """Return how many codes there are, and the bytes of a QDC file.

    Raises:
        ExportError: There are no codes, and the format knows no empty codebook.
    """
    codebook = in_tree_order(project.codebook())
    if not codebook.codes:
        raise ExportError("there are no codes to write; set a codebook first")
    codes = Codes.of(codebook, {}, Guids.of(project))
    body = tag("Codes", {}, *codes.tags())
    text = _HEAD + tag("CodeBook", {"xmlns": CODEBOOK_NS, "origin": _origin()}, body)
    return len(codebook.codes), text.encode()


@dataclass(slots=True)
class _Writer:
    """What is gathered while one project is written."""

    project: Project
    coders: frozenset[str] | None
    guids: Guids
    transcripts: list[TranscriptInfo]
    codebook_version: str
    codes: Codes
    suggestions: dict[str, list[Suggestion]]
    memos: dict[str, list[Memo]]
    users: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    turns: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    speaks_in: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    written: int = 0

    @classmethod
    def of(cls, project: Project, coders: frozenset[str] | None) -> _Writer:
        guids = Guids.of(project)
        codebook = in_tree_order(project.codebook())
        transcripts = project.transcripts()
        suggestions: dict[str, list[Suggestion]] = {}
        used = set(project.codes_in_use())
        if coders is None:
            for info in transcripts:
                found = [s for s in project.suggestions(info.id) if s.state is State.SUGGESTED]
                suggestions[info.id] = found
                used |= {s.code_id for s in found}
        used |= {one.code_id for one in project.rejections()}
        memos = [memo for memo in project.memos() if coders is None or memo.coder in coders]
        used |= {memo.target.removeprefix("code:") for memo in memos if memo.target.startswith("code:")}
        known = project.retired_codes()
        # A code may be gone altogether where the edit that added it was undone after somebody used it.
        gone = {code_id: known.get(code_id) or Code(code_id, code_id) for code_id in sorted(used)}
        retired = {code_id: code for code_id, code in gone.items() if code_id not in codebook}
        codes = Codes.of(codebook, {c: retired[c] for c in (*known, *sorted(retired)) if c in retired}, guids)
        by_target: dict[str, list[Memo]] = defaultdict(list)
        for memo in memos:
            by_target[memo.target].append(memo)
        return cls(project, coders, guids, transcripts, codebook.version, codes, suggestions, by_target)

    # the whole

    def project_xml(self, step: Step | None = None) -> str:
        """Return the XML; sources come first, since they gather users, notes and turns."""
        sources = [self.source(info) for info in told(self.transcripts, step, "Writing transcripts")]
        for code in self.codes.codebook.codes:
            self.codes.notes[code.id] = self.memo_notes(f"code:{code.id}", self.guids.get("code", code.id))
        codes = self.codes.tags()
        own = self.memo_notes("project", make_guid("project", ""))
        for target in sorted(self.memos):
            own += self.memo_notes(target, make_guid("lost", target), name="Memo on what is no longer there")
        people = self.project.participants()
        parts = (
            box("Users", self.user_tags()),
            box("CodeBook", [tag("Codes", {}, *codes)] if codes else []),
            box("Variables", self.variables(people)),
            box("Cases", [self.case(person) for person in people]),
            box("Sources", sources),
            box("Notes", self.notes),
            box("Sets", self.sets()),
            tag("Description", {}, xml_text(self.description())),
            *(tag("NoteRef", {"targetGUID": note}) for note in own),
        )
        dates = sorted(self.dates)
        attributes = {
            "xmlns": PROJECT_NS,
            "name": self.project.setting(NAME_SETTING) or self.project.path.stem,
            "origin": _origin(),
            "creationDateTime": dates[0] if dates else None,
            "modifiedDateTime": dates[-1] if dates else None,
        }
        return _HEAD + tag("Project", attributes, *parts)

    def description(self) -> str:
        codebook = self.codes.codebook
        head = f"codebook: {codebook.name}\nversion: {codebook.version}\nlanguage: {codebook.language}"
        return f"{head}\n\n{codebook.description}".strip()

    def user_tags(self) -> list[str]:
        tags = [(name, self.guids.get("user", name)) for name in sorted(self.users)]
        return [tag("User", {"guid": guid, "name": name}) for name, guid in tags]

    def user(self, name: str) -> str:
        """Return the GUID of a coder, who then stands among the users."""
        self.users.add(name)
        return MACHINE_GUID if name == MACHINE else self.guids.get("user", name)

    def date(self, at: str) -> str | None:
        found = _date(at)
        if found is not None:
            self.dates.append(found)
        return found

    # sources

    def source(self, info: TranscriptInfo) -> str:
        guid = self.guids.get("source", info.id)
        text = self.project.text(info.id)
        memos = [*self.memo_notes(f"transcript:{info.id}", guid), *self.mark_notes(info, guid)]
        refs = (tag("NoteRef", {"targetGUID": note}) for note in memos)
        return tag(
            "TextSource",
            {
                "guid": guid,
                "name": info.name,
                "plainTextPath": f"internal://{guid}.txt",
                "creatingUser": self.user(info.imported_by),
                "creationDateTime": self.date(info.imported_at),
            },
            tag("Description", {}, xml_text(f"source: {info.source_name}")),
            *self.turn_selections(info, guid),
            *self.selections(info, guid, text),
            *refs,
        )

    def turn_selections(self, info: TranscriptInfo, guid: str) -> Iterator[str]:
        speakers = self.project.speakers(info.id)
        for person in dict.fromkeys(person.id for person in speakers.values()):
            self.speaks_in[person].append(guid)
        for turn in self.project.turns(info.id):
            own = make_guid("turn", f"{guid}:{turn.index}")
            if turn.speaker in speakers:
                self.turns[speakers[turn.speaker].id].append(own)
            yield tag(
                "PlainTextSelection",
                {
                    "guid": own,
                    "name": f"Turn {turn.index + 1}" + (f": {turn.speaker}" if turn.speaker else ""),
                    "startPosition": str(turn.start_char),
                    "endPosition": str(turn.end_char),
                    "creatingUser": self.user(info.imported_by),
                    "creationDateTime": self.date(info.imported_at),
                },
                tag("Description", {}, xml_text(describe_turn(turn))),
            )

    def selections(self, info: TranscriptInfo, guid: str, text: str) -> Iterator[str]:
        """Yield a selection for each place that has codings, suggestions or memos."""
        places: dict[tuple[int, int], list[str]] = defaultdict(list)
        first: dict[tuple[int, int], tuple[str, str | None]] = {}
        for coding in self.project.codings(info.id):
            if self.coders is None or coding.coder in self.coders:
                place = (coding.start_char, coding.end_char)
                made = self.user(coding.coder), self.date(coding.created_at)
                first.setdefault(place, made)
                places[place].append(self.coding(coding, *made))
        for suggestion in self.suggestions.get(info.id, ()):
            place = (suggestion.start_char, suggestion.end_char)
            first.setdefault(place, (self.user(MACHINE), self.date(info.imported_at)))
            places[place].append(self.suggestion(suggestion, guid, info))
        notes = self.segment_memos(info, len(text))
        for place in sorted({*places, *notes}):
            own = make_guid("selection", f"{guid}:{place[0]}-{place[1]}")
            by, at = first.get(place, (self.user(info.imported_by), self.date(info.imported_at)))
            refs = self.memo_notes(f"segment:{info.id}:{place[0]}-{place[1]}", own)
            yield tag(
                "PlainTextSelection",
                {
                    "guid": own,
                    "name": short(text[place[0] : place[1]]),
                    "startPosition": str(place[0]),
                    "endPosition": str(place[1]),
                    "creatingUser": by,
                    "creationDateTime": at,
                },
                *places.get(place, ()),
                *(tag("NoteRef", {"targetGUID": note}) for note in refs),
            )

    def coding(self, coding: Coding, user: str, at: str | None) -> str:
        guid = self.guids.get("coding", coding.id)
        self.written += 1
        notes = []
        if coding.memo:
            notes.append(self.note(make_guid("coding-memo", guid), "Memo", coding.memo, user, at))
        facts = coding_facts(coding, self.codebook_version)
        if facts:
            notes.append(self.note(make_guid("coding-facts", guid), "About this coding", facts, user, at))
        notes += self.memo_notes(f"coding:{coding.id}", guid)
        return self.coding_tag(guid, coding.code_id, user, at, notes)

    def suggestion(self, suggestion: Suggestion, source: str, info: TranscriptInfo) -> str:
        code = self.guids.get("code", suggestion.code_id)
        guid = make_guid("suggestion", f"{source}:{suggestion.start_char}-{suggestion.end_char}:{code}")
        at = self.date(info.imported_at)
        facts = suggestion_facts(suggestion)
        note = self.note(make_guid("suggestion-facts", guid), "Suggested by the machine", facts, MACHINE_GUID, at)
        return self.coding_tag(guid, suggestion.code_id, self.user(MACHINE), at, [note])

    def coding_tag(self, guid: str, code_id: str, user: str, at: str | None, notes: Iterable[str]) -> str:
        return tag(
            "Coding",
            {"guid": guid, "creatingUser": user, "creationDateTime": at},
            tag("CodeRef", {"targetGUID": self.guids.get("code", code_id)}),
            *(tag("NoteRef", {"targetGUID": note}) for note in notes),
        )

    # notes

    def segment_memos(self, info: TranscriptInfo, chars: int) -> set[tuple[int, int]]:
        prefix = f"segment:{info.id}:"
        places = set()
        for target in self.memos:
            found = re.fullmatch(r"(\d+)-(\d+)", target.removeprefix(prefix)) if target.startswith(prefix) else None
            if found and int(found[1]) < int(found[2]) <= chars:
                places.add((int(found[1]), int(found[2])))
        return places

    def memo_notes(self, target: str, guid: str, *, name: str = "Memo") -> list[str]:
        """Write the memos on a target as notes, each once, and return their GUIDs."""
        found = self.memos.pop(target, [])
        return [
            self.note(
                make_guid("memo", f"{self.user(memo.coder)}|{guid}"),
                name,
                memo.text,
                self.user(memo.coder),
                self.date(memo.created_at),
            )
            for memo in found
        ]

    def mark_notes(self, info: TranscriptInfo, guid: str) -> list[str]:
        """Write what each coder has finished in a source, and what they refused, and return the notes' GUIDs."""
        marks: dict[tuple[str, str], list[Mark]] = defaultdict(list)
        for one in self.project.reviews(info.id):
            mark = Mark(one.start_char, one.end_char, blind=bool(one.blind), at=one.created_at)
            marks[one.coder, FINISHED].append(mark)
        for no in self.project.rejections(info.id):
            if no.code_id in self.codes.names:
                mark = Mark(no.start_char, no.end_char, no.code_id, no.score, no.probability, at=no.created_at)
                marks[no.coder, REFUSED].append(mark)
        notes = []
        for (coder, name), found in sorted(marks.items()):
            if self.coders is None or coder in self.coders:
                user = self.user(coder)
                text = describe_marks(sorted(found, key=_by_place), refused=name == REFUSED)
                at = max(mark.at for mark in found)
                notes.append(self.note(make_guid(name, f"{user}|{guid}"), name, text, user, self.date(at)))
        return notes

    def note(self, guid: str, name: str, text: str, user: str, at: str | None) -> str:
        attributes = {"guid": guid, "name": name, "creatingUser": user, "creationDateTime": at}
        self.notes.append(tag("Note", attributes, tag("PlainTextContent", {}, xml_text(text))))
        return guid

    # people and groups

    def variables(self, people: list[Participant]) -> list[str]:
        if not people:
            return []
        tags = [("Text", ROLE_GUID, _ROLE_NAME)]
        names = dict.fromkeys(name for person in people for name, _ in person.attributes)
        tags += [("Text", self.guids.get("variable", name), name) for name in names]
        return [tag("Variable", {"guid": guid, "name": name, "typeOfVariable": kind}) for kind, guid, name in tags]

    def case(self, person: Participant) -> str:
        values = [(ROLE_GUID, person.role.value)]
        values += [(self.guids.get("variable", name), value) for name, value in person.attributes]
        return tag(
            "Case",
            {"guid": self.guids.get("case", person.id), "name": person.name},
            *(
                tag(
                    "VariableValue", {}, tag("VariableRef", {"targetGUID": guid}), tag("TextValue", {}, xml_text(value))
                )
                for guid, value in values
            ),
            *(tag("SourceRef", {"targetGUID": guid}) for guid in self.speaks_in.get(person.id, ())),
            *(tag("SelectionRef", {"targetGUID": guid}) for guid in self.turns.get(person.id, ())),
        )

    def sets(self) -> list[str]:
        members: dict[str, list[str]] = defaultdict(list)
        for info in self.transcripts:
            members[info.group].append(self.guids.get("source", info.id))
        return [
            tag(
                "Set",
                {"guid": self.guids.get("group", group), "name": group},
                *(tag("MemberSource", {"targetGUID": guid}) for guid in sources),
            )
            for group, sources in members.items()
        ]


def _by_place(mark: Mark) -> tuple[int, int, str]:
    """Return what marks are ordered by."""
    return mark.start_char, mark.end_char, mark.code_id or ""


def _date(at: str) -> str | None:
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _origin() -> str:
    found = installed_version(ORIGIN)
    return ORIGIN if found is None else f"{ORIGIN} {found}"


def _part(name: str) -> zipfile.ZipInfo:
    part = zipfile.ZipInfo(name, _ZIP_DATE)
    part.compress_type = zipfile.ZIP_DEFLATED
    return part
