"""How far coders agree: coefficients that are right, with intervals, and a reason where there is none.

:func:`agree` reads a project. :func:`compare` works on plain inputs made by :func:`build_material`, and the functions
named after coefficients on plain lists. :mod:`coding.agreement.machine` makes suggestions that people can be compared
with; it stands apart, since it needs the language model.
"""

from __future__ import annotations

from coding.agreement.compare import CodeAgreement, Comparison, compare
from coding.agreement.formulas import (
    brennan_prediger,
    cohen_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
)
from coding.agreement.gather import UNITS, agree, is_same_person
from coding.agreement.masi import masi_alpha
from coding.agreement.material import Mark, Material, Talk, build_material
from coding.agreement.reading import BY_CODE, COEFFICIENTS, Estimate, read_value
from coding.agreement.report import READ_IT, Agreement, describe, show_value, sort_codes
from coding.agreement.tables import LEAST_CODED, Sampling
from coding.agreement.unitizing import UnitizingAlpha, unitizing_alpha

__all__ = [
    "BY_CODE",
    "COEFFICIENTS",
    "LEAST_CODED",
    "READ_IT",
    "UNITS",
    "Agreement",
    "CodeAgreement",
    "Comparison",
    "Estimate",
    "Mark",
    "Material",
    "Sampling",
    "Talk",
    "UnitizingAlpha",
    "agree",
    "brennan_prediger",
    "build_material",
    "cohen_kappa",
    "compare",
    "describe",
    "gwet_ac1",
    "is_same_person",
    "krippendorff_alpha",
    "masi_alpha",
    "percent_agreement",
    "read_value",
    "show_value",
    "sort_codes",
    "unitizing_alpha",
]
