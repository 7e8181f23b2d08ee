"""Put a study of another tool into a project: what is new is added, what is there is compared."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from coding.codebook import CODE_ID, MAX_CODES, make_code_id
from coding.edits import Operation, apply_edits
from coding.edits.base import short
from coding.edits.imported import ImportCodes, ImportCodings, ImportMemos, ImportPeople, KeepSettings
from coding.errors import CodingError
from coding.export.files import Step, told
from coding.export.identity import NAME_SETTING, SETTING, Guids
from coding.export.refi_codes import unique_names
from coding.interchange.earlier import Earlier
from coding.interchange.marks import marks_to_add
from coding.interchange.matching import Match, place_of
from coding.interchange.prepare import clean_text, cut_source, make_transcript, stored_date, texts_by_hash
from coding.interchange.report import Difference, Prefer, StudyReport
from coding.interchange.study import Source, Study, StudyCode, StudyCoding
from coding.model import (
    Code,
    Coding,
    Participant,
    Role,
    Segment,
    Suggestion,
    Transcript,
)
from coding.roles import CoderRole
from coding.segments import Segmentation
from coding.store import Memo, Project
from coding.store.study import participant_id

_CODINGS_AN_EDIT = 5_000
_COMPARED = ("code_id", "start_char", "end_char", "valence", "memo")


def place_study(
    project: Project,
    study: Study,
    *,
    by: str,
    file: str,
    prefer: Prefer = "ours",
    decided: Mapping[tuple[str, str, str], Prefer] | None = None,
    segmentation: Segmentation | None = None,
    step: Step | None = None,
) -> StudyReport:
    """Put ``study`` into ``project``, wholly or not at all.

    Args:
        project: Where to.
        study: As an importer made it.
        by: Who imports.
        file: The file's name, for the report.
        prefer: What stands where both sides changed something; every difference is in the report either way.
        decided: What stands for single differences, by :attr:`Difference.key`.
        segmentation: How to cut new transcripts.
        step: Told what is being done, how much of it is done, and how much there is.

    Raises:
        CodingError: The project cannot be written, or would have more codes than a codebook can hold.
        RoleError: A team shares the project, and ``by`` does not lead it: a study brings other people's work.
    """
    project.check_role(by, CoderRole.LEAD)
    new = {source.key: make_transcript(source, study, file) for source in study.sources}
    segments = {}
    there = texts_by_hash(project)
    for done, (key, made) in enumerate(new.items()):
        if step:
            step("Reading the talk", done, len(new))
        if hashlib.sha256(made.text.encode("utf-8", "replace")).digest() not in there:
            segments[key] = cut_source(made, study, key, segmentation)
    if step:
        step("Reading the talk", len(new), len(new))
    with project.transaction():
        placer = _Placer(project, study, project.add_coder(by), file, prefer, decided or {})
        return placer.place(new, segments, segmentation, step)


@dataclass(slots=True)
class _Placer:
    """What is worked out while one study is placed."""

    project: Project
    study: Study
    by: str
    file: str
    prefer: Prefer
    decided: Mapping[tuple[str, str, str], Prefer]
    earlier: Earlier = field(default_factory=Earlier)
    guids: Guids = field(default_factory=Guids)
    coders: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    transcripts: dict[str, str] = field(default_factory=dict)
    fresh: set[str] = field(default_factory=set)
    coding_ids: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def place(
        self,
        new: dict[str, Transcript],
        segments: dict[str, tuple[Segment, ...]],
        segmentation: Segmentation | None,
        step: Step | None,
    ) -> StudyReport:
        self.guids = Guids.of(self.project)
        self.earlier = Earlier.of(self.project)
        empty = not self.project.codebook().codes and not self.project.transcripts()
        self.add_coders()
        self.add_codes(empty)
        self.do()
        names = self.add_sources(new, segments, segmentation)
        self.add_people()
        self.places = {coding.id: coding.transcript_id for coding in self.project.codings()}
        for source in told(self.study.sources, step, "Placing codings"):
            self.add_codings(source)
            self.add_marks(source)
            self.do()
        self.add_memos()
        self.add_suggestions()
        self.keep(empty)
        self.do()
        return self.report(names)

    def do(self) -> None:
        """Apply what has been gathered, so that what follows can build on it."""
        apply_edits(self.project, self.operations, coder=self.by)
        self.operations = []

    def differ(
        self, what: str, name: str, field_name: str, ours: object, theirs: object, of: tuple[str, str] | None = None
    ) -> bool:
        """Note a difference and tell whether the file's side is taken.

        ``of`` is table and key of a row that was one thing on both sides once: there, what only one side changed is
        taken from that side. Where both did, or nobody can tell, a person decides.
        """
        who = "both" if of is None else self.earlier.who_changed(*of, field_name, ours, theirs)
        if who == "here":
            return False
        one = Difference(what, name, field_name, str(ours), str(theirs), by=who)
        taken = "theirs" if who == "there" else self.decided.get(one.key, self.prefer)
        self.differences.append(replace(one, taken=taken))
        return taken == "theirs"

    # coders

    def add_coders(self) -> None:
        by_guid = {self.guids.get("user", name): name for name in self.project.coders()}
        by_name = {name.casefold(): name for name in self.project.coders()}
        for key, name in self.study.coders.items():
            known = by_guid.get(key) or by_name.get(name.casefold())
            self.coders[key] = known or self.project.add_coder(name)
            if known is None:
                self.guids = self.guids.with_guid("user", self.coders[key], key)

    # codes

    def add_codes(self, empty: bool) -> None:
        codebook = self.project.codebook()
        retired = self.project.retired_codes()
        known = {**retired, **{code.id: code for code in codebook.codes}}
        match = Match.of(known, self.guids, self.study.codes)
        shown = unique_names(codebook)
        made: list[Code] = []
        for theirs in self.study.codes:
            code_id = match.find(theirs)
            if code_id is None:
                code_id = self.new_id(theirs, set(known) | {code.id for code in made})
                made.append(self.new_code(theirs, code_id))
                self.guids = self.guids.with_guid("code", code_id, theirs.key)
                self.counts["codes"] += 1
            else:
                self.counts["codes_there"] += 1
                same = self.guids.get("code", code_id) == theirs.key
                made += self.compared(theirs, known[code_id], shown.get(code_id, ""), same=same)
            self.codes[theirs.key] = code_id
        if len(known) + self.counts["codes"] > MAX_CODES:
            raise CodingError(f"the codebook would have more than {MAX_CODES:,} codes; import fewer", path=self.file)
        head = self.study.head if empty else None
        words: tuple[tuple[str, str], ...] = ()
        if head is not None:
            words = (("name", head.name), ("version", head.version), ("language", head.language))
            words += (("description", head.description),)
        elif empty and self.study.codes:
            words = (("name", self.study.name or "Imported codebook"), ("version", "1"))
        gone = frozenset(self.codes[code.key] for code in self.study.codes if code.retired)
        if made or words:
            self.operations.append(ImportCodes(tuple(made), gone, words))

    @staticmethod
    def new_id(theirs: StudyCode, taken: set[str]) -> str:
        wanted = theirs.code_id
        if wanted is not None and len(wanted) <= 80 and CODE_ID.match(wanted) and wanted not in taken:
            return wanted
        return make_code_id(theirs.name, taken)

    def new_code(self, theirs: StudyCode, code_id: str) -> Code:
        return Code(
            id=code_id,
            name=clean_text(theirs.name) or "Code",
            parent=None if theirs.parent is None else self.codes.get(theirs.parent),
            definition=clean_text(theirs.definition),
            include=tuple(map(clean_text, theirs.include)),
            exclude=tuple(map(clean_text, theirs.exclude)),
            examples=tuple(map(clean_text, theirs.examples)),
            contrary_examples=tuple(map(clean_text, theirs.contrary_examples)),
            colour=theirs.colour,
            source=clean_text(theirs.source)
            if self.study.own or theirs.source
            else f"Imported from {self.study.format}",
            codable=theirs.codable,
        )

    def compared(self, theirs: StudyCode, ours: Code, shown: str, *, same: bool) -> list[Code]:
        """Return the code as it is to be, where that is not as it is; ``same`` where both have one GUID."""
        of = ("codes", ours.id) if same else None
        there = self.new_code(theirs, ours.id)
        if theirs.name == shown:
            there = replace(there, name=ours.name)
        if not self.study.own:
            # Other tools keep a definition, and nothing of the rest.
            there = replace(there, source=ours.source)
            if theirs.code_id == ours.id:
                # Known by its id alone, such as in labelled segments: the name was made of it.
                there = replace(there, name=ours.name)
        new = ours
        for name in ("name", "parent", "definition", "include", "exclude", "examples", "contrary_examples", "colour"):
            mine, other = getattr(ours, name), getattr(there, name)
            if (
                mine != other
                and (self.study.own or other not in ("", None, ()))
                and self.differ("code", ours.name, name, mine, other, of)
            ):
                new = replace(new, **{name: other})
        return [new] if new != ours else []

    # transcripts

    def add_sources(
        self,
        new: dict[str, Transcript],
        segments: dict[str, tuple[Segment, ...]],
        segmentation: Segmentation | None,
    ) -> dict[str, list[str]]:
        infos = self.project.transcripts()
        by_guid = {self.guids.get("source", info.id): info.id for info in infos}
        texts = texts_by_hash(self.project)
        names: dict[str, list[str]] = {"new": [], "there": []}
        groups = {info.id: info for info in infos}
        for source in self.study.sources:
            found = self.same_source(source, by_guid, texts)
            if found is not None:
                self.transcripts[source.key] = found
                names["there"].append(groups[found].name)
                if source.group and source.group != groups[found].group:
                    self.differences.append(
                        Difference("transcript", groups[found].name, "group", groups[found].group, source.group)
                    )
                continue
            cut = segments.get(source.key)
            if cut is None:
                cut = cut_source(new[source.key], self.study, source.key, segmentation)
            made, cut = self.unused(new[source.key], cut, source)
            how = json.dumps((segmentation or Segmentation()).as_dict(), sort_keys=True)
            by = self.coders[source.coder] if source.coder is not None else self.by
            self.project.add_transcript(made, cut, by=by, segmentation=how)
            self.transcripts[source.key] = made.id
            self.fresh.add(source.key)
            self.guids = self.guids.with_guid("source", made.id, source.key)
            names["new"].append(made.name)
        return names

    def same_source(self, source: Source, by_guid: dict[str, str], texts: dict[bytes, str]) -> str | None:
        """Return the transcript that the source is, by GUID or by its words."""
        taken = set(self.transcripts.values())
        found = by_guid.get(source.key)
        if found is not None and found not in taken:
            if self.project.text(found) == source.text:
                return found
            self.warnings.append(f"the text of {source.name} is not the one that is here; it was imported beside it")
        found = texts.get(hashlib.sha256(source.text.encode()).digest())
        return found if found not in taken else None

    def unused(
        self, made: Transcript, cut: tuple[Segment, ...], source: Source
    ) -> tuple[Transcript, tuple[Segment, ...]]:
        """Return the transcript under an id that is free: two sources may have the same bytes."""
        if not self.project.find_source(made.source_sha256):
            return made, cut
        salted = f"{source.key}\n{len(self.project.transcripts())}\n{source.text}"
        made = replace(made, source_sha256=hashlib.sha256(salted.encode()).hexdigest())
        return made, tuple(replace(segment, transcript_id=made.id) for segment in cut)

    # people

    def add_people(self) -> None:
        known = {person.id: person for person in self.project.participants()}
        by_guid = {self.guids.get("case", person.id): person.id for person in known.values()}
        people: list[Participant] = []
        labels: dict[tuple[str, str], str] = {}
        for theirs in self.study.people:
            places = self.labels_of(theirs.labels)
            found = by_guid.get(theirs.key)
            if found is None and not places:
                self.warnings.append(f"{theirs.name} speaks in no transcript, so there is no such participant here")
                continue
            person_id = found or self.person_id(theirs.key, theirs.name, places)
            ours = known.get(person_id)
            there = Participant(person_id, theirs.name, theirs.role or Role.PARTICIPANT, theirs.attributes)
            people += self.person(ours, there, same=found is not None)
            self.guids = self.guids.with_guid("case", person_id, theirs.key)
            for transcript_id, label in places:
                if self.transcripts_fresh(transcript_id):
                    labels.setdefault((transcript_id, label), person_id)
        self.counts["people"] = len(people)
        if people or labels:
            self.operations.append(ImportPeople(tuple(people), tuple((*place, who) for place, who in labels.items())))

    def transcripts_fresh(self, transcript_id: str) -> bool:
        return any(self.transcripts[key] == transcript_id for key in self.fresh)

    def person_id(self, key: str, name: str, places: Sequence[tuple[str, str]]) -> str:
        if self.study.own:
            return key
        found = [participant_id(transcript_id, label) for transcript_id, label in places]
        return found[0] if len(set(found)) == 1 else key

    def labels_of(self, labels: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return transcript and label of those labels that somebody has in the project."""
        found = []
        for key, label in labels:
            transcript_id = self.transcripts.get(key)
            if transcript_id is None:
                continue
            speakers = {name.casefold(): name for name in self.project.speakers(transcript_id)}
            if label in speakers.values():
                found.append((transcript_id, label))
            elif label.casefold() in speakers:
                found.append((transcript_id, speakers[label.casefold()]))
        return found

    def person(self, ours: Participant | None, theirs: Participant, *, same: bool) -> list[Participant]:
        """Return the participant as they are to be; an attribute that only one side has is kept."""
        if ours is None or (ours.name == theirs.name and not ours.attributes):
            return [theirs] if self.study.own or ours is None else [replace(theirs, role=ours.role)]
        attributes = dict(ours.attributes)
        for name, value in theirs.attributes:
            if name not in attributes or (
                attributes[name] != value
                and self.differ(
                    "participant", ours.name, name, attributes[name], value, ("participants", ours.id) if same else None
                )
            ):
                attributes[name] = value
        return [replace(ours, attributes=tuple(attributes.items()))]

    # codings

    def add_codings(self, source: Source) -> None:
        transcript_id = self.transcripts[source.key]
        there = {} if source.key in self.fresh else {c.id: c for c in self.project.codings(transcript_id)}
        by_guid = {self.guids.get("coding", coding.id): coding for coding in there.values()}
        by_place = {place_of(coding): coding for coding in there.values()}
        new: list[Coding] = []
        seen: set[str] = set()
        for theirs in source.codings:
            coding = self.coding(theirs, transcript_id)
            ours = by_guid.get(theirs.key) or by_place.get(place_of(coding))
            if ours is not None:
                seen.add(ours.id)
                self.coding_ids[theirs.key] = ours.id
                self.counts["codings_there"] += 1
                new += self.compared_coding(ours, coding, same=theirs.key in by_guid)
            elif self.stays_removed(coding):
                self.counts["stay_removed"] += 1
            else:
                by_place.setdefault(place_of(coding), coding)
                self.coding_ids[theirs.key] = coding.id
                new.append(coding)
                self.counts["codings"] += 1
        self.counts["in_file"] += len(source.codings)
        self.counts["only_here"] += len(set(there) - seen)
        for at in range(0, len(new), _CODINGS_AN_EDIT):
            self.operations.append(ImportCodings(transcript_id, tuple(new[at : at + _CODINGS_AN_EDIT])))

    def coding(self, theirs: StudyCoding, transcript_id: str) -> Coding:
        coding_id = theirs.key
        if self.places.get(coding_id, transcript_id) != transcript_id:
            # The same study twice in one project, such as under a changed text: both keep their codings.
            coding_id = str(uuid.uuid5(uuid.UUID(theirs.key), transcript_id))
        return Coding(
            id=coding_id,
            transcript_id=transcript_id,
            start_char=theirs.start_char,
            end_char=theirs.end_char,
            code_id=self.codes[theirs.code],
            coder=self.coders[theirs.coder],
            valence=theirs.valence,
            origin=theirs.origin,
            score=theirs.score,
            probability=theirs.probability,
            memo=theirs.memo,
            codebook_version=theirs.codebook_version or self.project.setting("codebook.version", "0"),
            created_at=stored_date(theirs.at),
        )

    def stays_removed(self, theirs: Coding) -> bool:
        """Tell whether a coding was taken away here and is to stay away: unasked, where nobody changed it there."""
        if not self.earlier.was_removed("codings", theirs.id):
            return False
        last = self.earlier.last("codings", theirs.id) or {}
        told = ("code_id", "start_char", "end_char") if not self.study.own else _COMPARED
        if all(last.get(name) == getattr(theirs, name) for name in told):
            return True
        return not self.differ("coding", self.where(theirs), "state", "removed", "changed")

    def where(self, coding: Coding) -> str:
        """Return a coding in words that a person knows it by."""
        words = self.project.text(coding.transcript_id)[coding.start_char : coding.end_char]
        return f"{coding.code_id} by {coding.coder} on “{short(words)}”"

    def compared_coding(self, ours: Coding, theirs: Coding, *, same: bool) -> list[Coding]:
        new = ours
        of = ("codings", ours.id) if same else None
        for name in _COMPARED:
            mine, other = getattr(ours, name), getattr(theirs, name)
            # Other tools know neither valence nor memo of a coding; that they lack them says nothing.
            silent = name in ("valence", "memo") and not self.study.own
            if mine != other and not silent and self.differ("coding", self.where(ours), name, mine, other, of):
                new = replace(new, **{name: other})
        return [new] if new != ours else []

    def add_marks(self, source: Source) -> None:
        marks = marks_to_add(
            source, self.transcripts[source.key], coders=self.coders, codes=self.codes, earlier=self.earlier
        )
        if marks is not None:
            self.counts["finished"] += len(marks.reviews)
            self.counts["refused"] += len(marks.rejections)
            self.operations.append(marks)

    # the rest

    def add_memos(self) -> None:
        memos: dict[str, Memo] = {}
        for theirs in self.study.memos:
            target = self.target(theirs.kind, theirs.of, theirs.start_char, theirs.end_char)
            if target is None:
                continue
            coder = self.coders[theirs.coder]
            key = f"{coder}|{target}"
            text = theirs.text.strip()
            if key in memos and text not in memos[key].text:
                text = f"{memos[key].text}\n\n{text}"
            memos[key] = Memo(key, target, coder, text, stored_date(theirs.at))
        new = []
        for key, memo in memos.items():
            ours = self.project.row("memos", key)
            if ours is None or (
                ours["text"] != memo.text and self.differ("memo", memo.target, "text", ours["text"], memo.text)
            ):
                new.append(memo)
        self.counts["memos"] = len(new)
        if new:
            self.operations.append(ImportMemos(tuple(new)))

    def target(self, kind: str, of: str, start: int, end: int) -> str | None:
        if kind == "project":
            return "project"
        if kind == "segment" and of in self.transcripts:
            return f"segment:{self.transcripts[of]}:{start}-{end}"
        ids = {"code": self.codes, "transcript": self.transcripts, "coding": self.coding_ids}.get(kind, {})
        return f"{kind}:{ids[of]}" if of in ids else None

    def add_suggestions(self) -> None:
        for source in self.study.sources:
            if source.key not in self.fresh or not source.suggestions:
                continue
            transcript_id = self.transcripts[source.key]
            keys = {(s.start_char, s.end_char) for s in self.project.segments(transcript_id)}
            placed = [
                Suggestion(
                    transcript_id,
                    theirs.start_char,
                    theirs.end_char,
                    self.codes[theirs.code],
                    theirs.score,
                    theirs.probability,
                    valence=theirs.valence,
                    evidence=theirs.evidence,
                )
                for theirs in source.suggestions
                if (theirs.start_char, theirs.end_char) in keys
            ]
            self.project.set_suggestions(transcript_id, placed)
            self.counts["suggestions"] += len(placed)

    def keep(self, empty: bool) -> None:
        for name, guid in self.study.groups.items():
            self.guids = self.guids.with_guid("group", name, guid)
        for name, guid in self.study.variables.items():
            self.guids = self.guids.with_guid("variable", name, guid)
        settings = []
        if self.guids.known:
            settings.append((SETTING, self.guids.to_json()))
        if empty and self.study.name:
            settings.append((NAME_SETTING, self.study.name))
        if settings:
            self.operations.append(KeepSettings(tuple(settings)))

    def report(self, names: dict[str, list[str]]) -> StudyReport:
        return StudyReport(
            file=self.file,
            format=self.study.format,
            transcripts=tuple(names["new"]),
            transcripts_there=tuple(names["there"]),
            codes=self.counts["codes"],
            codes_there=self.counts["codes_there"],
            codings=self.counts["codings"],
            codings_there=self.counts["codings_there"],
            codings_in_file=self.counts["in_file"],
            only_here=self.counts["only_here"],
            stay_removed=self.counts["stay_removed"],
            suggestions=self.counts["suggestions"],
            people=self.counts["people"],
            memos=self.counts["memos"],
            finished=self.counts["finished"],
            refused=self.counts["refused"],
            coders=tuple(dict.fromkeys(self.coders.values())),
            dropped=tuple(one for one in self.study.dropped if not one.mended),
            mended=tuple(one for one in self.study.dropped if one.mended),
            differences=tuple(self.differences),
            warnings=tuple(self.warnings),
        )
