"""Where coders differ, and what stands once that is settled.

:func:`find_differences` lists the places, :func:`settle` makes the operation that settles one, and :func:`layer` shows
a project as the consensus has it, so that whatever reads a project can read the consensus in its place.
"""

from __future__ import annotations

from coding.consensus.differ import Difference, Differences, Disputed, Side, find_differences, settle
from coding.consensus.places import UNITS
from coding.consensus.view import LAYERS, Layer, layer, open_places

__all__ = [
    "LAYERS",
    "UNITS",
    "Difference",
    "Differences",
    "Disputed",
    "Layer",
    "Side",
    "find_differences",
    "layer",
    "open_places",
    "settle",
]
