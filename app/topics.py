"""The Topics page: building the map, the map, and the texts chosen on it."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from analysis.metrics.area import Area
from analysis.metrics.fields import AREA, NUMBERS, SCORER, TEXTS
from analysis.metrics.map_points import TIME
from analysis.topics.build import NoMapError
from analysis.topics.listing import current, topics
from app import data, drill, filters, navigation, privacy, states, units, watch
from app.charts import frame, topic_map
from app.sizes import counted
from app.text import escape, log_text, plain_label

if TYPE_CHECKING:
    from app.charts.topic_map import Colouring
    from app.page import Scope
    from app.view import View

_BY = "topics-colour"
_VALUES = ("cost", "latency", "total_tokens", "output_tokens")
_GROUPS = ("model", "environment", "app", "feature")
_AREA = "topics-area"
_DAYS = "topics-days"
PICKED = "topics-picked"
"""What of the session holds the records chosen on the map."""
_EPOCH = date(1970, 1, 1)
THUMBS = "score.thumbs"
_SHOWN = 12
"""Texts shown of those chosen."""
COLUMN = "prompt"


def about() -> dict[str, Any] | None:
    """Tell of the map; None where there is none."""
    try:
        return current(data.store(), COLUMN)
    except NoMapError:
        return None


def middles() -> dict[str, str]:
    """Give the text at the middle of each topic, by the topic's name, as who is looking may see it."""
    return {
        row["name"]: privacy.for_reader(row["middle"] or "") for row in topics(data.store(), COLUMN) if row["id"] >= 0
    }


def unbuilt() -> None:
    """Draw what stands where there is no map."""
    with st.container(key="state-no-map", width=620):
        st.subheader("There is no map yet")
        st.markdown(
            "A map lays every prompt beside those that ask for the like, and finds the topics: what people talk about, "
            "and what each topic costs and how it fares. It is drawn on this machine, and sends nothing anywhere."
        )
        if watch.busy("topics"):
            st.fragment(_look, run_every=watch.EVERY)()
        else:
            st.button("Draw the map", type="primary", key="topics-build", on_click=build)
        st.caption("A minute or so for ten thousand different prompts.")


def _look() -> None:
    """Draw the page anew once there is a map: a sketch is there before the job is over."""
    if about() is not None:
        st.rerun()


def build() -> None:
    """Queue a build of the map."""
    watch.put_away()
    watch.submit("topics", {"column": COLUMN, "new": False})


def place_new() -> None:
    """Queue the placing of what came since the map was drawn."""
    watch.put_away()
    watch.submit("topics", {"column": COLUMN, "new": True})


def ended() -> None:
    """Say what became of the builds that this person began last."""
    for job in watch.finished("topics"):
        if job.error:
            states.broke_off(watch.label(job), job.error)


def draw(scope: Scope, map: dict[str, Any]) -> None:
    """Draw the map of the records chosen, and the texts picked on it."""
    listed = {row["id"]: row for row in topics(data.store(), COLUMN) if row["id"] >= 0}
    names = {number: row["name"] for number, row in listed.items()}
    value = _colour()
    points = data.map_points(map["id"], COLUMN, scope.chosen, value)
    if points.is_empty():
        states.absent("None of these records is on the map.", "It is placed there by “Place new records” below.")
        return
    title = f"{counted(points.filter(points['topic'] >= 0)['topic'].n_unique(), 'topic')} in what people ask"
    of = counted(int(points["records"].sum()), "record")
    states.heading(title)
    st.caption(
        escape(
            f"a point a text, larger where it was asked often; {of}; near means alike, the axes have no unit", limit=300
        )
    )
    if map["sketch"]:
        st.markdown("A sketch by a simpler model: names and topics change once the map itself is drawn.")
    drawn = topic_map.draw(points, names, _coloured(points, value), key="topic-map")
    frame.foot(
        "topic-map", points, "Click a point, or draw around some (or hold Shift), to read them. Scroll to come nearer."
    )
    if drawn.picked is not None:
        st.session_state[PICKED], st.session_state[_AREA] = [points[drawn.picked, "id"]], ""
    if drawn.line:
        area = Area.around(map["id"], drawn.line)
        st.session_state[PICKED], st.session_state[_AREA] = [], area.text() if area else ""
        st.session_state[_DAYS] = drawn.days
    _chosen(scope, map["id"], points, names)


def _colour() -> str | None:
    scored = {f"{SCORER}{name}": scorer.title for name, scorer in data.scorers().items() if scorer.scale is not None}
    thumbs = {THUMBS: "Thumbs"} if any(metric.name == THUMBS for metric in data.imported()) else {}
    offered = {
        "": "Topic", **{name: NUMBERS[name].title for name in _VALUES}, TIME: "Time",
        **{name: TEXTS[name] for name in _GROUPS}, **thumbs, **scored,
    }  # fmt: skip
    chosen = st.selectbox(
        "Colour", list(offered), format_func=lambda name: plain_label(offered[name]), key=_BY, width=320
    )
    return chosen or None


def _coloured(points: pl.DataFrame, value: str | None) -> Colouring:
    """Colour the points by topic, by a group, or by a figure: a score along its scale, anything else in equal parts."""
    if value is None:
        return topic_map.by_topic(points)
    if value in TEXTS:
        return topic_map.by_group(points, value)
    if value == TIME:
        return topic_map.by_value(points, lambda days: f"{_EPOCH + timedelta(days=days):%-d %b %Y}")
    if value == THUMBS:
        return topic_map.by_value(points, lambda thumb: f"{thumb:+.0f}", scale=(-1, 1), better="higher")
    if value in NUMBERS:
        return topic_map.by_value(points, lambda figure: units.figure(figure, NUMBERS[value].unit))
    scorer = data.scorers()[value.removeprefix(SCORER)]
    ends = scorer.scale if scorer.scale is not None and math.isfinite(scorer.scale[1]) else None
    return topic_map.by_value(points, units.plain, scale=ends, better=scorer.better or "")


def _chosen(scope: Scope, map: int, points: pl.DataFrame, names: dict[int, str]) -> None:
    """Draw the texts that were clicked or drawn around, and for an area what can be done with it."""
    drawn = st.session_state.get(_AREA, "")
    area, days = Area.parse(drawn) if drawn else None, st.session_state.get(_DAYS)
    if area is not None and area.map == map:
        inside = area.holds(points["x"].to_numpy().astype(float), points["y"].to_numpy().astype(float))
        found = points.filter(pl.Series(inside, dtype=pl.Boolean))
        if days is not None:
            found = found.filter(pl.col("day").is_between(*days))
        st.session_state[PICKED] = found["id"].to_list()
    else:
        area, found = None, points.filter(points["id"].is_in(st.session_state.get(PICKED, [])))
    if found.is_empty():
        return
    during = f", asked last {days[0]:%-d %b} to {days[1]:%-d %b %Y}" if area is not None and days is not None else ""
    st.subheader(escape(f"{counted(len(found), 'text')} chosen{during}"))
    if area is not None:
        _onward(scope, area, days)
    for row in found.sort("records", descending=True).head(_SHOWN).iter_rows(named=True):
        with st.container(key=f"chosen-{row['id']}", gap="small"):
            log_text(row["text"])
            words = f"{names.get(row['topic'], 'between the topics')} · {counted(row['records'], 'record')}"
            if st.button(escape(plain_label(words)), key=f"read-{row['id']}", type="tertiary"):
                st.switch_page(navigation.page("conversations"), query_params={"period": "all", "record": row["id"]})
    if len(found) > _SHOWN:
        st.caption(f"and {len(found) - _SHOWN:,} more; the data below the map has them all")


def _onward(scope: Scope, area: Area, days: tuple[date, date] | None) -> None:
    """Offer to hold the page to an area and the days that the brush showed, and the records in both."""
    chosen, view = scope.chosen.where(AREA, area.text()), scope.view.where(AREA, [area.text()])
    if days is not None:
        start, end = (datetime(day.year, day.month, day.day) for day in (days[0], days[1] + timedelta(days=1)))
        chosen = replace(chosen, start=max(start, chosen.start or start), end=min(end, chosen.end or end))
        view = replace(view, period="custom", start=chosen.start, end=chosen.end)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.button("Keep only these", key="area-keep", on_click=_keep, args=(view,))
        drill.link("Records", chosen, key="area")
        drill.review(view, key="area")
        st.button("Let go", key="area-drop", on_click=_drop, type="tertiary")


def _keep(view: View) -> None:
    _drop()
    filters.show(view)


def _drop() -> None:
    st.session_state[_AREA], st.session_state[PICKED] = "", []


def foot(map: dict[str, Any]) -> None:
    """Draw what the map was made of, and the ways to renew it."""
    verb, made = "Sketched" if map["sketch"] else "Drawn", f"{map['made']:%-d %B %Y}"
    st.caption(
        escape(
            f"{verb} on {made} from {counted(map['fitted'], 'text')} of {units.exact(map['texts'])} by {map['model']} "
            f"(seed {map['seed']}): principal components, UMAP, HDBSCAN. A record counts to the topic whose middle its "
            "prompt is most similar to, and to none where it is less so than the topic's own texts.",
            limit=600,
        )
    )
    if watch.busy("topics"):
        return
    with st.container(horizontal=True, gap="medium"):
        if map["unplaced"] and not map["sketch"]:
            st.button("Place new records", key="topics-new", on_click=place_new)
        again = "Draw the map" if map["sketch"] else "Draw the map anew"
        st.button(escape(again), key="topics-anew", on_click=build, type="tertiary")
