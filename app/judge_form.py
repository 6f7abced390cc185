"""Asking a judge: by which rubric, whom, how many, for how much; what it would take is said before it starts."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import streamlit as st

from analysis.scoring.judge.order import BUDGET, Order
from analysis.scoring.judge.rubric import RubricError, rubrics
from analysis.state import settings
from app import identity, runtime, states, units, watch
from app.jobs import JUDGES
from app.sizes import counted
from app.text import escape, plain_label

if TYPE_CHECKING:
    from analysis.scoring.judge.run import Estimate


def draw() -> None:
    """Draw the form, what the order would take, and the button that gives it."""
    st.subheader("Ask a judge")
    st.caption(
        "A language model reads records and judges them by a rubric. This sends their texts away, and costs what the "
        "model's owner charges. Key and endpoint come from the environment of this server: AFTERWORD_JUDGE_KEY, and "
        "AFTERWORD_JUDGE_URL where it is neither OpenAI's nor Anthropic's own."
    )
    _following()
    try:
        known = rubrics(runtime.current().workspace)
    except RubricError as error:
        states.problem(str(error), limit=600)
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        rubric = st.selectbox(
            "Rubric", list(known), format_func=lambda name: plain_label(known[name].title), key="judge-rubric",
            width=240,
        )  # fmt: skip
        model = st.text_input("Model", key="judge-model", placeholder="gpt-5-mini", width=200)
        sample = st.number_input("Records", min_value=1, value=200, key="judge-sample", width=140)
        budget = st.number_input(
            "Budget, USD", min_value=0.0, value=BUDGET, step=0.5, key="judge-budget", width=140,
            help="It is never passed: each call sets aside the most it can cost before it is made.",
        )  # fmt: skip
    if rubric is None or not model:
        return
    st.caption(escape(known[rubric].about, limit=300))
    order = Order(rubric, model, budget=float(budget or 0), sample=int(sample) if sample else None)
    try:
        estimate = order.judge(runtime.current().store).estimate()
    except ValueError as error:
        states.problem(str(error), limit=600)
        return
    _confirm(order, estimate)
    _standing(order)


def _confirm(order: Order, estimate: Estimate) -> None:
    if not estimate.records:
        st.markdown("This judge has judged all of these records.")
        return
    words = (
        f"{counted(estimate.records, 'record')}: about {estimate.likely:.4f} USD, at most {estimate.most:.4f}; "
        f"no more than {order.budget:.2f} will be spent."
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.button("Judge them", key="judge-start", on_click=_start, args=(order,), disabled=watch.busy("judge"))
        st.caption(escape(words, limit=300))


def _standing(order: Order) -> None:
    """Draw the judge that follows every import, or the way to make one of this order."""
    if settings.get(runtime.current().state, JUDGES):
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        percent = st.number_input(
            "Or some of every import, %", min_value=0.01, max_value=100.0, value=1.0, key="judge-share", width=200,
            help="Records are drawn at random, so that their rate is that of all.",
        )  # fmt: skip
        st.button(
            "Judge these from now on", key="judge-follow", on_click=_follow,
            args=(replace(order, sample=None, share=round(percent / 100, 6)),),
        )  # fmt: skip


def _following() -> None:
    """Say which judge follows every import, with the way to end that; nothing where none does."""
    held = settings.get(runtime.current().state, JUDGES)
    if not held:
        return
    order = Order(**held)
    words = (
        f"After every import, {order.model} judges {units.figure(order.share, 'share')} of all records by "
        f"{order.rubric}, for at most {order.budget:.2f} USD each time."
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(escape(words, limit=300), width="content")
        st.button("End that", key="judge-unfollow", on_click=_follow, args=(None,), type="tertiary")


def _follow(order: Order | None) -> None:
    value = asdict(order) if order else None
    settings.put(runtime.current().state, JUDGES, value, who=identity.current().name)


def _start(order: Order) -> None:
    watch.put_away()
    watch.submit("judge", asdict(order))


def ended() -> None:
    """Say what became of the judging that this person began last."""
    for job in watch.finished("judge"):
        result = job.result or {}
        if job.error:
            states.broke_off(watch.label(job), job.error)
            continue
        st.markdown(escape(f"{counted(result['judged'], 'record')} judged, for {result['spent']:.4f} USD.", limit=200))
        if result["stopped"]:
            why = "the budget is used up" if result["stopped"] == "budget" else result["stopped"]
            states.broke_off("Stopped before the end", why)
        if result["failed"]:
            first = result["failed"][0]
            words = f"{counted(len(result['failed']), 'record')} could not be judged; the first: {first['reason']}"
            st.markdown(escape(words, limit=400))
