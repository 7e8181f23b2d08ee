"""Who is to code what, and how the places were settled where coders differ."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from coding.model import Valence
from coding.store.base import Base


@dataclass(frozen=True, slots=True)
class Assignment:
    """A transcript that a coder is to code.

    Attributes:
        key: Names the row.
        transcript_id: The transcript.
        coder: Who codes it.
        blind: Without seeing suggestions or what others coded until a segment is finished.
        share: The share of the talk that is coded twice, where it was drawn at random.
        seed: The seed of that draw.
        set_by: Who assigned it.
        set_at: UTC, ISO 8601.
    """

    key: str
    transcript_id: str
    coder: str
    blind: bool
    share: float | None
    seed: int | None
    set_by: str
    set_at: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One code that stands at a place after it was settled, with the words it stands on."""

    code_id: str
    valence: Valence
    start_char: int
    end_char: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a place was settled where coders differed.

    Attributes:
        key: Names the row.
        transcript_id: The transcript.
        start_char: Where the place begins.
        end_char: Where it ends.
        code_ids: The ids of the codes that were differed on.
        outcome: What stands of them now, or of others in their stead; may be empty.
        choice: In a word: ``keep`` (what one coder had), ``both``, ``another`` or ``none``.
        kept: Whose codings were kept, where it was one coder's.
        reason: Why.
        set_by: Who settled it.
        set_at: UTC, ISO 8601.
    """

    key: str
    transcript_id: str
    start_char: int
    end_char: int
    code_ids: tuple[str, ...]
    outcome: tuple[Outcome, ...]
    choice: str
    kept: str
    reason: str
    set_by: str
    set_at: str


class Together(Base):
    """Reads what several coders share; written by operations, as all decisions are."""

    def assignments(self, transcript_id: str | None = None, *, coder: str | None = None) -> list[Assignment]:
        """Return who is to code what, in the order of import and of coders."""
        found = self._query(
            """SELECT a.* FROM assignments a JOIN transcripts t ON t.id = a.transcript_id
               LEFT JOIN coders c ON c.name = a.coder
               WHERE a.transcript_id = coalesce(?, a.transcript_id) AND a.coder = coalesce(?, a.coder)
               ORDER BY t.rowid, c.rowid""",
            [transcript_id, coder],
        )
        return [Assignment(**{**row, "blind": bool(row["blind"])}) for row in found]

    def is_assigned_blind(self, transcript_id: str, coder: str) -> bool:
        """Tell whether a coder is to code a transcript blind."""
        found = self._value("SELECT blind FROM assignments WHERE key = ?", [assignment_key(transcript_id, coder)])
        return bool(found)

    def settlements(self, transcript_id: str | None = None) -> list[Settlement]:
        """Return how places were settled, in reading order."""
        found = self._query(
            """SELECT s.* FROM settlements s JOIN transcripts t ON t.id = s.transcript_id
               WHERE s.transcript_id = coalesce(?, s.transcript_id) ORDER BY t.rowid, s.start_char, s.end_char""",
            [transcript_id],
        )
        return [_settlement(row) for row in found]


def assignment_key(transcript_id: str, coder: str) -> str:
    """Return what names the row of an assignment."""
    return f"{transcript_id}|{coder}"


def settlement_key(transcript_id: str, start_char: int, end_char: int) -> str:
    """Return what names the row of a settled place."""
    return f"{transcript_id}:{start_char}-{end_char}"


def _settlement(row: dict[str, Any]) -> Settlement:
    outcome = tuple(
        Outcome(one["code_id"], Valence(one["valence"]), one["start_char"], one["end_char"])
        for one in json.loads(row["outcome"])
    )
    return Settlement(**{**row, "code_ids": tuple(json.loads(row["code_ids"])), "outcome": outcome})
