"""From codings to findings: tables that are computed the same way for pages, plots, report and exports.

:func:`read_material` reads a project once; every table is a pure function of what it returns.
"""

from coding.findings.material import Material
from coding.findings.quoting import quotations
from coding.findings.reading import read_material
from coding.findings.saturation import Rule, Saturation, code_saturation, saturation

__all__ = ["Material", "Rule", "Saturation", "code_saturation", "quotations", "read_material", "saturation"]
