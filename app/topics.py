"""The Topics page: building the map, the map, and the texts chosen on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from analysis.metrics.fields import NUMBERS, SCORER
from analysis.topics.build import NoMapError
from analysis.topics.listing import current, topics
from app import data, navigation, states, units, watch
from app.charts import frame, topic_map
from app.sizes import counted
from app.text import escape, log_text, plain_label

if TYPE_CHECKING:
    from app.page import Scope

_BY = "topics-colour"
_VALUES = ("cost", "latency", "total_tokens", "output_tokens")
PICKED = "topics-picked"
"""What of the session holds the records chosen on the map."""
_SHOWN = 12
"""Texts shown of those chosen."""
COLUMN = "prompt"


def about() -> dict[str, Any] | None:
    """Tell of the map; None where there is none."""
    try:
        return current(data.store(), COLUMN)
    except NoMapError:
        return None


def unbuilt() -> None:
    """Draw what stands where there is no map."""
    with st.container(key="state-no-map", width=620):
        st.subheader("There is no map yet")
        st.markdown(
            "A map lays every prompt beside those that ask for the like, and finds the topics: what people talk about, "
            "and what each topic costs and how it fares. It is drawn on this machine, and sends nothing anywhere."
        )
        if not watch.busy("topics"):
            st.button("Draw the map", type="primary", key="topics-build", on_click=build)
        st.caption("A minute or so for ten thousand different prompts.")


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
            st.markdown(f":red[{escape(watch.label(job), limit=200)}:] {escape(job.error, limit=600)}")


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
    subtitle = f"a point a text, larger where it was asked often; {of}; near means alike, the axes have no unit"
    unit = None if value is None else NUMBERS[value].unit if value in NUMBERS else ""
    states.heading(title)
    st.caption(escape(subtitle, limit=300))
    colouring = topic_map.by_topic(points) if unit is None else topic_map.by_value(points, unit)
    picked = topic_map.draw(points, names, colouring, key="topic-map")
    frame.foot("topic-map", points, "Click a point, or draw around some, to read them. Scroll to come nearer.")
    if picked:
        st.session_state[PICKED] = points[picked]["id"].to_list()
    _chosen(st.session_state.get(PICKED, []), points, names)


def _colour() -> str | None:
    scored = {f"{SCORER}{name}": scorer.title for name, scorer in data.scorers().items() if scorer.scale is not None}
    offered = {"": "Topic", **{name: NUMBERS[name].title for name in _VALUES}, **scored}
    chosen = st.selectbox(
        "Colour", list(offered), format_func=lambda name: plain_label(offered[name]), key=_BY, width=320
    )
    return chosen or None


def _chosen(ids: list[str], points: Any, names: dict[int, str]) -> None:  # noqa: ANN401 - a polars.DataFrame
    if not ids:
        return
    found = points.filter(points["id"].is_in(ids)).sort("records", descending=True)
    st.subheader(escape(f"{counted(len(found), 'text')} chosen"))
    for row in found.head(_SHOWN).iter_rows(named=True):
        with st.container(key=f"chosen-{row['id']}", gap="small"):
            log_text(row["text"])
            words = f"{names.get(row['topic'], 'between the topics')} · {counted(row['records'], 'record')}"
            if st.button(escape(plain_label(words)), key=f"read-{row['id']}", type="tertiary"):
                st.switch_page(navigation.page("conversations"), query_params={"period": "all", "record": row["id"]})
    if len(found) > _SHOWN:
        st.caption(f"and {len(found) - _SHOWN:,} more; the data below the map has them all")


def foot(map: dict[str, Any]) -> None:
    """Draw what the map was made of, and the ways to renew it."""
    made = f"{map['made']:%-d %B %Y}"
    st.caption(
        escape(
            f"Drawn on {made} from {counted(map['fitted'], 'text')} of {units.exact(map['texts'])} by {map['model']} "
            f"(seed {map['seed']}): principal components, UMAP, HDBSCAN. A record counts to the topic whose middle its "
            "prompt is most similar to, and to none where it is less so than the topic's own texts.",
            limit=600,
        )
    )
    if watch.busy("topics"):
        return
    with st.container(horizontal=True, gap="medium"):
        if map["unplaced"]:
            st.button("Place new records", key="topics-new", on_click=place_new)
        st.button("Draw the map anew", key="topics-anew", on_click=build, type="tertiary")
