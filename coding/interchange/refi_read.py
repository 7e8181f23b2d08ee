"""Read QDPX and QDC of any tool into a :class:`~coding.interchange.study.Study`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from coding.export.files import Step, told
from coding.export.identity import ROLE_GUID
from coding.export.refi_text import parse_facts
from coding.interchange.package import Package
from coding.interchange.refi_facts import one_of
from coding.interchange.refi_sources import Sources
from coding.interchange.refi_xml import read_events
from coding.interchange.study import CodebookHead, Person, Source, Study, StudyMemo
from coding.model import Role, Turn

_CHUNK = 1 << 20


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
class _Reader(Sources):
    """Turns the records of one file into a study."""

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
            for key in (key for key in case.sources if key not in by_source):
                self.records.drop("SourceRef", f"{key} of the case {name}", "the file has no such source with words")
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
