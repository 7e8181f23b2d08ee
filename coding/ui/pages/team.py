"""The page Team: who may do what, how people sign in, who codes what, and how far everybody is."""

from __future__ import annotations

import streamlit as st

from coding.assigning import SHARE, Draw, Task, assignments_for, draw, tasks, words_of
from coding.edits import Assign, Operation, RemoveMember, SetMember, Unassign
from coding.errors import CodingError
from coding.roles import DOES, CoderRole, Team
from coding.store import Project
from coding.ui import session, signing
from coding.ui.widgets import act, ask_name, count, plain, refusal, show_error, show_page, undo_bar

_NOT_IN_IT = "not in the team"


def main() -> None:
    """Show the page."""
    show_page(_page)


def _page(project: Project) -> None:
    who = session.coder()
    if who is None:
        ask_name("Your name stands beside what you decide. It is asked for once.", key="team")
        return
    undo_bar(project, who, key="team")
    closed = refusal(project, CoderRole.LEAD)
    if closed:
        st.info(plain(closed), icon=":material/lock:")
    team = project.team()
    _members(project, team)
    if not closed:
        left, right = st.columns(2, gap="medium")
        with left, st.container(border=True):
            _set_member(project, team, who)
        with right, st.container(border=True):
            _roles()
    st.subheader("Who codes what", anchor=False)
    found = tasks(project)
    _tasks(project, found)
    if not closed and project.transcripts():
        left, right = st.columns(2, gap="medium")
        with left, st.container(border=True):
            _draw(project, who, again=bool(found))
        with right, st.container(border=True):
            _by_hand(project, who, found)


# members


def _members(project: Project, team: Team) -> None:
    names = [*(member.coder for member in team.members)]
    names += [name for name in project.coders() if name not in names]
    if not team.members:
        st.text(
            "Everybody who can open this project may do everything in it. Once somebody leads it, only members act in "
            "it, each as far as their roles go."
        )
    if not names:
        return
    last: dict[str, str] = {}
    edits: dict[str, int] = {}
    for one in project.tally():
        last[one.coder] = max(last.get(one.coder, ""), one.last_at)
        edits[one.coder] = edits.get(one.coder, 0) + one.count
    rows = []
    for name in names:
        member = team.find(name)
        row: dict[str, object] = {"Name": name}
        if team.members:
            row["Role"] = _NOT_IN_IT if member is None else ", ".join(member.roles)
            row["Signs in as"] = "" if member is None else member.account
        row |= {
            "Codings": len(project.codings(coder=name)),
            "Edits": edits.get(name, 0),
            "Last edit": last.get(name, "")[:16].replace("T", " "),
        }
        rows.append(row)
    st.dataframe(
        rows,
        hide_index=True,
        column_config={"Last edit": st.column_config.TextColumn("Last edit (UTC)")},
        key="team-members",
    )


def _set_member(project: Project, team: Team, who: str) -> None:
    st.markdown("**Say who leads**" if not team.members else "**Add somebody, or change what they do**")
    known = list(dict.fromkeys([*(member.coder for member in team.members), *project.coders(), who]))
    name = st.selectbox(
        "Name",
        known,
        index=known.index(who) if not team.members else None,
        placeholder="Choose, or type a new name",
        accept_new_options=True,
        key="team-name",
    )
    member = team.find(name) if name else None
    usual = [CoderRole.LEAD] if not team.members else list(member.roles) if member else [CoderRole.RESEARCHER]
    stamp = f"{name}-{'-'.join(usual)}"
    roles = st.multiselect("Roles", list(CoderRole), default=usual, format_func=str.capitalize, key=f"roles-{stamp}")
    account = st.text_input(
        "Signs in as",
        value=member.account if member else _own_account(name, who),
        placeholder="ada@example.org",
        help="The address of their account, where people sign in. On one's own machine leave it empty.",
        key=f"account-{stamp}",
    )
    with st.container(horizontal=True):
        kept = st.button("Keep", type="primary", disabled=not name, key="team-keep")
        gone = st.button("Take out of the team", disabled=member is None, key="team-remove")
    if kept and name:
        act(project, [SetMember(name, tuple(roles), account)], coder=who)
    if gone and member is not None:
        act(project, [RemoveMember(member.coder)], coder=who)


def _own_account(name: str | None, who: str) -> str:
    person = signing.person()
    return person.account if person is not None and name == who else ""


def _roles() -> None:
    st.markdown("**What each role does**")
    for role, does in DOES.items():
        st.markdown(f"**{role.capitalize()}** {does}.")
    if signing.required():
        st.text("People sign in here. Whoever signs in with an address above is that coder; nobody else is let in.")
    else:
        st.text(
            "People type their names here, so roles keep order among colleagues. To share the app in a team, let "
            "people sign in: the README says how."
        )


# assignments


def _tasks(project: Project, found: list[Task]) -> None:
    if not found:
        st.text("Nothing is assigned, so everybody codes what they choose.")
        return
    names = {info.id: info.name for info in project.transcripts()}
    st.dataframe(
        [
            {
                "Transcript": names[one.transcript_id],
                "Coder": one.coder,
                "How": "twice, blind" if one.twice and one.blind else "blind" if one.blind else "",
                "Finished": one.finished / one.segments if one.segments else 1.0,
                "Segments": f"{one.finished:,} of {one.segments:,}",
            }
            for one in found
        ],
        hide_index=True,
        column_config={
            "Finished": st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0),
        },
        key="team-tasks",
    )


def _coders(project: Project) -> list[str]:
    """Return who may code here."""
    team = project.team()
    names = [member.coder for member in team.members] if team.members else project.coders()
    return [name for name in names if team.allows(name, CoderRole.RESEARCHER)]


def _draw(project: Project, who: str, *, again: bool) -> None:
    st.markdown("**Draw at random**")
    coders = st.multiselect(
        "Coders",
        _coders(project),
        placeholder="Who codes",
        accept_new_options=not project.team().members,
        key="draw-coders",
    )
    with st.container(horizontal=True):
        share = st.number_input("Coded twice and blind, %", 0, 100, round(SHARE * 100), step=5, key="draw-share") / 100
        seed = int(st.number_input("Seed", 0, 2**31, 1, help="The same seed draws the same again.", key="draw-seed"))
    if not coders:
        st.text("Transcripts are shared out by length. Choose who codes to see how it would be.")
        return
    try:
        found = draw(words_of(project), coders, share=share, seed=seed)
    except CodingError as err:
        show_error(err)
        return
    _preview(project, found)
    if again:
        st.text("This takes the place of what is assigned now; what has been coded stays.")
    if st.button("Assign it so", type="primary", key="draw-keep"):
        act(
            project,
            assignments_for(project, found, share=share, seed=seed),
            coder=who,
            done=f"{count(len(found.coders), 'transcript')} assigned",
        )


def _preview(project: Project, found: Draw) -> None:
    names = {info.id: info.name for info in project.transcripts()}
    rows = [
        {"Transcript": names[one], "Coders": " and ".join(chosen), "How": "twice, blind" if one in found.twice else ""}
        for one, chosen in found.coders.items()
    ]
    st.dataframe(rows, hide_index=True, key="draw-preview")
    loads = "; ".join(f"{name} {words:,}" for name, words in found.load.items())
    st.text(f"Coded twice: {found.share:.0%} of all words. Words to read: {loads}.")


def _by_hand(project: Project, who: str, found: list[Task]) -> None:
    st.markdown("**By hand**")
    names = {info.id: info.name for info in project.transcripts()}
    chosen = st.multiselect(
        "Transcripts", list(names), format_func=lambda one: names[one], placeholder="Choose", key="hand-transcripts"
    )
    coder = st.selectbox(
        "Coder",
        _coders(project),
        index=None,
        placeholder="Choose",
        accept_new_options=not project.team().members,
        key="hand-coder",
    )
    blind = st.checkbox("Blind: no suggestions, and nothing of others, until a segment is finished", key="hand-blind")
    held = {(one.transcript_id, one.coder) for one in found}
    with st.container(horizontal=True):
        give = st.button("Assign", type="primary", disabled=not (chosen and coder), key="hand-assign")
        take = st.button("Take back", disabled=not any((one, coder) in held for one in chosen), key="hand-take")
    operations: list[Operation] = []
    if give and coder:
        operations = [Assign(one, coder, blind) for one in chosen]
    if take and coder:
        operations = [Unassign(one, coder) for one in chosen]
    if operations:
        act(project, operations, coder=who)


main()
