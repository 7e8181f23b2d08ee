"""The page Themes: what people talk about, and what of it the codebook misses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from coding.findings.saturation import Saturation, code_saturation, saturation
from coding.store import Project
from coding.theme_model import ThemeDecision, Themes, steadiness_words
from coding.themes.gap import Cover, compare_with_codebook
from coding.themes.spread import attribute_names, spread, theme_places
from coding.ui import session
from coding.ui.quotations import open_place
from coding.ui.seeking import again, begin, search_of, show_progress
from coding.ui.themecharts import (
    GREY,
    MOST_POINTS,
    colour_of,
    map_figure,
    saturation_figure,
    spread_figure,
    tree_figure,
)
from coding.ui.themeforms import show_theme
from coding.ui.widgets import ask_name, count, plain, show_page, undo_bar

_CHOSEN = "focus_theme"
_CLICKS = "focus_theme_clicks"
_CODED, _SUGGESTED, _MISSED = "coded", "suggested", "in no code"
_COVER_COLOURS = {_CODED: "#0b8f8c", _SUGGESTED: "#8fb8de", _MISSED: "#d1650f"}


def main() -> None:
    """Show the page."""
    show_page(_page)


def _page(project: Project) -> None:
    who = session.coder()
    themes = project.themes()
    if who is None:
        ask_name("Your name stands beside what you decide. It is asked for once.", key="themes")
    _search(project, themes, who)
    if themes is None:
        return
    undo_bar(project, who, key="themes")
    decisions = project.theme_decisions()
    names = [_name(theme.id, theme.name, decisions) for theme in themes.themes]
    covers = compare_with_codebook(project, themes)
    about = _about(project, themes)
    # Only the tab that is looked at is worked out.
    parts: dict[str, Callable[[], None]] = {
        "What your codebook misses": lambda: _list(project, themes, covers, names, decisions, who, about),
        "Map": lambda: _map(project, themes, covers, names, about),
        "Over groups and time": lambda: _spread(project, themes, names),
        "Tree": lambda: _tree(themes, names),
        "Saturation": lambda: _saturation(project, themes),
    }
    for tab, show in zip(st.tabs(list(parts), key="themes-tabs", on_change="rerun"), parts.values(), strict=True):
        if tab.open:
            with tab:
                show()


def _search(project: Project, themes: Themes | None, who: str | None) -> None:
    status = search_of(str(project.path)).status
    if status.busy:
        show_progress(str(project.path))
        return
    if status.error:
        st.warning(plain(status.error), icon=":material/error:")
    if themes is None:
        begin(project, who)
        return
    with st.container(horizontal=True, vertical_alignment="center", key="themes-found"):
        _summary(project, themes)
        again(project, themes, who)
    here = {info.id for info in project.transcripts()}
    if here - {stretch.transcript_id for stretch in themes.stretches}:
        st.info("Transcripts have come in since. Find themes again to see what is in them.", icon=":material/info:")


# what was found


def _name(theme_id: str, name: str, decisions: Mapping[str, ThemeDecision]) -> str:
    decision = decisions.get(theme_id)
    return decision.name if decision and decision.name else name


def _about(project: Project, themes: Themes) -> dict[int, str]:
    """Return who said each stretch and where, by its place."""
    places = theme_places(project, themes)
    return {
        int(place): f"{speaker}, {transcript}"
        for place, speaker, transcript in zip(places["place"], places["speaker"], places["transcript"], strict=True)
    }


def _summary(project: Project, themes: Themes) -> None:
    unit = themes.settings.unit
    said = [f"{count(len(themes.themes), 'theme')} in {count(len(themes.stretches), unit)}"]
    if themes.silent:
        said.append(f"{themes.silent} of nothing but filler words left out")
    if themes.outliers:
        said.append(f"{len(themes.outliers)} fit no theme")
    said.append(f"found by {themes.found_by or 'nobody named'} on {themes.found_at[:10]}, seed {themes.settings.seed}")
    if themes.method != themes.settings.method:
        said.append("by nearest neighbours, since UMAP needs more talk")
    st.text("; ".join(said) + ".", width="stretch")


def _list(
    project: Project,
    themes: Themes,
    covers: list[Cover],
    names: list[str],
    decisions: Mapping[str, ThemeDecision],
    who: str | None,
    about: Mapping[int, str],
) -> None:
    open_ = [cover for cover in covers if not (d := decisions.get(cover.theme.id)) or not d.state]
    every = st.toggle("Also themes that were decided about", key="themes-every") if len(open_) < len(covers) else False
    listed = covers if every else open_
    places = theme_places(project, themes)
    groups = spread(places, "group", themes=len(themes.themes))
    by_group = groups.groupby("theme")["share"].apply(list).to_dict()
    order = ", ".join(dict.fromkeys(groups["by"]))
    left, right = st.columns([7, 6], gap="medium")
    with left:
        if not listed:
            st.text("Every theme has been decided about.")
            return
        st.text("Those come first of which the largest share is in no code; a small theme needs a larger share.")
        rows = [
            {
                "Theme": names[cover.theme.number],
                "In no code": round(100 * cover.gap),
                unit_name(themes): cover.size,
                "Steadiness": steadiness_words(cover.theme.steadiness),
                "By group": by_group[cover.theme.number],
            }
            for cover in listed
        ]
        event = st.dataframe(
            rows,
            hide_index=True,
            height=min(640, 38 + 35 * len(rows)),
            on_select="rerun",
            selection_mode="single-row",
            key=f"themes-list-{themes.id}-{len(rows)}",
            column_config={
                "Theme": st.column_config.TextColumn(width=160),
                "In no code": st.column_config.ProgressColumn(format="%d %%", min_value=0, max_value=100, width=85),
                unit_name(themes): st.column_config.NumberColumn(width=72),
                "Steadiness": st.column_config.TextColumn(width=112),
                "By group": st.column_config.BarChartColumn(
                    help=f"The share of each group's talk that is in the theme, in the order: {order}",
                    y_min=0,
                    width=80,
                ),
            },
        )
        picked = event["selection"]["rows"] if event else []
    with right:
        cover = listed[picked[0]] if picked and picked[0] < len(listed) else _last_chosen(listed)
        st.session_state[_CHOSEN] = cover.theme.id
        show_theme(project, themes, cover, names[cover.theme.number], decisions.get(cover.theme.id), who, about)


def _last_chosen(listed: list[Cover]) -> Cover:
    wanted = st.session_state.get(_CHOSEN)
    return next((cover for cover in listed if cover.theme.id == wanted), listed[0])


def unit_name(themes: Themes) -> str:
    """Return the heading of the column that counts stretches of talk."""
    return "Turns" if themes.settings.unit == "turn" else "Segments"


# the map


def _map(project: Project, themes: Themes, covers: list[Cover], names: list[str], about: Mapping[int, str]) -> None:
    if not themes.points:
        st.text("There is no map of these themes.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="map-choices"):
        kinds = {"codes": "Codes", "theme": "Theme", "group": "Group"}
        by = st.segmented_control(
            "Colour by", list(kinds), default="codes", format_func=kinds.__getitem__, key="map-colour"
        )
        options = [None, *(cover.theme.number for cover in covers)]
        chosen = st.selectbox(
            "Show one theme",
            options,
            format_func=lambda number: "All" if number is None else names[number],
            key=f"map-theme-{themes.id}",
            width=340,
        )
    texts = {info.id: project.text(info.id) for info in project.transcripts()}
    step = -(-len(themes.stretches) // MOST_POINTS)
    drawn = [place for place, s in enumerate(themes.stretches) if place % step == 0 and s.transcript_id in texts]
    words = {place: texts[(s := themes.stretches[place]).transcript_id][s.start_char : s.end_char] for place in drawn}
    figure = map_figure(
        themes,
        names,
        words,
        {place: about.get(place, "") for place in drawn},
        _heaps(project, themes, names, drawn, by or "codes"),
        chosen=chosen,
        dark=_dark(),
    )
    st.text(
        "Each point is a stretch of talk; what is alike is near. Point at one to read it, click to open it in Review."
    )
    # The key changes with every click, so that coming back from Review does not go there again.
    clicks = st.session_state.get(_CLICKS, 0)
    event = st.plotly_chart(
        figure,
        on_select="rerun",
        selection_mode="points",
        key=f"themes-map-{themes.id}-{clicks}",
        config={"scrollZoom": True, "displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d"]},
    )
    if step > 1:
        st.text(f"{count(len(drawn), 'stretch', 'stretches')} of {len(themes.stretches):,} are drawn.")
    points = event["selection"]["points"] if event else []
    if points:
        _open_point(project, themes, points[0].get("customdata"), clicks)


def _open_point(project: Project, themes: Themes, place: object, clicks: int) -> None:
    """Open what was clicked; what comes from the browser may be anything."""
    place = place[0] if isinstance(place, list) and place else place
    if isinstance(place, int) and 0 <= place < len(themes.stretches):
        st.session_state[_CLICKS] = clicks + 1
        stretch = themes.stretches[place]
        open_place(project, stretch.transcript_id, stretch.start_char)


def _heaps(project: Project, themes: Themes, names: list[str], drawn: list[int], by: str) -> dict[int, tuple[str, str]]:
    labels = themes.labels
    if by == "theme":
        return {p: (names[labels[p]] if labels[p] >= 0 else "no theme", colour_of(labels[p])) for p in drawn}
    if by == "group":
        groups = {info.id: info.group for info in project.transcripts()}
        order = {group: number for number, group in enumerate(dict.fromkeys(groups.values()))}
        found = {p: groups.get(themes.stretches[p].transcript_id, "") for p in drawn}
        return {p: (group, colour_of(order[group]) if group in order else GREY) for p, group in found.items()}
    states = _covered_places(project, themes)
    return {p: (states[p], _COVER_COLOURS[states[p]]) for p in drawn}


def _covered_places(project: Project, themes: Themes) -> list[str]:
    from coding.themes.gap import coded_and_suggested

    coded, suggested = coded_and_suggested(project)
    return [_CODED if coded.codes_at(s) else _SUGGESTED if suggested.codes_at(s) else _MISSED for s in themes.stretches]


# the rest


def _spread(project: Project, themes: Themes, names: list[str]) -> None:
    places = theme_places(project, themes)
    choices = {
        "group": "Group",
        "speaker": "Speaker",
        "part": "Through the session",
        **{f"attribute:{name}": name for name in attribute_names(project)},
    }
    by = st.selectbox("Themes by", list(choices), format_func=choices.__getitem__, key="themes-spread", width=340)
    table = spread(places, by, themes=len(themes.themes))
    titles = {"part": "Tenth of the session", "group": "Group", "speaker": "Speaker"}
    title = titles.get(by, by.removeprefix("attribute:"))
    st.text(
        "The darker, the larger the share of the talk in that column that is in the theme. Columns add up to 100 %."
    )
    st.plotly_chart(
        spread_figure(table, names, title=title, dark=_dark()), key=f"spread-{by}", config={"displaylogo": False}
    )
    with st.expander("As a table"):
        wide = table.assign(theme=[names[number] for number in table["theme"]])
        st.dataframe(
            wide.rename(columns={"theme": "Theme", "by": title, "count": unit_name(themes), "share": "Share"}),
            hide_index=True,
            column_config={"Share": st.column_config.NumberColumn(format="percent")},
            key="spread-table",
        )


def _tree(themes: Themes, names: list[str]) -> None:
    if not themes.joins:
        st.text("There is only one theme.")
        return
    st.text("Themes that share words join further to the left. Point at a joint to see what the two have in common.")
    st.plotly_chart(tree_figure(themes, names, dark=_dark()), key="themes-tree", config={"displaylogo": False})


def _saturation(project: Project, themes: Themes) -> None:
    from coding.findings import read_material

    sessions = {info.id: info.name for info in project.transcripts()}
    places = theme_places(project, themes)
    least = st.number_input(
        "A session has a theme from so many stretches of talk on", 1, 50, 3, key="themes-least", width=340
    )
    counts = places.groupby(["transcript_id", "theme"]).size().reset_index(name="count")
    seen = counts[counts["count"] >= least].rename(columns={"transcript_id": "session", "theme": "item"})
    found: dict[str, Saturation] = {"themes": saturation(seen, list(sessions), what="themes")}
    if project.codings():
        found = {"codes": code_saturation(read_material(project)), **found}
    curves = {
        what: one.curve.assign(session=[sessions.get(str(s), str(s)) for s in one.curve["session"]])
        for what, one in found.items()
    }
    st.plotly_chart(saturation_figure(curves, dark=_dark()), key="themes-saturation", config={"displaylogo": False})
    for what, one in found.items():
        st.text(f"{what.capitalize()}: " + (f"saturated, {one.notation}." if one.notation else one.reason))
    rule = next(iter(found.values())).rule
    st.text(
        f"By the rule of Guest, Namey and Chen (2020): what is new in {rule.run} sessions in a row is compared with "
        f"what the first {rule.base} brought; at most {rule.threshold:.0%} counts as saturated. Themes are found over "
        "all sessions at once, so that they are a kinder measure than codes."
    )


def _dark() -> bool:
    return bool(st.context.theme.type == "dark")


main()
