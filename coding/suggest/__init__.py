"""Suggestions that learn from every decision and show their evidence.

One closed-form model without a training loop: the codebook's sentences and the coders' decisions are its training rows,
a kernel of meaning and wording compares rows, and a ridge solve gives a score for every unit and code. So a score is a
sum over named rows, and its evidence is exact.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from coding.suggest.types import Decision, Unit

if TYPE_CHECKING:
    from coding.suggest.kernels import Kernel
    from coding.suggest.review import Remaining
    from coding.suggest.suggester import Suggester

__all__ = ["Decision", "Kernel", "Remaining", "Suggester", "Unit"]

# What needs NumPy is imported when it is first asked for, so that the command answers at once.
_LATER = {"Kernel": "kernels", "Remaining": "review", "Suggester": "suggester"}


def __getattr__(name: str) -> object:
    """Import a public name where it is first used."""
    if name in _LATER:
        return getattr(import_module(f"coding.suggest.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
