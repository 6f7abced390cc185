"""Filters: as SQL against records, as sentences, as text, and what they refuse."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.metrics.conversations import records_page
from analysis.metrics.fields import TEXTS
from analysis.metrics.filter import Condition, Filter
from analysis.metrics.query import summary

RECORDS = [
    {"source_id": "a", "model": "gpt-4o", "environment": "production", "latency": 1.0, "input_tokens": 10,
     "prompt": "Where is my 100% REFUND_now?", "attributes": {"tier": "free", "job.id": 7, "note": "it's"}},
    {"source_id": "b", "model": "gpt-5", "environment": "staging", "latency": 3.0, "output_tokens": 5,
     "prompt": "Wo bleibt die RÜCKZAHLUNG?", "response": "A refund, soon.",
     "attributes": {"tier": "pro", "job.id": 12}},
    {"source_id": "c", "environment": "production", "prompt": "1000 refunds now \\ 100x", "recorded_cost": 2.0},
]  # fmt: skip


@pytest.fixture
def filled(store, add_records):
    first, second, _ = add_records(*RECORDS)
    with store.write() as cursor:
        cursor.executemany(
            "INSERT INTO scores (record_id, name, value, label) VALUES (?, ?, ?, ?)",
            [(first, "thumbs", -1, None), (first, "toxicity", 0.7, "rude words"), (second, "thumbs", 1, None)],
        )
    return store


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ([], "abc"),
        (["model=gpt-4o"], "a"),
        (["model=gpt-4o", "model=gpt-5"], "ab"),
        (["model=gpt-4o", "environment=staging"], ""),
        (["model!=gpt-4o"], "bc"),
        (["model=(none)"], "c"),
        (["model!=(none)"], "ab"),
        (["model=(none)", "model=gpt-5"], "bc"),
        (["model~GPT-4"], "a"),
        (["model~4o", "model=gpt-5"], "ab"),
        (["latency>1"], "b"),
        (["latency>=1", "latency<=1"], "a"),
        (["latency!=1"], "bc"),
        (["total_tokens=5"], "b"),
        (["cost<3"], "c"),
        (["cost=(none)"], "ab"),
        (["import_id=1"], "abc"),
        (["attributes.tier=free"], "a"),
        (["attributes.tier!=free"], "bc"),
        (["attributes.job.id>8"], "b"),
        (["attributes.job.id=7"], "a"),
        (["attributes.note=it's"], "a"),
        (["attributes.missing=(none)"], "abc"),
        (["attributes.tier=' OR 1=1 --"], ""),
        (["score.thumbs=-1"], "a"),
        (["score.thumbs!=-1"], "bc"),
        (["score.toxicity>0.5"], "a"),
        (["score.toxicity>0.7"], ""),
        (["score.toxicity=(none)"], "bc"),
        (["score.toxicity~RUDE"], "a"),
        (["score.toxicity=rude words"], "a"),
        (["text~refund"], "abc"),
        (["text=Refund"], "abc"),
        (["text!=refund"], ""),
        (["text~100%"], "a"),
        (["text~D_N"], "a"),
        (["text~rückzahlung"], "b"),
        (["text~\\ 100"], "c"),
        (["text~.*"], ""),
        (["text~soon", "text~1000"], "bc"),
    ],
)
def test_finds(filled, texts, found):
    where, values = Filter.parse(texts).predicate()
    rows = filled.rows(f"SELECT source_id FROM records r WHERE {where} ORDER BY source_id", values)
    assert "".join(row["source_id"] for row in rows) == found


def test_the_period_is_half_open(store, add_records):
    day = datetime(2026, 8, 1)
    add_records(*({"time": day + timedelta(hours=hour)} for hour in (-1, 0, 23, 24)), {"time": None})
    assert summary(store, ["requests"], Filter(day, day + timedelta(days=1)))["requests"].value == 2
    assert summary(store, ["requests"], Filter(start=day))["requests"].value == 3
    assert summary(store, ["requests"], Filter(end=day))["requests"].value == 1
    assert summary(store, ["requests"], Filter())["requests"].value == 5


def test_an_aware_time_becomes_utc():
    zone = timezone(timedelta(hours=2))
    assert Filter(start=datetime(2026, 8, 1, 1, tzinfo=zone)).start == datetime(2026, 7, 31, 23)


@pytest.mark.parametrize(
    ("texts", "start", "end", "words"),
    [
        ([], None, None, "all time"),
        (["environment=production", "model=gpt-4o"], datetime(2026, 8, 1), datetime(2026, 9, 2),
         "production, model gpt-4o, 1 Aug to 1 Sep 2026"),
        (["model=a", "attributes.tier!=free"], datetime(2026, 8, 1), datetime(2026, 8, 2),
         "model a, tier not free, 1 Aug 2026"),
        (["latency>2"], datetime(2025, 12, 31), datetime(2026, 1, 2), "latency above 2 s, 31 Dec 2025 to 1 Jan 2026"),
        (["cost>=0.5"], datetime(2026, 8, 1), None, "cost at least 0.5 USD, since 1 Aug 2026"),
        (["text~refund"], None, datetime(2026, 8, 1), "text contains “refund”, until 31 Jul 2026"),
        (["score.toxicity>0.5"], datetime(2026, 8, 1), datetime(2026, 8, 1, 14, 30),
         "score toxicity above 0.5, 1 Aug 2026 to 1 Aug 2026 14:30"),
        (["user_id=(none)", "score.thumbs=-1"], None, None, "user (none), score thumbs -1, all time"),
    ],
)  # fmt: skip
def test_says_what_is_looked_at(texts, start, end, words):
    assert Filter.parse(texts, start=start, end=end).sentence() == words


def test_several_values_are_said_together():
    assert Filter().where("model", "a", "b", None).sentence() == "model a or b or (none), all time"
    texts = ["model=a", "latency>1", "latency>2", "model=b", "model=a", "user_id!=x", "user_id!=y"]
    read = Filter.parse(texts)
    assert read.sentence() == ("model a or b, latency above 1 s, latency above 2 s, user not x, user not y, all time")
    assert Filter.parse(read.texts()) == read


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("modle=x", "no field 'modle'. Did you mean 'model'.*attributes.KEY, score.NAME"),
        ("model", "is no condition"),
        ("model=", "model: no value"),
        ("latency>fast", "latency: 'fast' is not a number"),
        ("attributes.tier>free", "attributes.tier: 'free' is not a number"),
        ("latency>(none)", "goes with = and !="),
        ("text>a", "does not apply to a search"),
        ("attributes.=x", "no field 'attributes.'"),
        ('model" OR 1=1', "no field"),
    ],
)
def test_refuses_with_the_field_named(text, words):
    with pytest.raises(ValueError, match=words):
        Condition.parse(text)


def test_an_empty_period_is_refused():
    with pytest.raises(ValueError, match="empty"):
        Filter(datetime(2026, 8, 1), datetime(2026, 8, 1))


def test_previous_is_as_long_and_just_before():
    now = Filter(datetime(2026, 8, 8), datetime(2026, 8, 15)).where("model", "a")
    before = now.previous()
    assert (before.start, before.end, before.conditions) == (datetime(2026, 8, 1), now.start, now.conditions)
    assert Filter(start=now.start).previous() is None


def test_narrowing():
    filter = Filter().where("model", "a", "b").where("latency", 1, op=">")
    assert filter.where("model", "a").texts() == ["latency>1", "model=a"]
    assert filter.without("model").texts() == ["latency>1"]
    day = Filter(datetime(2026, 8, 5), datetime(2026, 9, 1)).bucket(datetime(2026, 8, 3), "week")
    assert (day.start, day.end) == (datetime(2026, 8, 5), datetime(2026, 8, 10))
    month = Filter().bucket(datetime(2026, 12, 1), "month")
    assert (month.start, month.end) == (datetime(2026, 12, 1), datetime(2027, 1, 1))


fields = st.sampled_from([*TEXTS, "attributes.a.b", "score.x y", "latency", "text"])
wild = st.text(min_size=1).filter(lambda text: text.strip() == text and text != "(none)")


@given(field=fields, op=st.sampled_from(["=", "!=", "~"]), value=wild)
def test_any_condition_survives_the_way_through_text(field, op, value):
    if field == "latency" and op != "~":
        return
    condition = Condition(field, op, (value,))
    assert Condition.parse(condition.texts()[0]) == condition


@given(op=st.sampled_from(["=", "!=", ">", "<="]), value=st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_survives_the_way_through_text(op, value):
    condition = Condition("latency", op, (value,))
    assert Condition.parse(condition.texts()[0]) == condition


def test_wild_values_are_only_data(filled):
    for value in ("'; DROP TABLE records; --", "$f0", "{this}", "%", "\\", "\0", "🙂", "[", "(?i)x"):
        for field in ("text", "attributes.tier", "score.thumbs", f"attributes.{value}", f"score.{value}", "model"):
            for op in ("=", "!=", "~"):
                records_page(filled, Filter().where(field, value, op=op))
    assert summary(filled, ["requests"], Filter())["requests"].value == 3
