"""What is looked at goes into a link and comes back the same; what can't be read is named, not guessed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.metrics.extent import Extent
from analysis.metrics.filter import Condition, Filter
from app.view import PERIODS, View

TEXT = st.text(min_size=1, max_size=30).filter(lambda text: text.strip() == text)
TIMES = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1))
CONDITIONS = st.one_of(
    st.builds(
        Condition,
        st.sampled_from(["model", "app", "environment", "attributes.tier", "attributes.user.plan", "user_id"]),
        st.sampled_from(["=", "!=", "~"]),
        st.lists(TEXT.filter(lambda text: text != "(none)"), min_size=1, max_size=3, unique=True).map(tuple),
    ),
    st.builds(
        Condition,
        st.sampled_from(["latency", "cost", "score.toxicity"]),
        st.sampled_from([">", "<", ">=", "<="]),
        st.integers(min_value=-(10**6), max_value=10**6).map(lambda value: (value / 8,)),
    ),
    st.builds(Condition, st.just("text"), st.just("~"), TEXT.map(lambda text: (text,))),
    st.just(Condition("model", "=", (None,))),
)


@st.composite
def views(draw: st.DrawFn) -> View:
    period = draw(st.sampled_from(list(PERIODS)))
    start = end = None
    if period == "custom":
        start = draw(TIMES)
        end = start + draw(st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=900)))
    found = draw(st.lists(CONDITIONS, max_size=4, unique_by=lambda condition: (condition.field, condition.op)))
    return View(
        period, start, end, draw(st.booleans()), draw(st.sampled_from(["model", "feature", "attributes.tier"])),
        draw(st.sampled_from([None, "hour", "day", "week", "month"])), tuple(found),
    )  # fmt: skip


@given(views())
def test_a_view_comes_back_from_its_link(view: View):
    assert View.from_params(view.params()) == (view, [])


@given(
    st.dictionaries(st.sampled_from(["period", "from", "to", "by", "grain", "where"]), st.lists(st.text(), max_size=3))
)
def test_any_link_gives_a_view(params: dict[str, list[str]]):
    view, problems = View.from_params(params)
    assert View.from_params(view.params())[0] == view
    assert all(isinstance(problem, str) for problem in problems)


@pytest.mark.parametrize(
    ("params", "word"),
    [
        ({"period": ["3d"]}, "period=3d"),
        ({"grain": ["minute"]}, "grain=minute"),
        ({"by": ["colour"]}, "colour"),
        ({"by": ["score.toxicity"]}, "score.toxicity"),
        ({"by": ["scorer.toxicity"]}, "scorer.toxicity"),
        ({"where": ["colour=red"]}, "colour"),
        ({"from": ["yesterday"]}, "from=yesterday"),
        ({"from": ["2026-08-31"], "to": ["2026-08-01"]}, "empty"),
    ],
)
def test_what_cannot_be_read_is_named_and_left_out(params: dict[str, list[str]], word: str):
    view, problems = View.from_params(params)
    assert view == View()
    assert len(problems) == 1
    assert word in problems[0]


EXTENT = Extent(100, 0, datetime(2026, 8, 1), datetime(2026, 8, 31, 13, 20))


def test_a_period_ends_with_the_hour_of_the_newest_record():
    assert View("7d").filter(EXTENT) == Filter(datetime(2026, 8, 24, 14), datetime(2026, 8, 31, 14))


def test_the_period_before_is_as_long():
    chosen = View("30d").filter(EXTENT)
    before = chosen.previous()
    assert before is not None
    assert before.end == chosen.start
    assert chosen.start - before.start == timedelta(days=30)


def test_all_of_it_holds_records_without_a_time():
    assert View("all").filter(EXTENT) == Filter()


@pytest.mark.parametrize(
    ("period", "grain"), [("24h", "hour"), ("7d", "day"), ("30d", "day"), ("90d", "day"), ("all", "day")]
)
def test_a_trend_has_as_many_points_as_can_be_told_apart(period: str, grain: str):
    assert View(period).buckets(EXTENT) == grain


def test_a_long_stretch_is_drawn_by_week_or_month():
    years = Extent(1, 0, datetime(2015, 1, 1), datetime(2026, 1, 1))
    assert View("all").buckets(years) == "month"
    assert View("all", grain="week").buckets(years) == "week"


def test_an_empty_store_gives_an_open_filter():
    assert View("30d").filter(Extent(0, 0, None, None)) == Filter()


def test_choosing_values_replaces_those_before():
    view = View().where("model", ["a"]).where("model", ["b", "c"])
    assert view.values("model") == ["b", "c"]
    assert view.where("model", []) == View()
