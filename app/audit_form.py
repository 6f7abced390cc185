"""A new audit: a form that writes the specification, shows it as YAML, and runs it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import streamlit as st

from analysis.audit import values
from analysis.audit.mentioned import ASPECTS
from analysis.audit.report import run
from analysis.audit.spec import BLOCKS, INDEPENDENT, PAIRS
from analysis.audit.spec_file import SpecError, parse, written
from analysis.metrics import fields
from analysis.review import queue, scores
from app import audited, data, identity, runtime, states
from app.text import log_code, plain_label

if TYPE_CHECKING:
    from app.page import Scope

_PROBLEM = "audit-form-problem"
_DESIGNS = {
    INDEPENDENT: "Groups of separate records", PAIRS: "Pairs: the same prompt, another attribute",
    BLOCKS: "Several candidates in one call",
}  # fmt: skip
_READ, _METRIC, _JSON, _PATTERN, _WHEN, _RANKING = "read", "metric", "json", "pattern", "when", "ranking"
_WAYS = {
    _READ: "A label, score or number", _METRIC: "A metric, or what a scorer flags",
    _JSON: "A field of the response (JSON)", _PATTERN: "A pattern in the response", _WHEN: "Whether a condition holds",
}  # fmt: skip
_HELP = {_JSON: "$.decision", _PATTERN: "Decision: (\\w+)", _WHEN: "status=error", _RANKING: "$.ranking[*].candidate"}
_FIELD, _MENTIONED = "An attribute of the records", "What a text mentions"


def draw(scope: Scope) -> None:
    """Draw the form; the records are those of the filter bar."""
    with st.expander("A new audit", key="audit-new"):
        st.caption("It looks at the records that the filter above chooses.")
        given = _given(scope)
        if given is None:
            return
        text = written(given)
        try:
            spec = parse(text)
        except SpecError as error:
            states.problem(str(error), limit=400)
            spec = None
        st.caption("The same as a file, for `afterword audit run`:")
        log_code(text, language="yaml")
        st.button("Run the audit", key="audit-run", type="primary", on_click=_run, args=(text,), disabled=spec is None)
        states.problem(st.session_state.get(_PROBLEM, ""), limit=400)


def _given(scope: Scope) -> dict[str, Any] | None:
    """Ask for a specification's parts; None while something is missing."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        title = st.text_input("Title", key="audit-title", placeholder="Shortlists by gender", width=340)
        design = st.selectbox("Design", list(_DESIGNS), format_func=_DESIGNS.__getitem__, key="audit-design", width=330)
    outcome = _outcome(design)
    groups, known = _groups(scope, design)
    more = _more(scope, design, known)
    if not (title and outcome and groups):
        st.caption("A title, an outcome and groups are needed.")
        return None
    chosen = scope.chosen
    period = {"from": chosen.start and chosen.start.isoformat(), "to": chosen.end and chosen.end.isoformat()}
    where = {name: value for name, value in {**period, "where": chosen.texts()}.items() if value}
    return {"name": _named(title), "title": title, "filter": where, "outcome": outcome, "groups": groups,
            "design": design, **more}  # fmt: skip


def _outcome(design: str) -> dict[str, Any] | None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        ways = {_RANKING: "How the response ranks them", **_WAYS} if design == BLOCKS else _WAYS
        way = st.selectbox("Outcome", list(ways), format_func=ways.__getitem__, key=f"audit-way-{design}", width=240)
        if way == _READ:
            numbers = [*(metric.name for metric in data.imported()), *(f"scorer.{name}" for name in data.scorers()),
                       *fields.NUMBERS]  # fmt: skip
            what = st.selectbox("Which", numbers, format_func=plain_label, key="audit-read", width=210)
        elif way == _METRIC:
            known = {metric.name: metric.title for metric in values.metrics(data.store())}
            what = st.selectbox("Which", list(known), format_func=lambda name: plain_label(known[name]),
                                key="audit-metric", width=240)  # fmt: skip
        else:
            what = st.text_input("Where", value=_HELP[way] if way == _RANKING else "", placeholder=_HELP[way],
                                 key=f"audit-{way}", width=240)  # fmt: skip
        is_ = at_least = ""
        if way in (_READ, _JSON, _PATTERN):
            is_ = st.text_input("Counts where it is", key="audit-is", placeholder="advance", width=140)
            at_least = st.text_input("or at least", key="audit-at-least", placeholder="7", width=100)
        better = ""
        if way not in (_RANKING, _WHEN, _METRIC):
            better = st.selectbox("Better is", ["higher", "lower"], key="audit-better", width=100)
    if not what:
        return None
    found: dict[str, Any] = {way: what}
    if is_:
        found["is"] = is_
    elif at_least:
        try:
            found["at_least"] = float(at_least)
        except ValueError:
            st.markdown(":red[“At least” is a number.]")
            return None
    return found | ({"better": better} if better == "lower" else {})


def _groups(scope: Scope, design: str) -> tuple[dict[str, Any] | None, list[str]]:
    """Ask who is compared; gives the groups, and the values to choose a reference from."""
    known = {one.field: one.title for one in data.dimensions(scope.chosen)}
    ordered = sorted(known, key=lambda name: not name.startswith(fields.ATTRIBUTE))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        source = st.selectbox("Groups by", [_FIELD, _MENTIONED], key="audit-source", width=260)
        if source == _MENTIONED:
            aspect = st.selectbox("Mentioned", list(ASPECTS), key="audit-aspect", width=160)
            text = st.selectbox("In the", ["prompt", "response"], key="audit-in", width=140)
            st.caption(
                "By words and first names: the group a text speaks of, and nobody's identity. The report says in how "
                "many texts one was found."
            )
            return {"mentioned": aspect, "in": text}, []
        by = st.selectbox(
            "Attribute", ordered, format_func=lambda name: plain_label(known[name]), key="audit-by", width=220
        )
        also = st.selectbox("and", ["", *ordered], format_func=lambda name: plain_label(known.get(name, "–")),
                            key="audit-also", width=220)  # fmt: skip
        split = ""
        if design == BLOCKS:
            split = st.text_input("Split at", key="audit-split", value=",", width=90,
                                  help="Where a record lists the groups of its candidates.")  # fmt: skip
    if not by:
        return None, []
    found = [value for value in data.values(by, scope.chosen) if value != fields.NONE]
    if split and st.session_state.get(f"audit-way-{design}") == _RANKING:
        found = list(dict.fromkeys(part.strip() for value in found for part in value.split(split) if part.strip()))
        return {"by": by, "and": also, "split": split}, found
    return {"by": by, **({"and": also} if also else {})}, found


def _more(scope: Scope, design: str, groups: list[str]) -> dict[str, Any]:
    """Ask for the reference, what binds records together, the queue, and the tables of Local Law 144."""
    known = {one.field: one.title for one in data.dimensions(scope.chosen) if one.field.startswith(fields.ATTRIBUTE)}
    found: dict[str, Any] = {}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        if groups:
            found["reference"] = st.selectbox(
                "Reference", ["", *groups], format_func=lambda value: plain_label(value or "the largest group"),
                key="audit-reference", width=220,
            )  # fmt: skip
        ranked = st.session_state.get(f"audit-way-{design}") == _RANKING
        if design == PAIRS or (design == BLOCKS and not ranked):
            likely = sorted(known, key=lambda name: "pair" not in name if design == PAIRS else "block" not in name)
            found["pair" if design == PAIRS else "block"] = st.selectbox(
                "Shared by a pair" if design == PAIRS else "Shared by a block", likely,
                format_func=lambda name: plain_label(known[name]), key=f"audit-within-{design}", width=220,
            )  # fmt: skip
        queues = [one.name for one in queue.everything(runtime.current().state)]
        if queues and design == INDEPENDENT:
            found["queue"] = st.selectbox(
                "Only what a queue drew", ["", *queues], key="audit-queue", width=220,
                format_func=lambda name: plain_label(name or "no, all of it"),
                help="Its items alone, each weighted by its chance of being drawn, and of a question of its rubric its "
                     "labels alone. The report tells plan, reviewers and agreement.",
            )  # fmt: skip
        if st.checkbox("Tables of Local Law 144", key="audit-law"):
            found["options"] = {"local_law_144": True}
    return found


def _named(title: str) -> str:
    """Make the name of an audit from its title."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:80] or "audit"


def _run(text: str) -> None:
    st.session_state[_PROBLEM] = ""
    here = runtime.current()
    scores.sync(here.store, here.state)  # of what was labelled since the page was drawn
    try:
        audit = run(here.store, here.state, parse(text), who=identity.current().name)
    except ValueError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    st.query_params[audited.NAME] = audit.name
    st.query_params.pop(audited.VERSION, None)
