"""The shop's own machine, which serves the Llama: what Prometheus kept of its model server, its GPUs and its network.

Its figures are made to fit the calls. Besides them it writes product texts, in runs of which no call is logged: while
one is on, the queue grows, and the calls that fall into it took longer. The runs are laid where the calls were slow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from statistics import mean
from typing import TYPE_CHECKING, Any

from sample_data.models import MODELS
from sample_data.world import FIRST_DAY, LAST_DAY, SWITCH

if TYPE_CHECKING:
    from collections.abc import Iterator

    Row = dict[str, Any]

STEP = timedelta(hours=1)
MODEL = "llama-3.3-70b-instruct"
RESTARTS = (SWITCH, datetime(2026, 10, 26, 5, 0, tzinfo=UTC))
"""When the model server began anew, and its counters with it: with release 2026.40, and after it fell over."""
DOWN = (datetime(2026, 10, 26, 3, 0, tzinfo=UTC), datetime(2026, 10, 26, 5, 0, tzinfo=UTC))

_START, _END = (datetime.combine(day, time(), UTC) for day in (FIRST_DAY, LAST_DAY + timedelta(days=1)))
_BUSY = datetime(2026, 11, 19, tzinfo=UTC)
_SLOW = 0.22
"""An hour whose calls took so much longer than they should, in the logarithm and on average, was in a run."""
_WEEK = 7 * 24
_VLLM = {"instance": "llama-1:8000", "job": "vllm", "engine": "0", "model_name": "meta-llama/Llama-3.3-70B-Instruct"}
_NODE = {"instance": "llama-1:9100", "job": "node", "device": "eth0"}
_MEMORY = 81_559


@dataclass
class _State:
    """The machine in one step: requests running and waiting, and the tokens read and written in it."""

    running: float
    waiting: float
    read: float
    written: float


def make(seed: int, observations: list[Row]) -> list[Row]:
    """Answers to range queries, one a week and metric, as `curl` in a loop would bring them."""
    rng = Random(seed)
    calls = _calls(observations)
    runs = _runs(rng, calls)
    series: dict[str, list[tuple[Row, list[list[Any]]]]] = {}
    counters = {"vllm:prompt_tokens_total": 0.0, "vllm:generation_tokens_total": 0.0}
    network = {"node_network_receive_bytes_total": 3.1e9, "node_network_transmit_bytes_total": 1.4e9}

    def put(name: str, labels: Row, moment: datetime, value: str) -> None:
        found = series.setdefault(name, [])
        one = next((values for known, values in found if known == labels), None)
        if one is None:
            one = []
            found.append((labels, one))
        one.append([int(moment.timestamp()), value])

    answers: list[Row] = []
    for place, moment in enumerate(_steps()):
        if place % _WEEK == 0 and place:
            answers += _answers(series)
            series = {}
        state = _state(rng, moment, calls.get(moment, []), moment in runs)
        if moment in RESTARTS:
            counters = dict.fromkeys(counters, 0.0)
        counters["vllm:prompt_tokens_total"] += state.read
        counters["vllm:generation_tokens_total"] += state.written
        network["node_network_receive_bytes_total"] += state.read * 5
        network["node_network_transmit_bytes_total"] += state.written * 310
        if DOWN[0] <= moment < DOWN[1]:
            continue
        put("vllm:num_requests_running", _VLLM, moment, f"{state.running:.0f}")
        put("vllm:num_requests_waiting", _VLLM, moment, f"{state.waiting:.0f}")
        put("vllm:kv_cache_usage_perc", _VLLM, moment, f"{min(0.02 + state.running / 52, 0.99):.2f}")
        for name, value in counters.items():
            put(name, _VLLM, moment, f"{value:.0f}")
        _gpus(rng, state, moment, put)
        for name, value in network.items():
            put(name, _NODE, moment, f"{value / 1e5:.0f}00000")
    return answers + _answers(series)


def _steps() -> Iterator[datetime]:
    moment = _START
    while moment < _END:
        yield moment
        moment += STEP


def _calls(observations: list[Row]) -> dict[datetime, list[Row]]:
    """The machine's own calls, by step."""
    found: dict[datetime, list[Row]] = {}
    for row in observations:
        if row.get("provided_model_name") == MODEL and row["latency"]:
            at = datetime.fromisoformat(row["start_time"].replace("Z", "+00:00")).replace(tzinfo=UTC)
            found.setdefault(_START + (at - _START) // STEP * STEP, []).append(row)
    return found


def _slowness(row: Row) -> float:
    """How much longer a call took than its words do, in the logarithm."""
    model = MODELS[MODEL]
    out = row["usage_details"].get("output", 1)
    return math.log(row["latency"] / (model.first + out / model.rate))


def _runs(rng: Random, calls: dict[datetime, list[Row]]) -> set[datetime]:
    """The steps in which product texts were written: those of slow calls, what lies beside them, and some at night."""
    slow = {at for at, rows in calls.items() if mean(map(_slowness, rows)) > _SLOW}
    beside = {at + place * STEP for at in slow for place in (-1, 1) if rng.random() < 0.7}
    night = set()
    for moment in _steps():
        if moment.hour == 1 and rng.random() < 0.35:
            night |= {moment + place * STEP for place in range(rng.randint(1, 3))}
    return slow | {at for at in beside | night if at not in calls}


def _state(rng: Random, moment: datetime, calls: list[Row], run: bool) -> _State:
    day = 0.5 + 0.5 * math.sin((moment.hour - 8) / 12 * math.pi)
    level = (2 + 5 * day) * (0.7 if moment.weekday() > 4 else 1) * (1.5 if moment >= _BUSY else 1)
    running = level * math.exp(rng.gauss(0, 0.3)) + len(calls)
    waiting = float(rng.random() < 0.03 * running / 10)
    if run:
        running, waiting = min(34 + rng.gauss(0, 4), 48), max(1.0, rng.gauss(9, 4))
    seconds = STEP.total_seconds()
    written = seconds * 33 * running**0.9 * math.exp(rng.gauss(0, 0.05))
    return _State(round(running), round(waiting), written * (2.2 if run else 3.4), written)


def _gpus(rng: Random, state: _State, moment: datetime, put: Any) -> None:  # noqa: ANN401
    busy = min(1 - math.exp(-state.running / 11), 0.99) * 100
    for gpu in ("0", "1"):
        labels = {"instance": "llama-1:9400", "job": "dcgm", "gpu": gpu, "modelName": "NVIDIA H100 80GB HBM3"}
        here = max(0.0, min(busy + rng.gauss(0, 2), 100))
        used = 74_912 + 2 * int(gpu)
        put("DCGM_FI_DEV_GPU_UTIL", labels, moment, f"{here:.0f}")
        put("DCGM_FI_DEV_FB_USED", labels, moment, f"{used}")
        put("DCGM_FI_DEV_FB_FREE", labels, moment, f"{_MEMORY - used}")


def _answers(series: dict[str, list[tuple[Row, list[list[Any]]]]]) -> list[Row]:
    """An answer a metric."""
    return [
        {
            "status": "success",
            "data": {
                "resultType": "matrix",
                "result": [{"metric": {"__name__": name, **labels}, "values": values} for labels, values in found],
            },
        }
        for name, found in series.items()
    ]
