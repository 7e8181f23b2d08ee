"""Archives that were made to do harm, or are damaged: refused or mended with a word, never half imported."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coding.errors import CodingError, ReadError
from coding.export import export
from coding.interchange import import_study, read_study, refi_records, refi_xml
from coding.interchange import package as packages
from tests.refi import GUIDS, code, codebook, coding, fill, package, qdpx, selection, text_source

SOURCES = {f"{GUIDS[4]}.txt": b"Ann: I went there.\nBob: So did I."}


def study(inner: str, sources=SOURCES, **options):
    return read_study("x.qdpx", qdpx(inner, sources, **options))


def with_selections(*selections: str, codes: str | None = None):
    inner = codes or codebook(code(2, "C"))
    return study(inner + f"<Sources>{text_source(4, ''.join(selections))}</Sources>")


def why(found) -> list[str]:
    return [f"{one.what}: {one.why}" for one in found.dropped]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a whole QDPX file"),
        (b"PK\x03\x04 and no more", "not a whole QDPX file"),
        (package({"a.txt": b"x"}), "there is no project.qde"),
        (package({"project.qde": b"<Project"}), "XML is damaged"),
        (package({"project.qde": b""}), "XML is damaged"),
        (package({"project.qde": b"<html/>"}), "not of REFI-QDA"),
        (package({"project.qde": b'<!DOCTYPE x [<!ENTITY a "b">]><Project name="&a;"/>'}), "document type"),
        (package({"project.qde": b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><Project/>'}), "document type"),
        (package({"project.qde": '<!DOCTYPE x [<!ENTITY a "b">]><Project/>'.encode("utf-16")}), "document type"),
        (package({"project.qde": b"<Project>" + b"<Code>" * 500 + b"</Code>" * 500 + b"</Project>"}), "too deep"),
    ],
)
def test_refused(data, message):
    with pytest.raises(ReadError, match=message):
        read_study("x.qdpx", data)


def test_a_bomb_of_laughs_is_refused():
    lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    text = f'<!DOCTYPE x [<!ENTITY a0 "ha">{lines}]><Project name="&a9;"/>'
    with pytest.raises(ReadError, match="document type"):
        read_study("x.qdc", text.encode())


def test_a_part_that_unpacks_to_far_more_is_refused():
    data = qdpx("<Sources>" + text_source(4) + "</Sources>", {f"{GUIDS[4]}.txt": b" " * (20 << 20)})
    with pytest.raises(ReadError, match="unpacks to more than 16 MB"):
        read_study("x.qdpx", data)


def test_xml_that_unpacks_to_far_more_is_refused():
    with pytest.raises(ReadError, match="unpacks to more than"):
        read_study("x.qdpx", package({"project.qde": b"<Project>" + b" " * (20 << 20) + b"</Project>"}))


def test_too_many_parts(monkeypatch):
    monkeypatch.setattr(packages, "MOST_PARTS", 1)
    with pytest.raises(ReadError, match="more than 1 parts"):
        study("")


def test_too_many_elements(monkeypatch):
    monkeypatch.setattr(refi_xml, "MOST_ELEMENTS", 20)
    with pytest.raises(ReadError, match="too large or too deep"):
        study("<Graphs>" + "<Graph/>" * 30 + "</Graphs>")


def test_too_much_text(monkeypatch):
    monkeypatch.setattr(packages, "MOST_TEXTS_BYTES", 10)
    with pytest.raises(ReadError, match="split the project"):
        study(f"<Sources>{text_source(4)}</Sources>")


def test_too_many_words_in_the_xml(monkeypatch):
    monkeypatch.setattr(refi_xml, "MOST_CHARS", 2)
    with pytest.raises(ReadError, match="more text than any study"):
        study("<Description>nine words</Description>")


def test_an_encrypted_or_damaged_part_is_refused():
    data = bytearray(qdpx(f"<Sources>{text_source(4)}</Sources>", SOURCES))
    at = data.rindex(b"PK\x01\x02")
    at_local = data.index(f"Sources/{GUIDS[4]}".encode())
    data[at + 8] |= 1
    data[at_local - 24] |= 1
    with pytest.raises(ReadError, match="damaged or encrypted"):
        read_study("x.qdpx", bytes(data))


@pytest.mark.parametrize(
    "path", ["internal://../../etc/passwd", "/etc/passwd", "absolute:///etc/passwd", "..\\..\\x.txt"]
)
def test_no_path_leaves_the_archive(path):
    found = study(f"<Sources>{text_source(4, path=path)}</Sources>")
    assert found.sources == ()
    assert why(found) == [f"TextSource: its text {path} is not in the file"]


def test_entries_with_paths_that_climb_are_only_names():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../project.qde", f"<Project><Sources>{text_source(4)}</Sources></Project>")
        archive.writestr(f"../../../tmp/{GUIDS[4]}.txt", "words")
    found = read_study("x.qdpx", buffer.getvalue())
    assert [source.text for source in found.sources] == ["words"]


def test_a_source_that_is_not_there_and_its_codings_are_listed():
    found = study(codebook(code(2, "C")) + f"<Sources>{text_source(5, selection(6, 0, 3, coding(7, 2)))}</Sources>")
    assert why(found) == [
        f"TextSource: its text internal://{GUIDS[5]}.txt is not in the file",
        "Coding: the text that they code is not there",
    ]


def test_a_source_that_is_no_text():
    found = study(f"<Sources>{text_source(4)}</Sources>", {f"{GUIDS[4]}.txt": bytes(range(256)) * 8})
    assert found.sources == ()
    assert why(found)[0].startswith("TextSource: its text cannot be read")


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [(5, 10**9, "I went there.\nBob: So did I."), (-5, 3, "Ann"), (10, 5, "I wen")],
)
def test_positions_beyond_the_text_are_mended(start, end, words):
    found = with_selections(selection(6, start, end, coding(7, 2)))
    source = found.sources[0]
    assert source.text[source.codings[0].start_char : source.codings[0].end_char] == words
    assert any("is beyond the text; it is now" in one.why and one.mended for one in found.dropped)


@pytest.mark.parametrize(("start", "end"), [(900, 950), (5, 5), (18, 19), ("x", 4), ("9" * 30, 4)])
def test_positions_without_words_are_dropped(start, end):
    found = with_selections(selection(6, start, end, coding(7, 2)))
    assert found.sources[0].codings == ()
    assert why(found)[0].startswith("PlainTextSelection: with 1 codings")


def test_duplicate_guids_get_their_own():
    codes = codebook(code(2, "A"), code(2, "B"))
    users = f'<Users><User guid="{GUIDS[1]}" name="K"/><User guid="{GUIDS[1]}" name="L"/></Users>'
    twice = selection(6, 0, 3, coding(7, 2), coding(7, 2))
    found = study(
        users + codes + f"<Sources>{text_source(4, twice)}{text_source(4)}</Sources>",
    )
    assert len({c.key for c in found.codes}) == 2
    assert len({c.key for s in found.sources for c in s.codings}) == 2
    assert len({s.key for s in found.sources}) == 2
    assert sum(one.mended and "the same GUID" in one.why for one in found.dropped) == 4


def test_codes_that_contain_themselves_are_a_tree_all_the_same(project):
    data = qdpx(codebook(code(2, "A", code(3, "B", code(2, "A")))))
    import_study(project, "x.qdpx", by="Ada", data=data)
    assert [c.name for c in project.codebook().codes] == ["A", "B", "A"]
    assert all(project.codebook().path(c.id) for c in project.codebook().codes)


def test_references_to_nothing_are_listed():
    found = with_selections(selection(6, 0, 3, coding(7, 99, 98), f'<Coding guid="{GUIDS[8]}"/>'))
    assert why(found) == [
        f"Coding: its code {GUIDS[99]} is not in the codebook",
        "Coding: its code is not in the codebook",
    ]


def test_coders_that_the_file_does_not_name():
    found = with_selections(selection(6, 0, 3, coding(7, 2, 98), coding(8, 2)))
    assert sorted(found.coders.values()) == ["Unknown coder", "Unknown coder (2)"]


@pytest.mark.parametrize(
    ("name", "coder"), [("machine", "machine (a person)"), ("", "Unknown coder"), ("x" * 200, "x" * 70)]
)
def test_names_of_coders_are_made_fit(project, name, coder):
    users = f'<Users><User guid="{GUIDS[1]}" name="{name}"/></Users>'
    inner = users + codebook(code(2, "C")) + f"<Sources>{text_source(4, selection(6, 0, 3, coding(7, 2, 1)))}</Sources>"
    import_study(project, "x.qdpx", by="Ada", data=qdpx(inner, SOURCES))
    assert project.codings()[0].coder == coder


def test_two_users_of_one_name_stay_two():
    users = f'<Users><User guid="{GUIDS[1]}" name="K"/><User guid="{GUIDS[2]}" name="K"/></Users>'
    assert sorted(study(users).coders.values()) == ["K", "K (2)"]


def test_a_group_with_codings_becomes_a_code():
    codes = f'<CodeBook><Codes><Code guid="{GUIDS[2]}" name="" isCodable="false" color="red"/></Codes></CodeBook>'
    codes += f'<Users><User guid="{GUIDS[1]}" name="K"/></Users>'
    found = with_selections(selection(6, 0, 3, coding(7, 2, 1)), codes=codes)
    assert (found.codes[0].codable, found.codes[0].name, found.codes[0].colour) == (True, "Code without a name", None)
    assert why(found) == [
        "Code: it has no name",
        "color: it is not a colour like #4477aa",
        "Code: it is a group but has codings, so it is a code now",
    ]


def test_long_lists_are_counted(monkeypatch):
    monkeypatch.setattr(refi_records, "MOST_LISTED", 2)
    found = study("<Links>" + "<Link/>" * 5 + "</Links>")
    assert [str(one) for one in found.dropped][-1] == "Link: 3 more like these"


def test_a_memo_of_the_machine_without_a_score_is_listed(project, tmp_path):
    fill(project)
    export(project, tmp_path / "a.qdpx")
    with zipfile.ZipFile(tmp_path / "a.qdpx") as archive:
        files = {name: archive.read(name).replace(b"score: 0.2\n", b"score: inf\n") for name in archive.namelist()}
    found = read_study("x.qdpx", package(files))
    assert why(found) == ["Coding: a suggestion of the machine without its score"]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damage_is_an_error_or_a_report(data):
    inner = codebook(code(2, "C")) + f"<Sources>{text_source(4, selection(6, 0, 3, coding(7, 2)))}</Sources>"
    whole = bytearray(qdpx(inner, SOURCES))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_study("x.qdpx", bytes(whole[: data.draw(st.integers(1, len(whole)))]))
    except CodingError:
        # Anything else would be a bug.
        return


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_attributes_and_order_are_read_or_refused(data):
    text = codebook(code(2, "C")) + f"<Sources>{text_source(4, selection(6, 0, 3, coding(7, 2)))}</Sources>"
    pieces = data.draw(st.permutations(text.replace(">", ">\n").split("\n")))
    try:
        study("".join(pieces))
    except CodingError:
        # Anything else would be a bug.
        return
