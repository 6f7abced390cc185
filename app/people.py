"""Scorers beside people: which labels speak of the same thing, how far both agree, and the rate they give together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from analysis.metrics.human import Label
from analysis.state import settings
from app import data, drill, identity, palette, runtime, units, words
from app.charts import calibration, frame, ledger
from app.charts.ledger import Headings, Row
from app.charts.sheet import PICK
from app.text import escape, plain_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.metrics.combined import Estimate
    from analysis.metrics.filter import Filter
    from analysis.metrics.human import Agreement, Rates
    from analysis.scoring.scorer import Scorer
    from app.page import Scope

_KEY = "people."
_OPS = {">=": "is at least", "<=": "is at most"}
_NO = "none"
_WAYS = (("automatic", "By the scorer alone"), ("human", "By people alone"), ("combined", "Both together"))


def label(scorer: Scorer) -> Label | None:
    """Look up which labels of people were said to speak of what a scorer flags."""
    found = settings.get(runtime.current().state, _KEY + scorer.name)
    return Label(found["name"], found["op"], found["at"]) if found else None


def choose(scorer: Scorer) -> None:
    """Draw the choice of the labels that say what a scorer flags; nothing where there are none, or it flags nothing."""
    known = data.human_labels()
    if scorer.flags_from is None or not known:
        return
    now = label(scorer)
    keys = {part: f"people-{scorer.name}-{part}" for part in ("name", "op", "at")}
    st.session_state.setdefault(keys["name"], now.name if now else _NO)
    st.session_state.setdefault(keys["op"], now.op if now else ">=")
    st.session_state.setdefault(keys["at"], now.at if now else 1.0)
    st.caption("People's labels can correct it. Which of them say what it flags?")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.selectbox(
            "Label", [_NO, *known], format_func=plain_label, key=keys["name"], width=260, on_change=_keep,
            args=(scorer.name, keys),
        )  # fmt: skip
        if st.session_state[keys["name"]] != _NO:
            st.selectbox(
                "that", list(_OPS), format_func=_OPS.__getitem__, key=keys["op"], width=160, on_change=_keep,
                args=(scorer.name, keys),
            )  # fmt: skip
            st.number_input("this", key=keys["at"], width=120, on_change=_keep, args=(scorer.name, keys))


def rates(scorer: Scorer, filter: Filter) -> None:
    """Draw a scorer's rate three ways, and how far it agrees with people; nothing where no labels were chosen."""
    chosen = label(scorer)
    if chosen is None:
        return
    found = data.human_rates(scorer.name, chosen, filter)
    st.subheader(f"{escape(scorer.figure)}, three ways")
    for name, title in _WAYS:
        estimate: Estimate | None = getattr(found, name)
        st.markdown(f":gray[{escape(title)}:] {escape(_rate(estimate, name), limit=200)}")
    st.caption(escape(_agreement(found), limit=400))
    st.caption(
        "Both together: prediction-powered inference (Angelopoulos et al., Science 2023). It holds where the labelled "
        "records were drawn at random from these."
    )
    _curve(scorer, chosen, filter)


def groups(scorer: Scorer, scope: Scope) -> None:
    """Set a table of the rate by both together, for the groups of the page; nothing where no labels were chosen."""
    chosen = label(scorer)
    if chosen is None:
        return
    title = f"{scorer.figure} by {scope.by_words}, people and scorer together"
    found = data.human_rates_by(scorer.name, chosen, scope.chosen, scope.by)
    shades = palette.colours(scope.by, [*found])
    rows = [_row(group, shades[group], rates) for group, rates in found.items()]
    if not rows:
        return
    st.subheader(escape(title))
    headings = Headings(words.field(scope.by), scorer.figure, "scorer alone", rests_on="labels")
    picked = frame.altair(ledger.table(rows, headings), name=f"people-{scope.by}", says=title, select=PICK)
    frame.foot(f"{scorer.name}-with-people", _flat(found), "Click a row for the conversations behind it.")
    drill.from_table(picked, scope.chosen, scope.by)


def _row(group: str, colour: str, found: Rates) -> Row:
    together, alone = found.combined, found.automatic
    labelled = together.labelled if together else 0
    rests_on, moved = units.exact(labelled), units.figure(alone.value, "share") if alone else ""
    if together is None or words.few(labelled):
        return Row(group, words.group(group), None, words.TOO_FEW, colour, rests_on=rests_on, moved=moved)
    shown = units.figure(together.value, "share")
    return Row(group, words.group(group), together.value, shown, colour, together.low, together.high, rests_on, moved)


def _flat(found: dict[str, Rates]) -> pl.DataFrame:
    """Give the rates of groups three ways, a row each, for a download."""
    return pl.DataFrame([
        {"group": group} | {
            f"{way}_{part}": getattr(estimate, part, None)
            for way, estimate in ((way, getattr(rates, way)) for way, _ in _WAYS)
            for part in ("value", "low", "high", "labelled", "scored")
        }
        for group, rates in found.items()
    ], infer_schema_length=None)  # fmt: skip


def _curve(scorer: Scorer, chosen: Label, filter: Filter) -> None:
    """Draw how often people flag what the scorer gave a value; nothing for one of two values, or too few labels."""
    curve = data.calibration(scorer.name, chosen, filter) if scorer.scale is not None else pl.DataFrame()
    if len(curve) < 3 or words.few(sum(curve["n"])):
        return
    title = "How often people flag it, by the scorer's value"
    with st.container(width=520):
        st.markdown(f"**{escape(title)}**")
        frame.altair(calibration.figure(curve, scorer), name=f"calibration-{scorer.name}", says=title)
        note = "Bars: 95 % intervals; numbers: labels. Where the line is flat, the value tells nothing."
        frame.foot(f"{scorer.name}-calibration", curve, note)


def _rate(estimate: Estimate | None, way: str) -> str:
    if estimate is None:
        return "too few labels" if way != "automatic" else "not scored yet"
    ends = units.interval(estimate.low, estimate.high, "share")
    n = estimate.scored if way == "automatic" else estimate.labelled
    if words.few(n):
        return f"{words.TOO_FEW} ({n:,})"
    rests = {"automatic": f"{n:,} records", "human": f"{n:,} labels",
             "combined": f"{n:,} labels and {estimate.scored:,} scored records"}[way]  # fmt: skip
    return f"{units.figure(estimate.value, 'share')}, {ends}, from {rests}"


def _agreement(found: Rates) -> str:
    agreement: Agreement = found.agreement
    if words.few(agreement.n):
        return f"On {agreement.n:,} records with both: too few to say how far they agree."
    shares: Sequence[tuple[str, Any]] = (
        ("precision", agreement.precision), ("recall", agreement.recall), ("agreement", agreement.agreement),
    )  # fmt: skip
    parts = [f"{name} {units.figure(share, 'share')}" for name, share in shares if share is not None]
    kappa = f", Cohen's kappa {agreement.kappa:.2f}" if agreement.kappa is not None else ""
    return f"On {agreement.n:,} records with both: {', '.join(parts)}{kappa}."


def _keep(name: str, keys: dict[str, str]) -> None:
    chosen = {part: st.session_state.get(key) for part, key in keys.items()}
    value = None if chosen["name"] == _NO or chosen["at"] is None else chosen | {"op": chosen["op"] or ">="}
    settings.put(runtime.current().state, _KEY + name, value, who=identity.current().name)
