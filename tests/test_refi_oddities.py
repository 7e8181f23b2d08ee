"""What other tools may write, though few do: each is kept where it can be, and listed where it cannot."""

from __future__ import annotations

from coding.cli import main
from coding.interchange import import_study, read_study
from coding.interchange.refi_facts import decoded_or_none, number, one_of
from coding.model import Valence
from tests.refi import GUIDS, code, codebook, coding, qdpx, selection, text_source

WORDS = b"Ann: I went there.\nBob: So did I."
TEXTS = {f"{GUIDS[4]}.txt": WORDS, f"{GUIDS[31]}.txt": b"Words of a note", f"{GUIDS[32]}.txt": bytes(range(256)) * 8}
VARIABLE = f'<Variables><Variable guid="{GUIDS[20]}" name="age" typeOfVariable="Text"><Description>Years</Description>'
VALUE = '<VariableValue><VariableRef targetGUID="{}"/><TextValue>41</TextValue></VariableValue>'


def read(inner: str):
    return read_study("x.qdpx", qdpx(codebook(code(2, "C")) + inner, TEXTS))


def reasons(study) -> set[str]:
    return {f"{one.what}: {one.why}" for one in study.dropped}


def note(number_: int, inner: str, *, path: str = "") -> str:
    return f'<Note guid="{GUIDS[number_]}" name="N"{path}>{inner}</Note>'


def test_notes_in_files_of_their_own():
    notes = note(30, "", path=f' plainTextPath="internal://{GUIDS[31]}.txt"')
    notes += note(33, "", path=f' plainTextPath="internal://{GUIDS[32]}.txt"') + note(
        34, "", path=' plainTextPath="none.txt"'
    )
    study = read(f"<Notes>{notes}</Notes>")
    assert [memo.text for memo in study.memos] == ["N\nWords of a note"]
    assert "Note: its text is not in the file" in reasons(study)


def test_codings_in_notes_are_listed():
    inner = "<PlainTextContent>abc</PlainTextContent>" + selection(35, 0, 1, coding(36, 2))
    study = read(f"<Notes>{note(30, inner)}</Notes>")
    assert "Coding: notes cannot be coded here; the note is kept" in reasons(study)


def test_codings_and_attributes_of_a_whole_source():
    inner = f"<Description>Noisy room</Description>{coding(7, 2)}{VALUE.format(GUIDS[20])}"
    study = read(f"<Sources>{text_source(4, inner)}</Sources>")
    whole = study.sources[0].codings[0]
    assert (whole.start_char, whole.end_char) == (0, len(WORDS))
    assert [memo.text for memo in study.memos] == ["Noisy room"]
    assert "VariableValue: 1 attributes of a source have no place here" in reasons(study)


def test_text_twice_and_styled_text():
    inner = f'<TextSource guid="{GUIDS[4]}" name="T" plainTextPath="x.txt" richTextPath="x.docx">'
    inner += f"<PlainTextContent>abc def</PlainTextContent>{coding(7, 2)}</TextSource>"
    study = read(f"<Sources>{inner}</Sources>")
    assert study.sources[0].text == "abc def"
    assert {
        "TextSource: it has its text twice; the one in the XML was read",
        "richTextPath: the styled text was not read; the plain text is the same words",
    } <= reasons(study)


def test_words_about_a_selection_are_a_memo():
    chosen = selection(6, 5, 11, "<Description>Look here</Description>")
    study = read(f"<Sources>{text_source(4, chosen)}</Sources>")
    assert [(memo.kind, memo.text, memo.start_char) for memo in study.memos] == [("segment", "Look here", 5)]


def test_what_cases_say_beside_attributes():
    case = f'<Case guid="{GUIDS[21]}" name="Ann"><Description>Tall</Description><CodeRef targetGUID="{GUIDS[2]}"/>'
    case += (
        VALUE.format(GUIDS[99]) + f'<SourceRef targetGUID="{GUIDS[4]}"/><SelectionRef targetGUID="{GUIDS[98]}"/></Case>'
    )
    study = read(f"{VARIABLE}</Variable></Variables><Cases>{case}</Cases><Sources>{text_source(4)}</Sources>")
    assert {
        "Description: a Variable keeps none here",
        "Description: Tall",
        "CodeRef: people cannot be coded here",
        "VariableValue: the file has no such variable",
        "SelectionRef: the file has no such selection",
    } <= reasons(study)


def test_what_no_version_of_the_format_knows_is_listed_once():
    inner = '<Sentiments><Sentiment name="Glad"><Score/></Sentiment></Sentiments>'
    rating = '<Rating name="5"/>'
    study = read(f"{inner}<Sources>{text_source(4, rating)}</Sources>")
    assert [(one.what, one.name) for one in study.dropped] == [("Sentiments", ""), ("Rating", "5")]
    assert study.sources[0].text == WORDS.decode()


def test_sources_of_a_case_that_are_not_there_are_listed():
    case = f'<Cases><Case guid="{GUIDS[21]}" name="Ann"><SourceRef targetGUID="{GUIDS[77]}"/></Case></Cases>'
    study = read(f"{case}<Sources>{text_source(4)}</Sources>")
    assert reasons(study) == {"SourceRef: the file has no such source with words"}


def test_notes_on_what_has_no_place_are_kept():
    link = f'<Links><Link guid="{GUIDS[50]}"><NoteRef targetGUID="{GUIDS[30]}"/></Link></Links>'
    study = read(f"<Notes>{note(30, '<PlainTextContent>Why</PlainTextContent>')}</Notes>{link}")
    assert [memo.kind for memo in study.memos] == ["project"]
    assert "NoteRef: what it is on has no place here; the note is kept" in reasons(study)


def test_selections_in_the_words_of_a_place_on_a_page():
    inner = f'<PDFSource guid="{GUIDS[7]}"><PDFSelection guid="{GUIDS[8]}"><Representation guid="{GUIDS[9]}">'
    inner += f"{selection(10, 0, 1, coding(11, 2))}</Representation></PDFSelection></PDFSource>"
    assert "Representation: places on a page cannot be shown in a transcript" in reasons(
        read(f"<Sources>{inner}</Sources>")
    )


def test_several_notes_of_one_coder_are_one_memo(project):
    notes = "".join(note(30 + n, f"<PlainTextContent>Word {n}</PlainTextContent>") for n in (0, 3))
    import_study(project, "x.qdpx", by="Ada", data=qdpx(f"<Notes>{notes}</Notes>"))
    assert [memo.text for memo in project.memos()] == ["N\nWord 0\n\nN\nWord 3"]


def test_a_group_that_changed_elsewhere_is_told(project):
    def data(group: str) -> bytes:
        sets = f'<Sets><Set guid="{GUIDS[60]}" name="{group}"><MemberSource targetGUID="{GUIDS[4]}"/></Set></Sets>'
        return qdpx(f"<Sources>{text_source(4)}</Sources>{sets}", TEXTS)

    import_study(project, "x.qdpx", by="Ada", data=data("A"))
    report = import_study(project, "x.qdpx", by="Ada", data=data("B"))
    assert [(d.field, d.ours, d.theirs) for d in report.differences] == [("group", "A", "B")]


def test_a_report_of_many_lines_is_cut(project):
    report = import_study(project, "x.qdpx", by="Ada", data=qdpx("<Links>" + "<Link/>" * 30 + "</Links>"))
    assert "left out: 10 more; --json lists all" in report.as_text()
    assert len(report.as_dict()["dropped"]) == 30


def test_values_that_are_none():
    assert number("nan") is None
    assert number("one") is None
    assert one_of(Valence, "odd", Valence.SHOWN) is Valence.SHOWN
    assert decoded_or_none(b"abc") == "abc"


def test_a_table_can_be_put_in_force_from_the_command(tmp_path, capsys):
    (tmp_path / "codes.csv").write_text("Code,Description\nRings,Rings back\n")
    main(["codebook", "set", str(tmp_path / "p.sqlite"), str(tmp_path / "codes.csv"), "--by", "Ada"])
    assert "1 codes" in capsys.readouterr().out
