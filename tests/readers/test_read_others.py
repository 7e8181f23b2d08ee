"""PDF, RTF, ODT, web pages and chats."""

import io

import pytest
from odf import table as odf_table
from odf.opendocument import OpenDocumentText
from odf.text import H, LineBreak, Note, NoteBody, P, S, Span, Tab

from coding.errors import ReadError
from coding.readers import read_bytes
from tests.readers.test_read_typed import PLAIN, said


def left(transcript, reason):
    return [item.text for item in transcript.report.left_out if item.reason == reason]


def odt(*elements):
    document = OpenDocumentText()
    for element in elements:
        document.text.addElement(element)
    out = io.BytesIO()
    document.write(out)
    return out.getvalue()


def test_odt_with_typed_labels():
    spaced = P(text="Bob:")
    spaced.addElement(S(c=2))
    spaced.addElement(Span(text="Hi."))
    spaced.addElement(LineBreak())
    spaced.addText("How are you?")
    note = Note(noteclass="footnote")
    body = NoteBody()
    body.addElement(P(text="he laughed"))
    note.addElement(body)
    third = P(text="Anna: Fine")
    third.addElement(note)
    third.addText(", thanks.")
    tabbed = P(text="Bob:")
    tabbed.addElement(Tab())
    tabbed.addText("Good.")
    transcript = read_bytes(
        odt(P(text="Anna: Hello all."), spaced, H(outlinelevel=1, text="Part two"), third, tabbed), "x.odt"
    )

    assert said(transcript) == [
        ("Anna", "Hello all."),
        ("Bob", "Hi.\nHow are you?"),
        ("#", "Part two"),
        ("Anna", "Fine, thanks."),
        ("Bob", "Good."),
    ]
    assert left(transcript, "footnote") == ["he laughed"]
    assert transcript.report.format == "odt"


def test_odt_table():
    table = odf_table.Table()
    for speaker, words in (("Speaker", "Content"), *PLAIN):
        row = odf_table.TableRow()
        for text in (speaker, words):
            cell = odf_table.TableCell()
            cell.addElement(P(text=text))
            row.addElement(cell)
        table.addElement(row)

    assert said(read_bytes(odt(table), "x.odt")) == PLAIN


def rtf(*paragraphs):
    return ("{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}}\n" + "\\par\n".join(paragraphs) + "\\par\n}").encode(
        "cp1252"
    )


def test_rtf_with_typed_labels():
    data = rtf(
        "\\b Anna:\\b0  Hello all.",
        "Bob: Hi.\\line How are you?",
        "Anna: caf\\'e9 \\u8211? \\ldblquote fine\\rdblquote .",
        "Bob: Good.",
    )

    assert said(read_bytes(data, "x.rtf")) == [
        ("Anna", "Hello all."),
        ("Bob", "Hi.\nHow are you?"),
        ("Anna", "café – “fine”."),
        ("Bob", "Good."),
    ]


def test_damaged_rtf_is_refused_or_read():
    for data in (b"{\\rtf1", b"{\\rtf1 {{{{{", b"{\\rtf1\\ansi\\u999999999 x}"):
        try:
            read_bytes(data, "x.rtf")
        except ReadError as err:
            assert "x.rtf" in str(err)  # noqa: PT017


@pytest.mark.parametrize(
    "body",
    [
        "".join(f"<p><b>{speaker}:</b> {words}</p>" for speaker, words in PLAIN),
        "".join(f"<p><strong>{speaker}</strong> {words}</p>" for speaker, words in PLAIN),
        "".join(f"<div>{speaker}: {words}</div>" for speaker, words in PLAIN),
        "<br>".join(f"{speaker}: {words}" for speaker, words in PLAIN),
        "".join(f"<h3>{speaker}</h3><p>{words}</p>" for speaker, words in PLAIN),
        "".join(f"<dt>{speaker}:</dt><dd>{words}</dd>" for speaker, words in PLAIN),
        "<table><tr><th>Speaker<th>Text</tr>"
        + "".join(f"<tr><td>{speaker}<td>{words}</tr>" for speaker, words in PLAIN)
        + "</table>",
    ],
)
def test_web_pages(body):
    page = (
        f"<!doctype html><html><head><title>Group 1</title><style>p {{x}}</style></head><body><script>var a = "
        f"1</script>{body}</body></html>"
    )
    transcript = read_bytes(page.encode(), "x.html")

    assert said(transcript) == PLAIN
    assert left(transcript, "script") == ["p {x}", "var a = 1"]
    assert "Group 1" in left(transcript, "header")


def test_web_page_keeps_words_whole_and_apart():
    page = (
        "<html><body><p>Anna: It &amp; th<i>is</i>\n is&nbsp;so.</p><p>Bob: Hi.</p><p>Anna: x</p><p>Bob: y</p>"
        "</body></html>"
    )

    assert said(read_bytes(page.encode(), "x.html"))[0] == ("Anna", "It & this is\xa0so.")


def test_deeply_nested_page_is_read():
    page = "<html><body>" + "<div>" * 50_000 + "Anna: Hello." + "</div>" * 50_000 + "<p>Bob: Hi.</body></html>"

    assert said(read_bytes(page.encode(), "x.html")) == [("Anna", "Hello."), ("Bob", "Hi.")]


def pdf(pages, *, bold=()):
    """Write a PDF by hand: each page a list of (x, y, text); labels in ``bold`` are set in a bold font."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>")
    kids = []
    for lines in pages:
        stream = b"BT\n"
        for x, y, text in lines:
            font = "F2" if text in bold else "F1"
            shown = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
            stream += f"/{font} 11 Tf 1 0 0 1 {x} {y} Tm ({shown}) Tj\n".encode("cp1252")
        stream += b"ET"
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        page = (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 3 0 "
            "R /F2 4 0 R >> >> >>"
        )
        objects.append((page % len(objects)).encode())
        kids.append(len(objects))
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] >>".encode()
    out = io.BytesIO(b"")
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


def test_pdf_without_its_running_heads_and_feet():
    pages = []
    for number in range(1, 4):
        lines = [(72, 800, "Project Lighthouse"), (72, 30, f"Page {number} of 3")]
        lines += [
            (72, 700, "Anna: What a long line this is, which had to be"),
            (72, 686, "wrapped by the program that wrote it."),
        ]
        lines += [(72, 660, f"Bob: Yes, {number}.")]
        pages.append(lines)
    transcript = read_bytes(pdf(pages), "x.pdf")

    assert said(transcript)[:2] == [
        ("Anna", "What a long line this is, which had to be wrapped by the program that wrote it."),
        ("Bob", "Yes, 1."),
    ]
    assert left(transcript, "header") == ["Project Lighthouse"] * 3
    assert left(transcript, "footer") == ["Page 1 of 3", "Page 2 of 3", "Page 3 of 3"]


def test_pdf_with_a_bold_line_above_the_words():
    lines = []
    for at, (speaker, words) in enumerate(PLAIN * 2):
        lines += [(72, 700 - 60 * at, speaker), (72, 686 - 60 * at, words), (72, 672 - 60 * at, "and it goes on.")]
    transcript = read_bytes(pdf([lines], bold={"Anna", "Bob"}), "x.pdf")

    assert said(transcript)[:2] == [("Anna", "Hello all. and it goes on."), ("Bob", "Hi. How are you? and it goes on.")]


def test_pdf_with_numbered_lines_in_the_margin():
    lines = []
    for at, (speaker, words) in enumerate(PLAIN * 2):
        lines += [(40, 700 - 20 * at, str(at + 1)), (72, 700 - 20 * at, f"{speaker}: {words}")]
    transcript = read_bytes(pdf([lines]), "x.pdf")

    assert said(transcript) == PLAIN * 2
    assert left(transcript, "number") == ["1\n2\n3\n4\n5\n6\n7\n8"]


def test_pdf_without_text_or_with_a_password_is_refused():
    with pytest.raises(ReadError, match="text recognition"):
        read_bytes(pdf([[]]), "x.pdf")
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(PdfReader(io.BytesIO(pdf([[(72, 700, "Anna: Hi.")]]))))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(ReadError, match="password"):
        read_bytes(out.getvalue(), "x.pdf")


@pytest.mark.parametrize(
    "data", [b"%PDF-1.4\n", b"%PDF-1.4\n%%EOF", b"%PDF-1.7\ntrailer << /Root 1 0 R >>\nstartxref\n0\n%%EOF"]
)
def test_damaged_pdf_is_refused(data):
    with pytest.raises(ReadError, match=r"x\.pdf: "):
        read_bytes(data, "x.pdf")


def test_pdf_that_unpacks_without_end_is_refused():
    import zlib

    stream = zlib.compress(b" " * (230 << 20), 9)
    with pytest.raises(ReadError, match="200 MB"):
        read_bytes(
            b"%PDF-1.4\n1 0 obj << /Filter /FlateDecode >> stream\n" + stream + b"\nendstream endobj\n%%EOF", "x.pdf"
        )


def test_zoom_chats():
    one = (
        "00:12:03\tAnna Smith:\tHello all\n00:12:09\tBob Lee:\tsee https://a.b/c: x\nsecond line\n00:13:00\tAnna "
        "Smith:\tOk\n"
    )
    two = (
        "00:12:03\t From  Anna Smith : Hello all\n00:12:09\t From  Bob Lee  to  Everyone:\n\tsee https://a.b/c: x\n"
        "\tsecond line\n"
    )
    wanted = [("Anna Smith", "Hello all"), ("Bob Lee", "see https://a.b/c: x\nsecond line")]

    assert said(read_bytes(one.encode(), "x.txt")) == [*wanted, ("Anna Smith", "Ok")]
    assert said(read_bytes(two.encode(), "x.txt")) == wanted
    assert read_bytes(one.encode(), "x.txt").turns[1].start_s == 729


def test_messenger_chat_counts_from_its_first_message():
    transcript = read_bytes(b"12/05/2024, 10:32 - Anna: Hello\n12/05/2024, 10:34 - Bob: Hi\nyou\n", "x.txt")

    assert said(transcript) == [("Anna", "Hello"), ("Bob", "Hi\nyou")]
    assert [turn.start_s for turn in transcript.turns] == [0, 120]
