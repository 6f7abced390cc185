"""The rules on the Alerts page: the list, a form to make or change one, and trying it on the past."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from analysis.alerts import rules
from analysis.alerts.rule import Rule, RuleError, read, switched
from analysis.alerts.rule_file import parse, written
from analysis.alerts.rules import ChangedError, Kept
from app import alert_chart, alert_deeds, alert_form, commands_alerts, data, identity, moments, runtime, states, units
from app.alert_form import NEW
from app.sizes import counted
from app.text import escape

RULE = "rule"
_OPENED, _PROBLEM, _TRIED = "rule-opened", "rule-problem", "rule-tried"
_SHOWN = 8
"""Times that it would have fired which are listed."""


def listed() -> None:
    """Draw the rules, each with what it says and its switch."""
    states.heading("Rules")
    st.caption(
        "Each is looked at on every check. Those that come with Afterword fire, by chance alone, in one week of twenty "
        "at most."
    )
    found = {kept.rule.name: kept for kept in rules.everything(runtime.current().state)}
    name = st.query_params.get(RULE, "")
    opened = _opened(name, found.get(name))
    if opened is None:
        _problem()
    for kept in found.values():
        _row(kept)
        if opened is not None and name == kept.rule.name:
            _form(name, opened)
    if alert_deeds.may():
        st.button("A new rule", key="rule-new", on_click=_go, args=(NEW,))
    if opened is not None and name not in found:
        _form(name, opened)


def _opened(name: str, kept: Kept | None) -> Kept | None:
    """Give the rule of the form as it was opened, whatever became of it; None where no form is open."""
    if name == NEW:
        st.session_state[_OPENED] = None
        return Kept(Rule("a-rule", "A rule", metric="error_rate", limit=0.05), "", None, None)
    held: Kept | None = st.session_state.get(_OPENED)
    if held is None or held.rule.name != name:
        held = kept
    elif kept is None and held.change is not None:
        held = replace(held, change=None)
        st.session_state[_PROBLEM] = "Somebody has taken this rule away. Keep puts it back as it stands here."
    elif kept is not None:  # a switch, which stands beside the form, is no change of what is in it
        mine = switched(held.rule, on=kept.rule.on)
        held = kept if mine == kept.rule else replace(held, rule=mine)
    if name and held is None:
        st.session_state[_PROBLEM] = f"There is no rule {name} any more."
    st.session_state[_OPENED] = held
    return held


def _row(kept: Kept) -> None:
    rule, key = kept.rule, f"rule-on-{kept.rule.name}"
    with st.container(key=f"rule-row-{rule.name}", horizontal=True, vertical_alignment="center", gap="medium"):
        st.session_state[key] = rule.on  # as it is now: somebody else may have switched it
        st.toggle("On", key=key, on_change=_switch, args=(rule.name, rule.on), label_visibility="collapsed",
                  disabled=not alert_deeds.may(), width="content")  # fmt: skip
        with st.container(gap=None, width="stretch"):
            st.markdown(f"{escape(rule.title, limit=100)} :gray[{escape(rule.severity)}]")
            st.caption(escape(alert_chart.sentence(rule), limit=300))
        st.button("Try or change", key=f"rule-change-{rule.name}", type="tertiary", on_click=_go, args=(rule.name,),
                  width="content")  # fmt: skip


def _form(name: str, opened: Kept) -> None:
    """Draw the form of a rule, what it would have done, and how to keep it."""
    start = opened.rule
    with st.container(key="rule-form", border=True):
        st.subheader(escape("A new rule" if name == NEW else start.title, limit=100))
        given = alert_form.given(name, start)
        try:
            rule = read(given)
        except RuleError as error:
            states.problem(str(error), limit=300)
            rule = None
        if rule is not None:
            st.caption(escape(alert_chart.sentence(rule), limit=400))
        _keep(name, rule, gone=opened.change is None)
        if rule is not None and st.session_state.get(_TRIED) == name:
            _tried(rule)
        _as_yaml(name, rule or start)


def _keep(name: str, rule: Rule | None, *, gone: bool) -> None:
    with st.container(horizontal=True, gap="medium"):
        st.button("Try it on the past", key="rule-try", on_click=_try, args=(name,), disabled=rule is None)
        if alert_deeds.may():
            st.button("Keep", key="rule-keep", type="primary", on_click=_save, args=(rule,), disabled=rule is None)
            if not gone:
                st.button("Take away", key="rule-remove", type="tertiary", on_click=_remove, args=(name,))
        st.button("Close", key="rule-close", type="tertiary", on_click=_go, args=(None,))
    _problem()


def _problem() -> None:
    states.problem(st.session_state.pop(_PROBLEM, ""), limit=300)


def _tried(rule: Rule) -> None:
    span = commands_alerts.tried(data.store(), rule, None, None)
    if span is None or (rule.metric and commands_alerts.metric_of(data.store(), rule) is None):
        states.absent("There is nothing to try it on.", "No record has a time, or no score of this name is there.")
        return
    found = alert_chart.evaluated(rule, *span)
    if not any(found.looks.values()):
        states.absent("There is nothing to try it on.", "No record is of this kind, or there are too few days of them.")
        return
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
        if alert_deeds.may():
            st.button("Keep what is written", key="rule-keep-yaml", on_click=_save_yaml,
                      args=(f"rule-text-{name}-{hash(rule)}",))  # fmt: skip


def _go(name: str | None) -> None:
    for key in (_TRIED, _OPENED):
        st.session_state.pop(key, None)
    if name is None:
        st.query_params.pop(RULE, None)
    else:
        st.query_params[RULE] = name


def _try(name: str) -> None:
    st.session_state[_TRIED] = name


def _switch(name: str, was: bool) -> None:
    on = st.session_state[f"rule-on-{name}"]
    if on == was:  # nobody switched it: Streamlit may call this for a page that was just left
        return
    try:
        rules.switch(runtime.current().state, name, on=on, who=identity.current().name)
    except RuleError:
        st.session_state[_PROBLEM] = "Somebody has taken this rule away."


def _save(rule: Rule) -> None:
    if _kept(rule):
        _go(rule.name)


def _save_yaml(key: str) -> None:
    try:
        made = parse(st.session_state[key])
    except RuleError as error:
        st.session_state[_PROBLEM] = str(error)
    else:
        if _kept(*made):
            _go(None)  # the form holds what it held before


def _kept(*made: Rule) -> bool:
    """Keep rules, or say who was quicker."""
    try:
        rules.save(runtime.current().state, *made, who=identity.current().name, over=_seen())
    except ChangedError as error:
        _refused(error, "Keep")
        return False
    return True


def _remove(name: str) -> None:
    try:
        rules.remove(runtime.current().state, name, who=identity.current().name, over=_seen())
    except ChangedError as error:
        _refused(error, "Take away")
        if error.change is None:
            st.session_state[_PROBLEM] = str(error)
            _go(None)
    else:
        _go(None)


def _seen() -> dict[str, int | None]:
    """Give the rule that was opened, for it to give way if it is still as it was then."""
    opened: Kept | None = st.session_state.get(_OPENED)
    return {opened.rule.name: opened.change} if opened is not None else {}


def _refused(error: ChangedError, deed: str) -> None:
    """Say that somebody was quicker; who has read that may do it all the same."""
    opened: Kept | None = st.session_state.get(_OPENED)
    st.session_state[_PROBLEM] = str(error)
    if opened is not None and opened.rule.name == error.name:
        st.session_state[_OPENED] = replace(opened, change=error.change)
        st.session_state[_PROBLEM] += f" {deed} once more does it all the same, Close leaves it."
