"""One behaviour or cluster of the framework: its evidence, what is written about it, its quotations and its place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import streamlit as st

from coding.agreement import show_value
from coding.edits.framework import (
    ChangeBehaviour,
    ChangeCluster,
    CombineBehaviours,
    LeaveOut,
    MoveBehaviour,
    MoveCluster,
    RemoveCluster,
)
from coding.evidence import Evidence, Passage, Strength
from coding.framework import Behaviour, Cluster, Framework, Quotation
from coding.model import Change, Role
from coding.store import Project
from coding.ui import session
from coding.ui.codeforms import lines
from coding.ui.evidence import in_words
from coding.ui.parts import Block, picker, sheet
from coding.ui.widgets import act, count

MOST_PASSAGES = 300
FIELDS = {
    "name": "Name",
    "statement": "Statement",
    "codes": "Codes",
    "positive": "Positive indicators",
    "contrary": "Contrary indicators",
    "quotations": "Quotations",
}
_PICKER = "framework-picker"
_PICKED = "focus_picked"
_OPEN = "focus_open_passage"
_NO_NAME = "Type your name first; it stands beside what you write."


def show_behaviour(
    project: Project, framework: Framework, behaviour: Behaviour, evidence: Evidence, who: str | None
) -> None:
    """Show one behaviour, with everything that can be done to it."""
    cluster = framework.cluster_of(behaviour.id)
    strength = evidence.strengths[behaviour.id]
    quotations = evidence.quotations(behaviour)
    picked = st.session_state.pop(_PICKED, None)
    if who and isinstance(picked, dict):
        _keep_quotations(project, behaviour, picked, who)
    title: Block = {
        "kind": "title",
        "text": behaviour.name,
        "above": cluster.name if cluster else "Left out of the framework",
        "note": _whose(behaviour),
    }
    sheet([title], key="behaviour-title")
    reading, writing, choosing, place, history = st.tabs(
        ["Evidence", "Write", "Quotations", "Move, combine, leave out", "History"]
    )
    with reading:
        _strength(project, behaviour, strength)
        sheet(_says(behaviour, quotations), key="behaviour-sheet", on_open=_take_open_quote)
    with writing:
        if who is None:
            st.info(_NO_NAME)
        else:
            _write(project, behaviour, who)
    with choosing:
        _quotations(project, behaviour, evidence, who)
    with place:
        if who is None:
            st.info(_NO_NAME)
        else:
            _place(project, framework, behaviour, who)
    with history:
        _history(project, behaviour.id)
    _open(project)


def show_cluster(project: Project, framework: Framework, cluster: Cluster, evidence: Evidence, who: str | None) -> None:
    """Show one cluster, with everything that can be done to it."""
    number = count(len(cluster.behaviours), "behaviour")
    sheet([{"kind": "title", "text": cluster.name, "above": "Cluster", "note": number}], key="cluster-title")
    reading, writing, place, history = st.tabs(["What it holds", "Write", "Move, remove", "History"])
    with reading:
        items = [f"{one.name}: {in_words(evidence.strengths[one.id])}" for one in cluster.behaviours]
        blocks: list[Block] = [{"kind": "text", "text": cluster.statement}] if cluster.statement else []
        if items:
            blocks.append({"kind": "list", "label": "Behaviours", "items": items})
        else:
            blocks.append({"kind": "text", "text": "No behaviour stands here. Drag some here.", "quiet": True})
        sheet(blocks, key="cluster-sheet")
    with writing:
        if who is None:
            st.info(_NO_NAME)
        else:
            _write_cluster(project, cluster, who)
    with place:
        if who is None:
            st.info(_NO_NAME)
        else:
            _place_cluster(project, framework, cluster, who)
    with history:
        _history(project, cluster.id)


def _whose(behaviour: Behaviour) -> str:
    written = [FIELDS[field].lower() for field in FIELDS if field in behaviour.written]
    if behaviour.retired:
        return "Its code is no longer in the codebook; what was written stays"
    if not written:
        return "As the codebook and the codings have it"
    return f"Written by people: {', '.join(written)}"


# evidence


def _strength(project: Project, behaviour: Behaviour, strength: Strength) -> None:
    if not strength.passages:
        why = "Nothing has been coded with its codes yet." if behaviour.codes else "It has no codes, so no evidence."
        st.info(why, icon=":material/search_off:")
        return
    with st.container(horizontal=True, gap="medium", key="behaviour-strength"):
        st.metric("Participants", f"{strength.people} of {strength.of_people}", width="content")
        st.metric("Groups", f"{strength.groups} of {strength.of_groups}", width="content")
        st.metric("Passages", strength.passages, width="content")
        unclear = f", {strength.unclear} unclear" if strength.unclear else ""
        label = f"Shown, lacking{', unclear' if unclear else ''}"
        parts = [strength.shown, strength.lacking, *([strength.unclear] if unclear else [])]
        st.metric(label, " : ".join(str(part) for part in parts), width="content")
        if strength.rating:
            st.metric(f"Rating, n = {strength.rating.respondents}", f"{strength.rating.mean:.1f}", width="content")
    names = {code.id: code.name for code in (*project.codebook().codes, *project.retired_codes().values())}
    several = len(behaviour.codes) > 1
    for code_id, found in strength.agreement:
        what = f" on {names.get(code_id, code_id)}" if several else ""
        if found.value is None:
            st.text(f"Agreement of coders{what}: {found.reason}")
        else:
            st.text(f"Agreement of coders{what}: alpha {show_value('alpha', found)}, {found.reading}")
    if not strength.agreement:
        whose = count(len(strength.coders), "coder")
        st.text(f"Coded by {whose}: {', '.join(strength.coders)}. Agreement has not been measured on it.")


def _says(behaviour: Behaviour, quotations: Iterable[tuple[Passage, bool]]) -> list[Block]:
    blocks: list[Block] = []
    if behaviour.statement:
        blocks.append({"kind": "text", "label": "Statement", "text": behaviour.statement})
    else:
        blocks.append({"kind": "text", "text": "Nobody has written a statement yet.", "quiet": True})
    for label, items in (("Positive indicators", behaviour.positive), ("Contrary indicators", behaviour.contrary)):
        if items:
            blocks.append({"kind": "list", "label": label, "items": list(items)})
    found = [
        {
            "id": _key(passage),
            "text": passage.text,
            "about": about(passage),
            "valence": "lacking" if contrary else "",
        }
        for passage, contrary in quotations
    ]
    if found:
        label = "Quotations" if behaviour.quotations is not None else "Quotations that are proposed"
        blocks.append({"kind": "quotes", "label": label, "items": found})
    return blocks


def about(passage: Passage) -> str:
    """Return in one line who said something, where and when."""
    who = ", ".join(person.name for person in passage.people if person.role is Role.PARTICIPANT)
    parts = [who or "Unknown speaker", passage.group]
    if passage.at_s is not None:
        minutes, seconds = divmod(int(passage.at_s), 60)
        parts.append(f"{minutes}:{seconds:02d}")
    return ", ".join(parts)


# writing


def _write(project: Project, behaviour: Behaviour, who: str) -> None:
    mark = _mark(behaviour)
    known = {code.id: code.name for code in (*project.codebook().codable, *project.retired_codes().values())}
    with st.form(f"write-{behaviour.id}-{mark}", border=False):
        name = st.text_input("Name", behaviour.name, max_chars=160, key=f"b-name-{behaviour.id}-{mark}")
        statement = st.text_area(
            "Statement", behaviour.statement, height="content", key=f"b-statement-{behaviour.id}-{mark}"
        )
        fields = {
            field: st.text_area(
                f"{FIELDS[field]}, one on each line",
                "\n".join(getattr(behaviour, field)),
                height="content",
                key=f"b-{field}-{behaviour.id}-{mark}",
            )
            for field in ("positive", "contrary")
        }
        codes = st.multiselect(
            "Codes whose codings are its evidence",
            list(known),
            [code_id for code_id in behaviour.codes if code_id in known],
            format_func=lambda one: known[one],
            key=f"b-codes-{behaviour.id}-{mark}",
        )
        kept = st.form_submit_button("Keep the changes", type="primary")
    if kept:
        change = ChangeBehaviour(
            behaviour.id, name, statement, tuple(codes), lines(fields["positive"]), lines(fields["contrary"])
        )
        act(project, [change], coder=who)
    own = [field for field in FIELDS if field in behaviour.written and field != "quotations"]
    if own and behaviour.id in known:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            back = st.multiselect(
                "Take from the codebook again",
                own,
                format_func=lambda field: FIELDS[field],
                placeholder="Choose what follows the codebook again",
                key=f"b-back-{behaviour.id}-{mark}",
            )
            if st.button("Take", disabled=not back, key=f"b-take-{behaviour.id}"):
                act(project, [ChangeBehaviour(behaviour.id, from_codebook=tuple(back))], coder=who)


def _write_cluster(project: Project, cluster: Cluster, who: str) -> None:
    mark = _mark(cluster.name, cluster.statement)
    with st.form(f"write-cluster-{cluster.id}-{mark}", border=False):
        name = st.text_input("Name", cluster.name, max_chars=160, key=f"c-name-{cluster.id}-{mark}")
        statement = st.text_area(
            "Statement", cluster.statement, height="content", key=f"c-statement-{cluster.id}-{mark}"
        )
        kept = st.form_submit_button("Keep the changes", type="primary")
    if kept:
        act(project, [ChangeCluster(cluster.id, name, statement)], coder=who)


def _mark(*things: object) -> str:
    """Return what makes fields afresh when anybody changes what they show."""
    return hashlib.sha256(repr(things).encode("utf-8", "surrogatepass")).hexdigest()[:8]


# quotations


def _quotations(project: Project, behaviour: Behaviour, evidence: Evidence, who: str | None) -> None:
    passages = evidence.passages[behaviour.id]
    chosen = evidence.quotations(behaviour)
    if not passages and not chosen:
        st.info("There is nothing to choose from until something is coded with its codes.")
        return
    if behaviour.quotations is None:
        st.text("These are proposed, from different people and groups. Choose others, and the choice is kept.")
    elif who and st.button("Take the proposed ones again", icon=":material/restart_alt:", key=f"again-{behaviour.id}"):
        act(project, [ChangeBehaviour(behaviour.id, from_codebook=("quotations",))], coder=who)
    known = {_key(passage): passage for passage, _ in chosen}
    known |= {_key(passage): passage for passage in passages[:MOST_PASSAGES]}
    items = [
        {
            "id": key,
            "text": passage.text,
            "about": about(passage),
            "says": _coded(passage),
            "contrary": passage.contrary,
        }
        for key, passage in known.items()
    ]
    picker(
        items,
        [(_key(passage), contrary) for passage, contrary in chosen],
        behaviour=behaviour.id,
        editable=who is not None,
        key=_PICKER,
        on_pick=_take_picked,
        on_open=_take_open_passage,
    )
    if len(passages) > MOST_PASSAGES:
        st.text(f"The first {MOST_PASSAGES} of {count(len(passages), 'passage')}; the page Codebook shows others.")


def _key(passage: Passage) -> str:
    return f"{passage.transcript_id}:{passage.start_char}-{passage.end_char}"


def _coded(passage: Passage) -> str:
    if not passage.coders:
        return "Not coded any more"
    pairs = zip(passage.coders, passage.valences, strict=True)
    return "; ".join(f"{coder}: {valence.value}" for coder, valence in pairs)


def _keep_quotations(project: Project, behaviour: Behaviour, picked: dict[object, object], who: str) -> None:
    """Keep what was chosen in the browser; what comes from there may be anything."""
    found = picked.get("picked")
    if picked.get("behaviour") != behaviour.id or not isinstance(found, list):
        return
    quotations = []
    for item in found:
        quotation = _quotation(item)
        if quotation is None:
            return
        quotations.append(quotation)
    act(project, [ChangeBehaviour(behaviour.id, quotations=tuple(quotations))], coder=who, done="Quotations kept")


def _quotation(item: object) -> Quotation | None:
    if not (isinstance(item, list) and len(item) == 2 and isinstance(item[0], str) and isinstance(item[1], bool)):
        return None
    place = _place_of(item[0])
    return None if place is None else Quotation(*place, contrary=item[1])


def _place_of(key: str) -> tuple[str, int, int] | None:
    transcript_id, _, span = key.rpartition(":")
    start, _, end = span.partition("-")
    fits = start.isdecimal() and end.isdecimal() and len(span) < 30
    return (transcript_id, int(start), int(end)) if fits else None


def _take_picked() -> None:
    st.session_state[_PICKED] = st.session_state[_PICKER].get("picked")


def _take_open_passage() -> None:
    st.session_state[_OPEN] = st.session_state[_PICKER].get("open")


def _take_open_quote() -> None:
    st.session_state[_OPEN] = st.session_state["behaviour-sheet"].get("open")


def _open(project: Project) -> None:
    """Go to the transcript where a quotation's place was asked for."""
    wanted = st.session_state.pop(_OPEN, None)
    place = _place_of(wanted) if isinstance(wanted, str) else None
    if place is None or all(info.id != place[0] for info in project.transcripts()):
        return
    segment = next((one for one in project.segments(place[0]) if one.end_char > place[1]), None)
    session.go("review.py", transcript=place[0], **({} if segment is None else {"segment": segment.key}))


# place


def _place(project: Project, framework: Framework, behaviour: Behaviour, who: str) -> None:
    home = framework.cluster_of(behaviour.id)
    clusters = {one.id: one for one in framework.clusters}
    order = "-".join(one.id for one in framework.behaviours)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        into = st.selectbox(
            "Cluster",
            list(clusters),
            index=list(clusters).index(home.id) if home else 0,
            format_func=lambda one: clusters[one].name,
            key=f"b-into-{behaviour.id}-{home.id if home else ''}",
        )
        others = [one for one in clusters[into].behaviours if one.id != behaviour.id] if into else []
        names = {one.id: one.name for one in others}
        before = st.selectbox(
            "In front of",
            [*names, None],
            index=len(names),
            format_func=lambda one: "Behind all others" if one is None else names[one],
            key=f"b-before-{behaviour.id}-{into}-{_mark(order)}",
        )
        if st.button("Move" if home else "Put back", key=f"b-move-{behaviour.id}") and into:
            act(project, [MoveBehaviour(behaviour.id, into, before)], coder=who)
    if home is None:
        return
    every = {one.id: one.name for one in framework.behaviours if one.id != behaviour.id}
    if every:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            kept = st.selectbox(
                "Combine with",
                list(every),
                index=None,
                format_func=lambda one: every[one],
                placeholder="Choose the behaviour that stays",
                help="Its codes, indicators and quotations go to the other one. Codes and codings stay as they are.",
                key=f"b-combine-{behaviour.id}",
            )
            if st.button("Combine", disabled=kept is None, key=f"b-do-combine-{behaviour.id}") and kept:
                act(project, [CombineBehaviours(behaviour.id, kept)], coder=who)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text("Left out, it stands in no cluster and no report. It can come back as it was.", width="stretch")
        if st.button("Leave out", icon=":material/visibility_off:", key=f"b-leave-{behaviour.id}"):
            act(project, [LeaveOut(behaviour.id)], coder=who)


def _place_cluster(project: Project, framework: Framework, cluster: Cluster, who: str) -> None:
    names = {one.id: one.name for one in framework.clusters if one.id != cluster.id}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        before = st.selectbox(
            "In front of",
            [*names, None],
            index=len(names),
            format_func=lambda one: "Behind all others" if one is None else names[one],
            key=f"c-before-{cluster.id}-{_mark(list(names))}",
        )
        if st.button("Move the cluster", key=f"c-move-{cluster.id}"):
            act(project, [MoveCluster(cluster.id, before)], coder=who)
    if cluster.behaviours:
        st.text("A cluster can be removed when it is empty. Move its behaviours first.")
    if st.button("Remove the cluster", disabled=bool(cluster.behaviours), key=f"c-remove-{cluster.id}"):
        act(project, [RemoveCluster(cluster.id)], coder=who)


# history


def _history(project: Project, key: str) -> None:
    """Show what was decided about one behaviour or cluster, the newest first."""
    found = [
        edit
        for edit in _framework_edits(str(project.path), project.rev())
        if any(change[0] == key and change[1] for change in edit[3])
    ]
    if not found:
        st.text("Nobody has written about it yet.")
        return
    rows = [
        {"Time": at[:19].replace("T", " "), "Coder": coder, "Edit": summary} for at, coder, summary, _ in found[::-1]
    ]
    st.dataframe(
        rows,
        hide_index=True,
        column_config={"Time": st.column_config.TextColumn("Time (UTC)", width="small")},
        key=f"framework-history-{key}",
    )


@st.cache_data(max_entries=8, show_spinner=False)
def _framework_edits(path: str, rev: int) -> list[tuple[str, str, str, tuple[tuple[str, bool], ...]]]:
    """Return the edits of the framework: when, who, what, and which rows they changed in more than their place."""
    with Project.open(path) as project:
        return [
            (edit.at, edit.coder, edit.summary, changed)
            for edit in project.edits()
            if (
                changed := tuple(
                    (change.key, _more_than_place(change))
                    for change in edit.changes
                    if change.table in ("framework_behaviours", "framework_clusters")
                )
            )
        ]


def _more_than_place(change: Change) -> bool:
    """Tell whether a row changed in more than the number of its place, which shifts when others move."""
    return _written(change.before) != _written(change.after)


def _written(row: Mapping[str, object] | None) -> dict[str, object]:
    return {key: value for key, value in (row or {}).items() if key not in ("id", "position") and value}
