"""Who codes what, and what stands where coders differ."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from coding.edits.base import Context, Plan, codable_name, code_name, quote, short
from coding.errors import EditError
from coding.model import Change
from coding.roles import CoderRole
from coding.store import Outcome, Project
from coding.store.rows import dumps
from coding.store.together import assignment_key, settlement_key

CHOICES = ("keep", "both", "another", "none")
MOST_REASON = 4000


@dataclass(frozen=True, slots=True)
class Assign:
    """Give a coder a transcript to code.

    Attributes:
        transcript_id: The transcript.
        coder: Who codes it; in a team, a member who may code.
        blind: Without seeing suggestions or what others coded until a segment is finished.
        share: The share of the talk that is coded twice, where it was drawn at random.
        seed: The seed of that draw.
    """

    transcript_id: str
    coder: str
    blind: bool = False
    share: float | None = None
    seed: int | None = None
    kind = "assign"
    needs = CoderRole.LEAD

    def plan(self, context: Context) -> Plan:
        """Plan the row of the assignment; the same one twice is one."""
        project = context.project
        transcript = transcript_name(project, self.transcript_id)
        coder = project.add_coder(self.coder)
        if not project.team().allows(coder, CoderRole.RESEARCHER):
            raise EditError(f"{coder} does not code in this team; make them a researcher first")
        key = assignment_key(self.transcript_id, coder)
        old = project.row("assignments", key)
        chosen: dict[str, object] = {"blind": int(self.blind), "share": self.share, "seed": self.seed}
        if old is not None and chosen == {name: old[name] for name in chosen}:
            return Plan((), "")
        new = {
            "key": key,
            "transcript_id": self.transcript_id,
            "coder": coder,
            **chosen,
            "set_by": context.coder,
            "set_at": context.at,
        }
        how = ", blind" if self.blind else ""
        return Plan((Change("assignments", key, old, new),), f"{coder} codes {transcript}{how}", self.transcript_id)


@dataclass(frozen=True, slots=True)
class Unassign:
    """Take a transcript from a coder again; what they coded in it stays."""

    transcript_id: str
    coder: str
    kind = "unassign"
    needs = CoderRole.LEAD

    def plan(self, context: Context) -> Plan:
        """Plan to delete the row; the edit keeps it."""
        project = context.project
        transcript = transcript_name(project, self.transcript_id)
        key = assignment_key(self.transcript_id, self.coder)
        old = project.row("assignments", key)
        if old is None:
            return Plan((), "")
        change = Change("assignments", key, old, None)
        return Plan((change,), f"{self.coder} no longer codes {transcript}", self.transcript_id)


@dataclass(frozen=True, slots=True)
class Settle:
    """Say what stands at a place where coders differ; their own codings stay as they are.

    Settling a place again replaces what was said of the same codes.

    Attributes:
        transcript_id: The transcript.
        start_char: Where the place begins.
        end_char: Where it ends.
        code_ids: The ids of the codes that are differed on.
        outcome: What stands of them, or in their stead; each code once, inside the place.
        choice: ``keep``, ``both``, ``another`` or ``none``.
        kept: Whose codings are kept, with ``keep``.
        reason: Why; not empty.
    """

    transcript_id: str
    start_char: int
    end_char: int
    code_ids: tuple[str, ...]
    outcome: tuple[Outcome, ...]
    choice: str
    reason: str
    kept: str = ""
    kind = "settle"
    needs = CoderRole.LEAD

    def plan(self, context: Context) -> Plan:
        """Check the outcome, and plan the row of the place."""
        project = context.project
        quotation = quote(project, self.transcript_id, self.start_char, self.end_char)
        reason = self.reason.strip()
        self._check(project, reason)
        key = settlement_key(self.transcript_id, self.start_char, self.end_char)
        old = project.row("settlements", key)
        before = next((one for one in project.settlements(self.transcript_id) if one.key == key), None)
        about, outcome = set(self.code_ids), list(self.outcome)
        if before is not None:
            # What was settled here about other codes stands as it was.
            new_codes = {one.code_id for one in self.outcome} | about
            about |= set(before.code_ids)
            outcome += [one for one in before.outcome if one.code_id not in new_codes]
        outcome.sort(key=lambda one: (one.start_char, one.end_char, one.code_id))
        new = {
            "key": key,
            "transcript_id": self.transcript_id,
            "start_char": self.start_char,
            "end_char": self.end_char,
            "code_ids": dumps(sorted(about)),
            "outcome": dumps([{**asdict(one), "valence": one.valence.value} for one in outcome]),
            "choice": self.choice,
            "kept": self.kept,
            "reason": reason,
            "set_by": context.coder,
            "set_at": context.at,
        }
        names = ", ".join(code_name(project, one.code_id) for one in self.outcome) or "no code"
        change = Change("settlements", key, old, new)
        return Plan((change,), f"Settled “{short(quotation)}” as {names}", self.transcript_id)

    def _check(self, project: Project, reason: str) -> None:
        if self.choice not in CHOICES:
            raise EditError(f"there is no way {self.choice!r} to settle a place; choose {', '.join(CHOICES)}")
        if not self.code_ids:
            raise EditError("nobody differs on any code at this place")
        if not reason:
            raise EditError("say why, so that others can follow it")
        if len(reason) > MOST_REASON:
            raise EditError(f"a reason has {MOST_REASON:,} characters at most; this one has {len(reason):,}")
        if self.choice == "none" and self.outcome:
            raise EditError("settled as no code, a place cannot have one")
        if self.choice in ("both", "another") and not self.outcome:
            raise EditError("say which code stands at this place")
        codes = [one.code_id for one in self.outcome]
        if len(set(codes)) < len(codes):
            raise EditError("each code can stand once at a place that is settled")
        for one in self.outcome:
            codable_name(project, one.code_id)
            if not self.start_char <= one.start_char < one.end_char <= self.end_char:
                raise EditError("what stands at a place has to lie inside it")


@dataclass(frozen=True, slots=True)
class Unsettle:
    """Leave a place open again that was settled."""

    transcript_id: str
    start_char: int
    end_char: int
    kind = "unsettle"
    needs = CoderRole.LEAD

    def plan(self, context: Context) -> Plan:
        """Plan to delete the row; the edit keeps it."""
        project = context.project
        key = settlement_key(self.transcript_id, self.start_char, self.end_char)
        old = project.row("settlements", key)
        if old is None:
            return Plan((), "")
        quotation = quote(project, self.transcript_id, self.start_char, self.end_char)
        change = Change("settlements", key, old, None)
        return Plan((change,), f"Left “{short(quotation)}” open again", self.transcript_id)


def transcript_name(project: Project, transcript_id: str) -> str:
    """Return what a transcript is called.

    Raises:
        EditError: There is none with that id.
    """
    found = next((info.name for info in project.transcripts() if info.id == transcript_id), None)
    if found is None:
        raise EditError(f"there is no transcript {transcript_id!r} in this project")
    return found
