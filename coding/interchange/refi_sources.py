"""The texts of one REFI-QDA file, with their turns, codings, suggestions and marks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from coding.export.identity import MACHINE_GUID, make_guid
from coding.export.refi_text import FINISHED, REFUSED, parse_evidence, parse_facts, parse_marks
from coding.interchange.positions import Shift, Text, choose_shift, decode_text, make_text
from coding.interchange.refi_facts import number, one_of, same, turn_of, with_facts
from coding.interchange.refi_records import XmlCoding, XmlSelection, XmlText
from coding.interchange.refi_things import Things
from coding.interchange.study import Source, StudyCode, StudyCoding, StudyMark, StudyMemo, StudySuggestion
from coding.model import Turn, Valence


@dataclass(slots=True)
class Sources(Things):
    """Reads texts and what is coded in them."""

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
        """Return the words of a text, from the XML or from a file of its own, or ``None`` where there are none."""
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
        """List the codings of a text whose words are not there."""
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
        """Take what is coded and noted at one place."""
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
        """Take a coding of one place, which is a suggestion where the machine made it."""
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
        """Yield the suggestion that a coding of the machine is, unless it has lost its score."""
        self.used_notes.update(coding.notes)
        text = next((note.content or "" for guid in coding.notes if (note := self.notes.get(guid))), "")
        facts = parse_facts(text)
        score, probability = number(facts.get("score")), number(facts.get("probability"))
        if score is None or probability is None:
            self.records.drop("Coding", coding.guid, "a suggestion of the machine without its score")
            return
        valence = one_of(Valence, facts.get("valence"), Valence.SHOWN)
        yield StudySuggestion(start, end, code.key, score, probability, valence, parse_evidence(text))
