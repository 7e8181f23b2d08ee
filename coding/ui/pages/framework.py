"""The page Framework: behaviours in clusters, what is written about each, and how strong the evidence is."""

from __future__ import annotations

import streamlit as st

from coding.edits.framework import AddBehaviour, AddCluster, MoveBehaviour, MoveCluster
from coding.evidence import Evidence
from coding.export import to_csv
from coding.export.framework import framework_table
from coding.framework import Framework, read_framework
from coding.roles import CoderRole
from coding.store import Project
from coding.ui import session
from coding.ui.behaviours import show_behaviour, show_cluster
from coding.ui.evidence import agreement_waits, evidence_of, in_words, measure_agreement
from coding.ui.parts import outline, sheet
from coding.ui.widgets import act, ask_name, count, plain, show_page, undo_bar

_CHOSEN = "focus_behaviour"
_MOVED = "focus_moved"
_OUTLINE = "framework-outline"
MOST_LEFT_OUT = 100


def main() -> None:
    """Show the page."""
    show_page(_page, needs=CoderRole.RESEARCHER)


def _page(project: Project) -> None:
    framework = read_framework(project)
    if not framework.clusters and not framework.left_out:
        _nothing_yet()
        return
    who = session.coder()
    if who is None:
        ask_name("Your name stands beside what you write. It is asked for once.", key="framework")
    moved = st.session_state.pop(_MOVED, None)
    if who and isinstance(moved, dict):
        _move(project, moved, who)
    undo_bar(project, who, key="framework")
    with st.spinner("Gathering the evidence", show_time=False):
        evidence = evidence_of(project, framework)
    left, right = st.columns([5, 8], gap="medium")
    with left:
        _outline(framework, evidence, editable=who is not None)
        if st.button("All behaviours in one table", icon=":material/table_rows:", width="stretch"):
            _choose(None)
            session.rerun()
        with st.popover("Add a cluster or a behaviour", icon=":material/add:", disabled=who is None, width="stretch"):
            _add(project, framework, who or "")
        if framework.left_out:
            label = f"Left out ({len(framework.left_out)})"
            with st.popover(label, icon=":material/visibility_off:", width="stretch"):
                _left_out(project, framework, evidence, who)
    with right:
        _chosen_part(project, framework, evidence, who)


def _nothing_yet() -> None:
    st.info(
        "The framework starts from the codebook: a cluster for each group of codes, a behaviour for each code. "
        "There are no codes yet.",
        icon=":material/schema:",
    )
    if st.button("Go to the page Codebook", type="primary"):
        session.go("codebook.py")


# the outline


def _outline(framework: Framework, evidence: Evidence, *, editable: bool) -> None:
    items: list[dict[str, object]] = []
    for cluster in framework.clusters:
        number = count(len(cluster.behaviours), "behaviour")
        items.append(
            {
                "kind": "cluster",
                "id": cluster.id,
                "name": cluster.name,
                "count": str(len(cluster.behaviours)),
                "share": 0,
                "says": f"cluster with {number}",
            }
        )
        for behaviour in cluster.behaviours:
            strength = evidence.strengths[behaviour.id]
            items.append(
                {
                    "kind": "behaviour",
                    "id": behaviour.id,
                    "name": behaviour.name,
                    "cluster": cluster.id,
                    "count": str(strength.people),
                    "share": strength.people / strength.of_people if strength.of_people else 0,
                    "says": in_words(strength),
                }
            )
    outline(
        items,
        selected=_chosen(framework),
        editable=editable,
        key=_OUTLINE,
        height=420,
        on_select=_take_choice,
        on_move=_take_move,
    )


def _chosen(framework: Framework) -> str | None:
    """Return what is looked at: what was chosen here, or what the link names."""
    wanted = st.session_state.get(_CHOSEN, st.query_params.get("behaviour"))
    known = isinstance(wanted, str) and (framework.cluster(wanted) or framework.behaviour(wanted))
    return str(wanted) if known else None


def _choose(item_id: str | None) -> None:
    st.session_state[_CHOSEN] = item_id
    if item_id:
        st.query_params["behaviour"] = item_id
    else:
        st.query_params.pop("behaviour", None)


def _take_choice() -> None:
    value = st.session_state[_OUTLINE].get("chosen")
    if isinstance(value, str):
        _choose(value)


def _take_move() -> None:
    st.session_state[_MOVED] = st.session_state[_OUTLINE].get("moved")


def _move(project: Project, moved: dict[object, object], who: str) -> None:
    """Do what was dragged; what comes from the browser may be anything."""
    item, cluster, before = moved.get("id"), moved.get("cluster"), moved.get("before")
    if not isinstance(item, str) or not (before is None or isinstance(before, str)):
        return
    if moved.get("kind") == "cluster":
        act(project, [MoveCluster(item, before)], coder=who)
    elif isinstance(cluster, str):
        act(project, [MoveBehaviour(item, cluster, before)], coder=who)


# what is chosen


def _chosen_part(project: Project, framework: Framework, evidence: Evidence, who: str | None) -> None:
    chosen = _chosen(framework)
    cluster = framework.cluster(chosen or "")
    behaviour = framework.behaviour(chosen or "")
    if behaviour is not None:
        show_behaviour(project, framework, behaviour, evidence, who)
    elif cluster is not None:
        show_cluster(project, framework, cluster, evidence, who)
    else:
        _overview(project, framework, evidence)


def _overview(project: Project, framework: Framework, evidence: Evidence) -> None:
    told = [evidence.strengths[one.id] for one in framework.behaviours]
    with_evidence = sum(strength.passages > 0 for strength in told)
    note = (
        f"{count(len(framework.clusters), 'cluster')}, {count(len(told), 'behaviour')}, {with_evidence} with evidence"
    )
    sheet([{"kind": "title", "text": "All behaviours", "note": note}], key="framework-head")
    people = max((strength.of_people for strength in told), default=0)
    rows = []
    for cluster in framework.clusters:
        for behaviour in cluster.behaviours:
            strength = evidence.strengths[behaviour.id]
            alphas = strength.alphas
            rows.append(
                {
                    "Behaviour": behaviour.name,
                    "Participants": strength.people,
                    "Groups": strength.groups,
                    "Shown": strength.shown,
                    "Lacking": strength.lacking,
                    "Unclear": strength.unclear,
                    "Alpha": min(alphas) if alphas else None,
                    **({"Rating": strength.rating.mean} if strength.rating else {}),
                    "Cluster": cluster.name,
                }
            )
    st.dataframe(
        rows,
        hide_index=True,
        height=min(560, 38 + 35 * max(1, len(rows))),
        column_config={
            "Cluster": st.column_config.TextColumn(width="medium"),
            "Behaviour": st.column_config.TextColumn(width="medium"),
            "Participants": st.column_config.ProgressColumn(
                width="small", format="%d", min_value=0, max_value=max(1, people), help=f"Of {people} who tell of it"
            ),
            "Groups": st.column_config.NumberColumn(help="Focus groups in which it is told"),
            "Shown": st.column_config.NumberColumn(help="Passages mostly taken for the behaviour"),
            "Lacking": st.column_config.NumberColumn(help="Passages mostly taken for its lack"),
            "Alpha": st.column_config.NumberColumn(
                format="%.2f", help="Krippendorff's alpha between the coders; the lowest where there are several codes"
            ),
            "Rating": st.column_config.NumberColumn(format="%.1f", help="Mean in the questionnaire"),
        },
        key="framework-table",
    )
    if agreement_waits(project) and st.button("Compare the coders", icon=":material/balance:"):
        with st.spinner("Comparing the coders"):
            measure_agreement(project)
        session.rerun()
    st.download_button(
        "Download CSV",
        lambda: to_csv(framework_table(framework, evidence)),
        file_name=f"{session.project_name(project.path)} framework.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


# adding, and what is left out


def _add(project: Project, framework: Framework, who: str) -> None:
    kind = st.segmented_control("Add", ["Behaviour", "Cluster"], default="Behaviour", key="framework-add-kind")
    with st.form("framework-add", border=False, clear_on_submit=True):
        name = st.text_input("Name", max_chars=160)
        if kind != "Cluster":
            clusters = [one.id for one in framework.clusters]
            chosen = framework.cluster_of(_chosen(framework) or "") or framework.cluster(_chosen(framework) or "")
            cluster_id = st.selectbox(
                "Cluster",
                clusters,
                index=clusters.index(chosen.id) if chosen else 0,
                format_func=lambda one: getattr(framework.cluster(one), "name", one),
            )
            names = {code.id: code.name for code in project.codebook().codable}
            codes = st.multiselect(
                "Codes whose codings are its evidence", list(names), format_func=lambda one: names[one]
            )
        statement = st.text_area("Statement", height="content")
        added = st.form_submit_button("Add", type="primary")
    if not added:
        return
    if kind == "Cluster":
        act(project, [AddCluster(name, statement)], coder=who)
    elif cluster_id is not None:
        act(project, [AddBehaviour(name, cluster_id, tuple(codes), statement)], coder=who)


def _left_out(project: Project, framework: Framework, evidence: Evidence, who: str | None) -> None:
    clusters = [one.id for one in framework.clusters]
    if not clusters:
        st.text("Add a cluster first; then these can come back into it.")
        return
    into = st.selectbox(
        "Put back into", clusters, format_func=lambda one: getattr(framework.cluster(one), "name", one), key="back-into"
    )
    for behaviour in framework.left_out[:MOST_LEFT_OUT]:
        with st.container(horizontal=True, vertical_alignment="center", key=f"left-out-{behaviour.id}"):
            st.text(f"{behaviour.name}: {in_words(evidence.strengths[behaviour.id])}", width="stretch")
            label = f"Put {plain(behaviour.name)} back"
            if st.button("Put back", key=f"back-{behaviour.id}", disabled=who is None, help=label) and who and into:
                act(project, [MoveBehaviour(behaviour.id, into)], coder=who)


main()
