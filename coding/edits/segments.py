"""Cut segments anew where the machine cut badly, and take a rejection back."""

from __future__ import annotations

from dataclasses import dataclass

from coding.edits.base import Context, Plan, code_name, quote, short
from coding.errors import EditError
from coding.model import Change, Segment
from coding.roles import CoderRole


@dataclass(frozen=True, slots=True)
class SplitSegment:
    """Cut one segment into two.

    Codings, rejections and marks keep their own places; only suggestions are worked out again.

    Attributes:
        transcript_id: The transcript.
        start_char: Start of the segment.
        end_char: End of the segment.
        at_char: Where the second one starts; white space around the cut belongs to neither.
    """

    transcript_id: str
    start_char: int
    end_char: int
    at_char: int
    kind = "split-segment"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan to delete the row and write two."""
        old = _row(context, self.transcript_id, self.start_char, self.end_char)
        text = context.project.text(self.transcript_id)
        if not self.start_char < self.at_char < self.end_char:
            raise EditError("the cut has to be inside the segment")
        first, second = text[self.start_char : self.at_char], text[self.at_char : self.end_char]
        if not first.strip() or not second.strip():
            raise EditError("both parts of a segment need words")
        left = _segment(old, self.start_char, self.start_char + len(first.rstrip()))
        right = _segment(old, self.end_char - len(second.lstrip()), self.end_char)
        parts = (Change("segments", str(row["key"]), None, row) for row in (left, right))
        return Plan(
            (Change("segments", str(old["key"]), old, None), *parts),
            f"Split “{short(first)}” from “{short(second)}”",
            self.transcript_id,
        )


@dataclass(frozen=True, slots=True)
class MergeSegments:
    """Make one segment of a segment and the next one of the same turn.

    Attributes:
        transcript_id: The transcript.
        start_char: Start of the first segment.
        end_char: End of the first segment.
    """

    transcript_id: str
    start_char: int
    end_char: int
    kind = "merge-segments"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan to delete two rows and write one."""
        first = _row(context, self.transcript_id, self.start_char, self.end_char)
        behind = (s for s in context.project.segments(self.transcript_id) if s.start_char >= self.end_char)
        following = next(behind, None)
        if following is None or following.turn != first["turn"]:
            raise EditError("this is the last segment of its turn; segments do not cross from one turn to the next")
        second = _row(context, self.transcript_id, following.start_char, following.end_char)
        both = _segment(first, self.start_char, following.end_char)
        quotation = quote(context.project, self.transcript_id, self.start_char, following.end_char)
        return Plan(
            (
                Change("segments", str(first["key"]), first, None),
                Change("segments", str(second["key"]), second, None),
                Change("segments", str(both["key"]), None, both),
            ),
            f"Merged “{short(quotation)}”",
            self.transcript_id,
        )


@dataclass(frozen=True, slots=True)
class WithdrawRejection:
    """Take back one's own rejection of a code at a place; nothing where there is none."""

    transcript_id: str
    start_char: int
    end_char: int
    code_id: str
    kind = "withdraw-rejection"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan to delete the row; the edit keeps it."""
        key = f"{context.coder}|{self.transcript_id}:{self.start_char}-{self.end_char}|{self.code_id}"
        row = context.project.row("rejections", key)
        if row is None:
            return Plan((), "")
        quotation = quote(context.project, self.transcript_id, self.start_char, self.end_char)
        name = code_name(context.project, self.code_id)
        summary = f"No longer rejected: {name} for “{short(quotation)}”"
        return Plan((Change("rejections", key, row, None),), summary, self.transcript_id)


def _row(context: Context, transcript_id: str, start_char: int, end_char: int) -> dict[str, object]:
    row = context.project.row("segments", f"{transcript_id}:{start_char}-{end_char}")
    if row is None:
        raise EditError("this segment is no longer there; it was split or merged in the meantime")
    return row


def _segment(old: dict[str, object], start_char: int, end_char: int) -> dict[str, object]:
    transcript_id = str(old["transcript_id"])
    turn = old["turn"]
    key = Segment(transcript_id, 0, start_char, end_char).key
    return {"key": key, "transcript_id": transcript_id, "turn": turn, "start_char": start_char, "end_char": end_char}
