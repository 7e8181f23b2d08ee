"""Text as it is compared: without case, accents and invisible characters, with the way back to where each stood."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_ALIKE = str.maketrans({**dict.fromkeys("’‘ʼ‛`´＇", "'"), **dict.fromkeys("‐‑‒–—―−", "-")})


@dataclass(frozen=True, slots=True)
class Folded:
    """A text folded for comparison.

    Attributes:
        text: Small letters without accents; curly apostrophes straight, long dashes short, invisible characters gone.
        upper: For each of its characters, whether it was a capital.
        starts: For each of its characters, where it stood in the original, in code points.
        length: Of the original.
    """

    text: str
    upper: tuple[bool, ...]
    starts: tuple[int, ...]
    length: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where ``[start, end)`` of the folded text stood; accents that follow the last letter belong to it."""
        last = self.starts[end - 1]
        following = next((at for at in self.starts[end : end + 1]), self.length)
        return self.starts[start], max(last + 1, following)


def fold(text: str) -> Folded:
    """Fold a text.

    >>> fold("Siobhán O’Hara").text
    "siobhan o'hara"
    """
    if text.isascii():
        return Folded(text.lower(), tuple(map(str.isupper, text)), tuple(range(len(text))), len(text))
    out: list[str] = []
    upper: list[bool] = []
    starts: list[int] = []
    for at, char in enumerate(text):
        folded, capital = _fold_char(char)
        for one in folded:
            out.append(one)
            upper.append(capital)
            starts.append(at)
    return Folded("".join(out), tuple(upper), tuple(starts), len(text))


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> tuple[str, bool]:
    plain = char.translate(_ALIKE)
    if plain != char:
        return plain, False
    # NFKD takes accents, ligatures and full-width letters apart; Cf are soft hyphens, joiners and the like.
    parts = [
        part for part in unicodedata.normalize("NFKD", char) if unicodedata.category(part) not in ("Mn", "Me", "Cf")
    ]
    return "".join(parts).casefold(), char.isupper()
