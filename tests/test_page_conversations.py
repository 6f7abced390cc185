"""The Conversations page: the list, one record, a conversation, a trace, a user, and links to what is gone."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from analysis.metrics.filter import Filter
from app import downloads, runtime
from app.address import SIZE
from tests.pages import look

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

    from analysis.store import Store

START = datetime(2026, 8, 3, 10)
HOSTILE = "![x](http://leak.example/?q=1) <img src=x onerror=alert(1)> $a$ :red[y]"
CHAT = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Where is order 42?"},
    {"role": "assistant", "content": "", "tool_calls": [{"id": "c", "name": "get_order", "arguments": {"id": 42}}]},
    {"role": "tool", "content": '{"state":"shipped"}', "tool_call_id": "c", "name": "get_order"},
]


@pytest.fixture
def store(home: Path) -> Store:
    return runtime.current().store


@pytest.fixture
def ids(add_records: Callable[..., list[str]]) -> list[str]:
    return add_records(
        {"time": START, "session_id": "s1", "user_id": "u1", "trace_id": "t1", "model": "a", "prompt": "First question",
         "response": "First answer", "recorded_cost": 0.01, "computed_cost": 0.012, "price_source": "prices of May",
         "latency": 1.5, "input_tokens": 10, "output_tokens": 5, "attributes": {"tier": "pro", "deep": {"a": [1, 2]}},
         "system_prompt": "Be brief.", "documents": [{"id": "d1", "text": "Returns take 30 days.", "score": 0.9}],
         "repairs": "latency"},
        {"time": START + timedelta(minutes=1), "session_id": "s1", "user_id": "u1", "model": "b",
         "system_prompt": "Be brief.", "messages": json.dumps(CHAT), "prompt": "Where is order 42?",
         "response": "It is on its way.", "latency": 0.5},
        {"time": START + timedelta(minutes=2), "session_id": "s1", "user_id": "u1", "model": HOSTILE, "prompt": HOSTILE,
         "response": HOSTILE, "status": "error", "error": HOSTILE, "attributes": {HOSTILE: HOSTILE}},
    )  # fmt: skip


def opened(**link: str | list[str]) -> AppTest:
    return look("conversations", **({"period": "all"} | link))


def read(app: AppTest) -> list[str]:
    """The texts that logs wrote."""
    return [text.value for text in app.text]


def ours(app: AppTest) -> str:
    """What is drawn as Markdown."""
    found = [*app.title, *app.subheader, *app.markdown, *app.caption]
    return "\n".join(str(element.value) for element in found)


def links(app: AppTest) -> list[dict[str, Any]]:
    return [{"label": link.proto.label, "to": link.proto.query_string} for link in app.get("page_link")]


def test_an_empty_store_leads_to_import(home: Path):
    assert "nothing to read yet" in ours(opened())


def test_the_list_shows_the_newest_record_first(ids):
    app = opened()
    assert read(app)[2:4] == ["Where is order 42?", "It is on its way."]
    assert read(app)[4:] == ["First question", "First answer"]
    assert "3 records" in ours(app)


def test_the_list_tells_what_users_said_last(add_records):
    (id,) = add_records({"time": START, "prompt": "q"})
    thumb = {"record_id": id, "name": "thumbs"}
    add_records(
        scores=[
            thumb | {"value": -1, "time": START + timedelta(hours=1)},
            thumb | {"value": 1, "time": START},
            {"record_id": id, "name": "stars", "value": 4},
            {"record_id": id, "name": "tone", "value": 1},
        ]
    )
    captions = [caption.value for caption in opened().caption]
    assert ":red[thumb down]" in captions
    assert "4 of 5 stars" in captions
    assert not [caption for caption in captions if "tone" in caption or "thumb up" in caption]


def test_a_search_finds_words_of_prompts_and_answers(ids):
    app = opened()
    app.text_input(key="records-search").set_value("ON ITS way").run()
    assert read(app) == ["Where is order 42?", "It is on its way."]
    assert app.query_params["where"] == "text~ON ITS way"
    app.text_input(key="records-search").set_value("nowhere to be found").run()
    assert "No record matches" in ours(app)
    assert app.text_input(key="records-search").value == "nowhere to be found"


def test_the_order_is_chosen_and_stands_in_the_link(ids):
    app = opened()
    app.selectbox(key="records-order").set_value("cost").run()
    assert read(app)[0] == "First question"
    assert app.query_params["sort"] == "cost"


def test_long_lists_are_paged_and_begin_anew_when_they_change(add_records):
    add_records(*({"time": START + timedelta(minutes=n), "prompt": f"Question {n}"} for n in range(SIZE + 3)))
    app = opened(at=str(SIZE + 1))
    assert read(app)[::2] == ["Question 2", "Question 1", "Question 0"]
    app.selectbox(key="records-order").set_value("oldest").run()
    assert read(app)[0] == "Question 0"
    assert "at" not in app.query_params
    assert read(opened(at="999999"))[-2] == "Question 0"


def test_a_record_opens_from_its_link(ids):
    app = opened(record=ids[0])
    assert "3 August 2026" in app.title[0].value
    assert read(app)[:3] == ["Be brief.", "First question", "First answer"]
    assert "Returns take 30 days." in read(app)
    words = ours(app).replace("\\", "").replace("\u2060", "")
    for fact in ("recorded in the log] $0.0100", "by the price table] $0.0120", "price] prices of May", "tier] pro",
                 "latency] 1.50\u202fs", "together] 15", "recomputed from them"):  # fmt: skip
        assert fact in words
    assert any('"deep"' in code.value for code in app.code)
    assert {link["label"] for link in links(app)} >= {"The whole conversation", "All of this user"}


def test_one_goes_from_record_to_record_within_the_list(ids):
    app = opened(record=ids[1], at="2")
    assert "2 of 3" in ours(app)
    app.button(key="way-J").click().run()
    assert app.query_params["record"] == ids[0]
    assert app.query_params["at"] == "3"
    assert app.button(key="way-J").disabled
    app.button(key="way-K").click().run()
    assert app.query_params["record"] == ids[1]


def test_a_place_that_the_list_no_longer_has_offers_no_neighbours(ids):
    assert "of 3" not in ours(opened(record=ids[1], at="1"))


def test_an_agents_call_shows_what_came_since_the_model_last_spoke(ids):
    app = opened(record=ids[1])
    assert "What was said before: 2 messages" in [expander.label for expander in app.expander]
    assert '{"state":"shipped"}' in [code.value for code in app.code]
    assert read(app)[-1] == "It is on its way."


def test_a_conversation_is_a_transcript(ids):
    app = opened(session="s1")
    assert app.title[0].value == "Conversation s1"
    said = read(app)
    assert [said.index(text) for text in ("First question", "First answer", "It is on its way.")] == sorted(
        said.index(text) for text in ("First question", "First answer", "It is on its way.")
    )
    assert "3 calls on 3 August 2026" in ours(app)
    assert "1 failed" in ours(app)
    assert f"record={ids[1]}" in "".join(link["to"] for link in links(app))


def test_a_trace_opens_too(ids):
    assert read(opened(trace="t1"))[1:] == ["First question", "First answer"]


def test_long_conversations_are_read_in_parts(add_records):
    add_records(
        *({"time": START + timedelta(minutes=n), "session_id": "s", "prompt": f"Question {n}"} for n in range(50))
    )
    app = opened(session="s")
    assert "Question 39" in read(app)
    assert "Question 40" not in read(app)
    assert [link["label"] for link in links(app)][-1] == "Calls 41 to 50"
    assert read(opened(session="s", turn="41"))[0] == "Question 40"


def test_a_user_has_totals_and_conversations(ids, add_records):
    add_records({"user_id": "u1", "prompt": "Outside"})
    app = opened(user="u1")
    assert [(metric.label, metric.value) for metric in app.metric][:2] == [("Requests", "4"), ("Conversations", "1")]
    assert read(app) == ["First question"]
    assert "Records outside any conversation" in {link["label"] for link in links(app)}


@pytest.mark.parametrize("kind", ["record", "trace", "session", "user"])
@pytest.mark.parametrize("id", ["0" * 32, HOSTILE])
def test_what_is_gone_is_said_to_be(ids, kind: str, id: str):
    app = opened(**{kind: id})
    assert "There is no such" in app.subheader[0].value
    assert read(app) == [id]


@pytest.mark.parametrize("where", ["list", "record", "session"])
def test_hostile_text_is_never_markdown(ids, where: str):
    app = opened(**({} if where == "list" else {where: {"record": ids[2], "session": "s1"}[where]}))
    assert HOSTILE in read(app)
    drawn = ours(app) + "".join(link["label"] for link in links(app))
    assert "leak" in drawn
    assert not re.search(r"(?<!\\)(<img|!\[|\]\(|\$a|red\[y)", drawn)


def test_json_nested_beyond_measure_is_shown_as_text(add_records):
    deep = "[" * 600 + "]" * 600
    ids = add_records({"time": START, "prompt": "[" * 5000, "response": deep})
    said = "".join(read(opened(record=ids[0])))
    assert "[" * 1000 in said


def test_a_download_holds_the_records_of_the_filter_whole(ids, tmp_path):
    path = tmp_path / "records.parquet"
    path.write_bytes(downloads.written(Filter.parse(["model=a"]), "parquet"))
    assert pl.read_parquet(path)["prompt"].to_list() == ["First question"]
    assert list(runtime.current().workspace.staging.iterdir()) == []


def test_large_downloads_are_left_to_the_command_line(ids, monkeypatch):
    monkeypatch.setattr(downloads, "MOST", 2)
    chosen = opened(where=["model!=it's"]).code[0].value
    assert chosen == """afterword export records --where 'model!=it'"'"'s' -o records.parquet"""
    period = Filter.parse(["app=x"], start=START, end=datetime(2026, 9, 1))
    assert "--from 2026-08-03T10:00:00 --to 2026-09-01T00:00:00" in downloads.command(period)
