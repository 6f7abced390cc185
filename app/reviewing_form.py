"""The questions of a rubric as a form for the keyboard: one question is open, digits choose among its answers.

Each change is kept as a draft before the screen shows it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import streamlit as st

from analysis.review import claims
from analysis.review.rubrics import CHOICE, CORRECTION, SCALE, SPAN, AnswersError
from app import identity, review_told, runtime
from app.charts import selection
from app.text import escape, log_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.review.claims import Item
    from analysis.review.queue import Queue
    from analysis.review.rubrics import Answers, Question

_WHERE = ("response", "prompt")
"""Texts that words are looked for in, which a reviewer marks."""
_SKIPPING = "review-skipping"
_CLOSED = (CHOICE, SCALE)


class Form:
    """The form of one item for one person.

    Parameters
    ----------
    texts : dict
        The record.
    started : float
        When the item was first shown (s, of the clock of this process).
    """

    def __init__(self, queue: Queue, item: Item, texts: dict[str, Any], started: float) -> None:
        self.queue, self.item, self.texts, self.started = queue, item, texts, started
        self._answers, self._open = f"review-answers-{item.id}", f"review-open-{item.id}"
        self.problems: dict[str, str] = st.session_state.setdefault(f"review-problems-{item.id}", {})
        st.session_state.setdefault(self._answers, dict(item.draft))
        if self._open not in st.session_state:
            st.session_state[self._open] = self._next(None)

    @property
    def answers(self) -> Answers:
        """What is answered so far."""
        return dict(st.session_state.get(self._answers, {}))

    @property
    def left(self) -> bool:
        """Whether the item is done with: a key that was pressed before the screen changed may still be heard."""
        return self._answers not in st.session_state

    @property
    def asked(self) -> list[Question]:
        """The questions that are asked after these answers."""
        found: list[Question] = []
        known: Answers = {}
        for question in self.item.rubric.questions:
            if question.asked(known):
                found.append(question)
                if question.name in self.answers:
                    known[question.name] = self.answers[question.name]
        return found

    @property
    def open(self) -> str | None:
        """The question that digits answer."""
        name = st.session_state[self._open]
        return name if any(question.name == name for question in self.asked) else self._next(None)

    def answer(self, question: Question, value: Any) -> None:  # noqa: ANN401 - of several kinds of question
        """Answer a question, None to leave it unanswered; and open the next one."""
        if self.left:
            return
        answers = self.answers | {question.name: value}
        st.session_state[self._answers] = {
            name: given for name, given in answers.items() if given not in (None, "", [])
        }
        names = {one.name for one in self.asked}
        st.session_state[self._answers] = {name: given for name, given in self.answers.items() if name in names}
        self.problems.pop(question.name, None)
        if question.kind in _CLOSED and value is not None:
            st.session_state[self._open] = self._next(question.name)
        try:
            claims.save_draft(runtime.current().state, self.item.id, identity.current().name, self.answers)
        except claims.ClaimLostError as error:
            self._leave(str(error))
            return
        if st.session_state.pop(self._early, False):
            self.submit()

    def move(self, step: int) -> None:
        """Open the closed question before or after the one that is open."""
        names = [question.name for question in self.asked if question.kind in _CLOSED]
        if names:
            at = names.index(self.open) + step if self.open in names else 0
            st.session_state[self._open] = names[max(0, min(at, len(names) - 1))]

    def submit(self) -> None:
        """Label the item; the label is on disk before the screen says so."""
        if self.left:
            return
        me, state = identity.current().name, runtime.current().state
        try:
            claims.submit(state, self.item.id, me, self.answers, seconds=self._seconds())
        except AnswersError as error:
            self.problems.update(error.problems)
            st.session_state[self._early] = True
            return
        except (claims.ClaimLostError, ValueError) as error:
            self._leave(str(error))
            return
        review_told.labelled(self.item)
        self._leave("")

    def skip(self, reason: str) -> None:
        """Leave the item to others."""
        st.session_state[_SKIPPING] = False
        if self.left:
            return
        try:
            claims.skip(runtime.current().state, self.item.id, identity.current().name, reason, seconds=self._seconds())
        except ValueError as error:
            self._leave(str(error))
            return
        self._leave(f"Skipped: {reason}.")

    def flag(self) -> None:
        """Flag the item for whoever runs the queue."""
        claims.flag(runtime.current().state, self.item.id, identity.current().name)
        st.session_state[self._flagged] = True

    def drawn(self) -> None:
        """Note that all is heard that was pressed before: what is answered from now on comes after it."""
        st.session_state.pop(self._early, None)

    @property
    def _early(self) -> str:
        """Key of whether "save" was heard before an answer.

        Of two keys that are pressed while the page runs, Streamlit hears the later one first.
        """
        return f"review-early-{self.item.id}"

    @property
    def flagged(self) -> bool:
        """Whether this person has flagged the item since it was shown."""
        return bool(st.session_state.get(self._flagged))

    @property
    def _flagged(self) -> str:
        return f"review-flagged-{self.item.id}"

    def _next(self, name: str | None) -> str | None:
        """Name the first closed question after one that has no answer yet."""
        names = [question.name for question in self.asked]
        later = self.asked[names.index(name) + 1 :] if name in names else self.asked
        return next((one.name for one in later if one.kind in _CLOSED and one.name not in self.answers), None)

    def _leave(self, words: str) -> None:
        for key in (self._answers, self._open, self._flagged, self._early, f"review-problems-{self.item.id}"):
            st.session_state.pop(key, None)
        review_told.tell(words)

    def _seconds(self) -> float:
        return round(time.monotonic() - self.started, 1)


def draw(queue: Queue, item: Item, texts: dict[str, Any], *, started: float) -> None:
    """Draw the form."""
    form = Form(queue, item, texts, started)
    form.drawn()
    for question in form.asked:
        with st.container(key=f"question-{question.name}", gap="small"):
            _question(form, question, opened=question.name == form.open)
    if st.session_state.get(_SKIPPING):
        _reasons(form)
    else:
        _foot(form)


def _question(form: Form, question: Question, *, opened: bool) -> None:
    if question.required:
        st.markdown(f"**{escape(question.title, limit=200)}**")
    else:
        st.markdown(f"**{escape(question.title, limit=200)}**  :gray[if you can]")
    if question.help and (opened or question.kind not in _CLOSED):
        st.caption(escape(question.help, limit=400))
    key = f"answer-{form.item.id}-{question.name}"
    if question.kind in _CLOSED:
        _closed(form, question, opened=opened, key=key)
    elif question.kind == SPAN:
        _spans(form, question, key=key)
    else:
        _words(form, question, key=key)
    if question.name in form.problems:
        st.markdown(f":red[{escape(form.problems[question.name], limit=200)}]")


def _closed(form: Form, question: Question, *, opened: bool, key: str) -> None:
    options: Sequence[Any] = question.options or range(question.low, question.high + 1)
    given = form.answers.get(question.name)
    keyed = opened and not st.session_state.get(_SKIPPING)
    with st.container(horizontal=True, gap="small"):
        for place, option in enumerate(options, 1):
            digit = option if question.kind == SCALE else place
            chosen = option == given
            st.button(
                escape(option), key=f"{key}-{place}", type="primary" if chosen else "secondary",
                shortcut=str(digit) if keyed and 0 <= digit <= 9 else None, on_click=form.answer,
                args=(question, None if chosen and not opened else option),
            )  # fmt: skip


def _words(form: Form, question: Question, *, key: str) -> None:
    given = form.answers.get(question.name, "")
    if question.kind == CORRECTION and not given and form.texts.get("response"):
        st.button("Begin with the answer", key=f"{key}-begin", type="tertiary", on_click=form.answer,
                  args=(question, form.texts["response"]))  # fmt: skip
    st.session_state.setdefault(key, given)
    if not st.session_state[key]:
        st.session_state[key] = given
    st.text_area(
        escape(question.title), key=key, label_visibility="collapsed", on_change=_typed, args=(form, question, key),
        height=200 if question.kind == CORRECTION else 100,
    )  # fmt: skip


def _typed(form: Form, question: Question, key: str) -> None:
    form.answer(question, st.session_state[key].strip() or None)


def _spans(form: Form, question: Question, *, key: str) -> None:
    given = list(form.answers.get(question.name, []))
    for place, span in enumerate(given):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            log_text(f"“{(form.texts.get(span['field']) or '')[span['start'] : span['end']]}”")
            st.button("Remove", key=f"{key}-drop-{place}", type="tertiary", on_click=form.answer,
                      args=(question, [*given[:place], *given[place + 1 :]]))  # fmt: skip
    marked = selection.draw("Mark what is selected", key=f"{key}-pick")
    if marked:
        found = _place(form.texts, marked)
        if found is None:
            form.problems[question.name] = "Select words of the question or of the answer, within one of them."
        elif found not in given:
            form.answer(question, [*given, found])
        st.rerun()


def _place(texts: dict[str, Any], words: str) -> dict[str, Any] | None:
    """Find selected words in a record's texts, whatever the browser made of the white space between them."""
    for field in _WHERE:
        place = selection.find(texts.get(field) or "", words)
        if place is not None:
            return {"field": field, "start": place[0], "end": place[1]}
    return None


def _foot(form: Form) -> None:
    ready = form.open is None
    st.button("Save and go on", key="review-submit", type="primary" if ready else "secondary", shortcut="Mod+Enter",
              on_click=form.submit, width="stretch")  # fmt: skip
    with st.container(horizontal=True, gap="small", key="review-ways"):
        st.button("Skip", key="review-skip", shortcut="S", type="tertiary", on_click=_skipping, args=(True,))
        if form.flagged:
            st.markdown(":gray[Flagged]")
        else:
            st.button("Flag", key="review-flag", shortcut="F", type="tertiary", on_click=form.flag,
                      help="For whoever runs the queue; label it all the same.")  # fmt: skip
        st.button("Undo", key="review-undo", shortcut="U", type="tertiary", on_click=review_told.undo,
                  args=(form.queue,), help="Takes back the last thing that you did in this queue.")  # fmt: skip
        st.button("Up", key="review-up", shortcut="Up", type="tertiary", on_click=form.move, args=(-1,))
        st.button("Down", key="review-down", shortcut="Down", type="tertiary", on_click=form.move, args=(1,))
    st.caption("Digits answer the question that has them; what you enter is kept at once.")


def _reasons(form: Form) -> None:
    st.markdown("**Why do you skip it?**")
    with st.container(key="review-reasons", gap="small"):
        for place, reason in enumerate(claims.REASONS, 1):
            st.button(escape(reason[0].upper() + reason[1:]), key=f"reason-{place}", shortcut=str(place),
                      on_click=form.skip, args=(reason,))  # fmt: skip
        st.button("Back to it", key="reason-none", shortcut="Escape", type="tertiary", on_click=_skipping,
                  args=(False,))  # fmt: skip


def _skipping(on: bool) -> None:
    st.session_state[_SKIPPING] = on
