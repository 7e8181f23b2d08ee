import csv
import hashlib
import io
import json
import re
import zipfile
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coding.cli import main
from coding.edits import AddCoding, MarkReviewed, RejectSuggestion, SetAttributes, WriteMemo, apply_edits, undo
from coding.edits.framework import ChangeBehaviour
from coding.edits.people import MergeParticipants, RenameParticipant
from coding.edits.study import SetCodebook
from coding.errors import ExportError
from coding.export import export
from coding.export.archive import SUMS, TABLES, write_archive
from coding.export.moved import Talk
from coding.export.nameless import _Rewriter
from coding.framework import Quotation, read_framework
from coding.methods import describe_methods
from coding.model import Code, Segment
from coding.pseudonyms import Pseudonymiser, Replacement, new_key
from coding.pseudonyms.match import Matcher
from coding.store import Project
from tests.small import CODEBOOK, make_transcript

TALK = (
    ("MODERATOR", "Thanks for coming, Carol. And Femi, hello."),
    ("Carol Brewster", "I worked for Sunita Rao at Pellow Shoes. She rang people back herself, every Friday 🙈."),
    ("Femi", "Mine never came out of his office. Carol knows him, and Mr. Okonkwo too."),
    ("Carol Brewster", "Ring me on 01632 960144 and I'll tell you about it."),
)
NAMES = ("Carol", "Brewster", "Femi", "Sunita", "Rao", "Pellow", "Okonkwo", "960144", "Ada", "Lovelace", "Bo Ek")


@pytest.fixture
def named(project):
    """Return a study with names in its talk, memos, history, attributes and file names."""
    apply_edits(project, [SetCodebook(CODEBOOK)], coder="Ada Lovelace")
    source = make_transcript(TALK, "interview Carol Brewster", moderators=("MODERATOR",))
    cut = [Segment(source.id, t.index, t.start_char, t.end_char) for t in source.turns]
    project.add_transcript(source, cut, by="Ada Lovelace")
    places = [(s.transcript_id, s.start_char, s.end_char) for s in cut]
    people = project.speakers(source.id)
    apply_edits(
        project,
        [
            AddCoding(*places[1], "tries-service", memo="Carol said so, ask Bo Ek"),
            RejectSuggestion(*places[2], "tells-early"),
            MarkReviewed(*places[2]),
            WriteMemo("project", "Ada: ring Carol Brewster about Sunita Rao."),
            WriteMemo(f"segment:{source.id}:{places[3][1]}-{places[3][2]}", "Femi nods."),
            SetAttributes(
                people["Femi"].id,
                (
                    ("sector", "retail"),
                    ("works with", "Carol Brewster"),
                    ("role", "driver of Sunita Rao"),
                    ("state", "Pellow Shoes"),
                    ("knows Carol", "yes"),
                ),
            ),
            RenameParticipant(people["Femi"].id, "Femi Adeyemi"),
        ],
        coder="Ada Lovelace",
        batch="by Ada Lovelace, first",
    )
    start = source.text.index("Sunita")
    apply_edits(project, [AddCoding(source.id, start, start + 10, "tells-early")], coder="Bo Ek")
    apply_edits(project, [RenameParticipant(people["Femi"].id, "Femi A.")], coder="Bo Ek")
    undo(project, coder="Bo Ek")
    return project


def files_of(path):
    """Return every file of an archive as bytes, with what is packed in the QDPX beside it."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(io.BytesIO(files["study.qdpx"])) as inner:
        files |= {f"study.qdpx/{name}": inner.read(name) for name in inner.namelist()}
    return files


def leaks(files, names):
    """Return which names stand where, as words of their own."""
    found = []
    for part, data in files.items():
        text = part + "\n" + data.decode("utf-8", "replace")
        found += [(part, name) for name in names if re.search(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", text)]
    return found


def table(files, part):
    return list(csv.DictReader(io.StringIO(files[part].decode("utf-8-sig"), newline="")))


def test_no_name_stands_in_any_file(named, tmp_path):
    write_archive(named, tmp_path / "a.zip")
    files = files_of(tmp_path / "a.zip")
    assert leaks(files, NAMES) == []
    assert leaks(files, [named.transcripts()[0].id, *(person.id for person in named.everyone())]) == []


def test_an_attribute_keeps_its_words_and_loses_its_names_whatever_it_is_called(named, tmp_path):
    write_archive(named, tmp_path / "a.zip")
    rows = table(files_of(tmp_path / "a.zip"), "participants.csv")
    femi = next(row for row in rows if row["sector"] == "retail")
    found = {name: value for name, value in femi.items() if value and name not in ("participant", "participant_id")}
    assert any(value.startswith("driver of [") for value in found.values())
    assert any(name.startswith("knows ") and value == "yes" for name, value in found.items())


def test_methods_are_in_it_without_names_and_with_dates(project, tmp_path):
    source = make_transcript(name="group")
    project.add_transcript(
        source, [Segment(source.id, t.index, t.start_char, t.end_char) for t in source.turns], by="May"
    )
    apply_edits(project, [SetCodebook(CODEBOOK)], coder="May")
    turn = source.turns[1]
    apply_edits(project, [AddCoding(source.id, turn.start_char, turn.end_char, "tries-service")], coder="May")
    text = str(describe_methods(project))
    write_archive(project, tmp_path / "a.zip")
    methods = files_of(tmp_path / "a.zip")["methods.md"].decode()
    assert "May coded alone" in text
    assert "Coder 1 coded alone" in methods
    assert re.findall(r"\d{1,2} [A-Z][a-z]+ \d{4}", text) == re.findall(r"\d{1,2} [A-Z][a-z]+ \d{4}", methods)
    assert re.findall(r"May(?! \d).{20}", methods) == []
    write_archive(project, tmp_path / "b.zip", with_names=True)
    assert "May coded alone" in files_of(tmp_path / "b.zip")["methods.md"].decode()


def test_with_names_it_is_as_it_is(named, tmp_path):
    made = write_archive(named, tmp_path / "a.zip", with_names=True)
    files = files_of(tmp_path / "a.zip")
    assert made.nameless is None
    assert {name for part, name in leaks(files, NAMES) if part == "history.csv"} >= {"Ada", "Bo Ek", "Femi", "Carol"}
    assert files["transcripts/01-interview Carol Brewster.txt"].decode() == named.text(named.transcripts()[0].id)


def test_every_quotation_is_the_slice_of_its_file(named, tmp_path):
    write_archive(named, tmp_path / "a.zip")
    files = files_of(tmp_path / "a.zip")
    text = next(data for part, data in files.items() if part.startswith("transcripts/")).decode()
    rows = [*table(files, "codings.csv"), *table(files, "segments.csv"), *table(files, "refused.csv")]
    assert len(rows) == 2 + 4 + 1
    for row in rows:
        assert row["quotation"] == text[int(row["start_char"]) : int(row["end_char"])]
    assert [row["quotation"] for row in table(files, "codings.csv")][1] == "[person 1]"


def test_quotations_of_the_framework_move_along(named, tmp_path):
    transcript_id = named.transcripts()[0].id
    words = "Mine never came out of his office."
    start = named.text(transcript_id).index(words)
    place = Quotation(transcript_id, start, start + len(words), contrary=True)
    change = ChangeBehaviour("tries-service", quotations=(place,), statement="As Carol Brewster put it.")
    apply_edits(named, [change], coder="Ada Lovelace")
    write_archive(named, tmp_path / "a.zip")
    path = tmp_path / "opened.sqlite"
    path.write_bytes(files_of(tmp_path / "a.zip")["study.sqlite"])
    with Project.open(path) as opened:
        behaviour = read_framework(opened).behaviour("tries-service")
        (moved,) = behaviour.quotations
        assert opened.text(moved.transcript_id)[moved.start_char : moved.end_char] == words
        assert moved.start_char != start
        assert moved.contrary
        assert behaviour.statement == "As P1 put it."
        undo(opened, coder="Coder 1")
        assert read_framework(opened).behaviour("tries-service").quotations is None


def test_ids_of_codes_stay_where_they_hold_a_name(named, tmp_path):
    book = replace(CODEBOOK, codes=(*CODEBOOK.codes, Code("like-femi", "Like Femi", "people")))
    change = ChangeBehaviour("tries-service", codes=("tries-service", "like-femi"))
    apply_edits(named, [SetCodebook(book), change], coder="Ada Lovelace")
    write_archive(named, tmp_path / "a.zip")
    path = tmp_path / "opened.sqlite"
    path.write_bytes(files_of(tmp_path / "a.zip")["study.sqlite"])
    with Project.open(path) as opened:
        behaviour = read_framework(opened).behaviour("tries-service")
        assert set(behaviour.codes) <= {code.id for code in opened.codebook().codes}


def test_turns_have_their_words_without_names(named, tmp_path):
    write_archive(named, tmp_path / "a.zip")
    turns = table(files_of(tmp_path / "a.zip"), "turns.csv")
    assert [row["speaker"] for row in turns] == ["MODERATOR", "P1", "P2", "P1"]
    assert turns[2]["text"] == "Mine never came out of his office. P1 knows him, and Mr. [person 2] too."
    assert [row["participant"] for row in turns] == ["MODERATOR", "P1", "P2", "P1"]


def test_coders_are_numbered_everywhere(named, tmp_path):
    write_archive(named, tmp_path / "a.zip")
    files = files_of(tmp_path / "a.zip")
    assert {row["coder"] for row in table(files, "codings.csv")} == {"Coder 1", "Coder 2"}
    assert table(files, "memos.csv")[0]["memo"] == "Coder 1: ring P1 about [person 1]."
    assert table(files, "participants.csv")[2]["works with"] == "P1"


def test_the_history_opens_and_can_be_undone(named, tmp_path):
    write_archive(named, tmp_path / "a.zip")
    path = tmp_path / "opened.sqlite"
    path.write_bytes(files_of(tmp_path / "a.zip")["study.sqlite"])
    with Project.open(path) as opened:
        assert [edit.kind for edit in opened.edits()] == [edit.kind for edit in named.edits()]
        assert [memo.text for memo in opened.memos()][1] == "P2 nods."
        undo(opened, coder="Coder 1")
        undo(opened, coder="Coder 2")
        assert (opened.codings(), opened.memos(), opened.reviews(), opened.rejections()) == ([], [], [], [])


def test_somebody_who_was_merged_away_has_no_name_either(named, tmp_path):
    people = named.speakers(named.transcripts()[0].id)
    apply_edits(named, [MergeParticipants(people["Femi"].id, people["Carol Brewster"].id)], coder="Bo Ek")
    write_archive(named, tmp_path / "a.zip")
    assert leaks(files_of(tmp_path / "a.zip"), ("Adeyemi", "Femi", "Brewster")) == []


def test_a_name_that_a_summary_cut_short_is_gone(named):
    talk = Talk.of(named.transcript(named.transcripts()[0].id), (), 0)
    rewriter = _Rewriter({}, {"Ada Lovelace": "Coder 1"}, {})
    rewriter.learn((), {})
    assert rewriter.without_names("Merged “Ada” into “Love…”, well…", talk) == "Merged “Coder 1” into “…”, well…"


def test_pseudonyms_of_the_project_stay(project, tmp_path):
    key = Pseudonymiser(tmp_path / "key.json", new_key())
    source = key(make_transcript(TALK, "one", moderators=("MODERATOR",)))
    cut = [Segment(source.id, t.index, t.start_char, t.end_char) for t in source.turns]
    project.add_transcript(source, cut, by="Ada")
    text = project.text(source.id)
    made = write_archive(project, tmp_path / "a.zip")
    files = files_of(tmp_path / "a.zip")
    assert made.nameless.identifiers == ()
    assert files["transcripts/01-one.txt"].decode() == text
    assert "P1: " in text


def test_hashes_of_all_files_are_right(named, tmp_path):
    made = write_archive(named, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        sums = dict(reversed(line.split("  ", 1)) for line in archive.read(SUMS).decode().splitlines())
        assert {name: hashlib.sha256(archive.read(name)).hexdigest() for name in sums} == sums
        assert {*sums, SUMS} == set(archive.namelist())
    assert made.files == len(sums) + 1


def test_the_readme_names_every_file_and_every_column_has_a_meaning(named, tmp_path):
    write_archive(named, tmp_path / "a.zip")
    files = files_of(tmp_path / "a.zip")
    readme = files["README.md"].decode()
    assert all(f"`{part}`" in readme for part in files if "/" not in part and part != "README.md")
    assert set(re.findall(r"`([^`/]+\.\w+)`", readme)) <= set(files)
    meanings = {(row["file"], row["column"]): row["meaning"] for row in table(files, "columns.csv")}
    for part in TABLES:
        header = next(csv.reader(io.StringIO(files[part].decode("utf-8-sig"))))
        assert all(meanings[part, column] for column in header)
    attributes = {key[1] for key, meaning in meanings.items() if meaning == "An attribute of participants."}
    assert attributes == {"sector", "works with", "knows P1", "state", "attribute_role"}


def test_versions_are_those_installed(named, tmp_path):
    import numpy

    write_archive(named, tmp_path / "a.zip")
    facts = json.loads(files_of(tmp_path / "a.zip")["software.json"])
    assert facts["packages"].get("numpy", numpy.__version__) == numpy.__version__


def test_the_same_project_gives_the_same_bytes(named, tmp_path):
    steps = []
    write_archive(named, tmp_path / "a.zip")
    write_archive(named, tmp_path / "b.zip", step=lambda what, done, of: steps.append((done, of)))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert steps == sorted(steps)
    assert steps[-1][0] == steps[-1][1]


def test_an_empty_project_is_refused(project, tmp_path):
    with pytest.raises(ExportError, match="nothing to archive"):
        export(project, tmp_path / "a.zip")


def test_by_command(named, tmp_path, capsys):
    main(["export", str(named.path), str(tmp_path / "a.zip"), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert told["coders"] == {"Ada Lovelace": "Coder 1", "Bo Ek": "Coder 2"}
    assert {"text": "Femi", "replacement": "P2", "count": 1, "sure": True} in told["replaced"]
    for wrong in (["a.zip", "--wide"], ["a.csv", "--with-names"]):
        with pytest.raises(SystemExit):
            main(["export", str(named.path), str(tmp_path / wrong[0]), wrong[1]])


WORDS = st.lists(
    st.sampled_from(["Carol", "carol's", "well", "🙈", "Femi,", "e\u0301", "yes."]), min_size=1, max_size=8
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["Carol", "Femi", None]), WORDS), min_size=1, max_size=5), st.data())
def test_every_place_moves_along(talk, data):
    """A stretch between words has the same words afterwards, with the names in it replaced."""
    told = [("MODERATOR" if speaker is None else speaker, " ".join(words)) for speaker, words in talk]
    old = make_transcript(told, moderators=())
    rules = (Replacement("Carol", "participant number one"), Replacement("Femi", "P2"))
    from coding.export.moved import _spans
    from coding.pseudonyms import apply_pseudonyms

    new = apply_pseudonyms(old, rules)
    spans = list(_spans(old, new, Matcher(rules)))
    moved = Talk(new, {}, Matcher(rules), [span[0] for span in spans], spans)
    turn = data.draw(st.sampled_from(old.turns))
    edges = [m.start() for m in re.finditer(r"\S+", old.words_of(turn))]
    ends = [m.end() for m in re.finditer(r"\S+", old.words_of(turn))]
    first = data.draw(st.integers(0, len(edges) - 1))
    last = data.draw(st.integers(first, len(edges) - 1))
    start, end = turn.start_char + edges[first], turn.start_char + ends[last]
    expected, _ = Matcher(rules).substitute(old.text[start:end])
    assert new.text[moved.start(start) : moved.end(end)] == expected
