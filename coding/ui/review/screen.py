"""The page: two mounts, one of which is built once and one of which changes with every decision."""

from __future__ import annotations

import os
import time
from functools import cache
from pathlib import Path
from typing import Any, cast

import platformdirs
import streamlit as st

from coding.errors import CodingError
from coding.roles import CoderRole, person_of
from coding.store import Project, TranscriptInfo
from coding.ui import session
from coding.ui.review.events import ChangeKeys, Event, Message, parse_message
from coding.ui.review.feed import Feed
from coding.ui.review.keys import Binding, bindings, read_keys, write_keys
from coding.ui.review.learner import Learner, learner_for
from coding.ui.review.wire import Sight
from coding.ui.settings import FOLDER
from coding.ui.widgets import plain, project_trouble, refusal

KEY = "review-layer"
TICK_S = 1.4
"""How often the page looks whether somebody else decided something."""

_ASSIGNED_BLIND = (
    "You are to code this transcript blind: suggestions and what others coded are hidden until you have finished a "
    "segment."
)

_AGAIN = "You code a second time: what you and others coded before is hidden until you have finished a segment."

_MOST_SPAN = 24
_FEED = "review_feed"
_CHOSEN = "review_transcript"
_HERE = Path(__file__).parent
_FILES = (
    "text.js",
    "model.js",
    "paint.js",
    "dom.js",
    "panel.js",
    "toolbar.js",
    "dialogs.js",
    "actions.js",
    "layer.js",
    "deeds.js",
    "spans.js",
    "view.js",
)


@cache
def _asset(*names: str) -> str:
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)


def show() -> None:
    """Show the review page."""
    try:
        _show()
    except CodingError as err:
        st.error(plain(str(err)), icon=":material/error:")


def _show() -> None:
    path = session.project_path()
    if path is None:
        _advise("No project is open.", "Open or make one on the page Project, then come back to review it.", "study.py")
        return
    name = session.coder()
    if name is None:
        _ask_name()
        return
    try:
        opened = session.open_project()
    except CodingError as err:
        project_trouble(err)
        return
    with opened as project:
        infos = project.transcripts()
        if not infos:
            _advise("There are no transcripts in this project yet.", "Import some on the page Project.", "study.py")
            return
        if not project.codebook().codable:
            how = "Set a codebook on the page Codebook, or make codes there."
            _advise("This project has no codes yet.", how, "codebook.py")
            return
        closed = refusal(project, CoderRole.RESEARCHER)
        if closed:
            st.info(plain(closed), icon=":material/lock:")
        astray = _astray(project)
        if astray:
            st.warning(astray, icon=":material/link_off:")
        sight = _choose(project, infos, name)
        if not next(info.segments for info in infos if info.id == sight.transcript_id):
            st.info("This transcript has no segments: nothing in it can be coded by key. Its words can be read here.")
        feed = _feed(path, sight)
        feed.learner = _learner(path, blind=sight.blind)
        feed.begin(project)
        link = _link(project, sight)
    keys = [_as_entry(binding) for binding in bindings(read_keys(_keys_file()))]
    view = st.components.v2.component("review_view", css=_asset("review.css"), js=_asset(*_FILES), isolate_styles=False)
    view(key="review-view", data={**feed.static, "keys": keys, "link": link})
    st.session_state["review_full"] = True
    _layer()


def _advise(what: str, how: str, page: str) -> None:
    st.info(f"**{plain(what)}** {plain(how)}", icon=":material/info:")
    if st.button("Go to the page Codebook" if page == "codebook.py" else "Go to the page Project", type="primary"):
        session.go(page)


def _ask_name() -> None:
    with st.form("review-name", width=420):
        typed = st.text_input("Your name", max_chars=80, help="Stands beside everything you decide.")
        if st.form_submit_button("Begin", type="primary"):
            session.set_coder(typed)
            session.rerun()


def _choose(project: Project, infos: list[TranscriptInfo], name: str) -> Sight:
    ids = [info.id for info in infos]
    names = {info.id: info.name for info in infos}
    linked = st.query_params.get("transcript")
    if linked in ids and st.session_state.get("review_linked") != linked:
        st.session_state[_CHOSEN] = linked
    st.session_state["review_linked"] = linked
    if st.session_state.get(_CHOSEN) not in ids:
        st.session_state[_CHOSEN] = ids[0]
    setting = f"review.blind.{name}"
    again = person_of(name) != name
    mine = {one.transcript_id: one.blind or again for one in project.assignments(coder=person_of(name))}
    with st.container(horizontal=True, vertical_alignment="center", key="review-top"):
        chosen = st.selectbox(
            "Transcript",
            ids,
            key=_CHOSEN,
            format_func=lambda tid: f"{names.get(tid, tid)} (yours)" if tid in mine else names.get(tid, tid),
            label_visibility="collapsed",
            width=420,
        )
        if again or mine.get(chosen):
            st.toggle(
                "Blind",
                value=True,
                disabled=True,
                key=f"review-blind-{chosen}",
                help=_AGAIN if again else _ASSIGNED_BLIND,
            )
            blind = True
        else:
            blind = st.toggle(
                "Blind",
                value=project.setting(setting) == "1",
                key=f"review-blind-{name}",
                help="Hides suggestions and what others coded until you have finished a segment.",
            )
    if not (again or mine.get(chosen)) and blind != (project.setting(setting) == "1"):
        project.set_setting(setting, "1" if blind else "")
    if linked is not None and linked != chosen:
        st.query_params["transcript"] = chosen
        st.query_params.pop("segment", None)
        st.session_state["review_linked"] = chosen
    return Sight(chosen, name, blind)


def _feed(path: Path, sight: Sight) -> Feed:
    feeds = cast("dict[tuple[str, Sight], Feed]", st.session_state.setdefault(_FEED, {}))
    key = (str(path), sight)
    if key not in feeds:
        old = next(reversed(feeds.values()), None)
        feeds.clear()
        feeds[key] = Feed(path, sight)
        if old is not None and old.path == path:
            # Events that were decided in the other transcript may still be on their way.
            feeds[key].applied, feeds[key].errors = old.applied, old.errors
    return feeds[key]


def _learner(path: Path, *, blind: bool) -> Learner | None:
    if not session.assistant_ready(path, blind=blind):
        return None
    return learner_for(path, session.assistant(path, blind=blind), keep=not blind)


def _astray(project: Project) -> str:
    """Return what is wrong with the link that was followed; nothing where it leads somewhere."""
    lengths = {info.id: info.chars for info in project.transcripts()}
    linked = st.query_params.get("transcript")
    if linked is not None and linked not in lengths:
        return "The link names a transcript that this project does not have. Choose one below."
    segment = st.query_params.get("segment")
    if segment is None:
        return ""
    transcript_id, _, span = segment.rpartition(":")
    start, _, end = span.partition("-")
    whole = lengths.get(transcript_id or linked or "", 0)
    fits = start.isdecimal() and end.isdecimal() and len(span) <= _MOST_SPAN and int(start) < int(end) <= whole
    return "" if fits else "The link names a place that this transcript does not have. Here is what is left to decide."


def _link(project: Project, sight: Sight) -> list[int] | None:
    """Return the place of the segment that the address of the page names."""
    transcript_id, _, span = str(st.query_params.get("segment", "")).rpartition(":")
    start, _, end = span.partition("-")
    if (
        transcript_id not in ("", sight.transcript_id)
        or not (start.isdecimal() and end.isdecimal())
        or len(span) > _MOST_SPAN
    ):
        return None
    return [int(start), int(end)]


def _keys_file() -> Path:
    return platformdirs.user_config_path(FOLDER, appauthor=False) / "keys.json"


def _as_entry(binding: Binding) -> list[object]:
    return [binding.action, list(binding.keys), binding.label, binding.group, binding.button]


@st.fragment(key="review", run_every=TICK_S)
def _layer() -> None:
    delay_s = _test_delay_s()
    if delay_s:
        time.sleep(delay_s)
    layer = st.components.v2.component("review_layer", js=_asset("mount.js"), isolate_styles=False)
    layer(key=KEY, data=_answer(), on_outbox_change=_take_in)


def _take_in() -> None:
    """Carry out what the browser sent as soon as it is here, even where the person leaves the page with it."""
    feed = _present_feed()
    message = _message()
    if feed is None or message is None:
        return
    try:
        with Project.open(feed.path) as project:
            _take(feed, project, message)
            feed.last = _say(feed, project, message)
            feed.fresh = True
    except CodingError:
        # Not stored and so not acknowledged: the browser keeps it and sends it again.
        return


def _take(feed: Feed, project: Project, message: Message) -> None:
    for event in message.events:
        if isinstance(event, Event) and isinstance(event.deed, ChangeKeys):
            write_keys(_keys_file(), dict(event.deed.keys))
    feed.take_in(project, message)


def _say(feed: Feed, project: Project, message: Message | None) -> dict[str, Any]:
    if feed.learner is None:
        feed.learner = _learner(feed.path, blind=feed.sight.blind)
    elif project.rev() != feed.last.get("rev"):
        feed.learner.kick()
    focus = message.focus if message else None
    here = focus is None or focus.transcript_id == feed.sight.transcript_id
    told = feed.answer(project, message if here else None)
    if feed.learner is None:
        told["trouble"] = session.assistant_status(feed.path, blind=feed.sight.blind).error or ""
    return told


def _answer() -> dict[str, Any]:
    feed = _present_feed()
    if feed is None:
        return {}
    message = _message()
    full = bool(st.session_state.pop("review_full", False))
    if feed.fresh and not full:
        feed.fresh = False
        return feed.last
    feed.fresh = False
    try:
        with Project.open(feed.path) as project:
            if message is not None:
                _take(feed, project, message)
            feed.last = _say(feed, project, None if full else message)
    except CodingError as err:
        return {**feed.last, "problem": str(err)}
    if full and message is not None:
        feed.last |= {"client": message.client, "ack": feed.applied.get(message.client, 0)}
    return feed.last


def _present_feed() -> Feed | None:
    feeds = cast("dict[tuple[str, Sight], Feed]", st.session_state.get(_FEED, {}))
    return next(reversed(feeds.values()), None)


def _message() -> Message | None:
    stored = cast("dict[str, object] | None", st.session_state.get(KEY))
    return None if stored is None else parse_message(stored.get("outbox"))


def _test_delay_s() -> float:
    """Return by how much tests slow every run down, to bring out what gets lost."""
    try:
        return min(2.0, max(0.0, float(os.environ.get("FOCUS_TEST_RERUN_DELAY_S", "0"))))
    except ValueError:
        return 0.0
