"""Asking for the parts of a rule, for the form on the Alerts page."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analysis.alerts.rule import (
    ABSENCE,
    CHANGE,
    DRIFT,
    KINDS,
    OVER,
    PROJECTED,
    SEVERITIES,
    SPIKE,
    THRESHOLD,
    UNDER,
    Rule,
    length,
    named,
)  # fmt: skip
from analysis.metrics import fields
from analysis.metrics.catalogue import METRICS
from analysis.metrics.filter import Filter
from app import alert_conditions, commands_alerts, data
from app.text import escape, plain_label

NEW = "_new"
"""The form of a rule that is not there yet: no rule has this name."""
_WINDOWS = ("5 min", "15 min", "30 min", "1 h", "3 h", "6 h", "12 h", "1 d", "2 d", "3 d", "1 w", "31 d")
_STEPS = ("5 min", "15 min", "30 min", "1 h", "6 h", "1 d", "1 w")
_LIMITS = {
    THRESHOLD: "Limit",
    CHANGE: "By at least, %",
    SPIKE: "At least",
    PROJECTED: "Budget",
    DRIFT: "By at least, %",
}


def given(name: str, start: Rule) -> dict[str, Any]:
    """Ask for the parts of a rule, the common ones first; gives them as :func:`read` takes them."""
    key = f"rule-form-{name}"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        title = st.text_input("What it says", value=start.title, key=f"{key}-title", max_chars=120, width=340)
        kind = st.selectbox("Fires at", list(KINDS), index=list(KINDS).index(start.kind), key=f"{key}-kind", width=420,
                            format_func=lambda one: KINDS[one].capitalize())  # fmt: skip
    asked: dict[str, Any] = {"name": named(title) if name == NEW else name, "title": title, "kind": kind}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        if kind != DRIFT:
            offered = _metrics(start)
            asked["metric"] = st.selectbox(
                "Metric", list(offered), index=list(offered).index(start.metric or "error_rate"), key=f"{key}-metric",
                format_func=lambda one: plain_label(offered[one]), width=280,
            )  # fmt: skip
        if kind in (THRESHOLD, CHANGE, SPIKE):
            side = int(start.direction == UNDER)
            asked["direction"] = st.selectbox("Side", [OVER, UNDER], index=side, key=f"{key}-side", width=100)
        if kind != ABSENCE:
            asked["limit"] = _limit(kind, asked.get("metric", ""), start, key)
        asked["window"] = _length("Window", _WINDOWS, length(start.window), f"{key}-window")
        asked["step"] = _length("Looked at every", _STEPS, length(start.step), f"{key}-step")
    with st.expander("Which records, from how many on, and who is told", key=f"{key}-more"):
        asked |= _more(kind, start, key)
    return asked


def _more(kind: str, start: Rule, key: str) -> dict[str, Any]:
    known = {one.field: one.title for one in data.dimensions(Filter())}
    where = alert_conditions.asked(start.where, known, f"{key}-where")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        attributes = [name for name in known if name.startswith(fields.ATTRIBUTE)]
        fields_ = list(dict.fromkeys(["", *fields.TEXTS, *attributes, start.by]))
        by = st.selectbox("Each value by itself of", fields_, index=fields_.index(start.by), key=f"{key}-by", width=200,
                          format_func=_field)  # fmt: skip
        least = st.number_input("From so many records", min_value=1, value=start.least, key=f"{key}-least", width=150)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        lasting = st.text_input("Lasting for", value=length(start.lasting) if start.lasting else "", key=f"{key}-for",
                                placeholder="at once", width=120)  # fmt: skip
        severity = st.selectbox("Severity", SEVERITIES, index=SEVERITIES.index(start.severity), key=f"{key}-severity",
                                width=130)  # fmt: skip
        senders = st.text_input("Told by", value=", ".join(start.senders), key=f"{key}-senders", width=200,
                                placeholder="all that are set up")  # fmt: skip
        unusual = kind == THRESHOLD and st.checkbox(
            "Only if it is more than usual", value=start.unusual, key=f"{key}-unusual"
        )
    note = st.text_input("What to do about it", value=start.note, key=f"{key}-note", max_chars=500)
    return {
        "where": where, "by": by, "least": int(least), "for": lasting.strip() or None, "severity": severity,
        "unusual": unusual, "note": note, "on": start.on,
        "senders": [one.strip() for one in senders.split(",") if one.strip()],
        "recovery": start.recovery if kind == start.kind else None,
    }  # fmt: skip


def _limit(kind: str, metric: str, start: Rule, key: str) -> float | None:
    """Ask for the limit, of a share in per cent."""
    percent = kind in (CHANGE, DRIFT) or (kind == THRESHOLD and _unit(metric) == "share")
    label = f"{_LIMITS[kind]}, %" if percent and kind == THRESHOLD else _LIMITS[kind]
    value = start.limit if start.limit is not None else 0.05
    shown = round(value * 100, 6) if percent else value
    found = st.number_input(
        escape(label),
        value=float(shown),
        min_value=min(float(shown), 0.0),
        key=f"{key}-limit-{kind}-{percent}",
        width=150,
    )
    return float(found) / 100 if percent else float(found)


def _length(label: str, offered: tuple[str, ...], value: str, key: str) -> str:
    options = list(offered) if value in offered else [*offered, value]
    return str(st.selectbox(escape(label), options, index=options.index(value), key=key, width=150))


def _metrics(start: Rule) -> dict[str, str]:
    """Offer the metrics: of records first, then those of scorers and imported scores."""
    found = {name: metric.title for name, metric in METRICS.items()}
    found |= {f"scorer.{name}": scorer.figure for name, scorer in data.scorers().items()}
    found |= {metric.name: metric.title for metric in data.imported()}
    return found | ({start.metric: start.metric} if start.metric and start.metric not in found else {})


def _unit(metric: str) -> str:
    found = commands_alerts.metric_of(data.store(), Rule("a", "A", metric=metric or "requests", limit=0.0))
    return found.unit if found else ""


def _field(name: str) -> str:
    return plain_label(fields.title(name)) if name else "all together"
