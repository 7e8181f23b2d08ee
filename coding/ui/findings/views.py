"""One function a table of the page: its own choices, and what a click stands for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from coding.findings import Material, Rule, code_saturation
from coding.findings.charts import chart_codes, chart_grid, chart_saturation, chart_talk, chart_valence
from coding.findings.counts import (
    codes_by_attribute,
    codes_by_group,
    codes_by_participant,
    codes_overall,
    codings_behind,
    matrix,
    shown_against_lacking,
)
from coding.findings.differences import Differences, compare_people
from coding.findings.joint import chart_joint, joint_display
from coding.findings.pairs import co_occurrence, pair_behind, square
from coding.findings.saturation import first_codings
from coding.findings.sequences import following, following_behind, take_up_behind, take_ups, who_takes_up_whom
from coding.findings.speaking import talk_by_group, talk_share, turns_behind
from coding.store import Project
from coding.survey import stored_survey
from coding.ui import session
from coding.ui.findings.behind import View
from coding.ui.widgets import count, plain

if TYPE_CHECKING:
    from pandas import DataFrame

COUNTS = {"people": "People", "codings": "Codings", "words": "Words", "share": "Share of words"}
PERCENT = st.column_config.NumberColumn(format="percent")
NUMBER = st.column_config.NumberColumn(format="%.2f")


def codes_view(project: Project, material: Material) -> View:
    """Show how often each code was given, overall or side by side."""
    attributes = [name for name in material.attributes.columns]
    sides = ["Overall", "Group", "Participant", *(f"Attribute: {name}" for name in attributes)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        side = st.selectbox("Side by side", sides, format_func=plain, key="findings-side", width=260)
        if side == "Overall":
            return _overall(material)
        values = st.selectbox(
            "Count",
            [one for one in COUNTS if side != "Participant" or one != "people"],
            format_func=COUNTS.__getitem__,
            key=f"findings-count-{side == 'Participant'}",
            width=200,
        )
    if side == "Group":
        return _side_by_side(material, codes_by_group(material), "group", values, "groups")
    if side == "Participant":
        return _side_by_side(material, codes_by_participant(material), "participant", values, "participants")
    name = side.removeprefix("Attribute: ")
    return _side_by_side(material, codes_by_attribute(material, name), "level", values, f"by {name}", name)


def _overall(material: Material) -> View:
    table = codes_overall(material)

    def behind(row: int, column: str | None) -> tuple[list[int], str]:
        return codings_behind(material, code_id=_at(table, row, "code_id")), _at(table, row, "code")

    of = int(table["of_people"].iloc[0]) if len(table) else 0
    groups = int(table["of_groups"].iloc[0]) if len(table) else 0
    shown = {
        "code": "Code",
        "parent": "In",
        "people": f"People, of {of}",
        "groups": f"Groups, of {groups}",
        "codings": "Codings",
        "words": "Words",
        "share": "Share of words",
    }
    if not table["parent"].any():
        shown.pop("parent")
    return View("codes", table, behind, shown=shown, chart=chart_codes(table), config={"share": PERCENT})


def _side_by_side(
    material: Material, table: DataFrame, across: str, values: str, name: str, attribute: str = ""
) -> View:
    wide = matrix(table, values, across=across)
    wide.columns = [str(column) for column in wide.columns]
    ids = dict(zip(table["code"], table["code_id"], strict=True))
    people = dict(zip(table[across], table["person_id"], strict=True)) if across == "participant" else {}
    size = dict(zip(table[across], table["of_people"], strict=True))

    def behind(row: int, column: str | None) -> tuple[list[int], str]:
        code, level = str(wide.index[row]), str(column)
        where = {"code_id": ids[code]}
        if across == "group":
            rows = codings_behind(material, **where, group=level)
        elif across == "participant":
            rows = codings_behind(material, **where, person_id=people[level])
        else:
            rows = codings_behind(material, **where, attribute=(attribute, level))
        return rows, f"{code}: {level}"

    note = ""
    if values == "people" and across != "participant":
        note = "People who speak: " + ", ".join(f"{level} {size[level]}" for level in wide.columns)
    number = PERCENT if values == "share" else st.column_config.NumberColumn(format="localized")
    return View(
        name,
        wide,
        behind,
        wide=True,
        chart=chart_grid(wide, f"Codes {name}", up=""),
        note=note,
        config={"_index": st.column_config.Column("Code", width=260), **dict.fromkeys(wide.columns, number)},
        shade=True,
        download=table,
    )


def valence_view(project: Project, material: Material) -> View:
    """Show which behaviours are told of as there, and which as lacking."""
    table = shown_against_lacking(material)
    shown = {
        "code": "Code",
        "shown": "Shown",
        "lacking": "Lacking",
        "unclear": "Unclear",
        "people_shown": "People: shown",
        "people_lacking": "People: lacking",
        "people_both": "People: both",
        "balance": "Balance",
    }

    def behind(row: int, column: str | None) -> tuple[list[int], str]:
        code_id, name = _at(table, row, "code_id"), _at(table, row, "code")
        words = {"shown": "shown", "people_shown": "shown", "lacking": "lacking", "people_lacking": "lacking"}
        return codings_behind(material, code_id=code_id, valence=words.get(column or "")), name

    return View(
        "shown and lacking",
        table,
        behind,
        shown=shown,
        chart=chart_valence(table),
        note="Balance: 1 where a behaviour is always told of as shown, -1 where always as lacking.",
        config={"balance": NUMBER},
    )


def pairs_view(project: Project, material: Material) -> View:
    """Show which codes go together."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        where = st.selectbox("Together in", ["The same turn", "Turns near each other", "The same words"], width=260)
        near = 0
        if where == "Turns near each other":
            near = int(st.number_input("Turns apart, at most", 1, 50, 3, key="findings-near", width=200))
    unit = "word" if where == "The same words" else "turn"
    table = co_occurrence(material, unit="word" if unit == "word" else "turn", near=near)
    found = table[table["n12"] > 0].reset_index(drop=True)

    def behind(row: int, column: str | None) -> tuple[list[int], str]:
        a, b = _at(found, row, "a_id"), _at(found, row, "b_id")
        rows = pair_behind(material, a, b, unit="word" if unit == "word" else "turn", near=near)
        return rows, f"{found['a'].iat[row]} and {found['b'].iat[row]}"

    return View(
        "together",
        found,
        behind,
        shown={"a": "Code", "b": "With", "n1": "First", "n2": "Second", "n12": "Both", "c": "Coefficient"},
        chart=chart_grid(square(found), "Codes together") if len(found) else None,
        note=f"Coefficient: of the {unit}s that have either code, the share that has both.",
        config={"c": NUMBER},
        download=table,
    )


def sequence_view(project: Project, material: Material) -> View:
    """Show what follows what."""
    lag = int(st.number_input("Turns later", 1, 50, 1, key="findings-lag", width=160))
    table = following(material, lag=lag)
    found = table[table["n"] > 0].reset_index(drop=True)

    def behind(row: int, column: str | None) -> tuple[list[int], str]:
        a, b = _at(found, row, "a_id"), _at(found, row, "b_id")
        return following_behind(material, a, b, lag=lag), f"{found['a'].iat[row]}, then {found['b'].iat[row]}"

    return View(
        "sequence",
        found,
        behind,
        shown={
            "a": "First",
            "b": "Then",
            "n": "Times",
            "of": "First, in all",
            "share": "Share",
            "expected": "By chance",
            "residual": "Residual",
        },
        note="Residual: beyond about 2 it comes more often than by chance, below -2 less often; a pointer to what is "
        "worth reading, not a test. Empty where fewer than 5 would come by chance.",
        config={"share": PERCENT, "expected": NUMBER, "residual": NUMBER},
        download=table,
    )


def taking_view(project: Project, material: Material) -> View:
    """Show who takes up whom."""
    within = int(st.number_input("Within so many turns", 1, 50, 3, key="findings-within", width=200))
    taken = take_ups(material, within=within)
    found = who_takes_up_whom(taken)

    def behind(row: int, column: str | None) -> tuple[list[int], str]:
        one = found.iloc[row]
        rows = take_up_behind(material, taken, from_id=one["from_id"], to_id=one["to_id"])
        return rows, f"{one['to']} takes up {one['from']}"

    return View(
        "taking up",
        found,
        behind,
        shown={"group": "Group", "to": "Who", "from": "Takes up", "times": "Times", "codes": "Codes"},
        note="A person takes up another when both speak of the same code, the other first.",
    )


def talk_view(project: Project, material: Material) -> View:
    """Show who speaks how much."""
    groups = talk_by_group(material)
    group = st.selectbox("Group", list(groups["group"]), format_func=plain, key="findings-talk", width=260)
    table = talk_share(material)
    found = table[table["group"] == group].reset_index(drop=True)
    one = groups[groups["group"] == group]
    note = ""
    if len(one):
        even = one["evenness"].iloc[0]
        note = f"Moderators speak {one['moderator_share'].iloc[0]:.0%} of all words."
        note += f" Evenness {even:.2f}; 1 where all say the same amount." if even == even else ""

    def behind(row: int, column: str | None) -> tuple[DataFrame, str]:
        said = turns_behind(project, material, group=str(group), person_id=_at(found, row, "person_id"))
        return said, str(_at(found, row, "participant"))

    shown = {
        "participant": "Participant",
        "turns": "Turns",
        "words": "Words",
        "share": "Share of words",
        "words_per_turn": "Words a turn",
        "codings": "Codings",
        "coded_share": "Coded",
    }
    return View(
        "talk",
        found,
        behind,
        shown=shown,
        chart=chart_talk(found),
        note=note,
        config={
            "share": PERCENT,
            "coded_share": PERCENT,
            "words_per_turn": st.column_config.NumberColumn(format="%.1f"),
        },
        download=table,
    )


def saturation_view(project: Project, material: Material) -> View:
    """Show how many new codes each session brings."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        base = int(st.number_input("Base, sessions", 1, 100, 4, key="findings-base", width=150))
        run = int(st.number_input("Run, sessions", 1, 50, 2, key="findings-run", width=150))
        percent = st.number_input("New, at most %", 0.0, 100.0, 5.0, step=1.0, key="findings-new", width=150)
    found = code_saturation(material, rule=Rule(base, run, percent / 100))
    names = dict(zip(material.sessions["transcript_id"], material.sessions["transcript"], strict=True))
    table = found.curve.assign(transcript=found.curve["session"].map(names))
    if found.reached:
        st.info(
            plain(f"Reached after {found.reached} sessions, confirmed by the {run} that follow: {found.notation}."),
            icon=":material/flag:",
        )
    else:
        st.info(plain(found.reason), icon=":material/flag:")

    def behind(row: int, column: str | None) -> tuple[list[int], str]:
        return first_codings(material, _at(table, row, "session")), f"New in {table['transcript'].iat[row]}"

    return View(
        "saturation",
        table,
        behind,
        shown={
            "transcript": "Session",
            "found": "Codes",
            "new": "New",
            "total": "Found so far",
            "expected": "Expected in any order",
            "run_new": "New in the run",
            "share": "Share of the base",
        },
        chart=chart_saturation(found, names),
        note="After Guest, Namey and Chen (2020): what a run of sessions adds, as a share of what the first ones hold.",
        config={"share": PERCENT, "expected": st.column_config.NumberColumn(format="%.1f")},
    )


def differences_view(project: Project, material: Material) -> View | None:
    """Show tests of codes by an attribute of participants."""
    if not len(material.attributes.columns):
        st.info("Participants have no attributes yet, such as sector or job. Add them on the page Participants.")
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        attribute = st.selectbox(
            "Attribute", list(material.attributes.columns), format_func=plain, key="findings-attribute", width=260
        )
        measures = {"words": "Share of a person's words", "people": "Whether a person has it"}
        measure = st.selectbox("Measure", list(measures), format_func=measures.__getitem__, width=260)
    found = _compare(project, material, attribute, measure)
    for note in (found.reason, *found.notes):
        if note:
            st.info(plain(note[:1].upper() + note[1:]), icon=":material/info:")
    import pandas as pd

    means = found.means.rename(columns={name: f"{name} ({size})" for name, size in found.levels})
    table = pd.concat([found.table[["code_id", "code"]], means, found.table.drop(columns=["code_id", "code"])], axis=1)
    names = [str(name) for name in means.columns]

    def behind(row: int, column: str | None) -> tuple[list[int], str]:
        return codings_behind(material, code_id=_at(table, row, "code_id")), _at(table, row, "code")

    shown = {"code": "Code", **{name: name for name in names}, "effect": "Difference"}
    if not found.reason:
        shown |= {"p": "p", "p_holm": "p, Holm", "p_bh": "p, Benjamini-Hochberg", "reason": "Why no test"}
    three = st.column_config.NumberColumn(format="%.3f")
    return View(
        "differences",
        table,
        behind,
        shown=shown,
        note=f"People swap their {attribute} within their focus group, {found.resamples:,} times (seed {found.seed}); "
        "p is how often chance alone sets them as far apart. The corrected ones allow for testing many codes.",
        config={
            **dict.fromkeys(names, st.column_config.NumberColumn(format="percent")),
            "effect": three,
            "p": three,
            "p_holm": three,
            "p_bh": three,
        },
    )


def joint_view(project: Project, material: Material) -> View | None:
    """Show the questionnaire beside what was told in the groups."""
    survey = stored_survey(project)
    if survey is None:
        st.info("There is no questionnaire to set beside what was told. Bring one in on the page Questionnaire.")
        if st.button("Go to Questionnaire", type="primary"):
            session.go("survey.py")
        return None
    found = joint_display(material, survey)
    if found.unconfirmed:
        st.info(plain(f"{count(found.unconfirmed, 'item')} of the questionnaire left out until confirmed."))
    if found.correlation is None:
        note = f"No correlation: {found.reason}."
    else:
        note = (
            f"Spearman's correlation of rating and prominence over {found.behaviours} behaviours: "
            f"{found.correlation:.2f} [{found.low:.2f}, {found.high:.2f}]."
        )
    table = found.table

    def behind(row: int, column: str | None) -> tuple[list[int], str]:
        told = {"shown": "shown", "lacking": "lacking"}
        return codings_behind(material, code_id=_at(table, row, "code_id"), valence=told.get(column or "")), _at(
            table, row, "code"
        )

    return View(
        "joint display",
        table,
        behind,
        shown={
            "code": "Behaviour",
            "verdict": "Strands",
            "rating": f"Rating, {found.bottom:g} to {found.top:g}",
            "low": "From",
            "high": "To",
            "prominence": "People who tell",
            "shown": "Shown",
            "lacking": "Lacking",
            "why": "Why",
        },
        chart=chart_joint(found),
        note=note,
        config={"rating": NUMBER, "low": NUMBER, "high": NUMBER, "prominence": PERCENT},
    )


def _compare(project: Project, material: Material, attribute: str, measure: str) -> Differences:
    return _compared(
        str(Path(project.path)),
        project.rev(),
        material.chosen,
        tuple(material.codes["code_id"]),
        attribute,
        measure,
        material,
    )


@st.cache_data(show_spinner="Swapping people", max_entries=12)
def _compared(
    path: str,
    rev: int,
    chosen: tuple[str, ...],
    codes: tuple[str, ...],
    attribute: str,
    measure: str,
    _material: Material,
) -> Differences:
    """Compare once for each choice; the material itself is told apart by all that stands before it."""
    return compare_people(_material, attribute, measure="people" if measure == "people" else "words")


def _at(table: DataFrame, row: int, column: str) -> str:
    return str(table[column].to_numpy()[row])


VIEWS: dict[str, Callable[[Project, Material], View | None]] = {
    "Codes": codes_view,
    "Shown and lacking": valence_view,
    "Together": pairs_view,
    "In sequence": sequence_view,
    "Taking up": taking_view,
    "Talk": talk_view,
    "Saturation": saturation_view,
    "Differences": differences_view,
    "Joint display": joint_view,
}
"""The tables of the page in their order."""

WITHOUT_CODINGS = {"Talk"}
"""Those that say something before anything is coded."""
