import csv
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from coding.bundled import bundled
from coding.codebook import load_codebook
from coding.demo import CODED, GROUPS, load_gold, make_demo, place_gold
from coding.errors import CodingError, ProjectError
from coding.pipeline import Source, embed_segments, import_files, paths, start_project, stored_segmentation, suggest
from coding.store import Project
from tests.small import ROOT

VTT = "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\n<v Ann Lee>She rang the line herself.</v>\n"


def write(folder, **files):
    made = []
    for name, content in files.items():
        path = folder / name.replace("__", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        made.append(path)
    return made


def test_files_become_transcripts_with_turns_and_segments(project, tmp_path):
    results = import_files(project, paths(write(tmp_path, one__vtt=VTT)), by="Ada")
    assert (results[0].status, results[0].turns, results[0].segments, results[0].words) == ("imported", 1, 1, 5)
    assert (results[0].cues_in, results[0].cues_out, results[0].speakers) == (1, 1, (("Ann Lee", 1),))
    assert project.transcripts()[0].imported_by == "Ada"


def test_a_bad_file_does_not_keep_the_others_out(project, tmp_path):
    files = write(tmp_path, bad__docx=b"this is no zip", empty__txt=b"", good__vtt=VTT)
    results = import_files(project, [*paths(files), Source(str(tmp_path / "none.txt"))], by="Ada")
    assert [result.status for result in results] == ["failed", "failed", "imported", "failed"]
    assert all(result.error and "\n" not in result.error for result in results if result.status == "failed")
    assert len(project.transcripts()) == 1


def test_a_folder_is_no_file(project, tmp_path):
    assert "folder" in import_files(project, paths([tmp_path]), by="Ada")[0].error


def test_a_file_imported_before_says_so(project, tmp_path):
    files = paths(write(tmp_path, one__vtt=VTT))
    first = import_files(project, files, by="Ada")[0]
    second = import_files(project, [Source("renamed.vtt", VTT.encode())], by="Ben")[0]
    assert (second.status, second.transcript_id) == ("already there", first.transcript_id)
    assert len(project.transcripts()) == 1


def test_a_new_project_starts_with_the_codebook_that_comes_with_the_tool(tmp_path):
    with start_project(tmp_path / "s.sqlite", by="Ada") as project:
        assert project.codebook() == load_codebook(bundled("codebook.yaml"))
        assert stored_segmentation(project).min_words == 8
    with start_project(tmp_path / "s.sqlite", by="Ben") as project:
        assert project.coders() == ["Ada"]


def test_something_missing_from_the_installation_is_named():
    with pytest.raises(CodingError, match=r"nothing\.here is missing"):
        bundled("nothing.here")


def test_suggesting_needs_transcripts_and_a_codebook(project, encoder, tmp_path):
    with pytest.raises(CodingError, match="no transcripts"):
        suggest(project, encoder)
    import_files(project, paths(write(tmp_path, one__vtt=VTT)), by="Ada")
    with pytest.raises(CodingError, match="no codebook"):
        suggest(project, encoder)


def test_suggestions_are_the_same_every_time(sentence_study, encoder):
    suggest(sentence_study, encoder)
    first = sentence_study.suggestions()
    suggest(sentence_study, encoder)
    assert sentence_study.suggestions() == first


def test_the_same_words_are_embedded_once(sentence_study, encoder):
    told = []
    assert embed_segments(sentence_study, encoder, step=lambda *now: told.append(now)) == 5
    assert told
    told.clear()
    embed_segments(sentence_study, encoder, step=lambda *now: told.append(now))
    assert told == []


def test_an_import_that_was_killed_loses_nothing_and_can_be_repeated(tmp_path):
    path = tmp_path / "s.sqlite"
    with start_project(path, by="Ada") as project:
        import_files(project, paths([bundled("transcripts") / "group-6-rail.csv"]), by="Ada")
    script = textwrap.dedent(
        f"""
        from coding.bundled import bundled
        from coding.pipeline import import_files, paths
        from coding.store import Project
        from coding.demo import GROUPS
        with Project.open({str(path)!r}) as project:
            print("go", flush=True)
            import_files(project, paths(bundled("transcripts") / name for name in GROUPS), by="Ada")
        """
    )
    command = [sys.executable, "-c", script]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)})
    process.stdout.readline()
    time.sleep(1.5)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with Project.open(path) as project:
        for info in project.transcripts():
            assert info.turns > 100
            assert info.segments > 100
        again = import_files(project, paths(bundled("transcripts") / name for name in GROUPS), by="Ada")
        assert "failed" not in {result.status for result in again}
        assert len(project.transcripts()) == 6


# the example study


@pytest.fixture(scope="module")
def demo(tmp_path_factory, encoder):
    folder = tmp_path_factory.mktemp("demo")
    make_demo(folder, encoder)
    return folder


def test_the_example_study_is_whole(demo):
    with Project.open(demo / "study.sqlite") as project:
        assert [info.group for info in project.transcripts()] == list(GROUPS.values())
        assert all(info.turns >= 120 for info in project.transcripts())
        assert len({info.source_name.rsplit(".", 1)[1] for info in project.transcripts()}) == 5
        assert project.suggestions()
        coded = {coding.transcript_id for coding in project.codings()}
        assert coded == {info.id for info in project.transcripts()[:CODED]}
        assert {coding.coder for coding in project.codings()} == {"Amina Osei", "Jon Petrie"}


def test_every_quotation_of_the_example_study_is_its_slice(demo):
    gold = load_gold(bundled("transcripts") / "codings.csv")
    with Project.open(demo / "study.sqlite") as project:
        for info in project.transcripts():
            transcript = project.transcript(info.id)
            for coding in gold:
                if coding.transcript == info.source_name:
                    place = place_gold(coding, transcript)
                    assert transcript.text[place.start_char : place.end_char] == coding.quotation


def test_moderators_of_the_example_study_are_known(demo):
    with Project.open(demo / "study.sqlite") as project:
        assert all(project.transcript(info.id).moderators for info in project.transcripts())


def test_the_example_study_is_not_made_twice(demo, encoder):
    path = demo / "study.sqlite"
    with Project.open(path) as project:
        before = project.rev()
    make_demo(demo, encoder)
    with Project.open(path) as project:
        assert project.rev() == before


def test_an_example_study_that_was_interrupted_is_finished(tmp_path, encoder, demo):
    (tmp_path / "study.sqlite").write_bytes((demo / "study.sqlite").read_bytes())
    with Project.open(tmp_path / "study.sqlite") as project:
        project.set_setting("demo", "")
        codings = len(project.codings())
    make_demo(tmp_path, encoder)
    with Project.open(tmp_path / "study.sqlite") as project:
        assert (project.setting("demo"), len(project.codings())) == ("whole", codings)


def test_a_folder_that_cannot_be_made_is_named(tmp_path, encoder):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ProjectError, match="cannot be made"):
        make_demo(tmp_path / "file" / "demo", encoder)


def test_words_that_are_not_in_their_turn_are_found_out(demo):
    gold = load_gold(bundled("transcripts") / "codings.csv")[0]
    with Project.open(demo / "study.sqlite") as project:
        other = project.transcript(project.transcripts()[5].id)
    with pytest.raises(CodingError, match="does not hold"):
        place_gold(gold, other)


def test_the_codebooks_words_are_not_planted_in_the_transcripts():
    def phrases(text, size=7):
        words = "".join(char if char.isalnum() else " " for char in text.lower()).split()
        return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}

    talk = set()
    for name in ("group-1-retail.txt", "group-6-rail.csv"):
        talk |= phrases((bundled("transcripts") / name).read_text("utf-8"))
    for code in load_codebook(bundled("codebook.yaml")).codes:
        for text in (code.definition, *code.include, *code.examples, *code.contrary_examples):
            assert not phrases(text) & talk, code.id


def test_two_coders_of_the_example_study_disagree_at_times_and_agree_at_times():
    with (bundled("transcripts") / "codings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    turns = {
        coder: {(r["transcript"], r["turn"], r["code_id"]) for r in rows if r["coder"] == coder}
        for coder in {r["coder"] for r in rows}
    }
    amina, jon = turns["Amina Osei"], turns["Jon Petrie"]
    shared = len(amina & jon) / len(amina | jon)
    assert 0.2 < shared < 0.8
    assert {code.id for code in load_codebook(bundled("codebook.yaml")).codable} >= {r["code_id"] for r in rows}


def test_a_second_import_is_told_from_small_changes(project, tmp_path):
    import_files(project, [Source("a.vtt", VTT.encode())], by="Ada")
    changed = VTT.replace("herself", "himself")
    result = import_files(project, [Source("a.vtt", changed.encode())], by="Ada")[0]
    assert result.status == "imported"
    assert [info.name for info in project.transcripts()] == ["a", "a (2)"]


def test_what_was_chosen_for_a_file_reaches_the_transcript(project):
    table = b"a,b\nAnn,We always rang people back.\nBo,Nobody rang us.\n"
    source = Source(
        "t.csv",
        table,
        transcript_name="Rail, March",
        group="Rail",
        columns={"speaker": "a", "text": "b"},
        moderators=frozenset({"Bo", "Nobody"}),
    )
    result = import_files(project, [source], by="Ada", group="All")[0]
    found = project.transcript(result.transcript_id)
    assert (found.name, found.group, found.moderators) == ("Rail, March", "Rail", {"Bo"})
    assert found.speakers == ("Ann", "Bo")
