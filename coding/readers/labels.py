"""What may be a speaker's label at the start of a line; :mod:`coding.readers.census` decides whether it is one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from coding.readers.times import CLOCK, in_words, seconds, time_range

MOST_CHARS = 60
_REMEMBERED = 2048
_LOOK_AT = 2 * MOST_CHARS + 40
_MOST_WORDS = 6
_MOST_WORDS_OF_NAME = 9
_TIME = rf"(?:[\[(]\s*{CLOCK}\s*[\])]|{CLOCK})"
_BETWEEN = r"\s*(?:--?>|[-–—]|to)\s*"
_SPAN = rf"(?:[\[(]\s*{CLOCK}(?:{_BETWEEN}{CLOCK})?\s*[\])]|{_TIME}(?:{_BETWEEN}{_TIME})?)"
_LEAD = re.compile(rf"(?P<span>{_SPAN})(?:[\s:–—|,-]+|$)|(?P<glued>\[{CLOCK}\])")
_NUMBER = re.compile(r"(Q?\d{1,4}[.)]?)\s+(?=[^\W\d_])")
_NAME = rf"(?P<label>[^\W\d_][^:\n\[\]<>{{}}=?!]{{0,{MOST_CHARS}}}?)"
_COLON = re.compile(rf"{_NAME}\s*(?:[|,·•–-]\s*)?(?P<time>{_SPAN})?\s*[:：](?!//|\d|\\)(?P<rest>.*)", re.DOTALL)
_LOOSE = re.compile(rf"(?P<label>[^\s:<>\[(-][^:\n<>]{{0,{MOST_CHARS}}}?)\s*:(?=\s|$)(?P<rest>.*)", re.DOTALL)
_CLOCK_LINE = re.compile(rf"{_NAME}\s*(?:[|,·•–-]\s*)?(?:\s|(?=[\[(]))(?P<time>{_SPAN})\s*:?\s*")
_TIMED = re.compile(rf"{_NAME}\s+(?P<time>[\[(]{CLOCK}[\])])\s+(?P<rest>\S.*)", re.DOTALL)
_IN_WORDS = re.compile(
    r"(?P<label>[^\W\d_][^:\n\[\]<>{}=?!]{0,60}?)\s+"
    r"(?P<time>(?:\d{1,2} hours? )?(?:\d{1,2} minutes? )?\d{1,2} seconds?)"
)
_GAP = re.compile(r"(?P<label>[A-Z][A-Za-z]{0,11}\d{0,3}) {2,}(?P<rest>\S.*)", re.DOTALL)
_BRACKET = re.compile(rf"\[(?P<label>[^\W\d_][^\[\]\n:]{{0,{MOST_CHARS}}})\]\s*:?(?P<rest>.*)", re.DOTALL)
_ANGLE = re.compile(rf"<(?P<label>[^\W\d_][^<>\n:=/]{{0,{MOST_CHARS}}})>\s*:?(?P<rest>\s.*)", re.DOTALL)
_PAREN = re.compile(r"\((?P<label>[A-Z][A-Za-z]{0,14}(?:[ _-]?(?:\d{1,3}|[A-Z]))?)\)\s*:?(?P<rest>.*)", re.DOTALL)
_TAB = re.compile(rf"{_NAME}\t\s*(?P<rest>\S.*)", re.DOTALL)
_DASH = re.compile(rf"{_NAME}\s+[–—-]\s+(?P<rest>\S.*)", re.DOTALL)
_EMPHASIS = re.compile(r"(\*{1,3}|_{1,3})(?=\S)(.{1,90}?)\1")
_MARKERS = re.compile(r"(?:[-–•>*]{1,3}\s+|>>+\s*)")
# Without any of these there is no label, which most lines of a cue file show at once.
_HINT = re.compile(r"[:：\t\[<(*_]|\s[–—-]\s|  | seconds?$")
_NEVER = frozenset(
    "note notes nb ps http https mailto ftp www e.g i.e eg ie example examples warning source sources link links url "
    "see also summary agenda tip hint reason result results remember update first second third finally however "
    "therefore well so but and or because then now today yes no okay ok yeah like it is was that this there".split()
)


class Label(NamedTuple):
    """What may be a label at the start of a line.

    Attributes:
        name: The label.
        rest: What stands behind it.
        form: ``colon``, ``bracket``, ``clock`` (a time beside it and no words), ``timed`` (a time in brackets, then
            words), ``tab``, ``dash``, ``bold``, ``title`` (alone above the words, bold or below a time) or ``line``
            (alone above the words).
        time_s: A time beside it, in seconds.
        end_s: The end of a time span beside it.
        beside: What stands around the label and is neither label nor words: times, numbers.
    """

    name: str
    rest: str
    form: str
    time_s: float | None = None
    end_s: float | None = None
    beside: tuple[str, ...] = ()


def find_label(line: str, *, bold_chars: int = 0, loose: bool = False) -> Label | None:
    """Return what may be a label at the start of ``line``.

    Args:
        line: One line of the source.
        bold_chars: How many characters at the line's start are bold.
        loose: Take names of any characters, as people give themselves in video calls.

    >>> find_label("**Ali**  0:20")
    Label(name='Ali', rest='', form='clock', time_s=20.0, end_s=None, beside=('0:20',))
    >>> find_label("at 10:30 we left") is None
    True
    """
    if not bold_chars and _HINT.search(line, 0, _LOOK_AT) is None:
        return None
    head = line.strip()
    marker = _MARKERS.match(head)
    if marker is not None:
        head = head[marker.end() :]
    head, bold = _without_emphasis(head, bold_chars if marker is None else 0)
    time_s, end_s, beside, head = _lead(head)
    if beside and not bold:
        head, bold = _without_emphasis(head, 0)
    number = _NUMBER.match(head)
    if number is not None and _match(head[number.end() :], bold, loose=loose) is not None:
        beside = (*beside, number[1])
        head, bold = _without_emphasis(head[number.end() :], max(0, bold - number.end()))
    found = _match(head, bold, loose=loose) or _clock_first(head, time_s)
    if found is None:
        return None
    if found.time_s is not None:
        time_s, end_s = found.time_s, found.end_s
    return found._replace(time_s=time_s, end_s=end_s, beside=(*beside, *found.beside))


def _lead(head: str) -> tuple[float | None, float | None, tuple[str, ...], str]:
    """Take a time off the start of a line; return start, end, the time as it stood, and the rest."""
    lead = _LEAD.match(head[:_LOOK_AT])
    if lead is None or lead.end() >= len(head):
        return None, None, (), head
    span = lead["span"] or lead["glued"]
    start_s, end_s = time_range(span)
    return start_s, end_s, (span,), head[lead.end() :]


def _match(head: str, bold: int, *, loose: bool) -> Label | None:
    # Patterns look at the start only: a line of 50 MB costs the same as a short one.
    start = head[:_LOOK_AT]
    if start.startswith(("[", "<", "(")):
        return _bracket(head, start)
    if len(head) < _LOOK_AT:
        clock = _CLOCK_LINE.fullmatch(head)
        if clock is not None and is_plausible(clock["label"]):
            return _label(clock["label"], "", "clock", clock["time"])
        words = _IN_WORDS.fullmatch(head)
        if words is not None and is_plausible(words["label"]):
            return Label(words["label"].strip(), "", "clock", in_words(words["time"]), None, (words["time"],))
    colon = _COLON.match(start)
    if colon is not None and is_plausible(colon["label"]):
        return _label(colon["label"], head[colon.start("rest") :], "colon", colon["time"])
    timed = _TIMED.match(start)
    if timed is not None and is_plausible(timed["label"]) and looks_like_name(timed["label"]):
        return _label(timed["label"], head[timed.start("rest") :], "timed", timed["time"])
    if loose:
        colon = _LOOSE.match(start)
        return (
            None
            if colon is None or not is_plausible(colon["label"])
            else _label(colon["label"], head[colon.start("rest") :], "colon")
        )
    return _without_colon(head, start, bold)


def _without_colon(head: str, start: str, bold: int) -> Label | None:
    if 0 < bold < len(head) and is_plausible(head[:bold]):
        return _label(head[:bold], head[bold:], "bold")
    for pattern, form in ((_TAB, "tab"), (_GAP, "tab"), (_DASH, "dash")):
        found = pattern.match(start)
        if found is not None and is_plausible(found["label"]):
            return _label(found["label"], head[found.start("rest") :], form)
    return None


def _label(name: str, rest: str, form: str, time: str | None = None) -> Label:
    name = name.strip().strip("*_").strip()
    if not time:
        return Label(name, rest, form)
    start_s, end_s = time_range(time)
    return Label(name, rest, form, start_s, end_s, (time,))


def _bracket(head: str, start: str) -> Label | None:
    found = _BRACKET.match(start) or _ANGLE.match(start) or _PAREN.match(start)
    if found is None or not is_plausible(found["label"]):
        return None
    rest = head[found.start("rest") :]
    if len(rest) < MOST_CHARS and seconds(rest) is not None:
        return _label(found["label"], "", "bracket", rest.strip())
    return _label(found["label"], rest, "bracket")


def _clock_first(head: str, time_s: float | None) -> Label | None:
    """Take ``0:22 Name`` alone on a line for a label with its time."""
    if time_s is None or len(head) > MOST_CHARS or not is_plausible(head) or not looks_like_name(head):
        return None
    return None if head.rstrip().endswith((".", "?", "!", ",")) else _label(head, "", "clock")


def _without_emphasis(text: str, bold: int) -> tuple[str, int]:
    """Take Markdown's marks off a bold or italic beginning; return the text and how much of its start is bold."""
    mark = _EMPHASIS.match(text[:_LOOK_AT]) if text.startswith(("*", "_")) else None
    if mark is None:
        return text, bold
    inner = mark[2]
    return inner + text[mark.end() :], len(inner)


@lru_cache(maxsize=_REMEMBERED)
def is_plausible(name: str) -> bool:
    """Tell whether ``name`` could be a label at all: short, a few words, no sentence in it."""
    name = name.strip()
    words = name.split()
    if (
        not 1 <= len(words) <= (_MOST_WORDS_OF_NAME if looks_like_name(name) else _MOST_WORDS)
        or len(name) > MOST_CHARS
        or name.endswith((";", "…", "..."))
    ):
        return False
    if not any(ch.isalnum() for ch in name) or _DATE.search(name):
        return False
    ends = any(_ends_sentence(word) for word in words[:-1])
    return not ends and words[0].lower().strip(".,") not in _NEVER


_ABBREVIATIONS = frozenset(
    "prof. mrs. misc. part. resp. spkr. capt. sen. rep. hon. rev. gov. supt. insp. cllr. messrs. mod. int. fac. moder. "
    "interv. speak. asst. dept. sgt. maj. gen. col.".split()
)


def _ends_sentence(word: str) -> bool:
    return len(word) > 3 and word.endswith(".") and word[-2].islower() and word.lower() not in _ABBREVIATIONS


_DATE = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|june|july|august|september"
    r"|october|november|"
    r"december)\b.*\d|\d.*\b(?:january|february|march|april|may|june|july|august|september|october|november"
    r"|december)\b",
    re.IGNORECASE,
)
_SMALL = frozenset("de da di du la le el al bin ibn van von der den ter of the and from at in for & y e i".split())


_BETWEEN_NAMES = re.compile(r"[\s,()/&|'’.-]+")
# What stands in brackets behind a name may say anything: pronouns, a firm, a role.
_ASIDE = re.compile(r"(?<=\S)\s*\([^()]*\)")


@lru_cache(maxsize=_REMEMBERED)
def looks_like_name(name: str) -> bool:
    """Tell whether every word of ``name`` starts with a capital, as in a name or title.

    >>> looks_like_name("Dr Ian van Dyke (NHS)"), looks_like_name("what she said")
    (True, False)
    """
    words = [word for word in _BETWEEN_NAMES.split(_ASIDE.sub(" ", name)) if word]
    return bool(words) and all(not word[0].islower() or word.lower() in _SMALL for word in words)


def is_title(name: str) -> bool:
    """Tell whether a line alone above the words can be a name."""
    return is_plausible(name) and looks_like_name(name) and name[-1:] not in tuple(".?!,;:") and not name[-1:].isdigit()
