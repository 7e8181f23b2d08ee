import threading

import pytest

from coding.edits import apply_edits
from coding.edits.themes import SetThemeAside
from coding.store import Project
from coding.theme_model import ThemeSettings
from coding.ui.seeking import search_of
from coding.ui.themecharts import map_figure, shown
from tests.themed import set_themes
from tests.ui.conftest import HOSTILE


@pytest.fixture(autouse=True)
def quiet_footer(monkeypatch):
    """Leave out what loads the language model; it is tested with the session."""
    monkeypatch.setattr("coding.ui.session.assistant_ready", lambda path, *, blind=False: True)


@pytest.fixture
def themed(study):
    with Project.open(study) as project:
        set_themes(project)
    return study


def texts(at):
    return [item.value for item in (*at.info, *at.text, *at.caption, *at.warning)]


def button(at, label):
    return next(item for item in at.button if item.label == label)


def decisions(path):
    with Project.open(path) as project:
        return project.theme_decisions()


def test_a_project_without_transcripts_sends_people_to_import(run, tmp_path):
    Project.open(tmp_path / "new.sqlite", create=True).close()
    assert any("There are no transcripts yet" in line for line in texts(run(tmp_path / "new.sqlite", "themes")))


def test_the_form_starts_a_search_with_what_was_chosen(run, study, monkeypatch):
    asked = []
    monkeypatch.setattr("coding.ui.seeking.Search.start", lambda self, settings, *, by: asked.append((settings, by)))
    at = run(study, "themes")
    at.number_input(key="themes-number").set_value(4)
    at.checkbox(key="themes-moderators").check()
    button(at, "Find themes").click().run()
    assert not at.exception
    assert asked == [(ThemeSettings(themes=4, moderators=True), "Ada")]


def test_an_impossible_number_is_said_and_nothing_begins(run, study, monkeypatch):
    monkeypatch.setattr("coding.ui.seeking.Search.start", lambda *_, **__: pytest.fail("it began"))
    at = run(study, "themes")
    at.number_input(key="themes-number").set_value(1)
    button(at, "Find themes").click().run()
    assert any("1 themes are not possible" in item.value for item in at.error)


def test_a_search_shows_progress_can_be_stopped_and_stores_nothing_then(run, study, monkeypatch):
    reached, go_on = threading.Event(), threading.Event()

    def slow(project, encoder, settings, *, by, step):
        step("Finding themes", 1, 4)
        reached.set()
        go_on.wait(20)
        step("Storing themes", 0, 0)
        pytest.fail("it went on")

    monkeypatch.setattr("coding.encoders.load_encoder", lambda name=None: None)
    monkeypatch.setattr("coding.themes.find_themes", slow)
    search = search_of(str(study))
    search.start(ThemeSettings(), by="Ada")
    assert reached.wait(20)
    at = run(study, "themes")
    button(at, "Stop").click().run()
    assert search.stopping
    go_on.set()
    assert search.wait(20)
    at.run()
    assert any("the search was stopped" in line.replace("\\", "") for line in texts(at))


def test_what_the_codebook_misses_is_listed_with_the_bars_of_groups(run, themed):
    at = run(themed, "themes")
    table = at.dataframe[0].value
    assert sorted(table["Theme"]) == ["Phones 0", "Phones 1"]
    assert list(table["In no code"]) == [100, 100]
    assert set(table["Steadiness"]) == {"steady", "partly steady"}
    assert all(len(shares) == 2 for shares in table["By group"])


def test_a_theme_becomes_a_code_and_can_be_taken_back(run, themed):
    at = run(themed, "themes")
    next(item for item in at.text_input if item.label == "Name of the code").set_value("Rings the help line")
    next(item for item in at.text_area if item.label == "Definition").set_value("Calls as a customer would.")
    button(at, "Make the code").click().run()
    assert not at.exception
    with Project.open(themed) as project:
        code = project.codebook()["rings-the-help-line"]
    assert code.definition == "Calls as a customer would."
    assert len(code.examples) == 3
    assert len(at.dataframe[0].value) == 1
    button(at, "Undo").click().run()
    assert decisions(themed) == {}
    with Project.open(themed) as project:
        assert "rings-the-help-line" not in project.codebook()


def test_a_theme_is_set_aside_with_a_reason_and_taken_up_again(run, themed):
    at = run(themed, "themes")
    next(item for item in at.text_input if item.label == "Why").set_value("Small talk")
    next(item for item in at.button if item.label == "Set aside").click().run()
    (decision,) = decisions(themed).values()
    assert decision.reason == "Small talk"
    at.toggle(key="themes-every").set_value(True).run()
    assert len(at.dataframe[0].value) == 2


def test_when_all_is_decided_the_page_says_so(run, themed):
    with Project.open(themed) as project:
        apply_edits(project, [SetThemeAside("run-0", "x"), SetThemeAside("run-1", "y")], coder="Ada")
    assert any("Every theme has been decided" in line for line in texts(run(themed, "themes")))


def test_hostile_names_and_words_are_shown_as_typed(run, hostile_study):
    with Project.open(hostile_study) as project:
        themes = set_themes(project, name=HOSTILE[0])
        names = [theme.name for theme in themes.themes]
    at = run(hostile_study, "themes")
    assert not at.exception
    places = range(len(themes.stretches))
    figure = map_figure(
        themes,
        names,
        dict.fromkeys(places, HOSTILE[0]),
        dict.fromkeys(places, HOSTILE[1]),
        dict.fromkeys(places, (HOSTILE[0], "#123456")),
        chosen=None,
        dark=False,
    )
    assert "<img" not in figure.to_json().replace("\\u003c", "<")
    assert shown("$a$ <b>") != "$a$ <b>"
