"""What an import did, in full: what came, what was there, what differs, and what had no place."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Literal

from coding.interchange.study import Dropped

Prefer = Literal["ours", "theirs"]
Key = tuple[str, str, str]
"""What differs, of which thing, in which field."""

MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is one way in the project and another in the file.

    Attributes:
        what: ``code``, ``coding``, ``memo``, ``participant`` or ``transcript``.
        id: Which one, in the project.
        name: What it is called, or where it stands.
        field: What differs.
        ours: As it is in the project.
        theirs: As it is in the file.
        taken: Which of the two stands now: ``ours`` or ``theirs``.
        by: ``there`` where only the other side changed it, so that nobody has to decide; else ``both``.
    """

    what: str
    id: str
    name: str
    field: str
    ours: str
    theirs: str
    taken: Prefer = "ours"
    by: str = "both"

    @property
    def key(self) -> Key:
        """Return what names it when somebody decides."""
        return self.what, self.id, self.field

    @property
    def asks(self) -> bool:
        """Return whether it takes a person to say which side stands."""
        return self.by != "there"

    def __str__(self) -> str:
        """Return it on one line."""
        if self.by == "there":
            return f"{self.what} {self.name}: {self.field} was {self.ours!r} and is now {self.theirs!r}, as in the file"
        return (
            f"{self.what} {self.name}: {self.field} is {self.ours!r} here and {self.theirs!r} there; kept {self.taken}"
        )


@dataclass(frozen=True, slots=True)
class StudyReport:
    """What became of one file.

    Attributes:
        file: Its name.
        format: As it was recognised.
        transcripts: Names of the new transcripts.
        transcripts_there: Names of those that were there already.
        codes: How many codes are new.
        new_codes: Their names.
        codes_there: How many were there already.
        codings: How many codings are new.
        codings_there: How many were there already.
        codings_in_file: How many the file has.
        only_here: Codings of the same transcripts that the file has not; they are kept.
        stay_removed: Codings of the file that somebody took away here since; they stay away.
        suggestions: How many suggestions of the machine came back.
        people: How many participants were named or described.
        memos: How many memos are new.
        finished: How many stretches that somebody finished came along.
        refused: How many suggestions that somebody refused came along.
        coders: Whose codings they are.
        dropped: What has no place here.
        mended: What was kept in another form.
        differences: What differs, and which of the two stands now.
        warnings: What else to look at.
        previewed: True where nothing was stored: this is what an import would do.
    """

    file: str
    format: str
    transcripts: tuple[str, ...] = ()
    transcripts_there: tuple[str, ...] = ()
    codes: int = 0
    codes_there: int = 0
    new_codes: tuple[str, ...] = ()
    codings: int = 0
    codings_there: int = 0
    codings_in_file: int = 0
    only_here: int = 0
    stay_removed: int = 0
    suggestions: int = 0
    people: int = 0
    memos: int = 0
    finished: int = 0
    refused: int = 0
    coders: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    mended: tuple[Dropped, ...] = ()
    differences: tuple[Difference, ...] = ()
    warnings: tuple[str, ...] = ()
    previewed: bool = False

    @property
    def status(self) -> str:
        """Return in a word what was done."""
        return "previewed" if self.previewed else "imported"

    @property
    def questions(self) -> tuple[Difference, ...]:
        """Return where both sides changed, so that a person has to say which stands."""
        return tuple(one for one in self.differences if one.asks)

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values for JSON."""
        return {**asdict(self), "status": self.status}

    def as_text(self) -> str:
        """Return it as lines for people; long lists are cut, and ``--json`` has them whole."""
        there = f", {len(self.transcripts_there)} were there already" if self.transcripts_there else ""
        lines = [
            f"{self.file}: {self.status} ({self.format})",
            f"  {len(self.transcripts)} transcripts{there}",
            f"  {self.codes} new codes, {self.codes_there} were there already",
            f"  {self.codings} of {self.codings_in_file} codings, {self.codings_there} were there already",
            f"  {self.people} participants, {self.memos} memos, {self.suggestions} suggestions of the machine",
        ]
        if self.finished or self.refused:
            lines.append(f"  {self.finished} finished places and {self.refused} refused suggestions")
        if self.only_here:
            lines.append(f"  {self.only_here} codings are not in the file; they are kept")
        if self.stay_removed:
            lines.append(f"  {self.stay_removed} codings of the file were taken away here since; they stay away")
        for title, found in (
            ("changed", [str(one) for one in self.differences if not one.asks]),
            ("differs", [str(one) for one in self.questions]),
            ("mended", [str(one) for one in self.mended]),
            ("left out", [str(one) for one in self.dropped]),
            ("warning", list(self.warnings)),
        ):
            lines += [f"  {title}: {one}" for one in found[:MOST_LINES]]
            if len(found) > MOST_LINES:
                lines.append(f"  {title}: {len(found) - MOST_LINES} more; --json lists all")
        return "\n".join(lines)

    def dropped_by_kind(self) -> dict[str, int]:
        """Return how many of each kind had no place."""
        return dict(Counter(one.what for one in self.dropped))
