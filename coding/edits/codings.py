"""What a coder does with talk: code, change, remove, reject, finish, note."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from coding.edits.base import Context, Plan, codable_name, code_name, own_coding, quote, short
from coding.errors import EditError
from coding.model import Change, Coding, Origin, Valence
from coding.roles import ANYBODY, CoderRole
from coding.store import Project
from coding.store.decisions import new_id
from coding.store.rows import coding_to_row


@dataclass(frozen=True, slots=True)
class AddCoding:
    """Apply a code to a stretch of text.

    Attributes:
        transcript_id: The transcript.
        start_char: Start in its text.
        end_char: End in its text.
        code_id: A codable code of the codebook.
        valence: Shown, lacking or unclear.
        origin: How it came about.
        score: The suggestion's score, where there was one.
        probability: The suggestion's probability, where there was one.
        memo: A note.
    """

    transcript_id: str
    start_char: int
    end_char: int
    code_id: str
    valence: Valence = Valence.SHOWN
    origin: Origin = Origin.OWN
    score: float | None = None
    probability: float | None = None
    memo: str = ""
    kind = "add-coding"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Check place and code, and plan the new row; the same coding twice is one."""
        project = context.project
        quotation = quote(project, self.transcript_id, self.start_char, self.end_char)
        name = codable_name(project, self.code_id)
        _check_blind(context, self.transcript_id, self.start_char, self.end_char, blind=self.origin is Origin.BLIND)
        place = (self.transcript_id, self.start_char, self.end_char)
        if project.coding_at(*place, code_id=self.code_id, coder=context.coder) is not None:
            return Plan((), "")
        coding = Coding(
            id=new_id(),
            transcript_id=self.transcript_id,
            start_char=self.start_char,
            end_char=self.end_char,
            code_id=self.code_id,
            coder=context.coder,
            valence=self.valence,
            origin=self.origin,
            score=self.score,
            probability=self.probability,
            memo=self.memo,
            codebook_version=project.setting("codebook.version", "0"),
            created_at=context.at,
        )
        return Plan(
            (Change("codings", coding.id, None, coding_to_row(coding)),),
            f"Coded “{short(quotation)}” as {name}",
            self.transcript_id,
        )


def _check_blind(context: Context, transcript_id: str, start_char: int, end_char: int, *, blind: bool) -> None:
    """Let nothing pass that was not done blind where the coder is to code so, until they have finished the place.

    Raises:
        EditError: It was not done blind.
    """
    project = context.project
    if blind or not project.is_assigned_blind(transcript_id, context.coder):
        return
    finished = project.reviews(transcript_id, coder=context.coder)
    if not any(one.start_char < end_char and start_char < one.end_char for one in finished):
        raise EditError("you are to code this transcript blind; load the page again, and code it so")


@dataclass(frozen=True, slots=True)
class RemoveCoding:
    """Take one's own coding away again."""

    coding_id: str
    kind = "remove-coding"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan to delete the row; the edit keeps it."""
        coding = own_coding(context, self.coding_id)
        quotation = quote(context.project, coding.transcript_id, coding.start_char, coding.end_char)
        return Plan(
            (Change("codings", coding.id, coding_to_row(coding), None),),
            f"Removed {code_name(context.project, coding.code_id)} from “{short(quotation)}”",
            coding.transcript_id,
        )


@dataclass(frozen=True, slots=True)
class ChangeCoding:
    """Change code, place, valence or memo of one's own coding; ``None`` leaves a field as it is.

    A coding that was accepted as suggested becomes one that was changed from a suggestion when its code or its place
    changes.
    """

    coding_id: str
    code_id: str | None = None
    start_char: int | None = None
    end_char: int | None = None
    valence: Valence | None = None
    memo: str | None = None
    kind = "change-coding"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the row as it is to be."""
        project = context.project
        old = own_coding(context, self.coding_id)
        new = replace(
            old,
            code_id=old.code_id if self.code_id is None else self.code_id,
            start_char=old.start_char if self.start_char is None else self.start_char,
            end_char=old.end_char if self.end_char is None else self.end_char,
            valence=old.valence if self.valence is None else self.valence,
            memo=old.memo if self.memo is None else self.memo,
        )
        moved = (new.code_id, new.start_char, new.end_char) != (old.code_id, old.start_char, old.end_char)
        if moved and old.origin is Origin.ACCEPTED:
            new = replace(new, origin=Origin.CHANGED)
        if new == old:
            return Plan((), "")
        quotation = quote(project, new.transcript_id, new.start_char, new.end_char)
        name = code_name(project, new.code_id) if new.code_id == old.code_id else codable_name(project, new.code_id)
        return Plan(
            (Change("codings", old.id, coding_to_row(old), coding_to_row(new)),),
            f"Changed {code_name(project, old.code_id)} to {name} ({new.valence.value}) on “{short(quotation)}”",
            old.transcript_id,
        )


@dataclass(frozen=True, slots=True)
class RejectSuggestion:
    """Say that a suggested code does not fit a stretch of text."""

    transcript_id: str
    start_char: int
    end_char: int
    code_id: str
    score: float | None = None
    probability: float | None = None
    kind = "reject-suggestion"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the rejection; the same one twice is one."""
        quotation = quote(context.project, self.transcript_id, self.start_char, self.end_char)
        key = f"{context.coder}|{self.transcript_id}:{self.start_char}-{self.end_char}|{self.code_id}"
        if context.project.row("rejections", key):
            return Plan((), "")
        name = codable_name(context.project, self.code_id)
        row = {"key": key, **asdict(self), "coder": context.coder, "created_at": context.at}
        return Plan(
            (Change("rejections", key, None, row),), f"Rejected {name} for “{short(quotation)}”", self.transcript_id
        )


@dataclass(frozen=True, slots=True)
class MarkReviewed:
    """Say that a stretch is finished: whatever is not coded there is not there."""

    transcript_id: str
    start_char: int
    end_char: int
    blind: bool = False
    kind = "mark-reviewed"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the mark; the same one twice is one."""
        quotation = quote(context.project, self.transcript_id, self.start_char, self.end_char)
        key = f"{context.coder}|{self.transcript_id}:{self.start_char}-{self.end_char}"
        if context.project.row("reviews", key):
            return Plan((), "")
        _check_blind(context, self.transcript_id, self.start_char, self.end_char, blind=self.blind)
        row = {"key": key, **asdict(self), "coder": context.coder, "created_at": context.at}
        row["blind"] = int(self.blind)
        return Plan((Change("reviews", key, None, row),), f"Finished “{short(quotation)}”", self.transcript_id)


@dataclass(frozen=True, slots=True)
class Reopen:
    """Take away one's mark that a stretch is finished."""

    transcript_id: str
    start_char: int
    end_char: int
    kind = "reopen"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan to delete the mark; the edit keeps it."""
        key = f"{context.coder}|{self.transcript_id}:{self.start_char}-{self.end_char}"
        row = context.project.row("reviews", key)
        if row is None:
            return Plan((), "")
        quotation = quote(context.project, self.transcript_id, self.start_char, self.end_char)
        return Plan((Change("reviews", key, row, None),), f"Reopened “{short(quotation)}”", self.transcript_id)


@dataclass(frozen=True, slots=True)
class WriteMemo:
    """Write, replace or (with an empty text) remove one's memo on a target.

    Attributes:
        target: ``project``, ``code:ID``, ``transcript:ID``, ``segment:KEY`` or ``coding:ID``.
        text: What to note.
    """

    target: str
    text: str
    kind = "write-memo"
    needs = ANYBODY

    def plan(self, context: Context) -> Plan:
        """Plan the memo's row."""
        key = f"{context.coder}|{self.target}"
        old = context.project.row("memos", key)
        text = self.text.strip()
        new = {"key": key, "target": self.target, "coder": context.coder, "text": text, "created_at": context.at}
        if text == (old["text"] if old else ""):
            return Plan((), "")
        return Plan((Change("memos", key, old, new if text else None),), self._summary(context.project, text))

    def _summary(self, project: Project, text: str) -> str:
        if self.target.startswith("flag:"):
            return "Flagged a segment for discussion" if text else "Took the flag from a segment"
        kind, _, rest = self.target.partition(":")
        if kind == "code":
            what = f"the code {code_name(project, rest)}"
        elif kind == "transcript":
            what = next((info.name for info in project.transcripts() if info.id == rest), "a transcript")
        else:
            what = {"project": "the project", "segment": "a segment", "coding": "a coding"}.get(kind, self.target)
        return f"Memo on {what}: “{short(text)}”" if text else f"Removed the memo on {what}"
