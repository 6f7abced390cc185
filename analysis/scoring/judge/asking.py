"""Asking a model again and again until it answers in form: within a budget, at a rate, nothing paid for twice.

An answer is written to a file of the workspace as soon as it is there, before anything else is done with it. So a run
that is killed finds it again, and identical questions are asked once.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from analysis.scoring.judge.client import MAX_OUTPUT, CallError, Client, Reply

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from analysis.scoring.judge.budget import Budget, Rate

ATTEMPTS = 6
"""Calls for one answer before it counts as not given."""

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds before the second attempt, doubled each time, and the most."""

_OVERHEAD = 200
"""Tokens of a call beside its text, at most. A token is a byte of text or more."""

Messages = list[dict[str, str]]
Read = TypeVar("Read")


class AnswerError(ValueError):
    """An answer that is not in the form asked for; the message tells the model what is wrong."""


class StoppedError(Exception):
    """No more calls are made; the message says why, where this call is the one that found out."""


def json_object(answer: str) -> dict[str, Any]:
    """Read the JSON object in an answer.

    Raises
    ------
    AnswerError
        If there is none.
    """
    try:
        found = json.loads(answer[answer.find("{") : answer.rfind("}") + 1])
    except json.JSONDecodeError as error:
        raise AnswerError("The answer holds no JSON object.") from error
    if not isinstance(found, dict):
        raise AnswerError("The answer holds no JSON object.")
    return found


@dataclass(frozen=True)
class Answered(Generic[Read]):
    """An answer as it was read, and whether it was given before."""

    read: Read
    remembered: bool


class Asker:
    """A model, what it costs, and what it has answered.

    Parameters
    ----------
    answers : Path
        The file of what was answered.
    pause : float
        Seconds between the starts of two calls: a limit of the rate.
    sleep : callable
        For tests.
    """

    def __init__(
        self, client: Client, rate: Rate, answers: Path, *, pause: float = 0.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self._client, self._rate, self._answers = client, rate, _Answers(answers)
        self._pause, self._sleep = pause, sleep
        self._gate = threading.Lock()
        self._next_start = 0.0

    def most(self, messages: Messages) -> float:
        """Compute the most that a call can cost (USD)."""
        return self._rate.cost(_bytes(messages) + _OVERHEAD, MAX_OUTPUT)

    def likely(self, messages: Messages) -> float:
        """Compute what a call with a short answer would cost (USD)."""
        return self._rate.cost(_bytes(messages) // 4 + 50, 100)

    def ask(
        self, messages: Messages, read: Callable[[str], Read], budget: Budget, stop: threading.Event,
        *, about: int | None = None,
    ) -> Answered[Read]:  # fmt: skip
        """Ask, and once more where `read` raises an :class:`AnswerError`.

        `about` is what an answer depends on beside the messages: the version of who asks.

        Raises
        ------
        AnswerError, CallError
            If there is no answer.
        StoppedError
            If no more calls are made; `stop` is set then, or was.
        """
        key = hashlib.sha256(json.dumps([about, messages]).encode()).hexdigest()
        with self._answers.alone(key):  # what is the same waits for the answer that is under way
            known = self._answers.find(key)
            if known is not None:
                return Answered(read(known), remembered=True)
            answer = self._ask(messages, budget, stop)
            try:
                found = read(answer)
            except AnswerError as error:
                again = [*messages, {"role": "assistant", "content": answer or "(nothing)"},
                         {"role": "user", "content": f"{error} Answer again, with the JSON object alone."}]  # fmt: skip
                answer = self._ask(again, budget, stop)
                found = read(answer)
            self._answers.keep(key, answer)
            return Answered(found, remembered=False)

    def _ask(self, messages: Messages, budget: Budget, stop: threading.Event) -> str:
        """Ask until there is an answer, waiting longer each time."""
        for attempt in range(1, ATTEMPTS + 1):
            if stop.is_set():
                raise StoppedError("")
            found = self._call(messages, budget, stop)
            if isinstance(found, Reply):
                return found.text
            if found.fatal:
                stop.set()
                raise StoppedError(str(found))
            if not found.again or attempt == ATTEMPTS:
                raise found
            pause = FIRST_WAIT * 2 ** (attempt - 1) * random.uniform(0.8, 1.2)
            self._sleep(min(max(pause, found.after or 0.0), LONGEST_WAIT))
        raise AssertionError("the last attempt returns or raises")

    def _call(self, messages: Messages, budget: Budget, stop: threading.Event) -> Reply | CallError:
        """Call once, within the budget; what may have to be paid for counts as paid."""
        most = self.most(messages)
        if not budget.reserve(most):
            stop.set()
            raise StoppedError("budget")
        cost = most
        try:
            self._wait_for_turn()
            reply = self._client.ask(messages)
            if reply.input_tokens or reply.output_tokens:
                cost = self._rate.cost(reply.input_tokens, reply.output_tokens)
            return reply
        except CallError as error:
            cost = most if error.charged else 0.0
            return error
        finally:
            budget.settle(most, cost)

    def _wait_for_turn(self) -> None:
        """Keep the limit of the rate."""
        with self._gate:
            now = time.monotonic()
            start = max(now, self._next_start)
            self._next_start = start + self._pause
        if start > now:
            self._sleep(start - now)


class _Answers:
    """Answers that were paid for, on disk: a line each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._known: dict[str, str] = {}
        self._alone: dict[str, threading.Lock] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                with suppress(json.JSONDecodeError):  # the last line of a process that was killed
                    self._known |= json.loads(line)

    def alone(self, key: str) -> threading.Lock:
        """Give the lock of those who ask the same."""
        with self._lock:
            return self._alone.setdefault(key, threading.Lock())

    def find(self, key: str) -> str | None:
        return self._known.get(key)

    def keep(self, key: str, answer: str) -> None:
        line = json.dumps({key: answer}) + "\n"
        with self._lock:
            self._known[key] = answer
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())


def _bytes(messages: Messages) -> int:
    return sum(len(message["content"].encode()) for message in messages)
