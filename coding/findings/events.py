"""Turns in order, and which codes each of them has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coding.findings.material import Material

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray
    from pandas import DataFrame


@dataclass(frozen=True)
class Events:
    """Which turn has which code; turns are numbered by their place in a frame of turns.

    Attributes:
        turn: The turn of each event; events are sorted by turn and code, and no two are alike.
        code: The code.
        session: The session of each turn.
        person: The person of each turn.
        codes: How many codes there are.
        of_part: For each row of the parts, the turn.
    """

    turn: NDArray[int64]
    code: NDArray[int64]
    session: NDArray[int64]
    person: NDArray[int64]
    codes: int
    of_part: NDArray[int64]

    def table(self, turn: NDArray[int64] | None = None, code: NDArray[int64] | None = None) -> Any:  # noqa: ANN401
        """Return events as a sparse table of turns by codes, 1 where there is one."""
        import numpy as np
        from scipy.sparse import csr_matrix

        rows, columns = (self.turn, self.code) if turn is None or code is None else (turn, code)
        shape = (len(self.session), self.codes)
        found = csr_matrix((np.ones(len(rows), dtype=np.int32), (rows, columns)), shape=shape)
        found.data[:] = 1
        return found

    def moved(self, by: int) -> tuple[NDArray[int64], NDArray[int64]]:
        """Return the events as if each turn were so many turns later, without those that leave their session."""
        import numpy as np

        to = self.turn + by
        inside = (to >= 0) & (to < len(self.session))
        inside &= self.session[np.where(inside, to, 0)] == self.session[self.turn]
        return to[inside], self.code[inside]

    def spread(self, near: int) -> Any:  # noqa: ANN401 - scipy gives its matrices no types
        """Return a table in which each turn also has the codes of the turns at most ``near`` away."""
        import numpy as np

        moved = [self.moved(by) for by in range(-near, near + 1)]
        return self.table(np.concatenate([turn for turn, _ in moved]), np.concatenate([code for _, code in moved]))


def events_in(material: Material, turns: DataFrame) -> Events:
    """Return the events of the codings that were chosen, in turns that hold all the turns of these codings."""
    import numpy as np

    of_part = np.searchsorted(turns.index.to_numpy(), material.parts["turn"].to_numpy())
    codes = max(1, len(material.codes))
    turn, code = np.divmod(np.unique(of_part * codes + material.parts["code"].to_numpy()), codes)
    return Events(
        turn, code, turns["session"].to_numpy(dtype=np.int64), turns["person"].to_numpy(dtype=np.int64), codes, of_part
    )
