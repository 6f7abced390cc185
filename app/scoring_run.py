"""Starting scorers: all that are quick, those chosen, a sample; and whether they follow every import."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analysis.state import settings
from app import data, identity, runtime, scoring_baselines, states, watch
from app.jobs import ALSO, FOLLOWS
from app.sizes import counted
from app.text import escape, plain_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.scoring.scorer import Scorer

_FOLLOW, _ALSO = "scoring-follows", "scoring-follows-also"


def start() -> None:
    """Draw what is still to be scored, and the ways to do it."""
    scorers = [scorer for name, scorer in data.scorers().items() if "@" not in name]
    covered = data.covered()
    quick = [scorer for scorer in scorers if not scorer.heavy and not scorer.needs()]
    behind = [scorer for scorer in quick if covered[scorer.name].marked < covered[scorer.name].eligible]
    st.markdown(escape(_words(quick, behind), limit=300))
    if behind and not watch.busy("score"):
        words = f"Score by {counted(len(behind), 'scorer')}"
        button(words, [scorer.name for scorer in behind], key="scoring", primary=True)
    _follow([scorer for scorer in scorers if scorer.heavy and not scorer.needs()])


def button(words: str, names: Sequence[str], *, key: str, primary: bool = False) -> None:
    """Draw how many records to score, and the button that has them scored; `words` are our own."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", width="content"):
        st.number_input(
            "Records", min_value=1, value=None, placeholder="all", width=160, key=f"{key}-sample",
            help="Leave empty to score all. A number scores so many drawn at random: enough for a rate with its "
            "interval. A larger number later goes on from there.",
        )  # fmt: skip
        st.button(
            escape(words), type="primary" if primary else "secondary", key=f"{key}-start", on_click=_run,
            args=(names, f"{key}-sample"),
        )  # fmt: skip


def _run(names: Sequence[str], sample: str) -> None:
    """Queue a run of scorers, over as many records as the field of this key holds by now."""
    watch.put_away()
    watch.submit("score", {"scorers": list(names), "sample": st.session_state[sample]})


def ended() -> None:
    """Say what became of the runs that this person began last."""
    for job in watch.finished("learn", "score"):
        result = job.result or {}
        if job.error:
            states.broke_off(watch.label(job), job.error)
        for app in result.get("learnt", []):
            st.markdown(f"Learnt what {escape(scoring_baselines.named(app), limit=120)} usually answers.")
        if job.kind == "score" and result:
            took = f"{counted(result['records'], 'record')} scored in {result['seconds']:,.0f} s."
            st.markdown(escape(took if result["total"] else "There was nothing left to score."))
        for name, why in result.get("failed", {}).items():
            states.broke_off(f"{name} broke off", why)


def _words(quick: Sequence[Scorer], behind: Sequence[Scorer]) -> str:
    if not behind:
        return "The quick scorers have scored every record that they can speak of."
    return f"{counted(len(behind), 'quick scorer')} of {len(quick)} have records left to score."


def _follow(slow: Sequence[Scorer]) -> None:
    """Draw which scorers follow an import."""
    state = runtime.current().state
    st.session_state.setdefault(_FOLLOW, bool(settings.get(state, FOLLOWS, True)))
    st.session_state.setdefault(_ALSO, [name for name in settings.get(state, ALSO, []) if name in _names(slow)])
    with st.container(gap="small"):
        st.checkbox(
            "Score what an import brings, when it is done, by all quick scorers, and place it on the map of topics",
            key=_FOLLOW,
            on_change=_keep,
        )
        if st.session_state[_FOLLOW] and slow:
            titles = {scorer.name: plain_label(scorer.title) for scorer in slow}
            st.multiselect(
                "and by these slow ones", list(titles), format_func=titles.__getitem__, key=_ALSO, width=420,
                on_change=_keep, placeholder="none",
            )  # fmt: skip


def _names(scorers: Sequence[Scorer]) -> list[str]:
    return [scorer.name for scorer in scorers]


def _keep() -> None:
    for key, held in ((FOLLOWS, _FOLLOW), (ALSO, _ALSO)):
        if held in st.session_state:
            settings.put(runtime.current().state, key, st.session_state[held], who=identity.current().name)
