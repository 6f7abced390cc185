"""What went into a model and what came out of it, read from whatever a tool logged of them.

The one place where the shape of chat messages is known: adapters pass text or JSON on as they find it. The shapes are
those of OpenAI (Chat Completions, Responses, Assistants), Anthropic, Gemini, Bedrock, Cohere, Ollama, LangChain,
OpenTelemetry GenAI, OpenInference, ShareGPT, and of the frameworks around them. Nothing here raises, whatever the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from analysis.ingest.content import dump, utf8
from analysis.ingest.shapes import read_text

if TYPE_CHECKING:
    from analysis.ingest.messages import Message, Messages

FINISH_REASONS: dict[str, str] = {
    **dict.fromkeys(
        ("stop", "end_turn", "stop_sequence", "eos", "eos_token", "complete", "completed", "finish", "end", "finished",
         "finish_reason_stop", "stop_token"), "stop",
    ),
    **dict.fromkeys(
        ("length", "max_tokens", "max_output_tokens", "model_length", "max_length", "token_limit",
         "model_context_window_exceeded", "finish_reason_max_tokens"), "length",
    ),
    **dict.fromkeys(
        ("tool_calls", "tool_call", "tool_use", "tool-calls", "function_call", "function_calls"), "tool_calls",
    ),
    **dict.fromkeys(
        ("content_filter", "content-filter", "content_filtered", "safety", "recitation", "blocklist", "spii",
         "prohibited_content", "image_safety", "image_prohibited_content", "guardrail_intervened", "error_toxic",
         "finish_reason_safety"), "content_filter",
    ),
    "refusal": "refusal",
}  # fmt: skip
"""A provider's word for why an answer ended, in lower case, and the canonical word."""


class Turn(NamedTuple):
    """What a model was asked."""

    system_prompt: str | None
    """System and developer messages, joined by a blank line."""
    prompt: str | None
    """The text of the last user turn."""
    messages: str | None
    """JSON ``[{role, content[, tool_calls, tool_call_id, name]}]``, None where the other two are all of it."""


class Answer(NamedTuple):
    """What a model answered."""

    response: str | None
    tool_calls: str | None
    """JSON ``[{id, name, arguments}]``, the arguments parsed where they are JSON."""
    finish_reason: str | None
    """A canonical word, or the provider's own in lower case."""
    refusal: bool
    """Whether the provider marks the answer as a refusal."""


def finish_reason(word: str | None) -> str | None:
    """The canonical word: stop, length, tool_calls, content_filter or refusal; an unknown one in lower case."""
    if not word or not word.strip():
        return None
    lower = word.strip().lower()
    lower = lower.removeprefix("finishreason.")
    return FINISH_REASONS.get(lower, lower)


def read_input(text: str | None) -> Turn:
    """Read a model's input.

    Parameters
    ----------
    text : str or None
        Plain text, or JSON of any shape. JSON that holds no chat is taken for the prompt as it stands.
    """
    if not text:
        return Turn(None, None, None)
    messages = read_text(text, "user")
    if not messages:
        return Turn(None, utf8(text), None)
    system = "\n\n".join(message.content for message in messages if message.role == "system" and message.content)
    asked = [message for message in messages if message.role == "user"]
    prompt = asked[-1].content if asked else None
    return Turn(
        utf8(system) or None,
        utf8(prompt) if prompt else None,
        None if _is_said_by_both(messages) else dump([message.canonical() for message in messages]),
    )


def _is_said_by_both(messages: Messages) -> bool:
    """Whether system prompt and prompt are all there is: instructions first, then at most one plain user message."""
    *before, last = messages
    plain = not (last.tool_calls or last.tool_call_id or last.name) and last.role in ("user", "system")
    return plain and all(message.role == "system" for message in before)


def read_output(text: str | None) -> Answer:
    """Read a model's output; of a list of messages, what the assistant said last.

    Parameters
    ----------
    text : str or None
        Plain text, or JSON of any shape. JSON that is no answer of a known shape, such as a structured output, is the
        response as it stands.
    """
    if not text:
        return Answer(None, None, None, refusal=False)
    said = _last_said(read_text(text, "assistant"))
    if not said:
        return Answer(utf8(text), None, None, refusal=False)
    finish = finish_reason(next((message.finish for message in reversed(said) if message.finish), None))
    calls = [call for message in said for call in message.tool_calls]
    spoken = [message.content for message in said if message.content]
    refusals = [message.refusal for message in said if message.refusal]
    refused = bool(refusals) or finish == "refusal"
    response = "\n\n".join(spoken) or "\n".join(refusals)
    return Answer(
        utf8(response) or None, dump(calls) if calls else None, "refusal" if refused else finish, refusal=refused
    )


def _last_said(messages: Messages) -> list[Message]:
    """The assistant's messages since anyone else spoke; of alternative answers the first."""
    end = len(messages)
    while end and messages[end - 1].role != "assistant":
        end -= 1
    start = end
    while start and messages[start - 1].role == "assistant":
        start -= 1
    said = messages[start:end]
    finished = [message for message in said if message.finish and message.content]
    return finished[:1] if len(finished) > 1 else said
