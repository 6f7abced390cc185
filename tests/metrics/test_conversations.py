"""The records behind the figures."""

from datetime import datetime, timedelta

import pytest

from analysis.metrics.conversations import READ, batches, record, records_page, session, trace, user
from analysis.metrics.filter import Filter

START = datetime(2026, 8, 3, 10)
DOCUMENTS = [{"id": "d1", "text": "Returns within 30 days.", "score": 0.9}]


@pytest.fixture
def ids(add_records):
    return add_records(
        {"time": START, "session_id": "s", "user_id": "u", "trace_id": "t", "model": "b", "prompt": "First " * 100,
         "recorded_cost": 1.0, "input_tokens": 10, "latency": 2.0, "attributes": {"tier": "pro"},
         "documents": DOCUMENTS, "messages": '[{"role": "user"}]', "parameters": "not json"},
        {"time": START + timedelta(minutes=1), "session_id": "s", "user_id": "u", "trace_id": "t", "model": "a",
         "prompt": "Second", "status": "error"},
        {"time": START - timedelta(days=1), "session_id": "r", "user_id": "u", "prompt": "Earlier",
         "computed_cost": 0.5},
        {"user_id": "u", "prompt": "No time"},
    )  # fmt: skip


def prompts(page):
    return [prompt.split()[0] for prompt in page.rows["prompt"]]


def test_a_page_is_sorted_cut_and_counted(store, ids):
    page = records_page(store, Filter())
    assert page.total == 4
    assert prompts(page) == ["Second", "First", "Earlier", "No"]
    assert len(page.rows["prompt"][1]) == READ
    assert prompts(records_page(store, Filter(), sort="cost", limit=2)) == ["First", "Earlier"]
    assert prompts(records_page(store, Filter(), sort="model", descending=False, limit=1)) == ["Second"]
    second = records_page(store, Filter(), offset=2, limit=1)
    assert (second.total, prompts(second)) == (4, ["Earlier"])


def test_a_search_is_counted_whole(store, ids):
    search = Filter().where("text", "SECOND", op="~")
    assert (records_page(store, search).total, prompts(records_page(store, search))) == (1, ["Second"])
    assert records_page(store, search, offset=5).total == 1
    assert records_page(store, Filter().where("text", "absent")).total == 0


def test_a_page_refuses_what_it_cannot_sort_by(store):
    with pytest.raises(ValueError, match=r"'prompt'.*time, cost"):
        records_page(store, Filter(), sort="prompt")
    with pytest.raises(ValueError, match="negative"):
        records_page(store, Filter(), offset=-1)


def test_one_record_is_whole(store, ids):
    with store.write() as cursor:
        cursor.execute("INSERT INTO scores (record_id, name, value) VALUES (?, 'thumbs', 1)", [ids[0]])
    found = record(store, ids[0])
    assert found["id"] == ids[0]
    assert found["attributes"] == {"tier": "pro"}
    assert found["documents"] == DOCUMENTS
    assert found["messages"] == [{"role": "user"}]
    assert found["parameters"] == "not json"
    assert (found["cost"], found["tokens"]) == (1.0, 10)
    assert [(score["name"], score["value"]) for score in found["scores"]] == [("thumbs", 1)]


@pytest.mark.parametrize("id", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_there_may_be_no_such_record(store, id):
    assert record(store, id) is None


@pytest.mark.parametrize(("read", "key"), [(session, "s"), (trace, "t")])
def test_turns_come_in_order_with_totals(store, ids, read, key):
    found = read(store, key)
    assert [turn["id"] for turn in found.turns] == ids[:2]
    assert found.totals == {
        "requests": 2, "first": START, "last": START + timedelta(minutes=1), "cost": 1.0, "costed": 1, "tokens": 10,
        "latency": 2.0, "errors": 1, "users": 1,
    }  # fmt: skip
    assert read(store, "absent") is None


def test_a_user_has_totals_and_conversations(store, ids):
    found = user(store, "u")
    assert (found.totals["requests"], found.totals["sessions"], found.totals["cost"]) == (4, 2, 1.5)
    assert found.sessions["session_id"].to_list() == ["s", "r", None]
    assert found.sessions["requests"].to_list() == [2, 1, 1]
    assert found.sessions["prompt"][0].startswith("First")
    assert user(store, "absent") is None


def test_batches_are_bounded_whole_and_in_order(store, ids):
    frames = list(batches(store, Filter(), size=1))
    assert [len(frame) for frame in frames] == [1, 1, 1, 1]
    assert [frame["id"][0] for frame in frames] == [ids[2], ids[0], ids[1], ids[3]]
    assert frames[1]["attributes"][0] == '{"tier":"pro"}'
    (empty,) = batches(store, Filter().where("model", "absent"))
    assert (len(empty), empty.columns) == (0, frames[0].columns)
