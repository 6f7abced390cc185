"""Parts of the Cost page: recorded against recomputed cost, and the models without a price."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app import breakdowns, data, drill, units, words
from app.charts.listing import Column
from app.text import escape, plain_label

if TYPE_CHECKING:
    from app.page import Scope

_SHOWN = 12


def recorded_against_recomputed(scope: Scope) -> None:
    """Set what the logs say beside what the price table gives, model by model, on the same records."""
    compared = data.comparison(scope.chosen)
    both = compared.filter(compared["both"] > 0)
    st.subheader("What the logs say against what the prices give")
    if both.is_empty():
        st.caption("No record has both a cost of its own and a price, so there is nothing to compare.")
        return
    columns = [
        Column("Model", 0), Column("Recorded", 45, "right", figure=True),
        Column("Recomputed", 60, "right", figure=True),
        Column("Difference", 74, "right", figure=True), Column("Records with both", 100, "right", muted=True),
    ]  # fmt: skip
    rows = [
        (row["model"], [
            plain_label(row["model"]), units.money(row["recorded"]), units.money(row["computed"]),
            _difference(row["recorded"], row["computed"]), units.of(row["both"], row["requests"]),
        ])
        for row in both.head(_SHOWN).iter_rows(named=True)
    ]  # fmt: skip
    note = "Recomputed from the tokens by the dated price table; a difference points at a discount or an old price."
    picked = breakdowns.listed(compared, columns, rows, key="recorded-recomputed", note=note)
    drill.from_table(picked, scope.chosen, "model")


def without_price(scope: Scope) -> None:
    """Name the models whose cost can't be recomputed."""
    missing = data.unpriced(scope.chosen)
    if missing.is_empty():
        return
    names = words.listed([plain_label(name, limit=40) for name in missing["model"]], most=8)
    requests, tokens = units.exact(sum(missing["requests"])), units.count(sum(missing["tokens"]))
    st.subheader("Models without a price")
    st.markdown(escape(f"{names}: {requests} requests, {tokens} tokens.", limit=600))
    st.caption("Give them one in prices.json in the workspace folder; the cost that the logs record counts meanwhile.")


def _difference(recorded: float, computed: float) -> str:
    moved = units.change(computed, recorded, "USD")
    return moved if moved.strip("±+0. %\u202f\u2212") else "none"
