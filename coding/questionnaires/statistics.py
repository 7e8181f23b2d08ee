"""What the answers say: items, behaviours, and how reliable scales are.

Answers to reversed items are turned round first. Where scales differ, answers are put on a scale from 0, the lowest
possible, to 100, the highest (percent of maximum possible; Cohen, Cohen, Aiken and West 1999).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coding.model import Codebook
from coding.survey import Survey, cluster_of

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray
    from pandas import DataFrame

FEWEST_RESPONDENTS = 10
"""With fewer who answered all items of a scale, no reliability is given."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far the items of one scale measure one thing.

    Attributes:
        items: How many.
        respondents: How many answered all of them.
        alpha: Cronbach's alpha, or ``None``.
        low: Lower end of its 95 % interval.
        high: Upper end.
        omega: McDonald's omega (total, one factor), or ``None``.
        reason: Why one of them is missing.
    """

    items: int
    respondents: int
    alpha: float | None = None
    low: float | None = None
    high: float | None = None
    omega: float | None = None
    reason: str = ""


def answers(survey: Survey, *, as_given: bool = False) -> DataFrame:
    """Return a row a respondent and a column an item, reversed items turned round, on the items' own scales.

    Args:
        survey: The survey.
        as_given: Leave reversed items as they were answered.
    """
    import pandas as pd

    ids = [item.id for item in survey.items]
    rows = [dict(one.answers) for one in survey.respondents]
    frame = pd.DataFrame(rows, columns=ids, index=[one.id for one in survey.respondents], dtype=float)
    for item in survey.items:
        if item.reversed and not as_given:
            frame[item.id] = item.low + item.high - frame[item.id]
    return frame


def scores(survey: Survey) -> DataFrame:
    """Return the answers from 0 to 100, the highest the one that tells most of the behaviour."""
    frame = answers(survey)
    for item in survey.items:
        frame[item.id] = 100 * (frame[item.id] - item.low) / (item.high - item.low)
    return frame


def summarise_items(survey: Survey) -> DataFrame:
    """Return a row an item.

    Returns:
        ``item``, ``wording``, ``code_id``, ``reversed``, ``confirmed``, ``answered``, ``missing``, ``mean``, ``low``
        and ``high`` (95 % interval by Student's t), ``sd``, ``median``, ``lowest`` and ``highest`` (shares of the ends
        of the scale), ``rest`` (correlation with the mean of the other items of its behaviour or cluster; far below 0
        means that it may be reversed).
    """
    import pandas as pd

    frame = answers(survey)
    rows = []
    for item in survey.items:
        values = frame[item.id].dropna()
        low, high = mean_interval(values.to_numpy(dtype=float))
        rest = [other.id for other in survey.items if other.id != item.id and other.code_id == item.code_id]
        if item.code_id is None or not rest:
            rest = [other.id for other in survey.items if other.id != item.id]
        rows.append(
            {
                "item": item.id,
                "wording": item.wording,
                "code_id": item.code_id or "",
                "reversed": item.reversed,
                "confirmed": item.confirmed,
                "answered": len(values),
                "missing": len(frame) - len(values),
                "mean": values.mean() if len(values) else None,
                "low": low,
                "high": high,
                "sd": values.std() if len(values) > 1 else None,
                "median": values.median() if len(values) else None,
                "lowest": (values == item.low).mean() if len(values) else None,
                "highest": (values == item.high).mean() if len(values) else None,
                "rest": _correlation(frame[item.id], scores(survey)[rest].mean(axis=1)) if rest else None,
            }
        )
    numbers = ["mean", "low", "high", "sd", "median", "lowest", "highest", "rest"]
    names = ["item", "wording", "code_id", "reversed", "confirmed", "answered", "missing", *numbers]
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(numbers, float))


def summarise_behaviours(survey: Survey, *, confirmed: bool = False) -> DataFrame:
    """Return a row for each behaviour that items ask about.

    Args:
        survey: The survey.
        confirmed: Only items that a person has confirmed.

    Returns:
        ``code_id``, ``items``, ``respondents``, ``rating`` (mean of respondents' means, on the items' scale where all
        have the same, else from 0 to 100), ``low`` and ``high`` (95 % interval by Student's t), ``sd``, ``bottom`` and
        ``top`` (the ends of that scale).
    """
    import pandas as pd

    used = [item for item in survey.items if item.code_id and (item.confirmed or not confirmed)]
    ranges = {(item.low, item.high) for item in used}
    bottom, top = ranges.pop() if len(ranges) == 1 else (0, 100)
    frame = scores(survey) / 100 * (top - bottom) + bottom
    rows = []
    for code_id in dict.fromkeys(str(item.code_id) for item in used):
        ids = [item.id for item in used if item.code_id == code_id]
        values = frame[ids].mean(axis=1).dropna()
        low, high = mean_interval(values.to_numpy(dtype=float))
        rows.append(
            {
                "code_id": code_id,
                "items": len(ids),
                "respondents": len(values),
                "rating": values.mean() if len(values) else None,
                "low": low,
                "high": high,
                "sd": values.std() if len(values) > 1 else None,
                "bottom": bottom,
                "top": top,
            }
        )
    numbers = ["rating", "low", "high", "sd"]
    names = ["code_id", "items", "respondents", *numbers, "bottom", "top"]
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(numbers, float))


def summarise_scales(survey: Survey, codebook: Codebook) -> DataFrame:
    """Return the reliability of the items of each group of codes, of each code with two items or more, and of all.

    Returns:
        ``code_id`` (empty for all items), ``scale``, ``items``, ``respondents``, ``alpha``, ``low``, ``high``,
        ``omega``, ``reason``.
    """
    import pandas as pd

    frame = answers(survey)
    scales: dict[tuple[str, str], list[str]] = {}
    for item in survey.items:
        top = cluster_of(codebook, item.code_id)
        if top is not None:
            scales.setdefault((top.id, top.name), []).append(item.id)
        if item.code_id in codebook and item.code_id is not None and (top is None or top.id != item.code_id):
            scales.setdefault((item.code_id, codebook[item.code_id].name), []).append(item.id)
    groups = {key for key in scales if not codebook[key[0]].codable}
    chosen = {key: ids for key, ids in scales.items() if key in groups or len(ids) > 1}
    chosen = dict(sorted(chosen.items(), key=lambda pair: pair[0] not in groups))
    chosen[("", "All items")] = [item.id for item in survey.items]
    rows = []
    for (code_id, name), ids in chosen.items():
        found = reliability(frame[ids].to_numpy(dtype=float))
        rows.append(
            {
                "code_id": code_id,
                "scale": name,
                "items": found.items,
                "respondents": found.respondents,
                "alpha": found.alpha,
                "low": found.low,
                "high": found.high,
                "omega": found.omega,
                "reason": found.reason,
            }
        )
    numbers = ["alpha", "low", "high", "omega"]
    names = ["code_id", "scale", "items", "respondents", *numbers, "reason"]
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(numbers, float))


def reliability(values: NDArray[float64]) -> Reliability:
    """Return Cronbach's alpha with its interval, and McDonald's omega.

    Args:
        values: Shape ``(respondents, items)``, reversed items turned round; who left out an answer is left out.
    """
    import numpy as np

    whole = values[~np.isnan(values).any(axis=1)]
    n, k = whole.shape if whole.ndim == 2 else (0, 0)
    if k < 2:
        return Reliability(k, n, reason="one item has nothing to agree with")
    if n < FEWEST_RESPONDENTS:
        return Reliability(k, n, reason=f"fewer than {FEWEST_RESPONDENTS} respondents answered all of them")
    if (whole.std(axis=0) == 0).any():
        return Reliability(k, n, reason="an item was answered the same by everybody")
    alpha = cronbach_alpha(whole)
    low, high = alpha_interval(alpha, n, k)
    if k < 3:
        return Reliability(k, n, alpha, low, high, reason="omega needs three items")
    omega = mcdonald_omega(whole)
    reason = "" if omega is not None else "one factor does not fit all items, so there is no omega"
    return Reliability(k, n, alpha, low, high, omega, reason)


def cronbach_alpha(values: NDArray[float64]) -> float:
    """Return Cronbach's alpha (1951): ``k / (k - 1) * (1 - sum of variances / variance of sums)``.

    Args:
        values: Shape ``(respondents, items)``, nothing missing.

    >>> import numpy as np
    >>> round(cronbach_alpha(np.array([[1.0, 2], [2, 2], [3, 4], [4, 5]])), 3)
    0.945
    """
    import numpy as np

    covariance = np.cov(values, rowvar=False)
    k = len(covariance)
    return float(k / (k - 1) * (1 - np.trace(covariance) / covariance.sum()))


def alpha_interval(alpha: float, respondents: int, items: int, *, level: float = 0.95) -> tuple[float, float]:
    """Return the interval of Cronbach's alpha by Feldt, Woodruff and Salih (1987)."""
    from scipy.stats import f

    first, second = respondents - 1, (respondents - 1) * (items - 1)
    tail = (1 - level) / 2
    return (
        1 - (1 - alpha) * float(f.ppf(1 - tail, first, second)),
        1 - (1 - alpha) * float(f.ppf(tail, first, second)),
    )


def mcdonald_omega(values: NDArray[float64]) -> float | None:
    """Return McDonald's omega total (1999) of a model with one factor, fitted by maximum likelihood.

    ``omega = (sum of loadings)^2 / ((sum of loadings)^2 + sum of unique variances)``, on the scale of the answers.

    Args:
        values: Shape ``(respondents, items)``, nothing missing, three items or more.

    Returns:
        ``None`` where the loadings do not all have the same sign, so that one factor does not describe the items.
    """
    import numpy as np
    from sklearn.decomposition import FactorAnalysis

    spread = values.std(axis=0, ddof=1)
    standard = (values - values.mean(axis=0)) / spread
    model = FactorAnalysis(n_components=1, tol=1e-8, max_iter=5000, svd_method="lapack").fit(standard)
    loadings = model.components_[0] * spread
    unique = model.noise_variance_ * spread**2
    if loadings.sum() < 0:
        loadings = -loadings
    if (loadings <= 0).any():
        return None
    common = float(loadings.sum() ** 2)
    return common / (common + float(np.sum(unique)))


def mean_interval(values: NDArray[float64], *, level: float = 0.95) -> tuple[float | None, float | None]:
    """Return the interval of a mean by Student's t; nothing for fewer than two values."""
    from scipy.stats import t

    n = len(values)
    if n < 2:
        return None, None
    half = float(t.ppf((1 + level) / 2, n - 1)) * float(values.std(ddof=1)) / n**0.5
    return float(values.mean()) - half, float(values.mean()) + half


def _correlation(one: object, other: object) -> float | None:
    import numpy as np
    import pandas as pd

    both = pd.DataFrame({"a": one, "b": other}).dropna().to_numpy(dtype=float)
    if len(both) < 3 or (both.std(axis=0) == 0).any():
        return None
    return float(np.corrcoef(both, rowvar=False)[0, 1])
