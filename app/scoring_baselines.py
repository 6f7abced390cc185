"""What the applications usually answer: from how many answers it was learnt, and learning it anew."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from analysis.scoring.baseline import LEAST
from analysis.scoring.learning import baselines
from analysis.scoring.scorers import output_deviation
from app import runtime, watch
from app.sizes import counted
from app.text import escape, plain_label

_APP = "baseline-app"


def draw() -> None:
    """Draw what was learnt, and the button that learns one application anew."""
    known = baselines(runtime.current().workspace)
    if not known:
        st.markdown(f"Nothing is learnt yet: an application needs {LEAST} different answers.")
        return
    for app, learnt in sorted(known.items()):
        when = datetime.fromisoformat(learnt.at)
        st.markdown(
            f"**{escape(named(app), limit=120)}** "
            + escape(f"learnt from {counted(learnt.answers, 'different answer')} on {when:%-d %B %Y}.")
        )
    if watch.busy("learn", "score"):
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        app = st.selectbox(
            "Application", sorted(known), format_func=lambda app: plain_label(named(app)), key=_APP, width=260
        )
        st.button(
            "Learn it anew", key="baseline-learn", on_click=_learn, args=(app,),
            help="From all its answers of today. Every answer is then scored again, so that values compare.",
        )  # fmt: skip


def named(app: str) -> str:
    """Name an application; "" is that of records that name none."""
    return app or "records without an application"


def _learn(app: str) -> None:
    watch.put_away()
    watch.submit("learn", {"apps": [app]})
    watch.submit("score", {"scorers": [output_deviation.NAME], "sample": None})
