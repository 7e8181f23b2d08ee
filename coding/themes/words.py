"""The words of talk that can carry a theme: no filler, no function words, and how people write them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

_TOKEN = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*|[.,;:!?()\[\]\"“”…\n]")
_MARK = re.compile(r"[\[{<][^\]}>\n]{0,60}[\]}>]")
"""What a transcriber noted between brackets, such as [laughs]; nobody said it."""
_PAUSE = frozenset('.,;:!?()[]"“”…\n')

FILLERS = frozenset(
    """
    able absolutely actual actually add ago agree agreed ah aha ahem ain aint allow alright anybody anyhow anyone
    anything anyway anyways apparently arent argh ask asked asking aspect away aye bad basically basis became
    become becoming began begin best better big bit blah bring bringing brings bye came cannot cant case cases
    certain certainly clearly come comes coming comment completely cos couldn couldnt couple course crosstalk cuz
    day days deal definitely did didn didnt different difficult do does doesn doesnt doing don done dont dunno
    easily easy eh em end ended ends enough er erm especially essentially etc even eventually everybody everyone
    everything exactly example extent fact fairly far feel feeling feels felt finally find finding finds fine
    first found gave gee general generally get gets getting give given gives giving go goes going gone gonna good
    gosh got gotta gotten great guess had hadn hadnt hah haha half happen happened happening happens hard hasn
    hasnt haven havent having hear heard hello help hes hey hi high hm hmm hmmm honestly hope hopefully huh id
    idea ill im important inaudible indistinct innit instance interesting isn isnt issue issues itll its ive just
    keep keeps kept kind kinda knew know knowing known knows largely last later laughing laughs laughter least
    left lemme less let lets like likely likes literally little ll long longer look looked looking looks lot lots
    low made main mainly make makes making manner matter maybe mean meaning means meant mhm might mm mmhm mmm
    moment month months more morning mostly move much nah necessarily need needed needs never new next nice nobody
    nope normal normally number numbers obvious obviously oh ok okay old one ones onto ooh oops open order ouch ow
    particular particularly parts past pause people perhaps person piece place please plenty point points possible
    possibly precisely presumably pretty probable probably problem problems put puts putting question questions
    quick quickly quite rather re read real really reason regards remember right roughly said saw say saying says
    second see seeing seem seemed seems seen sense sent seriously set seven several shall shes shouldn shouldnt
    show similar simply situation slightly small so somebody somehow someone something sometimes somewhat soon
    sorry sort sorta sorts specific specifically start started starting starts stay still stop straight stuff
    suddenly supposed sure ta tada take taken takes taking talk talked talking tell telling tend terms thank
    thanks thankyou thats theres theyll theyre theyve thing things think thinking third thought thoughts today
    told tomorrow took topic totally tried true truly try trying turn tut two type typically uh uhhuh um umm
    unclear understand unintelligible use used uses using usually various ve view wanna want wanted wanting wants
    was wasn wasnt way ways wed week weeks well went weren werent weve whatever whats wheres whoa whole whos won
    wonder wont word words work worked working works world worth would wouldn wouldnt wow yea yeah year years yep
    yes yesterday yet youd youll youre youve yup zero
    """.split()
)
"""Words of speech that say nothing about a topic, beside scikit-learn's English stop words."""

_SHORT = re.compile(r"(?:n['’]t|['’](?:s|re|ve|ll|d|m|t))$")


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    """Return all words that carry no theme: English function words and fillers of speech."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS) | FILLERS


def content(text: str) -> list[list[str]]:
    """Return the runs of neighbouring words that can carry a theme, in lower case.

    A run ends at a filler, a function word, a number or a pause, so that two words of one run were said side by side.

    >>> content("Um, the waiting room was, you know, full of parking tickets.")
    [['waiting', 'room'], ['parking', 'tickets']]
    """
    runs: list[list[str]] = []
    run: list[str] = []
    for token in _TOKEN.findall(_MARK.sub(".", text.lower())):
        if word := _carried(token):
            run.append(word)
        elif run:
            runs.append(run)
            run = []
    return [*runs, run] if run else runs


@lru_cache(maxsize=65_536)
def _carried(token: str) -> str:
    """Return the word of a token that can carry a theme; an empty string for one that ends a run."""
    stops = stop_words()
    word = _SHORT.sub("", token)
    ends = token in _PAUSE or len(word) < 3 or word in stops or token in stops or any(map(str.isdigit, word))
    return "" if ends else word


def terms_of(text: str) -> list[str]:
    """Return the words of a text that can carry a theme, and the pairs that stand side by side.

    >>> terms_of("The waiting room was full.")
    ['waiting', 'room', 'waiting room']
    """
    found: list[str] = []
    for run in content(text):
        found += run
        found += [f"{first} {second}" for first, second in pairwise(run)]
    return found


def spellings(terms: Iterable[str], texts: Sequence[str]) -> dict[str, str]:
    """Return how people write each term: ``NHS`` rather than ``nhs``, ``car park`` rather than ``Car park``.

    A capital counts where it does not stand at the start of a sentence.
    """
    wanted = sorted(set(terms), key=lambda term: (-len(term), term))
    if not wanted:
        return {}
    pattern = re.compile(
        r"(?<![^\W_])(?:" + "|".join(re.escape(term) for term in wanted) + r")(?![^\W_])", re.IGNORECASE
    )
    seen: dict[str, Counter[str]] = {}
    for text in texts:
        for match in pattern.finditer(text):
            before = text[: match.start()].rstrip(" \"“'(")
            if before and before[-1] not in ".!?…\n":
                seen.setdefault(match.group().lower(), Counter())[match.group()] += 1
    return {term: _commonest(seen.get(term), term) for term in wanted}


def _commonest(counts: Counter[str] | None, term: str) -> str:
    return min(counts, key=lambda form: (-counts[form], form)) if counts else term
