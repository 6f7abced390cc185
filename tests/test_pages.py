"""Every page draws itself: in an empty workspace, in a filled one, from a link."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from app import runtime
from tests.pages import FIRST, HOSTILE, ROOT, look, words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from analysis.store import Store

PAGES = (FIRST, "usage", "cost", "latency", "quality", "safety")


@pytest.fixture(autouse=True)
def store(home: Path) -> Store:
    """The store of the workspace that the pages have open."""
    return runtime.current().store


@pytest.fixture
def filled(add_records: Callable[..., list[str]]) -> list[str]:
    """Seventy days of two models and a hostile one, with scores."""
    start = datetime(2026, 6, 1, 10)
    models = ["gpt-4o", "claude-sonnet-4-5", HOSTILE]
    ids = add_records(*(
        {
            "time": start + timedelta(hours=4 * place), "model": models[place % 3], "provider": "openai",
            "app": "support", "environment": "production" if place % 5 else "staging", "feature": f"f{place % 4}",
            "user_id": f"u{place % 20}", "session_id": f"s{place // 2}", "status": "error" if place % 50 == 7 else "ok",
            "finish_reason": "refusal" if place % 40 == 9 else "stop", "input_tokens": 900, "output_tokens": 120,
            "recorded_cost": 0.004, "computed_cost": 0.005, "price_source": "test" if place % 3 else None,
            "latency": 1 + place % 7 / 3, "time_to_first_token": 0.3 if place % 2 else None,
            "release": "1.0" if place < 300 else "1.1", "prompt": HOSTILE, "response": "Yes.",
            "attributes": {"tier": "free" if place % 2 else "pro", HOSTILE: HOSTILE},
        }
        for place in range(420)
    ))  # fmt: skip
    add_records(scores=[
        {"record_id": id, "target_key": id, "name": name, "value": value, "origin": "user", "time": start}
        for place, id in enumerate(ids)
        for name, value in (("thumbs", 1.0 if place % 4 else -1.0), ("toxicity", 0.1), (HOSTILE, 0.5), ("flagged", 0.0))
        if place % 3 == 0
    ])  # fmt: skip
    return ids


def test_records_without_a_time_have_figures_and_no_trend(add_records: Callable[..., list[str]]):
    add_records(*({"model": "bert", "prompt": f"{place}?", "response": "Yes."} for place in range(30)))
    page = look(FIRST, period="all")
    assert [error.message for error in page.exception] == []
    assert "Requests: 30" in words(page)
    assert "None of these records has a time." in words(page)


def test_logs_without_latency_say_so_in_place_of_empty_charts(add_records: Callable[..., list[str]]):
    start = datetime(2026, 6, 1)
    add_records(*({"time": start + timedelta(hours=place), "model": "m", "prompt": "a"} for place in range(60)))
    page = look("latency", period="all")
    assert [error.message for error in page.exception] == []
    assert "These logs do not say how long answers took." in words(page)
    assert "Half of the" not in words(page)
    assert "The machines behind the models" in words(page)


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_workspace_leads_to_import(page: str):
    assert "There is nothing to read yet" in words(look(page))


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("filled")
def test_a_page_shows_figures_and_says_what_it_looks_at(page: str):
    test = look(page)
    assert "The 30 days up to the newest record" in words(test)
    assert "beside the 30 days before" in words(test)
    assert len(test.metric) >= 3
    assert len(test.get("plotly_chart")) >= 1
    assert len(test.get("vega_lite_chart")) >= 1


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("filled")
def test_a_link_holds_the_filter(page: str):
    test = look(page, period="90d", where=["model=gpt-4o", "attributes.tier=pro"], by="feature", grain="week")
    assert "Model gpt-4o, tier pro: the 90 days up to the newest record" in words(test)
    assert test.query_params["where"] == ["model=gpt-4o", "attributes.tier=pro"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("filled")
def test_no_page_fails_on_a_hostile_breakdown_or_a_short_period(page: str):
    look(page, period="24h", by=f"attributes.{HOSTILE}")
    look(page, period="all", by="user_id", grain="month")


@pytest.mark.usefixtures("filled")
def test_a_figure_agrees_with_the_store():
    test = look("overview", period="all")
    figures = {metric.label: metric.value.replace("\\", "") for metric in test.metric}
    assert figures["Requests"] == "420"
    assert figures["Users"] == "20"
    assert figures["Cost"] == "$1.68"


@pytest.mark.usefixtures("filled")
def test_choosing_a_period_changes_the_link():
    test = look("overview")
    test.button_group(key="filter-period").set_value("7d").run()
    assert test.query_params["period"] in ("7d", ["7d"])
    assert "The 7 days up to the newest record" in words(test)


@pytest.mark.usefixtures("filled")
def test_choosing_a_model_is_carried_to_the_next_page():
    test = look("overview")
    test.multiselect(key="filter-model").set_value(["gpt-4o"]).run()
    test.switch_page(str(ROOT / "pages" / "cost.py")).run()
    assert test.query_params["where"] in ("model=gpt-4o", ["model=gpt-4o"])
    assert "Model gpt-4o: the 30 days" in words(test)


@pytest.mark.usefixtures("filled")
def test_a_filter_that_nothing_meets_says_so_and_lets_one_go_on():
    test = look("cost", where=["model=nobody"])
    assert "No record matches" in words(test)
    test.button(key="reset-page").click().run()
    assert "No record matches" not in words(test)


@pytest.mark.usefixtures("filled")
def test_a_link_that_cannot_be_read_is_named():
    test = look("overview", grain="minute")
    assert "grain=minute" in test.warning[0].value.replace("\\", "")


@pytest.mark.usefixtures("filled")
def test_what_the_logs_do_not_reach_back_to_is_not_compared():
    assert "the logs do not reach back so far" in words(look("cost", period="90d"))


def test_records_without_times_are_shown_for_all_time(add_records: Callable[..., list[str]]):
    add_records(*({"model": "gpt-4o", "recorded_cost": 0.01, "latency": 2.0} for _ in range(40)))
    for page in PAGES:
        assert "No record matches" not in words(look(page))


def test_a_single_record_breaks_no_page(add_records: Callable[..., list[str]]):
    add_records({"time": datetime(2026, 6, 1), "model": "gpt-4o"})
    for page in PAGES:
        look(page)
