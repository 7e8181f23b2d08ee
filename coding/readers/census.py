"""Which possible labels of a file are speakers: decided by how they look and how often they recur in the whole file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from coding.readers.labels import Label, looks_like_name

_STRONG = re.compile(
    r"(?:the\s+)?(?:co-?)?(?:moderator|facilitator|interviewer|interviewee|participant|respondent|speaker|informant|"
    r"note-?taker|mod\.|int\.|fac\.|part\.|resp\.)[\s_#-]{0,2}(?:[a-z]|\d{1,3}|[a-z]\d{1,2})?"
    r"|(?:unknown|unidentified)\s+(?:speaker|participant|person|male|female|voice)(?:\s+\d{1,2})?"
    r"|(?:male|female)\s+(?:speaker|participant|voice)(?:\s+\d{1,2})?"
    # The same words in other languages that focus groups are typed in.
    r"|(?:moderatorin|moderator[ae]|moderatorka|moderadora?|moderatrice|animat(?:eur|rice)|enquêt(?:eur|rice|eure)"
    r"|interviewerin|intervieweu(?:r|se)|entrevistadora?|facilitadora?|intervistat(?:ore|rice)|модератор|интервьюер"
    r"|teilnehmer(?:in)?|befragter?|befragte/r|tn|participante?|enquêtée?|interviewée?|entrevistad[oa]|intervistat[oa]"
    r"|deelnemer|respondente?|deltagare|uczestni(?:k|czka)|участник|участница|респондент)[\s_#-]{0,2}(?:[a-z]|\d{1,3})?"
    r"|(?:主持人|访谈者|访问者|受访者|参与者|司会者?|参加者|回答者)\s?\d{0,3}"
    r"|(?:p|s|r|m|f|i|b|e|fg|spk|part|resp)\d{1,3}"
    r"|(?-i:[A-Z]{1,8}[-_]?\d{1,4}[A-Za-z]?(?:[-_/][A-Z]{0,3}\d{1,3})?)",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"(?:host|guest|researcher|chair|chairman|chairwoman|narrator|observer|person|subject|male|female|man|woman"
    r"|group|all|several|mod|int|fac|part|resp|spk|fg|iv|ivr|[a-z]{1,2})[\s._#-]{0,2}(?:\d{1,3}|[a-z])?\.?",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"\W*(?:unknown(?: speaker| participant)?|unidentified(?: speaker| participant| voice)?|\?+)\W*", re.IGNORECASE
)
_NUMBERED = re.compile(
    r"(?:item|part|step|day|year|topic|week|round|page|phase|task|section|table|figure|fig|chapter|act|scene"
    r"|theme|line|slide|no|vol|question|q|group|session|point|option|stage|level|appendix|version|covid|mp)[\s_-]*\d+[a-z]?",
    re.IGNORECASE,
)
_META = frozenset(
    "date time title location place venue duration length session interview subject project study transcript "
    "transcribed transcriber transcription recording recorded recorder file filename participants attendees present "
    "apologies interviewers interviewees speakers moderators language version status topic topics meeting "
    "organisation organization company details summary keywords focus start end started ended created audio video "
    "website copyright consent code legend key attachments invited question questions answer answers id ref reference "
    "author".split()
)
_SURE_META = frozenset(
    "date title location venue duration participants attendees present length recorded interviewees project".split()
)
_NOISES = frozenset(
    (
        "laughter laughs laughing laugh music applause crosstalk inaudible unintelligible pause pauses silence noise "
        "noises unclear coughs coughing cough sighs sigh background sound sounds overlapping overlap redacted phone "
        "chuckles chuckling chuckle indistinct foreign blank_audio beep sic end start break typing clapping crying "
        "gasps cheering door static ehm ehem unknown_speech speech unrecognisable_speech other_noise mmhm "
        "parallel_talk another_yawn another_language yawn breath click anonymised anonymized"
    ).split()
)


_SHARE_WITHOUT_COLON = 0.2
# Speakers' names begin a good part of the lines; in a thousand lines two may begin with "London:".
_SHARE_OF_NAMES = 0.015
_SHARE_OF_LIKE = 0.3


@dataclass(slots=True)
class _Seen:
    count: int = 0
    timed: int = 0
    forms: set[str] = field(default_factory=set)

    @property
    def marked(self) -> bool:
        """Tell whether the label ever stood in a form that says so: colon, brackets, bold type or a time."""
        return not self.forms.isdisjoint({"colon", "bracket", "clock", "title"}) or self.timed > 0


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of one file.

    Attributes:
        names: The labels that were accepted.
        refused: Beginnings that recur with a colon and were not accepted, with how often they stood there.
    """

    names: frozenset[str] = frozenset()
    refused: tuple[tuple[str, int], ...] = ()

    def __contains__(self, label: Label | None) -> bool:
        """Tell whether a label found on a line was accepted."""
        return label is not None and label.name in self.names


class Census:
    """Counts possible labels, then chooses; keeps one entry a name, however long the file is."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}
        self._total = 0
        self._in_head: dict[str, int] = {}

    def add(self, label: Label | None) -> None:
        """Count one line or cue, with the label that it may have."""
        self._total += 1
        if label is None:
            return
        seen = self._seen.setdefault(label.name, _Seen())
        seen.count += 1
        # A time in brackets amid words says little: recorders put them anywhere.
        seen.timed += label.form != "timed" and (label.time_s is not None or label.form == "clock")
        seen.forms.add(label.form)

    def choose(self, *, apart: Iterable[str] = ()) -> Labels:
        """Return which labels are speakers.

        Numbered roles (``P3``, ``Speaker 1``) and names that recur are; a name seen once is one only among others.
        Beginnings in small letters have to recur, or to stand where nearly every line has a label.

        Args:
            apart: Labels that are known to be none.
        """
        apart = set(apart)
        seen = {name: of for name, of in self._seen.items() if name not in apart}
        answers = {name for name in seen if name.lower() in ("question", "answer")}
        total = max(1, self._total)
        looking = sum(of.count for name, of in seen.items() if of.marked and _could_be(name, of))
        unmarked = sum(of.count for of in seen.values() if not of.marked and of.count > 1)
        seen = {name: of for name, of in seen.items() if of.marked or unmarked >= _SHARE_WITHOUT_COLON * total}
        everywhere = (looking >= 0.5 * total and len(seen) > 1) or unmarked >= 0.5 * total
        covered = sum(of.count for name, of in seen.items() if of.marked and not _is_noise(name, of)) >= 0.8 * total
        enough = max(looking, unmarked) >= _SHARE_OF_NAMES * total
        timed = sum(of.timed for of in seen.values()) > 1
        sure = {
            name
            for name, of in seen.items()
            if (enough or is_role(name)) and _is_sure(name, of, everywhere=everywhere, timed=timed, covered=covered)
        }
        share = sum(seen[name].count for name in sure) / total
        timed_share = sum(seen[name].count for name in sure if "timed" in seen[name].forms) / total
        names = sure | {name for name, of in seen.items() if _is_likely(name, of, share, timed_share)}
        if len(answers) > 1 and sum(seen[name].count for name in answers) >= 0.5 * total:
            names |= answers
        refused = [
            (name, of.count) for name, of in seen.items() if name not in names and of.count > 1 and "colon" in of.forms
        ]
        return Labels(frozenset(names), tuple(sorted(refused, key=lambda item: -item[1])))


def is_unknown(name: str) -> bool:
    """Tell whether a label says that nobody knows who spoke.

    >>> is_unknown("Unknown Speaker"), is_unknown("Unknown Speaker 2")
    (True, False)
    """
    return _UNKNOWN.fullmatch(name) is not None


def is_role(name: str) -> bool:
    """Tell whether a label says a role or a number instead of a name: ``P3``, ``Speaker 1``, ``MODERATOR``."""
    return _STRONG.fullmatch(name) is not None and _NUMBERED.fullmatch(name) is None


def is_meta(name: str) -> bool:
    """Tell whether a label says something about the file: ``Date``, ``Location``."""
    return name.lower().split()[0].strip(".,") in _META and not is_role(name)


def tells_of_file(names: Iterable[str]) -> bool:
    """Tell whether any of the labels can only stand in the head of a file."""
    return any(name.lower().split()[0].strip(".,") in _SURE_META for name in names)


def _is_noise(name: str, of: _Seen) -> bool:
    words = re.split(r"[\s_-]+", name.lower())
    return of.forms <= {"bracket"} and (words[0] in _NOISES or words[-1] in _NOISES or name.lower() in _NOISES)


def _could_be(name: str, of: _Seen) -> bool:
    return (
        not is_meta(name)
        and not _is_noise(name, of)
        and (looks_like_name(name) or is_role(name))
        and not _NUMBERED.fullmatch(name)
    )


def _is_sure(name: str, of: _Seen, *, everywhere: bool, timed: bool, covered: bool) -> bool:
    if _is_noise(name, of):
        return False
    if is_role(name) or is_unknown(name):
        return of.marked or of.count > 1 or everywhere
    if is_meta(name) or _NUMBERED.fullmatch(name):
        return of.count >= 5 and of.marked and not _NUMBERED.fullmatch(name)
    if not of.marked:
        return of.count >= (2 if everywhere or "line" in of.forms else 3) and looks_like_name(name)
    if looks_like_name(name):
        return of.count >= 2 or everywhere or (timed and of.timed > 0)
    return of.count >= (2 if covered else 3) or of.timed >= 2


def _is_likely(name: str, of: _Seen, share: float, timed_share: float) -> bool:
    """Judge what was seen once or twice, by how much of the file the sure labels cover."""
    alike = ("bold" in of.forms and share >= _SHARE_OF_LIKE) or ("timed" in of.forms and timed_share >= _SHARE_OF_LIKE)
    if alike and looks_like_name(name) and not is_meta(name):
        return True
    if not of.marked or is_meta(name) or _is_noise(name, of) or _NUMBERED.fullmatch(name) or share == 0:
        return False
    words = len(name.split())
    if _WEAK.fullmatch(name) and name[0].isupper():
        return True
    if looks_like_name(name):
        return words <= 5 and (share >= 0.3 or 2 <= words or name.isupper())
    return share >= 0.8 and words <= 4
