"""Which code of the project a code of the file is, and which coding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from coding.export.identity import Guids
from coding.interchange.study import StudyCode
from coding.model import Code, Codebook, Coding


@dataclass(frozen=True, slots=True)
class Match:
    """Finds the code of the project that a code of the file is."""

    by_guid: dict[str, str]
    by_path: dict[tuple[str, ...], str]
    ids: frozenset[str]
    paths: dict[str, tuple[str, ...]]
    taken: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, known: dict[str, Code], guids: Guids, codes: Sequence[StudyCode]) -> Match:
        """Return what finds the codes of a study among those that are known."""
        by_path: dict[tuple[str, ...], str] = {}
        codebook = Codebook("", codes=tuple(known.values()))
        for code_id, code in known.items():
            if code.parent is None or code.parent in known:
                names = tuple(one.name.casefold() for one in codebook.path(code_id))
                by_path.setdefault(names, code_id)
        paths: dict[str, tuple[str, ...]] = {}
        for theirs in codes:
            above = paths.get(theirs.parent, ()) if theirs.parent is not None else ()
            paths[theirs.key] = (*above, theirs.name.casefold())
        return cls({guids.get("code", code_id): code_id for code_id in known}, by_path, frozenset(known), paths)

    def find(self, theirs: StudyCode) -> str | None:
        """Return an id: by GUID, else by the id that we wrote beside it, else by its name and those above it."""
        marked = theirs.code_id if theirs.code_id in self.ids else None
        found = self.by_guid.get(theirs.key) or marked or self.by_path.get(self.paths[theirs.key])
        if found is None or found in self.taken:
            return None
        self.taken.add(found)
        return found


def place_of(coding: Coding) -> tuple[str, int, int, str]:
    """Return what makes two codings of one transcript the same."""
    return coding.coder, coding.start_char, coding.end_char, coding.code_id
