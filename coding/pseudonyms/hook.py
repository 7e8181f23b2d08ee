"""The step between reading and segmenting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from coding.model import Note, Transcript
from coding.pseudonyms.apply import apply_pseudonyms
from coding.pseudonyms.find import find_identifiers
from coding.pseudonyms.identifiers import Identifier, remember, rules_for
from coding.pseudonyms.key import Key, check_key_path, load_key, new_key, save_key
from coding.pseudonyms.match import PseudonymError
from coding.pseudonyms.truecase import lacks_capitals

if TYPE_CHECKING:
    from spacy.language import Language

SETTING = "pseudonyms.key"
"""The setting of a project that notes the id of its key."""


@dataclass(slots=True)
class Pseudonymiser:
    """Takes names out of transcripts, one after the other, and notes them in the key before anything else is stored.

    Call it with a transcript as a reader made it.

    Attributes:
        path: The key's file.
        key: What stands in it.
        project: The project's file, which the key must not be part of.
        decided: What a person decided about identifiers; what they did not see is found anew.
        known_people: Names of people that are known to be talked about.
        nlp: A spaCy pipeline; the one that comes with the tool unless given.
        found: What was found in each transcript, by the id it has with pseudonyms.
    """

    path: Path
    key: Key
    project: Path | None = None
    decided: Sequence[Identifier] = ()
    known_people: Iterable[str] = ()
    nlp: Language | None = None
    found: dict[str, tuple[Identifier, ...]] = field(default_factory=dict)

    @classmethod
    def from_file(
        cls,
        path: Path,
        *,
        project: Path | None = None,
        key_id: str = "",
        decided: Sequence[Identifier] = (),
        known_people: Iterable[str] = (),
        nlp: Language | None = None,
    ) -> Pseudonymiser:
        """Open the key at ``path``, or begin a new one.

        Args:
            path: The key's file.
            project: The project's file.
            key_id: The id of the key that the project began with; empty where it has none.
            decided: What a person decided about identifiers.
            known_people: Names of people that are known to be talked about.
            nlp: A spaCy pipeline.

        Raises:
            PseudonymError: The place is not right, or the project began with another key.
        """
        check_key_path(path, project)
        key = load_key(path) if path.exists() else new_key()
        if key_id and key.id != key_id:
            what = "this is not the key that this project began with" if path.exists() else "there is no such key"
            raise PseudonymError(f"{what}; name the one that was made at the first import with pseudonyms", path=path)
        return cls(path, key, project, decided, tuple(known_people), nlp)

    def __call__(self, transcript: Transcript) -> Transcript:
        """Return the transcript with pseudonyms, after the key was saved.

        Raises:
            PseudonymError: The key cannot be written, or a replacement cannot be used.
            ModelError: The spaCy pipeline cannot be loaded.
        """
        shared = sorted(set(self.key.participants.values()) & set(transcript.speakers))
        if shared:
            note = Note(
                f"{', '.join(shared)} stood in the source and is not who has that pseudonym in other transcripts"
            )
            transcript = replace(
                transcript, report=replace(transcript.report, warnings=(*transcript.report.warnings, note))
            )
        if lacks_capitals([transcript.words_of(turn) for turn in transcript.turns]):
            transcript = _warn(
                transcript, "there are hardly any capitals, so names that are ordinary words stay; read it through"
            )
        id_ = self.key.fingerprint(transcript.source_sha256)[:16]
        if id_ in self.key.transcripts:
            # Imported before: the same replacements again, whatever was learnt since.
            return apply_pseudonyms(transcript, self.key.transcripts[id_], key=self.key)
        seen = [one for one in self.decided if transcript.source_sha256 in one.transcripts]
        found = seen or find_identifiers(transcript, nlp=self.nlp, known_people=self.known_people, key=self.key)
        made = apply_pseudonyms(transcript, rules_for(transcript, found), key=self.key)
        self.key = save_key(remember(self.key, made.id, transcript, found), self.path, project=self.project)
        self.found[made.id] = tuple(found)
        return made


def _warn(transcript: Transcript, message: str) -> Transcript:
    report = transcript.report
    return replace(transcript, report=replace(report, warnings=(*report.warnings, Note(message))))
