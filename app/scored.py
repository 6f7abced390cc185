"""What the scorers found in a record: what is flagged with its evidence, all else folded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app import data, evidence
from app.text import escape, log_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.scoring.scorer import Scorer


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
        st.markdown(f":red[**{escape(scorer.title)}:**] {escape(_verdict(scorer, mark), limit=300)}")
        evidence.places(record, mark["evidence"] or [])
        if mark["note"]:
            log_text(mark["note"])
        evidence.limits(scorer)
    others = [pair for pair in known if pair not in flagged]
    if others:
        with st.expander(f"All they gave: {len(others):,} more", type="compact"):
            for scorer, mark in others:
                st.markdown(f":gray[{escape(scorer.title)}:] {escape(_verdict(scorer, mark), limit=300)}")
                evidence.places(record, mark["evidence"] or [])
                if mark["note"]:
                    log_text(mark["note"])


def _verdict(scorer: Scorer, mark: Mapping[str, Any]) -> str:
    """Say what a scorer gave, and what its number is to be read by."""
    words, _ = evidence.verdict(scorer, mark["value"], mark["label"])
    by = evidence.scale(scorer, mark["value"], mark["label"])
    return f"{words} · {by}" if by else words
