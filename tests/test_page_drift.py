"""The Drift page, and the question why beside every figure: what is said, from links that hold and from broken ones."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from analysis.metrics.filter import Filter
from analysis.releases.release import put
from app import breakdowns, drill, runtime
from app.charts import frame
from tests import records
from tests.pages import HOSTILE, look, words

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2026, 6, 1)
WEEK = {"from": "2026-06-08", "to": "2026-06-15"}


@pytest.fixture
def fortnight(home: Path) -> None:
    """Two weeks; in the second a new subject comes up, and one of two features fails."""
    things = ("parcel", "kettle", "refund", "invoice")
    records.add(runtime.current().store, *(
        {
            "time": START + timedelta(days=day, minutes=20 * n), "user_id": f"u{day}-{n}", "model": "gpt-5",
            "feature": f"f{n % 2}", "app": HOSTILE, "recorded_cost": 0.01 if day < 7 else 0.02,
            "status": "error" if day >= 7 and n % 2 and n % 3 else "ok", "response": "Yes.",
            "prompt": f"tell me about the {'orchard' if day >= 7 and n % 8 == 0 else things[n % 4]} {HOSTILE}",
        }
        for day in range(14) for n in range(60)
    ))  # fmt: skip


@pytest.mark.usefixtures("home")
def test_an_empty_workspace_leads_to_import():
    assert "There is nothing to read yet" in words(look("drift"))


@pytest.mark.usefixtures("fortnight")
def test_a_new_subject_is_told_with_what_became_of_it():
    said = words(look("drift", **WEEK))
    assert "What people ask has drifted" in said
    assert "words by more than chance" in said
    assert "The same topics fare otherwise: error rate" in said
    assert "420 records of 420 users), against 1 Jun to 7 Jun 2026" in said


@pytest.mark.usefixtures("home")
def test_a_change_that_one_user_makes_most_of_is_told_with_what_is_not_known_of_it():
    def asked(day: int, n: int, model: str, user: str) -> dict[str, Any]:
        return {"time": START + timedelta(days=day, minutes=20 * n), "user_id": user, "model": model, "prompt": "Why?"}

    before = [asked(n % 7, n % 60, "a", f"before{n}") for n in range(1600)]
    now = [asked(7 + n % 7, n % 60, "b" if n < 80 else "a", f"now{n}") for n in range(430)]
    rare = [asked(7 + n % 7, n % 60, "c", f"rare{max(n, 13)}") for n in range(20)]
    records.add(runtime.current().store, *before, *now, *rare[14:])
    sure = "Where that holds zero, a few users make most of a change that is none of chance"
    assert sure not in words(look("drift", **WEEK))
    records.add(runtime.current().store, *rare[:14])
    assert sure in words(look("drift", **WEEK))


def test_what_is_gone_leads_to_where_it_was(home: Path, monkeypatch: pytest.MonkeyPatch):
    things = ("parcel", "kettle", "refund", "invoice")
    records.add(runtime.current().store, *(
        {
            "time": START + timedelta(days=day, minutes=20 * n), "user_id": f"u{day}-{n}", "response": "Yes.",
            "model": "old" if day < 7 else "new", "recorded_cost": 0.01 if day < 7 else 0.02,
            "prompt": f"tell me about the {'orchard' if day < 7 and n % 6 == 0 else things[n % 4]}",
        }
        for day in range(14) for n in range(60)
    ))  # fmt: skip
    left: list[Filter] = []
    monkeypatch.setattr(drill, "to_records", left.append)
    monkeypatch.setattr(breakdowns, "listed", lambda table, columns, rows, **_: [{"key": key} for key, _ in rows])
    monkeypatch.setattr(
        frame, "altair",
        lambda chart, *, name, **_: [{"key": "old"}, {"key": "new"}] if name.startswith("why-") else [],
    )  # fmt: skip
    look("drift", **WEEK)
    (word,) = [one for one in left if one.texts() == ["text~orchard"]]
    assert word == Filter(START, START + timedelta(days=7), word.conditions)
    left.clear()
    look("cost", **WEEK, why="cost_per_request", **{"why-by": "model"})
    assert [(one.texts(), one.start) for one in left] == [
        (["model=old"], START), (["model=new"], START + timedelta(days=7))
    ]  # fmt: skip


def test_many_words_leave_room_for_the_other_aspects(home: Path, monkeypatch: pytest.MonkeyPatch):
    letters = "abcdefghijklmnopqrst"
    records.add(runtime.current().store, *(
        {
            "time": START + timedelta(days=day, minutes=20 * n), "user_id": f"u{day}-{n}", "response": "Yes.",
            "model": "old" if day < 7 else "new",
            "prompt": " ".join(f"{'fresh' if day >= 7 and n % 3 == 0 else 'known'}{letter}" for letter in letters),
        }
        for day in range(14) for n in range(60)
    ))  # fmt: skip
    drawn: list[str] = []

    def listed(
        _table: object, _columns: object, rows: list[tuple[str, list[str]]], *, key: str, note: str
    ) -> list[Any]:
        drawn.extend(f"{key} {cells[0]}" for _, cells in rows)
        return []

    monkeypatch.setattr(breakdowns, "listed", listed)
    look("drift", **WEEK)
    assert drawn.count("drift-groups Words") == 8
    assert drawn.count("drift-groups Model") == 2


@pytest.mark.usefixtures("fortnight")
def test_no_drift_says_what_would_have_been_seen():
    said = words(look("drift", **{"from": "2026-06-04", "to": "2026-06-07"}))
    assert "No drift seen in what people ask" in said
    assert "would have been seen in four of five cases" in said


@pytest.mark.usefixtures("fortnight")
def test_what_cannot_be_compared_is_said():
    assert "There is nothing to compare with" in words(look("drift", period="all"))
    assert "Too few data to tell" in words(look("drift", **WEEK, where="user_id=u8-3"))
    page = words(look("drift", **WEEK, against=HOSTILE))
    assert "What people ask has drifted" in page
    assert f"This link asks for a comparison with {HOSTILE}, which is not here" in page


@pytest.mark.usefixtures("fortnight")
def test_a_release_came_when_its_page_says():
    here = runtime.current()
    put(here.store, here.state, "night prompt", START + timedelta(days=10), app=HOSTILE, who="ana")
    put(here.store, here.state, "elsewhere", START + timedelta(days=10), app="shop", who="ana")
    page = look("drift", period="all", against="release night prompt")
    assert page.selectbox(key="against").options == [
        "The period before", "The same weekdays, four weeks", "Before release night prompt"
    ]  # fmt: skip
    assert "11 Jun 2026 to 14 Jun 2026 19:40 (240 records" in words(page)
    put(here.store, here.state, "night prompt", START + timedelta(days=9), app=HOSTILE, who="ana")
    page = look("drift", period="all", against="release night prompt")
    assert "10 Jun 2026 to 14 Jun 2026 19:40 (300 records" in words(page)


@pytest.mark.usefixtures("fortnight")
def test_changes_are_dated_when_asked_for():
    page = look("drift", **WEEK)
    page.toggle(key="drift-changes").set_value(True).run()
    assert not page.exception
    assert "to 2 hours" in words(page)
    assert "one person with many can make a change" in words(page)
    specs = [chart.proto.spec for chart in page.get("vega_lite_chart") + page.get("arrow_vega_lite_chart")]
    assert any('"title": "during"' in spec for spec in specs)
    assert not any('"title": "then"' in spec for spec in specs), "Vega draws nothing of such a property"


@pytest.mark.usefixtures("fortnight")
def test_overview_says_first_what_moved_and_where_it_came_from():
    said = words(look("overview", **WEEK))
    assert "Error rate rose" in said
    assert "By feature, most of it is f1" in said


@pytest.mark.usefixtures("fortnight")
def test_a_figure_is_asked_why_and_answers_below():
    page = look("cost", **WEEK)
    page.button(key="why-cost-cost_per_request").click().run()
    assert not page.exception
    said = words(page)
    assert "Why cost per request moved by +$0.0100" in said
    assert "It is much the same in all groups" in said
    assert page.query_params["why"] == "cost_per_request"
    page.button(key="why-close").click().run()
    assert "Why cost per request moved" not in words(page)


@pytest.mark.usefixtures("fortnight")
def test_a_field_to_split_by_is_kept_in_the_link():
    page = look("overview", **WEEK, why="error_rate", **{"why-by": "feature"})
    assert page.selectbox(key="why-by").value == "feature"
    assert "Why error rate moved by +33.3" in words(page)


@pytest.mark.usefixtures("fortnight")
@pytest.mark.parametrize("name", ["nothing", HOSTILE, "stars"])
def test_what_has_no_answer_is_said(name: str):
    assert "This change cannot be split" in words(look("usage", **WEEK, why=name))
