"""Compare some of the coders: every coefficient, by code and overall, with intervals from resampled turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypedDict

import numpy as np

from coding.agreement.chosen import Chosen, Condition
from coding.agreement.material import Material
from coding.agreement.reading import Estimate, EstimateDict
from coding.agreement.tables import Sampling, Tables

Kind = Literal["people", "same person", "machine"]


class CodeDict(TypedDict):
    """A :class:`CodeAgreement` as JSON has it."""

    code_id: str
    coded: list[int]
    coded_by_any: int
    coded_by_all: int
    estimates: dict[str, EstimateDict]


class ComparisonDict(TypedDict):
    """A :class:`Comparison` as JSON has it."""

    coders: list[str]
    kind: str
    condition: str
    units: int
    turns: int
    transcripts: int
    estimates: dict[str, EstimateDict]
    codes: list[CodeDict]
    notes: list[str]


@dataclass(frozen=True, slots=True)
class CodeAgreement:
    """How far coders agree on one code.

    Attributes:
        code_id: The code.
        coded: In how many of the compared units each coder has it; characters where the unit is the character.
        coded_by_any: In how many at least one has it.
        coded_by_all: In how many all have it who finished the unit.
        estimates: By the names in :data:`~coding.agreement.reading.BY_CODE`.
    """

    code_id: str
    coded: tuple[int, ...]
    coded_by_any: int
    coded_by_all: int
    estimates: dict[str, Estimate]

    def as_dict(self) -> CodeDict:
        """Return what JSON has."""
        return {
            "code_id": self.code_id,
            "coded": list(self.coded),
            "coded_by_any": self.coded_by_any,
            "coded_by_all": self.coded_by_all,
            "estimates": {name: found.as_dict() for name, found in self.estimates.items()},
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far some coders agree.

    Attributes:
        coders: Who.
        kind: People, the same person twice, or a person and the machine.
        condition: On all units, on those where all coders but one were blind, or on the others.
        units: How many units were compared; characters where the unit is the character.
        turns: In how many turns.
        transcripts: In how many transcripts.
        estimates: Overall, by the names in :data:`~coding.agreement.reading.COEFFICIENTS`.
        codes: By code.
        notes: What to know before using the values.
    """

    coders: tuple[str, ...]
    kind: Kind
    condition: Condition
    units: int
    turns: int
    transcripts: int
    estimates: dict[str, Estimate]
    codes: tuple[CodeAgreement, ...]
    notes: tuple[str, ...] = ()

    def as_dict(self) -> ComparisonDict:
        """Return what JSON has."""
        return {
            "coders": list(self.coders),
            "kind": self.kind,
            "condition": self.condition,
            "units": self.units,
            "turns": self.turns,
            "transcripts": self.transcripts,
            "estimates": {name: found.as_dict() for name, found in self.estimates.items()},
            "codes": [code.as_dict() for code in self.codes],
            "notes": list(self.notes),
        }


def compare(
    material: Material,
    coders: Sequence[int],
    *,
    kind: Kind = "people",
    condition: Condition = "all",
    sampling: Sampling | None = None,
    reading: str = "",
    notes: Sequence[str] = (),
) -> Comparison:
    """Compare some of the coders on the units that two of them or more finished.

    Args:
        material: What all coders did.
        coders: Their numbers in it, two or more.
        kind: What is compared.
        condition: Which units count: ``blind`` are those that all of the coders but one finished blind.
        sampling: For the intervals.
        reading: What to write beside every value in place of how it would be read otherwise.
        notes: What to know before using the values.

    Returns:
        The values; a value that is not defined or rests on too little has a reason in its place.
    """
    how = sampling or Sampling()
    chosen = Chosen.of(material, list(coders), condition)
    tables = Tables.of(chosen, material, how)
    any_coded, everyone = chosen.count_any(), chosen.count_all()
    least = chosen.count_independent()
    codes = tuple(
        CodeAgreement(
            code_id,
            tuple(round(float(count)) for count in chosen.count_each(at)),
            round(float(any_coded[at])),
            round(float(everyone[at])),
            _read_as(reading, tables.by_code(at, float(any_coded[at]), int(least[at]))),
        )
        for at, code_id in enumerate(material.codes)
    )
    return Comparison(
        tuple(material.coders[coder] for coder in coders),
        kind,
        condition,
        round(float(chosen.weights.sum())),
        chosen.turns,
        len(np.unique(material.transcripts[chosen.turn_numbers])),
        _read_as(reading, tables.overall(float(any_coded.mean()), int(least.sum()))),
        codes,
        tuple(notes),
    )


def _read_as(reading: str, found: dict[str, Estimate]) -> dict[str, Estimate]:
    if not reading:
        return found
    return {name: replace(item, reading=reading) if item.value is not None else item for name, item in found.items()}
