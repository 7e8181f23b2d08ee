"""Compare the suggestion engine with what people would use instead, and measure how fast it is.

Run it from the top folder: ``python -m benchmarks.suggestions``. It reads the labelled sets from ``../shared/bench``,
prints a table, and writes it, with a plot for each set, into ``benchmarks/README.md``. The protocol is that of the
sets: the pool in its order (``delidata``: coded rows only, shuffled with seed 3), the first so many rows count as
corrected, and the test rows are scored. Every method sees the same embeddings, whose time is not counted.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from coding.codebook import load_codebook
from coding.encoders import embed, load_encoder
from coding.evaluate import LabelledSegment, Measures, draw_curves, evaluate, measure, read_segments
from coding.model import Code, Codebook
from coding.suggest import Decision, Suggester, Unit
from coding.suggest.kernels import split
from coding.suggest.rows import codebook_rows

HERE = Path(__file__).resolve().parent
SHARED = HERE.parent.parent / "shared" / "bench"
BUDGETS = {"nhs": (0, 50, 200, 1000, 3328), "delidata": (0, 50, 200, 1000, 3400)}
OURS = "this engine"
FIGURES = ("lrap", "hit_at_1", "recall_at_3", "found_at_3", "macro_auroc", "macro_f1", "ece", "certain_precision")
QUALITY = ("<!-- suggestions: made by python -m benchmarks.suggestions -->", "<!-- end of suggestions -->")
SPEED = ("<!-- speed of suggestions: made by python -m benchmarks.suggestions -->", "<!-- end of speed -->")

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
Doubles = NDArray[np.float64]
T = TypeVar("T")


@dataclass(frozen=True)
class Task:
    """One set after one budget: what may be learnt from, and what is scored."""

    codebook: Codebook
    sentences: list[str]
    sentence_codes: NDArray[np.float64]
    pool: list[str]
    pool_codes: NDArray[np.float64]
    test: list[str]
    encode: Encode


def load(name: str) -> tuple[list[LabelledSegment], Codebook, int | None]:
    """Return a set's rows by its protocol, its codebook and the seed that shuffles its pool."""
    codebook = load_codebook(SHARED / name / "codebook.yaml")
    rows = read_segments(SHARED / name / "segments.jsonl", codebook)
    if name != "delidata":
        return rows, codebook, None
    # By the protocol only coded rows are learnt from and scored, the first 2,500 of the test; all others are context.
    scored = [i for i, row in enumerate(rows) if row.split == "test" and row.codes][:2500]
    kept = {i for i, row in enumerate(rows) if row.split == "pool" and row.codes} | set(scored)
    rows = [row if i in kept else replace(row, codes=None, split=None) for i, row in enumerate(rows)]
    return rows, codebook, 3


def task(rows: list[LabelledSegment], codebook: Codebook, seed: int | None, budget: int, encode: Encode) -> Task:
    """Return what a method may see after so many corrections."""
    column = {code.id: j for j, code in enumerate(codebook.codable)}

    def matrix(some: Sequence[LabelledSegment]) -> Doubles:
        codes = np.zeros((len(some), len(column)))
        for i, row in enumerate(some):
            codes[i, [column[code] for code in row.codes or ()]] = 1
        return codes

    pool = [row for row in rows if row.codes is not None and row.split == "pool"]
    if seed is not None:
        random.Random(seed).shuffle(pool)
    pool = pool[:budget]
    sentences = codebook_rows(codebook)
    return Task(
        codebook,
        [row.text for row in sentences],
        np.eye(len(column))[[row.code for row in sentences]],
        [row.text for row in pool],
        matrix(pool),
        [row.text for row in rows if row.codes is not None and row.split == "test"],
        encode,
    )


# what people would use instead ---------------------------------------------------------------------------------------


def cosine(given: Task) -> Doubles | None:
    """Score by the cosine to each code's name and definition."""
    if given.pool:
        return None
    return (given.encode(given.test) @ given.encode(named(given.codebook)).T).astype(np.float64)


def named(codebook: Codebook) -> list[str]:
    """Return a sentence for each code: its name and definition."""
    return [f"{code.name}. {code.definition}".strip() for code in codebook.codable]


def one_by_one(x: NDArray[np.float32], y: Doubles, test: NDArray[np.float32]) -> Doubles:
    """Fit a logistic regression a code."""
    from sklearn.linear_model import LogisticRegression

    scores = np.zeros((len(test), y.shape[1]))
    for j in range(y.shape[1]):
        if 0 < y[:, j].sum() < len(y):
            model = LogisticRegression(C=10, class_weight="balanced", max_iter=500).fit(x, y[:, j])
            scores[:, j] = model.predict_proba(test)[:, 1]
    return scores


def logistic(given: Task) -> Doubles | None:
    """Fit a logistic regression a code, on embeddings of the codebook and the corrections."""
    x = given.encode(given.sentences + given.pool)
    return one_by_one(x, np.vstack([given.sentence_codes, given.pool_codes]), given.encode(given.test))


def svc(given: Task) -> Doubles | None:
    """Fit a linear support vector classifier a code, on TF-IDF of the corrections: the published pipeline's shape."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    if not given.pool:
        return None
    vectoriser = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    x, test = vectoriser.fit_transform(given.pool), vectoriser.transform(given.test)
    scores = np.zeros((len(given.test), given.pool_codes.shape[1]))
    for j in range(scores.shape[1]):
        y = given.pool_codes[:, j]
        folds = int(min(3, y.sum(), (1 - y).sum()))
        if folds >= 2:
            model = CalibratedClassifierCV(LinearSVC(class_weight="balanced"), cv=folds).fit(x, y)
            scores[:, j] = model.predict_proba(test)[:, 1]
        else:
            scores[:, j] = y.mean()
    return scores


def two_kernels(given: Task) -> Doubles | None:
    """Kernel ridge with two fixed kernels: the sketch that came with the sets."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = given.sentences + given.pool
    wording = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit_transform(texts + given.test)
    meaning = given.encode(texts + given.test)
    n = len(texts)
    alike = 0.5 * np.exp(2 * (meaning @ meaning[:n].T - 1)) + 0.5 * (wording @ wording[:n].T).toarray()
    y = np.vstack([given.sentence_codes, given.pool_codes])
    scores: Doubles = alike[n:] @ np.linalg.solve(alike[:n] + 0.3 * np.eye(n), y)
    return scores


def setfit(given: Task) -> Doubles | None:
    """Fine-tune the encoder on pairs with SetFit, 200 steps, where that is installed; at 50 corrections only."""
    if find_spec("setfit") is None or len(given.pool) != 50:
        return None
    from datasets import Dataset
    from setfit import SetFitModel, Trainer, TrainingArguments

    folder = load_encoder().folder
    model = SetFitModel.from_pretrained(str(folder), multi_target_strategy="one-vs-rest")
    texts, codes = given.sentences + given.pool, np.vstack([given.sentence_codes, given.pool_codes])
    data = Dataset.from_dict({"text": texts, "label": codes.astype(int).tolist()})
    Trainer(model=model, args=TrainingArguments(max_steps=200, batch_size=16), train_dataset=data).train()
    scores: Doubles = np.asarray(model.predict_proba(given.test, as_numpy=True), np.float64)
    return scores


METHODS: dict[str, Callable[[Task], Doubles | None]] = {
    "cosine to the definition": cosine,
    "logistic regression, with codebook": logistic,
    "TF-IDF + SVC": svc,
    "SetFit, 200 steps": setfit,
    "two fixed kernels": two_kernels,
}


def compare(name: str, encode: Encode, budgets: Sequence[int]) -> dict[str, list[Measures]]:
    """Return what each method reaches after each budget."""
    rows, codebook, seed = load(name)
    pool = sum(row.codes is not None and row.split == "pool" for row in rows)
    sizes = sorted({min(budget, pool) for budget in budgets})
    found: dict[str, list[Measures]] = {method: [] for method in (*METHODS, OURS)}
    truth = np.zeros((0, 0), bool)
    for size in sizes:
        given = task(rows, codebook, seed, size, encode)
        column = {code.id: j for j, code in enumerate(codebook.codable)}
        test = [row for row in rows if row.codes is not None and row.split == "test"]
        truth = np.zeros((len(test), len(column)), bool)
        for i, row in enumerate(test):
            truth[i, [column[code] for code in row.codes or ()]] = True
        encode([*given.sentences, *given.pool, *given.test, *named(codebook)])
        for method, run in METHODS.items():
            start = time.perf_counter()
            scores = run(given)
            if scores is not None:
                spent = time.perf_counter() - start
                measured = measure(np.clip(scores, 0, 1) + 1e-9 * scores, truth)
                found[method].append(replace(measured, corrections=size, seconds_fit=spent))
                show(name, method, found[method][-1])
        result = evaluate(rows, codebook, encode=encode, budgets=[size], seeds=None if seed is None else [seed])
        found[OURS].append(result.runs[0][0])
        show(name, OURS, found[OURS][-1])
    return found


def show(name: str, method: str, measured: Measures) -> None:
    """Print one line while the rest is still running."""
    cells = "  ".join(f"{f} {_cell(getattr(measured, f))}" for f in FIGURES)
    print(f"{name:9} {measured.corrections:6} {method:36} {cells}  {_seconds(measured):6.2f} s", flush=True)


def _seconds(measured: Measures) -> float:
    return measured.seconds_fit + measured.seconds_score


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


# speed ---------------------------------------------------------------------------------------------------------------


class Clock:
    """Times calls; says the median in milliseconds, and that of processor time, which other work does not disturb."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.processor: list[float] = []

    def time(self, work: Callable[[], T]) -> T:
        """Return what ``work`` returns."""
        start, used = time.perf_counter(), time.process_time()
        answer = work()
        self.processor.append(time.process_time() - used)
        self.wall.append(time.perf_counter() - start)
        return answer

    def __str__(self) -> str:
        """Return both medians."""
        wall, processor = (1000 * statistics.median(times) for times in (self.wall, self.processor))
        return f"{wall:,.0f} ms ({processor:,.0f} ms of processor time)"


def speed() -> list[tuple[str, str, str]]:
    """Return what was timed on 10,000 segments, 30 codes and 1,000 corrections, the figure and the goal."""
    drawn = random.Random(0)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(drawn.choices(letters, k=drawn.randint(2, 9))) for _ in range(5000)]
    weights = [1 / (rank + 1) for rank in range(len(words))]

    def sentence(count: int) -> str:
        return " ".join(drawn.choices(words, weights, k=count)) + "."

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        # What is timed does not depend on what the embeddings mean.
        vectors = np.stack([np.random.default_rng(list(t.encode()[:64])).standard_normal(384) for t in texts])
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors, np.float32)

    codebook = Codebook(
        "speed",
        codes=tuple(
            Code(f"c{j}", sentence(3), None, sentence(20), examples=tuple(sentence(15) for _ in range(6)))
            for j in range(30)
        ),
    )
    units = [Unit(f"t{i // 200}:{i}-{i + 1}", sentence(drawn.randint(5, 35)), f"t{i // 200}", i) for i in range(10_000)]
    embeddings = encode([unit.text for unit in units])
    decisions = [Decision(i * 9, f"c{drawn.randrange(30)}") for i in range(1000)]
    reviewed = [decision.unit for decision in decisions]
    sentences = [row.text for row in codebook_rows(codebook)]
    made = dict(zip(sentences, encode(sentences), strict=True))
    for unit in units:
        parts = split(unit.text)
        made |= dict(zip(parts, encode(parts), strict=True))

    def outside(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([made[text] for text in texts])

    Suggester.fit(codebook, units[:50], embeddings[:50], encode=encode)  # imports are not timed
    whole, solves, choices, updates = Clock(), Clock(), Clock(), Clock()
    with threadpool_limits(1):
        model = whole.time(
            lambda: Suggester.fit(codebook, units, embeddings, encode=outside, decisions=decisions, reviewed=reviewed)
        )
        for _ in range(5):
            solves.time(lambda: model.refit(kernel=model.kernel))
            choices.time(model.refit)
        for i in range(30):
            updates.time(lambda i=i: model.update([Decision(i * 9 + 4, "c1")], reviewed=[i * 9 + 4]))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return [
        ("one more correction, all suggestions new, median of 30", str(updates), "100 ms"),
        ("full solve, median of 5", str(solves), "2,000 ms"),
        ("full solve with the kernel chosen anew, median of 5", str(choices), "2,000 ms"),
        ("first fit, which also reads the wording of all texts, once", str(whole), ""),
        ("largest memory of the process", f"{memory:.2f} GB", "1 GB"),
    ]


# writing -------------------------------------------------------------------------------------------------------------


def quality_text(results: dict[str, dict[str, list[Measures]]]) -> str:
    """Return the section of the README on quality."""
    lines = ["## Suggestions", "", __doc__.split("\n\n", 1)[1].strip(), ""]
    lines += ["`found at 3` is the share of all right codes that are among the first three of their segments;"]
    lines += ["`certain` the share of right ones among what is suggested at target precision .9. Seconds are for"]
    lines += ["learning and scoring. F1 and calibration of methods without probabilities are of their raw scores.", ""]
    if find_spec("setfit") is None:
        lines += ["SetFit is not installed here and was left out; with the same encoder, 50 corrections and 200 steps"]
        lines += ["it was measured before on `nhs` at LRAP .600, hit at 1 .535, 380 s to fit.", ""]
    for name, found in results.items():
        lines += [f"### {name}", "", f"![Learning curves on {name}](suggestions-{name}.svg)", ""]
        heads = ["corrections: method", *(f.replace("_at_", " at ").replace("_precision", "") for f in FIGURES), "s"]
        lines += ["| " + " | ".join(heads) + " |", "| --- " * len(heads) + "|"]
        sizes = sorted({one.corrections for curve in found.values() for one in curve})
        for size in sizes:
            for method, curve in found.items():
                for one in (one for one in curve if one.corrections == size):
                    bold = "**" if method == OURS else ""
                    cells = [_cell(getattr(one, f)).replace("0.", ".") for f in FIGURES]
                    lines.append(f"| {bold}{size}: {method}{bold} | " + " | ".join(cells) + f" | {_seconds(one):.2f} |")
        lines.append("")
    return "\n".join(lines)


def speed_text(timed: list[tuple[str, str, str]]) -> str:
    """Return the section of the README on speed."""
    lines = [
        "## Speed of suggestions",
        "",
        "10,000 segments, 30 codes, 1,000 corrections, one thread; embedding not counted.",
    ]
    lines += ["", "| what | measured | goal at most |", "| --- | --- | --- |"]
    return "\n".join([*lines, *(f"| {what} | {figure} | {goal} |" for what, figure, goal in timed), ""])


def write(section: str, marks: tuple[str, str]) -> None:
    """Put a section into ``benchmarks/README.md``, in the place of the last one."""
    start, end = marks
    path = HERE / "README.md"
    text = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    section = f"{start}\n{section}\n{end}"
    if start in text and end in text:
        text = text[: text.index(start)] + section + text[text.index(end) + len(end) :]
    else:
        text = text.rstrip("\n") + "\n\n" + section + "\n"
    path.write_text(text, encoding="utf-8")


def main() -> None:
    """Print all figures and write them down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="+", default=list(BUDGETS), choices=list(BUDGETS))
    parser.add_argument("--budgets", nargs="+", type=int, help="corrections; default: those of the published figures")
    parser.add_argument("--cache", type=Path, help="a folder to keep embeddings in between runs")
    parser.add_argument("--only", choices=["quality", "speed"], help="measure only one of the two")
    parser.add_argument("--no-write", action="store_true", help="print only")
    arguments = parser.parse_args()
    if arguments.only != "quality":
        timed = speed()
        for what, figure, goal in timed:
            print(f"{what}: {figure}" + (f" (goal: at most {goal})" if goal else ""), flush=True)
        if not arguments.no_write:
            write(speed_text(timed), SPEED)
    if arguments.only == "speed":
        return
    results = {}
    for name in arguments.sets:
        results[name] = compare(name, cached(name, arguments.cache), arguments.budgets or BUDGETS[name])
    if not arguments.no_write:
        draw(results)
        write(quality_text(results), QUALITY)


def draw(results: dict[str, dict[str, list[Measures]]]) -> None:
    """Write a plot of the learning curves for each set."""
    for name, found in results.items():
        curves = {
            method: [(one.corrections, one.lrap, one.lrap, one.lrap) for one in curve if one.lrap is not None]
            for method, curve in found.items()
            if curve
        }
        drawing = draw_curves(curves, title=f"{name}: label ranking average precision")
        (HERE / f"suggestions-{name}.svg").write_text(drawing, encoding="utf-8")


def cached(name: str, folder: Path | None) -> Encode:
    """Return a function that embeds each text once; with ``folder``, once for all runs."""
    encoder = load_encoder()
    known: dict[str, NDArray[np.float32]] = {}
    paths = (folder / f"{name}.npy", folder / f"{name}.json") if folder else None
    if paths and all(path.exists() for path in paths):
        known = dict(zip(json.loads(paths[1].read_text(encoding="utf-8")), np.load(paths[0]), strict=True))

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, embed(new, encoder=encoder), strict=True))
            if paths:
                paths[0].parent.mkdir(parents=True, exist_ok=True)
                np.save(paths[0], np.stack(list(known.values())))
                paths[1].write_text(json.dumps(list(known)), encoding="utf-8")
        return np.stack([known[text] for text in texts])

    return encode


if __name__ == "__main__":
    main()
