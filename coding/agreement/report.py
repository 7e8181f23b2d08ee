"""Show agreement: as JSON, and as tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coding.agreement.compare import CodeAgreement, Comparison
from coding.agreement.reading import COEFFICIENTS, Estimate

_COLUMNS = ("percent", "kappa", "alpha", "ac1", "code_u_alpha")
_HEADS = {"percent": "percent", "kappa": "kappa", "alpha": "alpha", "ac1": "AC1", "code_u_alpha": "u-alpha"}
_CONDITIONS = {"all": "", "blind": ", where all but one were blind", "assisted": ", where two or more were not blind"}

READ_IT = (
    ".80 and more is reliable, .667 and more tentative; in brackets stands the 95 % interval from resampled turns. "
    "Overall values average observed and expected disagreement over the codes that were used. "
    "Percent agreement, AC1 and Brennan-Prediger are high wherever a code is rare: coders agree on where it is not."
)
"""How to read the tables."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the coders of a project agree.

    Attributes:
        unit: Segment, sentence, turn or character.
        resamples: How often turns were drawn anew.
        seed: For the draws.
        comparisons: People first, the machine last.
        names: The names of the codes by their ids.
        notes: Why there is nothing to compare.
    """

    unit: str
    resamples: int
    seed: int
    comparisons: tuple[Comparison, ...]
    names: Mapping[str, str]
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return what ``coding agree --json`` prints."""
        return {
            "unit": self.unit,
            "resamples": self.resamples,
            "seed": self.seed,
            "codes": dict(self.names),
            "comparisons": [comparison.as_dict() for comparison in self.comparisons],
            "notes": list(self.notes),
        }

    def as_table(self) -> str:
        """Return tables for a terminal."""
        lines = list(self.notes)
        detailed = next((found for found in self.comparisons if found.condition == "all"), None)
        for comparison in self.comparisons:
            lines += [*([""] if lines else []), describe(comparison, self.unit)]
            lines += [f"  note: {note}" for note in comparison.notes]
            lines += _overall(comparison)
            if comparison is detailed and comparison.turns:
                lines += ["", *_by_code(comparison, self.names)]
        if self.comparisons:
            lines += ["", READ_IT]
        return "\n".join(lines)


def describe(comparison: Comparison, unit: str) -> str:
    """Return one line on who is compared, and on what."""
    names = comparison.coders
    who = f"{', '.join(names[:-1])} and {names[-1]}"
    if comparison.kind == "same person":
        who += " (the same person twice)"
    where = f"{_count(comparison.units, unit)} in {_count(comparison.turns, 'turn')}"
    where += f" of {_count(comparison.transcripts, 'transcript')}"
    return f"{who}{_CONDITIONS[comparison.condition]}: {where}"


def show_value(name: str, found: Estimate) -> str:
    """Return the value with its interval, or a dash.

    >>> show_value("alpha", Estimate(0.7, 0.61, 0.8, "tentative")), show_value("percent", Estimate(0.981))
    ('.70 [.61, .80]', '98.1 %')
    """
    if found.value is None:
        return "–"
    if name == "percent":
        ends = "" if found.low is None or found.high is None else f" [{found.low:.1%}, {found.high:.1%}]"
        return f"{found.value:.1%}{ends}".replace("%", " %")
    ends = "" if found.low is None or found.high is None else f" [{_short(found.low)}, {_short(found.high)}]"
    return f"{_short(found.value)}{ends}"


def sort_codes(comparison: Comparison) -> list[CodeAgreement]:
    """Return the codes with the lowest alpha first; those without a value stand at the end."""

    def key(code: CodeAgreement) -> tuple[bool, float]:
        value = code.estimates["alpha"].value
        return value is None, value if value is not None else -code.coded_by_any

    return sorted(comparison.codes, key=key)


def _overall(comparison: Comparison) -> list[str]:
    rows = []
    for name, label in COEFFICIENTS.items():
        found = comparison.estimates[name]
        rows.append((label, show_value(name, found), "; ".join(part for part in (found.reading, found.reason) if part)))
    return list(_align(rows))


def _by_code(comparison: Comparison, names: Mapping[str, str]) -> list[str]:
    both = "both" if len(comparison.coders) == 2 else "all"
    heads = ("code, the lowest alpha first", *comparison.coders, both, *(_HEADS[name] for name in _COLUMNS), "reading")
    rows = [heads]
    for code in sort_codes(comparison):
        alpha = code.estimates["alpha"]
        values = [show_value(name, code.estimates[name]).split(" [")[0] for name in _COLUMNS]
        values[_COLUMNS.index("alpha")] = show_value("alpha", alpha)
        counts = (*(str(count) for count in code.coded), str(code.coded_by_all))
        rows.append((names[code.code_id], *counts, *values, alpha.reading or alpha.reason))
    return list(_align(rows))


def _align(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)]
        yield ("  " + "  ".join(cells)).rstrip()


def _short(value: float) -> str:
    """Return two decimals without the zero in front, as coefficients are written; three where two would round to 1."""
    if 0.995 <= value < 1 - 1e-12:
        return ">.999" if value >= 0.9995 else f"{value:.3f}"[1:]
    text = f"{value:.2f}".replace("-0.00", "0.00")
    return text.replace("0.", ".", 1) if abs(value) < 0.995 else text


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
