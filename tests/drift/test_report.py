"""Drift of a workspace's records: what is compared with what, what came of it within topics, and since when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from analysis.drift.reference import previous, release, weekdays
from analysis.drift.report import drift, windows
from analysis.drift.series import changes
from analysis.metrics.filter import Filter
from analysis.metrics.query import summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.store import Store

    Add = Callable[..., list[str]]

START = datetime(2026, 5, 4)  # a Monday


def talk(days: int, a_day: int, **same: Any) -> list[dict[str, Any]]:
    rng = np.random.default_rng(0)
    subjects = ["refund", "parcel", "password", "invoice", "kettle"]
    return [
        {"time": str(START + timedelta(days=day, minutes=1440 * n // a_day)), "status": "ok",
         "user_id": f"u{day}-{n // 2}",
         "prompt": f"a question about the {rng.choice(subjects)} please"} | same
        for day in range(days) for n in range(a_day)
    ]  # fmt: skip


def test_references_are_the_period_before_and_the_same_weekdays(store: Store, add_records: Add):
    add_records(*talk(56, 1))
    monday = Filter(START + timedelta(days=35), START + timedelta(days=36))
    assert previous(monday) == Filter(START + timedelta(days=34), START + timedelta(days=35))
    assert summary(store, ["requests"], weekdays(monday))["requests"].value == 4
    weekend = Filter(START + timedelta(days=40), START + timedelta(days=42))
    assert summary(store, ["requests"], weekdays(weekend))["requests"].value == 8
    week = Filter(START + timedelta(days=35), START + timedelta(days=42))
    assert weekdays(week) == Filter(START + timedelta(days=7), START + timedelta(days=35))
    with pytest.raises(ValueError, match="give both"):
        previous(Filter(START))


def test_a_release_is_compared_with_as_long_before(store: Store, add_records: Add):
    add_records(*talk(10, 2, release="1.0"), {"time": "2026-05-14 12:00:00", "release": "2.0"})
    add_records({"time": "2026-05-16 12:00:00", "release": "2.0"})
    before, since = windows(store, Filter(), "release 2.0")
    assert since == Filter(datetime(2026, 5, 14, 12), datetime(2026, 5, 16, 12))
    assert before == Filter(datetime(2026, 5, 12, 12), datetime(2026, 5, 14, 12))
    with pytest.raises(ValueError, match="No record is of a release '3'"):
        release(store, Filter(), "3")
    with pytest.raises(ValueError, match="ends before the release"):
        release(store, Filter(None, START + timedelta(days=1)), "2.0")
    with pytest.raises(ValueError, match="nothing to compare with"):
        windows(store, Filter(), "yesterday")


def test_a_new_product_is_found_by_its_word(store: Store, add_records: Add):
    rows = talk(14, 40)
    for row in rows[280 + 5 :: 12]:
        row["prompt"] = "what is the orchard composter"
    add_records(*rows)
    week = Filter(START + timedelta(days=7), START + timedelta(days=14))
    found = drift(store, week, previous(week))
    assert found.report.verdict == "drifted"
    assert found.report.unit == "user"
    (words,) = (aspect for aspect in found.report.aspects if aspect.name == "words")
    assert {group.name for group in words.groups if group.kind == "emerging"} == {"orchard", "composter", "what"}
    assert "Meaning" in found.report.unmeasured


def test_outcomes_that_change_within_topics_are_concept_drift(store: Store, add_records: Add):
    rows = talk(14, 60)
    for place, row in enumerate(rows):
        row["status"] = "error" if place % 20 < (8 if place >= 420 else 2) else "ok"
    add_records(*rows)
    week = Filter(START + timedelta(days=7), START + timedelta(days=14))
    (outcome,) = drift(store, week, previous(week)).outcomes
    assert outcome.shift.metric.name == "error_rate"
    assert outcome.changed
    assert outcome.shift.rate.value == pytest.approx(0.3)
    assert drift(store, week, previous(week)).report.verdict == "no drift seen"


def test_an_incident_is_dated(store: Store, add_records: Add):
    rows = talk(30, 60)
    incident = (START + timedelta(days=20), START + timedelta(days=22))
    for place, row in enumerate(rows):
        bad = str(incident[0]) <= row["time"] < str(incident[1])
        row["status"] = "error" if place % 10 < (5 if bad else 1) else "ok"
    add_records(*rows)
    (change,) = changes(store, Filter())
    assert change.name == "error_rate"
    assert (change.start, change.lasts) == (incident[0], False)
    assert incident[1] - change.width <= change.end <= incident[1] + change.width
    assert (change.before, change.level) == (pytest.approx(0.1), pytest.approx(0.5))
    assert changes(store, Filter(datetime(2030, 1, 1))) == []
