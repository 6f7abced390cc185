"""The records that a scorer finds worst, each with its evidence and its link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analysis.metrics.fields import SCORER
from app import data, drill, evidence, moments, people
from app.address import Address
from app.text import escape
from app.view import View

if TYPE_CHECKING:
    from analysis.metrics.metric import Metric
    from app.page import Scope


def show(scope: Scope, metric: Metric) -> None:
    """Draw the worst records of a scorer's metric; nothing for other metrics."""
    scorer = data.scorers().get(metric.name.removeprefix(SCORER))
    if not metric.name.startswith(SCORER) or scorer is None:
        return
    people.rates(scorer, scope.chosen)
    people.groups(scorer, scope)
    flagged = drill.behind(metric.name, scope.chosen)
    there = Address(View.custom(flagged), "newest", 1, 1)
    found = data.worst(scorer.name, scope.chosen)
    if found:
        st.subheader("The worst first")
        by = evidence.scale(scorer, found[0]["value"], found[0]["label"])
        if by:
            st.caption(escape(f"{scorer.title}: {by}.", limit=200))
    for record in found:
        words, _ = evidence.verdict(scorer, record["value"], record["label"])
        when = moments.full(record["time"]) if record["time"] else "without a time"
        with st.container(key=f"worst-{record['id']}", gap="small"):
            there.link(f"{words} · {when} · {record['model'] or 'no model'}", "record", record["id"])
            evidence.places(record, record["evidence"] or [])
    evidence.limits(scorer)
