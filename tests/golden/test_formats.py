"""Golden items survive each format as far as it reaches, are valid in it, and what is refused is named by its line."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.golden import formats
from analysis.golden.formats import write
from analysis.golden.item import Item, Source
from analysis.golden.reading import Fault, read_answers, read_items
from tests.golden.items import item

CALL = {"id": "c1", "name": "find", "arguments": {"order": 7}}
WITH_TOOLS = replace(
    item("Where is it?", "At your door."),
    messages=(
        {"role": "user", "content": "Where is it?"},
        {"role": "assistant", "content": "", "tool_calls": [CALL]},
        {"role": "tool", "content": "door", "tool_call_id": "c1"},
    ),
)
CORRECTED = item("Is LOYAL25 valid?", "No.", answer="Yes!", system="Be exact.", documents=("Codes: WELCOME10",))
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), min_size=1, max_size=20).filter(str.strip)
MAYBE = st.none() | TEXTS
SAID = st.fixed_dictionaries({"role": st.just("user"), "content": TEXTS})
ITEMS = st.builds(
    Item,
    messages=st.lists(SAID, min_size=1, max_size=3).map(tuple),
    expected=TEXTS, answer=MAYBE, system=MAYBE, documents=st.lists(TEXTS, max_size=2).map(tuple), conversation=MAYBE,
    user=MAYBE, app=MAYBE, feature=MAYBE, source=st.builds(Source, st.sampled_from(["label", "import"]), name=MAYBE),
)  # fmt: skip


def lines(items: list[Item], format: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in write(items, format).content.splitlines()]


@given(st.lists(ITEMS, max_size=4))
def test_json_lines_hold_all_of_an_item(items: list[Item]):
    assert read_items(write(items, "jsonl").content, "golden.jsonl") == (items, [])


@given(ITEMS)
def test_csv_holds_all_of_an_item(one: Item):
    # an apostrophe before what would be a formula is taken for the guard that it looks like
    (back,), faults = read_items(write([one], "csv").content, "golden.csv")
    if not any(text.startswith("'") for text in (one.expected, one.answer or "", one.system or "", one.prompt)):
        assert (back.expected, back.answer, back.system, back.messages) == (
            one.expected, one.answer, one.system, one.messages,
        )  # fmt: skip
    assert faults == []


def test_csv_runs_nothing_in_a_spreadsheet():
    bad = item("=1+1", '@SUM(A1) "x"', answer="+1\nline")
    (row,) = csv.DictReader(io.StringIO(write([bad], "csv").content.decode("utf-8-sig")))
    assert all(row[name].startswith("'") for name in ("prompt", "expected", "answer"))
    assert read_items(write([bad], "csv").content, "x.csv")[0] == [bad]


def test_openai_has_the_shape_that_it_documents():
    plain, tools = lines([CORRECTED, WITH_TOOLS], "openai")
    assert plain == {
        "messages": [
            {"role": "system", "content": "Be exact."},
            {"role": "user", "content": "Is LOYAL25 valid?"},
            {"role": "assistant", "content": "No."},
        ]
    }
    assert tools["messages"][1]["tool_calls"] == [
        {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"order":7}'}}
    ]
    assert tools["messages"][2] == {"role": "tool", "content": "door", "tool_call_id": "c1"}


def test_anthropic_has_the_shape_that_it_documents():
    twice = replace(CORRECTED, messages=({"role": "user", "content": "Hi."}, *CORRECTED.messages))
    (line,) = lines([twice], "anthropic")
    assert line == {
        "system": "Be exact.",
        "messages": [
            {"role": "user", "content": "Hi.\n\nIs LOYAL25 valid?"},
            {"role": "assistant", "content": "No."},
        ],
    }


def test_preference_pairs_have_the_shape_that_openai_documents():
    written = write([CORRECTED, item("Hello?")], "preference")
    assert [json.loads(line) for line in written.content.splitlines()] == [
        {
            "input": {"messages": [
                {"role": "system", "content": "Be exact."}, {"role": "user", "content": "Is LOYAL25 valid?"},
            ]},
            "preferred_output": [{"role": "assistant", "content": "No."}],
            "non_preferred_output": [{"role": "assistant", "content": "Yes!"}],
        }
    ]  # fmt: skip
    assert (written.n, written.left_out) == (1, {formats.NO_REJECTED: 1})


@pytest.mark.parametrize(
    ("format", "messages", "reason"),
    [
        ("anthropic", WITH_TOOLS.messages, formats.TOOLS),
        ("anthropic", ({"role": "assistant", "content": "Hi"}, {"role": "user", "content": "?"}), formats.NOT_THE_USER),
        ("openai", ({"role": "tool", "content": "door"},), formats.NO_CALL),
        ("openai", ({"role": "narrator", "content": "Once"},), formats.NO_ROLE),
    ],
)
def test_what_a_format_has_no_place_for_is_left_out_and_named(format: str, messages: tuple, reason: str):
    written = write([replace(CORRECTED, messages=messages)], format)
    assert (written.content, written.left_out) == (b"", {reason: 1})


@pytest.mark.parametrize("format", ["openai", "anthropic", "preference"])
def test_fine_tuning_files_come_back_as_the_same_questions(format: str):
    (back,), faults = read_items(write([CORRECTED], format).content, "train.jsonl")
    assert faults == []
    assert (back.id, back.expected, back.source) == (CORRECTED.id, "No.", Source("import", file="train.jsonl"))
    assert back.answer == ("Yes!" if format == "preference" else None)


def test_tools_come_back_from_openai():
    (back,), _ = read_items(write([WITH_TOOLS], "openai").content, "train.jsonl")
    assert back.messages == WITH_TOOLS.messages


def test_every_text_can_be_changed_on_its_way_and_ids_are_not():
    for format in formats.FORMATS:
        written = write([CORRECTED], format, change=lambda text: "*" * len(text))
        assert b"LOYAL" not in written.content
        assert b"WELCOME" not in written.content
        assert b"Yes!" not in written.content
    assert lines([CORRECTED], "jsonl")[0]["id"] == CORRECTED.id


def test_what_is_refused_is_named_by_its_line():
    text = "\n".join([
        '{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}',
        "{nonsense",
        "[1]",
        "",
        '{"messages": [{"role": "user", "content": "a"}]}',
        '{"messages": [{"role": "wizard", "content": "a"}]}',
        '{"messages": [{"role": "assistant", "content": "b"}]}',
        '{"input": {"messages": []}, "preferred_output": [], "non_preferred_output": []}',
        '{"prompt": "a"}',
        '{"prompt": "a", "expected": "b"}',
        '{"source": {"kind": "magic"}, "expected": "b"}',
    ])  # fmt: skip
    items, faults = read_items(text.encode(), "x.jsonl")
    assert len(items) == 2
    assert [fault.line for fault in faults] == [2, 3, 5, 6, 7, 8, 9, 11]
    assert "no JSON" in faults[0].reason
    assert "last message" in faults[2].reason
    assert "message 1 has no role" in faults[3].reason


def test_a_table_of_prompts_and_answers_is_read():
    (one,), faults = read_items(b"question,ideal\nWhat?,That.\n,lost\n", "x.csv")
    assert (one.prompt, one.expected) == ("What?", "That.")
    assert [fault.line for fault in faults] == [3]


@pytest.mark.parametrize(
    "line",
    [
        '{"id": "i", "response": "said"}',
        '{"item": "i", "answer": "said"}',
        '{"custom_id": "i", "response": {"body": {"choices": [{"message": {"content": "said"}}]}}}',
    ],
)
def test_answers_are_read(line: str):
    assert read_answers(line.encode(), "a.jsonl") == ({"i": "said"}, [])


def test_answers_of_a_table_and_lines_that_are_none():
    assert read_answers(b"id,response\ni,said\n", "a.csv") == ({"i": "said"}, [])
    answers, faults = read_answers(b'{"response": "said"}\n{"custom_id": "i", "response": {"error": 1}}', "a.jsonl")
    assert answers == {}
    assert faults == [
        Fault(1, "It is no answer: it needs the item's id and a response."),
        Fault(2, "The batch's response holds no answer."),
    ]


def test_what_is_no_text_is_refused():
    with pytest.raises(ValueError, match=r"no text in UTF-8 \(byte 1\)"):
        read_items(b"a\xff", "x.jsonl")
    with pytest.raises(ValueError, match="Formats: jsonl, openai"):
        write([], "parquet")
