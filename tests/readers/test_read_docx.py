"""Word documents, made by python-docx or by hand."""

import io
import zipfile

import pytest
from docx import Document
from docx.oxml import parse_xml

from coding.errors import ReadError
from coding.readers import read_bytes
from coding.readers.archives import open_archive
from coding.readers.source import Source
from tests.readers.support import missing
from tests.readers.test_read_typed import said

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def saved(document):
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def read(document, **options):
    return read_bytes(saved(document), "group.docx", **options)


def of(*paragraphs):
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    return document


def left(transcript, reason):
    return [item.text for item in transcript.report.left_out if item.reason == reason]


def test_teams_document_has_a_turn_a_paragraph():
    transcript = read(
        of(
            "Anna Smith started transcription",
            "Anna Smith   0:04\nHello all.\nWelcome.",
            "Bob Lee   0:09\nHi.",
            "Anna Smith   1:02:03\nBye.",
            "Anna Smith stopped transcription",
        )
    )

    assert said(transcript) == [("Anna Smith", "Hello all.\nWelcome."), ("Bob Lee", "Hi."), ("Anna Smith", "Bye.")]
    assert [turn.start_s for turn in transcript.turns] == [4, 9, 3723]
    assert left(transcript, "recorder's notice") == [
        "Anna Smith started transcription",
        "Anna Smith stopped transcription",
    ]


def test_teams_document_of_2022_has_its_time_above_the_name():
    transcript = read(
        of(
            "0:0:0.0 --> 0:0:1.510\nAnna Smith\nOK. Yeah.",
            "0:0:2.0 --> 0:0:3.20\nBob Lee\nRight.",
            "0:0:4.0 --> 0:0:5.0\nAnna Smith\nSo.",
            "0:0:6.0 --> 0:0:7.0\nBob Lee\nYes.",
        )
    )

    assert said(transcript) == [
        ("Anna Smith", "OK. Yeah."),
        ("Bob Lee", "Right."),
        ("Anna Smith", "So."),
        ("Bob Lee", "Yes."),
    ]
    assert (transcript.turns[1].start_s, transcript.turns[1].end_s) == (2.0, 3.02)


def test_meet_document_keeps_its_summary_apart():
    document = of(
        "Team call - 2025/03/04", "Summary", "They spoke of service. " * 30, "Anna: will write to Bob about the plan"
    )
    document.add_heading("Transcript", 1)
    for text in (
        "00:00:00",
        "Anna Smith: Hello.",
        "Bob Lee: Hi: there.",
        "00:05:00",
        "Anna Smith: So.",
        "Bob Lee: Yes.",
    ):
        document.add_paragraph(text)
    document.add_paragraph("Transcription ended after 00:52:41")
    transcript = read(document)

    assert said(transcript) == [
        ("Anna Smith", "Hello."),
        ("Bob Lee", "Hi: there."),
        ("Anna Smith", "So."),
        ("Bob Lee", "Yes."),
    ]
    assert [turn.start_s for turn in transcript.turns] == [0, None, 300, None]
    assert any(text.startswith("They spoke") for text in left(transcript, "summary"))
    assert left(transcript, "recorder's notice") == ["Transcription ended after 00:52:41"]


def test_typed_labels_with_headings_between():
    document = of("MODERATOR: Welcome.", "P1: Hello.", "And more.")
    document.add_heading("The worst leader", 2)
    document.add_paragraph("MODERATOR: And the worst?")
    document.add_paragraph("P2: Mine.")

    assert said(read(document)) == [
        ("MODERATOR", "Welcome."),
        ("P1", "Hello.\nAnd more."),
        ("#", "The worst leader"),
        ("MODERATOR", "And the worst?"),
        ("P2", "Mine."),
    ]


def test_bold_names_without_a_colon():
    document = Document()
    for name, words in (("Anna", " Hello."), ("Bob", " Hi."), ("Anna", " So."), ("Bob", " Yes.")):
        paragraph = document.add_paragraph()
        paragraph.add_run(name).bold = True
        paragraph.add_run(words)

    assert said(read(document)) == [("Anna", "Hello."), ("Bob", "Hi."), ("Anna", "So."), ("Bob", "Yes.")]


def test_bold_names_above_the_words():
    document = Document()
    for name, words in (("Anna Smith", "Hello."), ("Bob Lee", "Hi."), ("Anna Smith", "So."), ("Bob Lee", "Yes.")):
        document.add_paragraph().add_run(name).bold = True
        document.add_paragraph(words)
        document.add_paragraph("And on.")

    assert said(read(document))[:2] == [("Anna Smith", "Hello.\nAnd on."), ("Bob Lee", "Hi.\nAnd on.")]


@pytest.mark.parametrize("header", [("Timespan", "Speaker", "Content"), ("Time", "Who", "What was said"), None])
def test_table_with_a_turn_a_row(header):
    rows = [
        ("0:00 - 0:05", "Anna", "Hello to all of you."),
        ("0:05 - 0:09", "Bob", "Hi."),
        ("0:09 - 0:12", "Anna", "So."),
    ]
    rows.append(("0:12 - 0:14", "Bob", "Yes: that is it."))
    document = of("Focus group 1")
    table = document.add_table(rows=0, cols=3)
    for row in ([header] if header else []) + rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    transcript = read(document)

    assert said(transcript) == [(speaker, words) for _, speaker, words in rows]
    assert transcript.turns[1].start_s == 5
    assert transcript.turns[1].end_s == 9
    assert transcript.report.cues_in == transcript.report.cues_out == 4


def test_table_without_times():
    document = Document()
    table = document.add_table(rows=0, cols=2)
    rows = [("MOD", "Hello to all."), ("P1", "Hi."), ("MOD", "So?"), ("P1", "Yes.")]
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text

    assert said(read(document)) == rows


def test_small_table_in_the_head_is_reported():
    document = Document()
    table = document.add_table(rows=2, cols=2)
    for at, (key, value) in enumerate((("Date", "4 March"), ("Place", "Leeds"))):
        table.rows[at].cells[0].text, table.rows[at].cells[1].text = key, value
    for text in ("Anna: Hello to all of you who came.", "Bob: Hi.", "Anna: So what was the best?", "Bob: Yes."):
        document.add_paragraph(text)

    transcript = read(document)
    assert transcript.speakers == ("Anna", "Bob")
    assert left(transcript, "header") == ["Date\t4 March", "Place\tLeeds"]


def test_headers_footers_comments_and_footnotes_are_reported():
    document = of("Anna: Hello.", "Bob: Hi.", "Anna: So.", "Bob: Yes.")
    document.sections[0].header.paragraphs[0].text = "Project Lighthouse"
    document.sections[0].footer.paragraphs[0].text = "Confidential"
    document.add_comment(document.paragraphs[0].runs, text="check the name")
    transcript = read(document)

    assert left(transcript, "header") == ["Project Lighthouse"]
    assert left(transcript, "footer") == ["Confidential"]
    assert left(transcript, "comment") == ["check the name"]


def test_insertions_links_and_content_controls_are_kept_and_deletions_reported():
    document = of("Bob: Hi.", "Anna: So.", "Bob: Yes.")
    body = document.element.body
    xml = (
        f"<w:p {W}><w:r><w:t xml:space='preserve'>Anna: I </w:t></w:r><w:ins w:id='1' w:author='x'><w:r><w:t>"
        f"really</w:t></w:r></w:ins>"
        "<w:del w:id='2' w:author='x'><w:r><w:delText>never</w:delText></w:r></w:del>"
        "<w:hyperlink><w:r><w:t xml:space='preserve'> read it</w:t></w:r></w:hyperlink>"
        "<w:sdt><w:sdtContent><w:r><w:t xml:space='preserve'> twice.</w:t></w:r></w:sdtContent></w:sdt></w:p>"
    )
    body.insert(0, parse_xml(xml))
    body.insert(
        1, parse_xml(f"<w:sdt {W}><w:sdtContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:sdtContent></w:sdt>")
    )
    transcript = read(document)

    assert said(transcript)[0] == ("Anna", "I really read it twice.\nIn a box.")
    assert left(transcript, "deleted in the source") == ["never"]


def test_text_boxes_are_reported_once():
    box = (
        f'<w:p {W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:r><w:t>Anna: '
        f"Hello.</w:t></w:r><w:r>"
        "<mc:AlternateContent><mc:Choice Requires='wps'><w:txbxContent><w:p><w:r><w:t>in the margin</w:t></w:r>"
        "</w:p></w:txbxContent>"
        "</mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r><w:t>in the margin</w:t></w:r></w:p></w:txbxContent>"
        "</mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )
    document = of("Bob: Hi.", "Anna: So.", "Bob: Yes.")
    document.element.body.insert(0, parse_xml(box))
    transcript = read(document)

    assert left(transcript, "text box") == ["in the margin"]
    assert "margin" not in transcript.text


def test_macros_are_noted_and_ignored():
    data = io.BytesIO(saved(of("Anna: Hello.", "Bob: Hi.")))
    with zipfile.ZipFile(data, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"\xd0\xcf")
    transcript = read_bytes(data.getvalue(), "group.docm")

    assert "macros" in transcript.report.warnings[0].message


def with_part(name, content):
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved(of("Anna: Hello.")))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for item in old.namelist():
            new.writestr(item, content if item == name else old.read(item))
    return out.getvalue()


def test_entities_are_refused():
    bomb = (
        b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
        b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
        b"<w:t>&b;</w:t></w:r></w:p>"
        b"</w:body></w:document>"
    )
    with pytest.raises(ReadError, match="entities"):
        read_bytes(with_part("word/document.xml", bomb), "x.docx")


@pytest.mark.parametrize("content", [b"", b"<w:document", b"<x>" * 5000, b"\xff\xfe\x00"])
def test_damaged_parts_are_refused(content):
    with pytest.raises(ReadError, match=r"x\.docx: .*damaged"):
        read_bytes(with_part("word/document.xml", content), "x.docx")


def test_zip_bombs_are_refused():
    with pytest.raises(ReadError, match="200"):
        read_bytes(with_part("word/document.xml", b" " * (210 << 20)), "x.docx")
    with pytest.raises(ReadError, match="200"):
        read_bytes(with_part("word/document.xml", b" " * (30 << 20)), "x.docx")


def test_cut_off_documents_are_refused():
    data = saved(of("Anna: Hello."))
    for size in (4, 100, len(data) // 2, len(data) - 10):
        with pytest.raises(ReadError, match=r"x\.docx: "):
            read_bytes(data[:size], "x.docx")


def test_zip_that_is_no_document():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../../etc/passwd", "x")
    with pytest.raises(ReadError, match="unpack it"):
        read_bytes(out.getvalue(), "x.docx")


def test_bold_questions_between_the_turns_are_headings():
    document = of("MODERATOR: Welcome.", "P1: Hello.")
    document.add_paragraph().add_run("Who was the best leader you knew?").bold = True
    document.add_paragraph("P1: My first boss.")
    document.add_paragraph("She listened.")

    assert said(read(document))[2:] == [
        ("#", "Who was the best leader you knew?"),
        ("P1", "My first boss.\nShe listened."),
    ]


def test_summary_above_a_transcript_with_times_is_kept_apart_without_a_heading():
    document = of("Weekly call", "They spoke of service and what makes it good. " * 12, "Next steps", "Bob will write.")
    for words in ("00:00:00", "Anna Smith: Hello.", "Bob Lee: Hi.", "00:05:00", "Anna Smith: So.", "Bob Lee: Yes."):
        document.add_paragraph(words)
    transcript = read(document)

    assert said(transcript)[0] == ("Anna Smith", "Hello.")
    assert len(left(transcript, "summary")) == 4


def test_strict_documents_read_like_others():
    strict = (
        '<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:body>'
        + "".join(f"<w:p><w:r><w:t>{who}: Hi.</w:t></w:r></w:p>" for who in ("Anna", "Bob", "Anna"))
        + "</w:body></w:document>"
    )
    # The namespace is cut in two by the end of a chunk.
    for filler in range(32_768 - 90, 32_768, 7):
        data = with_part("word/document.xml", strict.replace("<w:body>", f"<!--{'x' * filler}--><w:body>").encode())
        assert said(read_bytes(data, "x.docx")) == [("Anna", "Hi."), ("Bob", "Hi."), ("Anna", "Hi.")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_external_entities_are_refused_in_any_encoding(encoding, tmp_path):
    (tmp_path / "secret").write_text("the secret")
    document = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY a SYSTEM "file://{tmp_path}/secret">]>'
        f"<w:document {W}><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>"
    )
    with pytest.raises(ReadError, match="entities"):
        read_bytes(with_part("word/document.xml", document.encode(encoding)), "x.docx")


def test_long_documents_never_stand_in_memory_whole():
    body = "<w:sdt><w:sdtContent><w:p><w:r><w:t>Anna: Hi.</w:t></w:r></w:p></w:sdtContent></w:sdt>" * 50
    table = f"<w:tbl>{'<w:tr><w:tc><w:p/></w:tc></w:tr>' * 50}</w:tbl>"
    data = with_part("word/document.xml", f"<w:document {W}><w:body>{body}{table}</w:body></w:document>".encode())
    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    elements = open_archive(Source(data, "x.docx")).elements("word/document.xml", (f"{w}p", f"{w}tr"))

    assert [sum(1 for _ in one.getroottree().iter()) for one in elements][-1] < 20


def test_trees_of_millions_of_elements_are_refused_while_they_are_read(monkeypatch):
    monkeypatch.setattr("coding.readers.archives._MOST_ELEMENTS", 30_000)
    data = with_part("word/document.xml", f"<w:document {W}><w:body>{'<x/>' * 90_000}".encode())

    with pytest.raises(ReadError, match="as no program builds it"):
        read_bytes(data, "x.docx")


def test_two_tables_in_a_row_stay_two():
    document = of()
    for rows in ((("a", "b"),), (("Speaker", "Text"), ("Anna", "Hi."), ("Bob", "Hello."))):
        table = document.add_table(0, 2)
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    transcript = read(document)

    assert [turn.speaker for turn in transcript.turns] == ["Anna", "Bob"]
    assert not missing(transcript, ["a", "b"])


def test_columns_named_again_on_each_page_are_no_turns():
    document = of()
    table = document.add_table(0, 2)
    for row in (("Speaker", "Text"), ("Anna", "Hi."), ("Speaker", "Text"), ("Bob", "Hello.")):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    transcript = read(document)

    assert said(transcript) == [("Anna", "Hi."), ("Bob", "Hello.")]
    assert left(transcript, "header") == ["Speaker Text"] * 2
