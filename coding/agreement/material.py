"""Put what several coders did on one axis: whose codes stand on which units, and who finished them.

All transcripts stand behind each other on one axis of characters, so that places are plain numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy import bool_, float64, int64
from numpy.typing import NDArray

from coding.agreement.formulas import Floats
from coding.agreement.unitizing import Runs, Spans, meet

_WHITE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Talk:
    """One transcript, as far as agreement looks at it.

    Attributes:
        id: The transcript.
        text: Its text.
        turns: Start and end of each turn that counts, in order.
        units: Start and end of each unit; those outside the turns do not count. ``None`` for characters.
    """

    id: str
    text: str
    turns: tuple[tuple[int, int], ...]
    units: tuple[tuple[int, int], ...] | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch that a coder coded or finished.

    Attributes:
        coder: Who.
        transcript_id: The transcript.
        start_char: Start in its text.
        end_char: End in its text.
        code_id: The code; empty for a stretch that was finished.
        blind: Finished without having seen suggestions or what others coded.
        assisted: Coded by taking or changing a suggestion.
    """

    coder: str
    transcript_id: str
    start_char: int
    end_char: int
    code_id: str = ""
    blind: bool = False
    assisted: bool = False


@dataclass(frozen=True, slots=True)
class Material:
    """What several coders did, on one axis of characters.

    Attributes:
        coders: Their names.
        codes: The ids of the codes.
        turn_at: Shape ``(chars,)``: the turn of each character from 1, and 0 for what does not count.
        transcripts: Shape ``(turns + 1,)``: the transcript of each turn.
        spans: Every coding: coder, code, start, end.
        assisted: Shape ``(spans,)``: whether a coding came from a suggestion.
        covered: Shape ``(coders, chars)``: what each finished.
        covered_blind: The same, as far as it was finished blind.
        units: Shape ``(units, 3)``: start, end, turn.
        weights: Shape ``(units,)``: 1, or the length of a run of characters.
        finished: Shape ``(coders, units)``.
        blind: Shape ``(coders, units)``.
        coded: Shape ``(coders, codes, units)``: whether any character of the unit has the code.
        by_character: Whether the units are runs of characters.
    """

    coders: tuple[str, ...]
    codes: tuple[str, ...]
    turn_at: NDArray[int64]
    transcripts: NDArray[int64]
    spans: Spans
    assisted: NDArray[bool_]
    covered: NDArray[bool_]
    covered_blind: NDArray[bool_]
    units: Runs
    weights: Floats
    finished: NDArray[bool_]
    blind: NDArray[bool_]
    coded: NDArray[bool_]
    by_character: bool


def build_material(
    talks: Sequence[Talk],
    codings: Iterable[Mark],
    reviews: Iterable[Mark],
    *,
    coders: Sequence[str],
    codes: Sequence[str],
) -> Material:
    """Work out which coder finished which unit, and which codes stand on it.

    A unit is finished when all its words are; it is coded when any character of it is. White space between two
    stretches that a coder finished counts as finished.

    Args:
        talks: The transcripts; all with units, or all without for characters.
        codings: What was coded; other coders, codes and transcripts are left out.
        reviews: What was finished.
        coders: Whose work counts.
        codes: Which codes count.
    """
    axis = _Axis.of(talks)
    spans, assisted = axis.place_codings(codings, coders, codes)
    covered, covered_blind = axis.cover(reviews, coders)
    by_character = any(talk.units is None for talk in talks)
    if by_character:
        units = axis.cut_characters(spans, np.concatenate([covered, covered_blind]))
        weights = (units[:, 1] - units[:, 0]).astype(float64)
        finished, blind = covered[:, units[:, 0]], covered_blind[:, units[:, 0]]
    else:
        units = axis.place_units(talks)
        weights = np.ones(len(units))
        finished, blind = axis.whole(covered, units), axis.whole(covered_blind, units)
    coded = np.zeros((len(coders), len(codes), len(units)), bool_)
    of, unit = meet(spans[:, 2], spans[:, 3], units[:, 0], units[:, 1])
    coded[spans[of, 0], spans[of, 1], unit] = True
    return Material(
        tuple(coders),
        tuple(codes),
        axis.turn_at,
        axis.transcripts,
        spans,
        assisted,
        covered,
        covered_blind,
        units,
        weights,
        finished,
        blind,
        coded,
        by_character,
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    """All transcripts behind each other, one character apart."""

    offsets: dict[str, int]
    turn_at: NDArray[int64]
    transcripts: NDArray[int64]
    words: NDArray[bool_]
    before: NDArray[int64]
    after: NDArray[int64]
    inside: NDArray[bool_]

    @classmethod
    def of(cls, talks: Sequence[Talk]) -> _Axis:
        offsets: dict[str, int] = {}
        size = 1
        for talk in talks:
            offsets[talk.id] = size
            size += len(talk.text) + 1
        turn_at = np.zeros(size, int64)
        words = np.ones(size, bool_)
        transcripts = [-1]
        for number, talk in enumerate(talks):
            offset = offsets[talk.id]
            words[[offset - 1, offset + len(talk.text)]] = False
            for found in _WHITE.finditer(talk.text):
                words[offset + found.start() : offset + found.end()] = False
            for start, end in talk.turns:
                turn_at[offset + start : offset + end] = len(transcripts)
                transcripts.append(number)
        places = np.arange(size)
        before = np.maximum.accumulate(np.where(words, places, 0))
        after = np.minimum.accumulate(np.where(words, places, size - 1)[::-1])[::-1]
        inside = (turn_at > 0) & (turn_at[before] == turn_at) & (turn_at[after] == turn_at)
        return cls(offsets, turn_at, np.array(transcripts, int64), words, before, after, inside)

    def place_codings(
        self, codings: Iterable[Mark], coders: Sequence[str], codes: Sequence[str]
    ) -> tuple[Spans, NDArray[bool_]]:
        who = {name: number for number, name in enumerate(coders)}
        what = {code: number for number, code in enumerate(codes)}
        rows: list[tuple[int, int, int, int]] = []
        assisted: list[bool] = []
        for mark in codings:
            if mark.coder in who and mark.code_id in what and mark.transcript_id in self.offsets:
                offset = self.offsets[mark.transcript_id]
                rows.append((who[mark.coder], what[mark.code_id], offset + mark.start_char, offset + mark.end_char))
                assisted.append(mark.assisted)
        return np.array(rows, int64).reshape(-1, 4), np.array(assisted, bool_)

    def cover(self, reviews: Iterable[Mark], coders: Sequence[str]) -> tuple[NDArray[bool_], NDArray[bool_]]:
        who = {name: number for number, name in enumerate(coders)}
        rows: list[tuple[int, int, int, int]] = []
        for mark in reviews:
            if mark.coder in who and mark.transcript_id in self.offsets:
                offset = self.offsets[mark.transcript_id]
                rows.append((who[mark.coder], mark.blind, offset + mark.start_char, offset + mark.end_char))
        marks = np.array(rows, int64).reshape(-1, 4)
        layers = np.zeros((2, len(coders), len(self.words)), bool_)
        for coder in range(len(coders)):
            mine = marks[marks[:, 0] == coder]
            layers[0, coder] = self._fill(mine)
            layers[1, coder] = self._fill(mine[mine[:, 1] == 1])
        return layers[0], layers[1]

    def _fill(self, marks: NDArray[int64]) -> NDArray[bool_]:
        """Return which characters the marks cover; white space takes after the words around it in the same turn."""
        size = len(self.words)
        steps = np.bincount(marks[:, 2], minlength=size + 1) - np.bincount(marks[:, 3], minlength=size + 1)
        covered = np.cumsum(steps)[:size] > 0
        return covered[self.before] & covered[self.after] & self.inside

    def place_units(self, talks: Sequence[Talk]) -> Runs:
        rows = [
            (self.offsets[talk.id] + start, self.offsets[talk.id] + end)
            for talk in talks
            for start, end in sorted(talk.units or ())
        ]
        units = np.array(rows, int64).reshape(-1, 2)
        turns = self.turn_at[units[:, 0]]
        found = np.column_stack([units, turns])
        kept: Runs = found[(turns > 0) & (self.count(self.words[None, :], found)[0] > 0)]
        return kept

    def cut_characters(self, spans: Spans, layers: NDArray[bool_]) -> Runs:
        """Return the longest runs of characters that all coders treated alike."""
        cuts = np.zeros(len(self.words) + 1, bool_)
        cuts[1:-1] = (self.turn_at[1:] != self.turn_at[:-1]) | (layers[:, 1:] != layers[:, :-1]).any(axis=0)
        cuts[spans[:, 2:].ravel()] = True
        cuts[[0, -1]] = True
        edges = np.flatnonzero(cuts)
        turns = self.turn_at[edges[:-1]]
        return np.column_stack([edges[:-1], edges[1:], turns])[turns > 0].astype(int64)

    def whole(self, covered: NDArray[bool_], units: Runs) -> NDArray[bool_]:
        """Tell for each layer which units have all their words covered."""
        finished: NDArray[bool_] = self.count(covered & self.words, units) == self.count(self.words[None, :], units)
        return finished

    @staticmethod
    def count(layers: NDArray[bool_], units: Runs) -> NDArray[int64]:
        sums = np.zeros((len(layers), layers.shape[1] + 1), int64)
        np.cumsum(layers, axis=1, out=sums[:, 1:])
        return sums[:, units[:, 1]] - sums[:, units[:, 0]]
