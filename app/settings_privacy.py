"""Settings: who sees personal data."""

from __future__ import annotations

import streamlit as st

from app import identity, privacy

_KEY = "privacy-roles"
_NAMES = {"analyst": "Analysts", "engineer": "Engineers", "manager": "Managers", "reviewer": "Reviewers"}


def draw() -> None:
    """Draw the roles that see personal data; engineers choose them."""
    st.subheader("Personal data")
    with st.container(width=720):
        st.markdown(
            "For everybody else, personal data and secrets are masked in every text of the logs that is shown or "
            "downloaded: what the scorers “Personal data” and “Secrets” find, and no more. Names of users are shown "
            "as the application logged them."
        )
        st.session_state[_KEY] = sorted(privacy.shown_to())
        st.pills(
            "They are shown to", _NAMES, selection_mode="multi", format_func=_NAMES.__getitem__,
            key=_KEY, on_change=_keep, disabled=not identity.current().may("engineer"),
        )  # fmt: skip
        if not identity.current().may("engineer"):
            st.caption("Engineers can change this.")


def _keep() -> None:
    privacy.show_to(st.session_state[_KEY])
