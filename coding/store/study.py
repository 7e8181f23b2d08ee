"""Transcripts, participants, segments and the codebook in the store."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from coding.errors import ProjectError
from coding.model import Code, Codebook, Edit, ImportReport, Participant, Role, Segment, Transcript, Turn, utc_now
from coding.roles import CoderRole
from coding.store import rows
from coding.store.members import Members

NAMESPACE = uuid.UUID("5f0c0e6e-6a3b-5a53-9d0b-0f3b6f1f7c11")


@dataclass(frozen=True, slots=True)
class TranscriptInfo:
    """What a list of transcripts shows, without the text."""

    id: str
    name: str
    group: str
    source_name: str
    imported_by: str
    imported_at: str
    turns: int
    segments: int
    chars: int


class Study(Members):
    """Reads and writes what the study is made of."""

    # transcripts

    def transcripts(self) -> list[TranscriptInfo]:
        """Return all transcripts in the order of their import."""
        found = self._query(
            """SELECT id, name, "group", source_name, imported_by, imported_at, length(text) AS chars,
                      (SELECT count(*) FROM turns WHERE transcript_id = t.id) AS turns,
                      (SELECT count(*) FROM segments WHERE transcript_id = t.id) AS segments
               FROM transcripts t ORDER BY rowid"""
        )
        return [TranscriptInfo(**row) for row in found]

    def transcript(self, transcript_id: str) -> Transcript:
        """Return one transcript, whole.

        Raises:
            ProjectError: There is none with that id.
        """
        found = self._query("SELECT * FROM transcripts WHERE id = ?", [transcript_id])
        if not found:
            raise ProjectError(f"there is no transcript {transcript_id!r} in this project", path=self.path)
        row = found[0]
        moderators = self._query(
            """SELECT label FROM speakers JOIN participants p ON p.id = participant_id
               WHERE transcript_id = ? AND p.role = 'moderator'""",
            [transcript_id],
        )
        return Transcript(
            name=row["name"],
            text=row["text"],
            turns=tuple(self.turns(transcript_id)),
            source_name=row["source_name"],
            source_sha256=row["source_sha256"],
            report=rows.report_from_json(row["report"]),
            group=row["group"] or None,
            moderators=frozenset(item["label"] for item in moderators),
        )

    def text(self, transcript_id: str) -> str:
        """Return the text of one transcript.

        Raises:
            ProjectError: There is none with that id.
        """
        # It never changes, and an act of thousands of codings asks for it as often.
        if transcript_id not in self._texts:
            text = self._value("SELECT text FROM transcripts WHERE id = ?", [transcript_id])
            if text is None:
                raise ProjectError(f"there is no transcript {transcript_id!r} in this project", path=self.path)
            self._texts[transcript_id] = str(text)
        return self._texts[transcript_id]

    def turns(self, transcript_id: str) -> list[Turn]:
        """Return the turns of one transcript in order."""
        found = self._query('SELECT * FROM turns WHERE transcript_id = ? ORDER BY "index"', [transcript_id])
        return [rows.turn(row) for row in found]

    def report(self, transcript_id: str) -> ImportReport:
        """Return what the reader did when the transcript was imported."""
        return rows.report_from_json(self._value("SELECT report FROM transcripts WHERE id = ?", [transcript_id]))

    def find_source(self, sha256: str) -> str | None:
        """Return the id of the transcript that was made from the same bytes, if there is one."""
        found = self._value("SELECT id FROM transcripts WHERE source_sha256 = ?", [sha256])
        return None if found is None else str(found)

    def _unused_name(self, wanted: str) -> str:
        taken = {str(row["name"]) for row in self._query("SELECT name FROM transcripts")}
        name, count = wanted, 1
        while name in taken:
            count += 1
            name = f"{wanted} ({count})"
        return name

    def add_transcript(
        self,
        transcript: Transcript,
        segments: Sequence[Segment],
        *,
        by: str,
        segmentation: str = "",
        acting: str | None = None,
    ) -> str:
        """Store a transcript with its turns, speakers and segments, all or nothing.

        Args:
            transcript: As a reader made it.
            segments: Its segments.
            by: Who imported it.
            segmentation: The settings that made the segments, as JSON.
            acting: Who brings it in now, where ``by`` imported it elsewhere.

        Returns:
            The transcript's id.

        Raises:
            ProjectError: The same bytes were imported before, or the project cannot be written.
            RoleError: A team shares the project, and ``by`` brings no transcripts in.
        """
        with self.transaction():
            self.check_role(acting or by, CoderRole.FACILITATOR)
            if self.find_source(transcript.source_sha256):
                raise ProjectError(f"{transcript.source_name} is already in this project", path=self.path)
            self._insert(
                "transcripts",
                [
                    {
                        "id": transcript.id,
                        "name": self._unused_name(transcript.name),
                        "group": transcript.group or transcript.name,
                        "text": transcript.text,
                        "source_name": transcript.source_name,
                        "source_sha256": transcript.source_sha256,
                        "report": rows.report_to_json(transcript.report),
                        "segmentation": segmentation,
                        "imported_by": by,
                        "imported_at": utc_now(),
                    }
                ],
            )
            self._insert("turns", [_turn_row(transcript.id, turn) for turn in transcript.turns])
            for label in transcript.speakers:
                self._add_speaker(transcript, label)
            self._insert("segments", [_segment_row(segment) for segment in segments])
        return transcript.id

    # participants

    def _add_speaker(self, transcript: Transcript, label: str) -> None:
        person = participant_id(transcript.id, label)
        role = Role.MODERATOR if label in transcript.moderators else Role.PARTICIPANT
        self.db.conn.execute(
            "INSERT OR IGNORE INTO participants (id, name, role) VALUES (?, ?, ?)", [person, label, role.value]
        )
        self._insert(
            "speakers",
            [
                {
                    "key": f"{transcript.id}:{label}",
                    "transcript_id": transcript.id,
                    "label": label,
                    "participant_id": person,
                }
            ],
        )

    def participants(self) -> list[Participant]:
        """Return everyone who speaks in a transcript, in the order of their first appearance."""
        found = self._query(
            """SELECT p.* FROM participants p JOIN speakers s ON s.participant_id = p.id
               GROUP BY p.id ORDER BY min(s.rowid)"""
        )
        return [rows.participant(row) for row in found]

    def everyone(self) -> list[Participant]:
        """Return all participants, also those who speak in no transcript any more since they were merged."""
        return [rows.participant(row) for row in self._query("SELECT * FROM participants ORDER BY rowid")]

    def speakers(self, transcript_id: str) -> dict[str, Participant]:
        """Return the participant behind each speaker label of one transcript."""
        found = self._query(
            """SELECT s.label, p.* FROM speakers s JOIN participants p ON p.id = s.participant_id
               WHERE s.transcript_id = ? ORDER BY s.rowid""",
            [transcript_id],
        )
        return {str(row["label"]): rows.participant(row) for row in found}

    # segments

    def segments(self, transcript_id: str | None = None) -> list[Segment]:
        """Return the segments of one transcript, or of all, in reading order."""
        where = "" if transcript_id is None else "WHERE s.transcript_id = ?"
        found = self._query(
            f"""SELECT s.transcript_id, s.turn, s.start_char, s.end_char FROM segments s
                JOIN transcripts t ON t.id = s.transcript_id {where} ORDER BY t.rowid, s.start_char""",
            [] if transcript_id is None else [transcript_id],
        )
        return [rows.segment(row) for row in found]

    # codebook

    def codebook(self) -> Codebook:
        """Return the codebook in force, without retired codes; empty where none was set."""
        head = {str(row["key"]): str(row["value"]) for row in self._query("SELECT key, value FROM meta")}
        found = self._query("SELECT data FROM codes WHERE retired = 0 ORDER BY position, id")
        return Codebook(
            name=head.get("codebook.name", "Codebook"),
            version=head.get("codebook.version", "0"),
            language=head.get("codebook.language", "en"),
            description=head.get("codebook.description", ""),
            codes=tuple(rows.code_from_json(row["data"]) for row in found),
        )

    def code(self, code_id: str) -> Code | None:
        """Return one code of the codebook in force, or ``None``."""
        data = self._value("SELECT data FROM codes WHERE id = ? AND retired = 0", [code_id])
        return None if data is None else rows.code_from_json(data)

    def codebook_rows(self) -> list[dict[str, Any]]:
        """Return the rows that the codebook is made of: codes, retired ones too, then its name, version and so on."""
        codes = self._query("SELECT * FROM codes ORDER BY position, id")
        return [*codes, *self._query("SELECT * FROM meta WHERE key LIKE 'codebook.%' ORDER BY key")]

    def codebook_edits(self) -> list[Edit]:
        """Return the edits that changed the codebook, the oldest first."""
        # Both words may also stand in what somebody wrote, so what is found is looked at again.
        found = self._query(
            """SELECT * FROM edits WHERE instr(changes, '["codes",') OR instr(changes, '["meta","codebook.')
               ORDER BY seq"""
        )
        return [
            edit
            for edit in map(rows.edit, found)
            if any(c.table == "codes" or (c.table == "meta" and c.key.startswith("codebook.")) for c in edit.changes)
        ]

    def retired_codes(self) -> dict[str, Code]:
        """Return the codes that were taken out of the codebook but once were in it."""
        found = self._query("SELECT data FROM codes WHERE retired = 1 ORDER BY position, id")
        codes = (rows.code_from_json(row["data"]) for row in found)
        return {code.id: code for code in codes}

    def known_codes(self) -> dict[str, Code]:
        """Return every code that is or once was in the codebook, by id; retired ones first."""
        return {**self.retired_codes(), **{code.id: code for code in self.codebook().codes}}

    def codes_in_use(self) -> dict[str, int]:
        """Return how many codings each code has."""
        found = self._query("SELECT code_id, count(*) AS n FROM codings GROUP BY code_id")
        return {str(row["code_id"]): int(row["n"]) for row in found}

    # settings

    def setting(self, key: str, default: str = "") -> str:
        """Return a setting of this project."""
        found = self._value("SELECT value FROM meta WHERE key = ?", [key])
        return default if found is None else str(found)

    def set_setting(self, key: str, value: str) -> None:
        """Store a setting of this project."""
        self._insert("meta", [{"key": key, "value": value}], replace=True)


def participant_id(transcript_id: str, label: str) -> str:
    """Return the id of the person behind a label.

    A full name that is spelt the same in two transcripts is the same person; ``P1``, ``Moderator`` or a bare first name
    is not, so those belong to their transcript.
    """
    parts = [part for part in label.replace(",", " ").split() if len(part.rstrip(".")) > 1]
    full_name = len(parts) > 1 and all(part[0].isalpha() and part[0].isupper() for part in parts)
    scope = "" if full_name and not any(char.isdigit() for char in label) else transcript_id
    return str(uuid.uuid5(NAMESPACE, f"{scope}\n{label}"))


def _turn_row(transcript_id: str, turn: Turn) -> dict[str, object]:
    return {
        "transcript_id": transcript_id,
        "index": turn.index,
        "speaker": turn.speaker,
        "start_char": turn.start_char,
        "end_char": turn.end_char,
        "start_s": turn.start_s,
        "end_s": turn.end_s,
        "heading": int(turn.heading),
    }


def _segment_row(segment: Segment) -> dict[str, object]:
    return {
        "key": segment.key,
        "transcript_id": segment.transcript_id,
        "turn": segment.turn,
        "start_char": segment.start_char,
        "end_char": segment.end_char,
    }
