"""Which records a rule on the Alerts page is of: conditions as they are written, or by the values of a field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analysis.metrics.filter import Filter
from app import data
from app.text import plain_label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OPERATORS = frozenset("=!~<>\n")
"""What the name of a field can't hold where a condition is written."""


def asked(written: Sequence[str], known: Mapping[str, str], key: str) -> list[str]:
    """Ask for conditions, those `written` to begin with; the fields to choose from are `known`, with their titles."""
    st.session_state.setdefault(key, "\n".join(written))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.text_area("Only records that meet, a condition a line", key=key, height=70, width=320,
                     placeholder="environment=production")  # fmt: skip
        offered = [name for name in known if _OPERATORS.isdisjoint(name)]
        field = st.selectbox("Or choose a field", offered, index=None, key=f"{key}-field", width=200,
                             format_func=lambda name: plain_label(known[name]),
                             placeholder="User, any attribute …")  # fmt: skip
        if field is not None:
            _values(field, key)
    return _lines(key)


def _values(field: str, key: str) -> None:
    chosen = f"{key}-{field}"
    held = [line.removeprefix(f"{field}=") for line in _lines(key) if line.startswith(f"{field}=")]
    # a condition is a line without space around it
    offered = [value for value in data.values(field, Filter()) if value.splitlines() == [value.strip()]]
    st.session_state[chosen] = held
    st.multiselect("is any of", list(dict.fromkeys([*held, *offered])), key=chosen, format_func=plain_label,
                   on_change=_chosen, args=(field, key, chosen), width=240)  # fmt: skip


def _chosen(field: str, key: str, chosen: str) -> None:
    """Write the values chosen in place of those that are written of the field."""
    rest = [line for line in _lines(key) if not line.startswith(f"{field}=")]
    st.session_state[key] = "\n".join([*rest, *(f"{field}={value}" for value in st.session_state[chosen])])


def _lines(key: str) -> list[str]:
    return [line.strip() for line in st.session_state[key].splitlines() if line.strip()]
