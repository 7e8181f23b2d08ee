import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coding.codebook import diff_codebooks, diff_words, dump_codebook, parse_codebook
from coding.edits import AddCoding, SetCodebook, WriteMemo, apply_edits, redo, undo
from coding.edits.codebook import (
    AddCode,
    ChangeCode,
    ChangeCodebook,
    MergeCodes,
    MoveCode,
    RestoreCode,
    RetireCode,
    in_tree_order,
)
from coding.errors import CodingError
from coding.store import Project
from coding.versions import codebook_versions


@pytest.fixture
def study(tmp_path, make_study):
    path = make_study(tmp_path / "Leaders.sqlite")
    with Project.open(path) as project:
        yield project


def names(project):
    return [(version.number, version.coder, version.summary) for version in codebook_versions(project)]


def test_every_act_on_the_codebook_makes_a_version_with_who_and_what(study):
    apply_edits(study, [ChangeCode("calls-back", name="Rings back"), MoveCode("calls-back", None)], coder="Ben")
    apply_edits(study, [ChangeCodebook(version="2")], coder="Ada")
    first, second, third = codebook_versions(study)
    assert (first.coder, second.coder, third.coder) == ("Ada", "Ben", "Ada")
    assert second.summary == "Renamed the code Calls back in person to Rings back"
    assert first.at <= second.at <= third.at
    assert (first.label, third.label) == ("1 (1)", "2 (3)")
    assert [change.kind for change in diff_codebooks(first.codebook, second.codebook)] == [
        "reordered",
        "renamed",
        "moved",
    ]
    assert third.codebook == in_tree_order(study.codebook())


def test_what_does_not_touch_the_codebook_makes_no_version(study):
    segment = study.segments()[1]
    place = (segment.transcript_id, segment.start_char, segment.end_char)
    apply_edits(study, [AddCoding(*place, "calls-back"), WriteMemo("project", '["codes", "meta"]')], coder="Ada")
    assert len(codebook_versions(study)) == 1


def test_undo_and_redo_are_versions_like_any_other(study):
    apply_edits(study, [RetireCode("calls-back")], coder="Ada")
    undo(study, coder="Ada")
    redo(study, coder="Ada")
    sizes = [len(version.codebook.codes) for version in codebook_versions(study)]
    assert sizes == [6, 5, 6, 5]


def test_a_project_without_a_codebook_has_no_versions(tmp_path):
    with Project.open(tmp_path / "new.sqlite", create=True) as project:
        assert codebook_versions(project) == ()
        apply_edits(project, [AddCode("Coaches")], coder="Ada")
        assert names(project) == [(1, "Ada", "Added the code Coaches")]


STEPS = st.lists(
    st.sampled_from(
        [
            AddCode("Coaches people", "learning"),
            AddCode("Coaches people", examples=("She sat with us.",)),
            ChangeCode("meets-customers", definition="Goes to where customers are."),
            ChangeCode("open-in-a-crisis", name="Tells early", colour="#112233"),
            MoveCode("calls-back", "learning"),
            MergeCodes("open-in-a-crisis", "learns-from-failure"),
            RetireCode("calls-back"),
            RestoreCode("calls-back"),
            ChangeCodebook(version="2", description="Second round"),
            "undo",
            "redo",
        ]
    ),
    max_size=8,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_the_versions_are_the_codebooks_that_were_in_force(tmp_path_factory, make_study, steps):
    with Project.open(make_study(tmp_path_factory.mktemp("v") / "s.sqlite")) as project:
        seen = [in_tree_order(project.codebook())]
        for step in steps:
            try:
                if isinstance(step, str):
                    (undo if step == "undo" else redo)(project, coder="Ada")
                else:
                    apply_edits(project, [step], coder="Ada")
            except CodingError:
                continue
            now = in_tree_order(project.codebook())
            if now != seen[-1] and now.codes:
                seen.append(now)
        found = [version.codebook for version in codebook_versions(project) if version.codebook.codes]
        # An act that only changes the order of codes in the table leaves the same tree.
        assert [book for at, book in enumerate(found) if at == 0 or book != found[at - 1]] == seen
        for book in found:
            assert in_tree_order(parse_codebook(dump_codebook(book))) == book


def test_an_older_version_can_be_put_in_force_again(study):
    apply_edits(study, [MergeCodes("open-in-a-crisis", "learns-from-failure")], coder="Ada")
    first = codebook_versions(study)[0].codebook
    apply_edits(study, [SetCodebook(first)], coder="Ada")
    assert in_tree_order(study.codebook()) == first


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_difference_of_words_has_both_texts_in_it(before, after):
    parts = diff_words(before, after)
    assert "".join(words for kind, words in parts if kind != "new") == before
    assert "".join(words for kind, words in parts if kind != "gone") == after
