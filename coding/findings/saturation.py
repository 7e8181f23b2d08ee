"""Saturation: how many new codes, or themes, each further session brings.

The rule is that of Guest, Namey and Chen (2020), "A simple method to assess and report thematic saturation in
qualitative research", PLoS ONE 15(5), e0232076: the codes of the first sessions, the *base*, are compared with the new
ones in a *run* of sessions that follows. When these are no more than a *threshold* of those in the base, the study is
said to be saturated, with that many sessions in confirmation. The run moves on by one session until that is so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING

from coding.errors import CodingError
from coding.findings.material import Material

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, slots=True)
class Rule:
    """When a study counts as saturated.

    Attributes:
        base: So many sessions are what the others are compared with.
        run: So many sessions in a row are looked at together.
        threshold: What is new in the run, as a share of what is in the base, may be no more than this.
    """

    base: int = 4
    run: int = 2
    threshold: float = 0.05

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            CodingError: Base or run is below 1, or the threshold is not between 0 and 1.
        """
        if self.base < 1 or self.run < 1:
            raise CodingError("base and run need at least one session each")
        if not 0 <= self.threshold <= 1:
            raise CodingError("the threshold is a share between 0 and 1")


@dataclass(frozen=True, slots=True)
class Saturation:
    """How what is new falls off.

    Attributes:
        curve: A row a session, in order: ``number`` (from 1), ``session``, ``found`` (how many different ones are in
            it), ``new`` (never found before), ``total`` (found so far), ``expected`` (found by so many sessions on
            average over all orders), ``run_new`` (new in the run that ends with this session) and ``share`` (of the
            base); these two are empty where no whole run has passed since the base.
        rule: The rule.
        base_found: How many different ones the base holds; ``None`` where there are not enough sessions.
        reached: So many sessions were enough, before the run that confirms it; ``None`` where it is not reached.
        reason: Why nothing can be said, or why it is not reached; empty where it is reached.
        what: What is counted, such as ``codes``.
    """

    curve: DataFrame
    rule: Rule
    base_found: int | None
    reached: int | None
    reason: str
    what: str

    @property
    def notation(self) -> str:
        """Return the result as the authors write it, such as ``6+2 at ≤5%``; empty where it is not reached."""
        if self.reached is None:
            return ""
        sign = "≤" if self.rule.threshold else ""
        return f"{self.reached}+{self.rule.run} at {sign}{100 * self.rule.threshold:g}%"


def saturation(
    seen: DataFrame, sessions: Sequence[str], *, rule: Rule | None = None, what: str = "codes"
) -> Saturation:
    """Say what each session adds.

    Args:
        seen: A row for whatever was found where, with the columns ``session`` and ``item``; the same row twice counts
            once, and sessions that are not in ``sessions`` are left out.
        sessions: The sessions in the order in which they were held; also those in which nothing was found.
        rule: Base, run and threshold.
        what: What is counted, in the plural.

    >>> import pandas as pd
    >>> seen = pd.DataFrame({"session": list("aaabbccd"), "item": [1, 2, 3, 2, 4, 1, 4, 1]})
    >>> found = saturation(seen, list("abcd"), rule=Rule(base=2, run=2))
    >>> found.curve["new"].to_list(), found.notation
    ([3, 1, 0, 0], '2+2 at ≤5%')
    """
    import pandas as pd

    used = rule or Rule()
    order = list(dict.fromkeys(sessions))
    pairs = seen.loc[seen["session"].isin(order), ["session", "item"]].drop_duplicates()
    place = {session: at for at, session in enumerate(order)}
    first = pairs["session"].map(place).groupby(pairs["item"]).min() if len(pairs) else pd.Series(dtype=int)
    new = first.value_counts().reindex(range(len(order)), fill_value=0).sort_index()
    found = pairs["session"].value_counts().reindex(order, fill_value=0)
    total = new.cumsum()
    curve = pd.DataFrame(
        {
            "number": range(1, len(order) + 1),
            "session": order,
            "found": found.to_numpy(dtype=int),
            "new": new.to_numpy(dtype=int),
            "total": total.to_numpy(dtype=int),
            "expected": expected_total(pairs["item"].value_counts().to_list(), len(order)),
        }
    )
    return _judge(curve, used, what)


def code_saturation(
    material: Material, *, rule: Rule | None = None, order: Sequence[str] | None = None, valence: bool = False
) -> Saturation:
    """Say how many new codes each session brings; sessions that nobody has coded yet are left out.

    Args:
        material: The codings.
        rule: Base, run and threshold.
        order: Ids of transcripts in the order in which the sessions were held; the order of import otherwise.
        valence: Count a behaviour that is shown and the same one lacking as two.

    Raises:
        CodingError: The order names a transcript that is not there.
    """
    import pandas as pd

    ids = material.sessions["transcript_id"].to_numpy()
    there = [str(ids[at]) for at in material.looked_at]
    chosen = _in_order(there, order)
    parts = material.parts
    items = parts["code"] * 3 + parts["valence"] if valence else parts["code"]
    seen = pd.DataFrame({"session": ids[parts["session"].to_numpy()], "item": items.to_numpy()}).drop_duplicates()
    return saturation(seen, chosen, rule=rule, what="codes")


def first_codings(material: Material, transcript_id: str, *, order: Sequence[str] | None = None) -> list[int]:
    """Return the rows of the codings in a session with codes that no earlier session has.

    Args:
        material: The codings.
        transcript_id: The session.
        order: As in :func:`code_saturation`.

    Raises:
        CodingError: There is no such session.
    """
    ids = list(material.sessions["transcript_id"])
    chosen = _in_order([ids[at] for at in material.looked_at], order)
    if transcript_id not in chosen:
        raise CodingError(f"there is no transcript {transcript_id!r} among those that are counted")
    earlier = {ids.index(one) for one in chosen[: chosen.index(transcript_id)]}
    parts = material.parts
    known = set(parts.loc[parts["session"].isin(earlier), "code"])
    here = parts[(parts["session"] == ids.index(transcript_id)) & ~parts["code"].isin(known)]
    return sorted(set(here["coding"]))


def expected_total(held_by: Sequence[int], sessions: int) -> list[float]:
    """Return how many different items any 1, 2, … sessions hold on average over all orders of the sessions.

    This is sample-based rarefaction (Mao, Colwell and Chang 2005), exact: an item that ``s`` of ``n`` sessions hold is
    missing from ``k`` of them with probability ``C(n - s, k) / C(n, k)``.

    Args:
        held_by: For each item, how many sessions hold it.
        sessions: How many sessions there are.

    >>> expected_total([2, 1], 2)
    [1.5, 2.0]
    """
    counts: dict[int, int] = {}
    for held in held_by:
        counts[held] = counts.get(held, 0) + 1
    return [
        sum(n * (1 - comb(sessions - held, k) / comb(sessions, k)) for held, n in counts.items())
        for k in range(1, sessions + 1)
    ]


def _in_order(there: Sequence[str], order: Sequence[str] | None) -> list[str]:
    if order is None:
        return list(there)
    for transcript_id in order:
        if transcript_id not in there:
            raise CodingError(f"there is no transcript {transcript_id!r} among those that are counted")
    return [*dict.fromkeys(order), *(one for one in there if one not in order)]


def _judge(curve: DataFrame, rule: Rule, what: str) -> Saturation:
    import pandas as pd

    runs: list[int | None] = [None] * len(curve)
    shares: list[float | None] = [None] * len(curve)
    base_found: int | None = None
    reached: int | None = None
    if len(curve) >= rule.base:
        base_found = int(curve["total"].to_numpy()[rule.base - 1])
        for end in range(rule.base + rule.run, len(curve) + 1):
            runs[end - 1] = int(curve["new"].iloc[end - rule.run : end].sum())
            if base_found:
                shares[end - 1] = runs[end - 1] / base_found  # type: ignore[operator]
                if reached is None and shares[end - 1] <= rule.threshold:  # type: ignore[operator]
                    reached = end - rule.run
    curve["run_new"] = pd.array(runs, dtype="Int64")
    curve["share"] = pd.array(shares, dtype="Float64")
    return Saturation(curve, rule, base_found, reached, _reason(curve, rule, base_found, reached, what), what)


def _reason(curve: DataFrame, rule: Rule, base_found: int | None, reached: int | None, what: str) -> str:
    needed = rule.base + rule.run
    if len(curve) < needed:
        there = "1 session" if len(curve) == 1 else f"{len(curve)} sessions"
        return f"A base of {rule.base} and a run of {rule.run} need {needed} sessions; there are {there}."
    if not base_found:
        return f"The first {rule.base} sessions have no {what}, so there is nothing to compare with."
    if reached is None:
        last = curve["share"].to_numpy(dtype=float)[-1]
        return f"The last run still brings {100 * last:.0f} % of the base in new {what}."
    return ""
