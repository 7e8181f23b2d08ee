"""The whole study as a ZIP file that a repository takes: plain tables and texts, what they mean, and their hashes.

Names are taken out unless they are asked for; see :mod:`coding.export.nameless`. The same project and versions give the
same bytes.
"""

from __future__ import annotations

import gc
import hashlib
import json
import platform
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import TYPE_CHECKING

from coding.agreement import Agreement
from coding.bundled import DISTRIBUTION, installed_version
from coding.codebook import dump_codebook
from coding.edits.codebook import in_tree_order
from coding.errors import ExportError
from coding.export import framework, tables, themes
from coding.export.csv import CODING_COLUMNS, SEGMENT_COLUMNS, Table, codings_table, segments_table, to_csv
from coding.export.files import Step, write_whole
from coding.export.identity import NAME_SETTING
from coding.export.nameless import LEFT_OUT_TABLES, Nameless, take_names_out
from coding.export.refi_write import to_qdpx
from coding.export.results import MEANINGS as MEANINGS_OF_RESULTS
from coding.export.results import RESULTS
from coding.export.still import Still
from coding.export.xlsx import EXPLAINED, PARTICIPANT_COLUMNS, codebook_table, participants_table
from coding.methods import Methods, describe_methods
from coding.model import Edit
from coding.roles import CoderRole
from coding.store import Project
from coding.store.copies import rewrite_rows
from coding.store.rows import changes_to_json

if TYPE_CHECKING:
    from spacy.language import Language

SUMS = "SHA256SUMS"
_DATE = (1980, 1, 1, 0, 0, 0)
_LEVEL = 3
_ODD = re.compile(r"[^\w. -]+")

TABLES: dict[str, tuple[Callable[[Project], Table], str]] = {
    "codings.csv": (codings_table, "a row a coding: one code that one coder gave to one stretch of talk"),
    "segments.csv": (
        segments_table,
        "a row a segment, with 1 for each code that it has and 0 for each that it has not",
    ),
    "transcripts.csv": (tables.transcripts_table, "a row a transcript, with what was read and what was left out"),
    "turns.csv": (tables.turns_table, "a row a turn: who said what, and when"),
    "participants.csv": (participants_table, "a row a participant, with their attributes"),
    "codebook.csv": (codebook_table, "a row a code, with those that were retired"),
    "memos.csv": (tables.memos_table, "a row a note"),
    "finished.csv": (
        tables.finished_table,
        "a row a stretch that a coder has finished: what is not coded is not there",
    ),
    "refused.csv": (tables.rejections_table, "a row a suggestion of the machine that a coder refused"),
    "suggestions.csv": (tables.suggestions_table, "a row a suggestion of the machine as it stood"),
    "themes.csv": (
        themes.themes_table,
        "a row a theme that was found in the talk, what the codebook misses most first",
    ),
    "theme-segments.csv": (themes.theme_stretches_table, "a row a stretch of talk that is in a theme"),
    "framework.csv": (
        framework.read_framework_table,
        "a row a behaviour of the framework, with its statement, indicators, quotations and evidence",
    ),
    "history.csv": (tables.history_table, "a row an edit, the oldest first: who decided what and when"),
}
_OTHERS = {
    "codebook.yaml": "the codebook in force, whole",
    "history.jsonl": "each edit with the rows before and after it, so that every state of the study can be had again",
    "study.qdpx": "the study for NVivo, ATLAS.ti, MAXQDA and others (REFI-QDA)",
    "study.sqlite": "the study for this tool; coding review study.sqlite opens it",
    "methods.md": "what was done, for the methods section of a paper, written from the history",
    "software.json": "what it was made with",
    "columns.csv": "what each column means",
    SUMS: "the SHA-256 of every other file; sha256sum --check SHA256SUMS compares them",
}


_TAKEN_OUT = "For this archive coders were numbered, and names were replaced in transcripts that still had them."


@dataclass(frozen=True, slots=True)
class Archive:
    """What was written.

    Attributes:
        files: How many files are in it.
        nameless: What was taken out; ``None`` where names were asked for.
    """

    files: int
    nameless: Nameless | None


def write_archive(
    project: Project,
    out: Path,
    *,
    with_names: bool = False,
    nlp: Language | None = None,
    by: str | None = None,
    step: Step | None = None,
) -> Archive:
    """Write the archive of a study, as it is at this moment.

    Args:
        project: The project.
        out: The file to write.
        with_names: Leave coders, participants and everybody they speak of under their names.
        nlp: A spaCy pipeline that recognises names; the one that comes with the tool unless given.
        by: Who asks for it; needed where a team shares the project.
        step: Told of progress.

    Raises:
        ExportError: There is nothing in the project, or the file cannot be written.
        ModelError: The spaCy pipeline cannot be loaded.
        RoleError: A team shares the project, and ``by`` does not lead it.
    """
    project.check_role(by, CoderRole.LEAD)
    if not project.counts()[0]:
        raise ExportError("there are no transcripts in this project, so there is nothing to archive", path=project.path)
    with _without_collecting(), tempfile.TemporaryDirectory(prefix="focus-coding-") as folder:
        # What the file is called may name somebody too.
        copy = Path(folder) / (f"{project.path.stem}.sqlite" if with_names else "study.sqlite")
        project.copy_to(copy)
        nameless = None
        _tell(step, "Writing methods.md", 0)
        with Still.open(copy) as opened:
            agreement = framework.agreement_of(opened)
            methods = describe_methods(opened, agreement=agreement)
        if with_names:
            rewrite_rows(copy, lambda _table, _row: None, tables=LEFT_OUT_TABLES)
        else:
            _tell(step, "Taking names out", 0)
            nameless = take_names_out(copy, nlp=nlp)
        packed = Path(folder) / "archive.zip"
        with Still.open(copy) as opened:
            files = _pack(packed, opened, agreement, _methods(methods, nameless), nameless, step)
        write_whole(out, packed.read_bytes())
    return Archive(files, nameless)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Let Python look for no rings of garbage meanwhile: there are none, and it looks through millions of cells."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _tell(step: Step | None, what: str, done: int) -> None:
    if step is not None:
        step(what, done, len(TABLES) + 4)


def _pack(
    path: Path,
    project: Project,
    agreement: Agreement | None,
    methods: str,
    nameless: Nameless | None,
    step: Step | None,
) -> int:
    name = project.setting(NAME_SETTING) or project.path.stem
    sums: list[str] = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:

        def add(part: str, data: bytes) -> None:
            sums.append(f"{hashlib.sha256(data).hexdigest()}  {part}")
            archive.writestr(zipfile.ZipInfo(part, _DATE), data, zipfile.ZIP_DEFLATED, _LEVEL)

        made: dict[str, Table] = {}
        edits = project.edits()
        # What takes long in a large study is read, or worked out, once for all files that it is in.
        ready: dict[str, Callable[[], Table]] = {
            "history.csv": lambda: tables.history_table(project, edits),
            "framework.csv": lambda: framework.read_framework_table(project, agreement),
        }
        for done, (part, (make, _)) in enumerate(TABLES.items(), start=1):
            _tell(step, f"Writing {part}", done)
            made[part] = make(project) if part not in ready else ready[part]()
            add(part, to_csv(made[part]))
        for part, (make, _, _) in RESULTS.items():
            # What a study has nothing of is no file of its own.
            if (found := make(project)).rows:
                made[part] = found
                add(part, to_csv(found))
        for part, text in _texts(project):
            add(part, text.encode("utf-8", "replace"))
        _tell(step, "Writing study.qdpx", len(TABLES) + 1)
        add("study.qdpx", to_qdpx(project)[1])
        _tell(step, "Writing study.sqlite", len(TABLES) + 2)
        add("study.sqlite", _database(project, path.with_name("again.sqlite")))
        _tell(step, "Writing history.jsonl", len(TABLES) + 3)
        add("history.jsonl", _history(edits))
        add("methods.md", methods.encode())
        add("codebook.yaml", dump_codebook(in_tree_order(project.codebook())).encode())
        add("software.json", json.dumps(software(), indent=1, sort_keys=True).encode())
        add("columns.csv", to_csv(_columns(made, project)))
        add("README.md", _readme(name, made, nameless).encode())
        archive.writestr(zipfile.ZipInfo(SUMS, _DATE), "".join(f"{line}\n" for line in sorted(sums)))
        _tell(step, "Written", len(TABLES) + 4)
    return len(sums) + 1


def _methods(methods: Methods, nameless: Nameless | None) -> str:
    """Return the methods section as a file, without names where those were taken out."""
    parts = [(paragraph.title, paragraph.text) for paragraph in methods.paragraphs]
    if nameless is not None:
        parts = [(title, nameless.rewrite(text)) for title, text in parts]
        parts.append(("This archive", _TAKEN_OUT))
    return "# Methods\n\n" + "\n".join(f"## {title}\n\n{text}\n" for title, text in parts)


def _texts(project: Project) -> Iterator[tuple[str, str]]:
    """Yield each transcript as a text file; offsets in the tables count its characters."""
    for number, info in enumerate(project.transcripts(), start=1):
        name = " ".join(_ODD.sub(" ", info.name).split()).strip(". ")[:80] or "transcript"
        yield f"transcripts/{number:02}-{name}.txt", project.text(info.id)


def _database(project: Project, again: Path) -> bytes:
    project.copy_to(again)
    return again.read_bytes()


def _history(edits: Sequence[Edit]) -> bytes:
    lines = []
    for number, edit in enumerate(edits, start=1):
        about = {
            "number": number,
            "id": edit.id,
            "act": edit.batch,
            "at": edit.at,
            "coder": edit.coder,
            "kind": edit.kind,
            "transcript_id": edit.transcript_id,
            "summary": edit.summary,
            "takes_back": edit.undoes,
        }
        head = json.dumps(about, ensure_ascii=False)
        lines.append(f'{head[:-1]}, "changes": {changes_to_json(edit.changes)}}}\n')
    return "".join(lines).encode("utf-8", "replace")


def software() -> dict[str, object]:
    """Return the versions of Python, of this tool and of every package that it stands on."""
    packages = {}
    for line in _requirements():
        name = re.split(r"[^\w.-]", line, maxsplit=1)[0]
        packages[name] = installed_version(name) or "not installed"
    return {
        "tool": DISTRIBUTION,
        "version": installed_version() or "not installed",
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "packages": packages,
    }


def _requirements() -> list[str]:
    try:
        return [line for line in requires(DISTRIBUTION) or () if "extra ==" not in line]
    except PackageNotFoundError:
        return []


# what it all means


def _columns(made: dict[str, Table], project: Project) -> Table:
    names = {code_id: code.name for code_id, code in project.known_codes().items()}
    rows = []
    for part, table in made.items():
        known = {**tables.MEANINGS, **EXPLAINED, **_CODEBOOK, **_IN_FILES.get(part, {})}
        if part in RESULTS:
            known = {**known, **MEANINGS_OF_RESULTS, **_IN_FILES.get(part, {})}
        # Behind these come attributes and codes, which may be called anything.
        own = _OWN.get(part, table.columns)
        for column in table.columns:
            code = names.get(column) or names.get(column.removeprefix("code_"))
            other = f"1 where the segment has the code “{code}”." if code else "An attribute of participants."
            rows.append((part, column, known[column] if column in own else other))
    return Table(("file", "column", "meaning"), tuple(rows))


_OWN = {
    "codings.csv": CODING_COLUMNS,
    "consensus.csv": CODING_COLUMNS,
    "segments.csv": SEGMENT_COLUMNS,
    "participants.csv": PARTICIPANT_COLUMNS,
}
_CODEBOOK = {
    "parent_id": "The id of the code above.",
    "codable": "no for a group that only holds other codes.",
    "retired": "yes for a code that is no longer in force.",
    "definition": "What the code means.",
    "include": "When to apply it.",
    "exclude": "When not to.",
    "examples": "Words in which people show it.",
    "contrary_examples": "Words in which people tell of its lack.",
    "colour": "As #rrggbb.",
    "codings": "How many codings have it.",
}
_IN_FILES = {
    "participants.csv": {
        "participant": "What they are called.",
        "transcripts": "Where they speak.",
        "turns": "How many turns they have.",
        "words": "How many words they say.",
    },
    "codebook.csv": {"source": "Where the code comes from."},
    "themes.csv": {**themes.MEANINGS, "coder": "Who decided last."},
    "theme-segments.csv": themes.MEANINGS,
    "framework.csv": framework.MEANINGS,
}


def _readme(name: str, made: dict[str, Table], nameless: Nameless | None) -> str:
    listed = [f"| `{part}` | {len(made[part].rows):,} | {about} |" for part, (_, about) in TABLES.items()]
    listed += [
        f"| `{part}` | {len(made[part].rows):,} | {about} |" for part, (_, _, about) in RESULTS.items() if part in made
    ]
    listed += ["| `transcripts/` | | the words of each transcript, a line a turn with the speaker in front |"]
    listed += [f"| `{part}` | | {about} |" for part, about in _OTHERS.items()]
    return "\n".join(
        (
            f"# {name}",
            "",
            "A study of focus groups: what was said, and what was coded in it by whom and when.",
            "",
            "| file | rows | what |",
            "| --- | --- | --- |",
            *listed,
            "",
            "## How to read it",
            "",
            "Tables are CSV in UTF-8 with a byte-order mark. Places (`start_char`, `end_char`) count Unicode",
            "characters of the transcript's text file: the first is 0, the one at the end is no longer part of it,",
            "and a line end counts as one. An apostrophe in front of `=`, `+`, `-` or `@` keeps a spreadsheet from",
            "running a text as a formula; drop it.",
            "",
            "## Names",
            "",
            *_names(nameless),
            "",
            "## Before you deposit it",
            "",
            "Read the transcripts and the memos once more: no tool finds every name, and what somebody tells can give",
            "them away without one. Choose a licence and conditions of access that fit what participants consented to.",
            "",
        )
    )


def _names(nameless: Nameless | None) -> tuple[str, ...]:
    if nameless is None:
        return ("Names stand in this archive as they stand in the study. It was asked for so.",)
    return (
        "Coders are called Coder 1, Coder 2 and so on in every file. In transcripts that were imported with names,",
        "people, organisations, places, addresses and numbers were replaced: P3 is the same participant everywhere,",
        "[bank 1] the same bank. Where a replacement is longer or shorter than a name, all places in the tables and in",
        "the history moved along, so every quotation is still the slice of its text. Pseudonyms that the study had",
        "before stay as they were. Names of source files were treated in the same way, and hashes of source files are",
        "left out, since whoever has a guess at a file could confirm it.",
    )
