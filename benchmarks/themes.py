"""Compare the themes with BERTopic's as it comes, on the same embeddings in one run.

Run it from the top folder: ``python -m benchmarks.themes``. It reads the labelled sets from ``../shared/bench``, prints
a table and writes it into ``benchmarks/README.md``. ``nhs``: the first 2,000 rows with exactly one code, which is the
label; ``qmsum``: turns of 12 words or more with a topic, of 25 meetings, 2,000 of them, labelled by meeting and topic.
The sets with a 2 are the rest of ``nhs``, and 25 other meetings: the method was chosen without them.

NMI and AMI compare themes with labels; an outlier counts as a theme of its own. NPMI is the mean over all pairs of a
theme's first ten terms, by texts that hold both (-1 where none does); diversity is the share of distinct ones among all
terms of all themes. ARI is the mean over all pairs of ten runs, each without another tenth of the texts, over what
both runs saw; the last column leaves outliers out of that comparison, which favours whoever calls the doubtful ones so.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import resource
import statistics
import time
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.suggestions import cached, write
from coding.theme_model import ThemeSettings
from coding.themes.steady import leave_out_parts, resample
from coding.themes.words import terms_of

HERE = Path(__file__).resolve().parent
SHARED = HERE.parent.parent / "shared" / "bench"
SETS = ("nhs", "qmsum", "nhs2", "qmsum2")
QUALITY = ("<!-- themes: made by python -m benchmarks.themes -->", "<!-- end of themes -->")
SPEED = ("<!-- speed of themes: made by python -m benchmarks.themes -->", "<!-- end of speed of themes -->")
MANY = 100_000

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]
Found = tuple[Labels, list[list[str]]]
Method = Callable[[Sequence[str], Floats], Found]


def load(name: str, shared: Path) -> tuple[list[str], list[str]]:
    """Return the texts and labels of a set, by the protocol."""
    if name.startswith("nhs"):
        rows = [json.loads(line) for line in (shared / "nhs" / "segments.jsonl").open(encoding="utf-8")]
        one = [(row["text"], row["codes"][0]) for row in rows if row["codes"] and len(row["codes"]) == 1]
        some = one[2000:] if name.endswith("2") else one[:2000]
    else:
        turns = read_turns(shared)
        meetings = sorted({row["source"] for row in turns})
        random.Random(1).shuffle(meetings)
        chosen = set(meetings[25:50] if name.endswith("2") else meetings[:25])
        some = [
            (row["text"], f"{row['source']}|{row['topic']}")
            for row in turns
            if row["source"] in chosen and row.get("topic") and len(row["text"].split()) >= 12
        ]
        random.Random(2).shuffle(some)
        some = some[:2000]
    return [text for text, _ in some], [label for _, label in some]


def read_turns(shared: Path) -> list[dict[str, str]]:
    """Return all turns of the meetings."""
    with gzip.open(shared / "qmsum" / "turns.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def ours(texts: Sequence[str], embeddings: Floats) -> Found:
    """Find and name themes as the tool does."""
    from coding.themes.describe import make_names
    from coding.themes.topics import find_topics

    topics = find_topics(texts, embeddings, ThemeSettings())
    make_names(topics.terms, texts)
    return topics.labels, [list(terms) for terms in topics.terms]


def bertopic(texts: Sequence[str], embeddings: Floats) -> Found:
    """Find topics as BERTopic does by itself; only UMAP gets a seed, so that it gives the same twice."""
    from bertopic import BERTopic
    from umap import UMAP

    reduction = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=42, n_jobs=1)
    model = BERTopic(umap_model=reduction)
    labels, _ = model.fit_transform(list(texts), embeddings)
    terms = [[word for word, _ in model.get_topic(topic) if word] for topic in sorted(set(labels) - {-1})]
    return np.asarray(labels, np.int64), terms


METHODS: dict[str, Method] = {"BERTopic, defaults": bertopic, "these themes": ours}


def presence(texts: Sequence[str]) -> list[set[str]]:
    """Return the words of each text, and the pairs that either method takes for one term."""
    return [{*re.findall(r"(?u)\b\w\w+\b", text.lower()), *terms_of(text)} for text in texts]


def coherence(topics: Sequence[Sequence[str]], present: Sequence[set[str]]) -> float:
    """Return the mean normalised pointwise mutual information of the terms of each topic."""
    wanted = {term for terms in topics for term in terms[:10]}
    places: dict[str, set[int]] = {term: set() for term in wanted}
    for at, words in enumerate(present):
        for term in words & wanted:
            places[term].add(at)
    n = len(present)

    def npmi(first: str, second: str) -> float:
        both = len(places[first] & places[second])
        if not both:
            return -1.0
        if both == n:
            return 1.0
        return float(np.log(both * n / (len(places[first]) * len(places[second]))) / -np.log(both / n))

    means = [np.mean([npmi(*pair) for pair in combinations(terms[:10], 2)]) for terms in topics if len(terms) > 1]
    return float(np.mean(means))


def diversity(topics: Sequence[Sequence[str]]) -> float:
    """Return the share of distinct terms among the first ten of all topics."""
    every = Counter(term for terms in topics for term in terms[:10])
    return len(every) / sum(every.values())


UNSEEN = -2


def agreement(runs: Sequence[Labels], *, least: int) -> float:
    """Return the mean adjusted Rand index of all pairs of runs, over texts with labels from ``least`` on in both."""
    from sklearn.metrics import adjusted_rand_score

    both = [(a, b, (a >= least) & (b >= least)) for a, b in combinations(runs, 2)]
    pairs = [(a[kept], b[kept]) for a, b, kept in both]
    return float(np.mean([adjusted_rand_score(a, b) for a, b in pairs]))


def again(name: str, texts: Sequence[str], embeddings: Floats) -> list[Labels]:
    """Return the themes of ten runs, each without another tenth of the texts; -2 for these, -1 for outliers."""
    if METHODS[name] is ours:
        found = resample(texts, embeddings, ThemeSettings(), method="graph", count=10)
        return [np.where(labels < 0, UNSEEN, labels) for labels in found]
    runs = []
    for part in leave_out_parts(len(texts), 10, 0):
        kept = np.setdiff1d(np.arange(len(texts)), part)
        labels = np.full(len(texts), UNSEEN, np.int64)
        labels[kept], _ = METHODS[name]([texts[at] for at in kept], embeddings[kept])
        runs.append(labels)
    return runs


def compare(name: str, shared: Path, cache: Path | None) -> list[str]:
    """Return the lines of the table for one set."""
    from sklearn.metrics import adjusted_mutual_info_score, normalized_mutual_info_score

    texts, truth = load(name, shared)
    embeddings = cached(f"themes-{name}", cache)(texts)
    present = presence(texts)
    lines = []
    for method, find in METHODS.items():
        labels, topics = find(texts, embeddings)
        cells = [
            normalized_mutual_info_score(truth, labels),
            adjusted_mutual_info_score(truth, labels),
            len(topics),
            float(np.mean(labels < 0)),
            coherence(topics, present),
            diversity(topics),
            agreement(runs := again(method, texts, embeddings), least=-1),
            agreement(runs, least=0),
        ]
        shown = [str(cell) if isinstance(cell, int) else f"{cell:.3f}" for cell in cells]
        lines.append(f"| {name}: {method} | {' | '.join(shown)} |")
        print(lines[-1], flush=True)
    return lines


def speed(shared: Path, cache: Path | None) -> list[str]:
    """Return the lines of the table of seconds: both methods on 2,000 texts, warm, the median of five runs."""
    lines = []
    for name in ("nhs", "qmsum"):
        texts, _ = load(name, shared)
        embeddings = cached(f"themes-{name}", cache)(texts)
        seconds = {}
        for method, find in METHODS.items():
            find(texts[:500], embeddings[:500])
            seconds[method] = statistics.median(_seconds(find, texts, embeddings) for _ in range(5))
        theirs, own = seconds.values()
        lines.append(f"| {name}, {len(texts):,} texts | {own:.2f} s | {theirs:.2f} s | 1/{theirs / own:.1f} | 1/5 |")
        print(lines[-1], flush=True)
    return lines


def _seconds(find: Method, texts: Sequence[str], embeddings: Floats) -> float:
    start = time.perf_counter()
    find(texts, embeddings)
    return time.perf_counter() - start


def many(shared: Path) -> list[str]:
    """Return the line on 100,000 turns.

    Their embeddings are latent semantic analysis in 384 dimensions: as large as a language model's, and sooner made.
    """
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [row["text"] for row in read_turns(shared) if terms_of(row["text"])]
    texts += [f"{text} {text}" for text in texts]
    texts = texts[:MANY]
    table = TfidfVectorizer(sublinear_tf=True, min_df=5, max_features=20_000, dtype=np.float32).fit_transform(texts)
    reduced = TruncatedSVD(384, n_iter=2, random_state=0).fit_transform(table)
    embeddings = np.asarray(reduced / np.maximum(np.linalg.norm(reduced, axis=1, keepdims=True), 1e-9), np.float32)
    del table, reduced
    start = time.perf_counter()
    _, topics = ours(texts, embeddings)
    seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    line = f"| {len(texts):,} turns, {len(topics)} themes | {seconds:.0f} s, {memory:.1f} GB | - | - | 300 s, 6 GB |"
    print(line, flush=True)
    return [line]


HEAD = (
    "| set: method | NMI | AMI | themes | outliers | NPMI | diversity | ARI | ARI, no outliers |\n" + "| --- " * 9 + "|"
)
SPEED_HEAD = "| what | these themes | BERTopic, defaults | ratio | goal |\n| --- | --- | --- | --- | --- |"


def main() -> None:
    """Print all figures and write them down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=SETS)
    parser.add_argument("--only", choices=["quality", "speed", "many"], help="measure only this; many goes with speed")
    parser.add_argument("--shared", type=Path, default=SHARED, help="the folder of the labelled sets")
    parser.add_argument("--cache", type=Path, help="a folder to keep embeddings in between runs")
    parser.add_argument("--no-write", action="store_true", help="print only")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    about = (__doc__ or "").split("\n\n")
    if arguments.only != "quality":
        lines = [] if arguments.only == "many" else speed(arguments.shared, arguments.cache)
        lines += many(arguments.shared)
        if not arguments.no_write and arguments.only != "many":
            text = "\n".join(
                ["## Speed of themes", "", "From embeddings to named themes, warm.", "", SPEED_HEAD, *lines]
            )
            write(text, SPEED)
    if arguments.only in (None, "quality"):
        lines = [line for name in arguments.sets for line in compare(name, arguments.shared, arguments.cache)]
        if not arguments.no_write:
            write("\n".join(["## Themes", "", about[1].strip(), "", about[2].strip(), "", HEAD, *lines]), QUALITY)


if __name__ == "__main__":
    main()
