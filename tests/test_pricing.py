"""Recomputed cost: against the price package itself, hand figures, own prices, and what is left without a price."""

import json
from datetime import datetime

import pytest
from genai_prices import Usage, calc_price

from analysis.metrics.costs import comparison, unpriced
from analysis.metrics.filter import Filter
from analysis.overrides import PriceFileError, load
from analysis.pricing import reprice

NOVEMBER = datetime(2026, 11, 3, 9, 0)


def call(model, provider=None, time=NOVEMBER, tier=None, **tokens):
    attributes = {"attributes": {"service_tier": tier}} if tier else {}
    counted = {"input_tokens": 0, "output_tokens": 0} | tokens
    return {"model": model, "provider": provider, "time": time} | attributes | counted


def costs(store):
    with store.write() as cursor:
        reprice(cursor)
    rows = store.rows("SELECT computed_cost, price_source FROM records ORDER BY source_id")
    return [(row["computed_cost"], row["price_source"]) for row in rows]


def one(store, add_records, record):
    add_records(record)
    return costs(store)[0]


@pytest.mark.parametrize(
    ("provider", "model", "time"),
    [
        ("openai", "gpt-4o", NOVEMBER),
        ("OPENAI", "gpt-4o-mini-2024-07-18", NOVEMBER),
        ("openai", "gpt-5", NOVEMBER),
        ("openai", "o3", datetime(2025, 5, 1)),
        ("openai", "o3", datetime(2025, 7, 1)),
        ("anthropic", "claude-sonnet-4-5-20250929", NOVEMBER),
        ("anthropic", "claude-opus-4-5", NOVEMBER),
        ("google", "gemini-2.5-pro", NOVEMBER),
        ("deepseek", "deepseek-chat", datetime(2026, 1, 5, 0, 29, 59)),
        ("deepseek", "deepseek-chat", datetime(2026, 1, 5, 0, 30)),
        ("deepseek", "deepseek-chat", datetime(2026, 1, 5, 16, 30)),
        ("mistral_ai", "mistral-large-latest", NOVEMBER),
        ("aws.bedrock", "anthropic.claude-3-5-sonnet-20240620-v1:0", NOVEMBER),
        ("perplexity", "sonar", NOVEMBER),
        (None, "gpt-4.1-mini", NOVEMBER),
    ],
)
@pytest.mark.parametrize(("plain", "read", "written"), [(800, 200, 0), (199_000, 1_000, 0), (150_000, 40_000, 10_001)])
def test_equals_the_package_call_by_call(store, add_records, provider, model, time, plain, read, written):
    tokens = {"input_tokens": plain, "cache_read_tokens": read, "cache_write_tokens": written}
    answer = {"output_tokens": 300, "reasoning_tokens": 200}
    usage = Usage(
        input_tokens=plain + read + written, cache_read_tokens=read, cache_write_tokens=written, output_tokens=500
    )
    expected = calc_price(usage, model, provider_id=provider, genai_request_timestamp=time)
    cost, source = one(store, add_records, call(model, provider, time, **tokens, **answer))
    assert cost == pytest.approx(float(expected.total_price), rel=1e-12)
    assert f"{expected.provider.id}/{expected.model.id}" in source


def test_hand_figure(store, add_records):
    # gpt-4o: 800 at $2.50, 200 cached at $1.25 and 500 out at $10 a million: 0.002 + 0.00025 + 0.005
    record = call("gpt-4o", "openai", input_tokens=800, cache_read_tokens=200, output_tokens=500)
    assert one(store, add_records, record)[0] == pytest.approx(0.00725, rel=1e-12)


@pytest.mark.parametrize(("time", "remark"), [(datetime(2025, 6, 1), ", batch at half price"), (NOVEMBER, ", batch")])
def test_batches_cost_half(store, add_records, time, remark):
    tokens = {"input_tokens": 1_000_000, "output_tokens": 1_000_000}
    cost, source = one(store, add_records, call("claude-sonnet-4-5", "anthropic", time, "batch", **tokens))
    assert cost == pytest.approx((6 + 22.5) / 2)  # a million tokens of input is beyond the 200,000 of the base price
    assert source.endswith(remark)


def test_a_tier_without_a_price_says_so(store, add_records):
    record = call("gpt-4o", "openai", datetime(2025, 6, 1), "priority", input_tokens=1_000_000)
    cost, source = one(store, add_records, record)
    assert cost == pytest.approx(2.5)
    assert source.endswith(", priority at the standard price")


def test_without_a_time_todays_price_holds(store, add_records):
    assert one(store, add_records, call("o3", "openai", None, input_tokens=1_000_000))[0] == pytest.approx(2.0)


def test_the_requested_model_serves_where_the_answered_one_is_unknown(store, add_records):
    record = call("my-deployment", "azure_openai", input_tokens=1_000_000) | {"requested_model": "gpt-4o"}
    assert one(store, add_records, record)[0] == pytest.approx(2.5)


def test_tokens_not_counted_give_no_cost(store, add_records):
    cost, source = one(store, add_records, call("gpt-4o", "openai", input_tokens=None, output_tokens=5))
    assert cost is None
    assert source is not None


def test_a_local_model_has_no_price_and_is_listed(store, add_records):
    add_records(
        call("llama3", "ollama", input_tokens=10, output_tokens=5), call("llama3", "ollama"), call("gpt-4o", "openai")
    )
    costs(store)
    assert unpriced(store, Filter()).rows() == [("ollama", "llama3", 2, 15)]


def test_only_the_import_asked_for_is_priced(store, add_records):
    add_records(call("gpt-4o", input_tokens=10) | {"import_id": 1}, call("gpt-4o", input_tokens=10) | {"import_id": 2})
    with store.write() as cursor:
        assert reprice(cursor, 2) == 1
    assert store.rows("SELECT import_id FROM records WHERE computed_cost IS NOT NULL") == [{"import_id": 2}]
    with store.write() as cursor:
        assert reprice(cursor) == 2


OWN = [
    {"model": "house-*", "input_mtok": 1, "output_mtok": 2},
    {"model": "house-*", "from": "2026-06-01", "input_mtok": 3, "output_mtok": 4, "cache_read_mtok": 0.5},
    {"model": "gpt-4o", "provider": "OpenAI", "from": "2026-10-01", "input_mtok": 9, "output_mtok": 9},
]


@pytest.mark.parametrize(
    ("record", "cost"),
    [
        (call("House-1", "vllm", datetime(2026, 5, 31, 23, 59, 59, 999_999), input_tokens=1_000_000), 1),
        (call("house-1", "vllm", datetime(2026, 6, 1), cache_read_tokens=1_000_000), 0.5),
        (call("house-1", "vllm", None, output_tokens=1_000_000), 4),
        (call("gpt-4o", "openai", NOVEMBER, input_tokens=1_000_000), 9),
        (call("gpt-4o", "openai", datetime(2026, 9, 30), input_tokens=1_000_000), 2.5),
        (call("gpt-4o", None, NOVEMBER, input_tokens=1_000_000), 2.5),
    ],
)
def test_own_prices_go_first(store, add_records, record, cost):
    store.workspace.prices.write_text(json.dumps(OWN))
    assert one(store, add_records, record)[0] == pytest.approx(cost)


def test_taking_an_own_price_back_clears_the_cost(store, add_records):
    store.workspace.prices.write_text(json.dumps(OWN))
    assert one(store, add_records, call("house-1", input_tokens=1_000_000))[0] == 3
    store.workspace.prices.unlink()
    assert costs(store) == [(None, None)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[{]", "prices.json is not JSON"),
        ("{}", "must hold a list"),
        ("[1]", "entry 1 is no object"),
        (
            '[{"model": "a", "input_mtok": 1, "output_mtok": 1}, {"model": "b", "output_mtok": 1}]',
            "entry 2: input_mtok",
        ),
        ('[{"model": "a", "input_mtok": -1, "output_mtok": 1}]', "entry 1: input_mtok must be a number"),
        ('[{"model": "a", "input_mtok": true, "output_mtok": 1}]', "entry 1: input_mtok must be a number"),
        ('[{"model": "a", "input_mtok": NaN, "output_mtok": 1}]', "entry 1: input_mtok must be a number"),
        ('[{"model": "a", "input_mtok": 1, "output_mtok": 1, "from": "May"}]', "entry 1: from must be a date"),
        ('[{"model": "a", "input_mtok": 1, "output_mtok": 1, "price": 1}]', "entry 1: unknown field 'price'"),
        ('[{"model": 5, "input_mtok": 1, "output_mtok": 1}]', "entry 1: model must be text"),
    ],
)
def test_a_wrong_price_file_is_told_by_entry_and_field(tmp_path, text, words):
    path = tmp_path / "prices.json"
    path.write_text(text)
    with pytest.raises(PriceFileError, match=words):
        load(path)


def test_recorded_beside_recomputed(store, add_records):
    add_records(
        call("gpt-4o", "openai", input_tokens=1_000_000) | {"recorded_cost": 2.0},
        call("gpt-4o", "openai", input_tokens=1_000_000),
        call("llama3", "ollama", input_tokens=1) | {"recorded_cost": 1.0},
    )
    costs(store)
    first, second = comparison(store, Filter()).iter_rows(named=True)
    assert first == {
        "provider": "openai", "model": "gpt-4o", "requests": 2, "both": 1, "recorded": 2.0, "computed": 2.5,
        "difference": 0.5, "only_recorded": 0, "only_computed": 1,
    }  # fmt: skip
    assert (second["both"], second["difference"], second["only_recorded"]) == (0, None, 1)
