"""What somebody decided where both sides changed, as a file that a script can hand over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from coding.errors import ReadError
from coding.interchange.report import Key, Prefer

MOST_BYTES = 64 << 20


def read_answers(path: str | Path) -> dict[Key, Prefer]:
    """Read which side stands for single differences.

    The file is what ``coding import … --preview --json`` printed, with ``taken`` set to ``ours`` or ``theirs`` in each
    difference; a plain list of such differences will do.

    Args:
        path: The file.

    Raises:
        ReadError: It cannot be read, or is no such list; says which entry.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ReadError(f"the file has more than {MOST_BYTES >> 20} MB, so it holds no answers", path=path)
        content: Any = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as err:
        raise ReadError(f"the answers cannot be read ({err.strerror})", path=path) from err
    except (ValueError, RecursionError) as err:
        raise ReadError("the answers are not JSON; take what --preview --json prints", path=path) from err
    answers: dict[Key, Prefer] = {}
    for number, entry in enumerate(_entries(content, path), start=1):
        facts = entry if isinstance(entry, dict) else {}
        key = facts.get("what"), facts.get("id"), facts.get("field")
        taken = facts.get("taken")
        if not all(isinstance(part, str) for part in key) or taken not in ("ours", "theirs"):
            raise ReadError(
                f"answer {number} needs “what”, “id” and “field” as texts, and “taken” as “ours” or “theirs”", path=path
            )
        answers[key] = taken  # type: ignore[index]
    return answers


def _entries(content: object, path: Path) -> list[object]:
    """Return the differences in a list of reports, in one report, or in a list of differences."""
    reports = content if isinstance(content, list) else [content]
    if all(isinstance(one, dict) and isinstance(one.get("differences"), list) for one in reports):
        return [entry for one in reports if isinstance(one, dict) for entry in one["differences"]]
    if isinstance(content, list):
        return content
    raise ReadError("the answers have to be a list; take what --preview --json prints", path=path)
