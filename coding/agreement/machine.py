"""Suggestions that owe nothing to what people decided on the same talk, so that person and machine can be compared."""

from __future__ import annotations

from coding.agreement.gather import Step
from coding.assistant import Assistant
from coding.encoders import Encoder
from coding.model import Coding, Suggestion
from coding.store import Project, Rejection, Review


class _Without(Project):
    """A project as if nobody had decided anything on one transcript; only for reading."""

    def __init__(self, project: Project, transcript_id: str) -> None:
        super().__init__(project.path, project.db)
        self._hidden = transcript_id

    def codings(
        self, transcript_id: str | None = None, *, coder: str | None = None, code_id: str | None = None
    ) -> list[Coding]:
        found = super().codings(transcript_id, coder=coder, code_id=code_id)
        return [coding for coding in found if coding.transcript_id != self._hidden]

    def rejections(self, transcript_id: str | None = None, *, coder: str | None = None) -> list[Rejection]:
        found = super().rejections(transcript_id, coder=coder)
        return [rejection for rejection in found if rejection.transcript_id != self._hidden]

    def reviews(self, transcript_id: str | None = None, *, coder: str | None = None) -> list[Review]:
        found = super().reviews(transcript_id, coder=coder)
        return [review for review in found if review.transcript_id != self._hidden]


def suggest_held_out(project: Project, encoder: Encoder, *, step: Step | None = None) -> list[Suggestion]:
    """Return suggestions for each finished transcript as the machine makes them from the other transcripts alone.

    The stored suggestions have learnt from what people decided on the very same words; these have not. The model is
    fitted anew for each transcript. Nothing is stored but embeddings.

    Args:
        project: The project.
        encoder: The language model.
        step: Called with what is being done, how much of it is done, and how much there is.

    Raises:
        ModelError: The language model cannot be loaded.
        ProjectError: The project cannot be read.
    """
    finished = {review.transcript_id for review in project.reviews()}
    wanted = [info.id for info in project.transcripts() if info.id in finished]
    found: list[Suggestion] = []
    for number, transcript_id in enumerate(wanted):
        if step:
            step("suggesting without a transcript's own codings", number, len(wanted))
        assistant = Assistant(encoder)
        assistant.refresh(_Without(project, transcript_id))
        found += assistant.all_suggestions(transcript_id)
    if step:
        step("suggesting without a transcript's own codings", len(wanted), len(wanted))
    return found
