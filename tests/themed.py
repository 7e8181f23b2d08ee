"""Themes made by hand, for whatever stands on themes and need not find them."""

from __future__ import annotations

from coding.store import Project
from coding.theme_model import Join, Stretch, Theme, Themes, ThemeSettings


def set_themes(project: Project, *, count: int = 2, name: str = "Phones", run: str = "run") -> Themes:
    """Give a project themes: its segments dealt out to ``count`` themes in turn."""
    stretches = tuple(Stretch(s.transcript_id, s.turn, s.start_char, s.end_char) for s in project.segments())
    found = tuple(
        Theme(
            id=f"{run}-{number}",
            number=number,
            name=f"{name} {number}",
            terms=("phone", "help line", f"word{number}"),
            members=tuple(range(number, len(stretches), count)),
            steadiness=0.8 - 0.3 * number,
        )
        for number in range(count)
    )
    joins = tuple(Join(0 if at == 0 else count + at - 1, at + 1, 0.5 + at, ("phone",)) for at in range(count - 1))
    themes = Themes(
        id=run,
        settings=ThemeSettings(),
        versions={"bertopic": "0"},
        stretches=stretches,
        themes=found,
        joins=joins,
        points=tuple((float(place), float(place % 2)) for place in range(len(stretches))),
        found_by="Ada",
        found_at="2026-01-01T00:00:00.000000Z",
    )
    project.set_themes(themes)
    return themes
