"""The methods section says what was done in a study, and nothing else."""

import dataclasses
import json

from coding.cli import main
from coding.consensus import find_differences, settle
from coding.edits import AddCoding, Assign, MarkReviewed, RejectSuggestion, SetCodebook, WriteMemo, apply_edits, undo
from coding.methods import describe_methods
from coding.methods.words import between, listed, number_of
from coding.model import Origin, Segment
from coding.segments import Segmentation
from tests.small import CODEBOOK, TALK, make_transcript


def texts(project):
    return {paragraph.title: paragraph.text for paragraph in describe_methods(project).paragraphs}


def test_an_empty_project_says_that_nothing_is_there(project):
    found = texts(project)
    assert found["Material"] == "No transcripts have been imported yet."
    assert found["Coding"] == "Nothing has been coded yet."
    assert found["Suggestions"] == "The machine made no suggestions."
    assert "Codebook" not in found
    assert "Agreement" not in found


def test_material_is_counted_and_units_are_said(project):
    how = json.dumps(Segmentation().as_dict())
    for name in ("one", "two"):
        told = make_transcript(name=name)
        cut = [Segment(told.id, turn.index, turn.start_char, turn.end_char) for turn in told.turns]
        project.add_transcript(dataclasses.replace(told, group="North"), cut, by="Ada", segmentation=how)
    material = texts(project)["Material"]
    words = 2 * sum(len(said.split()) for _, said in TALK)
    assert f"2 transcripts of 1 focus group ({words:,} words) with 4 participants and 2 moderators" in material
    assert "(10 in all)" in material
    assert "Segments are sentences found by spaCy (en_core_web_sm 3.8.0)" in material
    assert "pseudonym" not in material


def test_versions_of_the_codebook_are_listed_with_their_dates(study):
    apply_edits(study, [SetCodebook(dataclasses.replace(CODEBOOK, version="2"))], coder="Bea")
    apply_edits(study, [SetCodebook(dataclasses.replace(CODEBOOK, version="3"))], coder="Bea")
    undo(study, coder="Bea")
    text = texts(study)["Codebook"]
    assert "“Leaders”, version 2, with 2 codes in 1 group." in text
    order = [text.index(part) for part in ("version 1 on", "version 2 on", "version 3 on")]
    assert order == sorted(order)
    assert text.count("by Bea") == 3  # the way back to version 2 is a version put in force, too


def test_coders_are_told_apart_by_origin_blindness_and_refusals(study):
    segments = study.segments()

    def place(at):
        return segments[at].transcript_id, segments[at].start_char, segments[at].end_char

    blind = [
        AddCoding(*place(1), "tries-service", origin=Origin.BLIND),
        MarkReviewed(*place(1), blind=True),
        MarkReviewed(*place(2)),
    ]
    apply_edits(study, blind, coder="Ada")
    apply_edits(study, [AddCoding(*place(4), "tells-early", origin=Origin.ACCEPTED)], coder="Bob")
    apply_edits(study, [RejectSuggestion(*place(2), "tells-early")], coder="Bob")
    apply_edits(study, [WriteMemo("project", "x")], coder="Bob")
    found = texts(study)
    coding = found["Coding"]
    assert "Ada and Bob coded on" in coding
    assert "Ada has 1 coding (made blind to suggestions) and finished 2 stretches of talk, 1 of them blind." in coding
    assert "Bob has 1 coding (accepted as suggested) and refused 1 suggestion." in coding
    assert "1 memo was written." in coding
    assert "1 were accepted, 0 were changed and 1 were refused" in found["Suggestions"]


def test_what_was_taken_back_is_counted_as_taken_back(study):
    segment = study.segments()[1]
    apply_edits(
        study, [AddCoding(segment.transcript_id, segment.start_char, segment.end_char, "tries-service")], coder="Ada"
    )
    undo(study, coder="Ada")
    assert texts(study)["Coding"] == "Nothing has been coded yet."
    apply_edits(
        study, [AddCoding(segment.transcript_id, segment.start_char, segment.end_char, "tries-service")], coder="Ada"
    )
    assert "1 of which took back an earlier one" in texts(study)["Coding"]


def code_twice(project, both, one):
    for name in ("Ada", "Bob"):
        for at, segment in enumerate(project.segments()):
            place = (segment.transcript_id, segment.start_char, segment.end_char)
            coded = at in both or (at in one and name == "Ada")
            apply_edits(
                project, [*([AddCoding(*place, "tries-service")] if coded else []), MarkReviewed(*place)], coder=name
            )


def test_agreement_stands_with_its_interval_and_reading(project):
    apply_edits(project, [SetCodebook(CODEBOOK)], coder="Ada")
    told = make_transcript(TALK * 8)
    project.add_transcript(told, [Segment(told.id, t.index, t.start_char, t.end_char) for t in told.turns], by="Ada")
    code_twice(project, range(0, 40, 3), range(1, 40, 9))
    text = texts(project)["Agreement"]
    assert text.startswith(
        "Ada and Bob were compared on 32 segments in 32 turns of 1 transcript: Krippendorff's alpha ."
    )
    assert text.index("(tentative") < text.index("Cohen's kappa") < text.index("percent agreement")
    assert "1,000 resamples of turns (seed 0)." in text


def test_agreement_that_rests_on_too_little_is_not_given(study):
    code_twice(study, [1], [4])
    text = texts(study)["Agreement"]
    assert "no coefficient is given (rests on too little" in text
    assert "resamples" not in text


def test_one_coder_alone_has_no_agreement(study):
    segment = study.segments()[1]
    apply_edits(
        study, [AddCoding(segment.transcript_id, segment.start_char, segment.end_char, "tries-service")], coder="Ada"
    )
    assert texts(study)["Agreement"] == "There is one coder, so no agreement between people was measured."
    assert "Ada coded alone" in texts(study)["Coding"]


def test_the_command_prints_it(study, tmp_path, capsys):
    main(["methods", str(tmp_path / "study.sqlite")])
    text = capsys.readouterr().out
    assert "“Leaders”, version 1" in text
    main(["methods", str(tmp_path / "study.sqlite"), "--json"])
    assert [part["title"] for part in json.loads(capsys.readouterr().out)] == list(texts(study))


def test_words_for_numbers_lists_and_days():
    assert number_of(1_000, "pair of codes") == "1,000 pairs of codes"
    assert listed(["a", "b"]) == "a and b"
    assert between("2026-03-02T10:00:00Z", "2026-04-09T10:00:00Z") == "between 2 March 2026 and 9 April 2026"


def test_what_was_drawn_and_what_was_settled_is_told(study):
    first = study.transcripts()[0].id
    places = [(s.transcript_id, s.start_char, s.end_char) for s in study.segments()]
    assert "Consensus" not in texts(study)
    given = [Assign(first, who, blind=True, share=0.2, seed=7) for who in ("Ada", "Bea")]
    apply_edits(study, given, coder="Ada")
    for who, code in (("Ada", "tries-service"), ("Bea", "tells-early")):
        operations = [AddCoding(*place, code, origin=Origin.BLIND) for place in (places[1], places[3])]
        operations += [MarkReviewed(*place, blind=True) for place in places]
        apply_edits(study, operations, coder=who)
    where = find_differences(study).places[0]
    apply_edits(study, [settle(where, "keep", reason="so", coder="Ada")], coder="Cy")
    found = texts(study)
    assert found["Coding"].startswith("1 transcript was assigned to coders, 1 of them to two or more, who coded blind.")
    assert "drawn at random, balanced by length, with 20% of the words to be coded twice (seed 7)." in found["Coding"]
    assert "Coders differed at 2 of the 4 segments that two or more had finished." in found["Consensus"]
    assert "1 place was settled by Cy" in found["Consensus"]
    assert found["Consensus"].endswith("1 place was still open.")
