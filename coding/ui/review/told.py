"""Which suggestions a browser was told, so that it is told only what has changed since."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from coding.ui.review.board import MOST, Page, rows_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEEN_PERCENT = 3
"""By how much a probability must differ for a person to see it."""

PORTION = 10
"""How many rows a version has at most, so that much can go out in little pieces."""

Spot = tuple[int, int]


class Told:
    """The suggestions of one transcript as one browser session was told them.

    Every row has the version with which it went out last; a browser says which version it has, and is told the rows
    that are newer.

    Args:
        page: The suggestions that went out with the transcript itself, as version 0.
        codes: Ids of codes; suggestions refer to them by position.
        only: The segments that went out, or ``None`` for all.
    """

    def __init__(self, page: Page, codes: Sequence[str], only: Collection[Spot] | None) -> None:
        self.version = 0
        self._places: tuple[Spot, ...] = tuple(zip(page.starts, page.ends, strict=True))
        self._rows = page.packed(codes)
        self._rows[~self._visible(only)] = _nothing()
        self._versions = np.zeros(len(self._places), np.int64)
        self._new = self._rows
        self._waiting = np.zeros(len(self._places), bool)
        self._compared: tuple[object, ...] = (page, len(codes), None if only is None else len(only))

    def compare(self, page: Page, codes: Sequence[str], only: Collection[Spot] | None) -> None:
        """Note which rows are no longer as they were told."""
        state = (page, len(codes), None if only is None else len(only))
        if state == self._compared:
            return
        self._compared = state
        places = tuple(zip(page.starts, page.ends, strict=True))
        if places != self._places:
            self._move(places)
        self._new = page.packed(codes)
        seen = self._visible(only)
        other = (self._new[:, [0, 2]] != self._rows[:, [0, 2]]).any(axis=(1, 2))
        other |= (np.abs(self._new[:, 1] - self._rows[:, 1]) >= SEEN_PERCENT).any(axis=1)
        self._waiting = other & seen

    def release(self, near: int, room: int) -> None:
        """Let at most ``room`` rows go out as new versions: what is near and behind ``near`` before what is far."""
        waiting = np.flatnonzero(self._waiting)
        if room <= 0 or not len(waiting):
            return
        starts = np.array([self._places[at][0] for at in waiting], np.int64)
        order = np.lexsort((np.abs(starts - near), starts < near - 200))
        for at in range(0, min(room, len(order)), PORTION):
            out = waiting[order[at : min(room, at + PORTION)]]
            self.version += 1
            self._rows[out] = self._new[out]
            self._versions[out] = self.version
            self._waiting[out] = False

    def newer(self, since: int) -> int:
        """Return how many rows are newer than version ``since``."""
        return int((self._versions > since).sum())

    def rows(self, since: int, most: int) -> tuple[int, list[list[int]]]:
        """Return rows that are newer than version ``since``, and the version that a browser has with them.

        Versions go out whole and in order; the first one goes out however large it is.

        Args:
            since: The version that the browser has.
            most: The most rows, but for the first version.
        """
        new = np.flatnonzero(self._versions > since)
        if not len(new):
            return max(since, self.version), []
        new = new[np.argsort(self._versions[new], kind="stable")]
        of_each = self._versions[new]
        many = max(most, int((of_each == of_each[0]).sum()))
        if many < len(new):
            many = int(np.searchsorted(of_each, of_each[many], side="left"))
        out = new[: max(many, int((of_each == of_each[0]).sum()))]
        return int(self._versions[out[-1]]), rows_of([self._places[at] for at in out], self._rows[out])

    def _visible(self, only: Collection[Spot] | None) -> NDArray[np.bool_]:
        if only is None:
            return np.ones(len(self._places), bool)
        return np.array([place in only for place in self._places], bool)

    def _move(self, places: tuple[Spot, ...]) -> None:
        """Go over to segments that were cut anew; those that are as they were keep what was told of them."""
        old = {place: at for at, place in enumerate(self._places)}
        came_from = np.array([old.get(place, -1) for place in places], np.intp)
        rows = np.tile(_nothing(), (len(places), 1, 1))
        versions = np.zeros(len(places), np.int64)
        kept = came_from >= 0
        rows[kept], versions[kept] = self._rows[came_from[kept]], self._versions[came_from[kept]]
        self._places, self._rows, self._versions = places, rows, versions


def _nothing() -> NDArray[np.int16]:
    row = np.zeros((3, MOST), np.int16)
    row[0] = -1
    return row
