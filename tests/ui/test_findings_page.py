import pytest

from coding.edits import apply_edits
from coding.edits.survey import ImportSurvey
from coding.store import Project
from coding.survey import Item, Respondent, Survey
from coding.ui.findings.views import VIEWS
from tests.findings.support import SMALL, build


@pytest.fixture(autouse=True)
def quiet_footer(monkeypatch):
    """Leave out what loads the language model; it is tested with the session."""
    monkeypatch.setattr("coding.ui.session.assistant_ready", lambda path, *, blind=False: True)


ATTRIBUTES = {f"Retail/{name}": {"level": "senior"} for name in ("Bob", "Ann", "Eve")}


@pytest.fixture
def coded(tmp_path):
    return build(tmp_path / "coded.sqlite", SMALL, attributes=ATTRIBUTES)


def lines(at):
    return [item.value for item in (*at.info, *at.text, *at.caption)]


def test_without_a_project_the_page_says_where_to_open_one(run):
    assert any("No project is open" in line for line in lines(run(None, "findings")))


def test_without_codings_the_page_says_how_to_begin(run, tmp_path):
    talk = {"One": [("Ann", "Yes.", [])]}
    at = run(build(tmp_path / "s.sqlite", talk), "findings")
    assert any("Nobody has coded anything yet" in line for line in lines(at))
    assert not at.dataframe
    at.segmented_control(key="findings-view").set_value("Talk").run()
    assert at.dataframe[0].value["Words"].to_list() == [1]
    assert not at.exception


@pytest.mark.parametrize("name", VIEWS)
def test_every_table_is_shown(run, coded, name):
    with Project.open(coded) as project:
        items = (Item("q1", "Met customers.", "meets", confirmed=True), Item("q2", "Rang back.", "calls"))
        survey = Survey("Survey", items, (Respondent("R1", (("q1", 4.0),)),))
        apply_edits(project, [ImportSurvey(survey)], coder="Ada")
    at = run(coded, "findings", view=name)
    assert not at.exception
    assert not at.error
    assert len(at.dataframe) == 1
    assert not at.dataframe[0].value.empty


@pytest.mark.parametrize("side", ["Group", "Participant", "Attribute: level"])
def test_codes_side_by_side(run, coded, side):
    at = run(coded, "findings")
    at.selectbox(key="findings-side").set_value(side).run()
    assert not at.exception
    shown = at.dataframe[0].value
    assert "Meets customers" in shown.index


def test_choices_narrow_what_is_counted(run, coded):
    at = run(coded, "findings")
    at.multiselect(key="findings-groups").set_value(["Bank"]).run()
    table = at.dataframe[0].value.set_index("Code")
    assert table.loc["Meets customers", "Codings"] == 0
    assert table.loc["Tells early", "Codings"] == 2
    at.selectbox(key="findings-rows").set_value("Groups of codes").run()
    assert at.dataframe[0].value["Code"].to_list() == ["Near", "After failures"]


def test_the_consensus_can_be_counted(run, coded):
    at = run(coded, "findings")
    at.selectbox(key="findings-layer").set_value("consensus").run()
    assert not at.exception
    assert not at.error


def test_nothing_coded_in_the_choice_is_said(run, coded):
    at = run(coded, "findings")
    at.multiselect(key="findings-groups").set_value(["Bank"])
    at.multiselect(key="findings-coders").set_value(["Ben"]).run()
    assert any("Nothing is coded in what you chose" in line for line in lines(at))
    assert any("Nobody has begun to code Bank" in line for line in lines(at))


def test_one_group_and_one_participant_have_clear_words(run, tmp_path):
    talk = {"One": [("Ann", "Yes, we did.", [("meets", "shown", "Ada")])]}
    path = build(tmp_path / "s.sqlite", talk, attributes={"One/Ann": {"level": "senior"}})
    for name in VIEWS:
        at = run(path, "findings", view=name)
        assert not at.exception
        assert not at.error
    at = run(path, "findings", view="Differences")
    assert any("There are no two kinds of people" in line for line in lines(at))
    at = run(path, "findings", view="Saturation")
    assert any("need 6 sessions; there are 1 session" in line.replace("\\", "") for line in lines(at))
    at = run(path, "findings", view="Together")
    assert any("nothing of this kind" in line for line in lines(at))
