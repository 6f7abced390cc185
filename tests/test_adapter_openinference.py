"""Phoenix's carriers of OpenInference spans give the same call, its documents and its annotations."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.ingest.adapters import openinference
from analysis.ingest.chat import read_input, read_output

SYSTEM, ASK, SAY = "You answer store questions.", "How do I return a damaged item?", "Start from Orders."
START, END = "2026-11-03T09:14:22.118000+00:00", "2026-11-03T09:14:23.602000+00:00"

COMMON = {
    "llm.provider": "openai", "llm.model_name": "gpt-4o-mini", "llm.invocation_parameters": '{"temperature": 0.2}',
    "llm.token_count.prompt": 412, "llm.token_count.completion": 88, "llm.token_count.total": 500,
    "llm.token_count.prompt_details.cache_read": 300, "llm.token_count.completion_details.reasoning": 8,
    "llm.cost.total": 0.0001146, "session.id": "s1", "user.id": "u1", "tenant": "acme",
    "metadata": '{"feature": "returns", "plan": "pro"}',
}  # fmt: skip
FLAT = {
    **COMMON,
    "openinference.span.kind": "LLM",
    "llm.input_messages.0.message.role": "system",
    "llm.input_messages.0.message.content": SYSTEM,
    "llm.input_messages.1.message.role": "user",
    "llm.input_messages.1.message.contents.0.message_content.type": "text",
    "llm.input_messages.1.message.contents.0.message_content.text": ASK,
    "llm.output_messages.0.message.role": "assistant",
    "llm.output_messages.0.message.content": SAY,
    "input.value": "raw",
    "output.value": json.dumps({"choices": [{"finish_reason": "length", "message": {"content": SAY}}]}),
    "tag.tags": ["web"],
}


def jsonl(attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": "x", "name": "ChatCompletion", "context": {"trace_id": "t1", "span_id": "sp1"}, "span_kind": "LLM",
        "parent_id": None, "start_time": START, "end_time": END, "status_code": "OK", "status_message": "",
        "attributes": attributes, "events": [],
    }  # fmt: skip
    return {**body, **more}


class Array:
    """Stands for a numpy array."""

    def __init__(self, items: list[Any]) -> None:
        self.items = items

    def tolist(self) -> list[Any]:
        return self.items


FRAME = {
    "name": "ChatCompletion",
    "span_kind": "LLM",
    "parent_id": None,
    "status_code": "OK",
    "status_message": "",
    "start_time": datetime(2026, 11, 3, 9, 14, 22, 118000, UTC),
    "end_time": datetime(2026, 11, 3, 9, 14, 23, 602000, UTC),
    "events": Array([]),
    "context.span_id": "sp1",
    "context.trace_id": "t1",
    **{f"attributes.{key}": value for key, value in COMMON.items()},
    "attributes.metadata": {"feature": "returns", "plan": "pro"},
    "attributes.llm.token_count.prompt": 412.0,
    "attributes.llm.token_count.prompt_details.cache_write": float("nan"),
    "attributes.openinference.span.kind": "LLM",
    "attributes.llm.input_messages": Array(
        [
            {"message.role": "system", "message.content": SYSTEM, "message.tool_calls": None},
            {"message.role": "user", "message.content": ASK},
        ]
    ),
    "attributes.llm.output_messages": [{"message.role": "assistant", "message.content": SAY}],
    "attributes.output.value": json.dumps({"choices": [{"finish_reason": "length", "message": {"content": SAY}}]}),
    "attributes.tag.tags": Array(["web"]),
    "attributes.retrieval.documents": None,
}
NESTED = {
    "openinference": {"span": {"kind": "LLM"}},
    "llm": {
        "provider": "openai",
        "model_name": "gpt-4o-mini",
        "invocation_parameters": '{"temperature": 0.2}',
        "token_count": {
            "prompt": 412,
            "completion": 88,
            "prompt_details": {"cache_read": 300},
            "completion_details": {"reasoning": 8},
        },
        "cost": {"prompt": 0.0000618, "completion": 0.0000528},
        "input_messages": [
            {"message": {"role": "system", "content": SYSTEM}},
            {"message": {"role": "user", "content": ASK}},
        ],
        "output_messages": [{"message": {"role": "assistant", "content": SAY}}],
        "finish_reason": "length",
    },
    "session": {"id": "s1"},
    "user": {"id": "u1"},
    "tag": {"tags": ["web"]},
    "tenant": "acme",
    "metadata": {"feature": "returns", "plan": "pro"},
}

CARRIERS = {"jsonl": jsonl(FLAT), "frame": FRAME, "nested": jsonl(NESTED)}


def only(obj: dict[str, Any]) -> dict[str, Any]:
    (row,) = openinference.rows(obj)
    return row


@pytest.mark.parametrize("carrier", CARRIERS)
def test_every_carrier_gives_the_same_call(carrier):
    assert openinference.recognise(set(CARRIERS[carrier]), CARRIERS[carrier])
    row = only(CARRIERS[carrier])
    assert (row["kind"], row["source_id"], row["trace_id"]) == ("call", "sp1", "t1")
    assert (row["session_id"], row["user_id"], row["feature"]) == ("s1", "u1", "returns")
    assert (row["time"], row["end_time"], row["status"], row["error"]) == (
        START,
        END,
        "ok",
        None,
    )
    assert (row["provider"], row["model"], row["parameters"]) == ("openai", "gpt-4o-mini", {"temperature": 0.2})
    tokens = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
    assert [row[name] for name in tokens] == [112, 300, None, 80, 8]
    assert row["recorded_cost"] == pytest.approx(0.0001146)
    assert row["attributes"] == {"tenant": "acme", "plan": "pro", "tags": ["web"], "span_name": "ChatCompletion"}
    assert read_input(row["input"]) == (SYSTEM, ASK, None)
    assert (read_output(row["output"]).response, row["finish_reason"]) == (SAY, "length")


def test_values_stand_in_for_messages():
    row = only(jsonl({"openinference.span.kind": "LLM", "input.value": ASK, "output.value": SAY}))
    assert (row["input"], row["output"], row["finish_reason"]) == (ASK, SAY, None)


def test_tool_calls_keep_their_arguments():
    prefix = "llm.output_messages.0.message.tool_calls.0.tool_call."
    row = only(jsonl({
        "llm.output_messages.0.message.role": "assistant", f"{prefix}id": "c1", f"{prefix}function.name": "get_order",
        f"{prefix}function.arguments": '{"id": 42}', "llm.request.model_name": "a", "llm.response.model_name": "b",
    }))  # fmt: skip
    answer = read_output(row["output"])
    assert json.loads(answer.tool_calls or "") == [{"id": "c1", "name": "get_order", "arguments": {"id": 42}}]
    assert (row["requested_model"], row["model"]) == ("a", "b")


def test_more_than_ten_messages_keep_their_order():
    flat = {f"llm.input_messages.{i}.message.{key}": value for i in range(12)
            for key, value in (("role", "user" if i % 2 == 0 else "assistant"), ("content", str(i)))}  # fmt: skip
    messages = json.loads(read_input(only(jsonl(flat))["input"]).messages or "")
    assert [message["content"] for message in messages] == [str(i) for i in range(12)]


def test_retrievers_and_rerankers_give_the_trace_its_documents():
    flat = {
        "openinference.span.kind": "RETRIEVER", "session.id": "s1", "retrieval.documents.0.document.id": "kb-17",
        "retrieval.documents.0.document.content": "30 days.", "retrieval.documents.0.document.score": 0.83,
    }  # fmt: skip
    row = only(jsonl(flat, span_kind="RETRIEVER", parent_id="p"))
    assert (row["kind"], row["trace_id"], row["session_id"], row["time"]) == ("trace_part", "t1", "s1", START)
    assert row["documents"] == [{"id": "kb-17", "text": "30 days.", "score": 0.83}]
    assert (row["attributes"], row["source_id"]) == (None, None)
    column = [{"document.id": 7, "document.content": "30 days.", "document.score": None}]
    row = only(
        {**FRAME, "attributes.openinference.span.kind": "RERANKER", "attributes.reranker.output_documents": column}
    )
    assert row["documents"] == [{"id": "7", "text": "30 days.", "score": None}]


def test_annotations_are_scores_of_call_trace_and_session():
    judged = {
        "annotations.0.annotation.name": "hallucination", "annotations.0.annotation.score": 0.08,
        "annotations.0.annotation.label": "factual", "annotations.0.annotation.explanation": "Supported.",
        "annotations.0.annotation.annotator_kind": "LLM",
        "annotations.1.annotation.name": "user feedback", "annotations.1.annotation.label": "thumbs-down",
        "annotations.1.annotation.score": 0, "annotations.1.annotation.annotator_kind": "HUMAN",
        "evaluations.0.evaluation.name": "length", "evaluations.0.evaluation.score": 3,
        "evaluations.0.evaluation.annotator_kind": "CODE",
        "trace.annotations.0.annotation.name": "solved", "trace.annotations.0.annotation.score": 1,
        "session.annotations.0.annotation.name": "csat", "session.annotations.0.annotation.score": 4,
        "annotations.2.annotation.name": "empty",
    }  # fmt: skip
    found = only(jsonl({**FLAT, **judged}))["scores"]
    shown = ("target", "target_key", "name", "value", "label", "origin")
    assert [tuple(score[key] for key in shown) for score in found] == [
        (None, None, "hallucination", 0.08, "factual", "model"),
        (None, None, "thumbs", -1.0, "thumbs-down", "user"),
        (None, None, "length", 3.0, None, "code"),
        ("trace", "t1", "solved", 1.0, None, "code"),
        ("session", "s1", "csat", 4.0, None, "code"),
    ]  # fmt: skip
    assert found[0]["comment"] == "Supported."


def test_annotations_of_other_spans_are_of_their_trace():
    flat = {"annotations.0.annotation.name": "solved", "annotations.0.annotation.score": 1, "input.value": ASK}
    row = only(jsonl(flat, span_kind="CHAIN", parent_id="p"))
    assert row["kind"] == "trace_part"
    assert [(score["target"], score["target_key"]) for score in row["scores"]] == [("trace", "t1")]


def test_annotations_exported_apart():
    apart = {
        "id": "a1", "span_id": "sp1", "name": "correct", "annotator_kind": "HUMAN", "updated_at": END, "source": "APP",
        "result": {"label": "yes", "score": 1.0, "explanation": "fine"}, "metadata": {}, "identifier": "",
    }  # fmt: skip
    assert openinference.recognise(set(apart), apart)
    row = only(apart)
    assert (row["kind"], row["source_id"]) == ("score", "a1")
    assert row["scores"] == [{
        "id": "a1", "target": "call", "target_key": "sp1", "name": "correct", "value": 1.0, "label": "yes",
        "comment": "fine", "origin": "human", "time": END,
    }]  # fmt: skip


def test_a_root_chain_stands_for_its_trace_and_others_are_set_aside():
    flat = {"input.value": ASK, "output.value": SAY, "metadata": '{"tenant": "acme"}'}
    root = only(jsonl(flat, span_kind="CHAIN"))
    assert (root["kind"], root["why"], root["input"], root["output"]) == ("trace", "CHAIN span", ASK, SAY)
    assert only(jsonl(flat, span_kind="CHAIN", parent_id="p")) == {"kind": "aside", "why": "CHAIN span"}
    part = only(jsonl({**flat, "user.id": "u1"}, span_kind="TOOL", parent_id="p"))
    assert (part["kind"], part["user_id"], part["attributes"]) == ("trace_part", "u1", None)


def test_errors_and_the_first_token():
    events = [
        {"name": "First Token Stream Event", "timestamp": "2026-11-03T09:14:22.501000+00:00", "attributes": {}},
        {"name": "exception", "timestamp": END, "attributes": {"exception.message": "boom"}},
    ]
    row = only(jsonl(FLAT, status_code="ERROR", events=events))
    assert (row["status"], row["error"], row["streaming"]) == ("error", "boom", True)
    assert row["time_to_first_token"] == pytest.approx(0.383)


def test_not_recognised():
    assert not openinference.recognise({"id", "context"}, {"id": 1, "context": "text"})
    assert not openinference.recognise({"trace_id", "name"}, {})


KEYS = st.sampled_from([*FLAT, "annotations.0.annotation.name", "retrieval.documents", "llm.choices", "llm", "input",
                        "llm.input_messages", "annotations", "trace.annotations.0.annotation.score"])  # fmt: skip
WILD = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6), st.sampled_from(["LLM", "CHAIN"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(st.dictionaries(KEYS, WILD, max_size=8), st.dictionaries(st.sampled_from(list(jsonl({}))), WILD, max_size=4))
@example({"llm.token_count.prompt": 2.0**64}, {})
@settings(max_examples=300, deadline=None)
def test_any_span_is_read(attributes, other):
    prefixed = {f"attributes.{key}": value for key, value in attributes.items()}
    for obj in (jsonl(attributes) | other, {**other, **prefixed}, {**attributes, **other}):
        for row in openinference.rows(obj):
            for value in row.values():
                assert value.encode() is not None if isinstance(value, str) else orjson.dumps(value) is not None
