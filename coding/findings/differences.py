"""Whether people of one kind speak of a behaviour more than people of another: one test a code.

One person is coded many times, and people of one group hear each other, so codings are not independent. Here each
person is one value, and the test asks how often chance alone would part kinds of people as much: the people of one
focus group swap their values of the attribute among each other and nowhere else (a permutation test, stratified by
group; Good 2005, chapter 3). It assumes nothing about how values are distributed. A person who sits in several groups
swaps only with those who sit in the same ones. The p-value counts what was observed too (Phipson and Smyth 2010).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import factorial
from typing import TYPE_CHECKING, Any, Literal

from coding.errors import CodingError
from coding.findings.counts import by_number
from coding.findings.material import UNKNOWN, Material, covered

if TYPE_CHECKING:
    from numpy import float64, int64
    from numpy.typing import NDArray
    from pandas import DataFrame

Measure = Literal["words", "people"]
MOST_RESAMPLES = 100_000
FEWEST_PEOPLE = 3
"""A value of the attribute that fewer people have is left out."""
FEWEST_CODED = 5
"""With fewer people who have a code, or have it not, no test of it could find anything."""
FEWEST_ARRANGEMENTS = 20
"""With fewer ways to swap, no result could come out below .05."""
FEWEST_NUMBERS = 6
"""From so many different numbers on, an attribute is a number and not a handful of kinds."""
_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class Differences:
    """What the tests say.

    Attributes:
        table: A row a code: ``code_id``, ``code``, ``effect``, ``p``, ``p_holm``, ``p_bh`` and ``reason``: why there is
            no p-value. The effect is the largest less the smallest of the means; for a number, the correlation of
            ranks within groups.
        means: In the same rows, a column for each kind of people: the mean share of a person's words that have the
            code, or the share of people who have it. No columns for a number.
        attribute: The attribute.
        measure: ``words`` or ``people``.
        levels: The kinds that are compared, each with how many people; none where the attribute is a number.
        people: How many people are compared.
        resamples: How many times people swapped.
        seed: The seed.
        notes: Who was left out and why.
        reason: Why there is no test at all; empty where there is one.
    """

    table: DataFrame
    means: DataFrame
    attribute: str
    measure: Measure
    levels: tuple[tuple[str, int], ...]
    people: int
    resamples: int
    seed: int
    notes: tuple[str, ...] = ()
    reason: str = ""


def compare_people(
    material: Material, attribute: str, *, measure: Measure = "words", resamples: int = 9_999, seed: int = 0
) -> Differences:
    """Test each code for a difference between people with different values of an attribute.

    Args:
        material: What is counted.
        attribute: An attribute of participants. One whose values are at least six different numbers is compared by
            rank; any other as kinds of people.
        measure: ``words`` compares the share of their words that people spend on a code, so that who talks more does
            not count for more; ``people`` whether they have it at all.
        resamples: How often people swap.
        seed: The seed.

    Raises:
        CodingError: No participant has the attribute, or measure, resamples or seed are not possible.
    """
    if measure not in ("words", "people"):
        raise CodingError(f"there is no measure {measure!r}; choose words or people")
    if not 1 <= resamples <= MOST_RESAMPLES or seed < 0:
        raise CodingError(f"choose 1 to {MOST_RESAMPLES:,} resamples and a seed of 0 or more")
    sample = _sample(material, attribute)
    values = _values(material, sample.people, measure)
    table, means = _described(material, sample, values)
    reason = sample.reason
    if not reason:
        _test(table, sample, values, resamples, seed)
    return Differences(
        table,
        means,
        attribute,
        measure,
        () if sample.numeric else tuple(zip(sample.names, map(int, _sizes(sample)), strict=True)),
        len(sample.people),
        resamples,
        seed,
        sample.notes,
        reason,
    )


def holm(p: NDArray[float64]) -> NDArray[float64]:
    """Return p-values corrected for many tests by Holm (1979); what is not a number stays so and does not count.

    >>> import numpy as np
    >>> [float(value) for value in holm(np.array([0.01, 0.04, 0.03]))]
    [0.03, 0.06, 0.06]
    """
    import numpy as np

    found = np.full(len(p), np.nan)
    there = np.flatnonzero(~np.isnan(p))
    order = there[np.argsort(p[there], kind="stable")]
    found[order] = np.minimum(1, np.maximum.accumulate(p[order] * (len(order) - np.arange(len(order)))))
    return found


def benjamini_hochberg(p: NDArray[float64]) -> NDArray[float64]:
    """Return p-values that bound the share of false findings (Benjamini and Hochberg 1995)."""
    import numpy as np
    from scipy.stats import false_discovery_control

    found = np.full(len(p), np.nan)
    there = ~np.isnan(p)
    if there.any():
        found[there] = false_discovery_control(p[there], method="bh")
    return found


@dataclass(frozen=True)
class _Sample:
    """Who is compared.

    Attributes:
        people: Their numbers, those of one stratum together.
        stratum: The stratum of each.
        level: The kind of each, or its rank where the attribute is a number.
        names: The kinds.
        numeric: Whether it is a number.
    """

    people: NDArray[int64]
    stratum: NDArray[int64]
    level: NDArray[Any]
    names: tuple[str, ...]
    numeric: bool
    notes: tuple[str, ...]
    reason: str


def _sample(material: Material, attribute: str) -> _Sample:
    import numpy as np
    import pandas as pd
    from scipy.stats import rankdata

    known = material.levels(attribute)
    turns = material.coded_turns
    turns = turns[turns["person"] != UNKNOWN]
    sits: dict[int, tuple[int, ...]] = {}
    for person, group in zip(turns["person"].to_numpy(), turns["group"].to_numpy(), strict=True):
        sits.setdefault(int(person), ())
        if group not in sits[int(person)]:
            sits[int(person)] = tuple(sorted((*sits[int(person)], int(group))))
    sits = dict(sorted(sits.items()))
    there = pd.Series(list(sits.values()), index=list(sits), dtype=object)
    value = known.reindex(there.index)
    notes = []
    if missing := int((value == "").sum()):
        notes.append(f"{_people(missing)} without a value of “{attribute}” left out")
    there, value = there[value != ""], value[value != ""]
    numeric = value.nunique() >= FEWEST_NUMBERS and all(map(_is_number, value))
    if not numeric and len(value):
        counts = value.value_counts()
        rare = counts[counts < FEWEST_PEOPLE]
        if len(rare):
            notes.append(
                f"{_people(int(rare.sum()))} left out, whose value fewer than {FEWEST_PEOPLE} have: "
                f"{_some(list(rare.index))}"
            )
            there, value = there[~value.isin(rare.index)], value[~value.isin(rare.index)]
    strata = {groups: at for at, groups in enumerate(sorted(set(there)))}
    stratum = np.array([strata[groups] for groups in there], dtype=np.int64)
    order = np.argsort(stratum, kind="stable")
    names = () if numeric else tuple(by_number(value))
    if numeric:
        level = rankdata(value.astype(float)) if len(value) else np.empty(0)
    else:
        level = np.array([names.index(one) for one in value], dtype=np.int64)
    people = there.index.to_numpy(dtype=np.int64)
    reason = _withheld(attribute, stratum, level, names, numeric=numeric)
    return _Sample(people[order], stratum[order], level[order], names, numeric, tuple(notes), reason)


def _withheld(
    attribute: str, stratum: NDArray[int64], level: NDArray[Any], names: tuple[str, ...], numeric: bool
) -> str:
    """Return why nothing can be tested, or nothing."""
    if not len(level):
        return f"There are no two kinds of people by “{attribute}” with {FEWEST_PEOPLE} members each to compare."
    if not numeric and len(names) < 2:
        return f"Everybody who can be compared has the same value of “{attribute}”: {names[0]}."
    ways, mixed = 1, False
    for one in set(stratum.tolist()):
        counts = Counter(level[stratum == one].tolist()).values()
        mixed |= len(counts) > 1
        ways *= _arrangements(list(counts))
        if ways >= FEWEST_ARRANGEMENTS:
            return ""
    if not mixed:
        return (
            f"In each focus group all people have the same value of “{attribute}”, so it cannot be told from the group "
            "itself. Compare the groups instead."
        )
    return f"There are only {ways} ways to swap “{attribute}” within focus groups: too few for any test."


def _arrangements(counts: list[int]) -> int:
    ways = factorial(sum(counts))
    for count in counts:
        ways //= factorial(count)
    return ways


def _values(material: Material, people: NDArray[int64], measure: Measure) -> NDArray[float64]:
    """Return a value for each person and each code that is shown, of shape ``(people, codes)``."""
    import numpy as np

    codes = material.shown_codes
    place = np.full(len(material.people) + 1, -1, dtype=np.int64)
    place[people] = np.arange(len(people))
    column = np.full(len(material.codes), -1, dtype=np.int64)
    column[codes] = np.arange(len(codes))
    parts = material.parts
    row = place[parts["person"].to_numpy()]
    mine = row >= 0
    keys = (row * len(codes) + column[parts["code"].to_numpy()])[mine]
    first, end = parts["first_word"].to_numpy()[mine], parts["end_word"].to_numpy()[mine]
    if measure == "people":
        has = np.zeros(len(people) * len(codes))
        has[keys] = 1
        return has.reshape(len(people), len(codes))
    words = covered(keys, first, end, len(people) * len(codes)).reshape(len(people), len(codes))
    turns = material.coded_turns
    said = place[turns["person"].to_numpy()]
    lengths = (turns["end_word"] - turns["first_word"]).to_numpy()
    total = np.bincount(said[said >= 0], weights=lengths[said >= 0], minlength=len(people))
    return words / np.maximum(1, total)[:, None]


def _described(material: Material, sample: _Sample, values: NDArray[float64]) -> tuple[DataFrame, DataFrame]:
    """Return the rows without p-values, and the mean of each kind."""
    import numpy as np
    import pandas as pd

    codes = material.codes.iloc[material.shown_codes]
    table = pd.DataFrame({"code_id": codes["code_id"].to_numpy(), "code": codes["label"].to_numpy()})
    means = [values[sample.level == at].mean(axis=0) for at in range(len(sample.names))]
    kinds = pd.DataFrame(dict(zip(sample.names, means, strict=True)), index=table.index)
    effect = np.full(len(table), np.nan)
    if len(means) > 1:
        effect = np.max(means, axis=0) - np.min(means, axis=0)
    elif sample.numeric:
        effect = _rank_correlation(sample, values)
    nothing = np.full(len(table), np.nan)
    coded = (values > 0).sum(axis=0)
    least = np.minimum(coded, len(values) - coded)
    few = [
        "" if enough >= FEWEST_CODED else f"fewer than {FEWEST_CODED} people have it, or have it not"
        for enough in least
    ]
    ends = pd.DataFrame({"effect": effect, "p": nothing, "p_holm": nothing, "p_bh": nothing, "reason": few})
    return pd.concat([table, ends], axis=1), kinds


def _rank_correlation(sample: _Sample, values: NDArray[float64]) -> NDArray[float64]:
    """Return the correlation of ranks, both taken apart within strata."""
    import numpy as np
    from scipy.stats import rankdata

    if not len(values):
        return np.full(values.shape[1], np.nan)
    x = _centred(rankdata(values, axis=0), sample.stratum)
    y = _centred(sample.level[:, None].astype(float), sample.stratum)
    size = np.sqrt((x**2).sum(axis=0) * (y**2).sum())
    found: NDArray[float64] = np.full(values.shape[1], np.nan)
    np.divide((x * y).sum(axis=0), size, out=found, where=size > 1e-12)
    return found


def _test(table: DataFrame, sample: _Sample, values: NDArray[float64], resamples: int, seed: int) -> None:
    """Fill in the p-values."""
    import numpy as np

    tested = (table["reason"] == "").to_numpy()
    p = np.full(len(table), np.nan)
    if tested.any():
        p[tested] = _p_values(sample, values[:, tested], resamples, seed)
    table["p"], table["p_holm"], table["p_bh"] = p, holm(p), benjamini_hochberg(p)


def _p_values(sample: _Sample, values: NDArray[float64], resamples: int, seed: int) -> NDArray[float64]:
    import numpy as np
    from scipy.stats import rankdata

    x = _centred(rankdata(values, axis=0) if sample.numeric else values, sample.stratum)
    sizes = None if sample.numeric else _sizes(sample)
    observed = _statistic(sample.level[None, :], x, sizes)[0]
    rng = np.random.default_rng(seed)
    beyond = np.zeros(values.shape[1], dtype=np.int64)
    done = 0
    while done < resamples:
        now = min(resamples - done, max(1, _AT_ONCE // len(sample.people)))
        # People stand by stratum, so sorting by stratum and chance shuffles each stratum in its own place.
        order = np.argsort(rng.random((now, len(sample.people))) + sample.stratum, axis=1)
        swapped = _statistic(sample.level[order], x, sizes)
        beyond += (swapped >= observed - 1e-12 * np.abs(observed)).sum(axis=0)
        done += now
    return (beyond + 1) / (resamples + 1)


def _statistic(level: NDArray[Any], x: NDArray[float64], sizes: NDArray[int64] | None) -> NDArray[float64]:
    """Return how far kinds are apart, for each row of ``level`` and each column of ``x``.

    Sums of squares between kinds, of what is left of each value without the mean of its stratum; for a number, the
    square of its product with the ranks.
    """
    import numpy as np

    if sizes is None:
        return np.asarray(((level - level.mean()) @ x) ** 2)
    return np.asarray(sum(((level == at) @ x) ** 2 / size for at, size in enumerate(sizes)))


def _centred(values: NDArray[float64], stratum: NDArray[int64]) -> NDArray[float64]:
    import numpy as np

    sizes = np.bincount(stratum)
    sums = np.zeros((len(sizes), values.shape[1]))
    np.add.at(sums, stratum, values)
    means: NDArray[float64] = sums / np.maximum(1, sizes)[:, None]
    left: NDArray[float64] = values - means[stratum]
    return left


def _sizes(sample: _Sample) -> NDArray[int64]:
    import numpy as np

    return np.bincount(sample.level, minlength=len(sample.names)) if len(sample.level) else np.zeros(0, dtype=np.int64)


def _is_number(text: str) -> bool:
    from math import isfinite

    try:
        return isfinite(float(text))
    except ValueError:
        return False


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
