"""Suggestions that learn from every decision and show their evidence.

One closed-form model without a training loop: the codebook's sentences and the coders' decisions are its training rows,
a kernel of meaning and wording compares rows, and a ridge solve gives a score for every unit and code. So a score is a
sum over named rows, and its evidence is exact.
"""

from __future__ import annotations

from coding.suggest.kernels import Kernel
from coding.suggest.review import Remaining
from coding.suggest.suggester import Suggester
from coding.suggest.types import Decision, Unit

__all__ = ["Decision", "Kernel", "Remaining", "Suggester", "Unit"]
