"""The last values of chosen metrics for Prometheus: ``GET /metrics``, in OpenMetrics where that is asked for.

A gauge a metric, named after it and its unit, for the last hour and the last day of the logs that are over, of every
application and of all together; what it rests on, and its interval, are gauges beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import CollectorRegistry

from analysis.alerts import history, outbox
from analysis.metrics.extent import extent
from analysis.metrics.filter import Filter
from analysis.metrics.lookup import UnknownMetricError, find
from analysis.metrics.period import bucket_end, floor
from analysis.metrics.query import measure
from analysis.state import settings
from analysis.state.database import now

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    import polars as pl

    from analysis.metrics.metric import Metric
    from analysis.store import Store
    from app.runtime import Runtime

CHOSEN = "metrics.exposed"
"""The setting that names the metrics which are exposed; by default:"""
METRICS = (
    "requests", "users", "total_tokens", "cost", "cost_per_request", "latency_p50", "latency_p95",
    "time_to_first_token_p95", "error_rate", "refusal_rate", "thumbs_up_rate", "scorer.faithfulness",
    "scorer.response_toxicity", "scorer.prompt_jailbreak", "scorer.response_pii",
)  # fmt: skip
WINDOWS = ("hour", "day")
ALL = "(all)"
"""The value of the label ``app`` for all applications together."""
APPS = 30
"""Applications that have samples of their own, those with most requests."""

_UNITS = {"s": "seconds", "USD": "usd", "share": "ratio", "tokens": "tokens", "tokens/s": "tokens_per_second"}


def name_of(metric: Metric) -> str:
    """The name that a metric has for Prometheus: ``afterword_latency_p95_seconds`` for ``latency_p95``."""
    plain = re.sub(r"[^a-z0-9]+", "_", metric.name.lower()).strip("_")
    unit = _UNITS.get(metric.unit, "")
    return "_".join(part for part in ("afterword", plain, "" if plain.endswith(unit) else unit) if part)


def exposition(here: Runtime, accept: str) -> tuple[bytes, str]:
    """Write what is exposed, in the format that a scraper accepts; returns it with its content type."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(here))
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


class _Collector:
    def __init__(self, here: Runtime) -> None:
        self._here = here

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give the families, one after another."""
        store, state = self._here.store, self._here.state
        whole = extent(store)
        yield _single("afterword_records", "Records in the workspace.", whole.records)
        yield _single("afterword_alerts_open", "Alerts that are open.", sum(history.unresolved(state).values()))
        yield _single(
            "afterword_messages_undelivered", "Messages about alerts that were not delivered.",
            len(outbox.undelivered(state)),
        )  # fmt: skip
        if whole.last is None:
            return
        last = whole.last
        yield _single("afterword_last_record_timestamp_seconds", "Time of the last record.", _seconds(last))
        names = tuple(settings.get(state, CHOSEN) or METRICS)
        yield from _families(store, store.generation, names, tuple(_window(last, grain) for grain in WINDOWS))


@dataclass(frozen=True)
class _Window:
    name: str
    start: datetime
    end: datetime


def _window(last: datetime, grain: str) -> _Window:
    """Find the last hour or day that is over, by the clock or by a later record."""
    start = floor(last, grain)
    end = bucket_end(start, grain)
    if end > now():
        start, end = start - (end - start), start
    return _Window(grain, start, end)


@lru_cache(maxsize=4)
def _families(
    store: Store, generation: int, names: tuple[str, ...], windows: tuple[_Window, ...]
) -> list[GaugeMetricFamily]:
    ends = GaugeMetricFamily(
        "afterword_window_end_timestamp_seconds", "End of the last hour and day that are over.", labels=["window"]
    )
    metrics = _known(store, names)
    values = {
        metric.name: GaugeMetricFamily(name_of(metric), _words(metric), labels=["window", "app"]) for metric in metrics
    }
    beside = {
        part: GaugeMetricFamily(f"afterword_metric_{part}", words, labels=["metric", "window", "app"])
        for part, words in (
            ("n", "Records or scores that a metric rests on."),
            ("low", "Lower end of a metric's 95 % interval."),
            ("high", "Upper end of a metric's 95 % interval."),
        )
    }
    for window in windows:
        ends.add_metric([window.name], _seconds(window.end))
        for row in _rows(store, [metric.name for metric in metrics], window):
            labels = [window.name, row["app"]]
            if row["value"] is not None:
                values[row["metric"]].add_metric(labels, row["value"])
            for part, family in beside.items():
                if row[part] is not None:
                    family.add_metric([row["metric"], *labels], row[part])
    return [ends, *values.values(), *beside.values()]


def _known(store: Store, names: Sequence[str]) -> list[Metric]:
    found = []
    for name in names:
        try:
            found.append(find(store, name))
        except UnknownMetricError:  # an imported score that is gone
            continue
    return found


def _rows(store: Store, names: Sequence[str], window: _Window) -> Iterator[dict[str, Any]]:
    filter = Filter(start=window.start, end=window.end)
    whole: pl.DataFrame = measure(store, names, filter)
    yield from ({**row, "app": ALL} for row in whole.iter_rows(named=True))
    yield from measure(store, names, filter, by=["app"], limit=APPS).iter_rows(named=True)


def _words(metric: Metric) -> str:
    return f"{metric.title}, in {metric.unit}: {metric.definition}" if metric.unit else metric.definition


def _single(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


def _seconds(time: datetime) -> float:
    return time.replace(tzinfo=UTC).timestamp()
