"""The themes that were found last as tables: a row a theme, and a row a stretch of talk."""

from __future__ import annotations

from coding.export.csv import Cell, Table
from coding.store import Project
from coding.theme_model import steadiness_words
from coding.themes.gap import compare_with_codebook
from coding.themes.report import QUOTATIONS, theme_name
from coding.themes.spread import theme_places

THEME_COLUMNS = (
    "theme_id",
    "theme",
    "terms",
    "size",
    "coded",
    "suggested",
    "missed",
    "steadiness",
    "reading",
    "codes",
    "decision",
    "code_id",
    "code",
    "reason",
    "coder",
    "quotations",
)
STRETCH_COLUMNS = (
    "theme_id",
    "theme",
    "transcript",
    "group",
    "speaker",
    "start_char",
    "end_char",
    "quotation",
    "rank",
    "map_x",
    "map_y",
)

MEANINGS = {
    "theme_id": "Names the theme; the same talk and settings give the same.",
    "theme": "What people call the theme, or the name that was made of its words.",
    "terms": "What is said in the theme and not elsewhere.",
    "size": "How many stretches of talk are in it.",
    "coded": "How many of them somebody coded.",
    "suggested": "How many of the others have a suggestion that the machine is sure of.",
    "missed": "How many have neither.",
    "steadiness": "How far the theme came back when a tenth of the talk was left out (mean Jaccard index, 0 to 1).",
    "reading": "The same in words.",
    "codes": "The codes in it, with how many stretches are coded or suggested so; one on each line.",
    "decision": "code: it became one; merged: it went into one; aside: it was set aside; empty: nothing was decided.",
    "reason": "Why it was set aside.",
    "speaker": "Who speaks.",
    "rank": "How typical it is of the theme; the most typical is 0.",
    "map_x": "Where it is on the map, from left to right.",
    "map_y": "Where it is on the map, from bottom to top.",
    "quotations": "The most typical quotations, one on each line.",
}
"""What the columns hold, beside those that :data:`coding.export.xlsx.EXPLAINED` explains."""


def themes_table(project: Project) -> Table:
    """Return a row for each theme that was found last, what the codebook misses most first."""
    themes = project.themes()
    if themes is None:
        return Table(THEME_COLUMNS, ())
    decisions = project.theme_decisions()
    codes = project.known_codes()
    texts = {info.id: project.text(info.id) for info in project.transcripts()}
    rows: list[tuple[Cell, ...]] = []
    for cover in compare_with_codebook(project, themes):
        theme = cover.theme
        decision = decisions.get(theme.id)
        code_id = (decision.code_id if decision else None) or ""
        typical = [themes.stretches[member] for member in theme.members[:QUOTATIONS]]
        words = [texts.get(s.transcript_id, "")[s.start_char : s.end_char] for s in typical]
        rows.append(
            (
                theme.id,
                theme_name(themes, theme.id, decisions),
                ", ".join(theme.terms),
                cover.size,
                cover.coded,
                cover.suggested,
                cover.missed,
                None if theme.steadiness is None else round(theme.steadiness, 3),
                steadiness_words(theme.steadiness),
                "\n".join(
                    f"{codes[used].name if used in codes else used} ({coded + suggested})"
                    for used, coded, suggested in cover.codes
                ),
                decision.state if decision else "",
                code_id,
                codes[code_id].name if code_id in codes else "",
                decision.reason if decision else "",
                decision.coder if decision else "",
                "\n".join(" ".join(text.split()) for text in words),
            )
        )
    return Table(THEME_COLUMNS, tuple(rows))


def theme_stretches_table(project: Project) -> Table:
    """Return a row for each stretch of talk that is in a theme, in reading order."""
    themes = project.themes()
    if themes is None:
        return Table(STRETCH_COLUMNS, ())
    decisions = project.theme_decisions()
    texts = {info.id: project.text(info.id) for info in project.transcripts()}
    ranks = {member: rank for theme in themes.themes for rank, member in enumerate(theme.members)}
    places = theme_places(project, themes)
    rows: list[tuple[Cell, ...]] = []
    columns = ("theme", "place", "transcript", "group", "speaker")
    for number, place, transcript, group, speaker in zip(*(places[name] for name in columns), strict=True):
        theme, stretch = themes.themes[int(number)], themes.stretches[int(place)]
        point = themes.points[int(place)] if themes.points else (None, None)
        rows.append(
            (
                theme.id,
                theme_name(themes, theme.id, decisions),
                str(transcript),
                str(group),
                str(speaker),
                stretch.start_char,
                stretch.end_char,
                texts[stretch.transcript_id][stretch.start_char : stretch.end_char],
                ranks[int(place)],
                *point,
            )
        )
    return Table(STRETCH_COLUMNS, tuple(rows))
