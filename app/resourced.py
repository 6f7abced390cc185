"""The machines behind the models, as the page Latency & resources shows them: beside the calls that they answered."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from analysis.metrics.filter import Filter
from analysis.metrics.period import bucket_end
from analysis.resources import costs, joined, machines, measured, pools, saturation
from app import data, machine_words, moments, navigation, runtime, states, trends, units, words
from app.charts.multiples import Panel
from app.sizes import size
from app.text import escape, log_code, plain_label

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from analysis.resources.costs import Cost
    from analysis.resources.machines import Machine
    from analysis.resources.pools import Pool
    from analysis.resources.saturation import Saturation
    from app.page import Scope

_METRICS = (
    "vllm:num_requests_(running|waiting)|vllm:(kv|gpu)_cache_usage_perc|vllm:(prompt|generation)_tokens_total|"
    "tgi_(batch_current|queue)_size|tgi_request_(input_length|generated_tokens)_sum|"
    "DCGM_FI_DEV_(GPU_UTIL|FB_USED|FB_FREE|POWER_USAGE|GPU_TEMP)|node_network_(receive|transmit)_bytes_total"
)
_COLUMNS = "timestamp,index,utilization.gpu,memory.used,memory.total,power.draw,temperature.gpu"
_WAITS = ("latency_p95", "time_to_first_token_p95")
_POINTS = 10_000
"""Prometheus answers with no more than 11,000 points a series."""


def draw(scope: Scope) -> None:
    """Draw what machines say of themselves; where none has said anything, how to let them."""
    states.heading("The machines behind the models")
    try:
        owned = machines.load(runtime.current().workspace.machines)
    except machines.MachineFileError as error:
        states.problem(str(error), limit=500)
        owned = ()
    found = _pools(_now(), owned)
    if not found:
        _how(scope)
        return
    pool = found[0]
    if len(found) > 1:
        names = {one.name: one for one in found}
        pool = names[st.selectbox("Machines of", list(names), format_func=plain_label, key="pool", width=420)]
    frame = _joined(_now(), pool, scope.chosen, scope.grain)
    own = frame.filter(pl.any_horizontal(pl.col(measured.COLUMNS).is_not_null()))["time"]
    if own.is_empty():
        first, last = pools.reach(data.store(), pool)
        states.absent(
            "These machines say nothing in this period.",
            f"Their figures are {moments.span(first, last)}. Choose a period that has calls and figures.",
        )
        return
    scope = _reaching_over(scope, own)
    spent = _cost(_now(), pool, owned, scope.chosen.start, scope.chosen.end)
    _say(pool, _ties(_now(), pool, scope.chosen), spent)
    named = words.listed([name or "a machine without a name" for name in pool.instances])
    trends.side_by_side(
        scope, _panels(scope, pool, frame, spent), key="machines",
        note=f"By {scope.grain}, latency by {trends.WIDER.get(scope.grain, scope.grain)} where a {scope.grain} holds "
        f"few calls. It is of the calls of {pool.name}, else as chosen above; the rest is of all that {named} did.",
    )  # fmt: skip
    _priced(pool, spent)


def _reaching_over(scope: Scope, times: pl.Series) -> Scope:
    """Let a period without an end of its own reach as far as the machines' figures, which may go beyond the calls."""
    first: datetime = times.min()  # type: ignore[assignment]
    last: datetime = times.max()  # type: ignore[assignment]
    start, end = scope.span
    if scope.chosen.start is None and start is not None:
        start = min(start, first)
    if scope.chosen.end is None and end is not None:
        end = max(end, bucket_end(last, scope.grain))
    return replace(scope, span=(start, end))


def _say(pool: Pool, ties: list[Saturation], spent: Cost | None) -> None:
    with st.container(width=720):
        st.markdown(escape(machine_words.saturation(pool, ties), limit=600))
        if spent is not None:
            st.markdown(escape(machine_words.cost(spent), limit=600))


def _panels(scope: Scope, pool: Pool, frame: pl.DataFrame, spent: Cost | None) -> list[Panel]:
    """Set what calls waited beside what machines did, each where it is known."""
    known: list[tuple[str, str, str, Callable[[float], str]]] = [
        ("requests_waiting", "Requests waiting", "", units.plain),
        ("gpu_utilisation", "GPUs busy", "share", units.share),
        ("gpu_memory", "GPU memory used", "share", units.share),
        ("kv_cache_usage", "Cache used", "share", units.share),
        ("tokens_per_second", "Tokens written", "tokens/s", lambda value: units.figure(value, "tokens/s")),
        ("network_sent", "Network sent", "", lambda value: f"{size(value)} a second"),
    ]
    panels = []
    calls = joined.calls_of(pool, scope.chosen)
    if calls is not None:
        whole, wide = data.summary(_WAITS, calls), _readable(scope, frame)
        beside = frame if wide.grain == scope.grain else _joined(_now(), pool, scope.chosen, wide.grain)
        for name in _WAITS:
            if beside[name].is_not_null().any():
                points = _reaching(trends.whole(_points(beside, name), wide), trends.whole(frame, scope)["time"])
                title = f"{words.label(whole[name].metric)}: {units.seconds(whole[name].value)}"
                panels.append(Panel(title, points, "s", instead=f"Too few for a trend by {wide.grain}."))
    for name, title, unit, written in known:
        mean = frame[name].mean()
        if isinstance(mean, float):
            points = frame.with_columns(pl.col(name) / _scale(frame[name])) if name == "network_sent" else frame
            drawn = trends.whole(_points(points, name), scope)
            panels.append(Panel(f"{title}: {written(mean)}", drawn, unit))
    if spent is not None and scope.grain != "hour":
        title = f"Cost of 1,000 tokens: {units.money(spent.per_1k)}"
        grid = frame.select("time").join(spent.by(scope.grain), on="time", how="left", maintain_order="left")
        panels.append(Panel(title, trends.whole(_points(grid, "value"), scope), "USD"))
    return panels


def _readable(scope: Scope, frame: pl.DataFrame) -> Scope:
    """Widen the buckets where they hold few calls each, as trends of rates and means do."""
    typical = frame["requests"].fill_null(0).median()
    few = scope.view.grain is None and scope.long and isinstance(typical, float) and words.few(int(typical))
    return replace(scope, grain=trends.WIDER[scope.grain]) if few and scope.grain in trends.WIDER else scope


def _reaching(points: pl.DataFrame, times: pl.Series) -> pl.DataFrame:
    """Let wider buckets reach from the first to the last time of the others: one time axis for all."""
    ends = pl.DataFrame({"time": [times.min(), times.max()]}, schema={"time": points.schema["time"]})
    return points.join(ends, on="time", how="full", coalesce=True).sort("time")


def _scale(values: pl.Series) -> float:
    """Find the thousand's power by which an axis of bytes is written."""
    largest = values.max()
    return 1000.0 ** max(0, (len(f"{largest:.0f}") - 1) // 3) if isinstance(largest, float) else 1.0


def _points(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    nothing = pl.lit(None, pl.Float64)
    return frame.select("time", value=pl.col(name).cast(pl.Float64), low=nothing, high=nothing)


def _priced(pool: Pool, spent: Cost | None) -> None:
    """Lead to the price of a machine, or from it to that of its model."""
    if spent is None:
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button("Give them a price", key="machines-price"):
                st.switch_page(navigation.page("settings"))
            st.caption("With what an hour of these machines costs, what their tokens cost stands here.")
    elif pool.models and spent.per_1k is not None:
        with st.expander("Count it as the model's cost", type="compact"):
            st.caption(
                "This cost stands beside the recomputed one and does not feed it: it hangs on how busy the machines "
                "are, and would change the cost of calls long past. To have it counted, add this to the prices in "
                "Settings:"
            )
            price = round(1000 * spent.per_1k, 4)
            for model in pool.models:
                log_code(json.dumps({"model": model, "input_mtok": price, "output_mtok": price}, ensure_ascii=False))


def _how(scope: Scope) -> None:
    """Say how figures of machines come here, with the commands."""
    start, end = scope.span
    with st.container(width=720):
        st.markdown(
            "For models that you serve yourselves, what their machines say of themselves belongs beside the latency: "
            "how busy the GPUs were, how long the queue. Export it and import the file like any other."
        )
        st.caption("From Prometheus, which asks vLLM, TGI, DCGM and the network card:")
        log_code(_curl(start, end))
        st.caption("Without it, on the machine itself, until it is stopped; the folder names the machine:")
        log_code(
            f"mkdir -p instance=gpu-1\nTZ=UTC nvidia-smi --query-gpu={_COLUMNS} --format=csv -l 60 "
            "> instance=gpu-1/smi.csv"
        )
        if st.button("Import them", key="machines-import"):
            st.switch_page(navigation.page("imports"))


def _curl(start: datetime | None, end: datetime | None) -> str:
    """Write the range query for the period looked at."""
    seconds = (end - start).total_seconds() if start is not None and end is not None else 0.0
    step = next((width for width in (60, 300, 900, 3600) if seconds / width <= _POINTS), 86_400)
    span = "\n".join(
        f"  -d {name}={moment:%Y-%m-%dT%H:%M:%SZ} \\" for name, moment in (("start", start), ("end", end)) if moment
    )
    return (
        "curl -sG http://localhost:9090/api/v1/query_range \\\n"
        f"  --data-urlencode 'query={{__name__=~\"{_METRICS}\"}}' \\\n{span}\n  -d step={step} > machines.json"
    )


def _now() -> tuple[str, int]:
    """What a remembered answer holds for: this workspace, as it is now."""
    held = data.store()
    return str(held.workspace.root), held.generation


@st.cache_data(max_entries=16, show_spinner=False)
def _pools(now: tuple[str, int], owned: tuple[Machine, ...]) -> list[Pool]:
    return pools.pools(data.store(), owned)


@st.cache_data(max_entries=64, show_spinner=False)
def _joined(now: tuple[str, int], pool: Pool, filter: Filter, grain: str) -> pl.DataFrame:
    return joined.joined(data.store(), pool, filter, grain)


@st.cache_data(max_entries=64, show_spinner="Setting machines beside calls")
def _ties(now: tuple[str, int], pool: Pool, filter: Filter) -> list[Saturation]:
    return saturation.saturation(data.store(), pool, filter)


@st.cache_data(max_entries=64, show_spinner=False)
def _cost(
    now: tuple[str, int], pool: Pool, owned: tuple[Machine, ...], start: datetime | None, end: datetime | None
) -> Cost | None:
    return costs.cost(data.store(), pool, owned, Filter(start, end))
