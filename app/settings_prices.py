"""Settings: the prices by which costs are computed anew, and a team's own before them."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from analysis import overrides
from analysis.metrics.filter import Filter
from app import data, list_editor, runtime, states, watch
from app.sizes import counted
from app.text import escape, log_text, plain_label

EXAMPLE = """[
  {"model": "our-llama-70b", "input_mtok": 0.40, "output_mtok": 0.60},
  {"model": "gpt-5*", "provider": "openai", "input_mtok": 1.00, "output_mtok": 8.00, "from": "2026-09-01"}
]"""

_SHOWN = 8
_EDITOR = list_editor.of_file(
    "prices", "Your own prices, in US dollars for a million tokens", EXAMPLE,
    lambda: runtime.current().workspace.prices, overrides.load, height=220,
)  # fmt: skip


def draw() -> None:
    """Draw the editor of a team's own prices, the models that have none, and the saving of both."""
    st.subheader("Prices")
    with st.container(width=720):
        st.markdown(
            "Cost is computed from tokens by the price of each call's own day, beside the cost that the logs record. "
            "Your own prices go before the packaged table: negotiated rates, or models that you run yourselves."
        )
    _unpriced()
    _EDITOR.draw(
        "A JSON list of objects. model, exact or with *, input_mtok and output_mtok are needed; cache_read_mtok, "
        "cache_write_mtok, reasoning_mtok, provider, service_tier and from, a date, may be there. "
        f"It is kept in {runtime.current().workspace.prices.name} in the workspace folder.",
        "Save and compute costs anew",
        _save,
        busy=watch.busy("reprice"),
    )
    _outcome()


def _unpriced() -> None:
    """Name the models that have no price, and offer to write them into the list."""
    missing = data.unpriced(Filter())
    if missing.is_empty():
        return
    rows = missing.head(_SHOWN)
    st.markdown(f"**{escape(counted(len(missing), 'model'))} without a price**")
    with st.container(key="unpriced", gap="small"):
        for name, requests in rows.select("model", "requests").iter_rows():
            label, count = st.columns((3, 5))
            with label:
                log_text(plain_label(name, limit=60))
            with count:
                st.caption(escape(counted(requests, "request")))
    if len(missing) > len(rows):
        st.caption(f"and {len(missing) - len(rows):,} more")
    models = missing.select("provider", "model").rows(named=True)
    st.button("Write them into the list below", key="prices-fill", on_click=_fill, args=(models,))


def _fill(models: list[dict[str, Any]]) -> None:
    """Add an entry to fill in for each model that the list lacks."""
    try:
        entries = json.loads(_EDITOR.typed or "[]")
    except ValueError as error:
        _EDITOR.refuse(f"The list is not JSON: {error}. Mend it first.")
        return
    known = [entry.get("model") for entry in entries if isinstance(entry, dict)]
    for model in models:
        if model["model"] not in known:
            named = {name: value for name, value in model.items() if value is not None}
            entries.append(named | {"input_mtok": None, "output_mtok": None})
    lines = (json.dumps(entry, ensure_ascii=False) for entry in entries)
    _EDITOR.type_in("[\n  " + ",\n  ".join(lines) + "\n]")


def _save() -> None:
    """Keep the list where it is as it should be, and compute all costs anew; for the button's callback."""
    if _EDITOR.save():
        watch.put_away()
        watch.submit("reprice", {})


def _outcome() -> None:
    for job in watch.finished("reprice"):
        if job.error:
            states.problem(job.error, limit=500)
        elif job.result:
            st.markdown(f"With a price now: {escape(counted(job.result['priced'], 'record'))}.")
