"""The talk of a project, cut into the stretches that are put into themes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from coding.model import Role
from coding.store import Project
from coding.theme_model import Stretch, ThemeSettings
from coding.themes.words import content


@dataclass(frozen=True, slots=True)
class Talk:
    """What is put into themes.

    Attributes:
        stretches: In reading order.
        texts: Their words.
        silent: How many more had nothing but filler words.
    """

    stretches: tuple[Stretch, ...]
    texts: tuple[str, ...]
    silent: int


def gather_talk(project: Project, settings: ThemeSettings) -> Talk:
    """Return the stretches of talk that can be put into themes.

    Moderators' are left out unless they are asked for, and so is what has no word that could tell a theme, such as
    "Yeah, okay".
    """
    stretches: list[Stretch] = []
    texts: list[str] = []
    silent = 0
    for info in project.transcripts():
        text = project.text(info.id)
        for stretch in _stretches(project, info.id, settings):
            words = text[stretch.start_char : stretch.end_char]
            if content(words):
                stretches.append(stretch)
                texts.append(words)
            else:
                silent += 1
    return Talk(tuple(stretches), tuple(texts), silent)


def _stretches(project: Project, transcript_id: str, settings: ThemeSettings) -> Iterator[Stretch]:
    people = project.speakers(transcript_id)
    moderators = {label for label, person in people.items() if person.role is Role.MODERATOR}
    turns = {turn.index: turn for turn in project.turns(transcript_id)}
    left_out = {
        index
        for index, turn in turns.items()
        if turn.heading or (turn.speaker in moderators and not settings.moderators)
    }
    if settings.unit == "turn":
        for index, turn in turns.items():
            if index not in left_out and turn.start_char < turn.end_char:
                yield Stretch(transcript_id, index, turn.start_char, turn.end_char)
        return
    for segment in project.segments(transcript_id):
        if segment.turn not in left_out:
            yield Stretch(transcript_id, segment.turn, segment.start_char, segment.end_char)
