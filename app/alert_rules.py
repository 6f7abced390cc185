"""The rules on the Alerts page: the list, a form to make or change one, and trying it on the past."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from analysis.alerts import rules
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
    RuleError,
    length,
    named,
    read,
)  # fmt: skip
from analysis.alerts.rule_file import parse, written
from analysis.metrics import fields
from analysis.metrics.catalogue import METRICS
from analysis.metrics.filter import Filter
from app import alert_chart, alert_conditions, commands_alerts, data, identity, moments, runtime, states, units
from app.sizes import counted
from app.text import escape, plain_label

if TYPE_CHECKING:
    from analysis.alerts.rules import Kept

RULE = "rule"
_NEW = "new"
_PROBLEM, _TRIED = "rule-problem", "rule-tried"
_WINDOWS = ("15 min", "30 min", "1 h", "3 h", "6 h", "12 h", "1 d", "2 d", "3 d", "1 w")
_STEPS = ("5 min", "15 min", "30 min", "1 h", "6 h", "1 d", "1 w")
_LIMITS = {
    THRESHOLD: "Limit",
    CHANGE: "By at least, %",
    SPIKE: "At least",
    PROJECTED: "Budget",
    DRIFT: "By at least, %",
}
_SHOWN = 8
"""Times that it would have fired which are listed."""


def listed() -> None:
    """Draw the rules, each with what it says and its switch."""
    states.heading("Rules")
    st.caption(
        "Each is looked at on every check. Those that come with Afterword fire, by chance alone, in one week of twenty "
        "at most."
    )
    for kept in rules.everything(runtime.current().state):
        _row(kept)
        if st.query_params.get(RULE) == kept.rule.name:
            _form(kept.rule.name, kept.rule)
    if may():
        st.button("A new rule", key="rule-new", on_click=_go, args=(_NEW,))
    if st.query_params.get(RULE) == _NEW:
        _form(_NEW, Rule("a-rule", "A rule", metric="error_rate", limit=0.05))


def _row(kept: Kept) -> None:
    rule = kept.rule
    with st.container(key=f"rule-{rule.name}", horizontal=True, vertical_alignment="center", gap="medium"):
        st.toggle("On", value=rule.on, key=f"rule-on-{rule.name}", on_change=_switch, args=(rule.name,),
                  label_visibility="collapsed", disabled=not may(), width="content")  # fmt: skip
        with st.container(gap=None, width="stretch"):
            st.markdown(f"{escape(rule.title, limit=100)} :gray[{escape(rule.severity)}]")
            st.caption(escape(alert_chart.sentence(rule), limit=300))
        st.button("Try or change", key=f"rule-change-{rule.name}", type="tertiary", on_click=_go, args=(rule.name,),
                  width="content")  # fmt: skip


def _form(name: str, start: Rule) -> None:
    """Draw the form of a rule, what it would have done, and how to keep it."""
    with st.container(key="rule-form", border=True):
        st.subheader(escape("A new rule" if name == _NEW else start.title, limit=100))
        given = _given(name, start)
        try:
            rule = read(given)
        except RuleError as error:
            st.markdown(f":red[{escape(error, limit=300)}]")
            rule = None
        if rule is not None:
            st.caption(escape(alert_chart.sentence(rule), limit=400))
        _keep(name, rule)
        if rule is not None and st.session_state.get(_TRIED) == name:
            _tried(rule)
        _as_yaml(name, rule or start)


def _keep(name: str, rule: Rule | None) -> None:
    with st.container(horizontal=True, gap="medium"):
        st.button("Try it on the past", key="rule-try", on_click=_try, args=(name,), disabled=rule is None)
        if may():
            st.button("Keep", key="rule-keep", type="primary", on_click=_save, args=(rule,), disabled=rule is None)
            if name != _NEW:
                st.button("Take away", key="rule-remove", type="tertiary", on_click=_remove, args=(name,))
        st.button("Close", key="rule-close", type="tertiary", on_click=_go, args=(None,))
    problem = st.session_state.pop(_PROBLEM, "")
    if problem:
        st.markdown(f":red[{escape(problem, limit=300)}]")


def _given(name: str, start: Rule) -> dict[str, Any]:
    """Ask for the parts of a rule, the common ones first; gives them as :func:`read` takes them."""
    key = f"rule-form-{name}"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        title = st.text_input("What it says", value=start.title, key=f"{key}-title", max_chars=120, width=340)
        kind = st.selectbox("Fires at", list(KINDS), index=list(KINDS).index(start.kind), key=f"{key}-kind", width=420,
                            format_func=lambda one: KINDS[one].capitalize())  # fmt: skip
    given: dict[str, Any] = {"name": named(title) if name == _NEW else name, "title": title, "kind": kind}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        if kind != DRIFT:
            offered = _metrics(start)
            given["metric"] = st.selectbox(
                "Metric", list(offered), index=list(offered).index(start.metric or "error_rate"), key=f"{key}-metric",
                format_func=lambda one: plain_label(offered[one]), width=280,
            )  # fmt: skip
        if kind in (THRESHOLD, CHANGE, SPIKE):
            side = int(start.direction == UNDER)
            given["direction"] = st.selectbox("Side", [OVER, UNDER], index=side, key=f"{key}-side", width=100)
        if kind != ABSENCE:
            given["limit"] = _limit(kind, given.get("metric", ""), start, key)
        given["window"] = _length("Window", _WINDOWS, length(start.window), f"{key}-window")
        given["step"] = _length("Looked at every", _STEPS, length(start.step), f"{key}-step")
    with st.expander("Which records, from how many on, and who is told", key=f"{key}-more"):
        given |= _more(kind, start, key)
    return given


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
        escape(label), value=float(shown), min_value=0.0, key=f"{key}-limit-{kind}-{percent}", width=150
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


def _tried(rule: Rule) -> None:
    span = commands_alerts.tried(data.store(), rule, None, None)
    if span is None or (rule.metric and commands_alerts.metric_of(data.store(), rule) is None):
        states.absent("There is nothing to try it on.", "No record has a time, or no score of this name is there.")
        return
    found = alert_chart.evaluated(rule, *span)
    many = len(found.episodes)
    write = moments.day if span[0].date() < span[1].date() else moments.brief
    said = f"It would have fired {counted(many, 'time')} from {write(span[0])} to {write(span[1])}"
    groups = list(dict.fromkeys([one.group for one in found.episodes])) or list(found.looks)[:1]
    alert_chart.draw(rule, found, groups[0] if groups else "", said, key="tried")
    for one in found.episodes[-_SHOWN:]:
        group = f"{units.group(one.group)}: " if one.group else ""
        until = moments.brief(one.end) if one.end else "the end"
        st.caption(escape(f"{group}{moments.brief(one.start)} to {until}", limit=200))


def _as_yaml(name: str, rule: Rule) -> None:
    with st.expander("As YAML", key=f"rule-yaml-{name}", type="compact"):
        st.text_area(
            "Everything a rule can say", value=written([rule]), height=220, key=f"rule-text-{name}-{hash(rule)}"
        )
        if may():
            st.button("Keep what is written", key="rule-keep-yaml", on_click=_save_yaml,
                      args=(f"rule-text-{name}-{hash(rule)}",))  # fmt: skip


def _field(name: str) -> str:
    return plain_label(fields.title(name)) if name else "all together"


def may() -> bool:
    """Whether who is looking may change rules and act on alerts."""
    me = identity.current()
    return me.may("analyst") or me.may("engineer")


def _go(name: str | None) -> None:
    st.session_state.pop(_TRIED, None)
    if name is None:
        st.query_params.pop(RULE, None)
    else:
        st.query_params[RULE] = name


def _try(name: str) -> None:
    st.session_state[_TRIED] = name


def _switch(name: str) -> None:
    rules.switch(runtime.current().state, name, on=st.session_state[f"rule-on-{name}"], who=identity.current().name)


def _save(rule: Rule) -> None:
    rules.save(runtime.current().state, rule, who=identity.current().name)
    _go(rule.name)


def _save_yaml(key: str) -> None:
    try:
        for rule in parse(st.session_state[key]):
            _save(rule)
    except RuleError as error:
        st.session_state[_PROBLEM] = str(error)


def _remove(name: str) -> None:
    rules.remove(runtime.current().state, name, who=identity.current().name)
    _go(None)
