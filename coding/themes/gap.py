"""Themes against the codebook: what is coded or suggested already, and what the codebook misses."""

from __future__ import annotations

import bisect
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coding.model import State
from coding.store import Project
from coding.theme_model import Stretch, Theme, Themes

Place = tuple[str, int, int, str]
"""Transcript, start, end, code."""


@dataclass(frozen=True, slots=True)
class Cover:
    """How far the codebook covers one theme. Each stretch of talk counts once.

    Attributes:
        theme: The theme.
        coded: How many stretches somebody coded.
        suggested: How many of the others have a suggestion.
        missed: How many have neither.
        codes: The codes that are used in it, with how many stretches are coded and suggested so, the most used first.
    """

    theme: Theme
    coded: int
    suggested: int
    missed: int
    codes: tuple[tuple[str, int, int], ...] = ()

    @property
    def size(self) -> int:
        """Return how many stretches of talk are in the theme."""
        return self.coded + self.suggested + self.missed

    @property
    def gap(self) -> float:
        """Return the share that the codebook misses, 0 to 1."""
        return self.missed / self.size if self.size else 0.0

    @property
    def sure_gap(self) -> float:
        """Return the share that the codebook misses at the least: the lower end of Wilson's 95 % interval.

        Three of three missed say less than thirty of thirty. Source: Wilson (1927), doi:10.2307/2276774.
        """
        n, z = self.size, 1.96
        if not n:
            return 0.0
        middle = self.gap + z * z / (2 * n)
        spread = z * math.sqrt(self.gap * (1 - self.gap) / n + z * z / (4 * n * n))
        return max(0.0, (middle - spread) / (1 + z * z / n))


def compare_with_codebook(project: Project, themes: Themes) -> list[Cover]:
    """Return for each theme how far it is coded or suggested, what the codebook misses most first.

    The order is that of :attr:`Cover.sure_gap`. A coding counts for a stretch when it covers at least half of it, or
    half of the coding is in it, whoever made it; so does a suggestion that the machine is sure of.
    """
    coded, suggested = coded_and_suggested(project)
    found = [_cover(theme, [themes.stretches[m] for m in theme.members], coded, suggested) for theme in themes.themes]
    return sorted(found, key=lambda cover: (-cover.sure_gap, cover.theme.number))


def coded_and_suggested(project: Project) -> tuple[Spans, Spans]:
    """Return where people coded, and where the machine suggests a code that it is sure of."""
    coded = Spans((c.transcript_id, c.start_char, c.end_char, c.code_id) for c in project.codings())
    suggested = Spans(
        (s.transcript_id, s.start_char, s.end_char, s.code_id)
        for s in project.suggestions()
        if s.state is State.SUGGESTED
    )
    return coded, suggested


def _cover(theme: Theme, stretches: Sequence[Stretch], coded: Spans, suggested: Spans) -> Cover:
    count: Counter[str] = Counter()
    by_people: Counter[str] = Counter()
    by_machine: Counter[str] = Counter()
    for stretch in stretches:
        given, proposed = coded.codes_at(stretch), suggested.codes_at(stretch)
        count["coded" if given else "suggested" if proposed else "missed"] += 1
        by_people.update(given)
        by_machine.update(proposed - given)
    used = sorted({*by_people, *by_machine}, key=lambda code: (-by_people[code], -by_machine[code], code))
    codes = tuple((code, by_people[code], by_machine[code]) for code in used)
    return Cover(theme, count["coded"], count["suggested"], count["missed"], codes)


class Spans:
    """Finds the codes at a place.

    Args:
        places: Transcript, start, end and code of each coding.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        self._by_transcript: dict[str, list[tuple[int, int, str]]] = {}
        for transcript_id, start, end, code_id in places:
            self._by_transcript.setdefault(transcript_id, []).append((start, end, code_id))
        self._longest: dict[str, int] = {}
        for transcript_id, spans in self._by_transcript.items():
            spans.sort()
            self._longest[transcript_id] = max(end - start for start, end, _ in spans)

    def codes_at(self, stretch: Stretch) -> set[str]:
        """Return the codes of the spans that share at least half of the shorter of the two with a stretch."""
        spans = self._by_transcript.get(stretch.transcript_id, [])
        first = stretch.start_char - self._longest.get(stretch.transcript_id, 0)
        at = bisect.bisect_left(spans, (first, 0, ""))
        found = set()
        while at < len(spans) and spans[at][0] < stretch.end_char:
            start, end, code_id = spans[at]
            shared = min(end, stretch.end_char) - max(start, stretch.start_char)
            if 2 * shared >= min(end - start, stretch.end_char - stretch.start_char) and shared > 0:
                found.add(code_id)
            at += 1
        return found


def percent(share: float) -> str:
    """Return a share as a whole percentage.

    >>> percent(0.256)
    '26 %'
    """
    return f"{round(100 * share)} %"
