"""What the scorers found in a record: what is flagged with its evidence, all else folded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app import data, evidence
from app.text import escape, log_text

if TYPE_CHECKING:
    from collections.abc import Mapping


def show(record: Mapping[str, Any]) -> None:
    """Draw what the scorers gave a record; nothing where none has scored it."""
    scorers = data.scorers()
    known = [(scorers[mark["name"]], mark) for mark in record["marks"] if mark["name"] in scorers]
    if not known:
        return
    flagged = [pair for pair in known if evidence.is_flagged(pair[0], pair[1]["value"])]
    st.subheader("What the scorers found")
    if not flagged:
        st.markdown("None of them flags this record.")
    for scorer, mark in flagged:
        words, _ = evidence.verdict(scorer, mark["value"], mark["label"])
        st.markdown(f":red[**{escape(scorer.title)}:**] {escape(words, limit=200)}")
        evidence.places(record, mark["evidence"] or [])
        if mark["note"]:
            log_text(mark["note"])
        st.caption(escape(scorer.limits, limit=1600))
    others = [pair for pair in known if pair not in flagged]
    if others:
        with st.expander(f"All they gave: {len(others):,} more", type="compact"):
            for scorer, mark in others:
                words, _ = evidence.verdict(scorer, mark["value"], mark["label"])
                st.markdown(f":gray[{escape(scorer.title)}:] {escape(words, limit=200)}")
                evidence.places(record, mark["evidence"] or [])
                if mark["note"]:
                    log_text(mark["note"])
