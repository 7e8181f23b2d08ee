"""The page Suggestions."""

import pytest

from coding.edits import AddCoding, RejectSuggestion, apply_edits
from coding.model import Origin
from coding.store import Project


@pytest.fixture
def decided(study):
    """Return a project with thirty decisions on suggestions, on every segment and code."""
    with Project.open(study) as project:
        codes = [code.id for code in project.codebook().codable]
        places = [(s.transcript_id, s.start_char, s.end_char) for s in project.segments()]
        acts = [(place, code) for code in codes for place in places][:30]
        for number, (place, code) in enumerate(acts):
            accept = AddCoding(*place, code, origin=Origin.ACCEPTED)
            apply_edits(project, [RejectSuggestion(*place, code) if number % 3 == 0 else accept], coder="Ada")
    return study


def test_with_nothing_decided_it_says_where_to_begin(run, study):
    assert "Nothing was decided yet" in run(study, "learning").info[0].value


def test_without_a_project_it_helps(run):
    assert run(None, "learning").info


def test_shares_come_with_their_intervals_and_counts(run, decided):
    at = run(decided, "learning")
    accepted = next(metric for metric in at.metric if metric.label == "Suggestions accepted")
    assert accepted.value == "67%"
    assert "95 % confidence" in accepted.delta
    assert "20 accepted, 10 rejected" in " ".join(text.value for text in at.text)
    table = at.dataframe[0].value
    assert int(table["Accepted"].sum()) == 20


def test_one_coder_can_be_looked_at(run, decided):
    at = run(decided, "learning")
    at.selectbox(key="learning-coder").select("Ada").run()
    assert not at.exception
    assert len(at.dataframe) == 1
