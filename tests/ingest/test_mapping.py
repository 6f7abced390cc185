"""A log of no known format: its fields are guessed by name and values, or named, and read as they are meant."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from analysis.ingest.inspect import preview
from analysis.ingest.mapping import check, guess, join, sentence, split
from tests.ingest.conftest import lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from analysis.store import Store

ASK, SAY = "Where is my parcel, please?", "It is on its way to you."
CLOCK, EPOCH = "2026-11-03T09:14:00Z", 1_793_697_240

MEANT: list[tuple[str, list[Any], str]] = [
    # what was asked, what was answered
    ("question", [ASK], "prompt"), ("User Message", [ASK], "prompt"), ("userInput", [ASK], "prompt"),
    ("input_text", [ASK], "prompt"), ("Query", [ASK], "prompt"), ("q", [ASK], "prompt"), ("human", [ASK], "prompt"),
    ("message", [ASK], "prompt"), ("user", [ASK, "Hello"], "prompt"), ("Frage", [ASK], "prompt"),
    ("pregunta", [ASK], "prompt"), ("messages", [[{"role": "user", "content": ASK}]], "prompt"),
    ("Answer", [SAY], "response"), ("bot_response", [SAY], "response"), ("assistantMessage", [SAY], "response"),
    ("LLM Output", [SAY], "response"), ("completion", [SAY], "response"), ("assistant", [SAY], "response"),
    ("chatgpt_response", [SAY], "response"), ("Antwort", [SAY], "response"), ("respuesta", [SAY], "response"),
    ("réponse", [SAY], "response"), ("ai", [SAY], "response"), ("Response:", [SAY], "response"),
    # when
    ("when", [CLOCK], "time"), ("Created At", [CLOCK], "time"), ("createdAt", [EPOCH], "time"),
    ("ts", [EPOCH * 1000.0], "time"), ("Timestamp (UTC)", ["2026-11-03 09:14:00"], "time"),
    ("date", ["2026-11-03"], "time"), ("Zeitpunkt", [CLOCK], "time"), ("fecha", ["2026-11-03 09:14"], "time"),
    ("horodatage", [CLOCK], "time"), ("sent_at", [datetime(2026, 11, 3, 9, 14)], "time"),
    ("finishedAt", [CLOCK], "end_time"),
    # who, in what conversation
    ("who", ["ana", "ben"], "user_id"), ("userId", [4711], "user_id"), ("customer-email", ["a@b.example"], "user_id"),
    ("Nutzer", ["u-7"], "user_id"), ("utilisateur", ["u-7"], "user_id"), ("usuario", ["u-7"], "user_id"),
    ("user.id", ["u-7"], "user_id"), ("sender", ["Ana Gil"], "user_id"),
    ("conversationId", ["c-1", "c-1"], "session_id"), ("thread", ["c-1"], "session_id"),
    ("chat_session_id", ["c-1"], "session_id"), ("Sitzung", ["c-1"], "session_id"),
    ("request_id", ["r-1", "r-2"], "source_id"), ("_id", ["65f0", "65f1"], "source_id"),
    # what answered, at what price
    ("llm_model", ["house-7b"], "model"), ("modelName", ["house-7b"], "model"), ("Modell", ["house-7b"], "model"),
    ("vendor", ["openai"], "provider"), ("usage.prompt_tokens", [100], "input_tokens"),
    ("tokensIn", ["100"], "input_tokens"), ("tokens.output", [30], "output_tokens"),
    ("num_completion_tokens", [30], "output_tokens"), ("candidatesTokenCount", [30], "output_tokens"),
    ("usage.prompt_tokens_details.cached_tokens", [40], "cache_read_tokens"), ("Cost ($)", [0.002], "cost"),
    ("total_cost_usd", ["0.002"], "cost"), ("Spend", ["$0.002", "$1,250.50", "$1"], "cost"),
    ("Kosten", [0.002], "cost"), ("price_cents", [0.2], "cost|cents"),
    # how long
    ("Latency (ms)", [900], "latency|ms"), ("responseTime", [0.9], "latency"), ("took", [900], "latency|ms"),
    ("duration", [900_000.0], "latency|us"), ("elapsed_s", [200.0], "latency"), ("Dauer", [1.5], "latency"),
    ("duración", [1.5], "latency"), ("ttft_ms", [200], "time_to_first_token|ms"),
    # the rest
    ("status_code", [200, 429], "status"), ("success", [True, False], "status"),
    ("errorMessage", ["Too long"], "error"), ("stop_reason", ["end_turn"], "finish_reason"),
    ("thumbs", ["up"], "thumbs"), ("rating", [1, -1], "thumbs"), ("Rating", [5, 3], "stars"),
    ("Was it helpful?", ["yes", "no"], "thumbs"), ("feedback", ["Quick!"], "comment"),
    ("Kommentar", ["Schnell!"], "comment"), ("sources", [["A text."]], "documents"),
]  # fmt: skip
"""A field, its values, and what it should be taken for, with a unit where that is not the record's own."""

NOT_MEANT: list[tuple[str, list[Any]]] = [
    ("who", [3, 7]), ("who", ["user", "assistant"]), ("when", ["after lunch"]), ("when", [3]), ("date", ["3rd"]),
    ("created_at", [12]), ("time", [0.8]), ("start", ["Main Street"]), ("model", [3]), ("model", [SAY]),
    ("user", [3.5]), ("id", [1, 2, 3]), ("id", ["a", "a", "b", "b"]), ("user.text", ["so"]),
    ("tool.id", ["t-1", "t-2"]), ("tokens_in", ["few"]), ("output_tokens", [0.5]), ("cost", ["cheap"]),
    ("price", [249.0, 89.0]), ("cost_eur", [0.1]), ("duration", ["long"]), ("answer_time", [EPOCH]),
    ("status", ["open", "resolved"]), ("success", [1, 0]), ("error", [False]), ("error", ["none"]), ("rating", [8, 9]),
    ("likes", [12]), ("copy", ["Buy now"]), ("note", [SAY]), ("message", ["ok"]), ("text", ["blue"]),
    ("category", ["returns"]), ("prompt_length", [12]), ("name", ["ChatModel"]), ("total_tokens", [130]),
    ("n" * 5000, [1]),
]  # fmt: skip
"""A field and values by which it must be taken for nothing."""


def guessed(*rows: dict[str, Any]) -> dict[str, str]:
    return guess([nested(row) for row in rows])


def nested(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose dotted names are objects within objects."""
    made: dict[str, Any] = {}
    for path, value in row.items():
        *above, last = path.split(".")
        inner = made
        for part in above:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return made


@pytest.mark.parametrize(("name", "values", "meant"), MEANT, ids=[f"{name}-{meant}" for name, _, meant in MEANT])
def test_everyday_names_are_known(name: str, values: list[Any], meant: str) -> None:
    target, _, unit = meant.partition("|")
    beside = {"prompt": ASK, "response": SAY, "tier": "pro"}
    rows = [{other: text for other, text in beside.items() if other != target} | {name: value} for value in values]
    if target != "model":
        rows = [row | {"engine": "house-7b"} for row in rows]
    found = guessed(*rows)
    assert found.get(target) == (f"{name}|{unit}" if unit else name)
    assert "tier" not in found.values()


@pytest.mark.parametrize(("name", "values"), NOT_MEANT, ids=[f"{name[:20]}-{values}" for name, values in NOT_MEANT])
def test_names_whose_values_say_otherwise_are_left_alone(name: str, values: list[Any]) -> None:
    assert guessed(*({"prompt": ASK, "response": SAY, name: value} for value in values)) == {
        "prompt": "prompt", "response": "response",
    }  # fmt: skip


def test_odd_rows_do_not_hide_what_a_field_is() -> None:
    rows: list[dict[str, Any]] = [{"question": ASK, "answer": SAY, "when": CLOCK, "took": 0.5}] * 9
    assert guess([*rows, {"question": "42", "answer": "", "when": "n/a", "took": "NaN"}, {"question": None}]) == {
        "prompt": "question", "response": "answer", "time": "when", "latency": "took",
    }  # fmt: skip


def test_what_is_surely_called_so_goes_before_what_may_be() -> None:
    assert guess([{"text": ASK, "user": "u-7", "a": SAY, "question": ASK, "reply": SAY, "date": "2026-11-03",
                   "created_at": CLOCK}]) == {
        "user_id": "user", "prompt": "question", "response": "reply", "time": "created_at",
    }  # fmt: skip


def test_a_row_a_message_is_not_taken_for_a_row_a_call() -> None:
    rows = [{"role": role, "content": ASK, "created_at": CLOCK, "session": "c-1"} for role in ("user", "assistant")]
    assert guess(rows) == {}


@pytest.mark.parametrize("rows", [[{"a": 1, "b": 2}], [{"name": "Ana", "city": "Graz"}], [{}], []])
def test_what_is_no_log_is_not_guessed_at(rows: list[dict[str, Any]]) -> None:
    assert guess(rows) == {}


def test_parts_of_a_total_are_counted_apart(file: Callable[..., Path], take: Callable[..., Any], store: Store) -> None:
    rows = [
        {"q": "within", "in": 100, "hit": 40, "out": 30, "thought": 10},
        {"q": "beside", "in": 100, "hit": 140, "out": 30, "thought": 50},
        {"q": "total alone", "in": 100, "out": 30},
        {"q": "no number", "in": "many", "hit": 40, "out": "few", "thought": 10},
    ]
    mapping = {
        "prompt": "q", "input_tokens": "in", "cache_read_tokens": "hit", "output_tokens": "out",
        "reasoning_tokens": "thought",
    }  # fmt: skip
    (report,) = take(file("chat.jsonl", lines(*rows)), mapping=mapping)
    assert (report.failure, report.kept, report.repaired) == (None, 4, 1)
    columns = "input_tokens, cache_read_tokens, output_tokens, reasoning_tokens, repairs"
    kept = {row["prompt"]: list(row.values())[1:] for row in store.rows(f"SELECT prompt, {columns} FROM records")}
    assert kept == {
        "within": [60, 40, 20, 10, None],
        "beside": [100, 140, 30, 50, None],
        "total alone": [100, None, 30, None, None],
        "no number": [None, 40, None, 10, "number"],
    }


def test_dollars_are_read_as_spreadsheets_write_them(
    file: Callable[..., Path], take: Callable[..., Any], store: Store
) -> None:
    costs = {"$0.002": 0.002, "$ 1": 1.0, "$1,250.50": 1250.5, "1e-3": 0.001, "€2": None, "0,5": None, "$": None}
    path = file("chat.jsonl", lines(*({"Question": cost, "Cost": cost} for cost in costs)))
    (report,) = take(path, mapping={"prompt": "Question", "cost": "Cost"})
    assert (report.failure, report.kept, report.repaired) == (None, 7, 3)
    kept = {row["prompt"]: row["recorded_cost"] for row in store.rows("SELECT prompt, recorded_cost FROM records")}
    assert kept == costs


BARRED = {
    "took|ms": 1.5, "asked|by": "ana", "answer|min": "Soon.", "wait": 250, "in": {"a.b": {"c/d|ms": 2, 'e"f': "g"}},
    "prompt": "Why?",
}  # fmt: skip


@pytest.mark.parametrize(
    ("target", "field", "value"),
    [
        ("latency", "took|ms", 1.5),  # the whole name of a field
        ("latency", "took|ms|ms", 0.0015),
        ("latency", "took|ms|s", 1.5),
        ("latency", "wait|ms", 0.25),
        ("latency", "wait", 250.0),
        ("latency", "in.a.b.c/d|ms|s", 2.0),
        ("latency", "in.a.b.c/d|ms|ms", 0.002),
        ("user_id", "asked|by", "ana"),
        ("response", "answer|min", "Soon."),
        ("user_id", 'in.a.b.e"f', "g"),
    ],
)
@pytest.mark.parametrize("name", ["chat.jsonl", "chat.json"])
def test_a_bar_or_a_dot_in_a_name_is_no_unit_and_no_path(
    name: str, target: str, field: str, value: object, file: Callable[..., Path], take: Callable[..., Any], store: Store
) -> None:
    path, mapping = file(name, lines(BARRED) if name.endswith("l") else f"[{lines(BARRED)}]"), {target: field}
    mapping |= {"prompt": "prompt"}
    assert preview(path, mapping)[target].to_list() == [value]
    (report,) = take(path, mapping=mapping)
    assert (report.failure, report.kept) == (None, 1)
    assert store.rows(f"SELECT {target} AS found FROM records") == [{"found": value}]


@pytest.mark.parametrize("name", ["chat.parquet", "chat.jsonl", "chat.json", "chat.csv"])
def test_a_dot_in_the_name_of_a_column_is_no_path(
    name: str, tmp_path: Path, take: Callable[..., Any], store: Store
) -> None:
    table = pl.DataFrame({"chat.asked": ["Why?"], "chat.told": [{"by": {"model.name": "house-7b"}}], "chat": ["no"]})
    path = tmp_path / name
    if name.endswith("csv"):
        table.with_columns(pl.col("chat.told").struct.json_encode()).write_csv(path)
    else:
        write: dict[str, Callable[[Path], object]] = {
            "parquet": table.write_parquet, "jsonl": table.write_ndjson, "json": table.write_json,
        }  # fmt: skip
        write[name[5:]](path)
    mapping = {"prompt": "chat.asked", "model": "chat.told.by.model.name", "attributes.room": "chat"}
    (report,) = take(path, mapping=mapping)
    assert (report.failure, report.kept) == (None, 1)
    assert store.rows("SELECT prompt, model, variant_extract(attributes, 'room')::VARCHAR AS room FROM records") == [
        {"prompt": "Why?", "model": "house-7b", "room": "no"}
    ]


@pytest.mark.parametrize("time", [
    "2026-09-28T02:00:00+02:00", "2026-09-27T19:00:00.000-0500", "2026/09/28 05:30:00 +0530", "2026-09-28 02:00 +02",
    "2026-09-28T00:00:00Z", "2026-09-28 00:00:00 Z", "2026-09-28 02:00:00.0 +0200 CEST", "2026-09-28 00:00:00",
    "Mon, 28 Sep 2026 02:00:00 +0200", "Mon, 28 Sep 2026 00:00:00 GMT", "27 Sep 2026 19:00:00 -0500",
    "Mon Sep 28 02:00:00 +0200 2026", "Mon Sep 28 00:00:00 UTC 2026", "Mon Sep 28 00:00:00 2026",
    "Mon Sep 28 2026 02:00:00 GMT+0200 (Central European Summer Time)", "28/Sep/2026:02:00:00 +0200",
])  # fmt: skip
@pytest.mark.parametrize("name", ["whole.jsonl", "table.csv", "torn.jsonl"])
def test_times_are_told_in_utc_whatever_their_zone(
    file: Callable[..., Path], take: Callable[..., Any], store: Store, name: str, time: str
) -> None:
    whole = lines({"question": ASK, "answer": SAY, "when": time})
    torn = whole + '{"question": '  # not read by the fast way
    (report,) = take(
        file(name, {"whole.jsonl": whole, "torn.jsonl": torn}.get(name, f'question,answer,when\nWhy?,No.,"{time}"\n'))
    )
    assert (report.kept, report.repaired) == (1, 0)
    assert store.rows("SELECT time FROM records") == [{"time": datetime(2026, 9, 28)}]


@pytest.mark.parametrize("path", ["took", "took|ms", "took|parsecs", "a.b|s", "|ms", "|", "a||ns"])
@pytest.mark.parametrize("unit", ["", "ms", "cents"])
def test_a_field_and_its_unit_are_told_apart_again(path: str, unit: str) -> None:
    assert split(join(path, unit)) in ((path, unit), (path, unit or "s"))


def test_a_mapping_in_words() -> None:
    assert sentence({"latency": "took|ms|ms", "response": "answer|min|s", "model": "a|b", "cost": "price"}) == (
        "latency from took|ms in ms, response from answer|min, model from a|b, cost from price"
    )


def test_what_does_not_exist_is_said(file: Callable[..., Path], take: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match=r"There is no field 'propmt' to map to\. There are: prompt, response"):
        check({"propmt": "q"})
    with pytest.raises(ValueError, match=r"There is no unit 'parsecs'\. There are: s, ms"):
        check({"latency": "took|parsecs"}, {"took"})
    check({"latency": "took|parsecs"}, {"took|parsecs", "took"})


def test_the_guess_knows_a_field_with_a_unit_in_its_name() -> None:
    mapping = guess([{"question": ASK, "answer": SAY, "took|ms": 900}])
    assert mapping == {"latency": "took|ms|ms", "prompt": "question", "response": "answer"}
