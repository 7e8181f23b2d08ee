"""Apply one code at many places as one act, planned together so that thousands take a moment."""

from __future__ import annotations

from dataclasses import dataclass

from coding.edits.base import Context, Plan, codable_name, quote, short
from coding.model import Change, Coding, Origin, Valence
from coding.roles import CoderRole
from coding.store.decisions import new_id
from coding.store.rows import coding_to_row


@dataclass(frozen=True, slots=True)
class Accepted:
    """A place at which a suggestion is accepted.

    Attributes:
        start_char: Start in the transcript's text.
        end_char: End in the transcript's text.
        origin: How the coding came about.
        valence: Shown, lacking or unclear.
        score: The suggestion's score, where there was one.
        probability: The suggestion's probability, where there was one.
    """

    start_char: int
    end_char: int
    origin: Origin = Origin.ACCEPTED
    valence: Valence = Valence.SHOWN
    score: float | None = None
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class AddCodings:
    """Apply a code to many stretches of one transcript: an edit for each, all of one act.

    What the coder has coded so already stays as it is; where they had rejected the code, they no longer do.
    """

    transcript_id: str
    code_id: str
    places: tuple[Accepted, ...]
    kind = "add-coding"
    needs = CoderRole.RESEARCHER

    def plans(self, context: Context) -> list[Plan]:
        """Check places and code once, and plan the new rows."""
        project, coder = context.project, context.coder
        name = codable_name(project, self.code_id)
        version = project.setting("codebook.version", "0")
        mine = project.codings(self.transcript_id, coder=coder, code_id=self.code_id)
        done = {(coding.start_char, coding.end_char) for coding in mine}
        refused = {row.key: row for row in project.rejections(self.transcript_id, coder=coder)}
        found = []
        for place in self.places:
            span = (place.start_char, place.end_char)
            if span in done:
                continue
            done.add(span)
            quotation = quote(project, self.transcript_id, *span)
            coding = Coding(
                id=new_id(),
                transcript_id=self.transcript_id,
                start_char=place.start_char,
                end_char=place.end_char,
                code_id=self.code_id,
                coder=coder,
                valence=place.valence,
                origin=place.origin,
                score=place.score,
                probability=place.probability,
                memo="",
                codebook_version=version,
                created_at=context.at,
            )
            changes = [Change("codings", coding.id, None, coding_to_row(coding))]
            key = f"{coder}|{self.transcript_id}:{place.start_char}-{place.end_char}|{self.code_id}"
            if key in refused:
                changes.insert(0, Change("rejections", key, project.row("rejections", key), None))
            found.append(Plan(tuple(changes), f"Coded “{short(quotation)}” as {name}", self.transcript_id))
        return found
