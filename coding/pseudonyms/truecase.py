"""Capitals for talk that has none, as automatic captions write it, so that names can be found in it.

Only likely names get one: words that no dictionary knows, first names, what stands behind a title, well-known places,
and what belongs to them. The letters stay where they are, so that what is found has its place in the source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from coding.pseudonyms.names import TITLES, is_first_name, is_only_a_first_name

_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*")
_CONTRACTED = re.compile(r"['’ʼ](?:s|ll|d|ve|re|m|t|em|n)$", re.IGNORECASE)
_IRISH = re.compile(r"o['’][^\W\d_]{3}")
_FEWEST_WORDS = 20
_MOST_INSIDE = 0.002
_SENTENCE_START = re.compile(r"(?:^|[.?!…:;\"“‘(\[–—-])\s*$")

PLACES = frozenset(
    "england scotland wales ireland britain london birmingham manchester leeds liverpool sheffield bristol glasgow "
    "edinburgh cardiff belfast dublin nottingham leicester coventry newcastle sunderland brighton plymouth southampton "
    "portsmouth norwich oxford cambridge york swansea aberdeen dundee inverness stoke wolverhampton bradford preston "
    "blackpool middlesbrough doncaster huddersfield rotherham oldham bolton wigan stockport chester exeter gloucester "
    "worcester peterborough ipswich luton swindon northampton milton keynes bournemouth southend yorkshire lancashire "
    "cornwall devon dorset somerset kent essex sussex surrey norfolk suffolk cumbria northumberland galway limerick "
    "france germany spain italy portugal netherlands holland belgium luxembourg austria switzerland denmark sweden "
    "norway finland iceland poland czechia slovakia hungary romania bulgaria greece croatia serbia slovenia albania "
    "ukraine russia estonia latvia lithuania cyprus malta europe africa asia america canada mexico brazil argentina "
    "chile peru colombia venezuela cuba jamaica trinidad barbados india pakistan bangladesh nepal japan korea vietnam "
    "thailand malaysia singapore indonesia philippines australia zealand egypt morocco tunisia algeria nigeria ghana "
    "kenya uganda tanzania zambia zimbabwe ethiopia somalia sudan israel palestine lebanon syria iraq iran turkey "
    "afghanistan taiwan paris lyon marseille berlin munich hamburg cologne frankfurt vienna zurich geneva brussels "
    "amsterdam rotterdam copenhagen stockholm oslo helsinki madrid barcelona lisbon rome milan naples venice athens "
    "warsaw prague budapest moscow istanbul delhi mumbai beijing shanghai tokyo sydney melbourne toronto vancouver "
    "montreal boston chicago houston dallas denver seattle detroit philadelphia phoenix atlanta miami washington "
    "california texas florida ohio michigan illinois pennsylvania oregon colorado arizona nevada utah".split()
)
"""Names of countries, counties and cities that are hardly anything else, in small letters."""
_PLACES_AND_WORDS = frozenset(
    "hull bath reading nice cork derby york turkey jersey china phoenix preston milton".split()
)
_BEFORE_PLACES = frozenset("in from near around outside to at via".split())
_BEFORE_NAMES = frozenset("called named".split())
_ROADS = frozenset("road street avenue lane terrace crescent".split())
_KINDS = frozenset(
    "bank hospital infirmary school college university academy council ltd plc church society station airport hotel "
    "stores supermarket insurance".split()
)
_NOT_OF_ROADS = frozenset(
    "high main whole same side busy other long our every back front wrong right next first last nearest local "
    "quiet big little old new narrow dark".split()
)
# First names that are said in small letters as words, too.
_SHORT_WORDS = frozenset("nan ant den del bri ade ange deb dot gill jas mel mo".split())
_ENDINGS = (
    ("ly", ""),
    ("ily", "y"),
    ("est", ""),
    ("est", "e"),
    ("iest", "y"),
    ("er", "e"),
    ("ier", "y"),
    ("ness", ""),
    ("iness", "y"),
    ("able", ""),
    ("able", "e"),
    ("ing", ""),
)
_BEGINNINGS = "un re dis de over under out multi semi anti inter non pre neuro socio hyper".split()
# Talk that no dictionary has, and nobody's name.
_TALK = frozenset(
    "um umm uh uhm uhh er erm hm hmm mm mmm mhm ah ahh aw oh ooh ha haha wow yeah yep yup nah nope okay ok alright "
    "gonna wanna gotta kinda sorta dunno cos cuz coz innit ain't y'know ya yous gotcha cheers ta hiya bye blah etc "
    "wifi wi-fi online email emails e-mail website websites app apps smartphone laptop podcast blog selfie "
    "google whatsapp facebook instagram twitter youtube linkedin zoom teams excel powerpoint covid brexit lockdown "
    "quid fiver tenner telly loo lad lads lass mum mums mam nan dads bloke blokes biscuit biscuits rota rotas "
    "everyone's everybody's someone's somebody's cannot whatnot alot ourself themself i'd i'm i've i'll o'clock "
    "onboarding upsell upskill comms admin spreadsheet spreadsheets barcode voicemail inbox login logins signage "
    "shall ought whilst versus whichever whenever wherever heck nowt owt summat goodnight meself hisself theirselves "
    "vape vaping physio chemo jammy whatsit whatsits cetera versa multi semi anti non ex combi carvery dataset toolkit "
    "headteacher headteachers whiteboard "
    "feedback workload workloads handover handovers backlog backlogs helpdesk callout callouts".split()
)


def lacks_capitals(texts: Sequence[str]) -> bool:
    """Tell whether talk is written in small letters, or in capitals, but for the first words of sentences and "I".

    >>> lacks_capitals(["so i went to leeds with martin and we talked to them " * 3])
    True
    >>> lacks_capitals(["So I went to Leeds with Martin and we talked to them. " * 3])
    False
    """
    words = inside = 0
    letters = sum(char.isalpha() for text in texts for char in text)
    capitals = sum(char.isupper() for text in texts for char in text)
    if letters and (capitals > 0.5 * letters or capitals == 0):
        return True
    for text in texts:
        for match in _WORD.finditer(text):
            words += 1
            if match[0][0].isupper() and match[0] != "I" and not match[0].startswith(("I'", "I’")):
                inside += _SENTENCE_START.search(text[max(0, match.start() - 8) : match.start()]) is None
    return words >= _FEWEST_WORDS and inside <= _MOST_INSIDE * words


def truecase(text: str, is_word: Callable[[str], bool], is_function: Callable[[str], bool]) -> str:
    """Return a text with capitals where names are likely; as long as it was, letter for letter.

    Args:
        text: A turn.
        is_word: Tells whether a word in small letters is an ordinary one.
        is_function: Tells whether it carries sentences: "and", "she".
    """
    small = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    matches = list(_WORD.finditer(small))
    words = [_CONTRACTED.sub("", match[0]) for match in matches]
    names = _likely_names(words, is_word, is_function)
    chars = list(small)
    for match, word, name in zip(matches, words, names, strict=True):
        if name or word == "i":
            chars[match.start()] = _upper(chars[match.start()])
            for part in re.finditer(r"['’ʼ-](?=[^\W\d_]{3})", word if name else ""):
                chars[match.start() + part.end()] = _upper(chars[match.start() + part.end()])
    return "".join(chars)


def _likely_names(
    words: Sequence[str], is_word: Callable[[str], bool], is_function: Callable[[str], bool]
) -> list[bool]:
    names: list[bool] = []
    for at, word in enumerate(words):
        before = words[at - 1] if at else ""
        named = names[-1] if names else False
        if word in _TALK or is_function(word) or word in TITLES or len(word) < 2:
            names.append(False)
            continue
        name = (
            _IRISH.match(word) is not None
            or _is_unknown(word, is_word)
            or (len(word) > 2 and is_only_a_first_name(word) and word not in _SHORT_WORDS)
            or word in PLACES - _PLACES_AND_WORDS
            or before in TITLES - {"father", "sister", "lord", "lady", "captain", "nurse"}
            or (word in _PLACES_AND_WORDS and before in _BEFORE_PLACES)
            or (before in _BEFORE_NAMES and is_first_name(word))
            or (named and (word in _KINDS or word in _ROADS))
        )
        if word in _ROADS and not named and before and _may_name_a_road(before, is_function):
            names[-1] = name = True
        names.append(name)
    # "mark ellis": a first name that is a word too is one before a surname.
    for at in range(len(words) - 1):
        if (
            names[at + 1]
            and is_first_name(words[at])
            and not is_function(words[at])
            and _is_unknown(words[at + 1], is_word)
        ):
            names[at] = True
    return names


def _is_unknown(word: str, is_word: Callable[[str], bool]) -> bool:
    if len(word) < 3 or word in _TALK:
        return False
    parts = re.split(r"['’ʼ-]", word)
    if any(is_word(base) for base in _bases(word)):
        return False
    return not is_word(word) and not all(is_word(part) or len(part) < 3 or part in _TALK for part in parts)


def _bases(word: str) -> Iterator[str]:
    """Yield what a word may be made of: "highest" of "high", "reintegration" of "integration"."""
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 2:
            yield word.removesuffix(ending) + instead
    for beginning in _BEGINNINGS:
        if word.startswith(beginning) and len(word) > len(beginning) + 3:
            yield word.removeprefix(beginning)


def _may_name_a_road(word: str, is_function: Callable[[str], bool]) -> bool:
    return not is_function(word) and word not in _NOT_OF_ROADS and len(word) > 2


def _upper(char: str) -> str:
    high = char.upper()
    return high if len(high) == 1 else char


def is_name_in_any_case(text: str) -> bool:
    """Tell whether a single word is hardly ever anything but a name, even in small letters.

    >>> is_name_in_any_case("Leeds"), is_name_in_any_case("Mark")
    (True, False)
    """
    word = text.lower()
    place = word in PLACES and word not in _PLACES_AND_WORDS
    return place or (len(word) > 2 and is_only_a_first_name(word) and word not in _SHORT_WORDS)
