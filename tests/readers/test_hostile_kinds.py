"""Files made to do harm, kind by kind: one sentence that names the file, and nothing of them in the project."""

import io
import zipfile

import pytest
from docx import Document

from coding.pipeline import Source, import_files
from coding.readers import read_bytes
from coding.store import Project
from tests.readers.test_read_others import pdf

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def packed(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


def word(body):
    return packed(word__document_xml=f"<w:document {W}><w:body>{body}</w:body></w:document>")


KINDS = {
    "zip bomb": ("x.docx", lambda: packed(word__document_xml=b" " * (40 << 20)), "200"),
    "entities": ("x.docx", lambda: packed(word__document_xml='<!DOCTYPE x [<!ENTITY a "h">]><x>&a;</x>'), "entities"),
    "external": (
        "x.ttml",
        lambda: b'<!DOCTYPE tt [<!ENTITY a SYSTEM "file:///etc/hosts">]><tt ><p>&a;</p></tt>',
        "entities",
    ),
    "deep xml": ("x.docx", lambda: word("<w:sdt>" * 3000), "damaged"),
    "deep json": ("x.json", lambda: b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
    "paths": ("x.zip", lambda: packed(**{"..__..__etc__passwd": "root"}), "unpack it"),
    "no text": ("x.pdf", lambda: pdf([[]]), "only pictures"),
    "nothing said": ("x.txt", lambda: b"\xe2\x80\xae\x07\x00 \n" * 50, "x.txt"),
    "cut off": ("x.docx", lambda: word("<w:p/>")[:200], "damaged"),
}


@pytest.mark.parametrize(("name", "make", "words"), KINDS.values(), ids=KINDS)
def test_a_harmful_file_ends_in_one_sentence_and_leaves_nothing(tmp_path, name, make, words):
    talk = Source("talk.txt", b"Anna: Hello there.\nBob: Hi.\nAnna: So?\nBob: Yes.\n")
    with Project.open(tmp_path / "study.sqlite", create=True) as project:
        harmful, fine = import_files(project, [Source(name, make()), talk], by="Ada")

        assert (harmful.status, fine.status) == ("failed", "imported")
        assert harmful.error.startswith(name)
        assert words in harmful.error
        assert "\n" not in harmful.error
        assert [info.name for info in project.transcripts()] == ["talk"]


def test_macros_and_paths_in_a_document_are_not_touched():
    document = Document()
    for line in ("Anna: Hello.", "Bob: Hi.", "Anna: So?"):
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"\xd0\xcf")
        archive.writestr("../../evil.sh", "rm -rf /")
    transcript = read_bytes(out.getvalue(), "../../x.docm")

    assert transcript.source_name == "x.docm"
    assert any("macros" in note.message for note in transcript.report.warnings)
    assert "evil" not in transcript.text
