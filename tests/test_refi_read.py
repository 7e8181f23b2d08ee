"""QDPX and QDC of other tools, read into a project."""

from __future__ import annotations

import pytest

from coding.edits import MarkReviewed, RejectSuggestion, RemoveCoding, apply_edits, undo
from coding.edits.codebook import ChangeCode
from coding.errors import CodingError, EditError, ReadError
from coding.export import export
from coding.export.identity import make_guid
from coding.interchange import import_study, is_study, place_study, read_study
from coding.model import Valence
from coding.store import Project
from tests.refi import GUIDS, code, codebook, coding, fill, place, qdpx, schema, selection, text_source, tree

USER = f'<Users><User guid="{GUIDS[1]}" name="Kim"/></Users>'
WORDS = "Ann: I went there.\nBob: So did I."


def add(project, data: bytes, name="theirs.qdpx", **options):
    return import_study(project, name, by="Ada", data=data, **options)


def one_source(*selections: str, text: bytes = WORDS.encode(), before: str = USER, after: str = "", **options) -> bytes:
    inner = before + codebook(code(2, "Goes there", code(3, "Below"))) + "<Sources>"
    inner += text_source(4, "".join(selections), **options) + f"</Sources>{after}"
    return qdpx(inner, {f"{GUIDS[4]}.txt": text})


# the samples


@pytest.mark.parametrize(
    ("name", "codes", "sources", "codings"),
    [("maxqda", 307, 10, 0), ("nvivo", 262, 0, 0), ("qc-demo", 262, 2, 205)],
)
def test_samples_come_whole(shared, project, name, codes, sources, codings):
    study = read_study(shared / "samples" / "refi" / f"{name}.qdpx")
    assert (len(study.codes), len(study.sources), sum(len(s.codings) for s in study.sources)) == (
        codes,
        sources,
        codings,
    )


def test_sample_codings_have_their_quotations(shared, project):
    report = import_study(project, shared / "samples" / "refi" / "qc-demo.qdpx", by="Ada")
    assert (report.codings, report.codings_in_file, report.dropped) == (205, 205, ())
    text = project.text(project.transcripts()[0].id)
    quotations = [text[c.start_char : c.end_char] for c in project.codings()]
    # This tool codes whole lines.
    assert all(quotation.strip() and quotation.endswith("\n") for quotation in quotations)
    assert project.coders() == ["Ada", "cp"]
    assert {c.coder for c in project.codings()} == {"cp"}


def test_sample_without_words_says_what_is_missing(shared, project):
    report = import_study(project, shared / "samples" / "refi" / "nvivo.qdpx", by="Ada")
    assert report.codes == 262
    assert [one.why for one in report.dropped] == ["there are no words in it"] * 2
    assert report.dropped_by_kind() == {"TextSource": 2}


# what comes


def test_code_place_coder_and_date_are_kept(project):
    report = add(project, one_source(selection(5, 5, 17, coding(6, 3, 1))))
    found = project.codings()[0]
    assert (report.codings, report.coders) == (1, ("Kim",))
    assert project.text(found.transcript_id)[found.start_char : found.end_char] == "I went there"
    assert (found.id, found.coder, found.created_at) == (GUIDS[6], "Kim", "2024-05-06T05:08:09.000000Z")
    assert [c.name for c in project.codebook().path(found.code_id)] == ["Goes there", "Below"]


def test_the_importer_acts_and_can_undo(project):
    add(project, one_source(selection(5, 5, 17, coding(6, 3, 1))))
    assert {edit.coder for edit in project.edits()} == {"Ada"}
    undo(project, coder="Ada", batch=project.edits(kind="import-codings")[0].batch)
    assert project.codings() == []


def test_speakers_are_found_in_the_words(project):
    add(project, one_source())
    turns = project.turns(project.transcripts()[0].id)
    assert [(turn.speaker, WORDS[turn.start_char : turn.end_char]) for turn in turns] == [
        ("Ann", "I went there."),
        ("Bob", "So did I."),
    ]
    assert len(project.segments()) == 2


def test_text_without_speakers_has_a_turn_a_paragraph(project):
    add(project, one_source(text=b"One thing.\n\nAnother thing\non two lines.\n\n\n"))
    info = project.transcripts()[0]
    text = project.text(info.id)
    assert [text[turn.start_char : turn.end_char] for turn in project.turns(info.id)] == [
        "One thing.",
        "Another thing\non two lines.",
    ]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        (b"\xef\xbb\xbfOne.\nTwo here.", 5, 8),
        (b"One.\r\nTwo here.", 6, 9),
        ("😀.\nTwo here.".encode(), 3, 6),
        ("One.\nTwo here.".encode("utf-16"), 5, 8),
    ],
    ids=["bom", "crlf", "emoji", "utf-16"],
)
def test_positions_are_code_points_of_the_file(project, text, start, end):
    add(project, one_source(selection(5, start, end, coding(6, 2, 1)), text=text))
    found = project.codings()[0]
    assert project.text(found.transcript_id)[found.start_char : found.end_char] == "Two"


@pytest.mark.parametrize(
    ("text", "shift"),
    [
        ("One two.\r\nThree four.\r\nFive six.", lambda t, at: at),
        ("One two.\nThree four.\nFive six.", lambda t, at: at + t.count("\n", 0, at)),
        ("\ufeffOne two.\nThree four.\nFive six.", lambda t, at: at + 1),
        ("😀😀😀 two.\nThree four.\nFive six.", lambda t, at: at + sum(ch > "\uffff" for ch in t[:at])),
    ],
    ids=["crlf as one", "lf as two", "bom counts", "utf-16 units"],
)
def test_positions_that_count_something_else_are_seen(project, text, shift):
    plain = text.replace("\r\n", "\n").removeprefix("\ufeff")
    found = [(plain.index(word), plain.index(word) + len(word)) for word in ("two", "Three", "four", "Five", "six")]
    chosen = [
        selection(10 + n, shift(plain, a), shift(plain, b), coding(30 + n, 2, 1)) for n, (a, b) in enumerate(found)
    ]
    report = add(project, one_source(*chosen, text=text.encode()))
    quotations = [plain[c.start_char : c.end_char] for c in project.codings()]
    assert quotations == ["two", "Three", "four", "Five", "six"]
    assert "positions counted" in str(report.mended[0])


def test_cases_of_other_tools_are_the_speakers_of_their_name(project):
    variables = f'<Variables><Variable guid="{GUIDS[20]}" name="age" typeOfVariable="Integer"/></Variables>'
    value = f'<VariableValue><VariableRef targetGUID="{GUIDS[20]}"/><IntegerValue>41</IntegerValue></VariableValue>'
    cases = f'<Cases><Case guid="{GUIDS[21]}" name="ann">{value}<SourceRef targetGUID="{GUIDS[4]}"/></Case>'
    cases += f'<Case guid="{GUIDS[22]}" name="Nobody"/></Cases>'
    inner = USER + codebook(code(2, "Goes there")) + variables + cases + f"<Sources>{text_source(4)}</Sources>"
    report = add(project, qdpx(inner, {f"{GUIDS[4]}.txt": WORDS.encode()}))
    people = {person.name: person for person in project.participants()}
    assert people["Ann"].attributes == (("age", "41"),)
    assert report.warnings == ("Nobody speaks in no transcript, so there is no such participant here",)


def test_sets_are_groups_and_notes_are_memos(project):
    note = f'<Notes><Note guid="{GUIDS[30]}" name="Title" creatingUser="{GUIDS[1]}">'
    note += f'<PlainTextContent>On it</PlainTextContent></Note><Note guid="{GUIDS[31]}">'
    note += "<PlainTextContent>Alone</PlainTextContent></Note></Notes>"
    sets = f'<Sets><Set guid="{GUIDS[32]}" name="Bank"><MemberSource targetGUID="{GUIDS[4]}"/></Set>'
    sets += f'<Set guid="{GUIDS[33]}" name="Also"><MemberSource targetGUID="{GUIDS[4]}"/>'
    sets += f'<MemberCode targetGUID="{GUIDS[2]}"/>'
    sets += f'<MemberSource targetGUID="{GUIDS[44]}"/></Set></Sets>'
    ref = f'<NoteRef targetGUID="{GUIDS[30]}"/><NoteRef targetGUID="{GUIDS[39]}"/>'
    report = add(project, one_source(selection(5, 5, 17, coding(6, 2, 1, ref)), after=note + sets))
    assert project.transcripts()[0].group == "Bank"
    assert {(m.target, m.text) for m in project.memos()} == {
        (f"coding:{GUIDS[6]}", "Title\nOn it"),
        ("project", "Alone"),
    }
    assert report.dropped_by_kind() == {"MemberCode": 1, "MemberSource": 2, "NoteRef": 1}


def test_the_text_of_a_pdf_and_of_a_recording_is_kept(project):
    pdf = f'<PDFSource guid="{GUIDS[7]}" name="A page"><PDFSelection guid="{GUIDS[8]}" page="1" firstX="0" firstY="0"'
    pdf += f' secondX="1" secondY="1">{coding(9, 2, 1)}</PDFSelection>'
    pdf += f'<Representation guid="{GUIDS[10]}"><PlainTextContent>Words of a page</PlainTextContent>'
    pdf += selection(11, 0, 5, coding(12, 2, 1)) + "</Representation></PDFSource>"
    audio = f'<AudioSource guid="{GUIDS[13]}" name="Talk"><Transcript guid="{GUIDS[14]}" name="Talk, typed">'
    audio += "<PlainTextContent>Words of a talk</PlainTextContent>"
    audio += "".join(f'<SyncPoint guid="{GUIDS[15 + n]}" timeStamp="0" position="{9 + 6 * n}"/>' for n in range(2))
    audio += f'<TranscriptSelection guid="{GUIDS[17]}" fromSyncPoint="{GUIDS[15]}" toSyncPoint="{GUIDS[16]}">'
    audio += coding(18, 2, 1) + "</TranscriptSelection></Transcript></AudioSource>"
    report = add(project, qdpx(USER + codebook(code(2, "C")) + f"<Sources>{pdf}{audio}</Sources>"))
    found = {project.text(c.transcript_id)[c.start_char : c.end_char] for c in project.codings()}
    assert found == {"Words", "a talk"}
    assert [info.name for info in project.transcripts()] == ["A page", "Talk, typed"]
    assert report.dropped_by_kind() == {"PDFSource": 1, "PDFSelection": 1, "Coding": 1, "AudioSource": 1}


def test_what_has_no_place_is_listed(project):
    after = f'<Links><Link guid="{GUIDS[50]}" name="to"/></Links><Graphs><Graph guid="{GUIDS[51]}" name="map">'
    after += f'<Vertex guid="{GUIDS[52]}" firstX="1" firstY="2"/></Graph></Graphs><Description>About it</Description>'
    report = add(project, one_source(after=after))
    assert [(one.what, one.name) for one in report.dropped] == [("Link", "to"), ("Graph", "map")]
    assert "About it" in project.memos()[0].text


def test_codebook_file(project):
    inner = code(2, "A", code(3, "B"), extra='color="#abc"')
    text = f'<CodeBook xmlns="urn:QDA-XML:codebook:0:4" origin="Other"><Codes>{inner}'
    report = add(project, f"{text}</Codes></CodeBook>".encode(), "theirs.qdc")
    book = project.codebook()
    assert (report.codes, [(c.name, c.parent, c.colour) for c in book.codes]) == (
        2,
        [("A", None, "#aabbcc"), ("B", "a", None)],
    )


def test_sources_of_the_same_words_are_two(project):
    inner = codebook(code(2, "A")) + f"<Sources>{text_source(4)}{text_source(5)}</Sources>"
    data = qdpx(inner, {f"{GUIDS[4]}.txt": b"Same words.", f"{GUIDS[5]}.txt": b"Same words."})
    add(project, data)
    assert [info.name for info in project.transcripts()] == ["Interview", "Interview (2)"]
    assert add(project, data).transcripts == ()


# coming back


@pytest.fixture
def sent(project, tmp_path):
    fill(project)
    export(project, tmp_path / "sent.qdpx")
    return tmp_path / "sent.qdpx"


def test_coming_back_unchanged_changes_nothing(project, sent):
    before = (project.codings(), project.memos(), project.codebook(), project.participants(), project.suggestions())
    rev = project.rev()
    report = import_study(project, sent, by="Ada")
    assert (
        project.codings(),
        project.memos(),
        project.codebook(),
        project.participants(),
        project.suggestions(),
    ) == before
    assert project.rev() == rev
    assert (report.codings, report.codings_there, report.differences, report.only_here) == (0, 4, (), 0)


def changed(sent, *pairs: tuple[str, str]):
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(sent) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            for before, after in pairs:
                text = text.replace(before, after)
            new.writestr(name, text)
    return buffer.getvalue()


def test_what_was_coded_elsewhere_is_added(project, sent):
    found = project.codings()[0]
    code_guid = make_guid("code", found.code_id)
    extra = f'<Coding guid="{GUIDS[9]}" creatingUser="{GUIDS[8]}"><CodeRef targetGUID="{code_guid}"/></Coding>'
    data = changed(
        sent,
        ("<Users>", f'<Users><User guid="{GUIDS[8]}" name="Kim"/>'),
        (f'<Coding guid="{found.id}"', f'{extra}<Coding guid="{found.id}"'),
    )
    report = add(project, data)
    assert (report.codings, report.codings_there) == (1, 4)
    new = project.coding(GUIDS[9])
    assert (new.coder, new.start_char, new.code_id) == ("Kim", found.start_char, found.code_id)


def test_both_sides_changed_asks_and_keeps_ours(project, sent):
    apply_edits(project, [ChangeCode("early", name="Ours", definition="Ours.")], coder="Ada")
    report = add(project, changed(sent, ('name="Early"', 'name="Soon"')))
    # The definition was changed here alone, so nobody has to say anything about it.
    assert [(d.what, d.field, d.ours, d.theirs, d.taken, d.by) for d in report.differences] == [
        ("code", "name", "Ours", "Soon", "ours", "both")
    ]
    assert (project.codebook()["early"].name, project.codebook()["early"].definition) == ("Ours", "Ours.")
    assert "differs: code Ours: name is 'Ours' here and 'Soon' there; kept ours" in report.as_text()


def test_what_was_changed_there_alone_is_taken(project, sent):
    data = changed(sent, ('name="Early"', 'name="Soon"'), ("valence: lacking", "valence: unclear"))
    report = add(project, data)
    assert {(d.what, d.taken, d.by) for d in report.differences} == {
        ("code", "theirs", "there"),
        ("coding", "theirs", "there"),
    }
    assert project.codebook()["early"].name == "Soon"
    assert "unclear" in {c.valence.value for c in project.codings()}
    assert "changed: code Early: name was 'Early' and is now 'Soon', as in the file" in report.as_text()


def test_theirs_can_be_taken(project, sent):
    apply_edits(project, [ChangeCode("early", name="Ours")], coder="Ada")
    data = changed(sent, ('name="Early"', 'name="Soon"'), ("Noisy.", "Calm."))
    report = add(project, data, prefer="theirs")
    assert {(d.what, d.taken) for d in report.differences} == {("code", "theirs"), ("memo", "theirs")}
    assert project.codebook()["early"].name == "Soon"
    assert "Calm." in {m.text for m in project.memos()}


def test_each_difference_can_be_decided_by_itself(project, sent):
    apply_edits(project, [ChangeCode("early", name="Ours")], coder="Ada")
    study = read_study("x.qdpx", changed(sent, ('name="Early"', 'name="Soon"'), ("Noisy.", "Calm.")))
    report = place_study(
        project, study, by="Ada", file="x.qdpx", decided={("code", "early", "name"): "theirs"}, prefer="ours"
    )
    assert {(d.what, d.taken) for d in report.differences} == {("code", "theirs"), ("memo", "ours")}
    assert project.codebook()["early"].name == "Soon"
    assert "Noisy." in {m.text for m in project.memos()}


def test_what_was_removed_here_stays_removed(project, sent):
    gone = project.codings(coder="Ada")[0]
    apply_edits(project, [RemoveCoding(gone.id)], coder="Ada")
    report = import_study(project, sent, by="Ada", prefer="theirs")
    assert project.coding(gone.id) is None
    assert (report.differences, report.stay_removed) == ((), 1)
    assert "1 codings of the file were taken away here since" in report.as_text()


def test_what_was_removed_here_and_changed_there_asks(project, sent):
    gone = next(coding for coding in project.codings() if coding.valence is Valence.LACKING)
    apply_edits(project, [RemoveCoding(gone.id)], coder=gone.coder)
    data = changed(sent, ("valence: lacking", "valence: unclear"))
    report = add(project, data)
    assert [(d.what, d.ours, d.theirs, d.taken) for d in report.differences] == [
        ("coding", "removed", "changed", "ours")
    ]
    assert project.coding(gone.id) is None
    add(project, data, prefer="theirs")
    assert project.coding(gone.id).valence is Valence.UNCLEAR


def test_finished_places_and_refused_suggestions_come_along(project, tmp_path):
    fill(project)
    segment = project.segments()[1]
    place = (segment.transcript_id, segment.start_char, segment.end_char)
    apply_edits(
        project,
        [
            MarkReviewed(*place, blind=True),
            RejectSuggestion(*place, "early", 0.25, 0.5),
            RejectSuggestion(*place, "early-2"),
        ],
        coder="Bo Ek",
    )
    apply_edits(project, [MarkReviewed(*place)], coder="Ada")
    export(project, tmp_path / "sent.qdpx")
    schema("Project").assertValid(tree(tmp_path / "sent.qdpx"))
    with Project.open(tmp_path / "other.sqlite", create=True) as other:
        report = import_study(other, tmp_path / "sent.qdpx", by="Kim")
        assert (report.finished, report.refused) == (2, 2)
        for name, more in (("reviews", ("blind",)), ("rejections", ("code_id", "score", "probability"))):
            seen = []
            for one in (project, other):
                columns = ("start_char", "end_char", "coder", "created_at", *more)
                seen.append(sorted(str([getattr(mark, c) for c in columns]) for mark in getattr(one, name)()))
            assert seen[0] == seen[1]


def test_what_was_reopened_here_stays_open(project, tmp_path):
    fill(project)
    segment = project.segments()[1]
    place = (segment.transcript_id, segment.start_char, segment.end_char)
    apply_edits(project, [MarkReviewed(*place), RejectSuggestion(*place, "early")], coder="Ada")
    export(project, tmp_path / "sent.qdpx")
    undo(project, coder="Ada")
    report = import_study(project, tmp_path / "sent.qdpx", by="Ada")
    assert (project.reviews(), project.rejections(), report.finished, report.refused) == ([], [], 0, 0)


def test_marks_that_point_nowhere_are_listed(project, tmp_path):
    fill(project)
    segment = project.segments()[1]
    apply_edits(project, [MarkReviewed(segment.transcript_id, segment.start_char, segment.end_char)], coder="Ada")
    export(project, tmp_path / "sent.qdpx")
    where = f"{segment.start_char}-{segment.end_char} at"
    data = changed(tmp_path / "sent.qdpx", (where, f"{segment.start_char}-99999999 at"))
    with Project.open(tmp_path / "other.sqlite", create=True) as other:
        report = add(other, data)
        assert other.reviews() == []
        assert [(one.what, one.why) for one in report.dropped] == [("Note", "there is no such place or code")]


def test_what_is_only_here_stays(project, sent, tmp_path):
    export(project, tmp_path / "part.qdpx", coders=["Ada"])
    report = import_study(project, tmp_path / "part.qdpx", by="Ada")
    assert report.only_here == 2
    assert "2 codings are not in the file; they are kept" in report.as_text()
    assert len(project.codings()) == 4


def test_a_changed_text_comes_beside_the_old_one(project, sent):
    data = changed(sent, ("Nobody else", "Somebody"))
    report = add(project, data)
    assert len(project.transcripts()) == 4
    assert len(report.warnings) == 2
    assert len(project.codings()) == 8


def test_codes_are_known_by_their_names_too(project, sent):
    inner = codebook(code(2, "people", code(3, "tries the Service") + code(4, "New")))
    report = add(project, qdpx(inner))
    assert (report.codes, report.codes_there) == (1, 2)
    assert project.codebook()["new"].parent == "people"


def test_attributes_of_participants_are_joined(project, sent):
    data = changed(sent, ("clerk", "cook"), (">retail<", ">retail<"))
    report = add(project, data)
    assert [(d.what, d.name, d.field, d.ours, d.theirs) for d in report.differences] == [
        ("participant", "Bob", "role", "clerk", "cook")
    ]


# the room


def test_which_files_are_studies():
    assert is_study("a.QDPX")
    assert not is_study("a.docx")


def test_other_files_are_refused(tmp_path):
    with pytest.raises(ReadError, match="no study of another tool"):
        read_study(tmp_path / "a.vtt")
    with pytest.raises(ReadError, match="cannot be read"):
        read_study(tmp_path / "a.qdpx")
    (tmp_path / "folder.qdpx").mkdir()
    with pytest.raises(ReadError, match="this is a folder"):
        read_study(tmp_path / "folder.qdpx")


def test_nothing_is_half_imported(project, monkeypatch):
    study = read_study("x.qdpx", one_source(selection(5, 5, 17, coding(6, 3, 1))))
    monkeypatch.setattr("coding.interchange.place.codes.MAX_CODES", 1)
    with pytest.raises(CodingError, match="the codebook would have more than 1 codes"):
        place_study(project, study, by="Ada", file="x.qdpx")
    assert (project.transcripts(), project.codebook().codes, project.edits(), project.coders()) == ([], (), [], [])


def test_progress_is_told(project):
    told = []
    study = read_study("x.qdpx", one_source())
    place_study(project, study, by="Ada", file="x.qdpx", step=lambda *args: told.append(args))
    whats = ("Reading the talk", "Placing codings")
    assert told == [(what, done, 1) for what in whats for done in (0, 1)]


def test_import_refuses_what_hangs_loose(project):
    from dataclasses import replace

    from coding.edits.imported import ImportCodes, ImportCodings, ImportPeople
    from coding.model import Code

    fill(project)
    coding_ = project.codings()[0]
    for wrong in (
        replace(coding_, end_char=10**6),
        replace(coding_, code_id="none"),
        replace(coding_, coder="Eve"),
        replace(
            coding_,
            start_char=place(project.transcript(coding_.transcript_id), "\n")[0],
            end_char=place(project.transcript(coding_.transcript_id), "\n")[1],
        ),
    ):
        with pytest.raises(EditError):
            apply_edits(project, [ImportCodings(coding_.transcript_id, (wrong,))], coder="Ada")
    with pytest.raises(EditError, match="nobody is called 'Eve'"):
        apply_edits(project, [ImportPeople((), ((coding_.transcript_id, "Eve", "x"),))], coder="Ada")
    with pytest.raises(EditError, match="the code above 'B' is not there"):
        apply_edits(project, [ImportCodes((Code("b", "B", "a"),))], coder="Ada")


def test_from_the_command(tmp_path, capsys):
    from coding.cli import main

    (tmp_path / "theirs.qdpx").write_bytes(one_source(selection(5, 5, 17, coding(6, 3, 1))))
    main(["import", str(tmp_path / "p.sqlite"), str(tmp_path / "theirs.qdpx"), "--by", "Ada"])
    assert "1 of 1 codings" in capsys.readouterr().out
    with Project.open(tmp_path / "p.sqlite") as project:
        assert [c.name for c in project.codebook().codes] == ["Goes there", "Below"]


def test_a_broken_file_makes_no_project(tmp_path, capsys):
    from coding.cli import main

    (tmp_path / "theirs.qdpx").write_bytes(b"PK")
    with pytest.raises(SystemExit):
        main(["import", str(tmp_path / "p.sqlite"), str(tmp_path / "theirs.qdpx"), "--by", "Ada"])
    assert not (tmp_path / "p.sqlite").exists()
