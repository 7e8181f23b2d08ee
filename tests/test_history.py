"""Edits are found by who, what, where and when, in the store and by command."""

import csv
import json

from coding.cli import main
from coding.edits import AddCoding, RejectSuggestion, WriteMemo, apply_edits
from coding.edits.codebook import ChangeCode
from coding.store import Sought


def place(project, at=1):
    segment = project.segments()[at]
    return segment.transcript_id, segment.start_char, segment.end_char


def test_each_condition_narrows_the_search(study):
    made = [
        apply_edits(study, [AddCoding(*place(study), "tries-service")], coder="Ada")[0],
        apply_edits(study, [RejectSuggestion(*place(study, 2), "tells-early")], coder="Bob")[0],
        apply_edits(study, [WriteMemo("code:tells-early", "Too wide")], coder="Ada")[0],
        apply_edits(study, [ChangeCode("tells-early", definition="Says so at once.")], coder="Ada")[0],
    ]

    def found(**conditions):
        return [edit.id for edit in study.find_edits(Sought(**conditions)) if edit in made]

    ids = [edit.id for edit in made]
    assert found() == ids
    assert found(coder="Bob") == [ids[1]]
    assert found(code_id="tries-service") == [ids[0]]
    assert found(code_id="tells-early") == ids[1:]
    assert found(code_id="tells") == []
    assert found(kind="write-memo") == [ids[2]]
    assert found(transcript_id=place(study)[0]) == ids[:2]
    assert found(since=made[1].at, until=made[2].at) == ids[1:3]
    assert [edit.id for edit in study.find_edits(Sought(coder="Ada"), last=1)] == [ids[3]]


def test_the_command_lists_and_exports(study, tmp_path, capsys):
    apply_edits(study, [AddCoding(*place(study), "tries-service")], coder="Ada")
    apply_edits(study, [WriteMemo("project", "=1+1")], coder="Bob")
    path = str(study.path)
    main(["history", path, "--coder", "Bob", "--since", "2020-01-01", "--json"])
    [row] = json.loads(capsys.readouterr().out)
    assert (row["coder"], row["kind"]) == ("Bob", "write-memo")
    main(["history", path, "--code", "tries-service", "--transcript", "group", "--out", str(tmp_path / "h.csv")])
    with (tmp_path / "h.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["coder"] for row in csv.DictReader(file)] == ["Ada"]
    main(["history", path, "--last", "1"])
    assert capsys.readouterr().out.splitlines()[-1].endswith(study.edits()[-1].summary)
