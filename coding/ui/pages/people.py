"""The page Participants: who speaks, in which role and how much; rename, merge, take apart."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field

import streamlit as st

from coding.edits import Operation, SetAttributes, SetRole
from coding.edits.people import MergeParticipants, RenameParticipant, SplitSpeaker
from coding.errors import CodingError
from coding.model import Participant, Role
from coding.roles import CoderRole
from coding.store import Project
from coding.ui import session
from coding.ui.joining import show_aliases, show_attributes, show_labels
from coding.ui.widgets import act, ask_name, count, show_error, show_page, undo_bar

_TABLE = "people-table"


@dataclass(slots=True)
class Talk:
    """How much one participant says.

    Attributes:
        person: The participant.
        turns: How many.
        words: How many.
        heard: How many words all participants say in the transcripts where this one speaks.
        labels: Transcript id, transcript name and label, for each place where the person speaks.
    """

    person: Participant
    turns: int = 0
    words: int = 0
    heard: int = 0
    labels: list[tuple[str, str, str]] = field(default_factory=list)


def main() -> None:
    """Show the page."""
    show_page(_page, needs=CoderRole.FACILITATOR)


def talk_of(project: Project) -> list[Talk]:
    """Return how much each participant says, in the order of first appearance."""
    found = {person.id: Talk(person) for person in project.participants()}
    for info in project.transcripts():
        text = project.text(info.id)
        turns: dict[str, int] = defaultdict(int)
        words: dict[str, int] = defaultdict(int)
        for turn in project.turns(info.id):
            if turn.speaker is not None and not turn.heading:
                turns[turn.speaker] += 1
                words[turn.speaker] += len(text[turn.start_char : turn.end_char].split())
        speakers = project.speakers(info.id)
        heard = sum(words[label] for label, person in speakers.items() if person.role is Role.PARTICIPANT)
        for person_id in {person.id for person in speakers.values()}:
            found[person_id].heard += heard
        for label, person in speakers.items():
            talk = found[person.id]
            talk.turns += turns[label]
            talk.words += words[label]
            talk.labels.append((info.id, info.name, label))
    return list(found.values())


def _page(project: Project) -> None:
    talks = talk_of(project)
    if not talks:
        st.info(
            "Nobody speaks yet. Bring transcripts in, and their speakers will stand here.", icon=":material/groups:"
        )
        if st.button("Bring transcripts in", type="primary"):
            session.go("study.py")
        return
    who = session.coder()
    if who is None:
        ask_name("Your name stands beside what you change. It is asked for once.", key="people")
    undo_bar(project, who, key="people")
    show_aliases(project, who)
    show_attributes(project, who)
    left, right = st.columns([8, 4], gap="medium")
    with left:
        there = {transcript_id: name for talk in talks for transcript_id, name, _ in talk.labels}
        wanted = st.selectbox(
            "Transcript",
            [None, *there],
            format_func=lambda transcript_id: "All transcripts" if transcript_id is None else there[transcript_id],
            key="people-transcript",
        )
        shown = [t for t in talks if wanted is None or any(place[0] == wanted for place in t.labels)]
        chosen = _table(shown, f"{_TABLE}-{wanted or 'all'}")
    with right:
        if not chosen:
            st.text("Choose one participant to rename, or to change role and attributes. Choose several to merge them.")
        elif who is None:
            st.info("Type your name first; it stands beside what you change.")
        elif len(chosen) == 1:
            _one(project, chosen[0], who)
        else:
            _merge(project, chosen, who)


def _table(talks: list[Talk], key: str) -> list[Talk]:
    names = list(dict.fromkeys(name for talk in talks for name, _ in talk.person.attributes))
    rows = [
        {
            "Name": talk.person.name,
            "Role": talk.person.role.value,
            "Turns": talk.turns,
            "Words": talk.words,
            "Share": 100 * talk.words / talk.heard if talk.heard and talk.person.role is Role.PARTICIPANT else None,
            "Transcripts": ", ".join(dict.fromkeys(name for _, name, _ in talk.labels)),
            **{f"{name} ": dict(talk.person.attributes).get(name, "") for name in names},
        }
        for talk in talks
    ]
    table = st.dataframe(
        rows,
        hide_index=True,
        height=560,
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "Share": st.column_config.ProgressColumn(
                "Share of talk",
                help="Of all that participants say in the same transcripts.",
                format="%.0f %%",
                min_value=0,
                max_value=100,
                width="small",
            ),
        },
        key=key,
    )
    return [talks[at] for at in table["selection"]["rows"] if at < len(talks)]


def _one(project: Project, talk: Talk, who: str) -> None:
    person = talk.person
    st.subheader("One participant", anchor=False)
    mark = hashlib.sha256(repr(person).encode("utf-8", "surrogatepass")).hexdigest()[:10]
    with st.form(f"person-{mark}"):
        name = st.text_input("Name", value=person.name, max_chars=120, key=f"name-{mark}")
        roles = [Role.PARTICIPANT, Role.MODERATOR]
        role = st.radio(
            "Role", roles, index=roles.index(person.role), format_func=lambda r: r.value.capitalize(), horizontal=True,
            key=f"role-{mark}",
        )  # fmt: skip
        known = tuple((key, value) for key, value in person.attributes if value)
        text = "\n".join(f"{key}: {value}" for key, value in known)
        typed = st.text_area(
            "Attributes, one on each line",
            text,
            height="content",
            placeholder="sector: retail",
            key=f"attributes-{mark}",
        )
        kept = st.form_submit_button("Keep the changes", type="primary")
    if kept:
        try:
            attributes = read_attributes(typed)
        except CodingError as err:
            show_error(err)
            return
        operations: list[Operation] = [RenameParticipant(person.id, name), SetRole(person.id, role)]
        if attributes != known:
            operations.append(SetAttributes(person.id, attributes))
        act(project, operations, coder=who)
    st.text("Speaks as")
    for transcript_id, transcript, label in talk.labels:
        with st.container(horizontal=True, vertical_alignment="center", key=f"label-{transcript_id}-{label}"):
            st.text(f"{label} in {transcript}", width="stretch")
            if len(talk.labels) > 1 and st.button("Take apart", key=f"split-{transcript_id}-{label}"):
                act(project, [SplitSpeaker(transcript_id, label)], coder=who)
    show_labels(project, person, talk.labels, who)


def read_attributes(text: str) -> tuple[tuple[str, str], ...]:
    """Return the attributes that were typed as lines like ``sector: retail``.

    Raises:
        CodingError: A line has no colon, or a name stands twice.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or not name:
            raise CodingError(f"write line {number} as a name, a colon and a value, such as “sector: retail”")
        if name in found:
            raise CodingError(f"line {number} names “{name}” a second time; keep one of the two")
        found[name] = value
    return tuple((name, value) for name, value in found.items() if value)


def _merge(project: Project, chosen: list[Talk], who: str) -> None:
    st.subheader(f"Merge {count(len(chosen), 'participant')}", anchor=False)
    st.text("They become one person. What was said stays under its label, and one undo takes the merge back.")
    names = {talk.person.id: talk.person.name for talk in chosen}
    largest = max(range(len(chosen)), key=lambda at: chosen[at].words)
    kept = st.selectbox(
        "Who stays", list(names), index=largest, format_func=lambda person: names[person], key="merge-into"
    )
    if st.button("Merge them", type="primary", key="merge-people"):
        act(project, [MergeParticipants(person, kept) for person in names if person != kept], coder=who)


main()
