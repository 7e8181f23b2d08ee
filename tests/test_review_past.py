"""The history of the segment that is looked at."""

import pytest

from coding.edits import AddCoding, MarkReviewed, SetCodebook, WriteMemo, apply_edits, undo
from coding.store import Project
from coding.ui.review.events import Place
from coding.ui.review.feed import Feed
from coding.ui.review.past import MOST, Past, past_entry
from coding.ui.review.wire import Sight


@pytest.fixture
def study(tmp_path, make_study):
    with Project.open(make_study(tmp_path / "Leaders.sqlite")) as project:
        yield project


def place(project, number):
    segment = project.segments()[number]
    return segment.transcript_id, segment.start_char, segment.end_char


def summaries(past, project, number, **only):
    return [(line.coder, line.summary) for line in past.at(project, *place(project, number)[1:], **only)]


def test_what_anybody_did_at_a_segment_is_told_the_newest_first(study):
    here, there = place(study, 1), place(study, 2)
    past = Past(here[0])
    assert summaries(past, study, 1) == []
    apply_edits(study, [AddCoding(*here, "calls-back")], coder="Ada")
    apply_edits(study, [AddCoding(*there, "calls-back"), MarkReviewed(*there)], coder="Ada")
    apply_edits(study, [WriteMemo("segment:{}:{}-{}".format(*here), "Who?"), WriteMemo("project", "no")], coder="Ben")
    undo(study, coder="Ada")
    found = summaries(past, study, 1)
    assert found[0] == ("Ben", "Memo on a segment: “Who?”")
    assert found[1][0] == "Ada"
    assert len(found) == 2
    assert len(summaries(past, study, 2)) == 4
    assert [coder for coder, _ in summaries(past, study, 1, only="Ada")] == ["Ada"]


def test_what_is_done_elsewhere_is_left_out(study):
    apply_edits(study, [SetCodebook(study.codebook()), AddCoding(*place(study, -1), "calls-back")], coder="Ada")
    past = Past(place(study, 1)[0])
    assert past.at(study, 0, 10**6) == []


def test_a_long_history_is_cut_and_says_so(study):
    here = place(study, 1)
    for number in range(MOST + 3):
        apply_edits(study, [WriteMemo("segment:{}:{}-{}".format(*here), f"{number} " + "x" * 200)], coder="Ada")
    entry = past_entry(Past(here[0]).at(study, *here[1:]), *here[1:])
    assert (len(entry["lines"]), entry["more"]) == (MOST, 3)
    assert all(len(summary) <= 90 for _, _, summary in entry["lines"])


def test_a_blind_coder_sees_the_history_of_others_when_the_segment_is_finished(study):
    here = place(study, 1)
    apply_edits(study, [AddCoding(*here, "calls-back")], coder="Ben")
    feed = Feed(study.path, Sight(here[0], "Ada", True))
    feed.begin(study)
    told = {"rev": 1}
    feed._tell_past(study, Place(*here), told, new=True)
    assert told["past"]["lines"] == []
    apply_edits(study, [MarkReviewed(*here, blind=True)], coder="Ada")
    feed._tell_past(study, Place(*here), told, new=True)
    assert [coder for _, coder, _ in told["past"]["lines"]] == ["Ada", "Ben"]
