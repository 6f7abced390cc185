"""A rule held against the records: what each of its windows measured, what was usual there, and whether it is too much.

A rule is looked at over and over, so that an interval of 95 % would cry wolf some times a week. Intervals and lines are
so wide here that chance alone fires a rule in :data:`CHANCE` of all weeks (Bonferroni over its looks and groups).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from analysis.alerts import usual
from analysis.alerts.rule import ABSENCE, OVER, SPIKE, THRESHOLD, WEEK
from analysis.alerts.windows import floor, over_windows
from analysis.metrics.extent import extent
from analysis.metrics.intervals import Z
from analysis.metrics.lookup import find

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from analysis.alerts.rule import Rule
    from analysis.metrics.metric import Metric
    from analysis.store import Store

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]

CHANCE = 0.05
"""Weeks in which a rule fires although nothing is different, as a share."""
_BEYOND = 2.5
"""Standard deviations of single days by which a figure that is no share must lie beyond what is usual, its own interval
apart."""


@dataclass(frozen=True)
class _Windows:
    """The windows of one group on a grid; NaN where nothing is known."""

    value: Array
    n: Array
    low: Array
    high: Array


@dataclass(frozen=True)
class _Verdict:
    """What is usual, the line, and for each window whether it is beyond it, and whether it is back."""

    expected: Array
    line: Array
    breached: Flags
    calm: Flags
    beyond: Flags


def judge(store: Store, rule: Rule, start: datetime, end: datetime) -> pl.DataFrame:
    """Look at every window of a rule that ends within a span; the same records give the same.

    Returns
    -------
    polars.DataFrame
        By ``group`` and time: ``at`` (the start of the window's last step), ``start`` and ``end`` of the window,
        ``value``, ``n``, ``of``, ``low`` and ``high`` (see above), ``expected`` (what is usual, null where that is not
        asked or not known), ``line`` (beyond which it fires), ``breached``, ``calm`` (neither: nothing can be
        concluded), ``beyond`` (the figure alone is beyond the line).
    """
    metric = find(store, rule.metric)
    first = floor(start, rule.step) - (rule.window - rule.step)
    last = floor(end, rule.step)
    grid = first - (usual.REACH + rule.window if rule.compares else timedelta(0))
    grid = floor(grid, rule.step)
    found = over_windows(store, rule, metric, grid, last)
    since = extent(store).first
    steps = int((last - rule.window - grid) / rule.step) + 1
    if steps < 1 or since is None:
        return EMPTY
    skip = int((first - grid) / rule.step)
    groups = found.partition_by("group", as_dict=True)
    chance = CHANCE * max(rule.step, rule.window / 4) / WEEK / max(len(groups), 1)
    if not groups and not rule.by:
        groups = {("",): found}
    parts = []
    for (group,), own in groups.items():
        # a window that begins before the first record is no whole one
        seen = min(own["time"].to_list()) + rule.window - rule.step if rule.by else since
        began = max(-((grid - seen) // rule.step), 0)
        verdict, low, high = _judged(rule, metric, _laid(rule, own, grid, steps, began), began, chance)
        parts.append(_frame(rule, str(group), own, grid, steps, verdict, low, high)[skip:])
    return pl.concat(parts) if parts else EMPTY


def guarded(metric: Metric, value: Array, n: Array, low: Array, high: Array, z: float) -> tuple[Array, Array]:
    """Widen the intervals of shares and means to `z` standard errors: the lower and the upper ends, NaN where none."""
    if metric.interval == "wilson":
        return exact(value, n, z)
    if metric.interval == "mean":
        from scipy.stats import t

        freedom = np.maximum(n - 1, 1)
        half = (high - value) / t.ppf(NormalDist().cdf(Z), freedom) * t.ppf(NormalDist().cdf(z), freedom)
        return value - half, value + half
    return low, high


def exact(share: Array, n: Array, z: float) -> tuple[Array, Array]:
    """Give the interval of a share that errs no more often than it says, however few it rests on.

    Wilson's is right on average, which is not enough so far out.

    References
    ----------
    Clopper and Pearson (1934), The use of confidence or fiducial limits, Biometrika 26, 404-413.
    """
    from scipy.stats import beta

    tail = NormalDist().cdf(-z)
    hits = share * n
    with np.errstate(invalid="ignore"):
        low = np.where(hits < 0.5, 0.0, beta.ppf(tail, hits, n - hits + 1))
        high = np.where(n - hits < 0.5, 1.0, beta.isf(tail, hits + 1, n - hits))
        known = (n > 0) & ~np.isnan(share)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def _judged(rule: Rule, metric: Metric, windows: _Windows, began: int, chance: float) -> tuple[_Verdict, Array, Array]:
    z = NormalDist().inv_cdf(1 - chance)
    low, high = guarded(metric, windows.value, windows.n, windows.low, windows.high, z)
    own = _Windows(windows.value, windows.n, low, high)
    if rule.kind == ABSENCE:
        return _absence(rule, own, began, chance), low, high
    if rule.kind == SPIKE and counts(metric):
        return _spike(rule, metric, own, began, chance), low, high
    return (_threshold if rule.kind == THRESHOLD else _change)(rule, metric, own, z), low, high


def counts(metric: Metric) -> bool:
    """Whether a metric counts: of a share, those that have it."""
    return metric.unit == "share" or (metric.total and metric.unit not in ("USD", "tokens"))


def _absence(rule: Rule, windows: _Windows, began: int, chance: float) -> _Verdict:
    n = _since(windows.n, began)
    found = usual.counts(n, *_sizes(rule), least=True)
    with np.errstate(invalid="ignore"):
        surprising = found.at_least(chance) > 0
        return _Verdict(found.mean, np.zeros(len(n)), (n == 0) & surprising, n > 0, (n == 0) & surprising)


def _spike(rule: Rule, metric: Metric, windows: _Windows, began: int, chance: float) -> _Verdict:
    many = windows.value * windows.n if metric.unit == "share" else windows.value
    many = np.round(_since(np.nan_to_num(many), began))
    over = rule.direction == OVER
    found = usual.counts(many, *_sizes(rule), least=not over)
    line = found.at_most(chance) if over else found.at_least(chance)
    with np.errstate(invalid="ignore"):
        breached = (many > line) & (many >= (rule.limit or 0)) if over else many < line
        middle = (found.mean + line) / 2
        calm = many <= middle if over else many >= middle
    # of a share the line is drawn where that many of the window's records lie
    scale = np.where(windows.n > 0, windows.n, np.nan) if metric.unit == "share" else 1.0
    return _Verdict(found.mean / scale, line / scale, breached, calm, breached)


def _threshold(rule: Rule, metric: Metric, windows: _Windows, z: float) -> _Verdict:
    limit = rule.limit or 0.0
    line = np.full(len(windows.value), limit)
    back = np.full(len(line), limit if rule.recovery is None else rule.recovery)
    beyond = _beyond(rule, windows, line)
    expected = np.full(len(line), np.nan)
    if rule.unusual:
        expected, apart, back = _unusual(rule, metric, windows, back, z)
        beyond &= apart
    with np.errstate(invalid="ignore"):
        calm = windows.value <= back if rule.direction == OVER else windows.value >= back
        past = windows.value > line if rule.direction == OVER else windows.value < line
    known = windows.n >= rule.least
    return _Verdict(expected, line, beyond & known, calm & known, past)


def _beyond(rule: Rule, windows: _Windows, line: Array) -> Flags:
    """Tell where the whole interval lies beyond the line; of a metric that has none, the figure."""
    near = windows.low if rule.direction == OVER else windows.high
    near = np.where(np.isnan(near), windows.value, near)
    with np.errstate(invalid="ignore"):
        found: Flags = near > line if rule.direction == OVER else near < line
    return found


def _unusual(rule: Rule, metric: Metric, windows: _Windows, back: Array, z: float) -> tuple[Array, Flags, Array]:
    """Give what is usual, where the figure differs from it, and from where on it is back: at what is usual."""
    expected, apart = _differs(rule, metric, windows, z)
    near = np.fmax(back, expected) if rule.direction == OVER else np.fmin(back, expected)
    return expected, apart, near


def _change(rule: Rule, metric: Metric, windows: _Windows, z: float) -> _Verdict:
    expected, apart = _differs(rule, metric, windows, z)
    sign = 1 if rule.direction == OVER else -1
    share = rule.limit or 0.0
    back = share / 2 if rule.recovery is None else rule.recovery
    line, middle = (expected + sign * part * np.abs(expected) for part in (share, back))
    with np.errstate(invalid="ignore"):
        beyond = sign * (windows.value - line) > 0
        calm = sign * (windows.value - middle) <= 0
    known = windows.n >= rule.least
    return _Verdict(expected, line, beyond & apart & known, calm & known, beyond)


def _differs(rule: Rule, metric: Metric, windows: _Windows, z: float) -> tuple[Array, Flags]:
    """Give what is usual, and where the interval of the difference leaves out nought.

    The difference of two figures with intervals has one by Zou and Donner's method: :mod:`analysis.metrics.change`.
    """
    lag, wide = _sizes(rule)
    value = windows.value
    if metric.unit == "share":
        hits = np.where(windows.n > 0, value * windows.n, 0.0)
        found = usual.shares(hits, windows.n, lag, wide)
        expected = found.share
        low, high = exact(expected, np.nan_to_num(found.n), z)
    else:
        level = usual.levels(np.where(windows.n >= rule.least, value, np.nan), lag)
        expected = level.level
        half = _BEYOND * level.spread
        low, high = expected - half, expected + half
    with np.errstate(invalid="ignore"):
        if rule.direction == OVER:
            apart = value - expected > np.hypot(_half(value, windows.low), high - expected)
        else:
            apart = expected - value > np.hypot(_half(value, windows.high), expected - low)
    return expected, apart


def _half(value: Array, end: Array) -> Array:
    return np.where(np.isnan(end), 0.0, np.abs(value - end))


def _since(values: Array, began: int) -> Array:
    """Take nothing for known before the first record."""
    found = values.astype(np.float64).copy()
    found[:began] = np.nan
    return found


def _sizes(rule: Rule) -> tuple[int, int]:
    """Count the steps of a week, and of a window."""
    return int(WEEK / rule.step), int(rule.window / rule.step)


def _laid(rule: Rule, own: pl.DataFrame, grid: datetime, steps: int, began: int) -> _Windows:
    places = [(time - grid) // rule.step for time in own["time"]]
    columns = []
    for name, empty in (("value", np.nan), ("n", 0.0), ("low", np.nan), ("high", np.nan)):
        laid = np.full(steps, empty)
        laid[places] = own[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        laid[:began] = empty
        columns.append(laid)
    return _Windows(*columns)


def _frame(
    rule: Rule, group: str, own: pl.DataFrame, grid: datetime, steps: int, verdict: _Verdict, low: Array, high: Array
) -> pl.DataFrame:
    starts = pl.Series("start", [grid + place * rule.step for place in range(steps)], dtype=pl.Datetime("us"))
    laid = pl.DataFrame({
        "start": starts, "low": low, "high": high, "expected": verdict.expected, "line": verdict.line,
        "breached": verdict.breached, "calm": verdict.calm, "beyond": verdict.beyond,
    }).with_columns(pl.col("low", "high", "expected", "line").fill_nan(None))  # fmt: skip
    return (
        laid.join(own.select("value", "n", "of", start="time"), on="start", how="left", maintain_order="left")
        .with_columns(
            pl.col("n", "of").fill_null(0), group=pl.lit(group, pl.String), end=pl.col("start") + rule.window,
            at=pl.col("start") + (rule.window - rule.step),
        )
        .select(EMPTY.columns)
    )  # fmt: skip


EMPTY = pl.DataFrame(schema={
    "group": pl.String, "at": pl.Datetime("us"), "start": pl.Datetime("us"), "end": pl.Datetime("us"),
    "value": pl.Float64, "n": pl.Int64, "of": pl.Int64, "low": pl.Float64, "high": pl.Float64,
    "expected": pl.Float64, "line": pl.Float64, "breached": pl.Boolean, "calm": pl.Boolean,
    "beyond": pl.Boolean,
})  # fmt: skip
"""No windows."""
