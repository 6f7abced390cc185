"""Deciding where reviewers differ: both views side by side, and an answer that holds; what they said stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from analysis.metrics import conversations
from analysis.review import labels
from analysis.review.progress import progress
from analysis.review.queue import rubric_of
from analysis.review.rubrics import CHOICE, CORRECTION, SCALE, SPAN, AnswersError
from app import identity, leaf, reviewing, runtime, states
from app.sizes import counted
from app.text import escape, log_text, plain_label

if TYPE_CHECKING:
    from analysis.review.labels import Disagreement
    from analysis.review.queue import Queue
    from analysis.review.rubrics import Answers, Question, Rubric

_PROBLEM = "decide-problem"


def draw(queue: Queue) -> None:
    """Draw the first item that reviewers differ on and nobody has decided."""
    here = runtime.current()
    found = labels.disagreements(here.state, queue)
    decided = progress(here.state, queue).decided
    st.caption(escape(f"{counted(len(found), 'item')} to decide, {decided:,} decided"))
    if not found:
        st.markdown("Reviewers differ on nothing that is left. Items come here once they have all their labels.")
        return
    one, rubric = found[0], rubric_of(here.state, queue)
    with leaf.turned("decide", one.labelled.item.id):
        text, form = st.columns([6, 5], gap="large")
        record = conversations.record(here.store, one.labelled.item.record_id)
        with text:
            if record is None:
                st.markdown("The record is not there: its import was taken back.")
            else:
                reviewing.dialogue(record)
        with form, st.container(key="review-form"):
            _sides(one, rubric)
            _decision(one, rubric)


def _sides(one: Disagreement, rubric: Rubric) -> None:
    """Draw each reviewer's answers beside the others'; where they differ, in bold."""
    for question in rubric.questions:
        given = [(event, (event.answers or {}).get(question.name)) for event in one.labelled.labels]
        if all(answer is None for _, answer in given):
            continue
        if question.name in one.questions:
            st.markdown(f"**{escape(question.title, limit=200)}**")
        else:
            st.markdown(f":gray[{escape(question.title, limit=200)}]")
        for column, (event, answer) in zip(st.columns(len(given)), given, strict=True):
            with column:
                st.caption(escape(event.who, limit=60))
                if question.kind == SPAN:
                    st.markdown(escape(f"{len(answer or [])} marked"))
                elif answer is None:
                    st.caption("not asked, or left out")
                else:
                    log_text(answer)


def _decision(one: Disagreement, rubric: Rubric) -> None:
    st.subheader("What holds")
    item = one.labelled.item.id
    first = one.labelled.labels[0].answers or {}
    answers: Answers = {}
    for question in rubric.questions:
        if not question.asked(answers):
            continue
        agreed = None if question.name in one.questions else first.get(question.name)
        given = _asked(question, agreed, key=f"decide-{item}-{question.name}")
        if given not in (None, "", []):
            answers[question.name] = given
    note = st.text_input("Why", key=f"decide-note-{item}", placeholder="for whoever looks at it again")
    st.button("Decide and go on", key="decide-save", type="primary", shortcut="Mod+Enter", on_click=_decide,
              args=(item, answers, note), width="stretch")  # fmt: skip
    states.problem(st.session_state.pop(_PROBLEM, ""), limit=400)


def _asked(question: Question, agreed: Any, *, key: str) -> Any:  # noqa: ANN401 - of several kinds of question
    if question.kind in (CHOICE, SCALE):
        options: list[Any] = list(question.options) or list(range(question.low, question.high + 1))
        place = options.index(agreed) if agreed in options else None
        return st.selectbox(
            escape(question.title, limit=200), options, index=place, key=key, format_func=plain_label,
            placeholder="not answered",
        )  # fmt: skip
    if question.kind == SPAN:
        return agreed
    height = 200 if question.kind == CORRECTION else 80
    return st.text_area(escape(question.title, limit=200), agreed or "", key=key, height=height).strip()


def _decide(item: int, answers: Answers, note: str) -> None:
    here, me = runtime.current(), identity.current()
    if not me.may("analyst"):
        return
    try:
        labels.adjudicate(here.state, item, me.name, answers, note=note.strip())
    except (AnswersError, ValueError) as error:
        st.session_state[_PROBLEM] = str(error)
        return
