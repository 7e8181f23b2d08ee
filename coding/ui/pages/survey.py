"""The page Questionnaire: bring answers in, confirm what each item asks about, see ratings and scales."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from coding.edits import apply_edits
from coding.edits.survey import ImportSurvey, RemoveSurvey, SetItem, confirm_items
from coding.errors import CodingError
from coding.model import tree_order
from coding.questionnaires import parse_mapping, propose_codes, read_survey, stored_survey
from coding.questionnaires.statistics import summarise_behaviours, summarise_items, summarise_scales
from coding.store import Project
from coding.survey import Survey
from coding.ui import session
from coding.ui.widgets import act, ask_name, count, plain, show_error, show_page, undo_bar

if TYPE_CHECKING:
    from pandas import DataFrame

VIEWS = ("Items", "Ratings", "Scales")
NONE = "No behaviour"
_NOTES = "survey-notes"


def main() -> None:
    """Show the page."""
    show_page(_page)


def _page(project: Project) -> None:
    coder = session.coder()
    for note in st.session_state.pop(_NOTES, []):
        st.warning(plain(note))
    survey = stored_survey(project)
    if survey is None:
        st.info(
            "There is no questionnaire yet. Bring its answers in: CSV or XLSX, a row a respondent or a row an answer.",
            icon=":material/ballot:",
        )
        _bring_in(project, coder, replace=False)
        return
    waiting = sum(item.code_id is not None and not item.confirmed for item in survey.items)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{survey.name}: {count(len(survey.respondents), 'respondent')}, {count(len(survey.items), 'item')}")
        with st.popover("Another file", icon=":material/upload:"):
            _bring_in(project, coder, replace=True)
            if coder and st.button("Remove the questionnaire", icon=":material/delete:"):
                act(project, [RemoveSurvey()], coder=coder)
    if waiting:
        st.info(plain(f"{count(waiting, 'item')} wait for you to confirm what they ask about."), icon=":material/rule:")
    linked = st.query_params.get("view")
    name = st.segmented_control(
        "View",
        VIEWS,
        default=linked if linked in VIEWS else VIEWS[0],
        required=True,
        label_visibility="collapsed",
        key="survey-view",
    )
    st.query_params["view"] = name
    if name == "Items":
        _items(project, survey, coder)
    elif name == "Ratings":
        _ratings(project, survey)
    else:
        _scales(project, survey)


def _bring_in(project: Project, coder: str | None, *, replace: bool) -> None:
    if coder is None:
        ask_name("Say who brings it in.", key="survey")
        return
    with st.form(f"survey-form-{replace}", border=not replace):
        file = st.file_uploader("Answers", type=["csv", "tsv", "txt", "xlsx"], key=f"survey-file-{replace}")
        mapping_file = st.file_uploader(
            "Mapping of items to codes (YAML), if you have one", type=["yaml", "yml"], key=f"survey-map-{replace}"
        )
        sent = st.form_submit_button("Bring in", type="primary")
    if not sent:
        return
    if file is None:
        st.warning("Choose the file with the answers first.")
        return
    try:
        mapping = None
        if mapping_file is not None:
            text = mapping_file.getvalue().decode("utf-8", "replace")
            mapping = parse_mapping(text, project.codebook(), path=mapping_file.name)
        reading = read_survey(file.getvalue(), name=file.name, mapping=mapping)
        apply_edits(project, [ImportSurvey(reading.survey, replace)], coder=coder)
    except CodingError as err:
        show_error(err)
        return
    lines = [f"line {note.line}: {note.message}" if note.line else note.message for note in reading.notes]
    st.session_state[_NOTES] = lines[:20] + ([f"and {len(lines) - 20} more"] if len(lines) > 20 else [])
    session.say(f"{len(reading.survey.respondents)} respondents brought in")
    session.rerun()


def _items(project: Project, survey: Survey, coder: str | None) -> None:
    codebook = project.codebook()
    names = {code.id: code.name for code, _ in tree_order(codebook) if code.codable}
    table = summarise_items(survey)
    shown = table.assign(code=table["code_id"].map(names).fillna(NONE))
    columns = ["item", "wording", "code", "reversed", "confirmed", "answered", "missing", "mean", "sd", "rest"]
    st.caption("Rest: how the item goes with the others of its behaviour. Far below 0, it is perhaps reversed.")
    edited = st.data_editor(
        shown[columns],
        hide_index=True,
        disabled=[one for one in columns if one not in ("code", "reversed")] if coder else True,
        column_config={
            "item": st.column_config.Column("Item", width="small"),
            "wording": st.column_config.Column("Wording", width="large"),
            "code": st.column_config.SelectboxColumn("Behaviour", options=[NONE, *names.values()], required=True),
            "reversed": st.column_config.CheckboxColumn("Reversed"),
            "confirmed": st.column_config.CheckboxColumn("Confirmed"),
            "answered": "Answered",
            "missing": "Missing",
            "mean": st.column_config.NumberColumn("Mean", format="%.2f"),
            "sd": st.column_config.NumberColumn("SD", format="%.2f"),
            "rest": st.column_config.NumberColumn("Rest", format="%.2f"),
        },
        height="auto" if len(table) < 15 else 560,
        key=f"survey-items-{project.rev()}",
    )
    if coder is None:
        ask_name("Say who confirms.", key="survey-items")
        return
    changed = _changed(shown, edited, {name: code_id for code_id, name in names.items()})
    with st.container(horizontal=True):
        if st.button("Keep changes", type="primary", disabled=not changed, icon=":material/check:"):
            act(project, changed, coder=coder, done=f"{count(len(changed), 'item')} confirmed")
        if any(item.code_id is None for item in survey.items) and st.button(
            "Propose behaviours from the wording", icon=":material/lightbulb:"
        ):
            _propose(project, survey, coder)
        ready = confirm_items([item for item in survey.items if item.code_id is not None])
        if ready and st.button("Confirm all as they stand", icon=":material/done_all:"):
            act(project, ready, coder=coder, done=f"{count(len(ready), 'item')} confirmed")
    undo_bar(project, coder, key="survey")


def _changed(shown: DataFrame, edited: DataFrame, ids: dict[str, str]) -> list[SetItem]:
    found = []
    for before, after in zip(shown.to_dict("records"), edited.to_dict("records"), strict=True):
        if (before["code"], before["reversed"]) != (after["code"], after["reversed"]):
            found.append(SetItem(str(before["item"]), ids.get(str(after["code"])), bool(after["reversed"])))
    return found


def _propose(project: Project, survey: Survey, coder: str) -> None:
    from coding.encoders import load_encoder

    try:
        with st.spinner("Reading the wording"):
            wanted = [item for item in survey.items if item.code_id is None]
            proposals = propose_codes(wanted, project.codebook(), load_encoder(), cache=project)
    except CodingError as err:
        show_error(err)
        return
    operations = [SetItem(one.item_id, one.code_id, one.reversed, confirm=False) for one in proposals]
    act(
        project,
        operations,
        coder=coder,
        done=f"{count(len(proposals), 'behaviour')} proposed; look at each and confirm",
    )


def _ratings(project: Project, survey: Survey) -> None:
    names = {code_id: code.name for code_id, code in project.known_codes().items()}
    table = summarise_behaviours(survey)
    if table.empty:
        st.info("No item has a behaviour yet. Say under “Items” what each asks about.", icon=":material/rule:")
        return
    st.caption(
        plain(f"Mean ratings from {table['bottom'].iloc[0]:g} to {table['top'].iloc[0]:g}, with 95 % intervals.")
    )
    table.insert(0, "code", table["code_id"].map(names).fillna(table["code_id"]))
    st.dataframe(
        table.sort_values("rating", ascending=False)[["code", "rating", "low", "high", "sd", "items", "respondents"]],
        hide_index=True,
        column_config={
            "code": "Behaviour",
            "rating": st.column_config.NumberColumn("Rating", format="%.2f"),
            "low": st.column_config.NumberColumn("From", format="%.2f"),
            "high": st.column_config.NumberColumn("To", format="%.2f"),
            "sd": st.column_config.NumberColumn("SD", format="%.2f"),
            "items": "Items",
            "respondents": "Respondents",
        },
        height="auto" if len(table) < 20 else 640,
        key="survey-ratings",
    )
    if st.button("See them beside what was told", icon=":material/insights:"):
        session.go("findings.py", view="Joint display")


def _scales(project: Project, survey: Survey) -> None:
    st.caption("How far the items of a scale measure one thing: alpha with its 95 % interval; omega for one factor.")
    st.dataframe(
        summarise_scales(survey, project.codebook()).drop(columns=["code_id"]),
        hide_index=True,
        column_config={
            "scale": "Scale",
            "items": "Items",
            "respondents": "Respondents",
            "alpha": st.column_config.NumberColumn("Cronbach's alpha", format="%.2f"),
            "low": st.column_config.NumberColumn("From", format="%.2f"),
            "high": st.column_config.NumberColumn("To", format="%.2f"),
            "omega": st.column_config.NumberColumn("McDonald's omega", format="%.2f"),
            "reason": "Why one is missing",
        },
        key="survey-scales",
    )


main()
