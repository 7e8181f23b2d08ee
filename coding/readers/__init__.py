"""Transcripts of every kind to one kind: :func:`read_transcript` for a file, :func:`read_bytes` for an upload.

A format is one line in :data:`FORMATS`: a name, its suffixes, how its content is recognised, and the function that
reads it. What a file holds counts more than what it is called.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from coding.errors import ReadError
from coding.model import Note, Transcript
from coding.readers.archives import open_archive
from coding.readers.ass import read_ass, sniff_ass
from coding.readers.assemble import assemble
from coding.readers.chat import read_chat, sniff_chat
from coding.readers.columns import TableColumns, find_table
from coding.readers.csv_tables import has_columns, read_csv, sniff_table
from coding.readers.docx import is_docx, read_docx
from coding.readers.html_pages import read_html, sniff_html
from coding.readers.json_turns import read_json, sniff_json
from coding.readers.odt import is_odt, read_odt
from coding.readers.pdf import read_pdf
from coding.readers.rtf import read_rtf, sniff_rtf
from coding.readers.sniffing import refuse, refuse_text
from coding.readers.source import Reading, Source
from coding.readers.srt import read_srt, sniff_srt
from coding.readers.ttml import read_ttml, root_of, sniff_ttml
from coding.readers.txt import read_txt
from coding.readers.vtt import read_vtt, sniff_vtt
from coding.readers.xlsx import is_xlsx, read_xlsx

__all__ = [
    "FORMATS",
    "MOST_BYTES",
    "SUFFIXES",
    "Format",
    "TableColumns",
    "find_table",
    "read_bytes",
    "read_transcript",
]

MOST_BYTES = 200 * 1024 * 1024
"""Larger files are refused; an hour of talk is about 0.1 MB."""


_EMPTY = "the file is empty; export the transcript again and import that file"


@dataclass(frozen=True, slots=True)
class Format:
    """One family of files.

    Attributes:
        name: What users call it.
        suffixes: In small letters, with dots.
        sniff: Tells by content; gets the source whole and answers fast.
        read: Reads it.
    """

    name: str
    suffixes: tuple[str, ...]
    sniff: Callable[[Source], bool]
    read: Callable[[Source], Reading]


def _zip(source: Source) -> bool:
    return source.data.startswith(b"PK\x03\x04")


FORMATS: tuple[Format, ...] = (
    Format(
        "Word document", (".docx", ".docm"), lambda source: _zip(source) and is_docx(open_archive(source)), read_docx
    ),
    Format("OpenDocument text", (".odt",), lambda source: _zip(source) and is_odt(open_archive(source)), read_odt),
    Format(
        "Excel workbook", (".xlsx", ".xlsm"), lambda source: _zip(source) and is_xlsx(open_archive(source)), read_xlsx
    ),
    Format("PDF", (".pdf",), lambda source: b"%PDF-" in source.data[:1024], read_pdf),
    Format("RTF", (".rtf",), lambda source: sniff_rtf(source.data), read_rtf),
    Format("WebVTT", (".vtt",), lambda source: sniff_vtt(source.text), read_vtt),
    Format("TTML captions", (".ttml", ".dfxp"), lambda source: sniff_ttml(source.text), read_ttml),
    Format("subtitle script", (".ass", ".ssa"), lambda source: sniff_ass(source.text), read_ass),
    Format("SubRip", (".srt", ".sbv"), lambda source: sniff_srt(source.text), read_srt),
    Format("web page", (".html", ".htm"), lambda source: sniff_html(source.text), read_html),
    Format("JSON", (".json", ".jsonl"), sniff_json, read_json),
    Format("chat", (), lambda source: sniff_chat(source.text), read_chat),
    Format("table", (".csv", ".tsv"), lambda source: sniff_table(source.text), read_csv),
    Format("text", (".txt", ".md", ".markdown", ".text"), lambda _: True, read_txt),
)
"""In the order in which content is tried."""

SUFFIXES: tuple[str, ...] = tuple(suffix for form in FORMATS for suffix in form.suffixes)


def read_transcript(
    path: str | Path,
    *,
    name: str | None = None,
    group: str | None = None,
    columns: Mapping[str, str | int] | None = None,
    speakers: bool = True,
) -> Transcript:
    """Read one transcript from a file.

    Args:
        path: The file.
        name: What users call the transcript; the file's stem unless given.
        group: The focus group, where known.
        columns: For tables, which column holds ``speaker``, ``text``, ``start`` and ``end``: names or indices from 0.
        speakers: False to look for no labels in the words.

    Raises:
        ReadError: The file cannot be read; the message says what to do.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if size <= MOST_BYTES:
            data = path.read_bytes()
    except IsADirectoryError as err:
        raise ReadError("this is a folder, not a file; name the files in it", path=path) from err
    except (OSError, ValueError) as err:
        raise ReadError(f"the file cannot be opened: {getattr(err, 'strerror', None) or err}", path=path) from err
    if size > MOST_BYTES:
        raise ReadError(_too_large(size), path=path)
    return read_bytes(data, path.name, name=name, group=group, columns=columns, speakers=speakers)


def read_bytes(
    data: bytes,
    source_name: str,
    *,
    name: str | None = None,
    group: str | None = None,
    columns: Mapping[str, str | int] | None = None,
    speakers: bool = True,
) -> Transcript:
    """Read one transcript from bytes, such as an upload; the arguments are those of :func:`read_transcript`.

    Args:
        data: The file's bytes.
        source_name: The file's name; folders in it are ignored.
        name: What users call the transcript.
        group: The focus group, where known.
        columns: For tables, which column holds what.
        speakers: False to look for no labels in the words.

    Raises:
        ReadError: The bytes cannot be read; the message says what to do.
    """
    source_name = PurePosixPath(source_name.replace("\\", "/")).name or "transcript"
    source = Source(data, source_name, columns, speakers)
    if len(data) > MOST_BYTES:
        raise source.error(_too_large(len(data)))
    if not data or not data.strip(b"\0 \t\r\n\f\v"):
        raise source.error(_EMPTY)
    chosen, warnings = _choose(source)
    with _without_collection():
        reading = chosen.read(source)
        reading.warnings[:0] = warnings
        return assemble(reading, source, name=name or PurePosixPath(source_name).stem, group=group)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Pause the garbage collector: what readers make has no cycles, and looking for some makes long files slower."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _too_large(size: int) -> str:
    return (
        f"the file has {size / 1e6:.0f} MB, more than the {MOST_BYTES / 1e6:.0f} MB that a transcript can have; "
        f"split it"
    )


def _choose(source: Source) -> tuple[Format, list[Note]]:
    """Return the format that the content shows, and a warning where the name says another.

    Raises:
        ReadError: No reader reads such a file; the message says what to do.
    """
    refuse(source)
    by_suffix = next((form for form in FORMATS if source.suffix in form.suffixes), None)
    if _zip(source) and not any(form.sniff(source) for form in FORMATS[:3]):
        raise source.error(
            "this is a ZIP file, but not a Word, OpenDocument or Excel file; unpack it and import what is in it"
        )
    by_content = next(form for form in FORMATS if form.sniff(source))
    if by_content.name == "text":
        if not source.text.strip():
            raise source.error(_EMPTY)
        refuse_text(source)
        if root_of(source.text) is not None and source.text.rstrip().endswith(">"):
            raise source.error(
                "this is XML of a kind that no reader reads; export the transcript as text, VTT, SRT or DOCX, and "
                "import that file"
            )
        if by_suffix is not None and _can_be(by_suffix, source):
            by_content = by_suffix
    if by_suffix is None or by_content is by_suffix or by_content.name == "chat":
        return by_content, []
    return by_content, [Note(f"named {source.suffix}, but it is {by_content.name}")]


def _can_be(form: Format, source: Source) -> bool:
    """Tell whether the name decides, since the content alone shows nothing."""
    return (
        form.name == "JSON"
        or (form.name == "web page" and "<" in source.text)
        or (form.name == "table" and has_columns(source.text))
    )
