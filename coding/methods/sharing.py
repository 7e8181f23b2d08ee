"""How the talk was shared out among coders, and how it was settled where they differed."""

from __future__ import annotations

from collections.abc import Iterator

from coding.consensus import find_differences
from coding.methods.words import between, listed, number_of, was_or_were
from coding.store import Project


def write_sharing(project: Project) -> Iterator[str]:
    """Yield sentences on who was to code what, and what of it was drawn at random."""
    given = project.assignments()
    if not given:
        return
    coders: dict[str, set[str]] = {}
    for one in given:
        coders.setdefault(one.transcript_id, set()).add(one.coder)
    twice = {transcript_id for transcript_id, names in coders.items() if len(names) > 1}
    blind = {one.transcript_id for one in given if one.blind} & twice
    text = f"{number_of(len(coders), 'transcript')} {was_or_were(len(coders))} assigned to coders"
    if twice:
        text += f", {len(twice):,} of them to two or more"
        text += ", who coded blind" if blind == twice else f" ({len(blind):,} blind)" if blind else ""
    yield f"{text}."
    drawn = sorted({(one.share, one.seed) for one in given if one.share is not None and one.seed is not None})
    for share, seed in drawn:
        yield (
            "Who codes which transcript was drawn at random, balanced by length, with "
            f"{share:.0%} of the words to be coded twice (seed {seed})."
        )


def write_consensus(project: Project) -> Iterator[str]:
    """Yield sentences on the places where coders differed, and who settled them."""
    done = project.settlements()
    if not done:
        return
    found = find_differences(project)
    names = sorted({one.set_by for one in done})
    days = between(min(one.set_at for one in done), max(one.set_at for one in done))
    yield (
        f"Coders differed at {found.differ:,} of the {number_of(found.compared, 'segment')} that two or more had "
        f"finished. {number_of(len(done), 'place')} {was_or_were(len(done))} settled by {listed(names)} {days}, each "
        "with a reason; the coders' own codings stayed as they were."
    )
    if found.open:
        yield f"{number_of(found.open, 'place')} {was_or_were(found.open)} still open."
    else:
        yield "No place was left open."
