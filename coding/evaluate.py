"""How good suggestions are, on segments whose codes are known: learning curves, calibration and time."""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coding.errors import CodingError
from coding.model import Codebook
from coding.suggest.types import Decision, Unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from coding.encoders import Encoder

BUDGETS = (0, 50, 200)
CERTAIN_AT = 0.9
"""Target precision at which ``certain_precision`` is measured."""

_HELD_OUT = 0.3


@dataclass(frozen=True, slots=True)
class LabelledSegment:
    """One line of a file of labelled segments.

    Attributes:
        text: The words.
        codes: Ids of its codes; empty where it was reviewed and has none, ``None`` where it was never reviewed.
        id: Where it came from.
        source: The transcript; rows of one source in order are each other's context.
        order: Place in the source.
        speaker: Label of the speaker.
        role: ``moderator`` or ``participant``.
        split: ``pool`` or ``test``.
        line: The line of the file, from 1.
    """

    text: str
    codes: tuple[str, ...] | None
    id: str = ""
    source: str = ""
    order: float | None = None
    speaker: str | None = None
    role: str | None = None
    split: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured after some corrections; ``None`` where the rows do not allow it.

    Attributes:
        corrections: How many rows of the pool counted as corrected.
        lrap: Label ranking average precision, over test rows with a code.
        hit_at_1: Share of those rows whose first suggestion is right.
        recall_at_3: Mean share of a row's codes that are among its first three suggestions.
        found_at_3: Share of all right codes that are among the first three suggestions of their rows.
        macro_auroc: Area under the ROC curve, mean over codes, over those rows.
        macro_f1: Mean over codes, over all test rows; a code is given where that makes the expected F1 largest.
        micro_f1: The same over all codes together.
        ece: Expected calibration error, ten bins, over all test rows and codes.
        certain_precision: Share of right ones among what is suggested at target precision 0.9.
        certain_share: Share of all right codes that are suggested at that target.
        suggest_auroc: Whether a row has any code at all, told by its highest probability: area under the ROC curve.
        suggest_ap: The same, average precision.
        seconds_fit: Time to learn, without embedding.
        seconds_score: Time to read off probabilities and states of all rows.
    """

    corrections: int
    lrap: float | None
    hit_at_1: float | None
    recall_at_3: float | None
    found_at_3: float | None
    macro_auroc: float | None
    macro_f1: float | None
    micro_f1: float | None
    ece: float | None
    certain_precision: float | None
    certain_share: float | None
    suggest_auroc: float | None
    suggest_ap: float | None
    seconds_fit: float
    seconds_score: float


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """The learning curve: for each seed one :class:`Measures` a budget, in the order of the budgets.

    Attributes:
        name: What was evaluated.
        seeds: The seeds, or ``None`` where the pool stood in file order.
        runs: ``runs[i][j]`` is seed ``i`` after budget ``j``.
        rows: Number of pool rows, test rows and test rows with a code, in the first run.
    """

    name: str
    seeds: tuple[int, ...] | None
    runs: tuple[tuple[Measures, ...], ...]
    rows: Mapping[str, int]

    def curve(self, measure: str) -> list[tuple[int, float, float, float]]:
        """Return a measure after each budget: corrections, mean over seeds, lower and upper end of the 95 % interval.

        With one run the interval is the value itself. With several it is the mean plus and minus Student's t times
        the standard error over seeds.
        """
        from scipy import stats

        points = []
        for measured in zip(*self.runs, strict=True):
            values = [value for one in measured if (value := getattr(one, measure)) is not None]
            if not values:
                continue
            mean, half = statistics.fmean(values), 0.0
            if len(values) > 1:
                half = float(stats.t.ppf(0.975, len(values) - 1)) * statistics.stdev(values) / len(values) ** 0.5
            points.append((measured[0].corrections, mean, mean - half, mean + half))
        return points

    def as_dict(self) -> dict[str, object]:
        """Return everything as plain values, for JSON: per budget the means over seeds, intervals, and each run."""
        budgets = []
        for j, first in enumerate(self.runs[0]):
            row: dict[str, object] = {"corrections": first.corrections}
            intervals: dict[str, list[float]] = {}
            for name in _names():
                found = [value for run in self.runs if (value := getattr(run[j], name)) is not None]
                row[name] = statistics.fmean(found) if found else None
                if len(found) > 1:
                    point = next(p for p in self.curve(name) if p[0] == first.corrections)
                    intervals[name] = [point[2], point[3]]
            row["intervals"] = intervals
            budgets.append(row)
        runs = [[{f.name: getattr(one, f.name) for f in fields(one)} for one in run] for run in self.runs]
        seeds = None if self.seeds is None else list(self.seeds)
        return {"name": self.name, "rows": dict(self.rows), "seeds": seeds, "budgets": budgets, "runs": runs}

    def as_table(self) -> str:
        """Return the means over seeds as a table for people, a line a budget."""
        names = _names()
        heads = ["corrections", *(name.replace("_", " ") for name in names)]
        lines = []
        for j, first in enumerate(self.runs[0]):
            cells = [str(first.corrections)]
            for name in names:
                found = [value for run in self.runs if (value := getattr(run[j], name)) is not None]
                cells.append(f"{statistics.fmean(found):.3f}" if found else "-")
            lines.append(cells)
        widths = [max(len(head), *(len(cells[i]) for cells in lines)) for i, head in enumerate(heads)]
        table = [heads, *lines]
        text = "\n".join("  ".join(cell.rjust(widths[i]) for i, cell in enumerate(cells)) for cells in table)
        counted = ", ".join(f"{count} {what}" for what, count in self.rows.items())
        seeds = f"; means over {len(self.seeds)} seeds" if self.seeds and len(self.seeds) > 1 else ""
        return f"{self.name}: {counted}{seeds}\n{text}"

    def write_plot(self, path: Path) -> None:
        """Write the learning curve as an SVG drawing.

        Raises:
            CodingError: If the file cannot be written.
        """
        shown = ("lrap", "recall_at_3", "hit_at_1", "macro_f1", "certain_precision")
        drawing = draw_curves({name.replace("_", " "): self.curve(name) for name in shown}, title=self.name)
        try:
            path.write_text(drawing, encoding="utf-8")
        except OSError as err:
            raise CodingError(f"the plot cannot be written: {err.strerror or err}", path=path) from err


def _names() -> list[str]:
    return [field.name for field in fields(Measures) if field.name != "corrections"]


# reading ------------------------------------------------------------------------------------------------------------


def read_segments(path: Path, codebook: Codebook) -> list[LabelledSegment]:
    """Read a file of labelled segments, one JSON object a line.

    Raises:
        CodingError: If the file cannot be read or a line is not as it must be; names the file and the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as err:
        raise CodingError(f"the file cannot be read: {err.strerror or err}", path=path) from err
    except UnicodeDecodeError as err:
        raise CodingError("the file is not UTF-8; save it as UTF-8", path=path) from err
    codable = {code.id for code in codebook.codable}
    # Only line feeds end a line here; other line separators of Unicode may stand inside a JSON string.
    rows = [_row(line, number, path, codable) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if not rows:
        raise CodingError("there are no segments in the file", path=path)
    if any(row.split for row in rows):
        for row in rows:
            if row.codes is not None and row.split is None:
                raise CodingError("this row has no split although others have one", path=path, line=row.line)
    return rows


def _row(line: str, number: int, path: Path, codable: Collection[str]) -> LabelledSegment:
    def wrong(message: str) -> CodingError:
        return CodingError(message, path=path, line=number)

    try:
        data = json.loads(line)
    except ValueError as err:
        raise wrong(f"this is not JSON: {err}") from err
    except RecursionError as err:
        raise wrong("this JSON is nested too deeply") from err
    if not isinstance(data, dict):
        raise wrong('each line must be one JSON object, such as {"text": "…", "codes": []}')
    if not isinstance(data.get("text"), str) or not data["text"].strip():
        raise wrong("'text' must be a string with words in it")
    if "codes" not in data:
        raise wrong("'codes' is missing; give a list of code ids, or null where nobody has reviewed the segment")
    _check_optional(data, wrong)
    return LabelledSegment(
        text=data["text"],
        codes=_codes(data["codes"], codable, wrong),
        id=str(data.get("id") or ""),
        source=str(data.get("source") or ""),
        order=data.get("order"),
        speaker=data.get("speaker"),
        role=data.get("role"),
        split=data.get("split"),
        line=number,
    )


def _check_optional(data: Mapping[str, Any], wrong: Callable[[str], CodingError]) -> None:
    for name in ("id", "source"):
        value = data.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, str | int)):
            raise wrong(f"'{name}' must be a string, not {value!r}")
    order = data.get("order")
    number = isinstance(order, int | float) and not isinstance(order, bool) and abs(order) < float("inf")
    if order is not None and not number:
        raise wrong(f"'order' must be a number, not {order!r}")
    if not isinstance(data.get("speaker"), str | None):
        raise wrong(f"'speaker' must be a string, not {data['speaker']!r}")
    if data.get("role") not in (None, "moderator", "participant"):
        raise wrong(f"'role' must be 'moderator' or 'participant', not {data['role']!r}")
    if data.get("split") not in (None, "pool", "test"):
        raise wrong(f"'split' must be 'pool' or 'test', not {data['split']!r}")


def _codes(value: object, codable: Collection[str], wrong: Callable[[str], CodingError]) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
        raise wrong("'codes' must be a list of code ids, or null")
    for code in value:
        if code not in codable:
            raise wrong(f"the codebook has no code {code!r} that can be applied")
    return tuple(dict.fromkeys(value))


# measuring ----------------------------------------------------------------------------------------------------------


def evaluate_file(
    path: Path,
    codebook: Codebook,
    *,
    encoder: Encoder,
    budgets: Sequence[int] = BUDGETS,
    seeds: Sequence[int] | None = None,
) -> EvaluationResult:
    """Measure suggestions on a file of labelled segments.

    Args:
        path: One JSON object a line; see :func:`read_segments`.
        codebook: The codebook that the codes come from.
        encoder: Embeds the texts.
        budgets: After how many corrections to measure.
        seeds: See :func:`evaluate`.

    Raises:
        CodingError: If the file is not as it must be, or the budgets are negative.
    """
    from coding.encoders import embed

    known: dict[str, NDArray[np.float32]] = {}

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, embed(new, encoder=encoder), strict=True))
        return np.stack([known[text] for text in texts])

    rows = read_segments(path, codebook)
    return evaluate(rows, codebook, encode=encode, budgets=budgets, seeds=seeds, name=path.stem)


def evaluate(
    rows: Sequence[LabelledSegment],
    codebook: Codebook,
    *,
    encode: Callable[[Sequence[str]], NDArray[np.float32]],
    budgets: Sequence[int] = BUDGETS,
    seeds: Sequence[int] | None = None,
    name: str = "",
) -> EvaluationResult:
    """Measure suggestions on labelled segments: a learning curve over corrections.

    Args:
        rows: The segments, in the order of the file.
        codebook: The codebook that the codes come from.
        encode: Returns unit-norm embeddings, ``(n, d)``, and keeps what it computed: texts come more than once.
        budgets: After how many corrections to measure; more than the pool has means all of it.
        seeds: Shuffle the pool with each of these seeds, and measure once for each; without seeds, rows of the pool
            count as corrected in the order of the file. Where rows have no split, the seed also draws the sources
            that are held out for the test, about three tenths of the rows.
        name: What the answer calls itself.

    Raises:
        CodingError: If there is nothing to test on, or a budget is negative.

    >>> import numpy as np
    >>> from coding.model import Code, Codebook
    >>> codebook = Codebook("c", codes=(Code("wait", "Waiting"), Code("staff", "Staff")))
    >>> rows = [LabelledSegment("a long wait", ("wait",), split="pool"), LabelledSegment("kind", (), split="pool"),
    ...         LabelledSegment("we had to wait", ("wait",), split="test")]
    >>> result = evaluate(rows, codebook, encode=lambda texts: np.ones((len(texts), 1), np.float32), budgets=[0, 2])
    >>> [measures.corrections for measures in result.runs[0]]
    [0, 2]
    """
    if not budgets or min(budgets) < 0:
        raise CodingError("budgets must be numbers of corrections, from 0")
    if not codebook.codable:
        raise CodingError("the codebook has no code that can be applied")
    runs = []
    counted: dict[str, int] = {}
    for seed in [None] if seeds is None else seeds:
        pool, test = _split(rows, seed)
        if seed is not None:
            random.Random(seed).shuffle(pool)
        ranked = [i for i in test if rows[i].codes]
        counted = counted or {"pool": len(pool), "test": len(test), "test with a code": len(ranked)}
        sizes = sorted({min(budget, len(pool)) for budget in budgets})
        runs.append(tuple(_measure(rows, codebook, encode, pool[:size], test) for size in sizes))
    fewest = min(len(run) for run in runs)
    return EvaluationResult(
        name or codebook.name, None if seeds is None else tuple(seeds), tuple(run[:fewest] for run in runs), counted
    )


def _split(rows: Sequence[LabelledSegment], seed: int | None) -> tuple[list[int], list[int]]:
    labelled = [i for i, row in enumerate(rows) if row.codes is not None]
    if any(rows[i].split for i in labelled):
        pool = [i for i in labelled if rows[i].split == "pool"]
        test = [i for i in labelled if rows[i].split == "test"]
    else:
        sources = sorted({rows[i].source for i in labelled})
        if len(sources) < 2:
            raise CodingError("without a split, whole sources are held out, so there must be two or more of them")
        random.Random(seed or 0).shuffle(sources)
        held: set[str] = set()
        wanted = _HELD_OUT * len(labelled)
        for source in sources[:-1]:
            if sum(rows[i].source in held for i in labelled) >= wanted:
                break
            held.add(source)
        pool = [i for i in labelled if rows[i].source not in held]
        test = [i for i in labelled if rows[i].source in held]
    if not test:
        raise CodingError("there are no reviewed rows to test on")
    return pool, test


def units_of(rows: Sequence[LabelledSegment]) -> tuple[list[Unit], list[int]]:
    """Return the rows as units in the order of their sources, and for each unit the row that it came from."""
    first: dict[str, int] = {}
    for i, row in enumerate(rows):
        first.setdefault(row.source, i)
    unordered = float("inf")

    def place(i: int) -> tuple[int, float, int]:
        order = rows[i].order
        return first[rows[i].source], unordered if order is None else order, i

    ordered = sorted(range(len(rows)), key=place)
    turns: dict[str, int] = {}
    units = []
    for i in ordered:
        row = rows[i]
        turn = None
        if row.order is not None:
            turn = turns[row.source] = turns.get(row.source, -1) + 1
        units.append(Unit(row.id or str(i), row.text, row.source, turn, row.speaker, row.role))
    return units, ordered


def _measure(
    rows: Sequence[LabelledSegment],
    codebook: Codebook,
    encode: Callable[[Sequence[str]], NDArray[np.float32]],
    corrected: Sequence[int],
    test: Sequence[int],
) -> Measures:
    import numpy as np

    from coding.suggest import Suggester

    units, ordered = units_of(rows)
    at = {row: unit for unit, row in enumerate(ordered)}
    embeddings = encode([unit.text for unit in units])
    spent = 0.0

    def timed(texts: Sequence[str]) -> NDArray[np.float32]:
        nonlocal spent
        start = time.perf_counter()
        vectors = encode(texts)
        spent += time.perf_counter() - start
        return vectors

    start = time.perf_counter()
    model = Suggester.fit(
        codebook,
        units,
        embeddings,
        encode=timed,
        decisions=[Decision(at[i], code) for i in corrected for code in rows[i].codes or ()],
        reviewed=[at[i] for i in corrected],
        target_precision=CERTAIN_AT,
    )
    fitted = time.perf_counter()
    where = [at[i] for i in test]
    probabilities = model.probabilities[where].astype(np.float64)
    certain = model.states[where] == 2
    scored = time.perf_counter()
    column = {code: j for j, code in enumerate(model.codes)}
    truth = np.zeros(probabilities.shape, bool)
    for row, i in enumerate(test):
        truth[row, [column[code] for code in rows[i].codes or ()]] = True
    return replace(
        measure(probabilities, truth, certain=certain),
        corrections=len(corrected),
        seconds_fit=fitted - start - spent,
        seconds_score=scored - fitted,
    )


def measure(
    probabilities: NDArray[np.float64], truth: NDArray[np.bool_], *, certain: NDArray[np.bool_] | None = None
) -> Measures:
    """Measure probabilities against the truth, ``(n_rows, n_codes)`` each.

    Args:
        probabilities: From any method; ranks count for most measures, values for F1 and the calibration error.
        truth: Which code is in which row.
        certain: What is suggested at the target precision.

    Returns:
        The measures, with corrections and seconds at 0.
    """
    import numpy as np
    from sklearn.metrics import average_precision_score, label_ranking_average_precision_score, roc_auc_score

    coded = truth.any(axis=1)
    ranked, right = probabilities[coded], truth[coded]
    lrap = hit = recall = found = auroc = None
    if coded.any():
        lrap = float(label_ranking_average_precision_score(right, ranked))
        first = np.argsort(-ranked, axis=1, kind="stable")[:, :3]
        taken = np.take_along_axis(right, first, axis=1)
        hit = float(taken[:, 0].mean())
        recall = float((taken.sum(axis=1) / right.sum(axis=1)).mean())
        found = float(taken.sum() / right.sum())
        both = [j for j in range(right.shape[1]) if 0 < right[:, j].sum() < len(right)]
        auroc = float(np.mean([roc_auc_score(right[:, j], ranked[:, j]) for j in both])) if both else None
    given = probabilities >= _cuts(probabilities)
    macro, micro = _f1(given, truth)
    suggest_auroc = suggest_ap = None
    if coded.any() and not coded.all():
        highest = probabilities.max(axis=1)
        suggest_auroc, suggest_ap = float(roc_auc_score(coded, highest)), float(average_precision_score(coded, highest))
    precise = float(truth[certain].mean()) if certain is not None and certain.any() else None
    share = float((truth & certain).sum() / truth.sum()) if certain is not None and truth.any() else None
    ece = calibration_error(probabilities, truth)
    return Measures(
        0, lrap, hit, recall, found, auroc, macro, micro, ece, precise, share, suggest_auroc, suggest_ap, 0.0, 0.0
    )


def calibration_error(probabilities: NDArray[np.float64], truth: NDArray[np.bool_], *, bins: int = 10) -> float:
    """Return the expected calibration error over bins of equal width (Guo et al. 2017)."""
    import numpy as np

    p, y = probabilities.ravel(), truth.ravel()
    which = np.clip((p * bins).astype(int), 0, bins - 1)
    gaps = np.abs(np.bincount(which, p - y, minlength=bins))
    return float(gaps.sum() / max(len(p), 1))


def _cuts(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each code the probability from which giving it makes the expected F1 largest (Lewis 1995)."""
    import numpy as np

    ranked = -np.sort(-probabilities, axis=0)
    expected = 2 * np.cumsum(ranked, axis=0) / (np.arange(1, len(ranked) + 1)[:, None] + ranked.sum(axis=0))
    cuts: NDArray[np.float64] = np.take_along_axis(ranked, expected.argmax(axis=0)[None, :], axis=0)[0]
    return cuts


def _f1(given: NDArray[np.bool_], truth: NDArray[np.bool_]) -> tuple[float | None, float | None]:
    import numpy as np

    hits, total = (given & truth).sum(axis=0), given.sum(axis=0) + truth.sum(axis=0)
    there = truth.any(axis=0)
    if not there.any():
        return None, None
    macro = float(np.mean(2 * hits[there] / total[there]))
    return macro, float(2 * hits.sum() / total.sum())


# drawing ------------------------------------------------------------------------------------------------------------

_COLOURS = ("#0b6264", "#b0413e", "#2a7f9e", "#9a5b13", "#7d5ba6", "#4d7c2f", "#444444", "#c2185b")
_LEFT, _TOP, _WIDE, _HIGH = 56, 40, 440, 260


def draw_curves(curves: Mapping[str, Sequence[tuple[int, float, float, float]]], *, title: str) -> str:
    """Return learning curves as a self-contained SVG drawing.

    Args:
        curves: By name: corrections, value, lower and upper end; values from 0 to 1.
        title: Stands above.
    """
    import math

    points = [point for curve in curves.values() for point in curve]
    most = max((point[0] for point in points), default=1)
    low = max(0.0, math.floor(10 * min((point[2] for point in points), default=0.0)) / 10)

    def x(corrections: int) -> float:
        return _LEFT + _WIDE * math.log1p(corrections / 10) / max(math.log1p(most / 10), 1e-9)

    def y(value: float) -> float:
        return _TOP + _HIGH * (1 - (value - low) / (1 - low or 1))

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 700 {_TOP + _HIGH + 50}" font-family="sans-serif" '
        f'font-size="12" role="img"><title>{escape(title)}</title><rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="22" font-size="15">{escape(title)}</text>',
    ]
    for tenth in range(round(low * 10), 11):
        at = y(tenth / 10)
        parts.append(f'<path d="M{_LEFT} {at:.1f}h{_WIDE}" stroke="#dddddd"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{tenth / 10:.1f}</text>')
    for corrections in sorted({point[0] for point in points}):
        parts.append(
            f'<text x="{x(corrections):.1f}" y="{_TOP + _HIGH + 18}" text-anchor="middle">{corrections}</text>'
        )
    parts.append(f'<text x="{_LEFT + _WIDE / 2}" y="{_TOP + _HIGH + 38}" text-anchor="middle">corrections</text>')
    for number, (name, curve) in enumerate(curves.items()):
        colour, dash = _COLOURS[number % len(_COLOURS)], "" if number < 4 else ' stroke-dasharray="6 3"'
        if any(point[2] < point[3] for point in curve):
            band = [f"{x(p[0]):.1f},{y(min(p[3], 1)):.1f}" for p in curve]
            band += [f"{x(p[0]):.1f},{y(max(p[2], low)):.1f}" for p in reversed(curve)]
            parts.append(f'<polygon points="{" ".join(band)}" fill="{colour}" opacity="0.15"/>')
        line = " ".join(f"{x(p[0]):.1f},{y(p[1]):.1f}" for p in curve)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        at = _TOP + 14 + 20 * number
        parts.append(f'<path d="M{_LEFT + _WIDE + 16} {at - 4}h22" stroke="{colour}" stroke-width="2"{dash}/>')
        parts.append(f'<text x="{_LEFT + _WIDE + 44}" y="{at}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>\n"])
