"""Stretches of text that may identify somebody: from spaCy, from patterns, and from capitals inside sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from coding.pseudonyms.fold import fold
from coding.pseudonyms.match import Kind
from coding.pseudonyms.names import (
    ABBREVIATED_TITLES,
    TITLES,
    is_common_word,
    is_first_name,
    is_initial,
    is_only_a_first_name,
)
from coding.pseudonyms.recognise import Recogniser

_TOKEN = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*\.?")
_POSSESSIVE = re.compile(r"['’ʼ](?:s|ll|d|ve|re|m)$", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?:^|[.?!…:;\"“‘(\[–—-])[\s\"“‘'(\[–—-]*$")
_CONTRACTED = re.compile(
    r"(?:I|[Ww]e|[Yy]ou|[Tt]hey|[Ss]?[Hh]e|[Ii]t|[Tt]h(?:at|is|ere)|[Ww]h\w+)['’](?:m|d|ll|ve|re|s)|\w+n['’]t"
)

_PATTERNS = (
    (Kind.EMAIL, re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")),
    (Kind.URL, re.compile(r"(?:https?://|www\.)[^\s<>\"“”()]{3,300}", re.IGNORECASE)),
    (
        Kind.URL,
        re.compile(
            r"(?<![\w@.-])(?:[a-z0-9-]{2,40}\.){1,3}(?:co\.uk|org\.uk|ac\.uk|gov\.uk|nhs\.uk|com|org|net|io)\b(?:/[^\s<>\"”)]{0,200})?"
        ),
    ),
    (Kind.HANDLE, re.compile(r"(?<![\w@.])@[A-Za-z_][\w.]{1,38}\w")),
    (Kind.POSTCODE, re.compile(r"(?<!\w)(?:GIR ?0AA|[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2})(?!\w)")),
    (
        Kind.PHONE,
        re.compile(
            r"(?<![\w.,£$€])(?:\+|00)[1-9]\d{0,2}[ ().-]{0,3}(?:\(0\)[ .-]{0,2})?\d(?:[ ().-]{0,2}\d){5,12}(?!\w)"
        ),
    ),
    (Kind.PHONE, re.compile(r"(?<![\w.,£$€])\(?0\d{2,4}\)?[ .-]?\d(?:[ .-]?\d){4,8}(?!\w)")),
)

_STREETS = (
    "street road lane avenue close drive square green park bridge hill house court station junction terrace way "
    "hotel crescent gardens grove mews wharf quay estate depot stadium centre cathedral airport"
).split()
_ORGANISATIONS = (
    "bank hospital infirmary school college university academy council trust limited ltd plc llp inc group society "
    "church charity airline airways railways shoes stores supermarket insurance association"
).split()

# Capitalised in the middle of sentences, and nobody's name.
_PLAIN_CAPITALS = frozenset(
    "hey hi hello thanks thank please sorry wait bye welcome monday tuesday wednesday thursday friday saturday "
    "sunday mon tue tues wed thu thur thurs fri sat sun january february march april may june july august september "
    "october november december jan feb mar apr jun jul aug sep sept oct nov dec christmas easter ramadan eid diwali "
    "hanukkah god bible covid brexit wi-fi x-ray post-it tv hr it pc ceo md pa pr cv ok okay uk eu usa us diy hgv "
    "hnc hnd gcse nvq gp pdf vat atm pin id sms faq gdpr kpi nps csat crm sla b2b mp qc phd ba bsc mba am pm ad bc "
    "latin english spanish french german dutch polish italian portuguese irish scottish welsh british american "
    "canadian chinese indian european african asian russian greek turkish danish swedish norwegian finnish finn "
    "finns dane danes dutchman christian muslim jewish hindu sikh catholic methodist methodists protestant internet "
    "excel word powerpoint outlook zoom teams google facebook whatsapp twitter instagram youtube linkedin email um "
    "oh ooh ha wow uh hm mm hmm mmm ah aw er erm yeah yep nope hiya cheers ta ours yours theirs hers personnel "
    "operations marketing finance complaints leisure estates heritage enforcement mortgages accounts sales everybody "
    "anybody somebody nobody everyone anyone someone everything anything something nothing dunno gonna".split()
)

_KIND_WORDS = (
    "bank hospital school college university council supermarket shop store hotel airline railway charity church "
    "trust surgery clinic library restaurant pub insurer agency ministry department"
).split()
_NEAR = re.compile(r"[^\W\d_]+")
_SHORT_CONTEXT_WORDS = 3


@dataclass(slots=True)
class Candidate:
    """Something that may be a name, with what speaks for it.

    Attributes:
        text: As it is written.
        votes: For each kind, how often it was taken for that.
        inside: How often it stands with a capital inside a sentence.
        small: How often its words stand in small letters.
        near: Words of kinds of organisations beside it.
        titled: How often a title stands before it.
        seen: How often it was found.
    """

    text: str
    votes: Counter[Kind] = field(default_factory=Counter)
    inside: int = 0
    small: int = 0
    near: Counter[str] = field(default_factory=Counter)
    titled: int = 0
    seen: int = 0

    @property
    def key(self) -> str:
        """Return the text as it is compared."""
        return fold(self.text).text


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    text: str
    capital: bool
    initial: bool


def find_patterns(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Yield e-mail addresses, web addresses, handles, postcodes and phone numbers, none inside another.

    >>> [kind.value for _, _, kind in find_patterns("Write to ann@example.org or ring +44 20 7946 0018.")]
    ['e-mail', 'phone']
    """
    taken: list[tuple[int, int]] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.start(), match.start() + len(match[0].rstrip(".,;:!?'’"))
            if not any(start < b and a < end for a, b in taken):
                taken.append((start, end))
                yield start, end, kind


def gather(texts: Sequence[str], recogniser: Recogniser) -> dict[str, Candidate]:
    """Return what may be a name in the texts, by how it is compared."""
    found: dict[str, Candidate] = {}
    small: Counter[str] = Counter()
    for text, entities in zip(texts, recogniser.find(texts), strict=True):
        tokens = _tokens(text)
        small.update(fold(token.text).text for token in tokens if not token.capital)
        covered = []
        for start, end, kind in find_patterns(text):
            _vote(found, text[start:end], kind).inside += 1
            covered.append((start, end))
        for run, kind, weight in _runs(text, tokens, entities, recogniser, covered):
            _note(found, text, run, kind, weight, recogniser)
    for candidate in found.values():
        candidate.small = small[candidate.key]
    return {key: one for key, one in found.items() if _is_likely(one, recogniser)}


def _vote(found: dict[str, Candidate], text: str, kind: Kind, weight: int = 1) -> Candidate:
    one = found.setdefault(fold(text).text, Candidate(text))
    one.votes[kind] += weight
    return one


def _tokens(text: str) -> list[_Token]:
    out = []
    lead = len(text) - len(text.lstrip())
    for match in _TOKEN.finditer(text):
        word = match[0] if is_initial(match[0]) else match[0].rstrip(".")
        if _CONTRACTED.fullmatch(word):
            continue
        word = _POSSESSIVE.sub("", word)
        before = text[max(0, match.start() - 8) : match.start()]
        initial = match.start() <= lead or _SENTENCE_END.search(before) is not None
        out.append(_Token(match.start(), match.start() + len(word), word, word[0].isupper(), initial))
    return out


def _runs(
    text: str,
    tokens: Sequence[_Token],
    entities: Iterable[tuple[int, int, Kind]],
    recogniser: Recogniser,
    covered: Sequence[tuple[int, int]],
) -> Iterator[tuple[list[_Token], Kind, int]]:
    """Yield runs of capitalised words: those that spaCy takes for names, then the others inside sentences."""
    free = [
        token
        for token in tokens
        if token.capital
        and token.text not in ("I", "I.")
        and not any(a < token.end and token.start < b for a, b in covered)
    ]
    used: set[int] = set()
    for start, end, kind in entities:
        inside = [t for t in free if start <= t.start and t.end <= end]
        for run in _joined(text, inside):
            trimmed = _trim(run, recogniser)
            if trimmed:
                used.update(t.start for t in trimmed)
                yield trimmed, kind, 1
    for run in _joined(text, [t for t in free if t.start not in used]):
        trimmed = _trim(run, recogniser)
        if trimmed and not (trimmed[0].initial and len(trimmed) == 1):
            yield trimmed, Kind.NAME, 1


def _joined(text: str, tokens: Sequence[_Token]) -> Iterator[list[_Token]]:
    run: list[_Token] = []
    for token in tokens:
        between = text[run[-1].end : token.start] if run else ""
        if run and between in ("'s ", "’s ") and fold(token.text).text in _STREETS:
            pass
        elif run and between not in (" ", " & ", " of ", " and ", ". "):
            yield run
            run = []
        elif run and (token.initial or text[run[-1].end : token.start] in (" and ", " of ")):
            # "Tom and Gloria" are two; so are the end of one sentence and the start of the next.
            if not (is_initial(run[-1].text) and not token.initial):
                yield run
                run = []
        run.append(token)
    if run:
        yield run


def _trim(run: Sequence[_Token], recogniser: Recogniser) -> list[_Token]:
    """Take words off a run that only stand there by chance: titles, days, the first word of a sentence."""
    out = list(run)
    while out and _is_plain(out[0], recogniser, alone=len(out) == 1 or _is_kind(out[-1].text)):
        out = out[1:]
    while (out and _is_plain(replace(out[-1], initial=False), recogniser, alone=True)) or (
        len(out) == 1 and is_initial(out[0].text)
    ):
        out = out[:-1]
    return out


def _is_kind(word: str) -> bool:
    folded = fold(word).text
    return folded in _STREETS or folded in _ORGANISATIONS


def _is_plain(token: _Token, recogniser: Recogniser, *, alone: bool) -> bool:
    folded = fold(token.text).text.rstrip(".")
    if folded in _PLAIN_CAPITALS or folded in TITLES or folded == "i":
        return True
    if (folded.endswith("s") and folded[:-1] in _PLAIN_CAPITALS) or recogniser.is_function(folded):
        return True
    return token.initial and not alone and recogniser.is_word(folded) and not is_first_name(folded)


def _note(
    found: dict[str, Candidate], text: str, run: Sequence[_Token], kind: Kind, weight: int, recogniser: Recogniser
) -> None:
    start, end = run[0].start, run[-1].end
    words = text[start:end]
    last = fold(run[-1].text).text
    before = text[max(0, start - 60) : start]
    titled = _is_titled(before)
    if len(run) > 1 and last in _STREETS:
        kind, weight = Kind.PLACE, 3
    elif len(run) > 1 and last in _ORGANISATIONS:
        kind, weight = Kind.ORGANISATION, 3
    elif titled or is_first_name(run[0].text):
        kind, weight = Kind.PERSON, 3
    one = _vote(found, words, kind, weight)
    one.titled += titled
    # The second capital of a run stands inside the sentence, even where the first begins it.
    one.inside += not run[0].initial or len(run) > 1
    one.seen += 1
    near = [
        *_NEAR.findall(before)[-_SHORT_CONTEXT_WORDS:],
        *_NEAR.findall(words),
        *_NEAR.findall(text[end : end + 60])[:2],
    ]
    one.near.update(word.lower() for word in near if word.lower() in _KIND_WORDS)


def _is_titled(before: str) -> bool:
    match = re.search(r"([^\W\d_]+)(\.?)\s+$", before)
    return match is not None and fold(match[1]).text in (ABBREVIATED_TITLES if match[2] else TITLES)


def _is_likely(one: Candidate, recogniser: Recogniser) -> bool:
    """Tell whether there is enough for a candidate: what only ever begins sentences may be any word."""
    if set(one.votes) - {Kind.NAME, Kind.PERSON, Kind.ORGANISATION, Kind.PLACE} or one.titled:
        return True
    if " " in one.key:
        return True
    if _is_kind(one.text):
        return False
    only_capital = set(one.votes) == {Kind.NAME}
    if one.text.isupper() and len(one.text) <= 3 and only_capital:
        return False
    if not recogniser.is_word(one.key) and not is_common_word(one.key):
        return True
    if is_first_name(one.key):
        return one.inside > 0 or (is_only_a_first_name(one.key) and not one.small)
    return one.inside > (one.small if only_capital or one.seen == 1 else 0)
