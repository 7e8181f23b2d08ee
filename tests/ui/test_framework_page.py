import json

import pytest

from coding.edits import AddCoding, MarkReviewed, SetCodebook, apply_edits
from coding.edits.framework import ChangeBehaviour, LeaveOut, RemoveCluster
from coding.evidence import Strength
from coding.framework import Quotation, read_framework
from coding.model import Codebook, Valence
from coding.store import Project
from coding.ui import behaviours
from coding.ui.evidence import evidence_of, in_words
from tests.ui.conftest import HOSTILE


def parts(at):
    """Return what the components of a page were given."""
    return [json.loads(part.proto.json) for part in at.get("bidi_component")]


def texts(at):
    return [text.value for text in at.text]


def button(at, label):
    return next(item for item in at.button if item.label == label)


def field(items, label):
    """Return the field of what is chosen; those for adding stand before it."""
    return [item for item in items if item.label.startswith(label)][-1]


def shape(path):
    with Project.open(path) as project:
        return {c.id: [b.id for b in c.behaviours] for c in read_framework(project).clusters}


def placed(path):
    return [one for inside in shape(path).values() for one in inside]


def behaviour(path, behaviour_id):
    with Project.open(path) as project:
        found = read_framework(project).behaviour(behaviour_id)
    assert found is not None
    return found


@pytest.fixture
def coded(study):
    """Return a project in which two people coded something."""
    with Project.open(study) as project:
        for number, valence, coder in ((1, "shown", "Ben"), (2, "shown", "Ben"), (3, "lacking", "Ada")):
            s = project.segments()[number]
            place = (s.transcript_id, s.start_char, s.end_char)
            apply_edits(project, [AddCoding(*place, "meets-customers", valence=Valence(valence))], coder=coder)
    return study


def test_it_says_where_a_framework_comes_from_when_there_is_no_codebook(run, tmp_path):
    path = tmp_path / "empty.sqlite"
    Project.open(path, create=True).close()
    at = run(path, "framework")
    assert "starts from the codebook" in at.info[0].value


def test_it_lists_all_behaviours_with_their_evidence(run, coded):
    at = run(coded, "framework")
    outline = next(part for part in parts(at) if "items" in part)
    assert [item["name"] for item in outline["items"]][:2] == ["Close to the customer", "Meets customers"]
    assert outline["items"][1]["says"] == "3 passages, 2 of 2 participants, 1 of 1 group"
    table = at.dataframe[0].value
    row = table[table["Behaviour"] == "Meets customers"].iloc[0]
    assert (row["Participants"], row["Shown"], row["Lacking"]) == (2, 2, 1)


def test_a_behaviour_shows_how_strong_its_evidence_is(run, coded):
    at = run(coded, "framework", behaviour="meets-customers")
    assert {metric.label: metric.value for metric in at.metric} == {
        "Participants": "2 of 2",
        "Groups": "1 of 1",
        "Passages": "3",
        "Shown, lacking": "2 : 1",
    }
    said = json.dumps(parts(at), ensure_ascii=False)
    assert "Meets the people served as a habit." in said
    assert "Mine never came out of his office." in said


def test_a_behaviour_without_evidence_says_so(run, coded):
    at = run(coded, "framework", behaviour="calls-back")
    assert "Nothing has been coded" in at.info[0].value


def test_what_is_written_is_kept_and_can_be_taken_back(run, coded):
    at = run(coded, "framework", behaviour="meets-customers")
    field(at.text_area, "Statement").set_value("Goes to see people.")
    field(at.text_area, "Positive").set_value("Stands at the counter.\n\n Rings people. ")
    button(at, "Keep the changes").click().run()
    found = behaviour(coded, "meets-customers")
    assert (found.statement, found.positive) == ("Goes to see people.", ("Stands at the counter.", "Rings people."))
    assert found.written == {"statement", "positive"}
    history = next(table.value for table in at.dataframe if "Edit" in table.value)
    assert list(history["Edit"]) == ["Wrote about Meets customers: statement, positive"]
    button(at, "Undo").click().run()
    assert behaviour(coded, "meets-customers").written == frozenset()


def test_a_field_can_follow_the_codebook_again(run, coded):
    with Project.open(coded) as project:
        apply_edits(project, [ChangeBehaviour("meets-customers", statement="Own words.")], coder="Ada")
    at = run(coded, "framework", behaviour="meets-customers")
    field(at.multiselect, "Take from").select("statement").run()
    button(at, "Take").click().run()
    assert behaviour(coded, "meets-customers").statement == "Meets the people served as a habit."


def test_a_behaviour_is_moved_left_out_and_put_back(run, coded):
    at = run(coded, "framework", behaviour="meets-customers")
    field(at.selectbox, "Cluster").select("learning").run()
    field(at.selectbox, "In front of").select("open-in-a-crisis").run()
    button(at, "Move").click().run()
    assert shape(coded)["learning"] == ["learns-from-failure", "meets-customers", "open-in-a-crisis"]
    button(at, "Leave out").click().run()
    assert "meets-customers" not in placed(coded)
    button(at, "Put back").click().run()
    assert "meets-customers" in placed(coded)


def test_two_behaviours_are_combined(run, coded):
    at = run(coded, "framework", behaviour="calls-back")
    field(at.selectbox, "Combine with").select("meets-customers").run()
    button(at, "Combine").click().run()
    assert behaviour(coded, "meets-customers").codes == ("meets-customers", "calls-back")
    assert shape(coded)["closeness"] == ["meets-customers"]


def test_clusters_are_added_renamed_moved_and_removed(run, coded):
    at = run(coded, "framework")
    at.button_group(key="framework-add-kind").set_value("Cluster").run()
    field(at.text_input, "Name").set_value("Candour")
    button(at, "Add").click().run()
    new = next(key for key in shape(coded) if key not in ("closeness", "learning"))
    at = run(coded, "framework", behaviour=new)
    field(at.text_area, "Statement").set_value("Says what is so.")
    button(at, "Keep the changes").click().run()
    field(at.selectbox, "In front of").select("closeness").run()
    button(at, "Move the cluster").click().run()
    assert list(shape(coded)) == [new, "closeness", "learning"]
    button(at, "Remove the cluster").click().run()
    assert list(shape(coded)) == ["closeness", "learning"]


def test_a_behaviour_of_ones_own_is_added(run, coded):
    at = run(coded, "framework", behaviour="learning")
    adding = [item for item in at.text_input if item.label == "Name"]
    adding[0].set_value("Owns up")
    button(at, "Add").click().run()
    with Project.open(coded) as project:
        found = read_framework(project).clusters[1].behaviours[-1]
    assert (found.name, found.codes) == ("Owns up", ())


def send(at, key, value):
    """Let the page find what a browser would have sent."""
    at.session_state[key] = value
    return at.run()


def test_what_is_dragged_is_moved(run, coded):
    at = run(coded, "framework")
    send(at, "focus_moved", {"kind": "cluster", "id": "learning", "cluster": None, "before": "closeness"})
    send(at, "focus_moved", {"kind": "behaviour", "id": "calls-back", "cluster": "learning", "before": None})
    assert shape(coded) == {
        "learning": ["learns-from-failure", "open-in-a-crisis", "calls-back"],
        "closeness": ["meets-customers"],
    }


@pytest.mark.parametrize(
    "value",
    [
        "x",
        [],
        {},
        {"kind": "behaviour", "id": 3, "cluster": "learning", "before": None},
        {"kind": "behaviour", "id": "calls-back", "cluster": ["learning"], "before": None},
        {"kind": "behaviour", "id": "calls-back", "cluster": "nowhere", "before": None},
        {"kind": "cluster", "id": "nowhere", "before": None},
        {"kind": "cluster", "id": "learning", "before": {"a": 1}},
    ],
)
def test_nonsense_from_the_browser_moves_nothing(run, coded, value):
    before = shape(coded)
    at = send(run(coded, "framework"), "focus_moved", value)
    assert not at.exception
    assert shape(coded) == before


def picked_places(project):
    return [f"{s.transcript_id}:{s.start_char}-{s.end_char}" for s in project.segments()[1:4]]


def test_quotations_that_are_picked_are_kept(run, coded):
    with Project.open(coded) as project:
        places = picked_places(project)
    at = run(coded, "framework", behaviour="meets-customers")
    send(at, "focus_picked", {"behaviour": "meets-customers", "picked": [[places[2], True], [places[0], False]]})
    found = behaviour(coded, "meets-customers").quotations
    assert [(one.contrary, f"{one.transcript_id}:{one.start_char}-{one.end_char}") for one in found] == [
        (True, places[2]),
        (False, places[0]),
    ]
    button(at, "Take the proposed ones again").click().run()
    assert behaviour(coded, "meets-customers").quotations is None


@pytest.mark.parametrize(
    "picked",
    [None, "x", [["nowhere:0-4", False]], [["a", True]], [[3, 4]], [["t:9-9999999999999999999999999999", False]]],
)
def test_nonsense_from_the_browser_picks_nothing(run, coded, picked):
    at = run(coded, "framework", behaviour="meets-customers")
    send(at, "focus_picked", {"behaviour": "meets-customers", "picked": picked})
    assert not at.exception
    assert behaviour(coded, "meets-customers").quotations is None


def test_nobody_changes_anything_without_a_name(run, coded):
    at = run(coded, "framework", coder=None, behaviour="meets-customers")
    assert not any(area.label == "Statement" and "write-" in (area.form_id or "") for area in at.text_area)
    send(at, "focus_moved", {"kind": "cluster", "id": "learning", "cluster": None, "before": "closeness"})
    assert list(shape(coded)) == ["closeness", "learning"]


def test_what_is_left_out_and_removed_is_offered_again(run, coded):
    with Project.open(coded) as project:
        apply_edits(project, [LeaveOut("meets-customers"), LeaveOut("calls-back")], coder="Ada")
        apply_edits(project, [RemoveCluster("closeness")], coder="Ada")
    at = run(coded, "framework")
    assert "Meets customers: 3 passages, 2 of 2 participants, 1 of 1 group" in texts(at)
    button(at, "Put back").click().run()
    assert shape(coded)["learning"][-1] == "meets-customers"


def test_names_are_shown_as_typed(run, hostile_study):
    with Project.open(hostile_study) as project:
        s = project.segments()[0]
        place = (s.transcript_id, s.start_char, s.end_char)
        apply_edits(project, [AddCoding(*place, "code-0")], coder=HOSTILE[2])
        quotation = Quotation(*place)
        words = (HOSTILE[1],)
        change = ChangeBehaviour("code-0", statement=HOSTILE[4], positive=words, quotations=(quotation,))
        apply_edits(project, [change, LeaveOut("code-1")], coder=HOSTILE[3])
    at = run(hostile_study, "framework", behaviour="code-0")
    for element in (*at.markdown, *at.caption, *at.title, *at.subheader, *at.error, *at.warning, *at.info):
        assert not any(text in element.value for text in HOSTILE)
    assert not any(element.allow_html for element in at.markdown)


def test_evidence_is_gathered_again_only_when_more_than_the_framework_changed(coded):
    with Project.open(coded) as project:
        first = evidence_of(project, read_framework(project))
        apply_edits(project, [ChangeBehaviour("meets-customers", name="Goes there")], coder="Ada")
        again = evidence_of(project, read_framework(project))
        assert again.passages["meets-customers"] is first.passages["meets-customers"]
        s = project.segments()[5]
        apply_edits(project, [AddCoding(s.transcript_id, s.start_char, s.end_char, "meets-customers")], coder="Ada")
        assert evidence_of(project, read_framework(project)).strengths["meets-customers"].passages == 4


def test_in_a_large_study_coders_are_compared_when_somebody_asks(run, coded, monkeypatch):
    monkeypatch.setattr("coding.ui.evidence.MOST_COMPARED", 2)
    with Project.open(coded) as project:
        for coder in ("Ada", "Ben"):
            for number, s in enumerate(project.segments()):
                place = (s.transcript_id, s.start_char, s.end_char)
                coded_here = [] if number % 3 == 0 else [AddCoding(*place, "calls-back")]
                apply_edits(project, [*coded_here, MarkReviewed(*place)], coder=coder)
    at = run(coded, "framework")
    assert at.dataframe[0].value["Alpha"].isna().all()
    button(at, "Compare the coders").click().run()
    assert not at.exception
    assert at.dataframe[0].value["Alpha"].notna().any()


def test_evidence_in_words():
    assert in_words(Strength()) == "nothing coded yet"
    assert behaviours._place_of("a:b:3-9") == ("a:b", 3, 9)
    assert behaviours._place_of("a:x-9") is None


def test_a_page_on_an_emptied_codebook_still_shows_what_was_written(run, coded):
    with Project.open(coded) as project:
        apply_edits(project, [ChangeBehaviour("meets-customers", statement="Own words.")], coder="Ada")
        apply_edits(project, [SetCodebook(Codebook("None"))], coder="Ada")
    at = run(coded, "framework", behaviour="meets-customers")
    assert "Own words." in json.dumps(parts(at))
