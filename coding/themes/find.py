"""Find the themes of a project and store them."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from coding.bundled import DISTRIBUTION, installed_version
from coding.encoders import Encoder, embed
from coding.errors import CodingError
from coding.model import Codebook, utc_now
from coding.store import Project
from coding.store.rows import dumps
from coding.theme_model import Theme, Themes, ThemeSettings
from coding.themes.gather import Talk, gather_talk

Step = Callable[[str, int, int], None]

FEWEST = 10
"""With fewer stretches of talk nothing can be said about themes."""

_PACKAGES = (
    "bertopic",
    "hdbscan",
    "numpy",
    "pynndescent",
    "scikit-learn",
    "scipy",
    "spacy",
    "umap-learn",
)

_LARGE = 20_000
_FEW_RESAMPLES = 3
"""Themes of very much talk are sought again this often at most: each time takes a minute."""


def find_themes(
    project: Project,
    encoder: Encoder,
    settings: ThemeSettings | None = None,
    *,
    by: str = "",
    step: Step | None = None,
) -> Themes:
    """Find what people talk about, and store it with the settings, the seed and the versions that made it.

    The same talk, settings and versions give the same themes with the same ids.

    Args:
        project: The project.
        encoder: The language model; embeddings are computed once and kept in the project.
        settings: How themes are sought.
        by: Who asks for it.
        step: Told of progress.

    Returns:
        The themes, as :meth:`coding.store.Project.themes` gives them from now on.

    Raises:
        CodingError: There are too few stretches of talk, or fewer than two that differ.
        ModelError: A language model cannot be loaded.
        ProjectError: The project cannot be read or written.
    """
    how = settings or ThemeSettings()
    tell = step or _silent
    tell("Reading the talk", 0, 0)
    talk = gather_talk(project, how)
    _check(talk, how, project)
    embeddings = embed(
        talk.texts,
        encoder=encoder,
        cache=project,
        progress=lambda done, of: tell("Understanding the talk", done, of),
    )

    def encode(sentences: Sequence[str]) -> NDArray[np.float32]:
        return embed(sentences, encoder=encoder, cache=project)

    guides = guides_of(project.codebook()) if how.guided else []
    found = themes_of(talk, embeddings, how, guides=guides, encode=encode, model=encoder.id, by=by, step=tell)
    tell("Storing themes", 0, 0)
    project.set_themes(found)
    return found


def guides_of(codebook: Codebook) -> list[list[str]]:
    """Return for each code the words that tell what it is."""
    return [[code.name, code.definition, *code.examples[:3]] for code in codebook.codable]


def themes_of(
    talk: Talk,
    embeddings: NDArray[np.float32],
    settings: ThemeSettings,
    *,
    guides: Sequence[Sequence[str]] = (),
    encode: Callable[[Sequence[str]], NDArray[np.float32]] | None = None,
    model: str = "",
    by: str = "",
    step: Step | None = None,
) -> Themes:
    """Return the themes of talk whose embeddings are known; nothing is stored."""
    from coding.themes.describe import make_names
    from coding.themes.layout import lay_out
    from coding.themes.topics import find_topics

    tell = step or _silent
    tell("Finding themes", 0, 0)
    topics = find_topics(talk.texts, embeddings, settings, guides=guides, encode=encode)
    steady = _steadiness(talk, topics.labels, topics.embeddings, settings, topics.method, tell)
    tell("Drawing the map", 0, 0)
    points = lay_out(talk.texts, topics.embeddings, seed=settings.seed)
    versions = _versions(model)
    # What is stored of the search decides; the map and the names follow from it.
    stuff = dumps([settings.as_dict(), versions, [list(map(str, guide)) for guide in guides]])
    keys = "\n".join(stretch.key for stretch in talk.stretches)
    run_id = hashlib.sha256(f"{stuff}\n{keys}".encode()).hexdigest()[:16]
    themes = []
    for number, (name, terms) in enumerate(make_names(topics.terms, talk.texts)):
        themes.append(
            Theme(
                id=f"{run_id}-{number}",
                number=number,
                name=name,
                terms=terms,
                members=_typical_first(talk.texts, embeddings, topics.labels, number),
                steadiness=None if steady is None else steady[number],
            )
        )
    return Themes(
        id=run_id,
        settings=settings,
        versions=versions,
        stretches=talk.stretches,
        themes=tuple(themes),
        joins=topics.joins,
        points=tuple((round(float(x), 4), round(float(y), 4)) for x, y in points),
        outliers=tuple(int(place) for place in np.flatnonzero(topics.labels < 0)),
        silent=talk.silent,
        method="umap" if topics.method == "umap" else "graph",
        found_by=by,
        found_at=utc_now(),
    )


def _check(talk: Talk, settings: ThemeSettings, project: Project) -> None:
    count, distinct = len(talk.texts), len(set(talk.texts))
    unit = f"{settings.unit}s"
    if not project.transcripts():
        raise CodingError("there are no transcripts in this project yet; import some first", path=project.path)
    if distinct < FEWEST:
        raise CodingError(
            f"there are {distinct} different {unit} of participants with something in them; themes need at least "
            f"{FEWEST}, so read these instead, or import more",
            path=project.path,
        )
    if settings.themes is not None and settings.themes > distinct // 2:
        raise CodingError(
            f"{settings.themes} themes are too many for {count} {unit}; choose at most {distinct // 2}",
            path=project.path,
        )


def _steadiness(
    talk: Talk,
    labels: NDArray[np.int64],
    embeddings: NDArray[np.float32],
    settings: ThemeSettings,
    method: str,
    tell: Step,
) -> list[float] | None:
    from coding.themes.steady import leave_out_parts, resample, steadiness

    n = len(talk.texts)
    count = settings.resamples if n < _LARGE else min(settings.resamples, _FEW_RESAMPLES)
    if not count:
        return None
    again = resample(
        talk.texts,
        embeddings,
        settings,
        method=method,
        count=count,
        step=lambda done, of: tell("Seeing which themes come back", done, of),
    )
    return steadiness(labels, again, leave_out_parts(n, count, settings.seed))


def _typical_first(
    texts: Sequence[str], embeddings: NDArray[np.float32], labels: NDArray[np.int64], theme: int
) -> tuple[int, ...]:
    """Return the places of a theme's texts, those first that are near its centre and long enough to stand alone."""
    members = np.flatnonzero(labels == theme)
    centre = embeddings[members].mean(axis=0)
    near = embeddings[members] @ centre
    length = np.array([min(1.0, len(texts[int(place)].split()) / 12) for place in members]) ** 0.25
    return tuple(int(members[at]) for at in np.argsort(-near * length, kind="stable"))


def _versions(model: str) -> dict[str, str]:
    found = {name: installed_version(name) or "not installed" for name in (DISTRIBUTION, *_PACKAGES)}
    return {**found, "python": platform.python_version(), "model": model}


def _silent(what: str, done: int, of: int) -> None:
    """Tell nobody."""
