"""OTLP/JSON of every GenAI generation, traces and logs, gives the same call."""

from __future__ import annotations

import base64
import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.ingest.adapters import otlp
from analysis.ingest.chat import read_input, read_output

TRACE, SPAN = "9f1c2b7a4de84c0f8a3e5d6172839405", "5b2e9c1407fa36d8"
SYSTEM, ASK, SAY = "You answer store questions.", "How do I return a damaged item?", "Start from Orders."
START, END = 1_793_697_262_118_000_000, 1_793_697_263_602_000_000


def encoded(value: Any) -> dict[str, Any]:
    """A value as OTLP/JSON has it."""
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [encoded(item) for item in value]}}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": pairs(value)}}
    return {"stringValue": value}


def pairs(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": encoded(value)} for key, value in values.items()]


RESOURCE = {
    "service.name": "support-api",
    "service.version": "2026.11.1",
    "deployment.environment.name": "production",
    "cloud.region": "eu-1",
    "telemetry.sdk.name": "opentelemetry",
}


def traces(*spans: dict[str, Any]) -> dict[str, Any]:
    return {"resourceSpans": [{"resource": {"attributes": pairs(RESOURCE)}, "scopeSpans": [{"spans": list(spans)}]}]}


def span(attributes: dict[str, Any], *, events: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    body = {
        "traceId": TRACE, "spanId": SPAN, "name": "chat m", "kind": 3, "startTimeUnixNano": str(START),
        "endTimeUnixNano": str(END), "attributes": pairs(attributes), "events": events or [], "status": {},
    }  # fmt: skip
    return {**body, **more}


def event(name: str, attributes: dict[str, Any]) -> dict[str, Any]:
    return {"timeUnixNano": str(START), "name": name, "attributes": pairs(attributes)}


def logs(*records: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceLogs": [{"resource": {"attributes": pairs(RESOURCE)}, "scopeLogs": [{"logRecords": list(records)}]}]
    }


def record(name: str, attributes: dict[str, Any], body: Any = None, **more: Any) -> dict[str, Any]:
    made = {
        "timeUnixNano": str(END), "eventName": name, "traceId": TRACE, "spanId": SPAN, "attributes": pairs(attributes),
    }  # fmt: skip
    return {**made, **({} if body is None else {"body": encoded(body)}), **more}


OLD = {"gen_ai.system": "openai", "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o-mini"}
NEW = {"gen_ai.provider.name": "openai", "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o-mini"}
USED = {"gen_ai.usage.input_tokens": 412, "gen_ai.usage.output_tokens": 88}
CHAT = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": ASK}]
PARTS = {
    "gen_ai.system_instructions": [{"type": "text", "content": SYSTEM}],
    "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": ASK}]}],
    "gen_ai.output.messages": [
        {"role": "assistant", "parts": [{"type": "text", "content": SAY}], "finish_reason": "stop"}
    ],
}
PARTS_AS_TEXT = {key: json.dumps(value) for key, value in PARTS.items()}
PROMPT = {"gen_ai.prompt": json.dumps(CHAT)}
COMPLETION = {"gen_ai.completion": json.dumps([{"role": "assistant", "content": SAY}])}
NUMBERED = {
    "gen_ai.prompt.0.role": "system", "gen_ai.prompt.0.content": SYSTEM, "gen_ai.prompt.1.role": "user",
    "gen_ai.prompt.1.content": json.dumps([{"type": "text", "text": ASK}]), "gen_ai.completion.0.role": "assistant",
    "gen_ai.completion.0.content": SAY, "gen_ai.completion.0.finish_reason": "stop",
}  # fmt: skip
MESSAGES: list[tuple[str, dict[str, Any]]] = [
    ("gen_ai.system.message", {"content": SYSTEM}),
    ("gen_ai.user.message", {"content": ASK}),
    ("gen_ai.choice", {"index": 0, "finish_reason": "stop", "message": {"content": SAY}}),
]

GENERATIONS = {
    "1.26": traces(
        span({**OLD, "gen_ai.usage.prompt_tokens": 412, "gen_ai.usage.completion_tokens": 88, **PROMPT, **COMPLETION})
    ),
    "1.27": traces(
        span(
            {**OLD, **USED},
            events=[event("gen_ai.content.prompt", PROMPT), event("gen_ai.content.completion", COMPLETION)],
        )
    ),
    "1.28 span events": traces(span({**OLD, **USED}, events=[event(name, body) for name, body in MESSAGES])),
    "1.41": traces(span({**NEW, **USED, **PARTS_AS_TEXT})),
    "1.41 structured": traces(span({**NEW, **USED, **PARTS})),
    "1.41 span event": traces(
        span({**NEW, **USED}, events=[event("gen_ai.client.inference.operation.details", {**NEW, **PARTS})])
    ),
    "openllmetry": traces(span({**OLD, "llm.request.type": "chat", **USED, **NUMBERED})),
    "pydantic ai": traces(
        span({**OLD, **USED, "events": json.dumps([{"event.name": name, **body} for name, body in MESSAGES])})
    ),
}


def only(obj: dict[str, Any], kind: str = "call") -> dict[str, Any]:
    (row,) = [row for row in otlp.rows(obj) if row["kind"] == kind]
    return row


@pytest.mark.parametrize("generation", GENERATIONS)
def test_each_generation_of_traces(generation):
    row = only(GENERATIONS[generation])
    assert row["source_id"] == f"{TRACE}:{SPAN}"
    assert (row["time"], row["end_time"], row["trace_id"]) == (START, END, TRACE)
    assert (row["app"], row["release"], row["environment"]) == ("support-api", "2026.11.1", "production")
    assert (row["provider"], row["model"], row["status"], row["error"]) == ("openai", "gpt-4o-mini", "ok", None)
    assert (row["input_tokens"], row["output_tokens"]) == (412, 88)
    assert row["attributes"] == {"cloud.region": "eu-1", "span_name": "chat m"}
    assert read_input(row["input"]) == (SYSTEM, ASK, None)
    assert read_output(row["output"])[:2] == (SAY, None)


LOGGED = {
    "1.36": logs(*(record(name, {"gen_ai.system": "openai"}, body) for name, body in MESSAGES)),
    "1.36 name in attributes": logs(
        *(record("", {"event.name": name, "gen_ai.system": "openai"}, body) for name, body in MESSAGES)
    ),
    "1.41": logs(record("gen_ai.client.inference.operation.details", {**NEW, **PARTS})),
}  # fmt: skip


@pytest.mark.parametrize("generation", LOGGED)
def test_each_generation_of_logs_gives_one_row_for_the_call_of_the_span(generation):
    row = only(LOGGED[generation])
    assert (row["source_id"], row["provider"], row["app"]) == (f"{TRACE}:{SPAN}", "openai", "support-api")
    assert (row["time"], row["end_time"], row["status"]) == (END, None, None)
    assert read_input(row["input"]) == (SYSTEM, ASK, None)
    assert read_output(row["output"])[:3] == (SAY, None, "stop")


def test_messages_in_two_objects_give_two_rows_of_one_call():
    first, second = (
        logs(record(*MESSAGES[0][:1], {}, MESSAGES[0][1])),
        logs(record("gen_ai.choice", {}, MESSAGES[2][1])),
    )
    rows = [only(first), only(second)]
    assert {row["source_id"] for row in rows} == {f"{TRACE}:{SPAN}"}
    assert (read_input(rows[0]["input"]).system_prompt, rows[0]["output"]) == (SYSTEM, None)
    assert (rows[1]["input"], read_output(rows[1]["output"]).response) == (None, SAY)


def test_messages_without_a_span_are_calls_up_to_each_answer():
    records = [record(name, {}, body, traceId="", spanId="") for name, body in MESSAGES]
    rows = list(otlp.rows(logs(*records, *records)))
    assert [row["kind"] for row in rows] == ["call", "call"]
    assert {row["source_id"] for row in rows} == {None}
    assert {read_input(row["input"]) for row in rows} == {(SYSTEM, ASK, None)}


def test_tool_calls_in_message_events():
    call = {"id": "c1", "type": "function", "function": {"name": "get_order", "arguments": '{"id": 42}'}}
    row = only(logs(
        record("gen_ai.user.message", {}, {"content": "Where?"}),
        record("gen_ai.assistant.message", {}, {"tool_calls": [call]}),
        record("gen_ai.tool.message", {}, {"id": "c1", "content": "shipped"}),
        record("gen_ai.choice", {}, {"index": 0, "finish_reason": "tool_calls", "message": {"tool_calls": [call]}}),
    ))  # fmt: skip
    wanted = {"id": "c1", "name": "get_order", "arguments": {"id": 42}}
    turn, answer = read_input(row["input"]), read_output(row["output"])
    assert json.loads(turn.messages or "") == [
        {"role": "user", "content": "Where?"},
        {"role": "assistant", "content": "", "tool_calls": [wanted]},
        {"role": "tool", "content": "shipped", "tool_call_id": "c1"},
    ]
    assert (json.loads(answer.tool_calls or ""), answer.finish_reason) == ([wanted], "tool_calls")


def test_evaluations_are_scores_of_the_call_the_response_or_the_trace():
    judged = {
        "gen_ai.evaluation.name": "Faithfulness", "gen_ai.evaluation.score.value": 0.92,
        "gen_ai.evaluation.score.label": "pass", "gen_ai.evaluation.explanation": "Supported.",
        "gen_ai.response.id": "chatcmpl-1",
    }  # fmt: skip
    name = "gen_ai.evaluation.result"
    (score,) = only(logs(record(name, judged)), "score")["scores"]
    assert score == {
        "id": None, "target": "call", "target_key": f"{TRACE}:{SPAN}", "name": "Faithfulness", "value": 0.92,
        "label": "pass", "comment": "Supported.", "origin": "model", "time": "2026-11-03T09:14:23.602000",
    }  # fmt: skip
    (score,) = only(logs(record(name, judged, spanId="")), "score")["scores"]
    assert (score["target"], score["target_key"]) == ("response", "chatcmpl-1")
    del judged["gen_ai.response.id"]
    (score,) = only(logs(record(name, judged, spanId="")), "score")["scores"]
    assert (score["target"], score["target_key"]) == ("trace", TRACE)
    (score,) = only(traces(span(NEW | USED, events=[event(name, judged)])))["scores"]
    assert (score["target"], score["name"], score["value"]) == (None, "Faithfulness", 0.92)


@pytest.mark.parametrize(
    ("used", "buckets"),
    [
        # v1.41: input includes the cache, output the reasoning
        ({"input_tokens": 412, "output_tokens": 88, "cache_read.input_tokens": 300, "cache_creation.input_tokens": 12,
          "reasoning.output_tokens": 20}, (100, 300, 12, 68, 20)),
        # the genai repository's name for writes
        ({"input_tokens": 412, "output_tokens": 88, "cache_write.input_tokens": 12}, (400, None, 12, 88, None)),
        # more cached than counted: the cache stands beside the input
        ({"input_tokens": 96, "output_tokens": 71, "cache_read.input_tokens": 340}, (96, 340, None, 71, None)),
        ({"input_tokens": 5, "cache_read_input_tokens": 5}, (0, 5, None, None, None)),
        ({}, (None, None, None, None, None)),
    ],
)  # fmt: skip
def test_token_buckets_are_disjoint(used, buckets):
    row = only(traces(span({**NEW, **{f"gen_ai.usage.{key}": count for key, count in used.items()}})))
    names = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
    assert tuple(row[name] for name in names) == buckets


def test_what_else_a_span_says():
    row = only(
        traces(
            span(
                {
                    **NEW,
                    **USED,
                    "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
                    "gen_ai.response.id": "r1",
                    "gen_ai.conversation.id": "s1",
                    "user.id": "u1",
                    "gen_ai.request.temperature": 0.2,
                    "gen_ai.request.stream": True,
                    "gen_ai.response.finish_reasons": ["max_tokens"],
                    "gen_ai.response.time_to_first_chunk": 0.383,
                    "gen_ai.usage.cost": 0.0001146,
                    "gen_ai.prompt.name": "support",
                    "gen_ai.prompt.version": "7",
                    "server.port": 443,
                    "traceloop.association.properties.tenant": "acme",
                    "traceloop.workflow.name": "returns",
                }
            )
        )
    )
    assert (row["model"], row["requested_model"], row["response_id"]) == ("gpt-4o-mini-2024-07-18", "gpt-4o-mini", "r1")
    assert (row["session_id"], row["user_id"], row["feature"]) == ("s1", "u1", "returns")
    assert (row["parameters"], row["streaming"], row["time_to_first_token"]) == ({"temperature": 0.2}, True, 0.383)
    assert (row["finish_reason"], row["recorded_cost"], row["prompt_version"]) == ("length", 0.0001146, "support@7")
    assert row["attributes"] == {"cloud.region": "eu-1", "server.port": 443, "tenant": "acme", "span_name": "chat m"}


def test_the_vercel_ai_sdk():
    row = only(traces(span({
        "gen_ai.system": "openai.chat", "gen_ai.request.model": "m", **USED, "ai.operationId": "ai.streamText.doStream",
        "ai.prompt.messages": json.dumps([{"role": "user", "content": [{"type": "text", "text": ASK}]}]),
        "ai.response.toolCalls": json.dumps([{"toolCallId": "c", "toolName": "f", "args": '{"a":1}'}]),
        "ai.response.msToFirstChunk": 383.0, "ai.telemetry.metadata.userId": "u1",
    })))  # fmt: skip
    assert (row["user_id"], row["time_to_first_token"], row["streaming"]) == ("u1", 0.383, True)
    assert read_input(row["input"]).prompt == ASK
    called = read_output(row["output"]).tool_calls
    assert json.loads(called or "") == [{"id": "c", "name": "f", "arguments": {"a": 1}}]


def test_errors():
    failed = span(NEW, status={"code": 2, "message": "rate limited"})
    assert [only(traces(failed))[key] for key in ("status", "error")] == ["error", "rate limited"]
    raised = span(NEW, status={"code": "STATUS_CODE_ERROR"}, events=[event("exception", {"exception.message": "boom"})])
    assert [only(traces(raised))[key] for key in ("status", "error")] == ["error", "boom"]
    typed = span({**NEW, "error.type": "timeout"})
    assert [only(traces(typed))[key] for key in ("status", "error")] == ["error", "timeout"]
    logged = record("gen_ai.client.operation.exception", {**NEW, "exception.message": "boom"})
    assert [only(logs(logged))[key] for key in ("status", "error")] == ["error", "boom"]


def test_spans_that_are_no_calls():
    agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "a"}
    rows = list(
        otlp.rows(
            traces(
                span({**agent, "gen_ai.conversation.id": "s1", **USED, **PARTS}, spanId="aa" * 8),
                span({**NEW, **USED}, parentSpanId="aa" * 8),
                span(
                    {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "t"},
                    spanId="bb" * 8,
                    parentSpanId="aa" * 8,
                ),
                span({"http.method": "GET"}, spanId="cc" * 8),
                span(
                    {
                        "gen_ai.operation.name": "embeddings",
                        "gen_ai.request.model": "e",
                        "gen_ai.usage.input_tokens": 3,
                    },
                    spanId="dd" * 8,
                ),
                span(
                    {
                        "gen_ai.operation.name": "retrieval",
                        "gen_ai.retrieval.documents": [{"id": "kb-17", "score": 0.83}],
                    },
                    spanId="ee" * 8,
                ),
            )
        )
    )
    kinds = [(row["kind"], row.get("why")) for row in rows]
    assert kinds == [
        ("trace", "invoke_agent span"), ("aside", "execute_tool span"), ("aside", "other span"),
        ("aside", "embeddings span"), ("trace_part", "retrieval span"), ("call", None),
    ]  # fmt: skip
    assert (rows[0]["session_id"], rows[0]["trace_id"]) == ("s1", TRACE)
    assert rows[4]["documents"] == [{"id": "kb-17", "text": None, "score": 0.83}]


def test_a_span_around_the_same_call_is_set_aside():
    outer = span({**NEW, **USED}, spanId="aa" * 8)
    rows = list(otlp.rows(traces(outer, span({**NEW, **USED}, parentSpanId="aa" * 8))))
    assert [row["kind"] for row in rows] == ["aside", "call"]
    other = span({**NEW, "gen_ai.usage.input_tokens": 1, "gen_ai.usage.output_tokens": 2}, parentSpanId="aa" * 8)
    assert [row["kind"] for row in otlp.rows(traces(outer, other))] == ["call", "call"]


def test_snake_case_and_base64_ids_are_the_same_call():
    body = {
        "trace_id": base64.b64encode(bytes.fromhex(TRACE)).decode(),
        "span_id": base64.b64encode(bytes.fromhex(SPAN)).decode(), "parent_span_id": "", "name": "chat m",
        "start_time_unix_nano": START, "end_time_unix_nano": END,
        "attributes": [{"key": key, "value": {"string_value": value}} for key, value in NEW.items()]
        + [{"key": "gen_ai.usage.input_tokens", "value": {"int_value": 412}}],
    }  # fmt: skip
    row = only({"resource_spans": [{"scope_spans": [{"spans": [body]}]}]})
    assert (row["source_id"], row["time"], row["input_tokens"]) == (f"{TRACE}:{SPAN}", START, 412)


def test_openinference_spans_in_otlp():
    marked = traces(
        span({"openinference.span.kind": "LLM", "llm.model_name": "m", "input.value": ASK, "output.value": SAY})
    )
    row = only(marked)
    assert (row["source_id"], row["model"], row["input"], row["app"]) == (SPAN, "m", ASK, "support-api")
    assert otlp.recognise_openinference(set(marked), marked)
    assert not otlp.recognise_openinference({"resourceSpans"}, GENERATIONS["1.41"])


def test_recognised_by_its_top_level():
    for key in ("resourceSpans", "resource_spans", "resourceLogs", "resource_logs"):
        assert otlp.recognise({key}, {key: []})
    assert not otlp.recognise({"spans"}, {"spans": []})


# --- any object ------------------------------------------------------------------------------------------------------

KEYS = st.sampled_from([*OLD, *NEW, *USED, *PARTS, *NUMBERED, "user.id", "events", "gen_ai.tool.definitions",
                        "ai.prompt", "openinference.span.kind", "llm.input_messages.0.message.role", "metadata",
                        "tag.tags"])  # fmt: skip
WILD = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6), st.sampled_from(["chat", "LLM"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=15,
)


def check(rows: Any) -> None:
    """Each row can be written, as the import does."""
    for row in rows:
        assert row["kind"] in ("call", "trace", "trace_part", "call_part", "score", "aside")
        for value in row.values():
            if isinstance(value, str):
                assert value.encode() is not None
            elif not isinstance(value, int | float):
                orjson.dumps(value)


@given(st.dictionaries(KEYS, WILD, max_size=8), WILD, st.sampled_from([name for name, _ in MESSAGES]))
@settings(max_examples=300, deadline=None)
def test_any_attributes_are_read(attributes, body, name):
    plain = span({}, events=[{"name": name, "attributes": attributes}]) | {"attributes": attributes}
    check(otlp.rows(traces(plain)))
    check(otlp.rows(logs(record(name, {}) | {"attributes": attributes, "body": body})))


@given(st.recursive(WILD, lambda inner: st.dictionaries(
    st.sampled_from(["resourceSpans", "scopeSpans", "spans", "resource", "attributes", "events", "traceId", "spanId",
                     "resourceLogs", "scopeLogs", "logRecords", "key", "value", "status", "startTimeUnixNano"]),
    inner | st.lists(inner, max_size=2), max_size=4), max_leaves=12))  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_any_object_is_read(value):
    check(otlp.rows(value if isinstance(value, dict) else {"resourceSpans": value, "resourceLogs": value}))


def test_deep_and_odd_values_are_read():
    deep = "[" * 900 + "]" * 900
    odd = {
        "metadata": '{"a":' + deep + "}",
        "gen_ai.input.messages": deep,
        "llm.invocation_parameters": deep,
        "x": "[1e999]",
    }
    for extra in ({}, {"openinference.span.kind": "LLM"}):
        check(otlp.rows(traces(span({**NEW, **odd, **extra}))))
    nested: object = "x"
    for _ in range(200):
        nested = [nested]
    check(otlp.rows(traces(span({**NEW, "gen_ai.input.messages": nested, "other": nested}))))
