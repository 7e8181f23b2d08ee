"""From files to suggestions: read, segment, store, embed, suggest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from coding.assistant import Assistant
from coding.bundled import bundled
from coding.codebook import load_codebook
from coding.edits import SetCodebook, apply_edits
from coding.edits.people import MergeParticipants
from coding.encoders import Encoder, embed
from coding.errors import CodingError, ReadError
from coding.model import Transcript
from coding.readers import read_bytes
from coding.roles import CoderRole
from coding.segments import Segmentation, segment_transcript
from coding.store import Project

Step = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to import: a path, or the bytes of an upload under the name they had, with what a person chose for it.

    Attributes:
        name: The file's path, or the name that the upload had.
        data: The bytes of an upload.
        transcript_name: What the transcript is to be called; the stem of the file's name unless given.
        group: The focus group that it is from.
        columns: For tables, which column holds what, as :func:`coding.readers.read_bytes` takes it.
        moderators: The speaker labels that moderate; as the reader guesses where it is ``None``.
    """

    name: str
    data: bytes | None = None
    transcript_name: str | None = None
    group: str | None = None
    columns: Mapping[str, str | int] | None = None
    moderators: frozenset[str] | None = None

    def read(self) -> bytes:
        """Return the file's bytes.

        Raises:
            ReadError: It is missing, a folder, or cannot be read.
        """
        if self.data is not None:
            return self.data
        try:
            return Path(self.name).read_bytes()
        except FileNotFoundError as err:
            raise ReadError("there is no such file", path=self.name) from err
        except IsADirectoryError as err:
            raise ReadError("this is a folder; name the files in it", path=self.name) from err
        except OSError as err:
            raise ReadError(f"the file cannot be read ({err.strerror})", path=self.name) from err


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file.

    Attributes:
        file: Its name.
        status: ``imported``, ``already there`` or ``failed``.
        transcript_id: The transcript, unless it failed.
        name: What the transcript is called.
        format: As it was recognised.
        encoding: Of a text file.
        turns: How many.
        segments: How many.
        words: How many stand in the turns.
        cues_in: Timed cues, rows or paragraphs in the file, where the format has them.
        cues_out: How many of them stand in the transcript.
        speakers: Turns by speaker label.
        left_out: Words that do not stand in the transcript, by reason.
        warnings: What to look at, with ``line N:`` in front where it is known.
        error: The sentence, where it failed.
    """

    file: str
    status: str
    transcript_id: str | None = None
    name: str = ""
    format: str = ""
    encoding: str | None = None
    turns: int = 0
    segments: int = 0
    words: int = 0
    cues_in: int | None = None
    cues_out: int | None = None
    speakers: tuple[tuple[str, int], ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    warnings: tuple[str, ...] = ()
    error: str | None = None

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values for JSON."""
        return {**asdict(self), "speakers": dict(self.speakers), "left_out": dict(self.left_out)}


def start_project(path: Path, *, by: str) -> Project:
    """Open a project, or make one with the codebook that comes with the tool.

    Raises:
        ProjectError: It cannot be opened or made.
    """
    project = Project.open(path, create=True)
    if not project.codebook().codes and project.rev() == 0:
        apply_edits(project, [SetCodebook(load_codebook(bundled("codebook.yaml")))], coder=by)
    return project


def import_files(
    project: Project,
    sources: Sequence[Source],
    *,
    by: str,
    group: str | None = None,
    segmentation: Segmentation | None = None,
    step: Step | None = None,
    pseudonymise: Callable[[Transcript], Transcript] | None = None,
) -> list[Imported]:
    """Read, segment and store files, each wholly or not at all.

    A file that cannot be read does not keep the others from being imported.

    Args:
        project: Where to.
        sources: The files.
        by: Who imports them.
        group: The focus group of all that name none themselves; else each is a group of its own.
        segmentation: How to cut; as before in this project where it is not given.
        step: Told of progress.
        pseudonymise: Takes names out of a transcript after it is read and before it has segments.

    Returns:
        What became of each, in order.

    Raises:
        ProjectError: The project cannot be written. What was imported before stays.
        ModelError: The spaCy pipeline cannot be loaded.
        RoleError: A team shares the project, and ``by`` brings no transcripts in.
    """
    project.check_role(by, CoderRole.FACILITATOR)
    coder = project.add_coder(by)
    how = segmentation or stored_segmentation(project)
    results = []
    for done, source in enumerate(sources):
        if step:
            step(f"Reading {Path(source.name).name}", done, len(sources))
        results.append(_import_one(project, source, by=coder, group=group, how=how, pseudonymise=pseudonymise))
    if step:
        step("Read", len(sources), len(sources))
    return results


Place = tuple[str, str]
"""Where somebody speaks: a transcript's id, or the name of a file that was just imported, and the label there."""


def join_speakers(
    project: Project, pairs: Sequence[tuple[Place, Place]], imported: Sequence[Imported], *, by: str
) -> int:
    """Merge speakers of whom a person said before the import that they are one, and return how many pairs were merged.

    Args:
        project: Where to.
        pairs: Two places each; pairs whose file was not imported are passed over.
        imported: What became of the files.
        by: Who said so.
    """
    files = [one.file for one in imported]
    # Of two files with one name nobody can tell which was meant.
    ids = {one.file: one.transcript_id for one in imported if one.transcript_id and files.count(one.file) == 1}
    done = 0
    for pair in pairs:
        people = [project.speakers(found).get(label) for place, label in pair if (found := ids.get(place, place))]
        if len(people) == 2 and people[0] and people[1] and people[0].id != people[1].id:
            apply_edits(project, [MergeParticipants(people[1].id, people[0].id)], coder=by)
            done += 1
    return done


def stored_segmentation(project: Project) -> Segmentation:
    """Return the segmentation that the project was set to, or the usual one."""
    stored = project.setting("segmentation")
    return Segmentation(**json.loads(stored)) if stored else Segmentation()


def _import_one(
    project: Project,
    source: Source,
    *,
    by: str,
    group: str | None,
    how: Segmentation,
    pseudonymise: Callable[[Transcript], Transcript] | None = None,
) -> Imported:
    file = Path(source.name).name
    try:
        data = source.read()
        there = project.find_source(hashlib.sha256(data).hexdigest())
        if there:
            return _already(project, file, there, WITH_NAMES if pseudonymise else None)
        transcript = _read(source, data, group)
    except ReadError as err:
        return Imported(file, "failed", error=str(err))
    if pseudonymise is not None:
        transcript = pseudonymise(transcript)
        # With pseudonyms a transcript has another hash, so only now can it be known again.
        there = project.find_source(transcript.source_sha256)
        if there:
            return _already(project, file, there, None)
    segments = segment_transcript(transcript, how)
    project.add_transcript(transcript, segments, by=by, segmentation=json.dumps(how.as_dict(), sort_keys=True))
    return _describe(file, "imported", project.transcript(transcript.id), len(segments))


def _read(source: Source, data: bytes, group: str | None) -> Transcript:
    """Read a file with what was chosen for it."""
    read = read_bytes(
        data, source.name, name=source.transcript_name, group=source.group or group, columns=source.columns
    )
    if source.moderators is None:
        return read
    return replace(read, moderators=source.moderators & frozenset(read.speakers))


WITH_NAMES = "it was imported before with its names; import it into a new project to have pseudonyms in it"


def _already(project: Project, file: str, transcript_id: str, warning: str | None) -> Imported:
    found = _describe(file, "already there", project.transcript(transcript_id), len(project.segments(transcript_id)))
    return found if warning is None else replace(found, warnings=(*found.warnings, warning))


def _describe(file: str, status: str, transcript: Transcript, segments: int) -> Imported:
    speakers: dict[str, int] = {}
    words = 0
    for turn in transcript.turns:
        label = "(heading)" if turn.heading else turn.speaker or "(unknown)"
        speakers[label] = speakers.get(label, 0) + 1
        words += len(transcript.words_of(turn).split())
    left_out: dict[str, int] = {}
    for item in transcript.report.left_out:
        left_out[item.reason] = left_out.get(item.reason, 0) + len(item.text.split())
    return Imported(
        file=file,
        status=status,
        transcript_id=transcript.id,
        name=transcript.name,
        format=transcript.report.format,
        encoding=transcript.report.encoding,
        turns=len(transcript.turns),
        segments=segments,
        words=words,
        cues_in=transcript.report.cues_in,
        cues_out=transcript.report.cues_out,
        speakers=tuple(speakers.items()),
        left_out=tuple(left_out.items()),
        warnings=tuple(
            note.message if note.line is None else f"line {note.line}: {note.message}"
            for note in transcript.report.warnings
        ),
    )


def embed_segments(project: Project, encoder: Encoder, *, step: Step | None = None) -> int:
    """Compute the embeddings of all segments that have none yet, and return how many segments there are."""
    texts: list[str] = []
    for info in project.transcripts():
        text = project.text(info.id)
        texts += [text[s.start_char : s.end_char] for s in project.segments(info.id)]
    tell = (lambda done, of: step("Understanding the talk", done, of)) if step else None
    embed(texts, encoder=encoder, cache=project, progress=tell)
    return len(texts)


def suggest(
    project: Project, encoder: Encoder, *, moderators: bool = False, step: Step | None = None
) -> tuple[Assistant, int]:
    """Work out suggestions for all segments and store them.

    Returns:
        The assistant, ready for corrections, and how many suggestions there are.

    Raises:
        CodingError: The project has no transcripts, or no codebook.
    """
    if not project.transcripts():
        raise CodingError("there are no transcripts in this project yet; import some first", path=project.path)
    if not project.codebook().codable:
        raise CodingError("this project has no codebook yet; set one first", path=project.path)
    assistant = Assistant(encoder, moderators=moderators)
    tell = (lambda done, of: step("Understanding the talk", done, of)) if step else None
    assistant.refresh(project, progress=tell)
    if step:
        step("Storing suggestions", 0, 1)
    count = assistant.store(project)
    if step:
        step("Storing suggestions", 1, 1)
    return assistant, count


def paths(files: Iterable[str | Path]) -> list[Source]:
    """Return files on disk as sources."""
    return [Source(str(file)) for file in files]
