"""Drift of a workspace's records: what is compared with what, what came of it within topics, and since when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from analysis.drift import sample
from analysis.drift.reference import closed, period, previous, release, weekdays
from analysis.drift.report import drift, windows
from analysis.drift.series import Found, changes
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
    mondays = Filter(START + timedelta(days=35), START + timedelta(days=40)).where("weekday", "Monday", "Sunday")
    assert summary(store, ["requests"], weekdays(mondays))["requests"].value == 4
    with pytest.raises(ValueError, match="give both"):
        previous(Filter(START))
    with pytest.raises(ValueError, match="shorter than a day"):
        weekdays(Filter(START + timedelta(days=35), START + timedelta(days=35, hours=3)))


def test_a_period_of_ones_choice_lies_apart(store: Store, add_records: Add):
    add_records(*talk(3, 1))
    window = Filter(START, START + timedelta(days=7))
    assert period(window, START - timedelta(days=2), START) == Filter(START - timedelta(days=2), START)
    for start, end in ((START - timedelta(days=1), START + timedelta(hours=1)), (None, None), (START, None)):
        with pytest.raises(ValueError, match="overlap"):
            period(window, start, end)


def test_an_open_window_ends_with_the_last_record(store: Store, add_records: Add):
    with pytest.raises(ValueError, match="No record has a time"):
        closed(store, Filter(START))
    add_records(*talk(3, 1))
    window = closed(store, Filter(START + timedelta(days=2)))
    assert summary(store, ["requests"], window)["requests"].value == 1
    with pytest.raises(ValueError, match="the last came on 6 May 2026"):
        closed(store, Filter(START + timedelta(days=9)))


def test_a_release_is_compared_with_as_long_before(store: Store, add_records: Add):
    add_records(*talk(10, 2, release="1.0"), {"time": "2026-05-14 12:00:00", "release": "2.0"})
    add_records({"time": "2026-05-16 12:00:00", "release": "2.0"})
    came = datetime(2026, 5, 14, 12)
    before, since = windows(store, Filter(), "release 2.0", {"2.0": came})
    assert summary(store, ["requests"], since)["requests"].value == 2
    assert since.end is not None
    assert (since.start, before) == (came, Filter(came - (since.end - came), came))
    late = Filter(datetime(2026, 5, 15), datetime(2026, 5, 17))
    assert windows(store, late, "release 2.0", {"2.0": came}) == (Filter(came - timedelta(days=2), came), late)
    with pytest.raises(ValueError, match="not known when a release '3' came"):
        release(store, Filter(), "3", {"2.0": came})
    with pytest.raises(ValueError, match="ends before the release"):
        release(store, Filter(None, START + timedelta(days=1)), "2.0", {"2.0": came})
    with pytest.raises(ValueError, match="nothing to compare with"):
        windows(store, Filter(), "yesterday", {})


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
    found = changes(store, Filter())
    (change,) = found.changes
    assert found.series == 1
    assert change.name == "error_rate"
    assert (change.start, change.lasts) == (incident[0], False)
    assert incident[1] - change.width <= change.end <= incident[1] + change.width
    assert (change.before, change.level) == (pytest.approx(0.1), pytest.approx(0.5))
    assert changes(store, Filter(datetime(2030, 1, 1))) == Found((), 0)
    assert changes(store, Filter(START, START + timedelta(hours=3))) == Found((), 0)


def test_the_level_before_a_change_is_that_since_the_last_one(store: Store, add_records: Add):
    rows = talk(40, 60)
    for place, row in enumerate(rows):
        day = place // 60
        row["status"] = "error" if place % 10 < (6 if 15 <= day < 18 else 5 if day >= 30 else 1) else "ok"
    add_records(*rows)
    levels = {change.start: (change.before, change.level) for change in changes(store, Filter()).changes}
    assert levels[START + timedelta(days=15)] == (pytest.approx(0.1), pytest.approx(0.6, abs=0.02))
    # without the incident, which was before as well
    assert levels[START + timedelta(days=30)] == (pytest.approx(0.1, abs=0.01), pytest.approx(0.5))


def test_one_person_with_many_records_leaves_room_for_the_others(
    store: Store, add_records: Add, monkeypatch: pytest.MonkeyPatch
):
    rows = [{"time": str(START), "user_id": f"u{n // 3}", "prompt": "where is it"} for n in range(480)]
    add_records(*rows, *({"time": str(START), "user_id": "heavy", "prompt": "mine"} for _ in range(110)))
    monkeypatch.setattr(sample, "RECORDS", 100)
    day = Filter(START, START + timedelta(days=1))
    for seed in range(8):
        drawn = sample.draw(store, day, day, [], seed=seed)
        assert not drawn.whole
        assert 95 <= len(drawn.ids) / 2 <= 100
        assert len(set(drawn.block.tolist())) >= 32
        assert max(drawn.block.tolist().count(block) for block in set(drawn.block.tolist())) <= 10
