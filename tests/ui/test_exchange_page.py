import io
import zipfile

import pytest

from coding.edits import AddCoding, ChangeCoding, WriteMemo, apply_edits
from coding.edits.codebook import ChangeCode
from coding.edits.team import SetMember
from coding.export import export
from coding.interchange import READ
from coding.model import Valence
from coding.roles import CoderRole
from coding.store import Project
from coding.ui import session
from tests.refi import GUIDS, code, codebook, coding, qdpx, selection, text_source

WORDS = b"Ann: I went there.\nBob: So did I."
USERS = f'<Users><User guid="{GUIDS[1]}" name="Kim"/></Users>'


def foreign(name="Goes there", *, more=""):
    spot = selection(5, 5, 17, coding(6, 3, 1))
    inner = f"{USERS}{codebook(code(3, name))}<Sources>{text_source(4, spot)}{more}</Sources>"
    return qdpx(inner, {f"{GUIDS[4]}.txt": WORDS})


def said(at):
    values = [item.value for kind in (at.text, at.markdown, at.info, at.warning, at.error) for item in kind]
    return "\n".join(values).replace("\\", "")


def table(at):
    return at.table[0].value.set_index("").to_dict("index")


def named(items, start):
    return next(item for item in items if item.label.replace("\\", "").startswith(start))


def blocks(at):
    import json

    found = []
    for item in at.get("bidi_component"):
        if item.proto.WhichOneof("data") == "json":
            found += json.loads(item.proto.json).get("blocks", [])
    return found


@pytest.fixture
def drop(run, study):
    """Return a function that drops a file on the page."""

    def go(name, data, **options):
        at = run(study, "exchange", **options)
        at.file_uploader[0].set_value((name, data, "")).run()
        assert at.session_state["focus_incoming"].wait(30)
        at.run()
        assert not at.exception, at.exception[0].stack_trace
        return at

    return go


@pytest.fixture
def sent(study):
    """Send the study out, change a code, a coding and a memo here, and the same ones there."""
    with Project.open(study) as project:
        apply_edits(project, [WriteMemo("project", "Noisy.")], coder="Ada")
        info = project.transcripts()[0]
        segment = project.segments(info.id)[1]
        place = info.id, segment.start_char, segment.end_char
        (edit,) = apply_edits(project, [AddCoding(*place, "calls-back", valence=Valence.UNCLEAR)], coder="Ada")
        out = study.parent / "out.qdpx"
        export(project, out)
        apply_edits(
            project,
            [
                ChangeCode("calls-back", name="*Ours* <b>"),
                ChangeCoding(edit.changes[0].key, valence=Valence.LACKING),
                WriteMemo("project", "Ours $a$"),
            ],
            coder="Ada",
        )
    buffer = io.BytesIO()
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            text = text.replace('name="Calls back in person"', 'name="Theirs"').replace("Noisy.", "Calm.")
            new.writestr(name, text.replace("valence: unclear", "valence: shown"))
    return buffer.getvalue()


def finish(at, study):
    named(at.button, "Import").click().run()
    assert session.desk(study).wait(60)
    at.run()
    assert not at.exception
    return at


def test_before_anything_it_says_what_can_come(run, study):
    at = run(study, "exchange")
    labels = {block["label"] for block in blocks(at)}
    assert {"Taguette", "Labelled segments"} <= labels
    assert set(at.file_uploader[0].proto.type) == set(READ)


def test_what_will_come_in_is_shown_before_it_is_stored(drop, study):
    at = drop("theirs.qdpx", foreign(), coder="Ada")
    assert table(at)["Transcripts"] == {"New": "1", "Here already": "0"}
    assert table(at)["Codings"] == {"New": "1", "Here already": "0"}
    assert "Coders in the file: Kim." in said(at)
    with Project.open(study) as project:
        assert len(project.transcripts()) == 2
    finish(at, study)
    assert [item.value for item in at.success] == ["Imported."]
    assert table(at)["Codings"] == {"Came in": "1", "Here already": "0"}
    with Project.open(study) as project:
        assert [one.coder for one in project.codings()] == ["Kim"]


def test_what_has_no_place_is_listed_by_kind(drop):
    more = f'<PDFSource guid="{GUIDS[7]}" name="Scan &lt;b&gt;"/><PDFSource guid="{GUIDS[8]}" name="Other"/>'
    at = drop("theirs.qdpx", foreign(more=more))
    assert "2 things without a place here" in [item.label for item in at.expander]


def test_a_place_that_both_changed_is_asked_side_by_side(drop, study, sent):
    at = drop("back.qdpx", sent)
    assert "3 places to decide" in said(at)
    assert named(at.button, "Import").disabled
    sides = [(block["label"], block["text"]) for block in blocks(at) if block["label"] in ("Ours", "Theirs")]
    assert sides == [
        ("Ours", "*Ours* <b>"),
        ("Theirs", "Theirs"),
        ("Ours", "lacking"),
        ("Theirs", "shown"),
        ("Ours", "Ours $a$"),
        ("Theirs", "Calm."),
    ]
    for radio, side in zip(at.radio, ("theirs", "ours", "theirs"), strict=True):
        radio.set_value(side)
    at.run()
    assert not named(at.button, "Import").disabled
    finish(at, study)
    with Project.open(study) as project:
        assert project.codebook()["calls-back"].name == "Theirs"
        assert [one.valence for one in project.codings()] == [Valence.LACKING]
        assert [memo.text for memo in project.memos("project")] == ["Calm."]


@pytest.mark.parametrize(("choice", "name"), [("Keep ours", "*Ours* <b>"), ("Take theirs", "Theirs")])
def test_one_answer_for_all(drop, study, sent, choice, name):
    at = drop("back.qdpx", sent)
    at.radio[0].set_value("ours" if choice == "Take theirs" else "theirs").run()
    named(at.button, f"{choice} for all").click().run()
    assert [radio.value for radio in at.radio] == [at.radio[0].value] * 3
    finish(at, study)
    with Project.open(study) as project:
        assert project.codebook()["calls-back"].name == name


def test_what_changed_meanwhile_is_looked_at_again(drop, study, sent):
    at = drop("back.qdpx", sent)
    with Project.open(study) as project:
        apply_edits(project, [WriteMemo("project", "Calm.")], coder="Ada")
    at.run()
    assert at.session_state["focus_incoming"].wait(30)
    at.run()
    assert "2 places to decide" in said(at)


@pytest.mark.parametrize(
    ("name", "data", "what", "new"),
    [
        ("codes.csv", b"Code,Description\nRings,Rings back\nQueues,Queues\n", "Codes", "2"),
        ("codes.yaml", b"name: Other\ncodes:\n  - id: rings\n    name: Rings\n", "Codes", "1"),
        ("all.csv", b'id,document,tag,content\n1,Retail,rings,"rang the woman himself"\n', "Codings", "1"),
        ("rows.jsonl", b'{"text": "She rang.", "codes": ["rings"], "source": "g9"}\n', "Codings", "1"),
    ],
)
def test_other_kinds_of_files(drop, name, data, what, new):
    assert table(drop(name, data))[what]["New"] == new


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("theirs.qdpx", b"PK", "not a whole QDPX file"),
        ("codes.csv", b"a,b\n1,2\n", "no table with a column called"),
        ("t.sqlite3", b"SQLite", "no SQLite file"),
    ],
)
def test_what_cannot_be_read_is_said(drop, name, data, message):
    at = drop(name, data)
    assert message in said(at)
    assert not [item for item in at.button if item.label == "Import"]


def test_a_project_of_this_tool_belongs_elsewhere(drop, study):
    assert "project of this tool" in said(drop("other.sqlite", study.read_bytes()))


def test_who_does_not_lead_a_team_is_told(run, study):
    with Project.open(study) as project:
        apply_edits(project, [SetMember("Bo", (CoderRole.LEAD,))], coder="Bo")
        apply_edits(project, [SetMember("Ada", (CoderRole.RESEARCHER,))], coder="Bo")
    at = run(study, "exchange")
    assert at.info
    assert not at.file_uploader
