"""Which codes go together: in the same words, in the same turn, or within a few turns of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from coding.errors import CodingError
from coding.findings.events import events_in
from coding.findings.material import Material, distinct_rows

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray
    from pandas import DataFrame

Unit = Literal["turn", "word"]
FURTHEST = 50
"""So many turns apart is no longer near."""


def co_occurrence(material: Material, *, unit: Unit = "turn", near: int = 0) -> DataFrame:
    """Return a row for each pair of codes that are both in use.

    The coefficient is ``c = n12 / (n1 + n2 - n12)``: of what has either code, the share that has both. With ``near``,
    a turn that has one code also counts in ``n12`` when a turn of the same session at most so many turns away has the
    other, so that ``c`` is the same share, and grows with ``near``. Turns of moderators count as turns in between.

    Args:
        material: What is counted.
        unit: Count turns, or words.
        near: How many turns apart still counts as together; 0 for the same turn. Turns only.

    Returns:
        ``a_id``, ``b_id``, ``a``, ``b``, ``n1``, ``n2``, ``n12``, ``c``; the highest coefficient first.

    Raises:
        CodingError: The unit is unknown, or ``near`` is below 0 or above :data:`FURTHEST`, or is given for words.
    """
    import numpy as np
    import pandas as pd

    if unit == "word":
        if near:
            raise CodingError("words are either the same or not; count turns to look nearby")
        n12 = _by_word(material)
        own = np.diag(n12)
        either = own[:, None] + own[None, :] - n12
    elif unit == "turn":
        n12, either, own = _by_turn(material, near)
    else:
        raise CodingError(f"there is no unit {unit!r}; choose turn or word")
    used = np.flatnonzero(own)
    first, second = (used[at] for at in np.triu_indices(len(used), k=1))
    ids, names = material.codes["code_id"].to_numpy(), material.codes["label"].to_numpy()
    found = pd.DataFrame(
        {
            "a_id": ids[first],
            "b_id": ids[second],
            "a": names[first],
            "b": names[second],
            "n1": own[first],
            "n2": own[second],
            "n12": n12[first, second],
            "c": n12[first, second] / np.maximum(1, either[first, second]),
        }
    )
    return found.sort_values("c", ascending=False, kind="stable").reset_index(drop=True)


def nearness(material: Material, *, furthest: int = 5) -> DataFrame:
    """Return how the coefficient of each pair grows with the distance.

    Returns:
        ``a_id``, ``b_id``, ``a``, ``b``, then ``c`` within 0, 1, … ``furthest`` turns as ``within_0``, ``within_1`` …

    Raises:
        CodingError: The distance is below 0 or above :data:`FURTHEST`.
    """
    found = co_occurrence(material)[["a_id", "b_id", "a", "b"]]
    for distance in range(furthest + 1):
        at = co_occurrence(material, near=distance).set_index(["a_id", "b_id"])["c"]
        found = found.join(at.rename(f"within_{distance}"), on=["a_id", "b_id"])
    return found


def square(pairs: DataFrame, values: str = "c") -> DataFrame:
    """Return pairs as a square table, the same on both sides of the diagonal, which is empty.

    >>> import pandas as pd
    >>> square(pd.DataFrame({"a": ["x"], "b": ["y"], "c": [0.5]})).fillna(0).to_dict("index")
    {'x': {'x': 0.0, 'y': 0.5}, 'y': {'x': 0.5, 'y': 0.0}}
    """
    import pandas as pd

    names = list(dict.fromkeys([*pairs["a"], *pairs["b"]]))
    turned = pairs.rename(columns={"a": "b", "b": "a"})
    both = pd.concat([pairs[["a", "b", values]], turned[["a", "b", values]]])
    return both.pivot(index="a", columns="b", values=values).reindex(index=names, columns=names)


def pair_behind(material: Material, a_id: str, b_id: str, *, unit: Unit = "turn", near: int = 0) -> list[int]:
    """Return the rows of the codings of both codes where they go together.

    Args:
        material: What the table was made from.
        a_id: One code.
        b_id: The other.
        unit: As in :func:`co_occurrence`.
        near: As in :func:`co_occurrence`.

    Raises:
        CodingError: A code or the distance is unknown.
    """
    import numpy as np

    _check(near)
    codes = (material.code(a_id), material.code(b_id))
    parts = material.parts
    if unit == "word":
        return _overlapping(parts[parts["code"] == codes[0]], parts[parts["code"] == codes[1]])
    events = events_in(material, material.whole.turns)
    spread = events.spread(near)
    kept = []
    for this, other in (codes, reversed(codes)):
        mine = (parts["code"] == this).to_numpy()
        close = spread[events.of_part[mine], other].toarray().ravel() > 0
        kept.append(parts["coding"].to_numpy()[mine][close])
    return distinct_rows(np.concatenate(kept))


def _by_turn(material: Material, near: int) -> tuple[NDArray[int64], NDArray[int64], NDArray[int64]]:
    """Return for each pair of codes the turns that count as both, those that have either, and each code's own."""
    import numpy as np

    _check(near)
    events = events_in(material, material.whole.turns)
    table = events.table()
    same = np.asarray((table.T @ table).todense(), dtype=np.int64)
    own = np.diag(same).copy()
    n12 = same
    if near:
        # Turns with the one code that have the other nearby, and the other way round; those with both are in each.
        one_way = np.asarray((table.T @ events.spread(near)).todense(), dtype=np.int64)
        n12 = one_way + one_way.T - same
    return n12, own[:, None] + own[None, :] - same, own


def _by_word(material: Material) -> NDArray[int64]:
    """Return for each pair of codes how many words have both."""
    import numpy as np
    from scipy.sparse import csr_matrix, diags_array

    parts = material.parts[material.parts["end_word"] > material.parts["first_word"]]
    first, end = parts["first_word"].to_numpy(), parts["end_word"].to_numpy()
    # Between two neighbouring ends of codings all words have the same codes, so such a stretch is counted at once.
    cuts = np.unique(np.concatenate([first, end]))
    low, high = np.searchsorted(cuts, first), np.searchsorted(cuts, end)
    counts = high - low
    stretch = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(low, counts)
    code = np.repeat(parts["code"].to_numpy(), counts)
    shape = (max(1, len(cuts) - 1), len(material.codes))
    table = csr_matrix((np.ones(len(stretch), dtype=np.int64), (stretch, code)), shape=shape)
    table.data[:] = 1
    lengths = np.diff(cuts) if len(cuts) > 1 else np.zeros(shape[0], dtype=np.int64)
    return np.asarray((table.T @ (diags_array(lengths, dtype=np.int64) @ table)).todense(), dtype=np.int64)


def _overlapping(ours: DataFrame, theirs: DataFrame) -> list[int]:
    import numpy as np

    kept = []
    for mine, other in ((ours, theirs), (theirs, ours)):
        first, end = np.sort(other["first_word"].to_numpy()), np.sort(other["end_word"].to_numpy())
        # A range meets none of the others when as many have begun before its end as have ended by its start.
        begun = np.searchsorted(first, mine["end_word"].to_numpy(), side="left")
        ended = np.searchsorted(end, mine["first_word"].to_numpy(), side="right")
        kept.append(mine["coding"].to_numpy()[begun > ended])
    return distinct_rows(np.concatenate(kept))


def _check(near: int) -> None:
    if not 0 <= near <= FURTHEST:
        raise CodingError(f"{near} turns are not a distance to look at; choose 0 to {FURTHEST}")
