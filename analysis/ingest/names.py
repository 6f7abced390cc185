"""The names under which requests and answers hold their text. No name is looked into by two readers."""

from __future__ import annotations

ANSWERS = (
    "output_text", "answer", "response", "output", "result", "text", "completion", "generated_text", "content",
    "message", "reply", "outputText", "generation",
)  # fmt: skip
"""Names for the text of an answer."""

BESIDE_ANSWERS = frozenset(
    ("id", "type", "model", "usage", "usage_metadata", "usageMetadata", "finish_reason", "stop_reason", "done_reason",
     "finishReason", "stopReason", "completionReason", "metadata", "response_metadata", "additional_kwargs", "name",
     "created", "created_at", "object", "index", "logprobs", "sources", "source_documents", "documents", "context",
     "citations", "references", "chat_history", "history", "question", "query", "input", "user_input", "session_id",
     "conversation_id", "thread_id", "trace_id", "run_id", "tool_calls", "invalid_tool_calls", "tokenCount", "latency",
     "provider", "cost", "done", "refusal", "reasoning_content", "generation_token_count", "prompt_token_count",
     "annotations", "prompt", "example", "tool_call_chunks")
)  # fmt: skip
"""What may stand beside an answer and is no part of it."""

LISTS = ("messages", "input_messages", "contents", "conversation", "conversations")
"""Names for a list of messages."""

QUESTIONS = (
    "prompt", "prompts", "input", "question", "query", "user_input", "user_message", "user_prompt", "user_query",
    "human_input", "utterance", "message", "content", "text", "instruction", "task",
)  # fmt: skip
"""Names for a plain question, and for whatever else goes into a model."""

HISTORIES = ("chat_history", "history", "message_history", "memory")
"""Names for the messages before the question."""

SYSTEMS = (
    "system", "system_instruction", "systemInstruction", "system_prompt", "system_message", "instructions", "preamble",
)  # fmt: skip
"""Names for the instructions."""

PARAMETERS = frozenset(
    ("model", "model_name", "temperature", "top_p", "top_k", "max_tokens", "max_output_tokens", "stream", "tools",
     "tool_choice", "tool_config", "toolConfig", "config", "generationConfig", "generation_config", "safetySettings",
     "safety_settings", "stop", "n", "seed", "response_format", "metadata", "user", "user_id", "session_id",
     "thread_id", "conversation_id", "type", "id", "name", "role", "timeout", "extra_body", "extra_headers", "kwargs",
     "args", "parameters", "options", "store", "functions", "callbacks", "run_id", "trace_id", "previous_response_id")
)  # fmt: skip
"""Fields of a request that are no text for the model."""

WRAPPERS = (
    "kwargs", "args", "inputs", "outputs", "request", "body", "data", "payload", "state", "params", "value",
    "llm_request", "llm_response", "raw_input", "raw_output", "return_value", "results", "values",
    "new_message",
)  # fmt: skip
"""Names that mean no more than "what went in" or "what came out"."""
