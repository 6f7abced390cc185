"""Every metric against hand-computed values, and the catalogue's own order."""

from datetime import datetime

import pytest

from analysis.metrics.catalogue import METRICS
from analysis.metrics.filter import Filter
from analysis.metrics.lookup import UnknownMetricError, find, imported
from analysis.metrics.query import measure, summary

DAY = datetime(2026, 8, 3, 12)
OTHER_DAY = datetime(2026, 8, 4, 12)
TOKENS = {"input_tokens": 100, "cache_read_tokens": 50, "output_tokens": 40, "reasoning_tokens": 10}
RECORDS = [
    {"id": "00000000-0000-0000-0000-000000000001", "time": DAY, "session_id": "s", "user_id": "u", "recorded_cost": 0.3,
     "computed_cost": 0.4, "latency": 3.0, "time_to_first_token": 1.0, "status": "ok", "finish_reason": "stop",
     "app": "one", **TOKENS},
    {"id": "00000000-0000-0000-0000-000000000002", "time": DAY, "session_id": "s", "user_id": "u", "computed_cost": 0.1,
     "latency": 1.0, "status": "ok", "finish_reason": "length", "app": "one", **TOKENS},
    {"id": "00000000-0000-0000-0000-000000000003", "time": OTHER_DAY, "session_id": "t", "user_id": "u",
     "computed_cost": 0.2, "latency": 2.0, "status": "error", "app": "two", "kind": "trace"},
    {"id": "00000000-0000-0000-0000-000000000004", "time": None, "user_id": "v", "status": "ok", "app": "two",
     "finish_reason": "refusal"},
]  # fmt: skip


def scored(number, name, value=None, label=None):
    return {"record_id": f"00000000-0000-0000-0000-00000000000{number}", "name": name, "value": value, "label": label}


SCORES = [
    scored(1, "thumbs", 1), scored(2, "thumbs", -1), scored(3, "thumbs", 0), scored(3, "thumbs", 1),
    scored(1, "stars", 5), scored(2, "stars", 2), scored(1, "comment", label="thanks"), scored(1, "copied", 1),
    scored(1, "regenerated", 0), scored(2, "regenerated", 1), scored(1, "correction", label="No, 4."),
    scored(1, "helpful", 1), scored(2, "helpful", 0), scored(1, "toxicity", 0.5), scored(2, "toxicity", 0.25),
    scored(1, "tone", label="warm"),
]  # fmt: skip


@pytest.fixture
def filled(store, add_records):
    add_records(*RECORDS, scores=SCORES)
    return store


BY_HAND = {
    # name: value, n, of
    "requests": (4, 4, 4), "conversations": (2, 3, 4), "users": (2, 4, 4),
    "total_tokens": (400, 2, 4), "input_tokens": (200, 2, 4), "cache_read_tokens": (100, 2, 4),
    "cache_write_tokens": (None, 0, 4), "output_tokens": (80, 2, 4), "reasoning_tokens": (20, 2, 4),
    "cost": (0.6, 3, 4), "recorded_cost": (0.3, 1, 4), "computed_cost": (0.7, 3, 4), "cost_per_request": (0.2, 3, 4),
    "cost_per_conversation": (0.3, 3, 4), "cost_per_user": (0.6, 3, 4), "cost_per_user_day": (0.3, 3, 4),
    "cost_per_1k_tokens": (1.0, 2, 4),
    "latency_p50": (2.0, 3, 4), "latency_p90": (2.8, 3, 4), "latency_p95": (2.9, 3, 4), "latency_p99": (2.98, 3, 4),
    "time_to_first_token_p50": (1.0, 1, 4), "time_to_first_token_p99": (1.0, 1, 4),
    # 40 visible tokens in the 2 s after the first, and 50 in 1 s
    "output_tokens_per_second": (30.0, 2, 4),
    "error_rate": (0.25, 4, 4), "refusal_rate": (1 / 3, 3, 4), "truncated_rate": (1 / 3, 3, 4),
    "content_filter_rate": (0.0, 3, 4), "tool_call_rate": (0.0, 3, 4),
    "thumbs_up_rate": (2 / 3, 3, 4), "thumbs_coverage": (0.75, 4, 4), "stars": (3.5, 2, 4), "comments": (1, 1, 4),
    # only 1 is logged: over the two requests of that app; 0 and 1 are logged: over the scores
    "copied_rate": (0.5, 2, 4), "regenerated_rate": (0.5, 2, 4), "correction_rate": (0.5, 2, 4),
    "abandoned_rate": (None, 0, 4),
    "score.helpful": (0.5, 2, 4), "score.toxicity": (0.375, 2, 4), "score.tone": (1, 1, 4),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_HAND)
def test_by_hand(filled, name):
    figure = summary(filled, [name], Filter())[name]
    value, n, of = BY_HAND[name]
    assert figure.value == (None if value is None else pytest.approx(value))
    assert (figure.n, figure.of) == (n, of)


def test_all_at_once_are_the_same(filled):
    figures = summary(filled, list(BY_HAND), Filter())
    for name, (value, n, of) in BY_HAND.items():
        assert figures[name].value == (None if value is None else pytest.approx(value)), name
        assert (figures[name].n, figures[name].of) == (n, of), name


def test_nothing_known_is_null_and_counts_are_zero(store):
    figures = summary(store, list(METRICS), Filter())
    assert {name: figure.value for name, figure in figures.items() if figure.value is not None} == {
        "requests": 0, "conversations": 0, "users": 0, "comments": 0
    }  # fmt: skip
    assert all(figure.n == figure.of == 0 for figure in figures.values())


def test_intervals_go_with_rates_and_means(filled):
    figures = summary(filled, list(BY_HAND), Filter())
    for name, figure in figures.items():
        if figure.metric.interval != "none" and figure.value is not None and figure.n > 1:
            assert figure.low <= figure.value <= figure.high, name
        else:
            assert figure.low is figure.high is None or figure.n == 1, name
    # 1 of 4, Wilson: (0.25 + 0.4802 -+ 1.96 sqrt(0.046875 + 0.060025)) / 1.9604
    assert (figures["error_rate"].low, figures["error_rate"].high) == pytest.approx((0.0456, 0.6994), abs=1e-4)


def test_every_definition_is_whole():
    assert len(METRICS) == len({metric.title for metric in METRICS.values()})
    for name, metric in METRICS.items():
        assert metric.name == name
        assert metric.definition.endswith(".")
        assert metric.denominator
        assert metric.merges in {"sum", "ratio", "histogram", "distinct"}
        assert metric.better in {"lower", "higher", None}
        assert (metric.unit == "share") == (metric.interval == "wilson")


def test_a_record_with_several_scores_of_a_name_counts_once(store, add_records):
    # three people say yes, yes and no of the first, one no of the second: (2/3 + 0) / 2, of two records
    said = [scored(1, "factual", 1), scored(1, "factual", 1), scored(1, "factual", 0), scored(2, "factual", 0)]
    add_records(*RECORDS, scores=said)
    figure = summary(store, ["score.factual"], Filter())["score.factual"]
    assert (figure.value, figure.n, figure.of) == (pytest.approx(1 / 3), 2, 4)
    # Wilson of 1 in 3 of 2: (1/3 + 0.9604 -+ 1.96 sqrt(1/9 + 0.2401)) / 2.9208
    assert (figure.low, figure.high) == pytest.approx((0.0453, 0.8406), abs=1e-4)


def test_imported_scores_are_metrics(filled):
    assert [metric.name for metric in imported(filled)][:1] == ["score.thumbs"]
    assert find(filled, "score.helpful").interval == "wilson"
    assert find(filled, "score.toxicity").interval == "mean"
    assert find(filled, "score.tone").merges == "sum"


@pytest.mark.parametrize("name", ["costs", "score.unknown"])
def test_an_unknown_metric_is_told_with_the_known_ones(filled, name):
    with pytest.raises(UnknownMetricError, match=f"{name}.*requests, .*score.NAME"):
        measure(filled, [name], Filter())
