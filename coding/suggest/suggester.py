"""The engine: codebook text and decisions in, suggestions with their evidence out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coding.errors import CodingError
from coding.model import Codebook, Evidence, State, Suggestion, Valence
from coding.suggest import calibrate, review, solve, valence
from coding.suggest.choose import choose
from coding.suggest.kernels import Doubles, Features, Floats, Kernel, featurise
from coding.suggest.review import Remaining
from coding.suggest.rows import Row, check, codebook_rows, place, targets, term
from coding.suggest.system import System
from coding.suggest.types import Decision, Unit

STATES = (State.NOTHING, State.UNSURE, State.SUGGESTED)
VALENCES = (Valence.SHOWN, Valence.LACKING, Valence.UNCLEAR)

CLAUSES_FROM = 50
"""From so many decided units on, a fit also reads clause by clause, for which the clauses must be embedded."""

_LACKING = 0.6
_UNCLEAR = 0.5
_SAMPLE = 1000


class Suggester:
    """Suggestions for units of talk, learnt from a codebook and from decisions.

    The sentences of the codebook and the decided units are training rows. With their likeness ``K``, a noise ``N`` on
    its diagonal and what they say of each code ``Y``, the weights are ``(K + N)^-1 Y`` and a unit's scores are its
    likeness to the rows times the weights: kernel ridge regression, or the mean of a Gaussian process (Rasmussen and
    Williams 2006, section 2.2). So every score is a sum over rows, which is the evidence that is shown.

    Build one with :meth:`fit`; everything it answers is the same for the same input.

    Attributes:
        codebook: The codebook it was fitted with.
        units: The units.
        codes: Ids of the codes, in the order of the columns.
        target_precision: The share of suggestions that shall be right.
    """

    def __init__(
        self, codebook: Codebook, units: Sequence[Unit], features: Features, *, target_precision: float
    ) -> None:
        self.codebook = codebook
        self.units = tuple(units)
        self.codes = tuple(code.id for code in codebook.codable)
        self.target_precision = target_precision
        self._column = {code_id: j for j, code_id in enumerate(self.codes)}
        self._all = features
        self._rows = codebook_rows(codebook)
        self._sentences = len(self._rows)
        self._row_of: dict[int, int] = {}
        self._decisions: dict[int, list[Decision]] = {}
        self._reviewed: set[int] = set()
        self._coded = np.array([unit.coded for unit in units], bool)
        self._seed = 0
        self._prior = (1.0, 0.0)
        self._system: System
        self._lacking: Floats | None = None
        self._lacking_told: tuple[NDArray[np.intp], NDArray[np.intp], Doubles]
        self._lacking_is_old = True

    @classmethod
    def fit(
        cls,
        codebook: Codebook,
        units: Sequence[Unit],
        embeddings: NDArray[np.float32],
        *,
        encode: Callable[[Sequence[str]], NDArray[np.float32]],
        decisions: Sequence[Decision] = (),
        reviewed: Collection[int] = (),
        target_precision: float = 0.8,
        seed: int = 0,
        kernel: Kernel | None = None,
    ) -> Suggester:
        """Learn from a codebook and decisions, and score every unit for every code.

        Args:
            codebook: Its codable codes become the columns.
            units: The segments in order; units of one source are each other's context.
            embeddings: Unit-norm embeddings of the units, ``(n_units, d)``.
            encode: Returns unit-norm embeddings of other texts, ``(n, d)``: the codebook's sentences and, once there
                are decisions enough, the clauses of the units. It should remember what it computed.
            decisions: What people decided.
            reviewed: Units that a coder finished: a code without a positive decision is not in them.
            target_precision: The share of suggestions that shall be right.
            seed: Kept for the order ``random`` where that is given none.
            kernel: How rows are compared; without it that is chosen from the decisions.

        Raises:
            CodingError: If the embeddings do not fit the units, or a decision does not fit the codebook or the units.

        >>> from coding.model import Code, Codebook
        >>> book = Codebook("c", codes=(Code("wait", "Waiting", examples=("a long wait",)), Code("staff", "Staff")))
        >>> units = [Unit("t:0-18", "we had a long wait"), Unit("t:19-29", "kind staff")]
        >>> embeddings = np.eye(2, dtype=np.float32)
        >>> model = Suggester.fit(book, units, embeddings, encode=lambda texts: np.ones((len(texts), 2)) / 2**0.5)
        >>> [model.codes[j] for j in model.scores.argmax(axis=1)]
        ['wait', 'staff']
        """
        embeddings = np.asarray(embeddings, np.float32)
        if embeddings.ndim != 2 or len(embeddings) != len(units):
            shape = "x".join(str(size) for size in embeddings.shape)
            raise CodingError(f"{len(units)} segments need {len(units)} embeddings, not an array of {shape}")
        if not 0 < target_precision < 1:
            raise CodingError(f"the target precision must lie between 0 and 1, not at {target_precision}")
        sentences = [row.text for row in codebook_rows(codebook)]
        decided = {decision.unit for decision in decisions} | set(reviewed)
        features = featurise(units, embeddings, sentences, encode, clauses=len(decided) >= CLAUSES_FROM)
        self = cls(codebook, units, features, target_precision=target_precision)
        self._seed = seed
        self._take(decisions, reviewed)
        self._solve(kernel)
        return self

    # learning ------------------------------------------------------------------------------------------------------

    def update(
        self,
        decisions: Sequence[Decision] = (),
        *,
        removed: Sequence[Decision] = (),
        reviewed: Collection[int] = (),
        unreviewed: Collection[int] = (),
    ) -> None:
        """Learn from further decisions, or unlearn some, by block updates of the inverse and without a new fit.

        The answer is the same as that of a fit with the same kernel. The kernel stays as the last fit chose it.

        Args:
            decisions: New decisions.
            removed: Decisions that no longer hold, as they were given.
            reviewed: Units that a coder has now finished.
            unreviewed: Units that count as finished no longer.

        Raises:
            CodingError: If a decision does not fit the codebook or the units, or a removed one was never made; then
                nothing has changed.
        """
        kept = {unit: list(made) for unit, made in self._decisions.items()}
        for decision in removed:
            if decision not in kept.get(decision.unit, ()):
                raise CodingError(f"there is no such decision to take back: {decision}")
            kept[decision.unit].remove(decision)
        check(decisions, reviewed, len(self.units), self._column)
        self._decisions = kept
        self._take(decisions, reviewed)
        self._reviewed.difference_update(unreviewed)
        live = self._live()
        gone = [unit for unit in self._row_of if unit not in live]
        if gone:
            self._system.drop(gone)
        new = sorted(live - set(self._row_of))
        if new:
            self._system.add(new)
        self._note(self._system.decided)
        self._refresh()

    def refit(self, *, kernel: Kernel | None = None) -> None:
        """Solve from the start, without reading the texts again.

        Worth it now and then: updates keep the kernel that was chosen when there were fewer decisions.

        Args:
            kernel: How rows are compared; without it that is chosen anew.
        """
        self._solve(kernel)

    def _take(self, decisions: Sequence[Decision], reviewed: Collection[int]) -> None:
        check(decisions, reviewed, len(self.units), self._column)
        for decision in decisions:
            self._decisions.setdefault(int(decision.unit), []).append(decision)
        self._reviewed.update(int(unit) for unit in reviewed)

    def _live(self) -> set[int]:
        return {unit for unit, made in self._decisions.items() if made} | self._reviewed

    def _solve(self, kernel: Kernel | None) -> None:
        live = sorted(self._live())
        self._note(live)
        if kernel is None:
            n = len(self.units)
            kernel = choose(self._all.take([*range(n, len(self._all)), *live]), *self._targets(), Kernel())
        self._system = System(kernel, self._all, len(self.units), live)
        self._prior = self._guess()
        self._refresh()

    def _guess(self) -> tuple[float, float]:
        """Return how scores become probabilities before any decision, from the codebook and a thin sample of units."""
        rows = self._rows[: self._sentences]
        given = targets(rows, {}, (), self._column)[0]
        kept = solve.inverse(self._system.among_sentences, self._system.noise(len(rows)))
        weights = kept @ given
        told = np.array([row.kind != "name" for row in rows], bool)
        some = np.flatnonzero(self._coded)[:: 1 + int(self._coded.sum()) // _SAMPLE]
        left = solve.left_out(kept, weights, given)
        return calibrate.prior_curve(left[told], given[told], self._system.across[some, : len(rows)] @ weights)

    def _note(self, decided: Iterable[int]) -> None:
        """Make the rows those of the codebook and of the decided units."""
        self._rows = self._rows[: self._sentences]
        self._rows += [Row("decision", self.units[unit].text, unit=unit) for unit in decided]
        self._row_of = {row.unit: i for i, row in enumerate(self._rows) if row.unit >= 0}

    def _targets(self) -> tuple[Doubles, NDArray[np.bool_]]:
        return targets(self._rows, self._decisions, self._reviewed, self._column)

    def _refresh(self) -> None:
        """Recompute weights, scores, probabilities and states from the kept inverse."""
        self._lacking_is_old = True
        inverse = self._system.inverse
        given, known = self._targets()
        talk = np.array([row.unit >= 0 for row in self._rows], bool)
        wanted = solve.fill(inverse, given, known | ~talk[:, None])
        self._weights = inverse @ wanted
        self._scores: Floats = self._system.across @ self._weights.astype(np.float32)
        self._left = solve.left_out(inverse, self._weights, wanted)
        # Who codes a unit has read it, and most of the codes not given are not there. Without them, a run of accepted
        # suggestions and nothing else would look as if every code were everywhere.
        settled = known | (known & (given > 0)).any(axis=1, keepdims=True)
        self._curve = calibrate.fit_curve(self._left[talk], given[talk], settled[talk], self._prior)
        self._probabilities = self._curve(self._scores)
        open_ = self._coded.copy()
        open_[list(self._row_of)] = False
        self._suggested_at, self._unsure_at = calibrate.thresholds(
            self._probabilities[open_], self.target_precision, decided=int(known.any(axis=1).sum())
        )
        self._states = (self._probabilities >= self._unsure_at).astype(np.int8)
        self._states += self._probabilities >= self._suggested_at
        self._states[~self._coded] = 0

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
        given, known = self._targets()
        # In units that are open, only codes that nobody has decided are still to be found.
        expected = np.asarray(self._probabilities[left], np.float64)
        rows = np.array([self._row_of.get(int(unit), -1) for unit in left], np.intp)
        expected[rows >= 0] *= ~known[rows[rows >= 0]]
        found = int((given[self._sentences :] >= 0.5).sum())
        drawn = [self._row_of[unit] for unit in sorted(set(sample) & self._reviewed)]
        if len(drawn) >= 10:
            counts = (given[drawn] >= 0.5).sum(axis=1).astype(np.float64)
            predicted = self._curve(self._left[drawn]).sum(axis=1).astype(np.float64)
            return review.from_sample(counts, predicted, expected.sum(axis=1), found)
        return review.from_probabilities(expected, 0.5 / np.sqrt(1 + known.any(axis=1).sum() / 10), found)
