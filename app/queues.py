"""The Queue page: the queues there are, and making one of the records that a filter chooses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from analysis.metrics import fields
from analysis.review import power, progress, queue, ready_made
from analysis.review.plan import ALLOCATIONS, METHODS, Plan
from analysis.review.rubrics import RubricError, from_yaml
from analysis.state import rubrics as kept
from app import data, filters, identity, runtime, states, units, words
from app.import_report import moment
from app.sizes import counted
from app.text import escape, plain_label

if TYPE_CHECKING:
    from analysis.metrics.filter import Filter
    from analysis.review.queue import Queue

QUEUE, PART = "queue", "part"
"""The link's parameters."""
REVIEW, PROGRESS, DECIDE = "review", "progress", "decide"
_PARTS = {REVIEW: "Review", PROGRESS: "How far it is", DECIDE: "Decide"}
_PROBLEM = "queue-problem"
_STRATA = ("model", "app", "feature", "environment", "language", "topic")
_SCORERS = {"uncertainty": 1, "worst": 1, "disagreement": 2}


def begin() -> tuple[Queue | None, str]:
    """Draw the title, and the ways from part to part where the link names a queue; gives the queue and the part."""
    name = st.query_params.get(QUEUE)
    known = {one.name: one for one in queue.everything(runtime.current().state)}
    if name is None or name not in known:
        st.title("Queue")
        if name is not None:
            st.markdown(f"There is no queue {escape(name)}.")
        return None, ""
    part = st.query_params.get(PART, REVIEW)
    may = identity.current().may("analyst")
    with st.container(key="way", horizontal=True, vertical_alignment="center", gap="medium"):
        st.button("All queues", key="queue-all", type="tertiary", on_click=_go, args=(None, REVIEW))
        for other, title in _PARTS.items():
            if other != part and (may or other == REVIEW):
                st.button(escape(title), key=f"queue-{other}", type="tertiary", on_click=_go, args=(name, other))
    st.title(escape(name))
    return known[name], part if may else REVIEW


def _go(name: str | None, part: str) -> None:
    for key, value in ((QUEUE, name), (PART, part if name is not None else None)):
        if value is None:
            st.query_params.pop(key, None)
        else:
            st.query_params[key] = value


def draw() -> None:
    """Draw the list of queues, the form for a new one, and the rubrics."""
    _listed()
    me = identity.current()
    if not data.whole().records:
        states.newcomer()
    elif me.may("analyst"):
        _new()
    if me.may("engineer"):
        _rubrics()


def _listed() -> None:
    state, me = runtime.current().state, identity.current()
    found = queue.everything(state)
    if not found:
        st.markdown(
            "A queue is a sample that people label, blind to the model, to scores and to each other. Their labels make "
            "rates that hold for all records, correct what scorers say, and grow the golden set."
        )
        return
    counts = progress.counts(state, me.name)
    st.space("small")
    for one in found:
        count = counts.get(one.id, progress.Count())
        wanted = count.items * one.reviewers
        with st.container(key=f"queue-row-{one.id}", gap="small"):
            st.markdown(f"**{escape(one.name, limit=100)}**")
            parts = [
                one.rubric, counted(count.items, "item"), f"{count.labels:,} of {counted(wanted, 'label')}",
                f"{count.mine:,} by you" if count.mine else "", f"by {one.who}, {moment(one.made)}",
            ]  # fmt: skip
            st.caption(escape(", ".join(part for part in parts if part), limit=200))
            with st.container(horizontal=True, gap="medium"):
                for part, title in _PARTS.items():
                    if part == REVIEW or me.may("analyst"):
                        st.button(
                            escape(title), key=f"{part}-{one.id}", on_click=_go, args=(one.name, part),
                            type="secondary" if part == REVIEW else "tertiary",
                        )  # fmt: skip


def _new() -> None:
    """Draw the form of a new queue, drawn from the records that the filter bar chooses."""
    states.heading("Make a queue")
    extent = data.whole()
    view = filters.current()
    chosen = view.filter(extent)
    filters.bar(view, chosen, compares=False)
    with st.container(key="sentence"):
        alone = replace(view, compare=False)
        st.markdown(escape(words.looking_at(alone, chosen, None, extent.last), limit=600))
    records = data.summary(["requests"], chosen)["requests"].n
    if not records:
        states.nothing_found("reset-queue")
        return
    with st.container(key="queue-form", width=720):
        name, rubric = st.columns(2)
        with name:
            st.text_input("Name", key="queue-name", max_chars=100, placeholder="Weekly bias audit")
        with rubric:
            known = {one.name: one.title for one in ready_made.everything(runtime.current().state)}
            st.selectbox("Rubric", list(known), format_func=lambda name: plain_label(known[name]), key="queue-rubric")
        st.selectbox("Drawn", list(METHODS), format_func=METHODS.__getitem__, key="queue-method")
        method = st.session_state["queue-method"]
        _method(method)
        with st.container(horizontal=True, gap="small"):
            st.number_input("Items", min_value=1, max_value=records, value=min(100, records), key="queue-size")
            st.number_input("Reviewers an item", min_value=1, max_value=20, value=2, key="queue-reviewers",
                            help="Different people. Two or more show how far they agree.")  # fmt: skip
            if method != "random":
                st.number_input("At random, %", min_value=1, max_value=100, value=20, key="queue-share",
                                help="So many of the items are drawn at random whatever the method: only these speak "
                                "for all records where the method looks for cases.")  # fmt: skip
            st.number_input("Seed", min_value=0, value=0, key="queue-seed", help="The same draws the same records.")
        st.button(escape(f"Draw from {counted(records, 'record')}"), key="queue-make", type="primary", on_click=_make,
                  args=(chosen,))  # fmt: skip
        states.problem(st.session_state.pop(_PROBLEM, ""), limit=400)
        _planner()


def _method(method: str) -> None:
    scorers = {name: scorer.title for name, scorer in data.scorers().items() if scorer.flags_from is not None}
    if method == "stratified":
        by, how = st.columns(2)
        offered = {
            **{field: fields.title(field) for field in _STRATA}, "week": "Week",
            **{f"scorer.{name}": f"Bands of {title}" for name, title in scorers.items()},
        }  # fmt: skip
        with by:
            st.selectbox("By", list(offered), format_func=lambda name: plain_label(offered[name]), key="queue-by")
        with how:
            st.selectbox("Of each", ALLOCATIONS, key="queue-allocation", format_func={
                "proportional": "as it has records", "equal": "the same number"}.__getitem__)  # fmt: skip
    elif method in _SCORERS:
        st.multiselect(
            "Scorer" if _SCORERS[method] == 1 else "Two scorers", list(scorers),
            format_func=lambda name: plain_label(scorers[name]), key="queue-scorers", max_selections=_SCORERS[method],
        )  # fmt: skip
        st.caption("For finding cases. What they show is no rate; the random part is.")


def _planner() -> None:
    with st.expander("How many items?", type="compact"):
        first, second = st.columns(2)
        with first:
            one = st.number_input("Rate of one group, %", min_value=0.0, max_value=100.0, value=20.0, key="plan-one")
        with second:
            two = st.number_input("Of the other, %", min_value=0.0, max_value=100.0, value=16.0, key="plan-two")
        if one != two:
            n = power.per_group(one / 100, two / 100)
            st.markdown(escape(
                f"{n:,} of each group show this gap in four of five audits, with one false alarm in twenty. Pairs of "
                f"one prompt with a name swapped need far fewer: {power.discordant(0.65):,} that differ, where 65 % of "
                "these favour one side.", limit=400,
            ))  # fmt: skip


def _make(chosen: Filter) -> None:
    here, given = runtime.current(), st.session_state
    method = given["queue-method"]
    try:
        plan = Plan(
            method=method, size=int(given["queue-size"]), where=tuple(chosen.texts()), start=chosen.start,
            end=chosen.end, seed=int(given["queue-seed"]),
            by=given["queue-by"] if method == "stratified" else None,
            allocation=given.get("queue-allocation", ALLOCATIONS[0]),
            scorers=tuple(given.get("queue-scorers", ())) if method in _SCORERS else (),
            random_share=given.get("queue-share", 20) / 100,
        )  # fmt: skip
        made = queue.make(
            here.store, here.state, given["queue-name"], plan, rubric=given["queue-rubric"],
            reviewers=int(given["queue-reviewers"]), who=identity.current().name,
        )  # fmt: skip
    except ValueError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    _go(made.name, PROGRESS)


def _rubrics() -> None:
    """Draw the rubrics as YAML; what is changed becomes a new version, and queues keep the one they were made with."""
    state = runtime.current().state
    with st.expander("Rubrics", type="compact"):
        known = {one.name: one for one in ready_made.everything(state)}
        versions = {one.name: one.version for one in kept.newest(state)}
        name = st.selectbox("Rubric", list(known), format_func=lambda name: plain_label(known[name].title),
                            key="rubric-name")  # fmt: skip
        version = versions.get(name, 1)
        st.caption(escape(f"Version {version}. Queues keep the version that they were made with."))
        key = f"rubric-text-{name}-{version}"
        st.text_area("As YAML; another name makes another rubric", known[name].to_yaml(), key=key, height=320)
        st.button("Save as a new version", key="rubric-save", on_click=_save, args=(key,))
        states.problem(st.session_state.pop("rubric-problem", ""), limit=400)


def _save(key: str) -> None:
    if not identity.current().may("engineer"):
        return
    try:
        rubric = from_yaml(st.session_state[key])
    except RubricError as error:
        st.session_state["rubric-problem"] = str(error)
        return
    ready_made.keep(runtime.current().state, rubric, who=identity.current().name)


def drawn(one: Queue) -> str:
    """Say how a queue was drawn."""
    plan: dict[str, Any] = one.plan
    if plan.get("method") not in METHODS:
        return f"Labels brought from another tool by {one.who}, {moment(one.made)}."
    by = f" by {plan['by']}" if plan.get("by") else ""
    scorers = f" ({', '.join(plan['scorers'])})" if plan.get("scorers") else ""
    arms = ", ".join(f"{count:,} {arm}" for arm, count in (plan.get("arms") or {}).items())
    return (
        f"{METHODS[plan['method']].capitalize()}{by}{scorers} from {counted(plan['frame'], 'record')} "
        f"({plan['looked_at']}), seed {plan['seed']}: {arms}. Drawn by {one.who}, {moment(one.made)}; rubric "
        f"{one.rubric}, version {one.rubric_version}; {counted(one.reviewers, 'reviewer')} an item."
    )


def percent(value: float | None) -> str:
    """Write a share."""
    return units.NONE if value is None else units.figure(value, "share")
