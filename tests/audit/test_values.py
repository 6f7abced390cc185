"""Outcomes that are no text: an answer however it is written, a metric by its name, the labels of one queue alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from analysis.audit.report import examine
from analysis.audit.spec_file import SpecError, parse
from analysis.audit.wording import number
from analysis.review import claims, queue, scores
from analysis.review.plan import Plan
from analysis.state.database import State
from tests import records

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.store import Store

BY = "groups: {by: attributes.g}\nreference: m\n"


def rates(store: Store, outcome: str, *, more: str = "", state: State | None = None) -> dict[str, float]:
    found = examine(store, parse(f"name: v\noutcome: {outcome}\n{BY}{more}"), state).body
    return {row["group"]: round(row["value"]["value"], 3) for row in found["groups"]["rows"]}


@pytest.mark.parametrize("written", ["yes", "'yes'", "true", "Yes"])
def test_a_yes_is_one_however_it_is_written(store: Store, written: str):
    ids = records.add(store, *(
        {"attributes": {"g": "mf"[n % 2], "kept": n % 4 == 1}, "response": json.dumps({"said": said, "ok": n % 4 == 1})}
        for n in range(80) for said in ["yes" if n % 4 == 1 else "no"]
    ))  # fmt: skip
    with store.write() as cursor:  # as labels of reviewers are kept: a yes is 1, a no 0, all else a word
        for n, id in enumerate(ids):
            value, label = (1.0, None) if n % 4 == 1 else (0.0, None) if n % 8 else (None, "can't tell")
            cursor.execute(
                "INSERT INTO scores (id, record_id, name, value, label, origin) "
                "VALUES (uuid(), ?, 'bias', ?, ?, 'human')",
                [id, value, label],
            )
    for read in ("json: $.said", "json: $.ok", "read: score.bias", "read: attributes.kept"):
        assert rates(store, f"{{{read}, is: {written}}}") == {"m": 0, "f": 0.5}, read
    assert rates(store, "{read: score.bias, is: can't tell}") == {"m": 0.25, "f": 0}


def test_a_metric_by_its_name_gives_each_record_its_own(store: Store):
    ids = records.add(store, *(
        {"attributes": {"g": "mf"[n % 2]}, "status": "error" if n % 4 == 1 else "ok", "recorded_cost": 1 + n % 2}
        for n in range(80)
    ))  # fmt: skip
    assert rates(store, "{metric: error_rate}") == {"m": 0, "f": 0.5}
    assert rates(store, "{metric: cost_per_request}") == {"m": 1, "f": 2}
    assert rates(store, "{metric: cost_per_request, at_least: 2}") == {"m": 0, "f": 1}
    with store.write() as cursor:
        cursor.execute("INSERT INTO scorers (name, version) VALUES ('response_toxicity', 1)")
        for n, id in enumerate(ids[:72]):  # some are not scored
            cursor.execute("INSERT INTO marks (record_id, name, version, value) VALUES (?, 'response_toxicity', 1, ?)",
                           [id, 0.9 if n % 4 == 1 else 0.1])  # fmt: skip
    found = examine(store, parse(f"name: v\noutcome: {{metric: response_toxicity}}\n{BY}")).body
    assert [(row["n"], row["value"]["value"]) for row in found["groups"]["rows"]] == [(36, 0), (36, 0.5)]
    assert (found["measure"], found["better"]) == ("rate", "lower")
    assert "oxic" in found["outcome"]


def test_a_metric_that_single_records_do_not_have_is_refused(store: Store):
    records.add(store, {"attributes": {"g": "m"}})
    with pytest.raises(ValueError, match="no rate or mean of single records"):
        rates(store, "{metric: users}")
    with pytest.raises(ValueError, match="no metric 'colour'"):
        rates(store, "{metric: colour}")
    with pytest.raises(SpecError, match="write at_least"):
        rates(store, "{metric: error_rate, is: 1}")


def test_labels_of_another_queue_do_not_count(store: Store, tmp_path: Path):
    records.add(store, *({"attributes": {"g": "mf"[n % 2]}} for n in range(80)))
    state = State(f"sqlite:///{tmp_path / 'state.sqlite'}")
    yes = {"bias": "yes", "bias_kind": "other", "severity": 1, "group": "gender"}
    for name, answers in (("first", {"bias": "no"}), ("second", yes)):
        made = queue.make(store, state, name, Plan(size=80), rubric="bias", who="boss")
        while (item := claims.next_item(state, made, "ana")) is not None:
            claims.submit(state, item.id, "ana", answers)
    scores.sync(store, state)
    for name, share in (("first", 0), ("second", 1)):
        for outcome in ("{read: score.bias}", "{read: score.bias, is: yes}", "{read: score.bias, at_least: 1}"):
            assert rates(store, outcome, more=f"queue: {name}\n", state=state) == {"m": share, "f": share}
    found = examine(store, parse(f"name: v\nqueue: first\noutcome: {{read: score.bias}}\n{BY}"), state).body
    assert found["system"]["labels"] == {"name": "bias", "origins": {"human": 80}}
    state.close()


def test_each_attribute_has_its_verdict(store: Store):
    records.add(store, *(
        {"attributes": {"g": "mf"[n % 2], "h": "xy"[n // 2 % 2]}, "status": "error" if n // 2 % 2 else "ok"}
        for n in range(160)
    ))  # fmt: skip
    found = examine(
        store, parse("name: v\noutcome: {metric: error_rate}\ngroups: {by: attributes.g, and: attributes.h}")
    )
    assert found.body["verdict"]["kind"] == "none seen at this n"
    assert found.body["also"]["verdict"]["kind"] == "disparity found"
    assert "for y the rate differs from that for x" in found.body["also"]["sentence"]
    assert "m · y" in found.body["intersections"]["sentence"]


def test_small_means_are_written_in_three_figures():
    assert number(0.001234, "mean") == "0.00123"
    assert number(-0.0456, "mean", sign=True) == "−0.0456"
    assert number(1e-9, "mean", sign=True) == "0.00"
    assert number(0.0456, "") == "0.05"  # a ratio
    assert number(3.14159, "mean") == "3.14"
