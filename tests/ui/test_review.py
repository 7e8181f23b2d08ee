"""The review page without a browser: what it sends, and what it says where there is nothing to review."""

import json

import pytest

from coding.edits import AddCoding, apply_edits
from coding.store import Project
from coding.ui.review import screen
from tests.ui.conftest import HOSTILE, HOSTILE_BOOK, HOSTILE_TALK


def payloads(at):
    return [json.loads(item.proto.json) for item in at.get("bidi_component")]


@pytest.fixture
def page(run, make_study, tmp_path, monkeypatch):
    monkeypatch.setattr(screen, "_keys_file", lambda: tmp_path / "keys.json")

    def go(path=None, **more):
        return run(path or make_study(tmp_path / "study.sqlite"), "review", **more)

    return go


def test_no_project_says_what_to_do(run):
    at = run(None, "review")
    assert not at.exception
    assert "Open or make one" in at.info[0].value


def test_no_transcripts_says_what_to_do(page, make_study, tmp_path):
    at = page(make_study(tmp_path / "empty.sqlite", groups={}))
    assert not at.exception
    assert "Import some" in at.info[0].value


def test_no_codes_says_what_to_do(page, make_study, tmp_path):
    at = page(make_study(tmp_path / "bare.sqlite", codebook=None))
    assert not at.exception
    assert "no codes yet" in at.info[0].value


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"transcript": "nowhere"}, "a transcript that this project does not have"),
        ({"segment": "nonsense"}, "a place that this transcript does not have"),
        ({"segment": "nowhere:1-5"}, "a place that this transcript does not have"),
        ({"segment": ":5-1"}, "a place that this transcript does not have"),
        ({"segment": f":1-{10**30}"}, "a place that this transcript does not have"),
    ],
)
def test_a_link_that_leads_nowhere_says_so_and_opens_the_review_all_the_same(page, query, words):
    at = page(**query)
    assert words in at.warning[0].value
    assert len(payloads(at)) == 2


def test_a_link_to_a_place_opens_it_without_a_word(page, make_study, tmp_path):
    path = make_study(tmp_path / "study.sqlite")
    with Project.open(path) as project:
        segment = project.segments()[-1]
    at = page(path, transcript=segment.transcript_id, segment=segment.key)
    assert not at.warning
    assert payloads(at)[0]["link"] == [segment.start_char, segment.end_char]


def test_who_has_no_name_is_asked_for_it(page):
    at = page(coder=None)
    assert not at.exception
    assert not at.get("bidi_component")
    assert "Your name" in [field.label for field in at.text_input]


def test_the_transcript_goes_out_once_and_the_layer_stays_small(page, make_study, tmp_path):
    path = make_study(tmp_path / "study.sqlite")
    at = page(path)
    assert not at.exception
    view, layer = payloads(at)
    with Project.open(path) as project:
        info = project.transcripts()[0]
        text = project.text(info.id)
        assert view["rev"] == project.rev()
    assert view["doc"] == layer["doc"] == info.id
    assert all(text[start : start + len(words)] == words for _, start, words, _, _ in view["turns"])
    assert len(json.dumps(layer)) < 1000
    assert layer["ready"] is False


def test_what_was_decided_elsewhere_comes_with_the_next_run(page, make_study, tmp_path):
    path = make_study(tmp_path / "study.sqlite")
    at = page(path)
    before = payloads(at)[0]
    with Project.open(path) as project:
        segment = project.segments()[1]
        code = project.codebook().codable[0].id
        apply_edits(
            project, [AddCoding(segment.transcript_id, segment.start_char, segment.end_char, code)], coder="Ben"
        )
    at.run()
    view, layer = payloads(at)
    assert view == before
    assert [row[2][3] for row in layer["rows"]] == ["Ben"]


def test_a_link_chooses_transcript_and_segment(page, make_study, tmp_path):
    path = make_study(tmp_path / "study.sqlite")
    with Project.open(path) as project:
        last = project.transcripts()[-1].id
        segment = project.segments(last)[1]
    view = payloads(page(path, transcript=last, segment=segment.key))[0]
    assert view["doc"] == last
    assert view["link"] == [segment.start_char, segment.end_char]


@pytest.mark.parametrize("segment", ["x", "a:b-c", "other:1-2", "1-2-3", "9" * 40 + "-1"])
def test_a_bad_link_is_no_link(page, segment):
    at = page(segment=segment)
    assert not at.exception
    assert payloads(at)[0]["link"] is None


def test_blind_is_remembered_for_each_coder(page, make_study, tmp_path):
    path = make_study(tmp_path / "study.sqlite")
    at = page(path)
    at.toggle[0].set_value(True).run()
    assert not at.exception
    assert payloads(at)[0]["blind"] is True
    with Project.open(path) as project:
        assert project.setting("review.blind.Ada") == "1"
    assert payloads(page(path, coder="Ben"))[0]["blind"] is False


def test_what_could_be_markup_goes_out_as_typed(page, make_study, tmp_path):
    at = page(make_study(tmp_path / "hostile.sqlite", groups=HOSTILE_TALK, codebook=HOSTILE_BOOK))
    assert not at.exception
    view = payloads(at)[0]
    assert [code["name"] for code in view["codes"]] == list(HOSTILE)
    assert at.selectbox[0].options == list(HOSTILE_TALK)
    assert not at.markdown or all(name not in item.value for item in at.markdown for name in HOSTILE)


@pytest.mark.parametrize(("text", "delay"), [("0.3", 0.3), ("9", 2.0), ("-1", 0.0), ("soon", 0.0)])
def test_tests_may_slow_reruns_down(monkeypatch, text, delay):
    monkeypatch.setenv("FOCUS_TEST_RERUN_DELAY_S", text)
    assert screen._test_delay_s() == delay
