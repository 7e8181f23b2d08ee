"""Transcripts of any length in every format, made from the same invented cues, for the measurements of reading."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

_WORDS = "so the thing is that she always went down to the counter herself and asked people what had gone wrong".split()
_SPEAKERS = ("Whitlock, Martin", "Ashdown, Ruth", "Nair, Priya", "O'Hara, Siobhán", "Lindqvist, Tom")
_LINES_A_PAGE = 48


def clock(second: float, mark: str) -> str:
    """Return a time as cues write it, with ``mark`` before the milliseconds."""
    whole = int(second)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{mark}{round(second % 1 * 1000):03}"


def talk(count: int) -> Iterator[tuple[str, str, float, float]]:
    """Yield speaker, words, start and end in seconds of ``count`` cues, the same ones each time."""
    rng = random.Random(7)
    speaker = _SPEAKERS[0]
    for at in range(count):
        if rng.random() < 0.3:
            speaker = rng.choice(_SPEAKERS)
        words = " ".join(rng.choices(_WORDS, k=rng.randint(4, 14))).capitalize() + "."
        yield speaker, words, at * 3.0, at * 3.0 + 2.9


def write_vtt(count: int) -> bytes:
    """Return WebVTT as Teams writes it."""
    parts = ["WEBVTT\n\n"]
    for at, (speaker, words, start, end) in enumerate(talk(count)):
        cue = f"9398a2aa-f4a8-5e5e-b3c2-6bbb3f25971d/{at}-0\n{clock(start, '.')} --> {clock(end, '.')}\n"
        parts.append(f"{cue}<v {speaker}>{words}</v>\n\n")
    return "".join(parts).encode()


def write_srt(count: int) -> bytes:
    """Return SubRip with a name before each cue."""
    cues = enumerate(talk(count), start=1)
    parts = (f"{at}\n{clock(s, ',')} --> {clock(e, ',')}\n[{who}] {words}\n\n" for at, (who, words, s, e) in cues)
    return "".join(parts).encode()


def write_txt(count: int) -> bytes:
    """Return text with typed labels."""
    return "".join(f"{who}: {words}\n" for who, words, _, _ in talk(count)).encode()


def write_md(count: int) -> bytes:
    """Return Markdown as Otter writes it."""
    parts = (f"**{who}**  {clock(start, '.')[:8]}  \n{words}\n\n" for who, words, start, _ in talk(count))
    return "".join(parts).encode()


def write_csv(count: int) -> bytes:
    """Return a table with a turn a row."""
    rows = (f'{clock(s, ".")},"{who}","{words}"\n' for who, words, s, _ in talk(count))
    return ("Time,Speaker,Content\n" + "".join(rows)).encode()


def write_docx(count: int) -> bytes:
    """Return a Word document as Teams writes it, a turn a paragraph."""
    from docx import Document

    document = Document()
    document.add_paragraph("HERE")
    out = io.BytesIO()
    document.save(out)
    turns = (
        f'<w:p w:rsidR="00F2" w:rsidRDefault="00F2"><w:r><w:t xml:space="preserve">{who}   {clock(start, ".")[:8]}'
        f"</w:t><w:br/><w:t>{words}</w:t></w:r></w:p>"
        for who, words, start, _ in talk(count)
    )
    here = b"<w:p><w:r><w:t>HERE</w:t></w:r></w:p>"
    return _with_body(out.getvalue(), "word/document.xml", here, "".join(turns).encode())


def write_odt(count: int) -> bytes:
    """Return an OpenDocument text with typed labels."""
    from odf.opendocument import OpenDocumentText
    from odf.text import P

    document = OpenDocumentText()
    document.text.addElement(P(text="HERE"))
    out = io.BytesIO()
    document.save(out)
    turns = (
        f'<text:p text:style-name="Standard"><text:span>{who}: </text:span>{words}</text:p>'
        for who, words, _, _ in talk(count)
    )
    return _with_body(out.getvalue(), "content.xml", b"<text:p>HERE</text:p>", "".join(turns).encode())


def _with_body(zipped: bytes, part: str, here: bytes, body: bytes) -> bytes:
    """Return a ZIP file with ``body`` in the place of ``here``: the libraries themselves take minutes to write it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(zipped)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == part:
                if content.count(here) != 1:
                    raise ValueError(f"the place for the turns is not in {part}")
                content = content.replace(here, body)
            new.writestr(name, content)
    return out.getvalue()


def write_xlsx(count: int) -> bytes:
    """Return a workbook with a turn a row."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Transcript")
    sheet.append(("Start", "End", "Speaker", "Content"))
    for who, words, start, end in talk(count):
        sheet.append((clock(start, "."), clock(end, "."), who, words))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_html(count: int) -> bytes:
    """Return a web page with bold names."""
    turns = (f"<p><b>{who}:</b> {words}</p>\n" for who, words, _, _ in talk(count))
    return f"<html><head><meta charset='utf-8'></head><body>\n{''.join(turns)}</body></html>".encode()


def write_json(count: int) -> bytes:
    """Return a list of turns."""
    turns = [{"speaker": who, "text": words, "start": start, "end": end} for who, words, start, end in talk(count)]
    return json.dumps({"turns": turns}).encode()


def write_rtf(count: int) -> bytes:
    """Return Rich Text Format with typed labels."""
    turns = (f"\\pard {who}: {words}\\par\n" for who, words, _, _ in talk(count))
    return ("{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}}\n" + "".join(turns) + "}").encode("cp1252")


def write_pdf(count: int) -> bytes:
    """Return a PDF with typed labels, a turn on two lines."""
    lines: list[str] = []
    for who, words, _, _ in talk(count):
        cut = words.rfind(" ", 0, len(words) // 2) + 1
        lines += [f"{who}: {words[:cut]}", words[cut:]]
    pages = [lines[at : at + _LINES_A_PAGE] for at in range(0, len(lines), _LINES_A_PAGE)]
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", font]
    kids = []
    for page in pages:
        shown = "".join(f"1 0 0 1 72 {780 - 15 * at} Tm ({line}) Tj\n" for at, line in enumerate(page))
        stream = f"BT /F1 11 Tf\n{shown}ET".encode("cp1252")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))
    return out.getvalue()


WRITERS: dict[str, Callable[[int], bytes]] = {
    "vtt": write_vtt,
    "srt": write_srt,
    "txt": write_txt,
    "md": write_md,
    "docx": write_docx,
    "odt": write_odt,
    "rtf": write_rtf,
    "html": write_html,
    "csv": write_csv,
    "xlsx": write_xlsx,
    "json": write_json,
    "pdf": write_pdf,
}
"""By suffix."""


def unpacked_bytes(path: Path) -> int:
    """Return a file's size, of a ZIP file what its parts unpack to: made-up words pack far better than real ones."""
    if not zipfile.is_zipfile(path):
        return path.stat().st_size
    with zipfile.ZipFile(path) as archive:
        return sum(info.file_size for info in archive.infolist())
