"""What a theme is about: its terms and a name that a reader can use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from coding.segments import PIPELINE
from coding.themes.quietly import quietly
from coding.themes.words import spellings, terms_of

with quietly():
    from bertopic.backend import BaseEmbedder
    from bertopic.representation._base import BaseRepresentation

if TYPE_CHECKING:
    from pandas import DataFrame
    from spacy.language import Language

Floats = NDArray[np.float32]

TERMS = 10
FEWEST_TERMS = 3
TOGETHER = 2.0
"""How much it counts that terms are said together, beside how much each of them tells."""

APART = -0.2
"""From the fourth on, a term that is said apart from the others on the whole is left out."""

_WINDOW = 4
"""Words on either side of a term that the tagger sees."""

_KEPT = {"NN": 1.0, "JJ": 0.7, "VB": 0.7, "FW": 0.9}
"""What a part of speech counts for, by the first two letters of its Penn tag; what is not here tells no topic."""


class TermsInTalk(BaseEmbedder):  # type: ignore[misc]
    """Embeds a term as the mean of the talk that it stands in, so that no language model has to run.

    Args:
        texts: All texts.
        embeddings: Theirs, ``(n, d)``.
        encode: Turns other texts, such as those of the codebook, into embeddings.
    """

    def __init__(self, texts: Sequence[str], embeddings: Floats, encode: Any = None) -> None:  # noqa: ANN401
        super().__init__()
        self.embeddings = embeddings
        self.encode = encode
        self.places: dict[str, list[int]] = {}
        for place, text in enumerate(texts):
            for term in set(terms_of(text)):
                self.places.setdefault(term, []).append(place)

    def embed(self, documents: Sequence[str], verbose: bool = False) -> Floats:
        """Return embeddings of texts that are not part of the talk."""
        if self.encode is None:
            return self.embed_words(documents)
        result: Floats = self.encode(list(documents))
        return result

    def embed_words(self, words: Sequence[str] | str, verbose: bool = False) -> Floats:
        """Return the embedding of each term; of several in one string, the mean."""
        some = [words] if isinstance(words, str) else list(words)
        return np.stack([self._embed(term) for term in some])

    def _embed(self, term: str) -> Floats:
        places = self.places.get(term) or [place for word in term.split() for place in self.places.get(word, ())]
        if not places:
            return np.full(self.embeddings.shape[1], 1e-6, np.float32)
        mean = self.embeddings[places].mean(axis=0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)


class TalkTerms(BaseRepresentation):  # type: ignore[misc]
    """Choose the terms that tell what a topic is about, as BERTopic's KeyBERT-inspired and part-of-speech ones do.

    A term counts by its c-TF-IDF and by how close the talk that it stands in is to the topic. Nouns come before
    adjectives and verbs, and nothing else is let through. Two words that mostly stand side by side are one term. Of
    these, terms are chosen that are said together (by normalised pointwise mutual information, Bouma 2009).

    Args:
        texts: All texts, in the order of BERTopic's documents.
        terms: Embeds the terms, and knows where they stand.
    """

    def __init__(self, texts: Sequence[str], terms: TermsInTalk) -> None:
        self.texts = texts
        self.terms = terms
        self._sets: dict[str, set[int]] = {}

    def extract_topics(
        self,
        topic_model: Any,  # noqa: ANN401 - BERTopic gives no types
        documents: DataFrame,
        c_tf_idf: Any,  # noqa: ANN401
        topics: Mapping[int, list[tuple[str, float]]],
    ) -> dict[int, list[tuple[str, float]]]:
        """Return up to ten terms for each topic, the most telling first."""
        labels = np.asarray(documents["Topic"], np.int64)
        members = {topic: set(np.flatnonzero(labels == topic).tolist()) for topic in topics}
        words = {word for terms in topics.values() for term, _ in terms for word in term.split()}
        kinds = self._kinds(sorted(words))
        return {topic: self._choose(terms, members[topic], kinds) for topic, terms in topics.items()}

    def _kinds(self, words: Sequence[str]) -> dict[str, str]:
        snippets, owners = [], []
        for word in words:
            if word in self.terms.places:
                snippets.append(_around(self.texts[self.terms.places[word][0]], word))
                owners.append(word)
        # A word that the tagger cuts in two, such as one with a hyphen, is mostly a noun.
        kinds = dict.fromkeys(words, "NN")
        for word, doc in zip(owners, load_tagger().pipe(snippets, batch_size=256), strict=True):
            # Read as numbers: an object for every token would cost more than the tagging.
            wanted = doc.vocab.strings[word]
            for lower, tag in doc.to_array(["LOWER", "TAG"]).tolist():
                if lower == wanted:
                    kinds[word] = doc.vocab.strings[tag][:2]
        return kinds

    def _choose(
        self, candidates: Sequence[tuple[str, float]], members: set[int], kinds: Mapping[str, str]
    ) -> list[tuple[str, float]]:
        centre = self.terms.embeddings[sorted(members)].mean(axis=0)
        centre /= max(float(np.linalg.norm(centre)), 1e-9)
        counts = {term: len(members.intersection(self.terms.places.get(term, ()))) for term, _ in candidates if term}
        scored = []
        for term, weight in candidates:
            *_, last = kind = [kinds[word] for word in term.split()] or [""]
            worth = _KEPT.get(last, 0.0) if len(kind) == 1 else float(last == "NN" and kind[0] in _KEPT)
            if not term or not worth or counts[term] < min(2, len(members)):
                continue
            near = float(np.clip(self.terms.embed_words(term)[0] @ centre, 0, 1))
            scored.append((term, weight * worth * near))
        scored.sort(key=lambda item: (-item[1], item[0]))
        return self._together(_without_repeats(scored, counts))

    def _together(self, scored: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
        """Return up to ten terms that tell most and are said together, the most telling first."""
        if not scored:
            return []
        best = scored[0][1]
        chosen, left = [scored[0]], list(scored[1:])
        sums = dict.fromkeys((term for term, _ in left), 0.0)
        while left and len(chosen) < TERMS:
            for term, _ in left:
                sums[term] += self._npmi(term, chosen[-1][0])
            value = {term: score / best + TOGETHER * sums[term] / len(chosen) for term, score in left}
            pick = max(left, key=lambda item: (value[item[0]], item[1]))
            if len(chosen) >= FEWEST_TERMS and sums[pick[0]] / len(chosen) < APART:
                break
            chosen.append(pick)
            left.remove(pick)
        return sorted(chosen, key=lambda item: (-item[1], item[0]))

    def _npmi(self, first: str, second: str) -> float:
        """Return the normalised pointwise mutual information of two terms over all texts, -1 to 1."""
        for term in (first, second):
            self._sets.setdefault(term, set(self.terms.places.get(term, ())))
        one, two = self._sets[first], self._sets[second]
        n, both = len(self.texts), len(one & two)
        if not both:
            return -1.0
        if both == n:
            return 1.0
        return float(np.log(both * n / (len(one) * len(two))) / -np.log(both / n))


def _around(text: str, word: str) -> str:
    at = _find_word(text, word)
    before, behind = text[:at].split()[-_WINDOW:], text[at:].split()[:_WINDOW]
    return " ".join((*before, *behind))


def _find_word(text: str, word: str) -> int:
    """Return where a word in small letters stands as a word of its own; 0 where it does not."""
    small = text.lower()
    at = small.find(word)
    while at >= 0:
        end = at + len(word)
        if not (at and small[at - 1].isalnum()) and not small[end : end + 1].isalnum():
            # A few letters become two in small ones; then the place is near enough.
            return min(at, len(text))
        at = small.find(word, at + 1)
    return 0


def _without_repeats(scored: Sequence[tuple[str, float]], counts: Mapping[str, int]) -> list[tuple[str, float]]:
    """Return one term for each idea: ``car park`` in place of ``car`` and ``park``, one of ``bus`` and ``buses``."""
    best = dict(scored)
    chosen: list[tuple[str, float]] = []
    stems: list[frozenset[str]] = []
    lifted = []
    for term, score in scored:
        if " " not in term:
            lifted.append((term, score))
            continue
        # Two words are one term in place of each word that has the other at its side half of the time.
        instead = [word for word in term.split() if 2 * counts[term] >= counts.get(word, 0)]
        if counts[term] >= 2 and instead:
            lifted.append((term, max([score, *(best.get(word, 0.0) for word in instead)])))
    for term, score in sorted(lifted, key=lambda item: (-item[1], " " not in item[0], item[0])):
        own = frozenset(stem(word)[:7] for word in term.split())
        if any(own & other for other in stems):
            continue
        stems.append(own)
        chosen.append((term, score))
    return chosen


def stem(word: str) -> str:
    """Return a word without its ending, so that ``bus`` and ``buses``, ``wait`` and ``waiting`` are one.

    >>> stem("buses"), stem("waiting"), stem("policies"), stem("glass")
    ('bus', 'wait', 'policy', 'glass')
    """
    for ending, other in (("ies", "y"), ("sses", "ss"), ("ses", "s"), ("ing", ""), ("ed", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            return word.removesuffix(ending) + other
    return word


def make_names(
    terms: Sequence[Sequence[str]], texts: Sequence[str], *, most: int = 3
) -> list[tuple[str, tuple[str, ...]]]:
    """Return a name for each theme, and its terms as people write them.

    A name is the first three terms. Where two themes would have the same name, further terms tell them apart.
    """
    written = spellings((term for some in terms for term in some), texts)
    found: list[tuple[str, tuple[str, ...]]] = []
    taken: set[str] = set()
    for some in terms:
        shown = tuple(written.get(term, term) for term in some)
        name = next(
            (n for size in range(most, max(most, len(shown)) + 1) if (n := _join(shown[:size])) not in taken), ""
        )
        name = name or _join(shown[:most])
        if name in taken:
            name = f"{name} ({sum(one.startswith(name) for one in taken) + 1})"
        taken.add(name)
        found.append((name, shown))
    return found


def _join(terms: Sequence[str]) -> str:
    text = ", ".join(terms) or "No common words"
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=1)
def load_tagger(name: str = PIPELINE) -> Language:
    """Load the part of the spaCy pipeline that tells parts of speech, once per process.

    Raises:
        ModelError: It is not installed, cannot be loaded, or its weights are not the ones expected.
    """
    import spacy

    from coding.segments import load_pipeline

    # Checks the weights, and says in one sentence what to do where the pipeline is missing.
    load_pipeline(name)
    return spacy.load(name, exclude=["ner", "lemmatizer", "parser", "senter", "attribute_ruler"])
