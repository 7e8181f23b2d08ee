import pytest

from coding.edits import apply_edits
from coding.edits.survey import ImportSurvey
from coding.store import Project
from coding.survey import Item, Respondent, Survey, stored_survey
from tests.ui.conftest import HOSTILE


@pytest.fixture(autouse=True)
def quiet_footer(monkeypatch):
    """Leave out what loads the language model; it is tested with the session."""
    monkeypatch.setattr("coding.ui.session.assistant_ready", lambda path, *, blind=False: True)


@pytest.fixture
def surveyed(study):
    items = (Item("q1", HOSTILE[0], "calls-back"), Item("q2", HOSTILE[1]), Item("q3", "Met customers."))
    people = tuple(
        Respondent(f"R{n}", (("q1", float(n % 5 + 1)), ("q2", float((n + n // 3) % 5 + 1)), ("q3", float(n % 5 + 1))))
        for n in range(12)
    )
    with Project.open(study) as project:
        apply_edits(project, [ImportSurvey(Survey("Leaders", items, people))], coder="Ada")
    return study


def test_without_a_questionnaire_the_page_asks_for_one(run, study):
    at = run(study, "survey")
    assert any("There is no questionnaire yet" in item.value for item in at.info)
    assert not at.exception


@pytest.mark.parametrize("view", ["Items", "Ratings", "Scales"])
def test_each_view_is_shown(run, surveyed, view):
    at = run(surveyed, "survey", view=view)
    assert not at.exception
    assert not at.error
    assert any("1 item wait" in item.value for item in at.info)


def test_all_that_have_a_behaviour_are_confirmed_at_once(run, surveyed):
    at = run(surveyed, "survey")
    next(one for one in at.button if one.label == "Confirm all as they stand").click().run()
    with Project.open(surveyed) as project:
        assert [item.confirmed for item in stored_survey(project).items] == [True, False, False]


def test_a_file_that_is_no_survey_is_told_and_nothing_is_stored(run, study):
    at = run(study, "survey")
    at.file_uploader[0].set_value(("x.csv", b"id,comment\n1,Yes\n2,No indeed\n", "text/csv"))
    next(one for one in at.button if one.label == "Bring in").click().run()
    assert any("no column holds answers" in item.value.replace("\\", "") for item in at.error)
    with Project.open(study) as project:
        assert stored_survey(project) is None


def test_answers_are_brought_in(run, study):
    at = run(study, "survey")
    at.file_uploader[0].set_value(("x.csv", b"id,q1\n1,4\n2,five\n3,2\n4,5\n", "text/csv"))
    next(one for one in at.button if one.label == "Bring in").click().run()
    with Project.open(study) as project:
        assert len(stored_survey(project).respondents) == 3
    assert any("is no answer on its scale" in item.value for item in at.warning)
