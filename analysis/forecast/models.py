"""Ways to go on from the days so far, and how well each would have done: a backtest from rolling origins.

Imports of statsmodels stand inside the function that needs it: it takes seconds.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Model = Callable[[Floats, int], Floats]
"""Takes the values of the days so far, 0 or more, and how many days ahead; gives the value of each."""

WEEK = 7
ORIGINS = 12
"""Days of the past from which a backtest forecasts."""
DAMPING = 0.9
"""The most that a trend keeps of itself from a day to the next: a step is not taken for a slope that goes on."""


@dataclass(frozen=True)
class Backtest:
    """How forecasts from days of the past fared.

    Parameters
    ----------
    actual, forecast : tuple of numpy.ndarray
        For each origin the days that came and what was forecast for them.
    scaled : float
        Mean absolute scaled error (Hyndman and Koehler 2006): the error of a day over that of repeating the week before
        within the days known then.
    off : float
        The mean error of a day, as a share of the mean day.
    days : int
        From the first origin to the last day known.
    """

    actual: tuple[Floats, ...]
    forecast: tuple[Floats, ...]
    scaled: float
    off: float
    days: int


def mean(values: Floats, ahead: int) -> Floats:
    """Go on at the mean of all days: for a series too short for the shape of a week."""
    return np.full(ahead, values.mean())


def naive(values: Floats, ahead: int) -> Floats:
    """Repeat the last week (seasonal naive)."""
    return np.resize(values[-WEEK:], ahead)


def level(values: Floats, ahead: int) -> Floats:
    """Go half way between the last week and exponential smoothing of a level and the shape of a week, ETS(A,N,A).

    The mean of two forecasts often errs less than either (Bates and Granger 1969): by 2 to 9 % less than the last week
    alone on the traces of ``tests/benchmarks/forecast.py``, where smoothing alone was no better on some.
    """
    return (_smoothed(values, ahead, trend=False) + naive(values, ahead)) / 2


def damped(values: Floats, ahead: int) -> Floats:
    """Do as :func:`level` with a trend that dies away, ETS(A,Ad,A)."""
    return (_smoothed(values, ahead, trend=True) + naive(values, ahead)) / 2


def backtest(model: Model, values: Floats, ahead: int, first: int) -> Backtest:
    """Forecast up to `ahead` days from days of the past, each time from what was known before it.

    Parameters
    ----------
    values : numpy.ndarray, shape (days,)
    first : int
        The first of the origins; :data:`ORIGINS` at most are spread evenly from there.
    """
    origins = np.unique(np.linspace(first, max(first, len(values) - 3), ORIGINS).round().astype(int))
    actual = tuple(values[origin : origin + ahead] for origin in origins)
    found = tuple(model(values[:origin], len(days)) for origin, days in zip(origins, actual, strict=True))
    errors = [float(np.abs(days - guess).mean()) for days, guess in zip(actual, found, strict=True)]
    return Backtest(
        actual, found, float(np.mean([_ratio(e, _step(values[:o])) for e, o in zip(errors, origins, strict=True)])),
        _ratio(float(np.mean(errors)), float(values.mean())), len(values) - first,
    )  # fmt: skip


def _smoothed(values: Floats, ahead: int, *, trend: bool) -> Floats:
    """Fit a state-space model (Hyndman, Koehler, Ord and Snyder 2008) and forecast from it.

    On square roots: the swing of counts and sums grows with their size, and noughts have a square root.
    """
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    scale = float(values.mean())
    if scale == 0:
        return np.zeros(ahead)
    model = ETSModel(
        np.sqrt(values / scale), error="add", trend="add" if trend else None, damped_trend=trend, seasonal="add",
        seasonal_periods=WEEK, initialization_method="heuristic",
        bounds={"damping_trend": (0.7, DAMPING)} if trend else None,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of an optimum at a bound, which is as good as any
        found = model.fit(disp=False, maxiter=100).forecast(ahead)
    return scale * np.square(np.maximum(np.asarray(found), 0))


def _step(values: Floats) -> float:
    """Measure how far a day is off the same weekday before, within the days given; off the mean where too few."""
    near = np.abs(values[WEEK:] - values[:-WEEK]) if len(values) > WEEK else np.abs(values - values.mean())
    return float(near.mean())


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else 0.0 if above == 0 else float("inf")
