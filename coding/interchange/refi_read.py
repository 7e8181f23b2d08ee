"""Read QDPX and QDC of any tool into a :class:`~coding.interchange.study.Study`."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from coding.codebook import valid_colour
from coding.export.files import Step, told
from coding.export.identity import MACHINE_GUID, ORIGIN, ROLE_GUID, make_guid
from coding.export.refi_text import FINISHED, REFUSED, parse_code, parse_evidence, parse_facts, parse_marks
from coding.interchange.package import Package
from coding.interchange.positions import Shift, Text, choose_shift, decode_text, make_text
from coding.interchange.refi_facts import decoded_or_none, number, one_of, same, turn_of, with_facts
from coding.interchange.refi_records import Records, XmlCode, XmlCoding, XmlSelection, XmlText
from coding.interchange.refi_xml import read_events
from coding.interchange.study import (
    CodebookHead,
    Person,
    Source,
    Study,
    StudyCode,
    StudyCoding,
    StudyMark,
    StudyMemo,
    StudySuggestion,
)
from coding.model import Role, Turn, Valence

_CHUNK = 1 << 20
UNKNOWN = "Unknown coder"
"""Who coded, where the file does not say."""


def read_qdpx(data: bytes, name: str, step: Step | None = None) -> Study:
    """Read a project.

    Args:
        data: The file's bytes.
        name: Its name.
        step: Told how many bytes of the XML are read.

    Raises:
        ReadError: It is damaged, made to do harm, or not a QDPX file.
    """
    package = Package(data, name)
    part = package.project()
    records = read_events(_told(package.chunks(part), part.file_size, step), name)
    return _Reader(records, package, step).study()


def read_qdc(data: bytes, name: str, step: Step | None = None) -> Study:
    """Read a codebook.

    Args:
        data: The file's bytes.
        name: Its name.
        step: Told how many bytes are read.

    Raises:
        ReadError: It is damaged, made to do harm, or not a QDC file.
    """
    pieces = (data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK))
    return _Reader(read_events(_told(pieces, len(data), step), name), None).study()


def _told(chunks: Iterator[bytes], of: int, step: Step | None) -> Iterator[bytes]:
    """Yield pieces of a file and tell how much of it has been taken."""
    done = 0
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        if step is not None:
            # What a ZIP file says of the length of a part need not be true.
            step("Reading the file", done, max(done, of))


@dataclass(slots=True)
class _Reader:
    """Turns the records of one file into a study."""

    records: Records
    package: Package | None
    step: Step | None = None
    coders: dict[str, str] = field(default_factory=dict)
    notes: dict[str, XmlText] = field(default_factory=dict)
    used_notes: set[str] = field(default_factory=set)
    codes: dict[str, StudyCode] = field(default_factory=dict)
    memos: list[StudyMemo] = field(default_factory=list)
    coding_guids: set[str] = field(default_factory=set)
    turn_labels: dict[str, tuple[str, str]] = field(default_factory=dict)
    places: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    nameless: int = 0

    @property
    def own(self) -> bool:
        """Return whether this tool wrote the file."""
        return self.records.attributes.get("origin", "").startswith(ORIGIN)

    def study(self) -> Study:
        records = self.records
        self.users()
        for note in records.note_texts:
            self.notes.setdefault(note.guid, note)
        for code in records.codes:
            self.code(code)
        groups = self.groups()
        sources = tuple(
            source for text in told(records.texts, self.step, "Reading sources") for source in self.source(text, groups)
        )
        people = tuple(self.people(sources))
        self.project_notes()
        origin = records.attributes.get("origin", "")
        kind = "QDPX" if records.root == "Project" else "QDC"
        return Study(
            format=f"{kind} ({origin})" if origin else kind,
            name=" ".join(records.attributes.get("name", "").split()),
            own=self.own,
            head=self.head(),
            coders=self.coders,
            codes=tuple(self.codes.values()),
            sources=sources,
            people=people,
            memos=tuple(self.memos),
            groups={group.name: group.guid for group in reversed(records.sets) if group.sources},
            variables={name: guid for guid, name in records.variables.items() if guid != ROLE_GUID},
            dropped=self.records.all_dropped(),
        )

    def head(self) -> CodebookHead | None:
        facts, _, description = self.records.description.partition("\n\n")
        found = parse_facts(facts)
        if self.own and "codebook" in found:
            return CodebookHead(found["codebook"], found.get("version", "1"), found.get("language", "en"), description)
        if self.records.description.strip():
            self.memos.append(StudyMemo("project", "", self.coder(None), self.records.description.strip()))
        return None

    # coders

    def users(self) -> None:
        taken = Counter[str]()
        for guid, name in self.records.users:
            if guid in self.coders:
                self.records.drop("User", name, "another user has the same GUID; both are taken for one", mended=True)
                continue
            if guid == MACHINE_GUID:
                continue
            tidy = "".join(ch for ch in " ".join(name.split()) if ch.isprintable())[:70] or UNKNOWN
            if tidy.casefold() == "machine":
                tidy = f"{tidy} (a person)"
            taken[tidy] += 1
            if taken[tidy] > 1:
                self.records.drop(
                    "User", name, f"the name is taken, so this one is {tidy} ({taken[tidy]})", mended=True
                )
                tidy = f"{tidy} ({taken[tidy]})"
            self.coders[guid] = tidy

    def coder(self, guid: str | None) -> str:
        """Return the key of a coder; one whom the file does not name is of unknown name."""
        if guid is not None and guid in self.coders:
            return guid
        key = guid or make_guid("user", UNKNOWN)
        if key not in self.coders:
            self.nameless += 1
            self.coders[key] = UNKNOWN if self.nameless == 1 else f"{UNKNOWN} ({self.nameless})"
            self.records.drop("User", guid or "", f"the file has no such user; called {self.coders[key]}", mended=True)
        return key

    # codes

    def code(self, code: XmlCode) -> None:
        key = code.guid
        if key in self.codes:
            key = make_guid("second", f"{key}:{len(self.codes)}")
            self.records.drop("Code", code.name, "another code has the same GUID; this one got its own", mended=True)
        about = parse_code(code.description)
        name = about.name or code.name
        tidy = " ".join(name.split())
        if not tidy:
            tidy = "Code without a name"
            self.records.drop("Code", code.guid, "it has no name", mended=True)
        parent = code.parent if code.parent in self.codes else None
        self.codes[key] = StudyCode(
            key=key,
            name=tidy,
            parent=parent,
            definition=about.definition,
            colour=self.colour(code),
            source=about.source,
            codable=code.codable,
            code_id=about.code_id,
            retired=about.retired,
            named_by_id=False,
            **about.lists,
        )
        self.add_memos(code.notes, "code", key)

    def colour(self, code: XmlCode) -> str | None:
        colour = (code.colour or "").strip()
        if len(colour) == 4 and colour.startswith("#"):
            colour = "#" + "".join(2 * digit for digit in colour[1:])
        if not colour or valid_colour(colour):
            return colour or None
        self.records.drop("color", f"{colour} of {code.name}", "it is not a colour like #4477aa")
        return None

    # notes

    def add_memos(self, guids: list[str] | tuple[str, ...], kind: str, of: str, start: int = 0, end: int = 0) -> None:
        for guid in guids:
            note = self.notes.get(guid)
            if note is None:
                self.records.drop("NoteRef", guid, "the file has no such note")
                continue
            self.used_notes.add(guid)
            text = self.note_text(note)
            if text:
                at = note.at
                self.memos.append(StudyMemo(kind, of, self.coder(note.user), text, at, start, end))

    def note_text(self, note: XmlText) -> str:
        text = note.content
        if text is None and note.path and self.package is not None:
            data = self.package.text_part(note.path)
            text = None if data is None else decoded_or_none(data)
        if text is None:
            self.records.drop("Note", note.name or note.guid, "its text is not in the file")
            return ""
        if note.codings or any(selection.codings for selection in note.selections):
            self.records.drop("Coding", f"in the note {note.name}", "notes cannot be coded here; the note is kept")
        text = text.replace("\r\n", "\n").strip()
        titled = note.name.strip() and not self.own and note.name.strip() not in text
        return f"{note.name.strip()}\n{text}".strip() if titled else text

    def project_notes(self) -> None:
        self.add_memos(self.records.notes, "project", "")
        for guid, note in self.notes.items():
            if guid not in self.used_notes:
                self.records.drop("Note", note.name or guid, "it is on nothing here; kept as a memo", mended=True)
                self.add_memos([guid], "project", "")

    # groups

    def groups(self) -> dict[str, str]:
        """Return the group of each source: the first set that it is in."""
        found: dict[str, str] = {}
        known = {text.guid for text in self.records.texts}
        for group in self.records.sets:
            name = " ".join(group.name.split())
            for source in group.sources:
                if source not in known:
                    self.records.drop("MemberSource", source, f"the set {name} names a source that is not in the file")
                elif source in found:
                    self.records.drop("MemberSource", source, f"it is in {found[source]} already, not also in {name}")
                elif name:
                    found[source] = name
        return found

    # sources

    def source(self, text: XmlText, groups: dict[str, str]) -> Iterator[Source]:
        """Yield the source, or nothing where it has no words."""
        name = " ".join(text.name.split()) or text.path.rpartition("/")[2].rpartition(".")[0] or "Source"
        found = self.words(text, name)
        if found is None:
            self.lost_codings(text, name)
            return
        key = text.guid
        if key in {place[0] for place in self.places.values()} or ("source", key) in self.turn_labels.values():
            key = make_guid("second", f"{key}:{len(self.places)}")
            self.records.drop("TextSource", name, "another source has the same GUID; this one got its own", mended=True)
        self.turn_labels[key] = ("source", key)
        turns, selections = self.turns(text, key, found)
        spots = [(s.start, s.end) for s in selections if s.start is not None and s.end is not None]
        shift, word = (same, "") if self.own else choose_shift(found, spots)
        if word:
            self.records.drop("TextSource", name, f"{word}; they were converted", mended=True)
        codings: list[StudyCoding] = []
        suggestions: list[StudySuggestion] = []
        for selection in selections:
            self.selection(selection, key, name, found, shift, codings, suggestions)
        for coding in text.codings:
            self.codings_at(coding, 0, len(found.text), codings, suggestions)
        marks, memos = self.marks(text, found.text)
        self.add_memos(memos, "transcript", key)
        if text.values:
            self.records.drop("VariableValue", name, f"{text.values} attributes of a source have no place here")
        facts = parse_facts(text.description)
        if text.description.strip() and "source" not in facts:
            self.memos.append(StudyMemo("transcript", key, self.coder(text.user), text.description.strip(), text.at))
        yield Source(
            key=key,
            name=name,
            text=found.text,
            sha256=hashlib.sha256(f"{found.raw}".encode("utf-8", "replace")).hexdigest(),
            group=groups.get(text.guid),
            source_name=facts.get("source", ""),
            coder=text.user if text.user in self.coders else None,
            turns=turns,
            codings=tuple(codings),
            suggestions=tuple(suggestions),
            marks=marks,
        )

    def marks(self, text: XmlText, words: str) -> tuple[tuple[StudyMark, ...], list[str]]:
        """Return what coders finished and refused in a source, and the notes on it that say something else."""
        by_id = {code.code_id: key for key, code in self.codes.items() if code.code_id is not None}
        found: list[StudyMark] = []
        others: list[str] = []
        for guid in text.notes:
            note = self.notes.get(guid)
            of = "" if note is None else f"{note.user}|{text.guid}"
            if note is None or note.content is None or guid not in (make_guid(FINISHED, of), make_guid(REFUSED, of)):
                others.append(guid)
                continue
            self.used_notes.add(guid)
            for mark in parse_marks(note.content):
                code = None if mark.code_id is None else by_id.get(mark.code_id)
                if not mark.start_char < mark.end_char <= len(words) or (mark.code_id is not None and code is None):
                    self.records.drop(
                        "Note", f"{note.name}, {mark.start_char}-{mark.end_char}", "there is no such place or code"
                    )
                    continue
                facts = (code, mark.score, mark.probability, mark.blind)
                found.append(StudyMark(mark.start_char, mark.end_char, self.coder(note.user), mark.at, *facts))
        return tuple(found), others

    def words(self, text: XmlText, name: str) -> Text | None:
        found: Text | None = None
        if text.content is not None:
            found = make_text(text.content)
            if text.path:
                self.records.drop("TextSource", name, "it has its text twice; the one in the XML was read", mended=True)
        elif text.path and self.package is not None:
            data = self.package.text_part(text.path)
            if data is None:
                self.records.drop("TextSource", name, f"its text {text.path} is not in the file")
                return None
            try:
                found = decode_text(data)
            except ValueError as err:
                self.records.drop("TextSource", name, f"its text cannot be read: {err}")
                return None
        if found is None or not found.text.strip():
            self.records.drop(text.kind, name, "there are no words in it")
            return None
        if text.rich_path:
            self.records.drop("richTextPath", name, "the styled text was not read; the plain text is the same words")
        return found

    def lost_codings(self, text: XmlText, name: str) -> None:
        count = len(text.codings) + sum(len(selection.codings) for selection in text.selections)
        if count:
            self.records.drop("Coding", f"{count} in {name}", "the text that they code is not there")

    def turns(self, text: XmlText, key: str, found: Text) -> tuple[tuple[Turn, ...], list[XmlSelection]]:
        """Take out the selections that are turns, as our own files have them, and return both."""
        by_guid = {selection.guid: selection for selection in text.selections}
        turns: list[Turn] = []
        used: set[str] = set()
        while True:
            selection = by_guid.get(make_guid("turn", f"{text.guid}:{len(turns)}"))
            turn = None if selection is None else turn_of(selection, len(turns), len(found.text))
            if selection is None or turn is None or (turns and turn.start_char < turns[-1].end_char):
                break
            turns.append(turn)
            if turn.speaker is not None:
                self.turn_labels[selection.guid] = (key, turn.speaker)
            if not selection.codings and not selection.notes:
                used.add(selection.guid)
        return tuple(turns), [selection for selection in text.selections if selection.guid not in used]

    def selection(
        self,
        selection: XmlSelection,
        key: str,
        name: str,
        found: Text,
        shift: Shift,
        codings: list[StudyCoding],
        suggestions: list[StudySuggestion],
    ) -> None:
        place = self.place(selection, name, found.text, shift)
        if place is None:
            return
        start, end = place
        self.places[selection.guid] = (key, start, end)
        for coding in selection.codings:
            self.codings_at(coding, start, end, codings, suggestions)
        self.add_memos(selection.notes, "segment", key, start, end)
        if selection.description.strip() and not self.own:
            note = selection.description.strip()
            self.memos.append(StudyMemo("segment", key, self.coder(None), note, "", start, end))

    def place(self, selection: XmlSelection, name: str, text: str, shift: Shift) -> tuple[int, int] | None:
        """Return the place of a selection inside the text, or ``None`` where nothing of it is there."""
        where = f"{selection.guid} in {name}"
        what = f"with {len(selection.codings)} codings " if selection.codings else ""
        if selection.start is None or selection.end is None:
            self.records.drop("PlainTextSelection", where, f"{what}has no position that is a number".strip())
            return None
        start, end = shift(min(selection.start, selection.end)), shift(max(selection.start, selection.end))
        inside = max(0, start), min(len(text), end)
        if inside[0] >= inside[1] or not text[inside[0] : inside[1]].strip():
            self.records.drop("PlainTextSelection", where, f"{what}there are no words at {start} to {end}".strip())
            return None
        if inside != (start, end) or selection.start > selection.end:
            why = f"{selection.start} to {selection.end} is beyond the text; it is now {inside[0]} to {inside[1]}"
            self.records.drop("PlainTextSelection", where, why, mended=True)
        return inside

    # codings

    def codings_at(
        self,
        coding: XmlCoding,
        start: int,
        end: int,
        codings: list[StudyCoding],
        suggestions: list[StudySuggestion],
    ) -> None:
        code = None if coding.code is None else self.codes.get(coding.code)
        if code is None:
            self.records.drop(
                "Coding", coding.guid, f"its code {coding.code or ''} is not in the codebook".replace("  ", " ")
            )
            return
        if coding.user == MACHINE_GUID:
            suggestions += self.suggestion(coding, start, end, code)
            return
        key = coding.guid
        if key in self.coding_guids:
            key = make_guid("second", f"{key}:{len(self.coding_guids)}")
            self.records.drop(
                "Coding", coding.guid, "another coding has the same GUID; this one got its own", mended=True
            )
        self.coding_guids.add(key)
        if not code.codable:
            self.codes[code.key] = replace(code, codable=True)
            self.records.drop("Code", code.name, "it is a group but has codings, so it is a code now", mended=True)
        made = StudyCoding(key, start, end, code.key, self.coder(coding.user), coding.at)
        codings.append(self.with_notes(made, coding))

    def with_notes(self, made: StudyCoding, coding: XmlCoding) -> StudyCoding:
        """Give a coding what its notes say."""
        others = []
        for guid in coding.notes:
            note = self.notes.get(guid)
            if note is None or note.content is None:
                others.append(guid)
            elif guid == make_guid("coding-memo", coding.guid):
                self.used_notes.add(guid)
                made = replace(made, memo=note.content)
            elif guid == make_guid("coding-facts", coding.guid):
                self.used_notes.add(guid)
                made = with_facts(made, parse_facts(note.content))
            else:
                others.append(guid)
        self.add_memos(others, "coding", made.key)
        return made

    def suggestion(self, coding: XmlCoding, start: int, end: int, code: StudyCode) -> Iterator[StudySuggestion]:
        self.used_notes.update(coding.notes)
        text = next((note.content or "" for guid in coding.notes if (note := self.notes.get(guid))), "")
        facts = parse_facts(text)
        score, probability = number(facts.get("score")), number(facts.get("probability"))
        if score is None or probability is None:
            self.records.drop("Coding", coding.guid, "a suggestion of the machine without its score")
            return
        valence = one_of(Valence, facts.get("valence"), Valence.SHOWN)
        yield StudySuggestion(start, end, code.key, score, probability, valence, parse_evidence(text))

    # people

    def people(self, sources: tuple[Source, ...]) -> Iterator[Person]:
        by_source: dict[str, list[Turn]] = {source.key: list(source.turns) for source in sources}
        for case in self.records.cases:
            name = " ".join(case.name.split()) or "Somebody"
            labels = [self.turn_labels[guid] for guid in case.selections if guid in self.turn_labels]
            missing = [guid for guid in case.selections if guid not in self.turn_labels]
            placed = [self.places[guid] for guid in missing if guid in self.places]
            if len(missing) > len(placed):
                lost = len(missing) - len(placed)
                self.records.drop("SelectionRef", f"{lost} of the case {name}", "the file has no such selection")
            if not labels:
                # Another tool's case: its sources may name the speaker by the case's own name.
                keys = dict.fromkeys([*case.sources, *(place[0] for place in placed)])
                labels = [(key, name) for key in keys if key in by_source]
            if case.codes:
                self.records.drop("CodeRef", f"{case.codes} of the case {name}", "people cannot be coded here")
            if case.description.strip():
                self.records.drop("Description", f"of the case {name}", case.description.strip())
            values = [(guid, value) for guid, value in case.values if guid in self.records.variables]
            role = next((one_of(Role, value, Role.PARTICIPANT) for guid, value in values if guid == ROLE_GUID), None)
            attributes = {self.records.variables[guid]: value for guid, value in values if guid != ROLE_GUID}
            if len(values) < len(case.values):
                self.records.drop("VariableValue", f"of the case {name}", "the file has no such variable")
            yield Person(case.guid, name, role, tuple(attributes.items()), tuple(dict.fromkeys(labels)))
