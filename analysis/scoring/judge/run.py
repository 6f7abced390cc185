"""Judge records: at most so many, for at most so much money, each once, nothing paid for twice.

An answer is written to a file of the workspace as soon as it is there, before anything else is done with it. So a run
that is killed finds it again, and identical texts are asked once.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from analysis.cancelled import CancelledError
from analysis.metrics.filter import Filter
from analysis.scoring.judge.client import MAX_OUTPUT, CallError, Client, Reply
from analysis.scoring.judge.rubric import AnswerError, Rubric
from analysis.scoring.run import declare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from analysis.scoring.judge.budget import Budget, Rate
    from analysis.scoring.scorer import Mark
    from analysis.store import Store

ATTEMPTS = 6
"""Calls for one record before it counts as not judged."""

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds before the second attempt, doubled each time, and the most."""

AT_ONCE = 4
"""Calls under way together."""

KEEP_EVERY = 2.0
"""Seconds after which new marks are kept."""

_HASHES = 2**64 - 1
"""The greatest hash of a record, by whose order a sample is drawn."""

_OVERHEAD = 200
"""Tokens of a call beside its text, at most. A token is a byte of text or more."""


@dataclass
class Outcome:
    """How far judging is, or how it ended.

    `failed` lists the records that were not judged, each with the reason. `stopped` says why it ended before all were
    asked: ``budget``, or what the server refuses to everyone.
    """

    total: int = 0
    judged: int = 0
    remembered: int = 0
    spent: float = 0.0
    failed: list[dict[str, str]] = field(default_factory=list)
    stopped: str | None = None


@dataclass(frozen=True)
class Estimate:
    """What judging would take: records, the most it can cost, and what it would cost with short answers (USD)."""

    records: int
    most: float
    likely: float


class Judge:
    """A rubric, a model and a budget, for the records of a store that this judge has not judged.

    Parameters
    ----------
    sample : int or None
        Judge only those among so many of all records, drawn at random by `seed`: the same ones each time.
    share : float or None
        Judge only those among this share of all records, 0 to 1, drawn at random likewise.
    filter : Filter or None
        Judge only its records.
    pause : float
        Seconds between the starts of two calls: a limit of the rate.
    sleep : callable
        For tests.
    """

    def __init__(
        self,
        store: Store,
        rubric: Rubric,
        model: str,
        client: Client,
        rate: Rate,
        *,
        sample: int | None = None,
        share: float | None = None,
        filter: Filter | None = None,
        seed: int = 0,
        pause: float = 0.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store, self._rubric, self._client, self._rate = store, rubric, client, rate
        self._scorer = rubric.scorer(model)
        self._sample, self._share, self._seed, self._filter = sample, share, seed, filter or Filter()
        self._pause, self._sleep = pause, sleep
        self._answers = _Answers(
            store.workspace.judged / f"{hashlib.sha256(self._scorer.name.encode()).hexdigest()}.jsonl"
        )
        self._gate = threading.Lock()
        self._next_start = 0.0

    def estimate(self) -> Estimate:
        """Tell what it would take, without asking anybody."""
        records = self._records()
        sizes = [_bytes(self._rubric.messages(record)) for record in records]
        most = sum(self._rate.cost(size + _OVERHEAD, MAX_OUTPUT) for size in sizes)
        likely = sum(self._rate.cost(size // 4 + 50, 100) for size in sizes)
        return Estimate(len(records), most, likely)

    def run(
        self,
        budget: Budget,
        *,
        on_progress: Callable[[Outcome], None] = lambda outcome: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Outcome:
        """Judge.

        Raises
        ------
        CancelledError
            If it was cancelled; what was judged is kept.
        """
        declare(self._store, [self._scorer])
        records = self._records()
        outcome = Outcome(total=len(records))
        stop = threading.Event()
        with ThreadPoolExecutor(AT_ONCE, "judge") as threads:
            for done in self._batches(threads, iter(records), budget, stop, cancelled):
                self._keep(done, outcome)
                outcome.spent = budget.spent
                on_progress(outcome)
        if cancelled():
            raise CancelledError(f"Cancelled; {outcome.judged:,} records were judged, for {outcome.spent:.4f} USD.")
        return outcome

    def _batches(
        self, threads: ThreadPoolExecutor, records: Iterator[dict[str, Any]], budget: Budget, stop: threading.Event,
        cancelled: Callable[[], bool],
    ) -> Iterator[list[_Judged]]:  # fmt: skip
        """Have record after record judged, and give what is done every few seconds."""
        under_way: set[Future[_Judged]] = set()
        done: list[_Judged] = []
        last = time.monotonic()
        while True:
            while len(under_way) < AT_ONCE and not stop.is_set() and (record := next(records, None)) is not None:
                under_way.add(threads.submit(self._judge, record, budget, stop))
            if not under_way:
                break
            finished, under_way = wait(under_way, timeout=0.2, return_when=FIRST_COMPLETED)
            done += [future.result() for future in finished]
            if cancelled():
                stop.set()
            if done and time.monotonic() - last > KEEP_EVERY:
                yield done
                done, last = [], time.monotonic()
        yield done

    def _judge(self, record: dict[str, Any], budget: Budget, stop: threading.Event) -> _Judged:
        """Judge one record: from what was answered before, else by asking, and once more where that is no score."""
        messages = self._rubric.messages(record)
        key = hashlib.sha256(json.dumps([self._scorer.version, messages]).encode()).hexdigest()
        with self._answers.alone(key):  # what is the same waits for the answer that is under way
            return self._answered(record["id"], key, messages, budget, stop)

    def _answered(
        self, id: str, key: str, messages: list[dict[str, str]], budget: Budget, stop: threading.Event
    ) -> _Judged:
        known = self._answers.find(key)
        if known is not None:
            return _Judged(id, *self._rubric.read(known), remembered=True)
        try:
            answer = self._ask(messages, budget, stop)
            try:
                mark, reasoning = self._rubric.read(answer)
            except AnswerError as error:
                again = [*messages, {"role": "assistant", "content": answer or "(nothing)"},
                         {"role": "user", "content": f"{error} Answer again, with the JSON object alone."}]  # fmt: skip
                answer = self._ask(again, budget, stop)
                mark, reasoning = self._rubric.read(answer)
        except _StoppedError as error:
            return _Judged(id, stopped=str(error))
        except (CallError, AnswerError) as error:
            return _Judged(id, reason=str(error))
        self._answers.keep(key, answer)
        return _Judged(id, mark, reasoning)

    def _ask(self, messages: list[dict[str, str]], budget: Budget, stop: threading.Event) -> str:
        """Ask until there is an answer, waiting longer each time."""
        for attempt in range(1, ATTEMPTS + 1):
            if stop.is_set():
                raise _StoppedError("")
            found = self._call(messages, budget, stop)
            if isinstance(found, Reply):
                return found.text
            if found.fatal:
                stop.set()
                raise _StoppedError(str(found))
            if not found.again or attempt == ATTEMPTS:
                raise found
            pause = FIRST_WAIT * 2 ** (attempt - 1) * random.uniform(0.8, 1.2)
            self._sleep(min(max(pause, found.after or 0.0), LONGEST_WAIT))
        raise AssertionError("the last attempt returns or raises")

    def _call(self, messages: list[dict[str, str]], budget: Budget, stop: threading.Event) -> Reply | CallError:
        """Call once, within the budget; what may have to be paid for counts as paid."""
        most = self._rate.cost(_bytes(messages) + _OVERHEAD, MAX_OUTPUT)
        if not budget.reserve(most):
            stop.set()
            raise _StoppedError("budget")
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

    def _records(self) -> list[dict[str, Any]]:
        """Read what is to be judged, in the order in which it is drawn."""
        columns = ", ".join(f'r."{name}"' for name in self._rubric.reads)
        limit = f"LIMIT {self._sample:d}" if self._sample is not None else ""
        least = f"AND hash(r.id, {self._seed:d}) < {int(self._share * _HASHES)}" if self._share is not None else ""
        where, values = self._filter.predicate()
        return self._store.rows(
            f"""SELECT r.id::VARCHAR AS id, {columns} FROM (
                SELECT r.id, hash(r.id, {self._seed:d}) AS place FROM records r
                WHERE {self._rubric.among} AND {where} {least} ORDER BY place {limit}) drawn
            JOIN records r ON r.id = drawn.id
            WHERE NOT EXISTS (FROM marks m WHERE m.record_id = r.id AND m.name = $name AND m.version = $version)
            ORDER BY drawn.place""",
            values | {"name": self._scorer.name, "version": self._scorer.version},
        )

    def _keep(self, done: list[_Judged], outcome: Outcome) -> None:
        """Keep the marks of what was judged, and count what was not."""
        judged = [one for one in done if one.mark is not None]
        if judged:
            rows = pl.DataFrame([
                {"record_id": one.id, "value": one.mark.value if one.mark else None, "note": one.reasoning}
                for one in judged
            ]).to_arrow()  # fmt: skip
            with self._store.write() as cursor:
                cursor.register("judged", rows)
                cursor.execute(
                    """INSERT INTO marks BY NAME SELECT j.record_id::UUID AS record_id, $name AS name,
                        $version AS version, j.value, j.note FROM judged j SEMI JOIN records r
                        ON r.id = j.record_id::UUID""",
                    {"name": self._scorer.name, "version": self._scorer.version},
                )
                cursor.unregister("judged")
        outcome.judged += len(judged)
        outcome.remembered += sum(one.remembered for one in judged)
        outcome.failed += [{"id": one.id, "reason": one.reason} for one in done if one.reason]
        outcome.stopped = next((one.stopped for one in done if one.stopped), outcome.stopped)


class _StoppedError(Exception):
    """No more calls are made; the message says why, where this call is the one that found out."""


@dataclass(frozen=True)
class _Judged:
    """What became of one record: a mark, or the reason why there is none, or why nothing more is asked."""

    id: str
    mark: Mark | None = None
    reasoning: str = ""
    remembered: bool = False
    reason: str = ""
    stopped: str = ""


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


def _bytes(messages: list[dict[str, str]]) -> int:
    return sum(len(message["content"].encode()) for message in messages)
