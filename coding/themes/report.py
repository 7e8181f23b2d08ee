"""Themes as plain values and as a table for people."""

from __future__ import annotations

from coding.store import Project
from coding.theme_model import ThemeDecision, Themes, steadiness_words
from coding.themes.gap import Cover, compare_with_codebook, percent

STATES = {"": "", "code": "became the code", "merged": "went into the code", "aside": "set aside"}

QUOTATIONS = 3


def theme_name(themes: Themes, theme_id: str, decisions: dict[str, ThemeDecision]) -> str:
    """Return what people call a theme, or the machine's name where nobody gave it one."""
    decision = decisions.get(theme_id)
    return decision.name if decision and decision.name else themes[theme_id].name


def themes_as_dict(project: Project, themes: Themes) -> dict[str, object]:
    """Return themes as plain values for JSON: what the codebook misses most comes first."""
    decisions = project.theme_decisions()
    return {
        "id": themes.id,
        "settings": themes.settings.as_dict(),
        "method": themes.method,
        "versions": dict(themes.versions),
        "found_by": themes.found_by,
        "found_at": themes.found_at,
        "stretches": len(themes.stretches),
        "left_out_as_filler": themes.silent,
        "outliers": len(themes.outliers),
        "themes": [_one(project, themes, cover, decisions) for cover in compare_with_codebook(project, themes)],
        "tree": [
            {"left": join.left, "right": join.right, "distance": round(join.distance, 4), "terms": list(join.terms)}
            for join in themes.joins
        ],
    }


def _one(project: Project, themes: Themes, cover: Cover, decisions: dict[str, ThemeDecision]) -> dict[str, object]:
    theme = cover.theme
    decision = decisions.get(theme.id)
    return {
        "id": theme.id,
        "number": theme.number,
        "name": theme_name(themes, theme.id, decisions),
        "terms": list(theme.terms),
        "size": cover.size,
        "steadiness": None if theme.steadiness is None else round(theme.steadiness, 3),
        "reading": steadiness_words(theme.steadiness),
        "coded": cover.coded,
        "suggested": cover.suggested,
        "missed": cover.missed,
        "codes": [{"code": code, "coded": coded, "suggested": proposed} for code, coded, proposed in cover.codes],
        "decision": decision.state if decision else "",
        "code": decision.code_id if decision else None,
        "reason": decision.reason if decision else "",
        "quotations": [_quotation(project, themes, member) for member in theme.members[:QUOTATIONS]],
    }


def _quotation(project: Project, themes: Themes, member: int) -> dict[str, object]:
    stretch = themes.stretches[member]
    return {
        "transcript": stretch.transcript_id,
        "start_char": stretch.start_char,
        "end_char": stretch.end_char,
        "text": project.text(stretch.transcript_id)[stretch.start_char : stretch.end_char],
    }


def themes_as_table(project: Project, themes: Themes) -> str:
    """Return themes as lines for people: what the codebook misses most comes first."""
    decisions = project.theme_decisions()
    names = {code_id: code.name for code_id, code in project.known_codes().items()}
    unit = f"{themes.settings.unit}s"
    lines = [f"{len(themes.themes)} themes in {len(themes.stretches)} {unit}; what your codebook misses most first", ""]
    for cover in compare_with_codebook(project, themes):
        theme = cover.theme
        decision = decisions.get(theme.id)
        lines.append(f"{theme_name(themes, theme.id, decisions)}")
        shares = f"{percent(cover.gap)} in no code, {cover.coded} coded, {cover.suggested} suggested"
        lines.append(f"  {cover.size} {unit}: {shares}; {_steady(theme.steadiness)}")
        lines.append(f"  words: {', '.join(theme.terms)}")
        if cover.codes:
            used = "; ".join(f"{names.get(c, c)} ({coded + proposed})" for c, coded, proposed in cover.codes[:3])
            lines.append(f"  codes: {used}")
        if decision and decision.state:
            which = names.get(decision.code_id or "", decision.code_id or "")
            lines.append(f"  {STATES[decision.state]} {which or decision.reason}".rstrip())
        for member in theme.members[:2]:
            lines.append(f"  “{' '.join(str(_quotation(project, themes, member)['text']).split())}”")
        lines.append("")
    if themes.silent:
        lines.append(f"{themes.silent} {unit} of nothing but filler words were left out")
    if themes.outliers:
        lines.append(f"{len(themes.outliers)} {unit} fit no theme")
    return "\n".join(lines).rstrip()


def _steady(value: float | None) -> str:
    words = steadiness_words(value)
    return words if value is None else f"{words} ({value:.2f})"
