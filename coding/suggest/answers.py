"""What a fitted engine answers: scores, suggestions with their evidence, orders of review, and how much is left."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coding.model import Codebook, Evidence, State, Suggestion, Valence
from coding.suggest import review, valence
from coding.suggest.calibrate import Curve
from coding.suggest.kernels import Doubles, Features, Floats, Kernel
from coding.suggest.review import Remaining
from coding.suggest.rows import Row, place, targets, term
from coding.suggest.system import System
from coding.suggest.types import Decision, Unit

STATES = (State.NOTHING, State.UNSURE, State.SUGGESTED)
VALENCES = (Valence.SHOWN, Valence.LACKING, Valence.UNCLEAR)

_LACKING = 0.6
_UNCLEAR = 0.5


class Answers:
    """What can be asked of a :class:`~coding.suggest.suggester.Suggester`; it keeps all of this up to date.

    Attributes:
        codebook: The codebook it was fitted with.
        units: The units.
        codes: Ids of the codes, in the order of the columns.
        target_precision: The share of suggestions that shall be right.
    """

    codebook: Codebook
    units: tuple[Unit, ...]
    codes: tuple[str, ...]
    target_precision: float
    _column: dict[str, int]
    _all: Features
    _rows: list[Row]
    _row_of: dict[int, int]
    _decisions: dict[int, list[Decision]]
    _reviewed: set[int]
    _coded: NDArray[np.bool_]
    _seed: int
    _system: System
    _weights: Doubles
    _scores: Floats
    _left: Doubles
    _curve: Curve
    _probabilities: Floats
    _states: NDArray[np.int8]
    _suggested_at: NDArray[np.float64]
    _unsure_at: NDArray[np.float64]
    _lacking: Floats | None = None
    _lacking_told: tuple[NDArray[np.intp], NDArray[np.intp], Doubles]
    _lacking_is_old: bool = True

    def _decided(self) -> set[int]:
        return {unit for unit, made in self._decisions.items() if made} | self._reviewed

    def _said(self) -> tuple[Mapping[int, Sequence[Decision]], Collection[int], Mapping[str, int]]:
        return self._decisions, self._reviewed, self._column

    # reading -------------------------------------------------------------------------------------------------------

    @property
    def kernel(self) -> Kernel:
        """How rows are compared."""
        return self._system.kernel

    @property
    def scores(self) -> Floats:
        """The scores, ``(n_units, n_codes)``, columns as in :attr:`codes`."""
        return self._scores

    @property
    def probabilities(self) -> Floats:
        """The probabilities that a code is in a unit, ``(n_units, n_codes)``."""
        return self._probabilities

    @property
    def states(self) -> NDArray[np.int8]:
        """Positions in :data:`STATES`: 0 nothing, 1 unsure, 2 suggested; ``(n_units, n_codes)``."""
        return self._states

    @property
    def thresholds(self) -> dict[str, tuple[float, float]]:
        """From which probability on a code is suggested, and unsure, by code id."""
        return {code: (float(self._suggested_at[j]), float(self._unsure_at[j])) for j, code in enumerate(self.codes)}

    @property
    def calibrated(self) -> dict[str, bool]:
        """By code id, whether its probability rests on decisions about it.

        Before that it is a guess: how well the codebook's sentences are told apart, each scored as if it were not in
        the codebook, moved so that a segment is expected to have one code.
        """
        return {code: bool(self._curve.learnt[j]) for j, code in enumerate(self.codes)}

    def state(self, unit: int, code_id: str) -> State:
        """Return whether a code is suggested for a unit, unsure, or not there."""
        return STATES[int(self._states[unit, self._column[code_id]])]

    @property
    def lacking(self) -> Floats:
        """How far each unit tells of the lack of behaviour rather than of the behaviour, from 0 to 1, ``(n_units,)``.

        Learnt from examples, contrary examples and the valences that people gave; see
        :func:`coding.suggest.valence.lacking`.
        """
        if self._lacking is None or self._lacking_is_old:
            rows, codes, shares = valence.told(self._rows, self._decisions, self._column)
            n = len(self.units)
            texts = np.array([row.unit if row.unit >= 0 else n + i for i, row in enumerate(self._rows)], np.intp)
            told = (texts[rows], codes, shares)
            # What is rejected or finished tells nothing of valence, and then there is nothing new to learn.
            if self._lacking is None or not all(map(np.array_equal, told, self._lacking_told)):
                self._lacking = valence.lacking(self._all.semantic, self._all.plain, *told)[:n]
                self._lacking_told = told
            self._lacking_is_old = False
        return self._lacking

    @property
    def leanings(self) -> NDArray[np.int8]:
        """What :attr:`lacking` comes to, as positions in :data:`VALENCES`, ``(n_units,)``.

        It is what :meth:`valence` answers where nobody has said anything of the code and the unit.
        """
        share = self.lacking
        found: NDArray[np.int8] = np.select([share >= _LACKING, share >= _UNCLEAR], [1, 2], 0).astype(np.int8)
        return found

    def valence(self, unit: int, code_id: str) -> Valence:
        """Return whether a unit tells of a behaviour or of its lack: what people said of it, else what is learnt.

        Raises:
            KeyError: If the codebook has no such code that can be applied.
        """
        if code_id not in self._column:
            raise KeyError(code_id)
        said = valence.decided(self._decisions.get(unit, ()), code_id)
        if said is not None:
            return said
        share = float(self.lacking[unit])
        return Valence.LACKING if share >= _LACKING else Valence.UNCLEAR if share >= _UNCLEAR else Valence.SHOWN

    def evidence(self, unit: int, code_id: str, *, most: int = 5) -> tuple[Evidence, ...]:
        """Return the largest terms of a score, and the sum of the others as a last term of kind ``other``.

        Args:
            unit: Index of the unit.
            code_id: The code.
            most: How many terms to name.

        Returns:
            Terms whose shares add up to the score.
        """
        j = self._column[code_id]
        terms = self._system.across[unit].astype(np.float64) * self._weights[:, j]
        largest = [int(i) for i in np.argsort(-np.abs(terms), kind="stable")[:most] if terms[i]]
        named = [self._term(self._rows[i], float(terms[i]), code_id) for i in largest]
        rest = float(self._scores[unit, j]) - sum(term.share for term in named)
        return (*named, Evidence(rest, "other"))

    def _term(self, row: Row, share: float, code_id: str) -> Evidence:
        made = self._decisions.get(row.unit, [])
        return term(row, share, made, self.units[row.unit].key, code_id if row.unit >= 0 else self.codes[row.code])

    def terms(self, unit: int, *, most: int = 5, evidence: int = 5) -> tuple[tuple[str, tuple[Evidence, ...]], ...]:
        """Return the evidence of what is suggested for a unit or unsure, by code, the most probable first."""
        return tuple((code, self.evidence(unit, code, most=evidence)) for code in self._ranked(unit)[:most])

    def _ranked(self, unit: int) -> list[str]:
        ranked = np.argsort(-self._probabilities[unit], kind="stable")
        return [self.codes[j] for j in ranked if self._states[unit, j]]

    def suggestions(self, unit: int, *, most: int = 5, evidence: int = 5) -> tuple[Suggestion, ...]:
        """Return what is suggested for a unit or unsure, the most probable first.

        Args:
            unit: Index of the unit.
            most: At most so many.
            evidence: How many terms of its score each names.
        """
        transcript, start, end = place(self.units[unit])
        found = self._ranked(unit)[:most]
        return tuple(
            Suggestion(
                transcript,
                start,
                end,
                code,
                float(self._scores[unit, self._column[code]]),
                float(self._probabilities[unit, self._column[code]]),
                self.state(unit, code),
                self.valence(unit, code),
                self.evidence(unit, code, most=evidence),
            )
            for code in found
        )

    # reviewing -----------------------------------------------------------------------------------------------------

    def _open(self, done: Collection[int]) -> NDArray[np.intp]:
        finished = np.zeros(len(self.units), bool)
        finished[list(done)] = True
        return np.flatnonzero(self._coded & ~finished)

    def order(
        self,
        kind: Literal["reading", "certain", "useful", "random"] = "reading",
        *,
        reviewed: Collection[int] | None = None,
        seed: int | None = None,
    ) -> list[int]:
        """Return the units still to be reviewed, in an order.

        Args:
            kind: ``reading`` as they stand; ``certain`` the surest first; ``useful`` those first from which most is
                learnt, spread over the talk; ``random`` a fair sample, with or without suggestions.
            reviewed: Units to leave out; without it those that the engine knows to be finished.
            seed: Seed of the random order.
        """
        left = self._open(self._reviewed if reviewed is None else reviewed)
        if kind == "random":
            left = np.random.default_rng(self._seed if seed is None else seed).permutation(left)
        elif kind == "certain" and self.codes:
            left = left[np.argsort(-self._probabilities[left].max(axis=1), kind="stable")]
        elif kind == "useful" and self.codes:
            p = self._probabilities[left].astype(np.float64)
            left = left[review.most_useful(self._system.vectors(left), p)]
        return [int(unit) for unit in left]

    def remaining(self, *, sample: Collection[int] = ()) -> Remaining:
        """Return how many right codes are still to be found in units that nobody has finished, with an interval.

        Args:
            sample: Finished units that were drawn at random, as with the order ``random``. With ten or more of them
                the estimate is free of what the model believes; without, it is the sum of its probabilities.
        """
        left = self._open(self._reviewed)
        decided = sorted(self._decided())
        given, known = targets([Row("decision", "", unit=unit) for unit in decided], *self._said())
        # In units that are open, only codes that nobody has decided are still to be found.
        expected = np.asarray(self._probabilities[left], np.float64)
        place_of = {unit: i for i, unit in enumerate(decided)}
        places = np.array([place_of.get(int(unit), -1) for unit in left], np.intp)
        expected[places >= 0] *= ~known[places[places >= 0]]
        found = int((given >= 0.5).sum())
        drawn = sorted(set(sample) & self._reviewed & set(self._row_of))
        if len(drawn) >= 10:
            counts = (given[[place_of[unit] for unit in drawn]] >= 0.5).sum(axis=1).astype(np.float64)
            predicted = self._curve(self._left[[self._row_of[unit] for unit in drawn]]).sum(axis=1).astype(np.float64)
            return review.from_sample(counts, predicted, expected.sum(axis=1), found)
        return review.from_probabilities(expected, 0.5 / np.sqrt(1 + known.any(axis=1).sum() / 10), found)
