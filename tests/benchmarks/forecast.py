"""Whether forecasts hold what they say: coverage of their intervals, and their error beside repeating the last week.

``python -m tests.benchmarks.forecast FOLDER`` prints, for held-out weeks of each series, how often the sum of the next
7 and 28 days lay within the 80 % and 95 % intervals, and the mean absolute scaled error (1: as far off as repeating the
week before was, within the days known) of the forecast that was chosen and of the naive one. Forecasts are made on each
71st day, from the 28, 56, 84 and 182 days before it, and know nothing of what came after.

In FOLDER lie

- ``example_wp_log_R.csv`` and ``example_wp_log_peyton_manning.csv`` of github.com/facebook/prophet, folder examples
  (MIT): the logarithms of the daily page requests of two Wikipedia articles over eight years. They are real traces of
  requests, of people and not of a model; no openly licensed trace of a language model was to be had that is longer than
  a few days. One article has a steady shape of the week, the other the bursts of a season; a few missing days are
  interpolated.
- ``AzureLLMInferenceTrace_conv.csv`` of github.com/Azure/AzurePublicDataset (CC BY 4.0): one hour of requests to a
  language model, with their tokens. From it a longer series of cost is composed: each day has as many requests as the
  first article, over ten; their tokens are drawn, with replacement, from whole minutes of the hour, so that minutes of
  long prompts stay together; a million input tokens cost $0.40, output $1.60. Its days are thus as real as the
  article's, its tokens as Azure's, and that one follows from the other is made up.

The weeks of the sample data, which are invented, stand at the end, with the projections of the running day and month
from noon of each third day.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from analysis.forecast.forecast import of_days
from analysis.forecast.project import project
from analysis.forecast.series import Daily, daily
from analysis.ingest.report import Options
from analysis.ingest.run import import_paths
from analysis.metrics.catalogue import METRICS
from analysis.metrics.extent import extent
from analysis.metrics.filter import Filter
from analysis.metrics.period import bucket_end, floor
from analysis.metrics.query import summary
from analysis.store import Store
from analysis.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
ARTICLES = ("R", "peyton_manning")
KNOWN = (28, 56, 84, 182)
AHEAD = (7, 28)
EVERY = 71
"""Days from one forecast to the next: no multiple of a week, so that all weekdays have their turn."""
SHARES = (0.8, 0.95)


def main() -> None:
    """Measure, and print a table a series."""
    folder = Path(sys.argv[1])
    for article in ARTICLES:
        _report(f"Requests of the Wikipedia article {article}", _requests(folder, article), EVERY)
    _report("Cost composed of Azure's tokens and the requests of the article R", _composed(folder), EVERY)
    with tempfile.TemporaryDirectory() as place:
        store = Store(Workspace.at(place))
        try:
            import_paths(store, [SAMPLE], Options())
            for metric in ("cost", "requests"):
                _report(f"Sample data, {metric}", _sample(store, metric), 3)
                for grain in ("day", "month"):
                    _running(store, metric, grain)
        finally:
            store.close()


def _report(title: str, values: Floats, every: int) -> None:
    print(f"\n{title}, {len(values)} days", flush=True)
    for known in KNOWN:
        inside, errors = defaultdict(list), []
        for start in range(0, len(values) - known - AHEAD[-1], every):
            found = of_days(_daily(values[start : start + known]), AHEAD[-1])
            came = values[start + known :]
            for ahead in AHEAD:
                spread, total = found.sum_to(ahead), came[:ahead].sum()
                for share in SHARES:
                    low, high = (spread.quantile((1 + sign * share) / 2) for sign in (-1, 1))
                    inside[ahead, share].append(low <= total <= high)
            errors.append(_scaled(values[start : start + known], came[: AHEAD[-1]], [d.value for d in found.days]))
        if errors:
            cells = " ".join(f"{ahead} d {share:.0%}: {np.mean(inside[ahead, share]):4.0%}" for ahead, share in inside)
            chosen, naive = np.mean(errors, axis=0)
            print(
                f"  from {known:3d} days, {len(errors):3d} forecasts: {cells}; error {chosen:.2f}, naive {naive:.2f}",
                flush=True,
            )


def _scaled(known: Floats, came: Floats, forecast: list[float]) -> tuple[float, float]:
    """Give the mean absolute scaled errors of a forecast and of the naive one."""
    step = np.abs(known[7:] - known[:-7]).mean()
    naive = np.resize(known[-7:], len(came))
    return float(np.abs(came - forecast).mean() / step), float(np.abs(came - naive).mean() / step)


def _running(store: Store, metric: str, grain: str) -> None:
    """Project the running day or month from noon of each third day, where it is whole in the data."""
    whole, inside, off = extent(store), defaultdict(list), []
    assert whole.first is not None
    assert whole.last is not None
    at = floor(whole.first, "day") + timedelta(days=21, hours=12)
    while (until := bucket_end(floor(at, grain), grain)) <= whole.last:
        found = project(store, metric, Filter(), at=at, until=until if grain == "day" else None)
        came = summary(store, [metric], Filter(found.start, until))[metric].value or 0.0
        for share in SHARES:
            low, high = (found.known + found.left[-1].quantile((1 + sign * share) / 2) for sign in (-1, 1))
            inside[share].append(low <= came <= high)
        off.append(abs(found.total - came) / came)
        at += timedelta(days=3)
    cells = ", ".join(f"{share:.0%}: {np.mean(hits):.0%}" for share, hits in inside.items())
    print(
        f"  end of the running {grain} from noon, {len(off)} projections: {cells}; off by {np.mean(off):.1%}",
        flush=True,
    )


def _requests(folder: Path, article: str) -> Floats:
    with (folder / f"example_wp_log_{article}.csv").open(encoding="utf-8", newline="") as file:
        found = {date.fromisoformat(row["ds"]): float(np.exp(float(row["y"]))) for row in csv.DictReader(file)}
    first = min(found)
    places = np.array([(day - first).days for day in sorted(found)])
    return np.interp(np.arange(places[-1] + 1), places, [found[day] for day in sorted(found)])


def _composed(folder: Path) -> Floats:
    minutes: dict[str, list[float]] = defaultdict(list)
    with (folder / "AzureLLMInferenceTrace_conv.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            cost = (0.4 * int(row["ContextTokens"]) + 1.6 * int(row["GeneratedTokens"])) / 1e6
            minutes[row["TIMESTAMP"][:16]].append(cost)
    rng, pool = np.random.default_rng(0), list(minutes.values())
    return np.array([sum(_drawn(rng, pool, int(count / 10))) for count in _requests(folder, ARTICLES[0])])


def _drawn(rng: np.random.Generator, pool: list[list[float]], count: int) -> Iterator[float]:
    """Draw whole minutes until they hold so many requests; the last is cut."""
    while count > 0:
        minute = pool[rng.integers(len(pool))][:count]
        count -= len(minute)
        yield from minute


def _sample(store: Store, metric: str) -> Floats:
    last = extent(store).last
    assert last is not None
    return daily(store, metric, Filter(), last).values


def _daily(values: Floats) -> Daily:
    metric = METRICS["cost"]

    return Daily(metric, date(2026, 1, 1), values, 0)


if __name__ == "__main__":
    main()
