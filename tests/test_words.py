"""Figures in words."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from analysis.metrics.catalogue import METRICS
from analysis.metrics.extent import Extent
from analysis.metrics.intervals import wilson
from analysis.metrics.query import Figure
from app import words
from app.text import escape, plain_label
from app.units import THIN
from app.view import View


def figure(name: str, value: float | None, n: int = 1000) -> Figure:
    metric = METRICS[name]
    low, high = wilson(value, n) if metric.interval == "wilson" and value is not None else (None, None)
    return Figure(metric, value, n, n, low, high)


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (figure("cost", 82.0), figure("cost", 100.0), "Cost fell 18 % to $82.00"),
        (figure("cost", 118.0), figure("cost", 100.0), "Cost rose 18 % to $118.00"),
        (figure("cost", 100.1), figure("cost", 100.0), "Cost held at $100.10"),
        (figure("cost", 1500.0), figure("cost", 100.0), "Cost grew 15.0 times, to $1,500"),
        (figure("cost", 5.0), None, "Cost: $5.00"),
        (figure("cost", 5.0), figure("cost", 4.0, n=3), "Cost: $5.00"),
        (figure("cost", None), None, "Cost: nothing known"),
        (figure("error_rate", 0.05), figure("error_rate", 0.02), "Error rate rose 3.0 points to 5.0 %"),
        (figure("error_rate", 0.021), figure("error_rate", 0.02), "Error rate held at 2.1 %"),
        (figure("error_rate", 0.5, n=4), None, "Error rate: too few"),
    ],
)
def test_a_headline_says_what_is_seen(now: Figure, before: Figure | None, said: str):
    assert words.headline(now, before).replace(THIN, " ") == said


def test_a_headline_of_a_small_chart_fits_above_it():
    now, before = figure("cost_per_user_day", 0.00123), figure("cost_per_user_day", 0.00112)
    assert words.headline(now, before, brief=True).replace(THIN, " ") == "Per user and day: $0.00123, +9.8 %"


def test_the_sentence_says_what_is_looked_at():
    newest = datetime(2026, 8, 31, 13, 20)
    extent = Extent(10, 0, datetime(2026, 1, 1), newest)
    view = View("7d").where("model", ["gpt-4o"])
    chosen = view.filter(extent)
    assert words.looking_at(view, chosen, chosen.previous(), newest) == (
        "Model gpt-4o: the 7 days up to the newest record, 31 Aug 2026, 13:20 UTC, beside the 7 days before."
    )
    assert words.looking_at(View("all"), View("all").filter(extent), None, newest) == "All time."


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(days=28), "4 weeks"), (timedelta(weeks=1), "1 week"), (timedelta(days=3), "3 days"),
        (timedelta(hours=24), "24 hours"),
    ],
)  # fmt: skip
def test_lengths(span: timedelta, said: str):
    assert words.length(span) == said


def test_names_are_joined():
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.listed(list("abcdefg"), most=2) == "a, b and 5 more"


@pytest.mark.parametrize(
    "text", ["![x](http://a/b.png)", "$x$", ":red[x]", ":material/home:", "<img src=x>", "**b**", "www.a.b"]
)
def test_every_sign_that_opens_something_is_escaped(text: str):
    escaped = escape(text)
    assert plain_label(text) == escaped.replace("\\", "").replace("\u2060", "")
    for place, sign in enumerate(escaped):
        if sign in "![]()$:<>*`_#|~@&=^{}/.":
            assert escaped[place - 1] == "\\"


def test_a_name_is_one_short_line():
    assert escape("a\nb\r\u2028c\x00d") == "a b c d"
    assert plain_label("x" * 500, limit=20) == "x" * 19 + "…"
    assert escape("a\u202eb") == "a\ufffdb"  # it would turn round what our own sentence goes on with
