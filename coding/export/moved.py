"""One transcript before and after its names are taken out, and where every place of it is afterwards."""

from __future__ import annotations

import bisect
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from coding.model import Transcript
from coding.pseudonyms import Identifier, apply_pseudonyms, is_pseudonymised, rules_for
from coding.pseudonyms.match import Matcher


@dataclass(frozen=True, slots=True)
class Talk:
    """One transcript before and after, and the way from the places of the one to those of the other.

    Attributes:
        new: Afterwards.
        labels: What each speaker label became.
        matcher: Finds the names of this transcript.
        starts: Where the stretches begin that were replaced, in the old text, in order.
        spans: Of each, where it began and ended, and where what took its place begins and ends.
    """

    new: Transcript
    labels: dict[str, str]
    matcher: Matcher
    starts: list[int]
    spans: list[tuple[int, int, int, int]]

    @classmethod
    def of(cls, old: Transcript, identifiers: Iterable[Identifier], number: int) -> Talk:
        """Return a transcript without the names that were found in it; one with pseudonyms stays as it is.

        Args:
            old: The transcript.
            identifiers: What was found in all transcripts.
            number: Its place among them, for the hash of its source.
        """
        rules = () if is_pseudonymised(old.report) else rules_for(old, identifiers)
        matcher = Matcher(rules)
        if not rules:
            return cls(old, {label: label for label in old.speakers}, matcher, [], [])
        new = apply_pseudonyms(old, rules)
        # The hash of a file lets anybody confirm a guess at it; that of what is handed out says nothing more.
        sha256 = hashlib.sha256(f"without names\n{number}\n{new.text}".encode("utf-8", "replace")).hexdigest()
        labels = {a.speaker: b.speaker for a, b in zip(old.turns, new.turns, strict=True) if a.speaker and b.speaker}
        spans = list(_spans(old, new, matcher))
        return cls(replace(new, source_sha256=sha256), labels, matcher, [span[0] for span in spans], spans)

    def start(self, at: int) -> int:
        """Return where a stretch starts now that started at ``at``."""
        return self._moved(at, end=False)

    def end(self, at: int) -> int:
        """Return where a stretch ends now that ended at ``at``."""
        return self._moved(at, end=True)

    def _moved(self, at: int, *, end: bool) -> int:
        number = (bisect.bisect_left if end else bisect.bisect_right)(self.starts, at) - 1
        if number < 0:
            return at
        _, old_end, new_start, new_end = self.spans[number]
        if at >= old_end:
            return new_end + at - old_end
        # Inside of what was replaced: it belongs to the place as a whole.
        return new_end if end else new_start


def _spans(old: Transcript, new: Transcript, matcher: Matcher) -> Iterator[tuple[int, int, int, int]]:
    """Yield what was replaced: the names in what was said, and all that stands between two turns."""
    at = new_at = 0
    for before, after in zip(old.turns, new.turns, strict=True):
        if before.start_char > at or after.start_char > new_at:
            yield at, before.start_char, new_at, after.start_char
        moved = after.start_char - before.start_char
        for found, words in matcher.replace(old.words_of(before)):
            start, end = before.start_char + found.start, before.start_char + found.end
            yield start, end, start + moved, start + moved + len(words)
            moved += len(words) - (end - start)
        at, new_at = before.end_char, after.end_char
    if len(old.text) > at:
        yield at, len(old.text), new_at, len(new.text)
