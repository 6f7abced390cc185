"""Asking a model: any endpoint that speaks OpenAI's chat completions, or Anthropic's messages.

The key comes from the environment: ``AFTERWORD_JUDGE_KEY``, else ``OPENAI_API_KEY`` or ``ANTHROPIC_API_KEY`` for their
own endpoints. It is held by the client library alone; it is in no message, no log and no store. ``AFTERWORD_JUDGE_URL``
names another endpoint.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_OUTPUT = 2000
"""Tokens that an answer may take, a model's hidden reasoning among them."""

TIMEOUT = 60.0
"""Seconds to wait for an answer."""

ANTHROPIC = "https://api.anthropic.com"
_EXTRA = "Judging needs the client libraries: pip install 'afterword[judge]'"


@dataclass(frozen=True)
class Reply:
    """What a model answered, and the tokens that it took."""

    text: str
    input_tokens: int
    output_tokens: int


class CallError(Exception):
    """A call without an answer.

    Parameters
    ----------
    reason : str
        For people; it holds nothing of the key.
    again : bool
        Whether another attempt may succeed.
    fatal : bool
        Whether no other call can succeed either: a wrong key, a model that is not there.
    charged : bool
        Whether it may have to be paid for: it broke off while the model answered.
    after : float or None
        Seconds that the server asks to wait.
    """

    def __init__(
        self, reason: str, *, again: bool, fatal: bool = False, charged: bool = False, after: float | None = None
    ) -> None:
        super().__init__(reason)
        self.again, self.fatal, self.charged, self.after = again, fatal, charged, after


class Client(Protocol):
    """Something that can be asked."""

    def ask(self, messages: Sequence[dict[str, str]]) -> Reply:
        """Ask once.

        Raises
        ------
        CallError
            If there is no answer.
        """


class MissingLibraryError(ValueError):
    """The client library of an endpoint is not installed; the message says how to install it."""


class MissingKeyError(ValueError):
    """No key is in the environment."""


def connect(model: str, url: str | None, *, as_json: bool = True) -> Client:
    """Give the client for an endpoint: Anthropic's where the address or the model says so, else OpenAI's.

    It asks for JSON, as a judge's answer is, unless `as_json` is false.

    Raises
    ------
    MissingKeyError
        If an endpoint of OpenAI or Anthropic is asked and there is no key.
    MissingLibraryError
        If the client library is not installed.
    """
    url = url or os.environ.get("AFTERWORD_JUDGE_URL")
    anthropic = "anthropic" in url if url else model.startswith("claude")
    name = "ANTHROPIC_API_KEY" if anthropic else "OPENAI_API_KEY"
    # an address of somebody's own never gets a key that was meant for OpenAI or Anthropic
    key = os.environ.get("AFTERWORD_JUDGE_KEY") or (None if url else os.environ.get(name))
    if key is None and url is None:
        raise MissingKeyError(f"Put the key into the environment, as AFTERWORD_JUDGE_KEY or {name}, and start again.")
    return _Anthropic(model, url, key or "none") if anthropic else _OpenAI(model, url, key or "none", as_json=as_json)


class _OpenAI:
    def __init__(self, model: str, url: str | None, key: str, *, as_json: bool) -> None:
        try:
            import openai
        except ImportError as error:
            raise MissingLibraryError(_EXTRA) from error
        self._errors = openai
        self._model = model
        # OpenAI's own models count hidden reasoning within the new name; other servers know the old one alone.
        self._most = "max_tokens" if url else "max_completion_tokens"
        self._format: Any = {"response_format": {"type": "json_object"}} if as_json else {}
        self._client = openai.OpenAI(api_key=key, base_url=url, max_retries=0, timeout=TIMEOUT)

    def ask(self, messages: Sequence[dict[str, str]]) -> Reply:
        given: Any = {"model": self._model, "messages": list(messages), self._most: MAX_OUTPUT}
        try:
            found = self._client.chat.completions.create(**given, **self._format)
        except (self._errors.OpenAIError, ValueError) as error:
            raise _told(error, self._errors) from error
        choices = getattr(found, "choices", None)
        if not choices or choices[0].message is None:
            raise CallError("The server answered without a choice.", again=True, charged=True)
        usage = found.usage
        return Reply(
            choices[0].message.content or "",
            usage.prompt_tokens if usage else 0,
            usage.completion_tokens if usage else 0,
        )


class _Anthropic:
    def __init__(self, model: str, url: str | None, key: str) -> None:
        try:
            import anthropic
        except ImportError as error:
            raise MissingLibraryError(_EXTRA) from error
        self._errors = anthropic
        self._model = model
        self._client = anthropic.Anthropic(api_key=key, base_url=url, max_retries=0, timeout=TIMEOUT)

    def ask(self, messages: Sequence[dict[str, str]]) -> Reply:
        system = "\n\n".join(message["content"] for message in messages if message["role"] == "system")
        others: Any = [message for message in messages if message["role"] != "system"]
        try:
            found = self._client.messages.create(
                model=self._model, system=system, messages=others, max_tokens=MAX_OUTPUT
            )
        except (self._errors.AnthropicError, ValueError) as error:
            raise _told(error, self._errors) from error
        text = "".join(getattr(part, "text", "") for part in found.content or [])
        return Reply(text, found.usage.input_tokens, found.usage.output_tokens)


def _told(error: Exception, library: Any) -> CallError:  # noqa: ANN401 - two modules with the same names
    """Put what a client library raises into words, and say what may be done about it."""
    if isinstance(error, library.APITimeoutError):
        return CallError(f"No answer within {TIMEOUT:.0f} s.", again=True, charged=True)
    if isinstance(error, library.APIStatusError):
        status = error.status_code
        again = status in (408, 409, 429) or status >= 500
        reason = {401: "the key is not accepted", 403: "the key may not do this", 404: "there is no such model"}
        words = f"The server answered {status}" + (f": {reason[status]}." if status in reason else ".")
        after = _seconds(error.response.headers.get("retry-after"))
        return CallError(words, again=again, fatal=status in reason, after=after)
    if isinstance(error, library.APIConnectionError):
        return CallError("The connection broke off, or could not be made.", again=True, charged=True)
    return CallError("The server's answer could not be read.", again=True, charged=True)


def _seconds(text: str | None) -> float | None:
    try:
        return max(0.0, float(text)) if text else None
    except ValueError:
        return None
