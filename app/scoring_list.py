"""The scorers, a row each: what they measure, how far they are; a click opens one with its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from analysis.metrics.fields import SCORER
from analysis.metrics.filter import Filter
from analysis.scoring.registry import registry
from analysis.scoring.scorers import output_deviation
from app import (
    breakdowns,
    data,
    drill,
    evidence,
    people,
    runtime,
    scoring_baselines,
    scoring_run,
    states,
    units,
    watch,
    words,
)
from app.charts.listing import Column
from app.text import escape, log_code

if TYPE_CHECKING:
    from analysis.scoring.plan import Coverage
    from analysis.scoring.scorer import Scorer

_KEY = "scorer"
_TOPICS = {"quality": "Quality", "safety": "Safety"}
_COLUMNS = (
    Column("Scorer", 0.5), Column("Version", 40, "right", muted=True), Column("Scored", 53, "right", figure=True),
    Column("Of", 63, "right", muted=True), Column("Figure", 66), Column("", 92, muted=True),
)  # fmt: skip


def table() -> None:
    """Draw the table of each topic's scorers, and the one that the link names."""
    found, covered = data.scorers(), data.covered()
    for topic, title in _TOPICS.items():
        scorers = [scorer for scorer in found.values() if scorer.topic == topic]
        if not scorers:
            continue
        st.subheader(escape(title))
        rows = [(scorer.name, _row(scorer, covered[scorer.name])) for scorer in scorers]
        frame = pl.DataFrame([
            {"scorer": scorer.name, "version": scorer.version, "scored": covered[scorer.name].marked,
             "of": covered[scorer.name].eligible, "measures": scorer.measures, "limits": scorer.limits,
             "measured": scorer.measured}
            for scorer in scorers
        ])  # fmt: skip
        picked = breakdowns.listed(
            frame, _COLUMNS, rows, key=f"scorers-{topic}", note="Click a row for what it sees, and what it does not."
        )
        for point in picked:
            if point.get("key"):
                st.query_params[_KEY] = str(point["key"])
    for where, why in registry(runtime.current().workspace).broken:
        states.broke_off(f"{where} could not be loaded", why)
    opened = found.get(st.query_params.get(_KEY, ""))
    if opened is not None:
        _open(opened, covered[opened.name])


def _row(scorer: Scorer, covered: Coverage) -> list[str]:
    needs = scorer.needs()
    return [
        scorer.title, str(scorer.version), units.exact(covered.marked), units.exact(covered.eligible),
        f"needs {needs}" if needs else scorer.figure, "slow" if scorer.heavy else "",
    ]  # fmt: skip


def _open(scorer: Scorer, covered: Coverage) -> None:
    """Draw one scorer: what it says, its limits, its figure, and the ways to the records and to a run."""
    st.subheader(escape(scorer.title))
    st.markdown(escape(scorer.measures, limit=800))
    evidence.limits(scorer)
    whole = Filter()
    figure = data.summary([SCORER + scorer.name], whole)[SCORER + scorer.name]
    if figure.value is not None:
        st.markdown(escape(f"{figure.metric.title}: {units.figure(figure.value, figure.metric.unit)}, "
                           f"{words.rests_on(figure)}", limit=300))  # fmt: skip
    elif covered.marked:
        st.markdown("It could not measure any of the records that it has read.")
    if scorer.name == output_deviation.NAME:
        scoring_baselines.draw()
    people.choose(scorer)
    people.rates(scorer, whole)
    if scorer.needs():
        st.markdown("It cannot run before this is installed:")
        log_code(scorer.needs(), language="bash")
    elif "@" not in scorer.name and covered.marked < covered.eligible and not watch.busy("score"):
        scoring_run.button("Run it", [scorer.name], key="scorer")
    if figure.n:
        drill.link("Read what it speaks of", drill.behind(SCORER + scorer.name, whole), key="scorer")
