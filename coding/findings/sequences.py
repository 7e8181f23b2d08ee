"""What follows what, and who takes up whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coding.errors import CodingError
from coding.findings.events import Events, events_in
from coding.findings.material import UNKNOWN, Material, distinct_rows
from coding.findings.pairs import FURTHEST

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandas import DataFrame

FEWEST_EXPECTED = 5.0
"""Below so many expected, a residual is not near enough to a normal distribution to be shown."""


def following(material: Material, *, lag: int = 1) -> DataFrame:
    """Return a row for each pair of codes: how often the one comes so many turns after the other.

    Of all pairs of turns of a session that are ``lag`` turns apart, among the turns that were chosen, ``n`` have ``a``
    in the first and ``b`` in the second. ``expected`` is the number if the second turn did not depend on the first,
    and ``residual`` is Haberman's adjusted residual, about a standard normal then (Allison and Liker 1982; Bakeman and
    Quera 2011). Turns of one person are not independent, so a residual points to what is worth reading; it is no test.

    Args:
        material: What is counted.
        lag: How many turns later.

    Returns:
        ``a_id``, ``b_id``, ``a``, ``b``, ``n``, ``of`` (pairs of turns with ``a`` in the first), ``share``,
        ``expected``, ``ratio`` (``n`` to expected), ``residual``, ``reason`` (why there is no residual); the most
        frequent pair first, then the one with the lowest ids.

    Raises:
        CodingError: The lag is below 1 or too large.
    """
    import numpy as np
    import pandas as pd

    _check(lag)
    events = events_in(material, material.coded_turns)
    table = events.table()
    later = events.table(*events.moved(-lag))
    n = np.asarray((table.T @ later).todense(), dtype=np.int64)
    turns = np.arange(len(events.session))
    follows = turns + lag < len(turns)
    follows[follows] = events.session[turns[follows] + lag] == events.session[turns[follows]]
    pairs = int(follows.sum())
    first = np.asarray(table[turns[follows]].sum(axis=0)).ravel()
    second = np.asarray(later.sum(axis=0)).ravel()
    used = material.shown_codes[(first + second)[material.shown_codes] > 0]
    a, b = (at.ravel() for at in np.meshgrid(used, used, indexing="ij"))
    count, of, then = n[a, b], first[a].astype(float), second[b].astype(float)
    expected = of * then / max(1, pairs)
    spread = expected * (1 - of / max(1, pairs)) * (1 - then / max(1, pairs))
    enough = (expected >= FEWEST_EXPECTED) & (spread > 0)
    ids, names = material.codes["code_id"].to_numpy(), material.codes["label"].to_numpy()
    found = pd.DataFrame(
        {
            "a_id": ids[a],
            "b_id": ids[b],
            "a": names[a],
            "b": names[b],
            "n": count,
            "of": of.astype(np.int64),
            "share": np.divide(count, of, out=np.zeros(len(a)), where=of > 0),
            "expected": expected,
            "ratio": np.divide(count, expected, out=np.full(len(a), np.nan), where=expected > 0),
            "residual": np.where(enough, (count - expected) / np.sqrt(np.where(enough, spread, 1)), np.nan),
            "reason": np.where(enough, "", f"fewer than {FEWEST_EXPECTED:g} expected"),
        }
    )
    return found.sort_values(["n", "a_id", "b_id"], ascending=[False, True, True]).reset_index(drop=True)


def following_behind(material: Material, a_id: str, b_id: str, *, lag: int = 1) -> list[int]:
    """Return the rows of the codings with ``a`` that ``b`` follows, and of those with ``b`` that follow.

    Raises:
        CodingError: A code or the lag is unknown.
    """
    import numpy as np

    _check(lag)
    events = events_in(material, material.coded_turns)
    a, b = material.code(a_id), material.code(b_id)
    later, code = events.moved(-lag)
    first = np.intersect1d(events.turn[events.code == a], later[code == b])
    codes, codings = material.parts["code"].to_numpy(), material.parts["coding"].to_numpy()
    kept = ((codes == a) & np.isin(events.of_part, first)) | ((codes == b) & np.isin(events.of_part, first + lag))
    return distinct_rows(codings[kept])


def take_ups(material: Material, *, within: int = 3) -> DataFrame:
    """Return a row for each time that somebody takes a code up from somebody else.

    A person takes a code up whose turn has it when an earlier turn of another person in the session, at most
    ``within`` turns before among those that were chosen, has it too. It counts as taken up from the last of them.

    Args:
        material: What is counted.
        within: How many turns back.

    Returns:
        ``code_id``, ``code``, ``from_id``, ``from``, ``to_id``, ``to``, ``group``, ``turns`` (how many apart),
        ``from_turn`` and ``to_turn`` (places in ``material.coded_turns``).

    Raises:
        CodingError: The number of turns is below 1 or too large.
    """
    import numpy as np
    import pandas as pd

    _check(within)
    events = events_in(material, material.coded_turns)
    known = events.person[events.turn] != UNKNOWN
    turn, code = events.turn[known], events.code[known]
    order = np.lexsort((turn, events.session[turn], code))
    turn, code = turn[order], code[order]
    person, session = events.person[turn], events.session[turn]
    new = np.ones(len(turn), dtype=bool)
    new[1:] = (person[1:] != person[:-1]) | (session[1:] != session[:-1]) | (code[1:] != code[:-1])
    # While a person goes on about a code, the last one before them stays the one in front of the whole run.
    before = np.where(new, np.arange(len(turn)) - 1, 0)
    before = np.maximum.accumulate(before) if len(turn) else before
    same = (before >= 0) & (session[before] == session) & (code[before] == code) & (person[before] != person)
    same &= turn - turn[before] <= within
    to, back = turn[same], turn[before[same]]
    ids, names = material.people["person_id"].to_numpy(), material.people["label"].to_numpy()
    groups = material.sessions["group"].to_numpy(dtype=np.int64)[events.session[to]]
    return pd.DataFrame(
        {
            "code_id": material.codes["code_id"].to_numpy()[code[same]],
            "code": material.codes["label"].to_numpy()[code[same]],
            "from_id": ids[events.person[back]],
            "from": names[events.person[back]],
            "to_id": ids[events.person[to]],
            "to": names[events.person[to]],
            "group": np.array(material.groups, dtype=object)[groups],
            "turns": to - back,
            "from_turn": back,
            "to_turn": to,
        }
    )


def who_takes_up_whom(taken: DataFrame) -> DataFrame:
    """Return a row for each two people of whom one takes up the other.

    Args:
        taken: What :func:`take_ups` returned.

    Returns:
        ``group``, ``from_id``, ``from``, ``to_id``, ``to``, ``times``, ``codes``; the most frequent first.
    """
    found = taken.groupby(["group", "from_id", "from", "to_id", "to"], sort=False)["code_id"]
    counted = found.agg(times="size", codes="nunique").reset_index()
    return counted.sort_values(["times", "group", "from", "to"], ascending=[False, True, True, True]).reset_index(
        drop=True
    )


def what_is_taken_up(material: Material, taken: DataFrame) -> DataFrame:
    """Return a row a code: in how many turns somebody brings it, and how often that takes somebody else up.

    Args:
        material: What ``taken`` was made from.
        taken: What :func:`take_ups` returned.

    Returns:
        ``code_id``, ``code``, ``turns``, ``taken_up``, ``share``; the highest share first.
    """
    import numpy as np
    import pandas as pd

    events = events_in(material, material.coded_turns)
    turns = np.bincount(events.code[events.person[events.turn] != UNKNOWN], minlength=events.codes)
    used = np.flatnonzero(turns)
    ids = material.codes["code_id"].to_numpy()[used]
    times = taken["code_id"].value_counts().reindex(ids, fill_value=0).to_numpy()
    found = pd.DataFrame(
        {
            "code_id": ids,
            "code": material.codes["label"].to_numpy()[used],
            "turns": turns[used],
            "taken_up": times,
            "share": times / turns[used],
        }
    )
    return found.sort_values("share", ascending=False, kind="stable").reset_index(drop=True)


def take_up_behind(
    material: Material,
    taken: DataFrame,
    *,
    code_id: str | None = None,
    from_id: str | None = None,
    to_id: str | None = None,
) -> list[int]:
    """Return the rows of the codings that were taken up and of those that take them up.

    Args:
        material: What ``taken`` was made from.
        taken: What :func:`take_ups` returned.
        code_id: Only of this code.
        from_id: Only from this person.
        to_id: Only by this person.
    """
    import numpy as np

    rows = taken
    for column, wanted in (("code_id", code_id), ("from_id", from_id), ("to_id", to_id)):
        if wanted is not None:
            rows = rows[rows[column] == wanted]
    events = events_in(material, material.coded_turns)
    place = {one: at for at, one in enumerate(material.codes["code_id"])}
    codes = rows["code_id"].map(place).to_numpy(dtype=np.int64)
    keys = _keys(events, np.concatenate([rows["from_turn"], rows["to_turn"]]), np.concatenate([codes, codes]))
    mine = _keys(events, events.of_part, material.parts["code"].to_numpy())
    return distinct_rows(material.parts["coding"].to_numpy()[np.isin(mine, keys)])


def _keys(events: Events, turn: NDArray[Any], code: NDArray[Any]) -> NDArray[Any]:
    keys: NDArray[Any] = turn.astype("int64") * events.codes + code
    return keys


def _check(turns: int) -> None:
    if not 1 <= turns <= FURTHEST:
        raise CodingError(f"{turns} turns are not a distance to look at; choose 1 to {FURTHEST}")
