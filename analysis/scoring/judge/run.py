"""Judge records: at most so many, for at most so much money, each once."""

from __future__ import annotations

import hashlib
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from analysis.cancelled import CancelledError
from analysis.metrics.filter import Filter
from analysis.scoring.judge.asking import AnswerError, Asker, StoppedError
from analysis.scoring.judge.client import CallError
from analysis.scoring.judge.many import AT_ONCE
from analysis.scoring.run import declare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from analysis.scoring.judge.budget import Budget, Rate
    from analysis.scoring.judge.client import Client
    from analysis.scoring.judge.rubric import Rubric
    from analysis.scoring.scorer import Mark
    from analysis.store import Store

KEEP_EVERY = 2.0
"""Seconds after which new marks are kept."""

_HASHES = 2**64 - 1
"""The greatest hash of a record, by whose order a sample is drawn."""


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
        self._store, self._rubric = store, rubric
        self._scorer = rubric.scorer(model)
        self._sample, self._share, self._seed, self._filter = sample, share, seed, filter or Filter()
        answers = store.workspace.judged / f"{hashlib.sha256(self._scorer.name.encode()).hexdigest()}.jsonl"
        self._asker = Asker(client, rate, answers, pause=pause, sleep=sleep)

    def estimate(self) -> Estimate:
        """Tell what it would take, without asking anybody."""
        records = self._records()
        asked = [self._rubric.messages(record) for record in records]
        return Estimate(len(records), sum(map(self._asker.most, asked)), sum(map(self._asker.likely, asked)))

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
        """Judge one record."""
        try:
            answered = self._asker.ask(
                self._rubric.messages(record), self._rubric.read, budget, stop, about=self._scorer.version
            )
        except StoppedError as error:
            return _Judged(record["id"], stopped=str(error))
        except (CallError, AnswerError) as error:
            return _Judged(record["id"], reason=str(error))
        return _Judged(record["id"], *answered.read, remembered=answered.remembered)

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


@dataclass(frozen=True)
class _Judged:
    """What became of one record: a mark, or the reason why there is none, or why nothing more is asked."""

    id: str
    mark: Mark | None = None
    reasoning: str = ""
    remembered: bool = False
    reason: str = ""
    stopped: str = ""
