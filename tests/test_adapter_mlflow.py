"""MLflow traces of both versions, with and without spans, give their calls, documents and assessments."""

from __future__ import annotations

import base64
import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.ingest.adapters import mlflow
from analysis.ingest.chat import read_input, read_output

SYSTEM, ASK, SAY = "You answer store questions.", "How do I return a damaged item?", "Start from Orders."
CHAT = {"messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": ASK}]}
START, TOOK = 1_793_697_262_118, 1484
META = {
    "mlflow.trace.session": "s1", "mlflow.trace.user": "u1",
    "mlflow.trace.tokenUsage": json.dumps({"input_tokens": 412, "output_tokens": 88, "cache_read_input_tokens": 12}),
    "mlflow.trace.cost": json.dumps({"input_cost": 1e-05, "output_cost": 2e-05, "total_cost": 3e-05}),
}  # fmt: skip
TAGS = {"feature": "returns", "tenant": "acme", "mlflow.traceName": "answer",
        "mlflow.linkedPrompts": '[{"name": "support", "version": "7"}]'}  # fmt: skip

V3 = {
    "trace_id": "tr-1", "client_request_id": "c1", "state": "OK", "request_time": START, "execution_duration": TOOK,
    "inputs": CHAT, "outputs": {"content": SAY}, "expectations": {}, "trace_metadata": META, "tags": TAGS,
    "assessments": [],
}  # fmt: skip
V2 = {
    "request_id": "tr-1", "trace": None, "timestamp_ms": START, "status": "TraceStatus.OK", "execution_time_ms": TOOK,
    "request": json.dumps(CHAT), "response": json.dumps({"content": SAY}), "request_metadata": META, "spans": [],
    "tags": [{"key": key, "value": value} for key, value in TAGS.items()],
}  # fmt: skip
WHOLE = {
    "info": {"trace_id": "tr-1", "state": "OK", "request_time": START, "execution_duration_ms": TOOK,
             "trace_metadata": META, "tags": TAGS, "request_preview": json.dumps(CHAT), "response_preview": SAY},
    "data": {"spans": []},
}  # fmt: skip


def rows_of(obj: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [row for row in mlflow.rows(obj) if row["kind"] == kind]


@pytest.mark.parametrize("obj", [V3, V2, WHOLE, {**V3, "trace_metadata": json.dumps(META)}])
def test_a_trace_without_model_spans_stands_for_its_calls(obj):
    assert mlflow.recognise(set(obj), obj)
    (row,) = mlflow.rows(obj)
    assert (row["kind"], row["trace_id"], row["session_id"], row["user_id"]) == ("trace", "tr-1", "s1", "u1")
    assert (row["time"], row["end_time"], row["latency"], row["status"]) == (START, START + TOOK, 1.484, "ok")
    assert (row["input_tokens"], row["cache_read_tokens"], row["output_tokens"]) == (400, 12, 88)
    assert (row["recorded_cost"], row["feature"], row["prompt_version"]) == (3e-05, "returns", "support@7")
    assert row["attributes"] == {"tenant": "acme", "trace_name": "answer"}
    assert read_input(row["input"]) == (SYSTEM, ASK, None)
    assert read_output(row["output"]).response == SAY


def ids(text: str, *, encoded: bool) -> str:
    return base64.b64encode(bytes.fromhex(text)).decode() if encoded else text


def v3_span(span: str, parent: str, kind: str, *, encoded: bool = False, **attributes: Any) -> dict[str, Any]:
    return {
        "trace_id": "AA==", "span_id": ids(span, encoded=encoded), "name": kind.lower(),
        "parent_span_id": ids(parent, encoded=encoded) if parent else "", "start_time_unix_nano": START * 1_000_000,
        "end_time_unix_nano": (START + TOOK) * 1_000_000, "status": {"code": "STATUS_CODE_OK", "message": ""},
        "events": [], "attributes": {
            "mlflow.spanType": json.dumps(kind), **{key: json.dumps(value) for key, value in attributes.items()}
        },
    }  # fmt: skip


MODEL = {
    "mlflow.spanInputs": {**CHAT, "model": "gpt-4o-mini", "temperature": 0.2, "stream": False},
    "mlflow.spanOutputs": {
        "id": "chatcmpl-1", "model": "gpt-4o-mini-2024-07-18",
        "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": SAY}}],
    },
    "mlflow.chat.tokenUsage": {"input_tokens": 412, "output_tokens": 88, "total_tokens": 500},
    "mlflow.llm.cost": {"total_cost": 0.0001146}, "mlflow.llm.provider": "openai",
}  # fmt: skip
FOUND = [{"page_content": "30 days.", "metadata": {"doc_uri": "kb-17", "score": 0.83}}]
A, B, C = "aa" * 8, "bb" * 8, "cc" * 8


def v2_span(body: dict[str, Any]) -> dict[str, Any]:
    """The same span in the older schema."""
    return {
        "name": body["name"], "context": {"span_id": "0x" + body["span_id"], "trace_id": "0x1"}, "events": [],
        "parent_id": "0x" + body["parent_span_id"] if body["parent_span_id"] else None, "status_code": "OK",
        "start_time": body["start_time_unix_nano"], "end_time": body["end_time_unix_nano"], "status_message": "",
        "attributes": body["attributes"],
    }  # fmt: skip


def with_spans(schema: str) -> dict[str, Any]:
    encoded = schema == "base64"
    spans = [
        v3_span(A, "", "AGENT", encoded=encoded, **{"mlflow.spanInputs": ASK}),
        v3_span(B, A, "RETRIEVER", encoded=encoded, **{"mlflow.spanOutputs": FOUND}),
        v3_span(C, A, "CHAT_MODEL", encoded=encoded, **MODEL),
    ]
    if schema == "trace":
        return {**V3, "trace": json.dumps({"info": {}, "data": {"spans": spans}})}
    return {**V3, "spans": [v2_span(span) for span in spans] if schema == "v2" else spans}


@pytest.mark.parametrize("schema", ["hex", "base64", "v2", "trace"])
def test_spans_of_chat_models_are_the_calls(schema):
    (call,) = rows_of(with_spans(schema), "call")
    assert (call["source_id"], call["trace_id"], call["session_id"]) == (f"tr-1:{C}", "tr-1", "s1")
    assert (call["time"], call["end_time"]) == (START * 1_000_000, (START + TOOK) * 1_000_000)
    assert (call["model"], call["requested_model"], call["provider"]) == (
        "gpt-4o-mini-2024-07-18",
        "gpt-4o-mini",
        "openai",
    )
    assert (call["input_tokens"], call["output_tokens"], call["recorded_cost"]) == (412, 88, 0.0001146)
    assert (call["parameters"], call["streaming"], call["response_id"]) == ({"temperature": 0.2}, False, "chatcmpl-1")
    assert read_input(call["input"]) == (SYSTEM, ASK, None)
    assert read_output(call["output"])[:3] == (SAY, None, "stop")
    parts = rows_of(with_spans(schema), "trace_part")
    assert parts[0]["documents"] == [{"id": "kb-17", "text": "30 days.", "score": 0.83}]
    assert rows_of(with_spans(schema), "trace") == []


def test_a_model_span_around_another_is_set_aside():
    outer = v3_span(B, A, "CHAT_MODEL", **{"mlflow.spanInputs": CHAT})
    rows = list(mlflow.rows({**V3, "spans": [outer, v3_span(C, B, "CHAT_MODEL", **MODEL)]}))
    assert [row["kind"] for row in rows] == ["aside", "call", "trace_part"]


def test_a_failed_span():
    body = v3_span(C, "", "LLM", **MODEL) | {"status": {"code": "STATUS_CODE_ERROR", "message": "rate limited"}}
    (call,) = rows_of({**V3, "spans": [body]}, "call")
    assert (call["status"], call["error"]) == ("error", "rate limited")


ASSESSMENTS = [
    {"assessment_id": "a-1", "assessment_name": "relevance", "source": {"source_type": "LLM_JUDGE", "source_id": "m"},
     "feedback": {"value": "yes"}, "rationale": "On topic.", "create_time": "2026-11-03T09:20:00Z"},
    {"assessment_id": "a-2", "name": "user_feedback", "source": {"source_type": "HUMAN"}, "feedback": {"value": False},
     "create_time_ms": START},
    {"assessment_id": "a-3", "assessment_name": "expected_response", "source": {"source_type": "HUMAN"},
     "expectation": {"value": "Go to Orders."}},
    {"assessment_id": "a-4", "assessment_name": "tone", "source": {"source_type": "CODE"}, "feedback": {"value": 0.5},
     "span_id": C},
    {"assessment_id": "a-5", "assessment_name": "old", "feedback": {"value": 1}, "valid": False},
    {"assessment_id": "a-6", "assessment_name": "failed", "feedback": {"error": {"error_code": "X"}}},
]  # fmt: skip


def test_assessments_are_scores():
    obj = {
        **with_spans("hex"),
        "assessments": ASSESSMENTS,
        "expectations": {"facts": ["30 days"], "expected_response": "x"},
    }
    (part,) = [row for row in rows_of(obj, "trace_part") if "scores" in row]
    shown = ("id", "target", "target_key", "name", "value", "label", "origin")
    assert [tuple(score[key] for key in shown) for score in part["scores"]] == [
        ("a-1", "trace", "tr-1", "relevance", 1.0, "yes", "model"),
        ("a-2", "trace", "tr-1", "thumbs", -1.0, None, "user"),
        ("a-3", "trace", "tr-1", "correction", None, "Go to Orders.", "human"),
        ("a-4", "call", f"tr-1:{C}", "tone", 0.5, None, "code"),
        (None, "trace", "tr-1", "expected facts", None, '["30 days"]', "human"),
    ]
    assert (part["scores"][0]["comment"], part["scores"][0]["time"]) == ("On topic.", "2026-11-03T09:20:00Z")
    assert part["scores"][1]["time"] == "2026-11-03T09:14:22.118000"


def test_not_recognised():
    assert not mlflow.recognise({"trace_id", "name"}, {})
    assert not mlflow.recognise({"info", "data"}, {"info": "text", "data": []})


KEYS = st.sampled_from([*V3, *V2, *WHOLE, *META, *TAGS, *MODEL, "span_id", "attributes", "mlflow.spanType", "context",
                        "feedback", "expectation", "value", "name", "source", "status"])  # fmt: skip
WILD = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6), st.sampled_from(["LLM", "RETRIEVER"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(st.dictionaries(KEYS, WILD, max_size=8))
@settings(max_examples=300, deadline=None)
def test_any_trace_is_read(value):
    spans = [value, {"attributes": value}, v3_span(C, "", "LLM") | value]
    for obj in (value, {**V3, **value}, {**V3, "spans": spans, "assessments": [value]}):
        for row in mlflow.rows(obj):
            for item in row.values():
                assert item.encode() is not None if isinstance(item, str) else orjson.dumps(item) is not None
