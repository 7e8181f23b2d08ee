"""The Python in the README runs as it stands there."""

import re

import pytest

from coding.edits import AddCoding, apply_edits
from tests.small import ROOT

README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_python_in_the_readme_runs(number, study, monkeypatch, capsys):
    segment = study.segments()[1]
    place = (segment.transcript_id, segment.start_char, segment.end_char)
    apply_edits(study, [AddCoding(*place, "tries-service")], coder="Ada")
    monkeypatch.chdir(study.path.parent)
    exec(compile(BLOCKS[number], f"README.md, block {number + 1}", "exec"), {})
    assert "tries-service" in capsys.readouterr().out
