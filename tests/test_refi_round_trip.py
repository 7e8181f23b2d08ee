"""Export, import into an empty project, export: equal in everything but dates."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coding.codebook import dump_codebook
from coding.edits import (
    AddCoding,
    MarkReviewed,
    RejectSuggestion,
    SetAttributes,
    SetCodebook,
    WriteMemo,
    apply_edits,
)
from coding.edits.codebook import RetireCode
from coding.export import export
from coding.export.csv import CODING_COLUMNS, codings_table
from coding.interchange import import_study
from coding.model import Code, Codebook, Evidence, Origin, Suggestion, Valence
from coding.store import Project
from tests.refi import add_source, fill, make_source, parts, schema, tree


def again(project: Project, folder: Path, by="Ada") -> tuple[Path, Path, Project]:
    export(project, folder / "first.qdpx")
    other = Project.open(folder / "other.sqlite", create=True)
    import_study(other, folder / "first.qdpx", by=by)
    export(other, folder / "second.qdpx")
    return folder / "first.qdpx", folder / "second.qdpx", other


def test_a_bit_of_everything(project, tmp_path):
    first, second, other = again(fill(project), tmp_path, by="Somebody else")
    assert parts(first) == parts(second)
    other.close()


def test_the_project_is_the_same_too(project, tmp_path):
    fill(project)
    _, _, other = again(project, tmp_path)
    # The version of the second transcript of one text and the ids of transcripts are the project's own.
    keep = [at for at, name in enumerate(CODING_COLUMNS) if name != "created_at"]
    rows = [[[row[at] for at in keep] for row in codings_table(one).rows] for one in (project, other)]
    assert rows[0] == rows[1]
    assert dump_codebook(other.codebook()) == dump_codebook(project.codebook())
    assert other.participants() == project.participants()
    turns = [[one.turns(info.id) for info in one.transcripts()] for one in (project, other)]
    assert turns[0] == turns[1]
    other.close()


def test_codebook_alone(project, tmp_path):
    fill(project)
    export(project, tmp_path / "a.qdc")
    with Project.open(tmp_path / "other.sqlite", create=True) as other:
        import_study(other, tmp_path / "a.qdc", by="Ada")
        export(other, tmp_path / "b.qdc")
        assert other.codebook().codes == project.codebook().codes
    assert (tmp_path / "a.qdc").read_bytes() == (tmp_path / "b.qdc").read_bytes()


@pytest.mark.parametrize("name", ["maxqda", "nvivo", "qc-demo"])
def test_samples(shared, project, tmp_path, name):
    import_study(project, shared / "samples" / "refi" / f"{name}.qdpx", by="Ada")
    first, second, other = again(project, tmp_path)
    assert parts(first) == parts(second)
    schema("Project").assertValid(tree(first))
    other.close()


# any project

LETTERS = st.sampled_from("abc XYZ,.?!<&>\"'éا😀\u0301\t\u2028:=-[]“”")
WORDS = st.text(LETTERS, min_size=1, max_size=30).map(lambda text: f"w{text}w")
LINES = st.lists(WORDS, min_size=1, max_size=2).map("\n".join)
NAMES = st.text(st.sampled_from("abcABC éü-1"), min_size=1, max_size=8).map(lambda text: " ".join(f"n{text}".split()))
LABELS = st.one_of(st.none(), st.sampled_from(["Ann", "Bob Ray", "P3", "Moderator"]))
TALKS = st.lists(st.tuples(LABELS, LINES), min_size=1, max_size=5)
TIDY = st.text(st.sampled_from("abc &<>-:[]"), max_size=12).map(lambda text: " ".join(text.split()))
FILLED = st.lists(TIDY.filter(bool), max_size=2).map(tuple)
COLOURS = st.one_of(st.none(), st.sampled_from(["#001122", "#aabbcc"]))


@st.composite
def codebooks(draw):
    count = draw(st.integers(1, 5))
    codes = []
    for number in range(count):
        parent = draw(st.one_of(st.none(), st.integers(0, number - 1))) if number else None
        codes.append(
            Code(
                f"c{number}",
                draw(NAMES),
                None if parent is None else f"c{parent}",
                draw(TIDY),
                draw(FILLED),
                draw(FILLED),
                draw(FILLED),
                draw(FILLED),
                draw(COLOURS),
                draw(TIDY),
                draw(st.booleans()) or number == 0,
            )
        )
    return Codebook(draw(NAMES), draw(NAMES), draw(st.sampled_from(["en", "de"])), draw(TIDY), tuple(codes))


@st.composite
def codings(draw, source, codes):
    turn = draw(st.sampled_from(source.turns))
    start = draw(st.integers(turn.start_char, turn.end_char - 1))
    end = draw(st.integers(start + 1, len(source.text)))
    if not source.text[start:end].strip():
        start, end = turn.start_char, turn.end_char
    return AddCoding(
        source.id,
        start,
        end,
        draw(st.sampled_from(codes)),
        draw(st.sampled_from(Valence)),
        draw(st.sampled_from([Origin.OWN, Origin.ACCEPTED, Origin.CHANGED, Origin.BLIND])),
        draw(st.one_of(st.none(), st.floats(-5, 5))),
        draw(st.one_of(st.none(), st.floats(0, 1))),
        draw(st.one_of(st.just(""), LINES)),
    )


@st.composite
def projects(draw):
    """Draw what to do to an empty project, as a function."""
    book = draw(codebooks())
    codable = [code.id for code in book.codes if code.codable]
    groups = st.sampled_from(["North", "South"])
    sources = [
        make_source(f"s{number}", draw(TALKS), group=draw(groups), moderators=("Moderator",))
        for number in range(draw(st.integers(1, 2)))
    ]
    coded = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["Ada", "Bo Ek", "Çelik"]),
                st.sampled_from(sources).flatmap(lambda source: codings(source, codable)),
            ),
            max_size=6,
        )
    )
    memos = draw(st.lists(st.tuples(st.sampled_from(["project", f"code:{codable[0]}"]), LINES), max_size=2))
    attributes = draw(st.dictionaries(NAMES, WORDS, max_size=2))
    retire, suggested = draw(st.booleans()), draw(st.booleans())
    marked = draw(st.lists(st.tuples(st.sampled_from(["Ada", "Bo Ek"]), st.sampled_from(["done", "no"])), max_size=3))

    def make(project: Project) -> None:
        apply_edits(project, [SetCodebook(book)], coder="Ada")
        for source in sources:
            add_source(project, source)
        people = project.participants()
        if people:
            apply_edits(project, [SetAttributes(people[0].id, tuple(attributes.items()))], coder="Ada")
        for coder, operation in coded:
            apply_edits(project, [operation], coder=coder)
        apply_edits(project, [WriteMemo(*memo) for memo in memos], coder="Ada")
        for coder, mark in marked if project.segments() else ():
            one = project.segments()[-1]
            where = (one.transcript_id, one.start_char, one.end_char)
            done = MarkReviewed(*where) if mark == "done" else RejectSuggestion(*where, codable[0], 0.1, 0.5)
            apply_edits(project, [done], coder=coder)
        if suggested and project.segments():
            one = project.segments()[0]
            evidence = (Evidence(0.5, "name", "a “word”"), Evidence(0.25, "accepted", coder="Bo Ek"))
            made = Suggestion(one.transcript_id, one.start_char, one.end_char, codable[0], 0.75, 0.5, evidence=evidence)
            project.set_suggestions(one.transcript_id, [made])
        last = book.codes[-1]
        if retire:
            apply_edits(project, [RetireCode(last.id)], coder="Ada")

    return make


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(make=projects())
def test_any_project(make):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Project.open(folder / "study.sqlite", create=True) as project:
            make(project)
            first, second, other = again(project, folder)
        other.close()
        schema("Project").assertValid(tree(first))
        assert parts(first) == parts(second)
