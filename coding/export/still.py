"""A project that nobody writes to, such as a copy that is handed out: what many tables are made of is read once."""

from __future__ import annotations

from functools import cached_property

from coding.model import Coding
from coding.store import Project


class Still(Project):
    """Reads the codings once, however many tables ask for them; what was read does not change."""

    @cached_property
    def _read(self) -> dict[str, list[Coding]]:
        found: dict[str, list[Coding]] = {info.id: [] for info in self.transcripts()}
        for coding in super().codings():
            found[coding.transcript_id].append(coding)
        return found

    def codings(
        self, transcript_id: str | None = None, *, coder: str | None = None, code_id: str | None = None
    ) -> list[Coding]:
        """Return codings in reading order, of one transcript, coder or code where these are given."""
        there = self._read.values() if transcript_id is None else [self._read.get(transcript_id, [])]
        return [
            coding
            for codings in there
            for coding in codings
            if coder in (None, coding.coder) and code_id in (None, coding.code_id)
        ]
