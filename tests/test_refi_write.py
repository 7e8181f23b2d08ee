"""QDPX and QDC as we write them."""

from __future__ import annotations

import zipfile

import pytest
from lxml import etree

from coding.edits import AddCoding, SetCodebook, WriteMemo, apply_edits
from coding.edits.codebook import RetireCode
from coding.errors import ExportError
from coding.export import export
from coding.export.identity import MACHINE_GUID, Guids, clean_guid, make_guid
from coding.export.refi_codes import unique_names
from coding.export.refi_text import describe_code, parse_code
from coding.model import Code, Codebook
from tests.refi import CODEBOOK, NS, TALK, fill, make_source, parts, place, schema, tree


@pytest.fixture
def whole(project):
    return fill(project)


@pytest.fixture
def written(whole, tmp_path):
    assert export(whole, tmp_path / "out.qdpx") == 4
    return tmp_path / "out.qdpx"


def by_guid(root):
    return {one.get("guid"): one for one in root.iter() if one.get("guid")}


def test_qdpx_is_valid(written):
    schema("Project").assertValid(tree(written))


def test_qdc_is_valid(whole, tmp_path):
    assert export(whole, tmp_path / "out.qdc") == 5
    root = etree.parse(str(tmp_path / "out.qdc"))
    schema("Codebook").assertValid(root)
    assert len(root.findall(".//{*}Code")) == 5


def test_empty_project_is_valid(project, tmp_path):
    export(project, tmp_path / "out.qdpx")
    schema("Project").assertValid(tree(tmp_path / "out.qdpx"))


def test_empty_codebook_is_an_error(project, tmp_path):
    with pytest.raises(ExportError, match="there are no codes to write"):
        export(project, tmp_path / "out.qdc")


def test_every_guid_is_unique_and_every_reference_has_its_target(written):
    root = tree(written)
    guids = [one.get("guid") for one in root.iter() if one.get("guid")]
    assert len(guids) == len(set(guids))
    names = ("targetGUID", "creatingUser")
    assert {one.get(name) for one in root.iter() for name in names if one.get(name)} <= set(guids)


def test_every_coding_stands_at_its_words(written, whole):
    root = tree(written)
    texts = {name: text for name, text in parts(written).items() if name.startswith("sources/")}
    codes = {code.get("guid"): code.get("name") for code in root.iter(f"{NS}Code")}
    users = {user.get("guid"): user.get("name") for user in root.iter(f"{NS}User")}
    found = set()
    for source in root.iter(f"{NS}TextSource"):
        text = texts[f"sources/{source.get('guid')}.txt"]
        for selection in source.iter(f"{NS}PlainTextSelection"):
            words = text[int(selection.get("startPosition")) : int(selection.get("endPosition"))]
            for coding in selection.iter(f"{NS}Coding"):
                found.add((words, codes[coding[0].get("targetGUID")], users[coding.get("creatingUser")]))
    assert found == {
        ("own he\u0301lp line", "Tries the service", "Ada"),
        ("own he\u0301lp line", "Tries the service", "Bo Ek"),
        ("مرحبا she said", "early (Other)", "Ada"),
        ("car park was full & <again>", "Early", "Bo Ek"),
        (TALK[1][1], "Early", "machine"),
    }


def test_text_is_written_verbatim(written, whole):
    root = tree(written)
    texts = parts(written)
    for source, info in zip(root.iter(f"{NS}TextSource"), whole.transcripts(), strict=True):
        assert texts[f"sources/{source.get('guid')}.txt"] == whole.text(info.id)


def test_participants_are_cases_with_attributes_and_turns(written):
    root = tree(written)
    everything = by_guid(root)
    bob = next(case for case in root.iter(f"{NS}Case") if case.get("name") == "Bob")
    values = {everything[v[0].get("targetGUID")].get("name"): v[1].text for v in bob.findall(f"{NS}VariableValue")}
    turns = [everything[ref.get("targetGUID")].get("name") for ref in bob.findall(f"{NS}SelectionRef")]
    assert values == {"Role in the session": "participant", "role": "clerk", "sector": "retail"}
    assert turns == ["Turn 2: Bob", "Turn 5: Bob"]


def test_groups_are_sets(written):
    root = tree(written)
    assert [(s.get("name"), len(s)) for s in root.iter(f"{NS}Set")] == [("Retail", 1), ("Bank", 1)]


def test_machine_is_a_user_of_its_own_with_score_and_evidence(written):
    root = tree(written)
    coding = next(c for c in root.iter(f"{NS}Coding") if c.get("creatingUser") == MACHINE_GUID)
    note = by_guid(root)[coding.find(f"{NS}NoteRef").get("targetGUID")]
    text = note.findtext(f"{NS}PlainTextContent")
    assert "score: 0.2\nprobability: 0.61\nevidence:\n+0.250000 example: “He phoned the helpdesk himself.”" in text


def test_memos_are_notes_where_they_belong(written):
    root = tree(written)
    everything = by_guid(root)
    found = {
        (etree.QName(ref.getparent()).localname, everything[ref.get("targetGUID")].findtext(f"{NS}PlainTextContent"))
        for ref in root.iter(f"{NS}NoteRef")
    }
    assert {
        ("Project", "Start with group 2."),
        ("Code", "Rename?"),
        ("TextSource", "Noisy."),
        ("PlainTextSelection", "Who?"),
        ("Coding", "Sure?"),
        ("Coding", "see\nboth lines"),
        ("Coding", "valence: lacking"),
    } <= found


def test_same_project_gives_the_same_bytes(whole, written, tmp_path):
    export(whole, tmp_path / "again.qdpx")
    assert (tmp_path / "again.qdpx").read_bytes() == written.read_bytes()


def test_only_the_coders_asked_for_and_no_machine(whole, tmp_path):
    assert export(whole, tmp_path / "out.qdpx", coders=["Ada"]) == 2
    users = {user.get("name") for user in tree(tmp_path / "out.qdpx").iter(f"{NS}User")}
    assert users == {"Ada"}
    with pytest.raises(ExportError, match="there is no coder 'Eve'; there are Ada, Bo Ek"):
        export(whole, tmp_path / "out.qdpx", coders=["Eve"])


def test_a_retired_code_goes_along_where_it_is_used(whole, tmp_path):
    apply_edits(whole, [RetireCode("early"), RetireCode("early-2")], coder="Ada")
    apply_edits(whole, [SetCodebook(Codebook("New", codes=(Code("new", "New"),)))], coder="Ada")
    export(whole, tmp_path / "out.qdpx")
    root = tree(tmp_path / "out.qdpx")
    schema("Project").assertValid(root)
    assert {code.get("name") for code in root.iter(f"{NS}Code")} == {"New", "Tries the service", "Early", "early (top)"}


def test_characters_that_xml_cannot_hold_are_replaced(whole, tmp_path):
    apply_edits(whole, [WriteMemo("project", "bell \x07 rings\r\nhere")], coder="Ada")
    export(whole, tmp_path / "out.qdpx")
    root = tree(tmp_path / "out.qdpx")
    assert "bell \ufffd rings\r\nhere" in {note.findtext(f"{NS}PlainTextContent") for note in root.iter(f"{NS}Note")}


def test_a_memo_whose_target_is_gone_stays_with_the_project(whole, tmp_path):
    apply_edits(whole, [WriteMemo("coding:gone", "On what?")], coder="Ada")
    export(whole, tmp_path / "out.qdpx")
    names = [note.get("name") for note in tree(tmp_path / "out.qdpx").iter(f"{NS}Note")]
    assert "Memo on what is no longer there" in names


def test_names_differ_without_regard_to_case():
    book = Codebook("x", codes=(Code("a", "A"), *(Code(f"a-{n}", "a", "a") for n in range(3))))
    assert list(unique_names(book).values()) == ["A", "a (A)", "a (2)", "a (3)"]


def test_codes_too_deep_for_other_tools_are_an_error(project, tmp_path):
    chain = [Code("c0", "0"), *(Code(f"c{n}", str(n), f"c{n - 1}") for n in range(1, 120))]
    apply_edits(project, [SetCodebook(Codebook("deep", codes=tuple(chain)))], coder="Ada")
    with pytest.raises(ExportError, match="more than 100 deep"):
        export(project, tmp_path / "out.qdpx")


def test_description_of_a_code_comes_back():
    for code in CODEBOOK.codes:
        found = parse_code(describe_code(code, shown_name="other", retired=True))
        assert found.definition == code.definition
        assert found.lists == {
            name: value
            for name in ("include", "exclude", "examples", "contrary_examples")
            if (value := getattr(code, name))
        }
        assert (found.source, found.code_id, found.name, found.retired) == (code.source, code.id, code.name, True)


def test_description_of_another_tool_is_a_definition():
    text = "One.\n\nSource: unknown\n\nExamples: none\nTwo."
    assert parse_code(text).definition == text


def test_guids_that_things_brought_are_kept():
    guids = Guids().with_guid("code", "a", make_guid("code", "a"))
    assert guids.known == {}
    other = "12345678-1234-1234-1234-123456789abc"
    assert guids.with_guid("code", "a", other).get("code", "a") == other


@pytest.mark.parametrize(
    "text", ["", "abc", "{12345678-1234-1234-1234-123456789abc", "1234567-1234-1234-1234-123456789abcd"]
)
def test_what_is_no_guid(text):
    assert clean_guid(text) is None


def test_pyrefiqda_reads_every_source_coder_and_coding(written, whole, tmp_path):
    pytest.importorskip("pyrefiqda", reason="pyrefiqda is not installed")
    from pyrefiqda import RefiProject

    project = RefiProject.load(written, extract_dir=str(tmp_path / "out"))
    sources = project.sources.text_source
    assert [source.name for source in sources] == ["group 1", "group 2"]
    assert {user.name for user in project.users.user} == {"Ada", "Bo Ek", "machine"}
    guids = Guids.of(whole)
    found = {
        coding.guid: (
            selection.start_position,
            selection.end_position,
            coding.creating_user,
            coding.code_ref.target_guid,
        )
        for source in sources
        for selection in source.plain_text_selection
        for coding in selection.coding
    }
    for coding in whole.codings():
        user, code = guids.get("user", coding.coder), guids.get("code", coding.code_id)
        assert found[coding.id] == (coding.start_char, coding.end_char, user, code)


def test_qdapy_reads_every_coding_with_its_words(written, whole):
    qdapy = pytest.importorskip("qdapy.qdpx", reason="qdaPy is not installed")
    read = qdapy.read_qdpx(written, warn=False)
    assert set(read.coders) == {"Ada", "Bo Ek", "machine"}
    assert len(read.codebook) == 5
    words = {whole.text(c.transcript_id)[c.start_char : c.end_char] for c in whole.codings()}
    column = next(name for name in read.fragments.columns if words <= set(read.fragments[name]))
    assert len(read.fragments) == 5, column


def test_positions_are_code_points(project, tmp_path):
    apply_edits(project, [SetCodebook(CODEBOOK)], coder="Ada")
    source = make_source("g", (("A", "👩🏽‍💼👩🏽‍💼 x"),))
    project.add_transcript(source, [], by="Ada")
    apply_edits(project, [AddCoding(source.id, *place(source, "x"), "early")], coder="Ada")
    export(project, tmp_path / "out.qdpx")
    found = [
        one for one in tree(tmp_path / "out.qdpx").iter(f"{NS}PlainTextSelection") if len(one.findall(f"{NS}Coding"))
    ]
    assert int(found[0].get("startPosition")) == len("A: ") + 2 * 4 + 1


def test_archive_is_flat_and_in_small_letters(written):
    with zipfile.ZipFile(written) as archive:
        names = archive.namelist()
    assert names[0] == "project.qde"
    assert all(name.startswith("sources/") and name.count("/") == 1 and name == name.lower() for name in names[1:])
