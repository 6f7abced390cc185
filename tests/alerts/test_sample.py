"""The sample data: each story fires its rule once, at its hour, for its reason, and a quiet time fires nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from analysis.alerts import told
from analysis.alerts.evaluate import evaluate
from analysis.alerts.ready_made import READY
from analysis.alerts.rule import DRIFT, PROJECTED

if TYPE_CHECKING:
    from analysis.alerts.episodes import Episode
    from analysis.store import Store

FIRST, LAST = datetime(2026, 8, 24), datetime(2026, 11, 23)
QUIET = ((datetime(2026, 8, 24), datetime(2026, 9, 17)), (datetime(2026, 10, 6), datetime(2026, 10, 12)))


def fired(store: Store, name: str, start: datetime, end: datetime) -> list[Episode]:
    """The episodes of a rule that begin in a time."""
    found = evaluate(store, READY[name], FIRST, LAST).episodes
    return [one for one in found if start <= one.start < end]


@pytest.mark.parametrize(
    ("rule", "day", "until", "begins", "reason"),
    [
        ("error-rate", 17, 20, datetime(2026, 9, 17, 14), "gpt-4.1-mini"),
        ("latency-p95", 29, 31, datetime(2026, 9, 29, 13), "order_help"),
        ("cost-per-request", 29, 37, datetime(2026, 10, 1, 5), "gpt-5-mini"),
        ("jailbreak-wave", 52, 56, datetime(2026, 10, 22, 23), ""),
        ("hallucination-rate", 65, 68, datetime(2026, 11, 4, 8, 30), ""),
        ("negative-feedback", 65, 68, datetime(2026, 11, 5, 7), ""),
    ],
)
def test_each_story_fires_once_at_its_hour_for_its_reason(
    sample: Store, rule: str, day: int, until: int, begins: datetime, reason: str
) -> None:
    start, end = (datetime.fromordinal(datetime(2026, 8, 31).toordinal() + place) for place in (day, until))
    (episode,) = fired(sample, rule, start, end)
    assert episode.start == begins
    stretch = told.stretch(READY[rule], episode.start, episode.last.end, episode.worst)
    why = " ".join(told.why(sample, READY[rule], episode.group, *stretch))
    assert reason in why


def test_the_new_product_is_found_by_name(sample: Store) -> None:
    monday, sunday = datetime(2026, 10, 12), datetime(2026, 10, 19)
    (episode,) = evaluate(sample, READY["drift"], monday, sunday).episodes
    assert (episode.start, episode.worst.detail[0]) == (monday, "orchard 0\u202f% → 6.5\u202f%")
    assert evaluate(sample, READY["drift"], datetime(2026, 9, 21), datetime(2026, 10, 5)).episodes == ()


@pytest.mark.parametrize("name", [name for name, rule in READY.items() if rule.kind not in (DRIFT, PROJECTED)])
def test_a_quiet_time_fires_nothing(sample: Store, name: str) -> None:
    for start, end in QUIET:
        assert fired(sample, name, start, end) == []


@pytest.mark.parametrize("name", ["toxic-content", "pii-leak", "secrets-leak", "silence"])
def test_what_does_not_happen_fires_nothing(sample: Store, name: str) -> None:
    assert fired(sample, name, FIRST, LAST) == []


def test_twice_the_limit_fires_no_more(sample: Store) -> None:
    stricter = replace(READY["error-rate"], limit=0.5)
    assert evaluate(sample, stricter, FIRST, LAST).episodes == ()
