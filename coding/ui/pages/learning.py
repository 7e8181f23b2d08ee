"""The page Suggestions: how they fared so far, by code, over time and by coder."""

from __future__ import annotations

import streamlit as st

from coding.store import Project
from coding.track_record import Share, Tally, TrackRecord, read_track_record
from coding.ui.widgets import count, show_page

# With fewer decisions a share says next to nothing, and none is shown.
TOO_FEW = 10
SPAN = 25


def main() -> None:
    """Show the page."""
    show_page(_page)


def _page(project: Project) -> None:
    coders = project.coders()
    chosen = st.selectbox(
        "Coder", [None, *coders], format_func=lambda name: name or "Everybody", key="learning-coder", width=320
    )
    record = read_track_record(project, coder=chosen, span=SPAN)
    if not record.whole.decisions:
        st.info(
            "Nothing was decided yet. Accept and reject suggestions on the page Review; how they fare stands here.",
            icon=":material/rate_review:",
        )
        return
    _whole(record.whole)
    _time(record)
    _codes(record, project)
    if chosen is None:
        _coders(record)


def _whole(tally: Tally) -> None:
    st.subheader("So far", anchor=False)
    with st.container(horizontal=True):
        _metric("Suggestions accepted", tally.precision, "of the suggestions that were decided")
        _metric("Codings that were suggested", tally.help, "of the codings, those made blind left out")
        st.metric(
            "Decisions",
            f"{tally.decisions:,}",
            border=True,
            height="stretch",
            help="Codings and refused suggestions that stand",
        )
    parts = (
        f"{tally.accepted:,} accepted",
        f"{tally.rejected:,} rejected",
        f"{tally.changed:,} changed to another code",
        f"{count(tally.own, 'coding')} of one's own",
        f"{tally.blind:,} blind",
    )
    st.text(", ".join(parts) + ".")


def _metric(label: str, found: Share | None, of: str) -> None:
    enough = found is not None and found.of >= TOO_FEW
    st.metric(
        label,
        f"{found.value:.0%}" if found and enough else "too few",
        border=True,
        help=f"{found.hits:,} of {found.of:,} {of}" if found else f"none {of}",
        delta=f"{found.low:.0%} to {found.high:.0%}, with 95 % confidence" if found and enough else None,
        delta_color="off",
        delta_arrow="off",
    )


def _time(record: TrackRecord) -> None:
    points = [
        {"Decisions": SPAN * number, "Share": found.value, "Low": found.low, "High": found.high}
        for number, tally in enumerate(record.over_time, start=1)
        if (found := tally.precision) is not None and found.of >= TOO_FEW
    ]
    st.subheader("Over time", anchor=False)
    if len(points) < 2:
        st.text("A curve stands here once there are more decisions on suggestions.")
        return
    import altair as alt
    import pandas as pd

    base = alt.Chart(pd.DataFrame(points)).encode(
        x=alt.X("Decisions:Q", title="Decisions", axis=alt.Axis(tickMinStep=SPAN), scale=alt.Scale(zero=False))
    )
    share = alt.Y("Share:Q", title="Suggestions accepted", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1]))
    band = base.mark_area(opacity=0.2).encode(y=alt.Y("Low:Q", title="Suggestions accepted"), y2="High:Q")
    line = base.mark_line(point=True).encode(
        y=share, tooltip=["Decisions:Q", alt.Tooltip("Share:Q", format=".0%"), alt.Tooltip("Low:Q", format=".0%")]
    )
    st.altair_chart(band + line, height=260)
    st.caption(f"Each point is the {SPAN} decisions before it; the band is the interval of 95 %.")


def _codes(record: TrackRecord, project: Project) -> None:
    st.subheader("By code", anchor=False)
    names = {code_id: code.name for code_id, code in project.known_codes().items()}
    _table([{"Code": names.get(code_id, code_id), **_row(tally)} for code_id, tally in record.by_code], "codes")


def _coders(record: TrackRecord) -> None:
    st.subheader("By coder", anchor=False)
    _table([{"Coder": coder, **_row(tally)} for coder, tally in record.by_coder], "coders")


def _row(tally: Tally) -> dict[str, object]:
    precision, help_ = tally.precision, tally.help
    return {
        "Accepted": tally.accepted,
        "Rejected": tally.rejected,
        "Changed": tally.changed,
        "Own": tally.own,
        "Blind": tally.blind,
        "Suggestions accepted": round(precision.value, 2) if precision and precision.of >= TOO_FEW else None,
        "Codings suggested": round(help_.value, 2) if help_ and help_.of >= TOO_FEW else None,
    }


def _table(rows: list[dict[str, object]], key: str) -> None:
    percent = {
        name: st.column_config.ProgressColumn(name, format="percent", min_value=0, max_value=1)
        for name in ("Suggestions accepted", "Codings suggested")
    }
    st.dataframe(rows, hide_index=True, column_config=percent, key=f"learning-{key}")


main()
