"""The engine: codebook text and decisions in, suggestions with their evidence out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from coding.errors import CodingError
from coding.model import Codebook
from coding.suggest import calibrate, solve
from coding.suggest.answers import Answers
from coding.suggest.choose import choose
from coding.suggest.kernels import Doubles, Features, Floats, Kernel, featurise
from coding.suggest.rows import Row, check, codebook_rows, targets, thin
from coding.suggest.system import System
from coding.suggest.types import Decision, Unit

CLAUSES_FROM = 50
"""From so many decided units on, a fit also reads clause by clause, for which the clauses must be embedded."""

MOST_ROWS = 4000
"""How many decided units are learnt from at most. The memory of a fit grows with the square of them and its time with
the cube; of more a share is taken that is the same every time."""

_SAMPLE = 1000
_MANY = 200


class Suggester(Answers):
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
        new = sorted(live - set(self._row_of))
        if len(gone) + len(new) > max(_MANY, len(live) // 4):
            self._solve(self.kernel)
            return
        if gone:
            self._system.drop(gone)
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
        """Return the units to learn from: the decided ones, or of very many a share that is the same every time."""
        return thin(self._decided(), MOST_ROWS)

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
        open_[list(self._decided())] = False
        self._suggested_at, self._unsure_at = calibrate.thresholds(
            self._probabilities[open_], self.target_precision, decided=int(known.any(axis=1).sum())
        )
        self._states = (self._probabilities >= self._unsure_at).astype(np.int8)
        self._states += self._probabilities >= self._suggested_at
        self._states[~self._coded] = 0
