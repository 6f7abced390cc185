"""Windows measured and judged: known answers for each kind of rule."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analysis.alerts.evaluate import evaluate
from analysis.alerts.judge import exact, judge
from analysis.alerts.rule import Rule, read
from analysis.alerts.windows import over_windows
from analysis.metrics.lookup import find
from analysis.metrics.query import summary
from tests.alerts import traffic
from tests.alerts.traffic import DAY, HOUR, MONDAY, WEEK

if TYPE_CHECKING:
    from analysis.store import Store

WEDNESDAY = MONDAY + 4 * WEEK + 2 * DAY
"""In the fifth week."""
END = MONDAY + 5 * WEEK


def rule(**given: Any) -> Rule:
    return read({"name": "a", "title": "A", "metric": "error_rate"} | given)


def fired(store: Store, given: Rule, start: datetime = MONDAY + 4 * WEEK, end: datetime = END) -> list[tuple[str, Any]]:
    found = evaluate(store, given, start, end).episodes
    return [(f"{one.start:%a %H}", one.end and f"{one.end:%a %H}") for one in found]


@pytest.mark.parametrize(
    ("metric", "window", "step"),
    [("error_rate", "6 h", "1 h"), ("latency_p95", "1 d", "6 h"), ("requests", "1 h", "1 h"), ("cost", "1 d", "1 d"),
     ("cost_per_request", "2 d", "12 h"), ("score.q", "1 d", "1 h"), ("users", "6 h", "3 h")],
)  # fmt: skip
def test_windows_are_what_the_metric_is_in_each(store: Store, metric: str, window: str, step: str) -> None:
    traffic.weeks(store, 1)
    traffic.put(store, MONDAY + 9 * HOUR, 60, over=3 * DAY, score="q", value=0.25)
    with store.write() as cursor:
        cursor.execute("UPDATE records SET recorded_cost = latency / 100")
    given = rule(metric=metric, limit=1, window=window, step=step)
    found = over_windows(store, given, find(store, metric), MONDAY, MONDAY + WEEK)
    assert len(found) > 5
    for row in found.gather_every(max(len(found) // 5, 1)).iter_rows(named=True):
        figure = summary(store, [metric], given.filter.during(row["time"], row["time"] + given.window))[metric]
        assert row["value"] == (None if figure.value is None else pytest.approx(figure.value, rel=1e-6))
        assert (row["n"], row["of"]) == (figure.n, figure.of)


def test_an_interval_that_reaches_below_the_limit_fires_nothing(store: Store) -> None:
    traffic.weeks(store, 5)
    traffic.put(store, WEDNESDAY + 10 * HOUR, 2, status="error")
    assert fired(store, rule(limit=0.05, least=10)) == []
    traffic.put(store, WEDNESDAY + 14 * HOUR, 30, status="error")
    assert fired(store, rule(limit=0.05, least=10)) == [("Wed 14", "Wed 15")]
    assert fired(store, rule(limit=0.05, least=200)) == []
    assert fired(store, rule(limit=0.05, where=["app=other"])) == []
    assert fired(store, rule(limit=0.05, **{"for": "2 h"})) == []


def test_what_is_usual_is_no_alert_where_only_the_unusual_is_meant(store: Store) -> None:
    for day in range(35):
        traffic.put(store, MONDAY + day * DAY + 9 * HOUR, 40, score="flag", value=1.0)
        traffic.put(store, MONDAY + day * DAY + 9 * HOUR, 100, score="flag", value=0.0)
    given = {"metric": "score.flag", "limit": 0.05, "least": 5}
    assert fired(store, rule(**given)) == [("Mon 09", None)]
    assert fired(store, rule(**given, unusual=True)) == []
    traffic.put(store, WEDNESDAY + 12 * HOUR, 40, score="flag", value=1.0)
    assert fired(store, rule(**given, unusual=True)) == [("Wed 12", "Thu 09")]


def test_nights_and_mondays_are_no_spikes(store: Store) -> None:
    traffic.weeks(store, 5)
    assert fired(store, rule(kind="spike", metric="requests", window="1 h")) == []
    traffic.put(store, WEDNESDAY + 10 * HOUR, 60)
    assert fired(store, rule(kind="spike", metric="requests", window="1 h")) == [("Wed 10", "Wed 11")]
    assert fired(store, rule(kind="spike", metric="requests", window="1 h", limit=100)) == []


def test_what_is_rare_spikes_beyond_a_few(store: Store) -> None:
    traffic.weeks(store, 5)
    errors = rule(kind="spike", window="1 d", step="1 h", limit=5)
    assert fired(store, errors) == []
    traffic.put(store, WEDNESDAY + 12 * HOUR, 25, status="error")
    found = evaluate(store, errors, MONDAY + 4 * WEEK, END).episodes
    assert [one.start for one in found] == [WEDNESDAY + 12 * HOUR]


def test_two_weeks_must_be_known(store: Store) -> None:
    traffic.weeks(store, 1)
    traffic.put(store, MONDAY + 2 * DAY, 500)
    given = rule(kind="spike", metric="requests", window="1 h")
    assert fired(store, given, MONDAY, MONDAY + WEEK) == []
    frame = judge(store, given, MONDAY, MONDAY + WEEK)
    assert frame["expected"].null_count() == len(frame)


def test_an_outage_is_an_absence_and_a_night_is_none(store: Store) -> None:
    traffic.weeks(store, 5)
    absent = rule(kind="absence", metric="requests", window="2 h", step="1 h")
    traffic.drop(store, WEDNESDAY - 3 * DAY, WEDNESDAY - 3 * DAY + 5 * HOUR)  # at night on a Sunday
    assert fired(store, absent) == []
    traffic.drop(store, WEDNESDAY + 10 * HOUR, WEDNESDAY + 14 * HOUR)
    assert fired(store, absent) == [("Wed 11", "Wed 14")]


def test_a_change_is_against_the_same_hours(store: Store) -> None:
    traffic.weeks(store, 5)
    slower = rule(kind="change", metric="latency_p95", limit=0.5, window="1 d", step="1 h")
    assert fired(store, slower) == []
    traffic.put(store, WEDNESDAY + 9 * HOUR, 60, over=6 * HOUR, latency=4.0)
    ((start, end),) = fired(store, slower)
    assert (start, end) == ("Wed 09", "Thu 09") or start in ("Wed 10", "Wed 11")
    fewer = rule(kind="change", metric="requests", limit=0.5, direction="under", window="1 d", step="1 d")
    traffic.drop(store, WEDNESDAY + DAY + 9 * HOUR, WEDNESDAY + 2 * DAY)
    assert fired(store, fewer) == [("Thu 00", "Fri 00")]


def test_each_group_fires_by_itself(store: Store) -> None:
    traffic.weeks(store, 5)
    traffic.weeks(store, 5, app="other")
    traffic.put(store, WEDNESDAY + 9 * HOUR, 40, status="error", app="other")
    found = evaluate(store, rule(limit=0.2, by="app"), MONDAY + 4 * WEEK, END)
    assert set(found.looks) == {"shop", "other"}
    assert [(one.group, one.start) for one in found.episodes] == [("other", WEDNESDAY + 9 * HOUR)]
    new = rule(kind="spike", metric="requests", by="app", window="1 h")
    traffic.put(store, WEDNESDAY, 300, app="new")
    assert "new" not in {one.group for one in evaluate(store, new, MONDAY + 4 * WEEK, END).episodes}


def test_looking_at_parts_gives_what_looking_at_the_whole_gives(store: Store) -> None:
    traffic.weeks(store, 6)
    traffic.put(store, WEDNESDAY + 9 * HOUR, 40, status="error")
    for given in (
        rule(limit=0.05, unusual=True),
        rule(kind="spike", window="1 d", step="1 h"),
        rule(metric="latency_p95", limit=1.4, window="6 h"),
        rule(kind="change", metric="requests", limit=0.2, window="1 d", step="1 h"),
        rule(kind="absence", metric="requests", window="3 h"),
    ):
        whole = judge(store, given, MONDAY + 4 * WEEK, MONDAY + 6 * WEEK)
        days = [judge(store, given, MONDAY + day * DAY, MONDAY + (day + 1) * DAY) for day in range(28, 42)]
        assert_frame_equal(pl.concat(days), whole, rel_tol=1e-9)


def test_intervals_err_no_more_often_than_they_say() -> None:
    import numpy as np
    from scipy.stats import binom

    for n, share in ((5, 0.05), (12, 0.15), (60, 0.02)):
        hits = np.arange(n + 1.0)
        low, high = exact(hits / n, np.full(n + 1, float(n)), 3.0)
        chance = binom.pmf(hits, n, share)
        assert chance[low > share].sum() <= 0.00135
        assert chance[high < share].sum() <= 0.00135


def test_an_empty_store_says_nothing(store: Store) -> None:
    for kind in ("threshold", "spike", "absence", "change"):
        assert evaluate(store, rule(kind=kind, limit=0.1), MONDAY, MONDAY + timedelta(days=2)).episodes == ()


def test_projected_totals_fire_where_they_are_likely_to_pass(store: Store) -> None:
    traffic.weeks(store, 8)
    with store.write() as cursor:
        cursor.execute("UPDATE records SET recorded_cost = 0.01")
    for limit, many in ((0.01, 1), (1000.0, 0)):
        given = rule(kind="projected", metric="cost", limit=limit, window="1 d", step="6 h")
        found = evaluate(store, given, MONDAY + 52 * DAY, MONDAY + 53 * DAY).episodes
        assert len(found) == many
