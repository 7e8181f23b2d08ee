"""Coders, codes and notes of one REFI-QDA file, which all else in it refers to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from coding.codebook import valid_colour
from coding.export.files import Step
from coding.export.identity import MACHINE_GUID, ORIGIN, make_guid
from coding.export.refi_text import parse_code
from coding.interchange.package import Package
from coding.interchange.refi_facts import decoded_or_none
from coding.interchange.refi_records import Records, XmlCode, XmlText
from coding.interchange.study import StudyCode, StudyMemo
from coding.model import CONSENSUS

UNKNOWN = "Unknown coder"
"""Who coded, where the file does not say."""


@dataclass(slots=True)
class Things:
    """What is known so far of one file: its records, and the coders, codes, notes and places in them."""

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

    # coders

    def users(self) -> None:
        """Take the coders, each under a name of their own."""
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
            if tidy.casefold() == CONSENSUS:
                tidy = f"{tidy} (settled elsewhere)"
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
        """Take a code; the one above it has been taken before."""
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
        """Return the colour of a code, where it is one."""
        colour = (code.colour or "").strip()
        if len(colour) == 4 and colour.startswith("#"):
            colour = "#" + "".join(2 * digit for digit in colour[1:])
        if not colour or valid_colour(colour):
            return colour or None
        self.records.drop("color", f"{colour} of {code.name}", "it is not a colour like #4477aa")
        return None

    # notes

    def add_memos(self, guids: list[str] | tuple[str, ...], kind: str, of: str, start: int = 0, end: int = 0) -> None:
        """Take the notes on something as memos."""
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
        """Return the words of a note, with its title in front where another tool gave it one."""
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
