"""What may identify somebody in the transcripts of a study, each with a replacement that is the same in all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from coding.model import Transcript
from coding.pseudonyms.apply import spaced
from coding.pseudonyms.candidates import Candidate, gather
from coding.pseudonyms.fold import fold
from coding.pseudonyms.identifiers import Context, Identifier
from coding.pseudonyms.key import Key
from coding.pseudonyms.match import Kind, Matcher, Replacement
from coding.pseudonyms.names import (
    PersonName,
    is_code,
    is_common_word,
    is_only_a_first_name,
    nicknames,
    parse_name,
)
from coding.pseudonyms.numbering import Numbering
from coding.pseudonyms.recognise import MOST_CHARS, Recogniser, from_pipeline, load_recogniser
from coding.pseudonyms.truecase import is_name_in_any_case, lacks_capitals, truecase

if TYPE_CHECKING:
    from spacy.language import Language

_SNIPPET_CHARS = 60
_NAMES = (Kind.PERSON, Kind.ORGANISATION, Kind.PLACE)
_NOT_PEOPLE = frozenset(Kind) - {Kind.PERSON, Kind.NAME, Kind.PARTICIPANT}


@dataclass(slots=True)
class _Draft:
    """An identifier of one transcript before it has its replacement."""

    text: str
    kind: Kind
    reason: str
    sure: bool
    any_case: bool
    owners: list[str] = field(default_factory=list)
    label: bool = False
    scoped: bool = False
    word: str | None = None


_Drafts = dict[str, _Draft]


def find_identifiers(
    transcripts: Transcript | Sequence[Transcript],
    *,
    nlp: Language | None = None,
    known_people: Iterable[str] = (),
    key: Key | None = None,
) -> tuple[Identifier, ...]:
    """Find what may identify somebody: people, organisations, places, addresses, numbers and the speakers' own names.

    What is found in one transcript, or stands in the key, is looked for in all of them.

    Args:
        transcripts: As readers made them, before they are segmented.
        nlp: A spaCy pipeline that recognises names; the one that comes with the tool unless given.
        known_people: Names of people that are known to be talked about.
        key: What was replaced before in this study; it is replaced in the same way again.

    Returns:
        The identifiers in the order of their first place, speaker labels first.

    Raises:
        ModelError: The spaCy pipeline cannot be loaded.
    """
    sessions = [transcripts] if isinstance(transcripts, Transcript) else list(transcripts)
    recogniser = load_recogniser() if nlp is None else from_pipeline(nlp)
    gathered = [gather(_with_capitals(_texts(session), recogniser), recogniser) for session in sessions]
    for session, found in zip(sessions, gathered, strict=True):
        _gather_file_name(session, found, recogniser)
    everything = _merged(gathered)
    study = _Study(key, sessions, tuple(known_people), everything, recogniser)
    merged: dict[tuple[str, str, bool], Identifier] = {}
    for session, own in zip(sessions, gathered, strict=True):
        for one in study.identify(session, own):
            at = (fold(one.text).text, one.replacement, one.label)
            before = merged.get(at)
            merged[at] = one if before is None else _joined(before, one)
    return tuple(sorted(merged.values(), key=lambda one: not one.label))


def _texts(session: Transcript) -> list[str]:
    return [block for turn in session.turns for block in _blocks(session.words_of(turn))]


def _with_capitals(texts: list[str], recogniser: Recogniser) -> list[str]:
    if not lacks_capitals(texts):
        return texts
    return [truecase(text, recogniser.is_word, recogniser.is_function) for text in texts]


def _blocks(text: str) -> Iterator[str]:
    """Cut what is longer than the pipeline takes, at white space where there is some."""
    while len(text) > MOST_CHARS:
        space = text.rfind(" ", 1, MOST_CHARS)
        cut = space if space > 0 else MOST_CHARS
        yield text[:cut]
        text = text[cut:]
    yield text


def _gather_file_name(session: Transcript, found: dict[str, Candidate], recogniser: Recogniser) -> None:
    """Add the words of the file's name that are no ordinary ones: people put names there."""
    stem = session.source_name.rpartition(".")[0] or session.source_name
    for name in {stem, session.name}:
        for word in "".join(char if char.isalpha() or char in "'’" else " " for char in spaced(name)).split():
            folded = fold(word).text
            if word[0].isupper() and not word.isupper() and len(word) > 2 and not recogniser.is_word(folded):
                found.setdefault(folded, Candidate(word, Counter({Kind.NAME: 1}), inside=1))


def _is_of_file_name(one: Candidate | None) -> bool:
    return one is not None and not one.seen and not one.votes.keys() & _NOT_PEOPLE


def _merged(gathered: Iterable[Mapping[str, Candidate]]) -> dict[str, Candidate]:
    out: dict[str, Candidate] = {}
    for text, one in chain.from_iterable(found.items() for found in gathered):
        whole = out.setdefault(text, Candidate(one.text))
        whole.votes.update(one.votes)
        whole.near.update(one.near)
        whole.inside += one.inside
        whole.small += one.small
        whole.titled += one.titled
        whole.seen += one.seen
    return out


def _joined(one: Identifier, other: Identifier) -> Identifier:
    return replace(
        one,
        count=one.count + other.count,
        contexts=(*one.contexts, *other.contexts),
        sure=one.sure and other.sure,
        transcripts=(*one.transcripts, *other.transcripts),
    )


class _Study:
    """What is known of the study while its transcripts are gone through one after the other."""

    def __init__(
        self,
        key: Key | None,
        sessions: Sequence[Transcript],
        known_people: Sequence[str],
        candidates: Mapping[str, Candidate],
        recogniser: Recogniser,
    ) -> None:
        self._recogniser = recogniser
        self._candidates = candidates
        self._known = [name for name in known_people if name.strip() and not is_code(name)]
        self._labels: dict[str, str] = {}
        self._codes: dict[str, str] = {}
        self._names: dict[str, Replacement] = {}
        self._small = False
        self._kept: frozenset[str] = frozenset()
        taken = list(chain.from_iterable(session.speakers for session in sessions))
        if key is not None:
            for label, code in key.participants.items():
                self._note_code(label, code)
            self._names = {fold(name).text: rule for name, rule in key.names.items()}
            self._kept = frozenset(fold(name).text for name in key.kept)
            taken += [*key.participants.values(), *(rule.replacement for rule in key.names.values())]
            taken += [rule.replacement for rules in key.transcripts.values() for rule in rules]
        self._numbering = Numbering(taken)

    def identify(self, session: Transcript, own: Mapping[str, Candidate]) -> Iterator[Identifier]:
        """Yield the identifiers of one transcript."""
        drafts: _Drafts = {}
        self._small = lacks_capitals(_texts(session))
        people = self._add_speakers(session, own, drafts)
        self._add_names(drafts, people)
        places, first = _places(session, drafts)
        self._add_parts(drafts, places, own)
        places, first = _places(session, drafts)
        for text in sorted(drafts, key=lambda text: (not drafts[text].label, first.get(text, 0))):
            draft = drafts[text]
            here = places.get(text) or draft.label or _is_of_file_name(own.get(text))
            if here and (draft.label or text not in self._kept):
                contexts = tuple(places.get(text, ()))
                yield Identifier(
                    text=draft.text,
                    kind=draft.kind,
                    replacement=self._replacement(text, draft),
                    count=len(contexts),
                    contexts=contexts,
                    sure=draft.sure,
                    reason=draft.reason,
                    any_case=draft.any_case,
                    label=draft.label,
                    scoped=draft.scoped,
                    transcripts=(session.source_sha256,),
                )

    # speakers

    def _note_code(self, label: str, code: str) -> None:
        self._labels[fold(label).text] = code
        name = parse_name(label)
        if name is not None and name.is_full():
            self._codes.setdefault(" ".join(name.key), code)

    def _code(self, label: str, name: PersonName | None, used: set[str], *, moderator: bool) -> str:
        """Return the code of a speaker: that of the label, of the same full name elsewhere, or the next one."""
        code = self._labels.get(fold(label).text)
        if code is None and name is not None and name.is_full():
            code = self._codes.get(" ".join(name.key))
        if code is None or code in used:
            # Two labels of one transcript stay two speakers, whatever they are called: nobody is merged unasked.
            code = self._numbering.code(moderator=moderator)
        self._note_code(label, code)
        used.add(code)
        return code

    def _add_speakers(
        self, session: Transcript, own: Mapping[str, Candidate], drafts: _Drafts
    ) -> list[tuple[PersonName, str]]:
        people: list[tuple[PersonName, str]] = []
        used: set[str] = set()
        for label in session.speakers:
            if is_code(label):
                continue
            name = parse_name(label)
            code = self._code(label, name, used, moderator=label in session.moderators)
            drafts[fold(label).text] = _Draft(
                label, Kind.PARTICIPANT, "speaker label", True, self._any_case(label), [code], True
            )
            if name is not None:
                people.append((name, code))
        for forms, reason in ((_own_forms, "a participant's name"), (_nick_forms, "short for a participant's name")):
            spoken: _Drafts = {}
            for name, code in people:
                for form in forms(name):
                    self._add_form(spoken, form, code, reason, own)
            for text, draft in spoken.items():
                before = drafts.get(text)
                if before is None or (
                    before.label and set(before.owners) < {*before.owners, *draft.owners} and reason[0] == "a"
                ):
                    drafts.setdefault(text, draft)
        return people

    def _add_form(self, drafts: _Drafts, form: str, code: str, reason: str, own: Mapping[str, Candidate]) -> None:
        text = fold(form).text
        ordinary = is_common_word(form) or (" " not in text and self._recogniser.is_word(text))
        is_name = text in own and not own[text].votes.keys() <= _NOT_PEOPLE
        if ordinary and not is_name and reason.startswith("short"):
            return
        draft = drafts.setdefault(
            text, _Draft(form, Kind.PARTICIPANT, reason, not ordinary, self._any_case(form), scoped=" " not in text)
        )
        if code not in draft.owners:
            draft.owners.append(code)
        if len(draft.owners) > 1:
            draft.sure, draft.scoped = False, True
            draft.reason = "the name of more than one participant"

    # everybody and everything else

    def _any_case(self, text: str) -> bool:
        words = fold(text).text.replace("-", " ").split()
        if len(words) == 1:
            if self._small and is_name_in_any_case(words[0]):
                return True
            return not is_common_word(text) and not self._recogniser.is_word(words[0])
        if self._small:
            # Together, and with a capital each, ordinary words are hardly anything but a name.
            return True
        return not all(self._recogniser.is_word(word) for word in words)

    def _add_names(self, drafts: _Drafts, people: Sequence[tuple[PersonName, str]]) -> None:
        for text, rule in self._names.items():
            if text not in drafts:
                drafts[text] = _Draft(
                    rule.original, rule.kind, "replaced before in this study", True, rule.any_case, [rule.replacement]
                )
        for name in self._known:
            text = fold(name).text
            drafts.setdefault(text, _Draft(name, Kind.PERSON, "known to be talked about", True, self._any_case(name)))
        for text, one in self._candidates.items():
            code = self._speaks_elsewhere(one.text)
            if text in drafts:
                continue
            kind = _kind(one)
            hardly_a_word = self._small and (
                is_name_in_any_case(one.text) or (one.titled > 0 and not is_common_word(one.text))
            )
            ordinary = not hardly_a_word and (is_common_word(one.text) or not self._any_case(one.text))
            draft = _Draft(one.text, kind, _reason(one, kind, ordinary=ordinary), True, self._any_case(one.text))
            draft.sure = kind is not Kind.NAME and not (ordinary and kind in _NAMES and not one.titled)
            if kind in _NAMES or kind is Kind.NAME:
                draft.any_case = not ordinary
            else:
                draft.any_case = True
            if kind is Kind.ORGANISATION and one.near:
                word, count = one.near.most_common(1)[0]
                draft.word = word if 2 * count >= one.seen else None
            if code is not None:
                draft.owners, draft.kind, draft.reason = [code], Kind.PARTICIPANT, "a participant of another session"
            drafts[text] = draft

    def _speaks_elsewhere(self, text: str) -> str | None:
        name = parse_name(text)
        return self._codes.get(" ".join(name.key)) if name is not None and name.is_full() else None

    def _add_parts(
        self, drafts: _Drafts, places: Mapping[str, Sequence[Context]], own: Mapping[str, Candidate]
    ) -> None:
        """Let "Maureen" and "Mrs Stott" be Maureen Stott where she is the only one of that name in the transcript."""
        owners: dict[str, list[str]] = {}
        for text, draft in list(drafts.items()):
            name = parse_name(draft.text) if draft.kind is Kind.PERSON and places.get(text) else None
            if name is None or not name.is_full():
                continue
            for form in (*_own_forms(name), *_nick_forms(name)):
                part = fold(form).text
                if part != text:
                    owners.setdefault(part, []).append(text)
                    ordinary = is_common_word(form) or (" " not in part and self._recogniser.is_word(part))
                    if not ordinary or part in own or is_only_a_first_name(form):
                        drafts.setdefault(
                            part,
                            _Draft(
                                form,
                                Kind.PERSON,
                                "part of a person's name",
                                not ordinary,
                                self._any_case(form),
                                scoped=True,
                            ),
                        )
        for part, whole in owners.items():
            shared = drafts.get(part)
            if shared is None or shared.label or shared.kind not in (Kind.PERSON, Kind.NAME):
                continue
            if shared.reason == "replaced before in this study" and len(whole) != 1:
                continue
            if len(whole) == 1:
                shared.owners, shared.kind, shared.scoped = [f"={whole[0]}"], Kind.PERSON, True
                self._resolve(shared, drafts)
            else:
                shared.sure, shared.scoped, shared.reason = False, True, "the name of more than one person"

    def _resolve(self, draft: _Draft, drafts: _Drafts) -> None:
        whole = draft.owners[0].removeprefix("=")
        draft.owners = [self._replacement(whole, drafts[whole])]

    def _replacement(self, text: str, draft: _Draft) -> str:
        if not draft.owners:
            known = None if draft.scoped else self._names.get(text)
            new = self._numbering.name(draft.kind, draft.word) if known is None else known.replacement
            draft.owners = [new]
        chosen = " or ".join(draft.owners)
        if not draft.label and not draft.scoped:
            self._names.setdefault(text, Replacement(draft.text, chosen, draft.any_case, draft.kind))
        return chosen


def _own_forms(name: PersonName) -> list[str]:
    """Return how somebody is called by their own names."""
    first, last = name.first, name.last
    forms = [name.first] if len(name.key[0]) > 1 else []
    if len(name.key[1]) > 1:
        forms += [last, name.full, f"{last}, {first}"]
        if name.middle:
            forms.append(" ".join((first, *name.middle, last)))
    elif last:
        forms.append(name.full)
    return forms


def _nick_forms(name: PersonName) -> list[str]:
    """Return the short forms of somebody's name, alone and with the surname."""
    short = [nick.title() for nick in sorted(nicknames(name.first))]
    return [*short, *(f"{nick} {name.last}" for nick in short if len(name.key[1]) > 1)]


def _kind(one: Candidate) -> Kind:
    best = one.votes.most_common()
    named = [(kind, count) for kind, count in best if kind is not Kind.NAME]
    # One vote of spaCy against many capitals that it passed over says little.
    if named and (named[0][1] > 1 or 4 * named[0][1] >= one.votes[Kind.NAME]):
        return named[0][0]
    return Kind.NAME


def _reason(one: Candidate, kind: Kind, *, ordinary: bool) -> str:
    if one.titled:
        return "stands behind a title"
    if kind is Kind.NAME:
        return "has a capital inside sentences"
    what = f"looks like {'an' if kind.value[0] in 'aeo' else 'a'} {kind.value}"
    return f"{what}; also an ordinary word" if ordinary and kind in _NAMES else what


def _places(session: Transcript, drafts: _Drafts) -> tuple[dict[str, list[Context]], dict[str, int]]:
    """Return where each draft stands, and where it stands first."""
    matcher = Matcher(Replacement(draft.text, "-", draft.any_case, draft.kind) for draft in drafts.values())
    places: dict[str, list[Context]] = {}
    first: dict[str, int] = {}
    for turn in session.turns:
        words = session.words_of(turn)
        for one in matcher.find(words):
            text = fold(one.rule.original).text
            text = text if text in drafts else text.removesuffix("s")
            start, end = max(0, one.start - _SNIPPET_CHARS), min(len(words), one.end + _SNIPPET_CHARS)
            context = Context(session.name, turn.index, words[start:end], one.start - start, one.end - start)
            places.setdefault(text, []).append(context)
            first.setdefault(text, turn.start_char + one.start)
    return places, first
