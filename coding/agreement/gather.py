"""Read what coders did from a project, and choose who is compared with whom."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, get_args

import numpy as np

from coding.agreement.chosen import Condition
from coding.agreement.compare import Comparison, Kind, compare
from coding.agreement.material import Mark, Material, Talk, build_material
from coding.agreement.report import Agreement
from coding.agreement.tables import Sampling
from coding.errors import CodingError
from coding.model import CONSENSUS, MACHINE, Code, Coding, Origin, Role, State, Suggestion, Transcript
from coding.roles import person_of
from coding.segments import PIPELINE, Segmentation, segment_transcript
from coding.store import Project, Review

Unit = Literal["segment", "sentence", "turn", "character"]
UNITS: tuple[Unit, ...] = get_args(Unit)
MOST_RESAMPLES = 100_000

Step = Callable[[str, int, int], None]

_NEVER_CUT = 10**9

_LEARNT = (
    "the machine has learnt from what people decided on these very words, so this shows how far it follows them; how "
    "far it agrees by itself is shown by held-out suggestions (`--held-out`)"
)
_ALONE = "There is one coder only, so there is no agreement between people to measure."
_FOLLOWS = "not independent"
_SETTLED = (
    "the consensus is made of the coders' own work, so this shows how far each was followed, not how reliable they are"
)
_HELD_OUT = "each transcript's suggestions were made from the other transcripts alone"


def agree(
    project: Project,
    *,
    coders: Sequence[str] | None = None,
    unit: str = "segment",
    codes: Sequence[str] | None = None,
    moderators: bool = False,
    suggestions: Sequence[Suggestion] | None = None,
    sampling: Sampling | None = None,
    step: Step | None = None,
) -> Agreement:
    """Say how far the coders of a project agree.

    Only units that two coders or more have finished count; whoever did not finish a unit is missing there. More than
    two people are compared all together and pair by pair. Each person is also compared with the machine, apart, and
    each pair once more on what was finished blind and on the rest, where there is both. A person who codes the same
    talk a second time does so under their own name with ``(again)`` behind it, and is told apart from two people.

    Args:
        project: The project.
        coders: Whom to compare; everybody who finished or coded something where it is ``None``.
        unit: Segment, sentence, turn or character. A unit is coded when any character of it is. Unitizing alpha always
            looks at characters.
        codes: Only these codes, and those below them; all that are in use where it is ``None``.
        moderators: Also count what moderators say.
        suggestions: What the machine proposes without having learnt from the same talk, such as
            :func:`~coding.agreement.machine.suggest_held_out` returns; the stored suggestions where it is ``None``.
        sampling: Resamples, seed, and what is too little.
        step: Called with what is being done, how much of it is done, and how much there is.

    Returns:
        The comparisons. Whatever is not defined or rests on too little has a reason in place of a value.

    Raises:
        CodingError: A coder, a code or the unit is unknown, or the number of resamples is not possible.
        ModelError: The language model that finds sentences cannot be loaded.
        ProjectError: The project cannot be read.
    """
    how = sampling or Sampling()
    chosen_unit = _check(unit, how)
    work = _Work(project.codings(), project.reviews())
    people = _choose_coders(project, work, coders)
    known = project.known_codes()
    code_ids = _choose_codes(project, known, codes)
    names = {code_id: known[code_id].name if code_id in known else code_id for code_id in code_ids}
    shortage = _shortage(people, code_ids)
    if shortage:
        return Agreement(chosen_unit, how.resamples, how.seed, (), names, (shortage,))
    proposed = project.suggestions() if suggestions is None else suggestions
    talks = _read_talks(project, chosen_unit, moderators, step)
    spoken = _read_talks(project, "turn", False, None) if moderators else talks
    codings, reviews = work.marks(proposed, spoken)
    material = build_material(talks, codings, reviews, coders=[*people, MACHINE], codes=code_ids)
    jobs = list(_jobs(material, len(people), _LEARNT if suggestions is None else _HELD_OUT))
    found: list[Comparison] = []
    for number, job in enumerate(jobs):
        if step:
            step("comparing", number, len(jobs))
        found.append(_run(material, job, how, follows=suggestions is None))
    if step:
        step("comparing", len(jobs), len(jobs))
    alone = (_ALONE,) if len(people) == 1 else ()
    return Agreement(chosen_unit, how.resamples, how.seed, tuple(found), names, alone)


def _run(material: Material, job: _Job, how: Sampling, *, follows: bool) -> Comparison:
    settled = CONSENSUS in (material.coders[coder] for coder in job.coders)
    reading = _FOLLOWS if settled or (follows and job.kind == "machine") else ""
    return compare(
        material,
        job.coders,
        kind=job.kind,
        condition=job.condition,
        sampling=how,
        reading=reading,
        notes=(_SETTLED, *job.notes) if settled else job.notes,
    )


# what is asked for


def _check(unit: str, how: Sampling) -> Unit:
    if not 0 <= how.resamples <= MOST_RESAMPLES:
        raise CodingError(f"{how.resamples} resamples are not possible; choose 0 to {MOST_RESAMPLES:,}")
    if how.seed < 0:
        raise CodingError("the seed has to be 0 or more")
    for known in UNITS:
        if unit == known:
            return known
    raise CodingError(f"there is no unit {unit!r}; choose {', '.join(UNITS[:-1])} or {UNITS[-1]}")


def _choose_coders(project: Project, work: _Work, wanted: Sequence[str] | None) -> list[str]:
    everybody = project.coders()
    if wanted is not None:
        for name in wanted:
            if name not in everybody:
                there = ", ".join(everybody) or "none yet"
                raise CodingError(f"there is no coder {name!r} in this project; there are {there}")
        return list(dict.fromkeys(wanted))
    at_work = {review.coder for review in work.reviews} | {coding.coder for coding in work.codings}
    return [name for name in everybody if name in at_work]


def _choose_codes(project: Project, known: dict[str, Code], wanted: Sequence[str] | None) -> list[str]:
    """Return the ids of codes in the order of the codebook."""
    if wanted is None:
        used = project.codes_in_use()
        order = [code.id for code in project.codebook().codes]
        return [code_id for code_id in order if code_id in used] + sorted(set(used) - set(order))
    for code_id in wanted:
        if code_id not in known:
            raise CodingError(f"there is no code {code_id!r} in this project")
    chosen = {code_id for code_id in known if _above(known, code_id) & set(wanted)}
    return [code_id for code_id, code in known.items() if code_id in chosen and code.codable]


def _above(known: dict[str, Code], code_id: str) -> set[str]:
    """Return the code with all that stand above it."""
    found: set[str] = set()
    current: str | None = code_id
    while current is not None and current in known and current not in found:
        found.add(current)
        current = known[current].parent
    return found


def _shortage(people: Collection[str], code_ids: Collection[str]) -> str:
    if not people:
        return "Nobody has coded or finished anything yet, so there is no agreement to measure."
    if not code_ids:
        return "No code has been used yet, so there is no agreement to measure."
    return ""


# what there is


@dataclass(frozen=True, slots=True)
class _Work:
    """What people decided."""

    codings: Sequence[Coding]
    reviews: Sequence[Review]

    def marks(self, proposed: Sequence[Suggestion], spoken: Sequence[Talk]) -> tuple[list[Mark], list[Mark]]:
        """Return what people and the machine coded, and what they finished.

        The machine looks at all talk of a transcript for which it has suggested anything, except what moderators say.
        """
        codings = [
            Mark(
                coding.coder,
                coding.transcript_id,
                coding.start_char,
                coding.end_char,
                coding.code_id,
                assisted=coding.origin in (Origin.ACCEPTED, Origin.CHANGED),
            )
            for coding in self.codings
        ]
        codings += [
            Mark(MACHINE, item.transcript_id, item.start_char, item.end_char, item.code_id)
            for item in proposed
            if item.state is State.SUGGESTED
        ]
        reviews = [
            Mark(review.coder, review.transcript_id, review.start_char, review.end_char, blind=bool(review.blind))
            for review in self.reviews
        ]
        seen = {item.transcript_id for item in proposed}
        turns = [(talk.id, *turn) for talk in spoken if talk.id in seen for turn in talk.turns]
        reviews += [Mark(MACHINE, *turn) for turn in turns]
        return codings, reviews


def _read_talks(project: Project, unit: Unit, moderators: bool, step: Step | None) -> list[Talk]:
    infos = project.transcripts()
    talks: list[Talk] = []
    for number, info in enumerate(infos):
        transcript = project.transcript(info.id)
        speakers = project.speakers(info.id)
        silent = {label for label, person in speakers.items() if person.role is Role.MODERATOR and not moderators}
        turns = tuple(
            (turn.start_char, turn.end_char)
            for turn in transcript.turns
            if not turn.heading and turn.speaker not in silent and turn.start_char < turn.end_char
        )
        if step and unit == "sentence":
            step("finding sentences", number, len(infos))
        talks.append(Talk(info.id, transcript.text, turns, _units(project, transcript, unit, turns)))
    return talks


def _units(
    project: Project, transcript: Transcript, unit: Unit, turns: tuple[tuple[int, int], ...]
) -> tuple[tuple[int, int], ...] | None:
    if unit == "character":
        return None
    if unit == "turn":
        return turns
    if unit == "segment":
        return tuple((segment.start_char, segment.end_char) for segment in project.segments(transcript.id))
    stored = json.loads(project.setting("segmentation") or "{}")
    settings = Segmentation(min_words=1, max_words=_NEVER_CUT, pipeline=str(stored.get("pipeline", PIPELINE)))
    return tuple((found.start_char, found.end_char) for found in segment_transcript(transcript, settings))


# who is compared with whom


@dataclass(frozen=True, slots=True)
class _Job:
    """One comparison to be made."""

    coders: tuple[int, ...]
    kind: Kind
    condition: Condition
    notes: tuple[str, ...]


def _jobs(material: Material, people: int, of_machine: str) -> Iterator[_Job]:
    """Return the comparisons: all people, each pair of them, each of them with the machine; the machine comes last.

    What a person coded a second time is compared with their first time alone: it is not one more coder.
    """
    names = material.coders
    firsts = [one for one in range(people) if not any(is_same_person(names[one], names[other]) for other in range(one))]
    if len(firsts) > 2:
        yield _Job(tuple(firsts), "people", "all", _origins(material, firsts))
    for pair in combinations(range(people), 2):
        if is_same_person(names[pair[0]], names[pair[1]]):
            yield from _conditions(material, pair, "same person", _origins(material, pair))
        elif pair[0] in firsts and pair[1] in firsts:
            yield from _conditions(material, pair, "people", _origins(material, pair))
    if material.covered[people].any():
        for person in firsts:
            yield from _conditions(material, (person, people), "machine", (of_machine,))


def _conditions(material: Material, pair: tuple[int, int], kind: Kind, notes: tuple[str, ...]) -> Iterator[_Job]:
    yield _Job(pair, kind, "all", notes)
    chosen = list(pair)
    both = material.finished[chosen].all(axis=0)
    blind = both & material.blind[chosen].any(axis=0)
    if blind.any() and (both & ~blind).any():
        yield _Job(pair, kind, "blind", ())
        yield _Job(pair, kind, "assisted", ())


def _origins(material: Material, coders: Collection[int]) -> tuple[str, ...]:
    """Say how independent people were of the machine and of each other."""
    chosen = list(coders)
    finished = material.finished[chosen]
    paired = finished.sum(axis=0) >= 2
    if not paired.any():
        return ()
    alone = paired & ((finished & ~material.blind[chosen]).sum(axis=0) <= 1)
    theirs = np.isin(material.spans[:, 0], chosen)
    count, taken = int(theirs.sum()), int(material.assisted[theirs].sum())
    if alone[paired].all():
        return ()
    where = "nobody finished these units blind" if not alone.any() else "a part of these units was not finished blind"
    if not taken:
        return (f"{where}, but none of the {count:,} codings was taken from a suggestion",)
    return (
        f"{where}, and {taken:,} of {count:,} codings were taken or changed from suggestions: coders who follow the "
        "same machine agree for that reason too, so code a share blind",
    )


def is_same_person(one: str, other: str) -> bool:
    """Tell whether two names are one person who codes a second time: ``Ada`` and ``Ada (again)``, or ``Ada (2)``.

    >>> is_same_person("Ada", "Ada (again)"), is_same_person("Ada", "Bob (again)")
    (True, False)
    """
    bare = {person_of(name).casefold() for name in (one, other)}
    return len(bare) == 1 and one != other
