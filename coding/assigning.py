"""Who is to code what: drawn at random with a seed, and how far everybody has got."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coding.edits import Operation
from coding.edits.together import Assign, Unassign
from coding.errors import CodingError
from coding.model import Role, Segment
from coding.store import Project

SHARE = 0.2
"""The share of talk that is coded twice unless another is asked for."""


@dataclass(frozen=True, slots=True)
class Draw:
    """Who codes what, drawn at random.

    Attributes:
        coders: For each transcript, those who code it: two where it is coded twice.
        twice: The transcripts that are coded twice, each by two coders who do not see each other's work.
        share: How much of the talk those are.
        load: How much talk each coder has.
    """

    coders: Mapping[str, tuple[str, ...]]
    twice: frozenset[str]
    share: float
    load: Mapping[str, int]


def draw(lengths: Mapping[str, int], coders: Sequence[str], *, share: float = SHARE, seed: int = 0) -> Draw:
    """Draw who codes which transcript, so that all have about as much to read.

    Whole transcripts are coded twice. They are taken in a random order as long as that brings the words coded twice
    nearer to the share that was asked for; at least one is, where a share was asked for at all. Then the transcripts
    go to whoever has least so far, the longest first (the rule of Graham, 1969, for balancing loads).

    Args:
        lengths: How long each transcript is, in words, by its id.
        coders: Who codes.
        share: The share of all words that is coded by two people, 0 to 1.
        seed: The same seed gives the same draw.

    Raises:
        CodingError: There are no transcripts or no coders, the share is not from 0 to 1, or there is nobody to code a
            second time.

    >>> found = draw({"a": 100, "b": 300, "c": 200}, ["Ada", "Bo"], share=0.3, seed=1)
    >>> sorted(found.twice), round(found.share, 2), dict(found.load)
    (['b'], 0.5, {'Ada': 500, 'Bo': 400})
    """
    names = list(dict.fromkeys(coders))
    _check(lengths, names, share, seed)
    # Only a shuffle is drawn, from names in a fixed order, so that it is the same on every machine.
    chance = random.Random(seed)
    order = sorted(lengths)
    chance.shuffle(order)
    turn = sorted(names)
    chance.shuffle(turn)
    twice = _twice(order, lengths, share)
    load = dict.fromkeys(turn, 0)
    given: dict[str, tuple[str, ...]] = {}
    pairs: dict[frozenset[str], int] = defaultdict(int)
    for transcript_id in sorted(order, key=lambda one: (one not in twice, -lengths[one])):
        free = sorted(turn, key=lambda name: load[name])
        if transcript_id in twice:
            first = free[0]
            # Among those with least to do, somebody who has not shared a transcript with them yet.
            second = min(free[1:], key=lambda name: (load[name], pairs[frozenset((first, name))]))
            pairs[frozenset((first, second))] += 1
            chosen: tuple[str, ...] = (first, second)
        else:
            chosen = (free[0],)
        given[transcript_id] = tuple(name for name in names if name in chosen)
        for name in chosen:
            load[name] += lengths[transcript_id]
    total = sum(lengths.values())
    really = sum(lengths[one] for one in twice) / total if total else 0.0
    coded = {transcript_id: given[transcript_id] for transcript_id in lengths}
    return Draw(coded, twice, really, {name: load[name] for name in names})


def _check(lengths: Mapping[str, int], names: Sequence[str], share: float, seed: int) -> None:
    if not lengths:
        raise CodingError("there are no transcripts to assign; import some first")
    if not names:
        raise CodingError("name the people who are to code")
    if not 0 <= share <= 1:
        raise CodingError(f"a share of {share:g} is not possible; choose 0 to 1, such as 0.2 for a fifth")
    if share and len(names) < 2:
        raise CodingError("coding twice takes two people; name another, or choose a share of 0")
    if not 0 <= seed < 2**63:
        raise CodingError("the seed has to be a whole number of 0 or more")


def _twice(order: Sequence[str], lengths: Mapping[str, int], share: float) -> frozenset[str]:
    wanted = share * sum(lengths.values())
    chosen: list[str] = []
    so_far = 0
    for transcript_id in order:
        if abs(so_far + lengths[transcript_id] - wanted) < abs(so_far - wanted):
            chosen.append(transcript_id)
            so_far += lengths[transcript_id]
    if share and not chosen:
        chosen.append(min(order, key=lambda one: lengths[one]))
    return frozenset(chosen)


def words_of(project: Project) -> dict[str, int]:
    """Return how many words participants and moderators say in each transcript."""
    found = {}
    for info in project.transcripts():
        text = project.text(info.id)
        turns = project.turns(info.id)
        found[info.id] = sum(len(text[t.start_char : t.end_char].split()) for t in turns if not t.heading)
    return found


def assignments_for(project: Project, found: Draw, *, share: float, seed: int) -> list[Operation]:
    """Return the operations that put a draw in force in place of all that is assigned now."""
    operations: list[Operation] = []
    for one in project.assignments():
        if one.coder not in found.coders.get(one.transcript_id, ()):
            operations.append(Unassign(one.transcript_id, one.coder))
    for transcript_id, coders in found.coders.items():
        blind = transcript_id in found.twice
        operations += [Assign(transcript_id, coder, blind, share, seed) for coder in coders]
    return operations


# how far it is


@dataclass(frozen=True, slots=True)
class Task:
    """One transcript of one coder.

    Attributes:
        transcript_id: The transcript.
        coder: Who codes it.
        blind: Whether they code it blind.
        twice: Whether somebody else codes it too.
        finished: How many of its segments they have finished.
        segments: How many there are; what moderators say is not counted.
    """

    transcript_id: str
    coder: str
    blind: bool
    twice: bool
    finished: int
    segments: int


def tasks(project: Project, *, coder: str | None = None) -> list[Task]:
    """Return what is assigned, with how far it is, in the order of import.

    Args:
        project: The project.
        coder: Only what is assigned to them.
    """
    everything = project.assignments()
    shared: dict[str, int] = defaultdict(int)
    for one in everything:
        shared[one.transcript_id] += 1
    spoken: dict[str, list[Segment]] = {}
    found = []
    for one in everything:
        if coder is not None and one.coder != coder:
            continue
        if one.transcript_id not in spoken:
            spoken[one.transcript_id] = spoken_segments(project, one.transcript_id)
        spans = [(r.start_char, r.end_char) for r in project.reviews(one.transcript_id, coder=one.coder)]
        done = sum(is_covered(spans, s.start_char, s.end_char) for s in spoken[one.transcript_id])
        total = len(spoken[one.transcript_id])
        found.append(Task(one.transcript_id, one.coder, one.blind, shared[one.transcript_id] > 1, done, total))
    return found


def spoken_segments(project: Project, transcript_id: str) -> list[Segment]:
    """Return the segments that participants speak."""
    speakers = project.speakers(transcript_id)
    moderated = {
        turn.index
        for turn in project.turns(transcript_id)
        if turn.speaker in speakers and speakers[turn.speaker].role is Role.MODERATOR
    }
    return [segment for segment in project.segments(transcript_id) if segment.turn not in moderated]


def is_covered(spans: Sequence[tuple[int, int]], start_char: int, end_char: int) -> bool:
    """Tell whether a stretch lies inside one of the spans.

    >>> is_covered([(0, 10)], 2, 10), is_covered([(0, 10)], 2, 11)
    (True, False)
    """
    return any(start <= start_char and end_char <= end for start, end in spans)
