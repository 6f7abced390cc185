"""What a page shows where it could not be drawn, in place of what it could not draw."""

from __future__ import annotations

import streamlit as st


def show(_error: Exception) -> bool:
    """Say that the page failed; for ``st.App``, which has written the traceback to standard error.

    Returns
    -------
    bool
        True: Streamlit has nothing to show of the error itself, whose words may hold text from logs.
    """
    with st.container(key="state-failed", width=620):
        st.subheader("This page could not be drawn")
        st.markdown("Afterword failed in a way it did not foresee. The other pages may work all the same.")
        st.button("Try again", type="primary", key="failed-again")
        st.caption(
            "If it fails again, the reason stands in the server's log: on the standard error of `afterword serve`, in "
            "the terminal where that was started. `afterword doctor` looks for what is wrong with the workspace."
        )
    return True
