"""What went into a model and came out of it is read from any tool's shape; nothing is lost or raised on any text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.ingest.chat import Answer, Turn, finish_reason, read_input, read_output

SYSTEM, ASK, SAY = "You answer store questions.", "How do I return a damaged item?", "Start from Orders."
BOTH = Turn(SYSTEM, ASK, None)
ONLY = Turn(None, ASK, None)


def turn(value: object) -> Turn:
    return read_input(json.dumps(value))


def answer(value: object) -> Answer:
    return read_output(json.dumps(value))


def history(value: object) -> list[dict]:
    messages = turn(value).messages
    assert messages is not None
    return json.loads(messages)


SYSTEM_AND_USER = {
    "openai": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": ASK}],
    "developer": [{"role": "developer", "content": SYSTEM}, {"role": "user", "content": ASK}],
    "request": {"model": "m", "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": ASK}]},
    "parts": [
        {"role": "system", "content": [{"type": "text", "text": SYSTEM}]},
        {"role": "user", "content": [{"type": "input_text", "text": ASK}]},
    ],
    "anthropic": {"system": [{"type": "text", "text": SYSTEM}], "messages": [{"role": "user", "content": ASK}]},
    "otel": [
        {"role": "system", "parts": [{"type": "text", "content": SYSTEM}]},
        {"role": "user", "parts": [{"type": "text", "content": ASK}]},
    ],
    "gemini": {
        "systemInstruction": {"parts": [{"text": SYSTEM}]},
        "contents": [{"role": "user", "parts": [{"text": ASK}]}],
    },
    "adk": {"config": {"system_instruction": SYSTEM}, "contents": [{"role": "user", "parts": [{"text": ASK}]}]},
    "langchain constructors": [
        [
            {
                "lc": 1,
                "type": "constructor",
                "id": ["langchain", "schema", "SystemMessage"],
                "kwargs": {"content": SYSTEM},
            },
            {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "HumanMessage"], "kwargs": {"content": ASK}},
        ]
    ],
    "langchain data": [{"type": "system", "data": {"content": SYSTEM}}, {"type": "human", "data": {"content": ASK}}],
    "langchain dumped": {
        "messages": [{"type": "system", "content": SYSTEM}, {"type": "human", "content": ASK, "id": None}]
    },
    "langchain pairs": [["system", SYSTEM], ["human", ASK]],
    "openinference": [
        {"message.role": "system", "message.content": SYSTEM},
        {"message.role": "user", "message.contents": [{"message_content.type": "text", "message_content.text": ASK}]},
    ],
    "openinference nested": [
        {"message": {"role": "system", "content": SYSTEM}},
        {"message": {"role": "user", "contents": [{"message_content": {"type": "text", "text": ASK}}]}},
    ],
    "responses": {
        "instructions": SYSTEM,
        "input": [{"role": "user", "content": [{"type": "input_text", "text": ASK}]}],
    },
    "responses text": {"instructions": SYSTEM, "input": ASK, "model": "m"},
    "call": {
        "args": [],
        "kwargs": {"messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": ASK}]},
    },
    "list of json texts": [
        json.dumps({"role": "system", "content": SYSTEM}),
        json.dumps({"role": "user", "content": ASK}),
    ],
    "sharegpt": {"conversations": [{"from": "system", "value": SYSTEM}, {"from": "human", "value": ASK}]},
}


@pytest.mark.parametrize("shape", SYSTEM_AND_USER)
def test_system_and_user_are_read_from_every_shape(shape):
    assert turn(SYSTEM_AND_USER[shape]) == BOTH


@pytest.mark.parametrize("shape", SYSTEM_AND_USER)
def test_encoded_twice_reads_the_same(shape):
    assert read_input(json.dumps(json.dumps(SYSTEM_AND_USER[shape]))) == BOTH


@pytest.mark.parametrize(
    "value",
    [
        {"question": ASK}, {"query": ASK}, {"input": ASK}, {"prompt": ASK}, {"inputs": {"question": ASK}},
        {"args": [ASK]}, {"args": [], "kwargs": {"query": ASK}}, {"contents": ASK}, {"contents": [ASK]}, [ASK], ASK,
        {"input": {"messages": [{"role": "user", "content": ASK}]}}, [{"type": "text", "text": ASK}],
        {"messages": json.dumps([{"role": "user", "content": ASK}])}, {"role": "USER", "content": ASK},
    ],
)  # fmt: skip
def test_a_lone_question_is_the_prompt(value):
    assert turn(value) == ONLY


def test_plain_text_and_json_without_chat_are_the_prompt_as_they_stand():
    assert read_input(ASK) == ONLY
    for text in ('{"city": "Tokyo"}', "[1, 2]", "5", "{not json", '{"args": [], "kwargs": {}}', "[]", "  "):
        assert read_input(text) == Turn(None, text, None)
    assert read_input(None) == read_input("") == Turn(None, None, None)


def test_printed_chats_are_read():
    assert read_input(f"system: {SYSTEM}\nuser: {ASK}") == BOTH
    assert read_input(f"Human: {ASK}\n\nAssistant:") == ONLY
    assert read_input(str([{"role": "system", "content": SYSTEM}, {"role": "user", "content": ASK}])) == BOTH
    printed = [f"role='system' content={SYSTEM!r} name=None", f"role='user' content={ASK!r} name=None tool_calls=None"]
    assert turn({"messages": printed}) == BOTH
    assert read_input("System: Windows 11\nUser: admin").prompt == "System: Windows 11\nUser: admin"


def test_history_keeps_calls_results_and_names():
    asked = [
        {"role": "user", "content": "Where is order 42?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "get_order", "arguments": '{"id": 42}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": '{"state":"shipped"}'},
    ]
    assert turn(asked).prompt == "Where is order 42?"
    assert history(asked) == [
        {"role": "user", "content": "Where is order 42?"},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"id": "c1", "name": "get_order", "arguments": {"id": 42}}],
        },
        {"role": "tool", "content": '{"state":"shipped"}', "tool_call_id": "c1"},
    ]


CALL = {"id": "c1", "name": "get_order", "arguments": {"id": 42}}
CALLS_IN_HISTORY = {
    "anthropic": [
        {"role": "user", "content": "Where?"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm"},
                {"type": "tool_use", "id": "c1", "name": "get_order", "input": {"id": 42}},
            ],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "c1", "content": [{"type": "text", "text": "shipped"}]}],
        },
    ],
    "otel": [
        {"role": "user", "parts": [{"type": "text", "content": "Where?"}]},
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": "hm"},
                {"type": "tool_call", "id": ["run", "c1"], "name": "get_order", "arguments": {"id": 42}},
            ],
        },
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "result": "shipped"}]},
    ],
    "responses": {
        "input": [
            {"role": "user", "content": "Where?"},
            {"type": "reasoning", "summary": []},
            {"type": "function_call", "call_id": "c1", "name": "get_order", "arguments": '{"id":42}', "id": "fc_1"},
            {"type": "function_call_output", "call_id": "c1", "output": "shipped"},
        ]
    },
    "bedrock": {
        "messages": [
            {"role": "user", "content": [{"text": "Where?"}]},
            {
                "role": "assistant",
                "content": [{"toolUse": {"toolUseId": "c1", "name": "get_order", "input": {"id": 42}}}],
            },
            {"role": "user", "content": [{"toolResult": {"toolUseId": "c1", "content": [{"text": "shipped"}]}}]},
        ]
    },
    "openinference": [
        {"message.role": "user", "message.content": "Where?"},
        {
            "message.role": "assistant",
            "message.tool_calls": [
                {
                    "tool_call.id": "c1",
                    "tool_call.function.name": "get_order",
                    "tool_call.function.arguments": '{"id": 42}',
                }
            ],
        },
        {"message.role": "tool", "message.tool_call_id": "c1", "message.content": "shipped"},
    ],
}


@pytest.mark.parametrize("shape", CALLS_IN_HISTORY)
def test_tool_calls_and_results_in_every_shape(shape):
    assert turn(CALLS_IN_HISTORY[shape]).prompt == "Where?"
    assert history(CALLS_IN_HISTORY[shape]) == [
        {"role": "user", "content": "Where?"},
        {"role": "assistant", "content": "", "tool_calls": [CALL]},
        {"role": "tool", "content": "shipped", "tool_call_id": "c1"},
    ]


def test_gemini_functions_have_names_for_ids():
    contents = [
        {"role": "user", "parts": [{"text": "hi"}]},
        {"role": "model", "parts": [{"function_call": {"args": {}, "name": "greet"}}]},
        {"role": "user", "parts": [{"function_response": {"name": "greet", "response": {"said": "hello"}}}]},
    ]
    assert history({"contents": contents})[1:] == [
        {"role": "assistant", "content": "", "tool_calls": [{"id": None, "name": "greet", "arguments": {}}]},
        {"role": "tool", "content": '{"said":"hello"}', "name": "greet"},
    ]


@pytest.mark.parametrize(
    ("part", "word"),
    [
        ({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}, "[image]"),
        ({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}, "[image]"),
        ({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}, "[audio]"),
        ({"type": "blob", "modality": "video", "mime_type": "video/mp4", "content": "AAAA"}, "[video]"),
        ({"type": "uri", "modality": "image", "uri": "gs://b/x"}, "[image]"),
        ({"inlineData": {"mimeType": "audio/ogg", "data": "AAAA"}}, "[audio]"),
        ({"type": "document", "source": {"type": "base64", "media_type": "application/pdf"}}, "[document]"),
        ({"type": "file", "file": {"file_id": "f"}}, "[file]"),
    ],
)
def test_media_become_placeholders(part, word):
    assert turn([{"role": "user", "content": ["Look:", part]}]).prompt == f"Look:\n{word}"


def test_other_fields_of_a_template_are_kept_as_context():
    assert turn({"question": ASK, "context": "Returns: 30 days.", "temperature": 0}).prompt == ASK
    assert history({"question": ASK, "context": "Returns: 30 days."}) == [
        {"role": "context", "content": '{"context":"Returns: 30 days."}'},
        {"role": "user", "content": ASK},
    ]
    before = history({"question": ASK, "chat_history": [["human", "Hi"], ["ai", "Hello"]]})
    assert [message["role"] for message in before] == ["user", "assistant", "user"]


def test_definitions_of_tools_among_the_messages_are_no_messages():
    definition = {"type": "function", "function": {"name": "f", "description": "d", "parameters": {}}}
    assert turn([{"role": "user", "content": ASK}, {"role": "tool", "content": definition}]) == ONLY


TEXT_ANSWERS = {
    "text": SAY,
    "message": {"role": "assistant", "content": SAY, "refusal": None},
    "messages": [{"role": "user", "content": ASK}, {"role": "assistant", "content": SAY}],
    "state": {"messages": [{"type": "human", "content": ASK}, {"type": "ai", "content": SAY}]},
    "choices": {"id": "x", "choices": [{"index": 0, "message": {"role": "assistant", "content": SAY}}]},
    "completion": {"choices": [{"text": SAY, "index": 0}]},
    "chunks": [
        {"choices": [{"delta": {"role": "assistant", "content": SAY[:5]}}]},
        {"choices": [{"delta": {"content": SAY[5:]}}]},
    ],
    "anthropic": {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": SAY}],
    },
    "blocks": [{"type": "text", "text": SAY[:5]}, {"type": "text", "text": SAY[5:]}],
    "gemini": {
        "candidates": [{"content": {"role": "model", "parts": [{"text": "hm", "thought": True}, {"text": SAY}]}}]
    },
    "adk": {"content": {"parts": [{"text": SAY}], "role": "model"}, "usage_metadata": {}},
    "generations": {
        "generations": [[{"text": SAY, "message": {"lc": 1, "id": ["AIMessage"], "kwargs": {"content": SAY}}}]],
        "llm_output": {},
    },
    "generation text": {"generations": [[{"text": SAY}]]},
    "responses": {
        "object": "response",
        "output": [
            {"type": "reasoning", "summary": []},
            {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "text": SAY, "annotations": []}],
            },
        ],
    },
    "bedrock": {"output": {"message": {"role": "assistant", "content": [{"text": SAY}]}}},
    "otel": [
        {"role": "assistant", "parts": [{"type": "reasoning", "content": "hm"}, {"type": "text", "content": SAY}]}
    ],
    "openinference": [{"message.role": "assistant", "message.content": SAY}],
    "content": {"content": SAY},
    "chain": {"question": ASK, "answer": SAY, "source_documents": []},
    "outputs": {"outputs": {"output": SAY}},
    "ollama": {"model": "m", "message": {"role": "assistant", "content": SAY}, "done": True},
    "langchain message": {
        "content": SAY,
        "type": "AIMessageChunk",
        "response_metadata": {},
        "tool_calls": [],
        "example": False,
    },
    "agent": [
        {"role": "assistant", "parts": [{"type": "tool_call", "id": "c", "name": "f", "arguments": {}}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c", "response": "x"}]},
        {"role": "assistant", "parts": [{"type": "text", "content": SAY}]},
    ],
    "python": str({"role": "assistant", "text": SAY}),
}


@pytest.mark.parametrize("shape", TEXT_ANSWERS)
def test_the_answer_is_read_from_every_shape(shape):
    assert answer(TEXT_ANSWERS[shape]) == Answer(SAY, None, None, refusal=False)


CALL_ANSWERS = {
    "openai": {
        "choices": [
            {
                "finish_reason": "tool_calls",
                "message": {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [
                        {"id": "c1", "type": "function", "function": {"name": "get_order", "arguments": '{"id": 42}'}}
                    ],
                },
            }
        ]
    },
    "anthropic": {
        "role": "assistant",
        "content": [{"type": "tool_use", "id": "c1", "name": "get_order", "input": {"id": 42}}],
        "stop_reason": "tool_use",
    },
    "responses": {
        "object": "response",
        "status": "completed",
        "output": [
            {"type": "function_call", "call_id": "c1", "name": "get_order", "arguments": '{"id": 42}', "id": "fc"}
        ],
    },
    "otel": [
        {
            "role": "assistant",
            "parts": [{"type": "tool_call", "id": "c1", "name": "get_order", "arguments": '{"id": 42}'}],
            "finish_reason": "tool_call",
        }
    ],
    "langchain": {
        "lc": 1,
        "id": ["x", "AIMessage"],
        "kwargs": {
            "content": "",
            "tool_calls": [{"id": "c1", "name": "get_order", "args": {"id": 42}}],
            "response_metadata": {"finish_reason": "tool_calls"},
        },
    },
    "additional": {
        "role": "assistant",
        "content": "",
        "finish_reason": "tool_calls",
        "additional_kwargs": {"tool_calls": [{"id": "c1", "function": {"name": "get_order", "arguments": {"id": 42}}}]},
    },
}


@pytest.mark.parametrize("shape", CALL_ANSWERS)
def test_tool_calls_of_an_answer(shape):
    said = answer(CALL_ANSWERS[shape])
    assert (said.response, said.finish_reason, said.refusal) == (None, "tool_calls", False)
    assert json.loads(said.tool_calls or "") == [CALL]


def test_a_function_of_gemini_has_no_id():
    said = answer({"candidates": [{"content": {"parts": [{"functionCall": {"name": "f", "args": {"a": 1}}}]}}]})
    assert json.loads(said.tool_calls or "") == [{"id": None, "name": "f", "arguments": {"a": 1}}]


def test_refusals():
    refused = answer(
        {
            "choices": [
                {"finish_reason": "stop", "message": {"role": "assistant", "content": None, "refusal": "I can't."}}
            ]
        }
    )
    assert refused == Answer("I can't.", None, "refusal", refusal=True)
    part = {"role": "assistant", "content": [{"type": "refusal", "refusal": "I can't."}]}
    assert answer({"object": "response", "output": [{"type": "message", **part}]}).refusal
    assert answer({"role": "assistant", "content": [], "stop_reason": "refusal"}).finish_reason == "refusal"
    assert not answer({"role": "assistant", "content": SAY, "refusal": None}).refusal


@pytest.mark.parametrize(
    ("words", "canonical"),
    [
        (("stop", "end_turn", "STOP", "stop_sequence", "COMPLETE", "FinishReason.STOP"), "stop"),
        (("length", "max_tokens", "MAX_TOKENS", "max_output_tokens"), "length"),
        (("tool_calls", "tool_use", "function_call", "tool_call", "tool-calls"), "tool_calls"),
        (("content_filter", "SAFETY", "RECITATION", "guardrail_intervened"), "content_filter"),
        (("refusal",), "refusal"),
        (("PAUSE_TURN",), "pause_turn"),
        ((None, "", " "), None),
    ],
)
def test_finish_reasons(words, canonical):
    assert {finish_reason(word) for word in words} == {canonical}


def test_finish_reasons_are_found_where_each_provider_puts_them():
    assert (
        answer({"candidates": [{"content": {"parts": [{"text": SAY}]}, "finishReason": "MAX_TOKENS"}]})[2] == "length"
    )
    assert (
        answer({"output": {"message": {"role": "assistant", "content": [{"text": SAY}]}}, "stopReason": "end_turn"})[2]
        == "stop"
    )
    incomplete = {"object": "response", "status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    assert answer({**incomplete, "output": [{"type": "message", "role": "assistant", "content": []}]})[2] == "length"
    assert answer({"generations": [[{"text": SAY, "generation_info": {"finish_reason": "stop"}}]]})[2] == "stop"
    assert answer({"promptFeedback": {"blockReason": "SAFETY"}})[2] == "content_filter"


def test_structured_outputs_stay_as_they_are():
    for text in (
        '{"joke": "x", "text": "y"}',
        '["a", "b"]',
        '{"role": "user", "content": "x"}',
        "user: hi\nassistant: ho",
    ):
        assert read_output(text) == Answer(text, None, None, refusal=False)
    assert answer({"role": "assistant", "content": '{"label": "spam"}'}).response == '{"label": "spam"}'


def test_of_several_choices_the_first():
    choices = [{"index": i, "message": {"content": text}} for i, text in enumerate((SAY, "no"))]
    assert answer({"choices": choices}).response == SAY
    parts = [
        {"role": "assistant", "parts": [{"type": "text", "content": text}], "finish_reason": "stop"}
        for text in (SAY, "no")
    ]
    assert answer(parts).response == SAY


# --- any input -------------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        "role", "content", "parts", "messages", "type", "text", "tool_calls", "function", "name", "arguments",
        "choices", "message", "delta", "output", "input", "kwargs", "args", "lc", "id", "data", "generations",
        "candidates", "finish_reason", "refusal", "system", "config", "prompt", "question", "message.role",
        "message_content.text", "tool_call.id", "from", "value", "user", "assistant", "tool", "human", "image",
        "tool_use", "tool_result", "thought", "function_call", "functionCall", "contents", "HumanMessage", "reasoning",
    ]
)  # fmt: skip
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), WORDS)
WILD = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(WORDS | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=30,
)


def check(text: str) -> None:
    asked, said = read_input(text), read_output(text)
    for part in (*asked, *said[:3]):
        assert part is None or part.encode()
    for part in (asked.messages, said.tool_calls):
        assert part is None or isinstance(json.loads(part), list)


@given(WILD)
@settings(max_examples=400, deadline=None)
def test_any_json_is_read(value):
    check(json.dumps(value))


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_any_text_is_read(text):
    asked, said = read_input(text), read_output(text)
    assert asked.prompt is None or asked.prompt.encode()
    assert said.response is None or said.response.encode()


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000, '{"input":' * 900 + "1" + "}" * 900, '{"role":"user","content":' + "[" * 990 + "]" * 990 + "}",
        '{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":' + "[" * 600 + "]" * 600 + "}}]}",
        "{'a': " + "-" * 100_000 + "1}", "{'a': " + "(" * 5_000 + "}", '[{"role":"user","content":"\\ud800"}]',
        '{"role":"user","content":NaN}',
        '[{"type":[]},{"role":{}},{"type":{},"content":[{"type":[]}]}]',
        "role='user' content='" + "\\'" * 50_000, "user: " * 50_000, "\0", "\ud800",
    ],
)  # fmt: skip
def test_hostile_text_is_read(text):
    for part in (*read_input(text), *read_output(text)[:3]):
        assert part is None or isinstance(part.encode(), bytes)
