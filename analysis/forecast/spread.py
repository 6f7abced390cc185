"""How far off a sum of days ahead may be: by the errors of the backtest, as they grow with the days ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from analysis.forecast.models import Backtest, Floats

SLACK = 0.05
"""This share of a mean day is added to a forecast when an error is related to it: a forecast of nought may be wrong."""
LEAST_FREEDOM = 2.0


@dataclass(frozen=True)
class Spread:
    """What a sum of days to come may be: Student's t on the scale of square roots, never below nought.

    Parameters
    ----------
    middle : float
        As likely passed as not.
    half : float
        The standard deviation of its square root.
    freedom : float
        Degrees of freedom: about how many separate stretches of days the standard deviation was learnt from.
    """

    middle: float
    half: float
    freedom: float

    def quantile(self, share: float) -> float:
        """Find what is not passed with a chance of `share`."""
        from scipy.special import stdtrit  # SciPy takes a second to import, which no other command need wait for

        root = np.sqrt(self.middle) + self.half * stdtrit(self.freedom, share)
        return float(max(root, 0.0) ** 2)

    def above(self, limit: float) -> float:
        """Give the chance that it is more than `limit`."""
        from scipy.special import stdtr

        if limit < 0:
            return 1.0
        gap = np.sqrt(self.middle) - np.sqrt(limit)
        if self.half == 0:
            return float(gap > 0)
        with np.errstate(over="ignore"):  # endlessly many deviations away is as good an answer
            return float(stdtr(self.freedom, gap / self.half))

    def plus(self, other: Spread) -> Spread:
        """Add what is to come after, or before, as unrelated."""
        middle = self.middle + other.middle
        if middle == 0:
            return Spread(0.0, float(np.hypot(self.half, other.half)), min(self.freedom, other.freedom))
        wide = np.hypot(np.sqrt(self.middle) * self.half, np.sqrt(other.middle) * other.half)
        return Spread(middle, float(wide / np.sqrt(middle)), min(self.freedom, other.freedom))


@dataclass(frozen=True)
class Growth:
    """How the error of a forecast's square root, over the root of the forecast, grows with the days ahead.

    Parameters
    ----------
    total, day : numpy.ndarray
        Of the sum of `h` days the variance is the sum of `total` times 1/h, 1 and h: noise that evens out, a level that
        was missed, a level that wanders off. Of the day `h` ahead it is that of `day` times 1 and h.
    mean : float
        The mean day.
    days : int
        The days of the past that the errors are of.
    """

    total: Floats
    day: Floats
    mean: float
    days: int

    @classmethod
    def of(cls, trial: Backtest, mean: float) -> Growth:
        """Learn it from a backtest, by non-negative least squares; each number of days ahead counts alike."""
        from scipy.optimize import nnls

        ahead = np.concatenate([np.arange(1.0, len(days) + 1) for days in trial.actual])
        sums = [(np.cumsum(days), np.cumsum(guess)) for days, guess in zip(trial.actual, trial.forecast, strict=True)]
        total = np.concatenate([_off(*pair, SLACK * mean * np.arange(1.0, len(pair[0]) + 1)) for pair in sums])
        each = np.concatenate([_off(*pair, SLACK * mean) for pair in zip(trial.actual, trial.forecast, strict=True)])
        weight = 1 / np.sqrt(np.bincount(ahead.astype(int))[ahead.astype(int)])
        fitted = [
            nnls(np.column_stack(columns) * weight[:, None], np.square(errors) * weight)[0]
            for columns, errors in (((1 / ahead, ahead**0, ahead), total), ((ahead**0, ahead), each))
        ]
        return cls(fitted[0], fitted[1], mean, trial.days)

    def sum_of(self, middle: float, ahead: int) -> Spread:
        """Spread a forecast of the sum of the next `ahead` days; beyond the days tried it grows with them at least."""
        variance = float(self.total @ [1 / ahead, 1.0, ahead]) * max(1.0, ahead / self.days)
        return self._spread(middle, variance, SLACK * self.mean * ahead, ahead)

    def day_of(self, middle: float, ahead: int) -> Spread:
        """Spread a forecast of the day `ahead` days from here."""
        return self._spread(middle, float(self.day @ [1.0, ahead]), SLACK * self.mean, 1)

    def _spread(self, middle: float, variance: float, slack: float, length: int) -> Spread:
        freedom = max(LEAST_FREEDOM, self.days / length)
        return Spread(middle, float(np.sqrt(variance * (middle + slack))), freedom)


def _off(actual: Floats, forecast: Floats, slack: Floats | float) -> Floats:
    below = np.sqrt(forecast + slack)
    return np.divide(np.sqrt(actual) - np.sqrt(forecast), below, out=np.zeros_like(below), where=below > 0)
