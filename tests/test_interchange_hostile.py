"""Each kind of hostile file, at every door: refused or mended with a word, bounded, and nothing half imported."""

from __future__ import annotations

import io
import sqlite3
import stat
import time
import tracemalloc
import zipfile
import zlib

import pytest

from coding.errors import CodingError
from coding.interchange import import_study, read_study, refi_xml
from coding.readers import read_bytes
from tests.refi import GUIDS, code, codebook, coding, fill, qdpx, selection, text_source
from tests.test_interchange_taguette import make as make_taguette

WORDS = b"Ann: I went there.\nBob: So did I."
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TABLE = (
    f'<w:document xmlns:w="{W}"><w:body><w:tbl>'
    "<w:tr><w:tc><w:p><w:r><w:t>Code</w:t></w:r></w:p></w:tc></w:tr>"
    "<w:tr><w:tc><w:p><w:r><w:t>Rings</w:t></w:r></w:p></w:tc></w:tr>"
    "</w:tbl></w:body></w:document>"
)


def zipped(files: dict[str, bytes], *, links: dict[str, str] | None = None) -> bytes:
    """Return a ZIP file, some of whose parts are symbolic links."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, target in (links or {}).items():
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, target)
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def sources(inner: str = "", number: int = 4) -> str:
    return codebook(code(2, "C")) + f"<Sources>{text_source(number, inner)}</Sources>"


def project_xml(inner: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(qdpx(inner))) as archive:
        return archive.read("project.qde")


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
DTDS = {
    "laughs": f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]><Project name="&a9;"/>',
    "outside": '<!DOCTYPE x SYSTEM "file:///etc/passwd"><Project/>',
    "entity": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Project><Description>&a;</Description></Project>',
}
BOMB = bytes(30 << 20)
REFUSED = {
    "bomb in the XML": ("a.qdpx", zipped({"project.qde": b"<Project>" + b" " * (30 << 20) + b"</Project>"})),
    "bomb in a source": ("a.qdpx", qdpx(sources(), {f"{GUIDS[4]}.txt": BOMB})),
    "bomb in a table": ("a.docx", zipped({"word/document.xml": TABLE.encode(), "x": BOMB})),
    "bomb in a workbook": ("a.xlsx", zipped({"[Content_Types].xml": b"", "xl/workbook.xml": BOMB})),
    **{f"{name} in a project": ("a.qdpx", zipped({"project.qde": text.encode()})) for name, text in DTDS.items()},
    **{f"{name} in a codebook": ("a.qdc", text.replace("Project", "CodeBook").encode()) for name, text in DTDS.items()},
    "entity in a table": (
        "a.docx",
        zipped({"word/document.xml": f'<!DOCTYPE x [<!ENTITY a "b">]>{TABLE}'.encode()}),
    ),
    "the project is a link": ("a.qdpx", zipped({}, links={"project.qde": "/etc/passwd"})),
    "the document is a link": ("a.docx", zipped({}, links={"word/document.xml": "/etc/passwd"})),
    "the workbook is a link": ("a.xlsx", zipped({"[Content_Types].xml": b"<a/>"}, links={"xl/workbook.xml": "/etc"})),
    "below each other": ("a.csv", b"id,code,parent\na,A,b\nb,B,a\n"),
    "below itself": ("a.csv", b"id,code,parent\na,A,a\n"),
    "below each other in YAML": (
        "a.yaml",
        b"name: x\ncodes:\n- {id: a, name: A, parent: b}\n- {id: b, name: B, parent: a}\n",
    ),
    "an id twice": ("a.csv", b"id,code\na,A\na,B\n"),
    "too many codes": ("a.qdpx", qdpx(codebook(*(f'<Code guid="{n}" name="{n}"/>' for n in range(5_002))))),
    "aliases in YAML": ("a.yaml", b"a: &a [x]\nb: &b [*a, *a]\nname: x\ncodes: *b\n"),
    "half a database": ("a.sqlite3", b"SQLite format 3\0" + bytes(500)),
    "JSON that nests": ("a.jsonl", b'{"text": ' + b"[" * 200_000),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_refused_with_a_word_in_bounded_time_and_nothing_is_stored(project, kind):
    fill(project)
    before = list(project.db.conn.iterdump())
    began = time.monotonic()
    with pytest.raises(CodingError) as caught:
        import_study(project, REFUSED[kind][0], by="Ada", data=REFUSED[kind][1])
    assert "\n" not in str(caught.value)
    assert time.monotonic() - began < 30
    assert list(project.db.conn.iterdump()) == before


MENDED = {
    "climbing paths": (
        zipped({"project.qde": project_xml(sources()), f"../../{GUIDS[4]}.txt": WORDS}),
        "",
        1,
    ),
    "a source is a link": (
        zipped({"project.qde": project_xml(sources())}, links={f"sources/{GUIDS[4]}.txt": "/etc/passwd"}),
        "is not in the file",
        0,
    ),
    "a source is missing": (qdpx(sources(selection(6, 0, 3, coding(7, 2)))), "is not in the file", 0),
    "beyond the text": (
        qdpx(sources(selection(6, 5, 10**15, coding(7, 2))), {f"{GUIDS[4]}.txt": WORDS}),
        "is beyond the text; it is now 5 to 33",
        1,
    ),
    "GUIDs twice": (
        qdpx(
            codebook(code(2, "A"), code(2, "B"))
            + f"<Sources>{text_source(4, selection(6, 0, 3, coding(7, 2), coding(7, 2)))}{text_source(4)}</Sources>",
            {f"{GUIDS[4]}.txt": WORDS},
        ),
        "the same GUID",
        2,
    ),
    "codes in a ring": (qdpx(codebook(code(2, "A", code(3, "B", code(2, "A"))))), "the same GUID", 0),
}


@pytest.mark.parametrize("kind", MENDED)
def test_mended_with_a_word_and_whole(project, kind):
    data, word, transcripts = MENDED[kind]
    report = import_study(project, "a.qdpx", by="Ada", data=data)
    said = [one.why for one in (*report.dropped, *report.mended)]
    assert not word or any(word in why for why in said)
    assert len(project.transcripts()) == transcripts
    for one in project.codings():
        assert 0 <= one.start_char < one.end_char <= len(project.text(one.transcript_id))
    for one in project.codebook().codes:
        assert len(project.codebook().path(one.id)) <= len(project.codebook().codes)


def test_half_a_billion_elements_are_refused_before_they_are_read(monkeypatch):
    """Some megabytes that unpack to four gigabytes: no more is looked at than the bound says."""
    monkeypatch.setattr(refi_xml, "MOST_ELEMENTS", 100_000)
    piece, times = b"<Link/>" * 150_000, 3_900
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = packer.compress(b"<Project>") + packer.flush(zlib.Z_FULL_FLUSH)
    # What follows a full flush stands by itself, so that it can be repeated.
    again = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    length = 9 + times * len(piece)
    began = time.monotonic()
    tracemalloc.start()
    try:
        with pytest.raises(CodingError, match="too large or too deep"):
            read_study("a.qdpx", with_part(head + times * again, length))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert times * 150_000 > 500_000_000
    assert most < 100 << 20
    assert time.monotonic() - began < 60


def with_part(packed: bytes, length: int) -> bytes:
    """Return a ZIP file of one part that is packed already; its checksum, which comes last, does not fit."""
    name = b"project.qde"
    sizes = len(packed).to_bytes(4, "little") + length.to_bytes(4, "little")
    about = b"\x14\0\0\0\x08\0\0\0\x21\0\0\0\0\0" + sizes + len(name).to_bytes(2, "little") + b"\0\0"
    local = b"PK\x03\x04" + about + name + packed
    central = b"PK\x01\x02\x14\0" + about + bytes(14) + name
    end = b"PK\x05\x06" + bytes(4) + b"\x01\0\x01\0" + len(central).to_bytes(4, "little")
    return local + central + end + len(local).to_bytes(4, "little") + b"\0\0"


def test_more_things_than_any_study_has_are_refused(monkeypatch):
    monkeypatch.setattr(refi_xml, "MOST_KEPT", 10)
    users = "".join(f'<User guid="{n}" name="{n}"/>' for n in range(20))
    with pytest.raises(CodingError, match="more than 10 things"):
        read_study("a.qdpx", qdpx(f"<Users>{users}</Users>"))


@pytest.mark.parametrize(
    ("name", "part"), [("a.docx", "word/document.xml"), ("a.odt", "content.xml"), ("a.xlsx", "xl/workbook.xml")]
)
def test_links_in_office_files_are_never_followed(tmp_path, name, part):
    secret = tmp_path / "secret.txt"
    secret.write_text("Ann: nobody may read this.\n")
    data = zipped({"mimetype": b"application/vnd.oasis.opendocument.text"}, links={part: str(secret)})
    with pytest.raises(CodingError) as caught:
        read_bytes(data, name)
    assert "nobody may read" not in str(caught.value)


def test_a_database_with_triggers_and_views_runs_none_of_them(tmp_path, project):
    make_taguette(tmp_path / "t.sqlite3")
    conn = sqlite3.connect(tmp_path / "t.sqlite3")
    conn.execute("ALTER TABLE tags RENAME TO real_tags")
    conn.execute("CREATE VIEW tags AS SELECT * FROM real_tags, real_tags, real_tags, real_tags")
    conn.commit()
    conn.close()
    with pytest.raises(CodingError, match="not of Taguette"):
        import_study(project, tmp_path / "t.sqlite3", by="Ada")
    assert project.edits() == []
