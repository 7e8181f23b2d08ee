"""The engine: codebook text and decisions in, suggestions with their evidence out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from coding.errors import CodingError
from coding.model import Codebook, Evidence, State, Suggestion, Valence
from coding.suggest import calibrate, solve
from coding.suggest.kernels import Doubles, Features, Floats, Kernel, featurise, gram, stack
from coding.suggest.types import Decision, Unit

STATES = (State.NOTHING, State.UNSURE, State.SUGGESTED)


@dataclass(frozen=True, slots=True)
class Row:
    """One training row: a sentence of the codebook (``unit`` is -1) or a decided unit."""

    kind: str
    text: str
    code: int = -1
    unit: int = -1


@dataclass(frozen=True, slots=True)
class Remaining:
    """How many right codes are still to be found.

    Attributes:
        expected: The estimate.
        low: Lower end of the interval.
        high: Upper end of the interval.
        found: Right codes that people have decided on so far.
        method: ``probabilities`` or ``sample``.
    """

    expected: float
    low: float
    high: float
    found: int
    method: str


class Suggester:
    """Suggestions for units of talk, learnt from a codebook and from decisions; see :meth:`fit`."""

    def __init__(self, codebook: Codebook, units: Sequence[Unit], features: Features, *, target_precision: float) -> None:
        self.codebook = codebook
        self.units = tuple(units)
        self.codes = tuple(code.id for code in codebook.codable)
        self.kernel = Kernel()
        self.target_precision = target_precision
        self._column = {code_id: j for j, code_id in enumerate(self.codes)}
        self._features = features
        self._rows: list[Row] = []
        self._row_of: dict[int, int] = {}
        self._decisions: dict[int, list[Decision]] = {}
        self._reviewed: set[int] = set()
        self._coded = np.array([unit.coded for unit in units], bool)

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
            encode: Returns unit-norm embeddings of sentences of the codebook, ``(n, d)``.
            decisions: What people decided.
            reviewed: Units that a coder finished: a code without a positive decision is not in them.
            target_precision: The share of suggestions that shall be right.
            seed: Seed of what is drawn at random.
            kernel: Weights to use; without it they are chosen from the data.

        Raises:
            CodingError: If the embeddings do not fit the units, or a decision does not fit the codebook or the units.
        """
        embeddings = np.asarray(embeddings, np.float32)
        if embeddings.ndim != 2 or len(embeddings) != len(units):
            raise CodingError(f"{len(units)} segments need as many embeddings, not an array of shape {embeddings.shape}")
        if not 0 < target_precision < 1:
            raise CodingError(f"the target precision must lie between 0 and 1, not at {target_precision}")
        rows = _codebook_rows(codebook)
        sentences = [row.text for row in rows]
        theirs = np.asarray(encode(sentences), np.float32) if sentences else np.zeros((0, embeddings.shape[1]))
        ours, codebook_features = featurise(units, embeddings, sentences, theirs.astype(np.float32))
        self = cls(codebook, units, ours, target_precision=target_precision)
        self._rows = rows
        self._own = codebook_features
        self._take(decisions, reviewed)
        self.kernel = kernel or Kernel()
        self._solve()
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
        """Learn from further decisions, or unlearn removed ones, without a new fit.

        Args:
            decisions: New decisions.
            removed: Decisions that no longer hold, as they were given.
            reviewed: Units that a coder has now finished.
            unreviewed: Units that count as finished no longer.

        Raises:
            CodingError: If a decision does not fit the codebook or the units, or a removed one was never made.
        """
        for decision in removed:
            try:
                self._decisions.get(decision.unit, []).remove(decision)
            except ValueError:
                raise CodingError(f"there is no such decision to take back: {decision}") from None
        self._take(decisions, reviewed)
        self._reviewed.difference_update(unreviewed)
        live = {unit for unit, made in self._decisions.items() if made} | self._reviewed
        gone = sorted(set(self._row_of) - live)
        if gone:
            self._remove(gone)
        new = sorted(live - set(self._row_of))
        if new:
            self._add(new)
        self._refresh()

    def _take(self, decisions: Iterable[Decision], reviewed: Collection[int]) -> None:
        for decision in decisions:
            if not 0 <= decision.unit < len(self.units):
                raise CodingError(f"a decision refers to segment {decision.unit}, but there are {len(self.units)}")
            if decision.code_id is not None and decision.code_id not in self._column:
                raise CodingError(f"a decision refers to the code {decision.code_id!r}, which the codebook does not have")
            self._decisions.setdefault(decision.unit, []).append(decision)
        for unit in reviewed:
            if not 0 <= unit < len(self.units):
                raise CodingError(f"segment {unit} cannot be reviewed: there are {len(self.units)}")
            self._reviewed.add(int(unit))

    def _solve(self) -> None:
        """Build the kernel over all rows and solve."""
        live = sorted({unit for unit, made in self._decisions.items() if made} | self._reviewed)
        rows = stack(self._own, self._features[live]) if live else self._own
        for unit in live:
            self._row_of[unit] = len(self._rows)
            self._rows.append(Row("decision", self.units[unit].text, unit=unit))
        self._across = gram(self.kernel, self._features, rows)
        among = gram(self.kernel, rows, rows).astype(np.float64)
        self._inverse = solve.inverse(among, self._noise(self._rows))
        self._refresh()

    def _noise(self, rows: Sequence[Row]) -> Doubles:
        return np.array([self.kernel.codebook_noise if row.unit < 0 else self.kernel.noise for row in rows])

    def _add(self, new: list[int]) -> None:
        rows = [Row("decision", self.units[unit].text, unit=unit) for unit in new]
        columns = gram(self.kernel, self._features, self._features[new])
        old = [row.unit for row in self._rows]
        own = gram(self.kernel, self._own, self._features[new])
        cross = np.vstack([own, columns[old[len(own) :]]]).astype(np.float64)
        corner = columns[new].astype(np.float64) + np.diag(self._noise(rows))
        self._inverse = solve.grow(self._inverse, cross, corner)
        self._across = np.hstack([self._across, columns])
        for row in rows:
            self._row_of[row.unit] = len(self._rows)
            self._rows.append(row)

    def _remove(self, gone: list[int]) -> None:
        where = np.array([self._row_of[unit] for unit in gone])
        self._inverse = solve.shrink(self._inverse, where)
        self._across = np.delete(self._across, where, axis=1)
        leaving = set(gone)
        self._rows = [row for row in self._rows if row.unit not in leaving]
        self._row_of = {row.unit: i for i, row in enumerate(self._rows) if row.unit >= 0}

    def _targets(self) -> tuple[Doubles, NDArray[np.bool_]]:
        """Return the targets of all rows and which of them a person decided, ``(n_rows, n_codes)`` each."""
        targets = np.zeros((len(self._rows), len(self.codes)))
        known = np.zeros(targets.shape, bool)
        for i, row in enumerate(self._rows):
            if row.unit < 0:
                if row.code >= 0:
                    targets[i, row.code] = 1.0
                continue
            known[i] = row.unit in self._reviewed
            votes: dict[int, list[bool]] = {}
            for decision in self._decisions.get(row.unit, []):
                if decision.code_id is None:
                    known[i] = True
                else:
                    votes.setdefault(self._column[decision.code_id], []).append(decision.positive)
            for j, cast in votes.items():
                targets[i, j] = sum(cast) / len(cast)
                known[i, j] = True
        return targets, known

    def _refresh(self) -> None:
        """Recompute weights, scores, probabilities and thresholds from the kept inverse."""
        targets, known = self._targets()
        self._known = known
        self._weights = self._inverse @ targets
        self._scores: Floats = self._across @ self._weights.astype(np.float32)
        left = solve.left_out(self._inverse, self._weights, targets)
        own = np.array([row.unit < 0 and row.code >= 0 and row.kind != "name" for row in self._rows], bool)
        prior = calibrate.prior_curve(left[own], targets[own])
        decided = np.array([row.unit >= 0 for row in self._rows], bool)
        self._curve = calibrate.fit_curve(left[decided], targets[decided], known[decided], prior)
        self._probabilities = self._curve(self._scores)
        self._suggested_at, self._unsure_at = calibrate.thresholds(
            self._probabilities[self._coded], self.target_precision
        )
        self._states = (self._probabilities >= self._unsure_at).astype(np.int8)
        self._states += self._probabilities >= self._suggested_at
        self._states[~self._coded] = 0
        self._valence = self._solve_valence()

    def _solve_valence(self) -> Floats | None:
        """Return from -1 (lacking) to 1 (shown) a unit, or ``None`` where nothing tells them apart."""
        where, signs = [], []
        for i, row in enumerate(self._rows):
            if row.kind in ("example", "contrary"):
                where.append(i)
                signs.append(1.0 if row.kind == "example" else -1.0)
            elif row.unit >= 0:
                votes = [d.valence for d in self._decisions.get(row.unit, []) if d.code_id is not None and d.positive]
                if votes:
                    where.append(i)
                    signs.append(float(np.mean([(v is Valence.SHOWN) - (v is Valence.LACKING) for v in votes])))
        if not signs or min(signs) >= 0:
            return None
        among = np.zeros((len(where), len(where)))
        sentences = [self._rows[i] for i in where if self._rows[i].unit < 0]
        own = self._own[[self._rows.index(row) for row in sentences]]
        ours = [self._rows[i].unit for i in where if self._rows[i].unit >= 0]
        features = stack(own, self._features[ours]) if ours else own
        among = gram(self.kernel, features, features).astype(np.float64)
        target = np.array(signs) - np.mean(signs)
        weights = solve.inverse(among, np.full(len(where), 0.5)) @ target
        result: Floats = self._across[:, where] @ weights.astype(np.float32) + np.float32(np.mean(signs))
        return result

    # reading -------------------------------------------------------------------------------------------------------

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
        """0 nothing, 1 unsure, 2 suggested; ``(n_units, n_codes)``."""
        return self._states

    @property
    def thresholds(self) -> dict[str, tuple[float, float]]:
        """From which probability on a code is suggested, and unsure, by code id."""
        return {
            code: (float(self._suggested_at[j]), float(self._unsure_at[j])) for j, code in enumerate(self.codes)
        }

    @property
    def calibrated(self) -> dict[str, bool]:
        """By code id, whether its probability rests on decisions; otherwise it is a guess from the codebook."""
        return {code: bool(self._curve.learnt[j]) for j, code in enumerate(self.codes)}

    def state(self, unit: int, code_id: str) -> State:
        """Return whether a code is suggested for a unit, unsure, or not there."""
        return STATES[int(self._states[unit, self._column[code_id]])]

    def valence(self, unit: int, code_id: str) -> Valence:
        """Return whether a unit tells of a behaviour or of its lack."""
        if code_id not in self._column:
            raise KeyError(code_id)
        if self._valence is None:
            return Valence.SHOWN
        value = float(self._valence[unit])
        return Valence.LACKING if value < -0.15 else Valence.SHOWN if value > 0.15 else Valence.UNCLEAR

    def evidence(self, unit: int, code_id: str, *, most: int = 5) -> tuple[Evidence, ...]:
        """Return the largest terms of a score and the sum of the rest, which add up to it.

        Args:
            unit: Index of the unit.
            code_id: The code.
            most: How many terms to name; the rest is one term of kind ``other``.
        """
        j = self._column[code_id]
        terms = self._across[unit].astype(np.float64) * self._weights[:, j]
        largest = [int(i) for i in np.argsort(-np.abs(terms), kind="stable")[:most] if terms[i]]
        named = [self._term(self._rows[i], j, float(terms[i])) for i in largest]
        rest = float(self._scores[unit, j]) - sum(term.share for term in named)
        return (*named, Evidence(rest, "other"))

    def _term(self, row: Row, column: int, share: float) -> Evidence:
        if row.unit < 0:
            return Evidence(share, row.kind, row.text, self.codes[row.code] if row.code >= 0 else None)
        made = self._decisions.get(row.unit, [])
        key = self.units[row.unit].key
        about = [d for d in made if d.code_id == self.codes[column]]
        others = [d for d in made if d.code_id is not None and d.positive]
        for decision in about or others:
            kind = "accepted" if decision.positive else "rejected"
            return Evidence(share, kind, row.text, decision.code_id, decision.coder or None, key)
        coder = made[0].coder or None if made else None
        return Evidence(share, "nothing", row.text, None, coder, key)

    def suggestions(self, unit: int, *, most: int = 5, evidence: int = 5) -> tuple[Suggestion, ...]:
        """Return what the machine proposes for a unit, best first: suggested and unsure codes only.

        Args:
            unit: Index of the unit.
            most: At most so many.
            evidence: How many terms of evidence each names.
        """
        ranked = np.argsort(-self._probabilities[unit], kind="stable")
        transcript, start, end = _place(self.units[unit])
        found = []
        for j in ranked:
            if len(found) == most:
                break
            if self._states[unit, j]:
                code = self.codes[j]
                found.append(
                    Suggestion(
                        transcript,
                        start,
                        end,
                        code,
                        float(self._scores[unit, j]),
                        float(self._probabilities[unit, j]),
                        self.state(unit, code),
                        self.valence(unit, code),
                        self.evidence(unit, code, most=evidence),
                    )
                )
        return tuple(found)

    # reviewing -----------------------------------------------------------------------------------------------------

    def order(
        self,
        kind: Literal["reading", "certain", "useful", "random"] = "reading",
        *,
        reviewed: Collection[int] | None = None,
        seed: int = 0,
    ) -> list[int]:
        """Return the units still to be reviewed, in an order.

        Args:
            kind: ``reading`` as they stand; ``certain`` the surest first; ``useful`` those first from which most is
                learnt, spread over the talk; ``random`` a fair sample, with or without suggestions.
            reviewed: Units to leave out; without it those that the engine knows to be reviewed.
            seed: Seed of the random order.
        """
        done = self._reviewed if reviewed is None else set(reviewed)
        open_ = np.array([i for i in range(len(self.units)) if self._coded[i] and i not in done], np.intp)
        if kind == "random":
            return [int(i) for i in np.random.default_rng(seed).permutation(open_)]
        if kind == "reading" or not len(open_) or not self.codes:
            return [int(i) for i in open_]
        p = self._probabilities[open_].astype(np.float64)
        if kind == "certain":
            return [int(i) for i in open_[np.argsort(-p.max(axis=1), kind="stable")]]
        doubt = (p * (1 - p)).sum(axis=1)
        return [int(i) for i in open_[self._spread(open_, doubt)]]

    def _spread(self, units: NDArray[np.intp], gain: Doubles, most: int = 200) -> NDArray[np.intp]:
        """Return positions by gain, each pick lowering the gain of what is like it."""
        left = gain.copy()
        vectors = self._features.semantic[units]
        picked: list[int] = []
        for _ in range(min(most, len(units))):
            best = int(np.argmax(left))
            picked.append(best)
            left *= 1 - np.clip(vectors @ vectors[best], 0, 1) ** 2
            left[picked] = -1.0
        rest = np.setdiff1d(np.arange(len(units)), picked)
        return np.concatenate([np.array(picked, np.intp), rest[np.argsort(-gain[rest], kind="stable")]])

    def remaining(self, *, sample: Collection[int] = ()) -> Remaining:
        """Return how many right codes are still to be found in units not reviewed.

        Args:
            sample: Reviewed units that were drawn at random, in the order ``random``.
        """
        open_ = [i for i in range(len(self.units)) if self._coded[i] and i not in self._reviewed]
        found = sum(len({d.code_id for d in made if d.code_id and d.positive}) for made in self._decisions.values())
        p = self._probabilities[open_].astype(np.float64)
        expected, spread = float(p.sum()), float(np.sqrt((p * (1 - p)).sum()))
        return Remaining(expected, max(0.0, expected - 1.96 * spread), expected + 1.96 * spread, found, "probabilities")


def _codebook_rows(codebook: Codebook) -> list[Row]:
    """Return a row for each sentence of the codebook that speaks for a code."""
    rows: list[Row] = []
    column = {code.id: j for j, code in enumerate(codebook.codable)}
    for code in codebook.codes:
        j = column.get(code.id, -1)
        if j < 0:
            continue
        rows.append(Row("name", code.name, j))
        rows += [Row("definition", code.definition, j)] if code.definition.strip() else []
        rows += [Row("include", text, j) for text in code.include if text.strip()]
        rows += [Row("example", text, j) for text in code.examples if text.strip()]
        rows += [Row("contrary", text, j) for text in code.contrary_examples if text.strip()]
    return rows


def _place(unit: Unit) -> tuple[str, int, int]:
    """Return transcript and offsets of a unit, from its key where that has them."""
    transcript, _, span = unit.key.rpartition(":")
    start, _, end = span.partition("-")
    if transcript and start.isdecimal() and end.isdecimal():
        return transcript, int(start), int(end)
    return unit.source, 0, len(unit.text)
