"""Every version that the codebook of a project ever had, rebuilt from the edits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from coding.edits.codebook import in_tree_order
from coding.model import Change, Code, Codebook, Edit
from coding.store import Project
from coding.store.rows import code_from_json

_HEAD = "codebook."

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CodebookVersion:
    """The codebook as one act of a coder left it.

    Attributes:
        number: 1 for the first, counted up with every act that changed the codebook.
        codebook: The codebook with its codes in the order of the tree, without retired codes.
        coder: Who changed it; empty where the edits do not say how it came about.
        at: When, as an ISO 8601 time in UTC; empty like ``coder``.
        summary: What was done, on one line.
        batch: The id of the act; empty like ``coder``.
    """

    number: int
    codebook: Codebook
    coder: str
    at: str
    summary: str
    batch: str

    @property
    def label(self) -> str:
        """Return how people call it: what the team calls the version, and its number in the row of all."""
        return f"{self.codebook.version} ({self.number})"


def codebook_versions(project: Project) -> tuple[CodebookVersion, ...]:
    """Return every version of the codebook, the oldest first; the last one is in force.

    The codebook in force is taken back act by act with the inverses that the edits hold, so nothing but the edits is
    needed and what is shown always ends in what is there. A version that differs in nothing from the one before, such
    as one where only a retired code was touched, is left out.

    >>> import tempfile
    >>> from coding.edits import apply_edits
    >>> from coding.edits.codebook import AddCode, ChangeCode
    >>> with tempfile.TemporaryDirectory() as folder, Project.open(f"{folder}/s.sqlite", create=True) as project:
    ...     _ = apply_edits(project, [AddCode("Coaches")], coder="Ada")
    ...     _ = apply_edits(project, [ChangeCode("coaches", name="Coaches people")], coder="Ben")
    ...     [(v.number, v.coder, v.codebook.codes[0].name) for v in codebook_versions(project)]
    [(1, 'Ada', 'Coaches'), (2, 'Ben', 'Coaches people')]
    """
    codes: dict[str, Row] = {}
    head: dict[str, Row] = {}
    for row in project.codebook_rows():
        (codes if "retired" in row else head)[str(row["id"] if "retired" in row else row["key"])] = row
    read = cache(code_from_json)
    found: list[tuple[Codebook, Edit | None]] = []
    newest = True
    for act in reversed(_acts(project.codebook_edits())):
        now = _codebook(codes, head, read)
        if newest or now != found[-1][0]:
            found.append((now, act[0]))
        else:
            # Nothing differs in what the later act left, so this earlier one is the act that made it so.
            found[-1] = (now, act[0])
        newest = False
        for edit in reversed(act):
            _take_back(edit.changes, codes, head)
    first = _codebook(codes, head, read)
    if first.codes and (not found or first != found[-1][0]):
        found.append((first, None))
    elif found and found[-1][0] == first and len(found) > 1:
        found.pop()
    return tuple(_version(number, *item) for number, item in enumerate(reversed(found), start=1))


def _acts(edits: Iterable[Edit]) -> list[list[Edit]]:
    """Return edits by the act that they belong to, in order."""
    acts: dict[str, list[Edit]] = {}
    for edit in edits:
        acts.setdefault(edit.batch, []).append(edit)
    return list(acts.values())


def _take_back(changes: Iterable[Change], codes: dict[str, Row], head: dict[str, Row]) -> None:
    for change in reversed(tuple(changes)):
        if change.table == "codes":
            rows = codes
        elif change.table == "meta" and change.key.startswith(_HEAD):
            rows = head
        else:
            continue
        if change.before is None:
            rows.pop(change.key, None)
        else:
            rows[change.key] = change.before


def _codebook(codes: Mapping[str, Row], head: Mapping[str, Row], read: Any) -> Codebook:  # noqa: ANN401
    said = {key.removeprefix(_HEAD): str(row["value"]) for key, row in head.items()}
    present = sorted(
        (row for row in codes.values() if not row["retired"]), key=lambda row: (row["position"], row["id"])
    )
    made: list[Code] = [read(str(row["data"])) for row in present]
    return Codebook(
        name=said.get("name", "Codebook"),
        version=said.get("version", "0"),
        language=said.get("language", "en"),
        description=said.get("description", ""),
        codes=tuple(made),
    )


def _version(number: int, codebook: Codebook, edit: Edit | None) -> CodebookVersion:
    whole = in_tree_order(codebook)
    if edit is None:
        return CodebookVersion(number, whole, "", "", "As the project began", "")
    return CodebookVersion(number, whole, edit.coder, edit.at, edit.summary, edit.batch)
