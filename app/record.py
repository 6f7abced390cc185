"""One record, read whole: what was asked, what was found, what was answered, how it was judged; its facts beside it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analysis.ingest.normalise import REPAIRS
from analysis.metrics import conversations
from analysis.record import RECORD_COLUMNS, TOKEN_COLUMNS
from app import data, margin, moments, records, scored, speech, units
from app.address import Address, go
from app.text import escape, log_text

_WHERE = (
    "environment", "app", "feature", "release", "prompt_version", "provider", "model", "requested_model",
)  # fmt: skip


def show(here: Address, id: str) -> None:
    """Draw a record and the way to those beside it in the list."""
    found = conversations.record(data.store(), id)
    if found is None:
        missing(here, "record", id)
        return
    _way(here, found["id"])
    st.title(escape(moments.full(found["time"]) if found["time"] else "A record without a time"))
    with st.container(key="summary"):
        st.markdown(escape(_sentence(found), limit=600))
    _links(here, found)
    text, beside = st.columns([7, 3], gap="large")
    with text:
        _dialogue(found)
        documents(found)
        _raw(found)
    with beside, st.container(key="margin-record", gap=None):
        _facts(found)


def missing(here: Address, kind: str, id: str) -> None:
    """Say that what a link names is not there."""
    here.link("Back to the list")
    with st.container(key="state-missing", width=620):
        st.subheader(f"There is no such {escape(kind)}")
        log_text(id[:200])
        st.markdown(
            "No record has this id. The import that brought it may have been taken back, or the link may come from "
            "another workspace. Importing the export again brings the same ids back."
        )


def _way(here: Address, id: str) -> None:
    """Draw the way back to the list and to the records beside this one."""
    with st.container(key="way", horizontal=True, vertical_alignment="center", gap="medium"):
        here.link("Back to the list")
        place = records.neighbours(here, id)
        if place is None:
            return
        st.caption(f"{place.at:,} of {place.total:,}")
        for label, key, step, other in (("Previous", "K", -1, place.before), ("Next", "J", 1, place.after)):
            st.button(
                escape(label), key=f"way-{key}", type="tertiary", shortcut=key, disabled=other is None, on_click=go,
                args=(here.params("record", other or "", at=max(1, here.at + step)),),
            )  # fmt: skip


def _sentence(found: dict[str, Any]) -> str:
    """Say in one sentence what the record is."""
    model = found["model"] or "A model without a name"
    where = ", ".join(name for name in (found["app"], found["feature"]) if name)
    parts = [
        f"{model} {'failed to answer' if found['status'] == 'error' else 'answered'}",
        f"user {found['user_id']}" if found["user_id"] else "",
        f"in {where}" if where else "",
        f"({found['environment']})" if found["environment"] else "",
    ]
    return " ".join(part for part in parts if part) + "."


def _links(here: Address, found: dict[str, Any]) -> None:
    kinds = {"session": "The whole conversation", "trace": "All calls of the trace", "user": "All of this user"}
    given = [(kind, label) for kind, label in kinds.items() if found[f"{kind}_id"]]
    if given:
        with st.container(key="ways", horizontal=True, gap="medium"):
            for kind, label in given:
                here.link(label, kind, found[f"{kind}_id"])


def _dialogue(found: dict[str, Any]) -> None:
    before, new = speech.unanswered(found["messages"])
    if found["system_prompt"]:
        with st.expander(f"Instructions: {len(found['system_prompt']):,} characters", type="compact"):
            speech.said(found["system_prompt"])
    if before:
        with st.expander(f"What was said before: {len(before):,} messages", type="compact"):
            for place, body in enumerate(before):
                speech.message(body, key=f"before-{place}")
    asked(found, new, key="record")
    answered(found, key="record")
    if found["scores"]:
        with st.container(key="judged", gap="small"):
            margin.judgements(found["scores"])
    scored.show(found)


def asked(found: dict[str, Any], new: list[Any], *, key: str) -> None:
    """Draw what came in since the model last spoke, or the prompt where the log holds nothing else."""
    for place, body in enumerate(new):
        speech.message(body, key=f"{key}-new-{place}")
    if not new:
        with speech.turn("user", key=f"{key}-prompt"):
            speech.said(found["prompt"])


def answered(found: dict[str, Any], *, key: str) -> None:
    """Draw the answer: its words, the tools it calls, or the error that came instead."""
    calls = speech.tool_calls(found["tool_calls"])
    with speech.turn("assistant", key=f"{key}-answer"):
        if found["response"] or not (calls or found["error"]):
            speech.said(found["response"])
        speech.called(calls)
        if found["error"] or found["status"] == "error":
            st.caption(":red[The call failed.]")
        if found["error"]:
            speech.said(found["error"])


def documents(found: dict[str, Any]) -> None:
    """Draw what was retrieved for an answer."""
    if found["documents"]:
        st.subheader(f"Retrieved documents: {len(found['documents']):,}")
        speech.documents(found["documents"], key="record")


def _raw(found: dict[str, Any]) -> None:
    """Fold away what the store holds, as it holds it."""
    st.subheader("As it was logged")
    if found["messages"] is not None:
        with st.expander("The whole message list, as JSON", type="compact"):
            speech.folded_code(speech.as_code(found["messages"]))
    _, rest = margin.attributes(found["attributes"])
    if rest:
        with st.expander("Longer attributes, as JSON", type="compact"):
            speech.folded_code(speech.as_code(rest))
    with st.expander("Everything that is stored of it, as JSON", type="compact"):
        stored = {name: found[name] for name in RECORD_COLUMNS if found[name] is not None}
        speech.folded_code(speech.as_code(stored | {"scores": found["scores"]}))


def _facts(found: dict[str, Any]) -> None:
    streamed = {True: "yes", False: "no", None: None}[found["streaming"]]
    margin.facts("Outcome", [("status", found["status"]), ("finish reason", found["finish_reason"])])
    margin.facts("Time", [
        ("latency", units.seconds(found["latency"])), ("first token", units.seconds(found["time_to_first_token"])),
        ("streamed", streamed),
    ])  # fmt: skip
    margin.facts("Cost", [
        ("recorded in the log", units.money(found["recorded_cost"])),
        ("by the price table", units.money(found["computed_cost"])), ("price", found["price_source"]),
    ])  # fmt: skip
    buckets = [(name.removesuffix("_tokens").replace("_", " "), units.exact(found[name])) for name in TOKEN_COLUMNS]
    margin.facts("Tokens", [*buckets, ("together", units.exact(found["tokens"]))])
    margin.facts("Where", [
        (name.replace("_", " "), found[name])
        for name in _WHERE
    ])  # fmt: skip
    margin.facts("Attributes", margin.attributes(found["attributes"])[0])
    margin.facts("Parameters", margin.attributes(found["parameters"])[0])
    margin.facts("Ids", [
        (name.removesuffix("_id").replace("_", " "), found[name])
        for name in ("session_id", "trace_id", "user_id", "source_id", "correlation_id", "response_id", "id")
    ])  # fmt: skip
    margin.facts("Import", [("logged by", found["source"]), ("import", str(found["import_id"]))])
    for code in (found["repairs"] or "").split(","):
        if code:
            st.caption(f":red[Mended:] {escape(REPAIRS.get(code, code), limit=200)}")
