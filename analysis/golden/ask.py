"""Asking a model about golden items, within a budget: for answers to them, or for a judge's opinion of answers."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analysis.cancelled import CancelledError
from analysis.golden.formats import NoPlaceError, chat
from analysis.scoring.judge.asking import StoppedError
from analysis.scoring.judge.client import CallError
from analysis.scoring.judge.run import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from analysis.golden.item import Item
    from analysis.scoring.judge.asking import Asker
    from analysis.scoring.judge.budget import Budget

Question = list[dict[str, str]]
"""Chat messages of role and content."""

TOOLS = "tools were called in it"


@dataclass
class Asked:
    """What was answered, by key; what was not, with the reason; and why it ended early, where it did."""

    answers: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    stopped: str | None = None


def questions(items: Sequence[Item], *, system: str | None = None) -> tuple[dict[str, Question], dict[str, str]]:
    """Write what a model is asked of each item, with another system prompt where one is given.

    Returns
    -------
    tuple
        The questions by item, and the items that can't be asked, with the reason.
    """
    asked: dict[str, Question] = {}
    failed: dict[str, str] = {}
    for item in items:
        try:
            messages = chat(item)
        except NoPlaceError as error:
            failed[item.id] = str(error)
            continue
        if any(message["role"] == "tool" or "tool_calls" in message for message in messages):
            failed[item.id] = TOOLS
            continue
        said = [{"role": message["role"], "content": message["content"]} for message in messages]
        if system is not None:
            said = [{"role": "system", "content": system}, *(one for one in said if one["role"] != "system")]
        asked[item.id] = said
    return asked, failed


def ask(
    asked: Mapping[str, Question],
    asker: Asker,
    budget: Budget,
    *,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Asked:
    """Ask each question once. Answers are on disk at once, so that a run that is killed need not pay for them again.

    Parameters
    ----------
    on_progress : callable
        ``on_progress(done, total)``.

    Raises
    ------
    CancelledError
        If it was cancelled; what was answered is remembered.
    """
    found, stop, lock = Asked(), threading.Event(), threading.Lock()

    def one(key: str, messages: Question) -> None:
        if cancelled():
            stop.set()
        try:
            answer = asker.ask(messages, str, budget, stop).read
        except StoppedError as error:
            with lock:
                found.stopped = str(error) or found.stopped
            return
        except CallError as error:
            with lock:
                found.failed[key] = str(error)
            return
        with lock:
            found.answers[key] = answer

    with ThreadPoolExecutor(AT_ONCE, "golden") as threads:
        under_way = [threads.submit(one, key, messages) for key, messages in asked.items()]
        for done, future in enumerate(under_way, 1):
            future.result()
            on_progress(done, len(under_way))
    if cancelled():
        raise CancelledError(f"Cancelled; {len(found.answers):,} answers were kept, for {budget.spent:.4f} USD.")
    return found
