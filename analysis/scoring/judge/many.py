"""Many questions put to a model once each, some at a time, within one budget."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from analysis.scoring.judge.asking import AnswerError, StoppedError
from analysis.scoring.judge.client import CallError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from analysis.scoring.judge.asking import Asker, Messages
    from analysis.scoring.judge.budget import Budget

AT_ONCE = 4
"""Calls under way together."""

Key = TypeVar("Key", bound="Hashable")
Read = TypeVar("Read")


@dataclass
class Asked(Generic[Key, Read]):
    """How far it is: what was answered, by key; what was not, and why; `stopped` says why it ended early."""

    total: int
    answers: dict[Key, Read] = field(default_factory=dict)
    failed: dict[Key, str] = field(default_factory=dict)
    stopped: str | None = None
    done: int = 0


def ask_all(
    asked: Mapping[Key, Messages],
    asker: Asker,
    read: Callable[[str], Read],
    budget: Budget,
    *,
    about: int | None = None,
    on_progress: Callable[[Asked[Key, Read]], None] = lambda found: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Asked[Key, Read]:
    """Ask each question. Answers are on disk at once, so that a run that is killed need not pay for them again.

    Once it is cancelled nothing more is asked, and what was answered is given.

    Parameters
    ----------
    read : callable
        Reads an answer; raises :class:`AnswerError` where it is none.
    about : int or None
        What an answer depends on beside the messages: the version of who asks.
    on_progress : callable
        Called after each question, one call at a time.
    """
    found: Asked[Key, Read] = Asked(len(asked))
    stop, lock = threading.Event(), threading.Lock()

    def one(key: Key) -> None:
        if cancelled():
            stop.set()
        answer, failed, stopped = None, None, None
        try:
            answer = asker.ask(asked[key], read, budget, stop, about=about)
        except StoppedError as error:
            stopped = str(error)
        except (CallError, AnswerError) as error:
            failed = str(error)
        with lock:
            found.done += 1
            found.stopped = stopped or found.stopped
            if answer is not None:
                found.answers[key] = answer.read
            if failed is not None:
                found.failed[key] = failed
            on_progress(found)

    with ThreadPoolExecutor(AT_ONCE, "asking") as threads:
        list(threads.map(one, asked))
    return found
