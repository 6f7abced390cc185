"""Answers that should be JSON: where it was asked for, and what is wrong with them."""

import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.scoring.scorer import UNMEASURED, Mark
from analysis.scoring.scorers.format import asks_for_json, scorer, valid_json

SCORER = scorer()

JSON_MODE = json.dumps({"temperature": 0, "response_format": {"type": "json_object"}})
SCHEMA = {
    "type": "object", "properties": {"city": {"type": "string"}, "people": {"type": "integer"}}, "required": ["city"],
    "additionalProperties": False,
}  # fmt: skip


def of(response: str | None, parameters: object = None, prompt: str | None = None, system: str | None = None) -> Mark:
    given = parameters if parameters is None or isinstance(parameters, str) else json.dumps(parameters)
    schema = dict.fromkeys(("prompt", "system_prompt", "response", "parameters"), pl.String)
    [mark] = SCORER.score(pl.DataFrame([(prompt, system, response, given)], schema=schema, orient="row"))
    return mark


def shown(response: str, mark: Mark) -> list[str]:
    assert all((span.field, span.kind) == ("response", "json-error") for span in mark.evidence)
    return [response[span.start : span.end] for span in mark.evidence]


@pytest.mark.parametrize("response", ['{"a": 1}', "[]", ' \n{"é": "😀", "b": [1.5e3, null, true]}\n', "[1, 2]"])
def test_valid(response: str) -> None:
    assert of(response, JSON_MODE) == Mark(1.0, "valid")


# What JSONTestSuite (Nicolas Seriot, "Parsing JSON is a minefield") calls n_: a parser must reject it.
@pytest.mark.parametrize(
    "response",
    [
        "[1,,2]", "[1,]", '{"a": 1,}', "{'a': 1}", '{"a" "b"}', "[NaN]", "[Infinity]", "[012]", "[1.]", "[.5]", "[+1]",
        '["\t"]', '["a\nb"]', r'["\x00"]', "{a: 1}", '{"a": true} // done', "[1] x", "[True]", "{} {}", '[“a”]',
    ],
)  # fmt: skip
def test_what_a_parser_must_reject(response: str) -> None:
    assert of(response, JSON_MODE).value == 0.0


@pytest.mark.parametrize(
    ("response", "label", "where"),
    [
        ('```json\n{"a": 1}\n```', "fenced", "```json\n"),
        ('Here you are: {"a": 1}', "text around JSON", "Here you are: "),
        ('{"a": 1}\n\nI hope this helps!', "text around JSON", "\n\nI hope this helps!"),
        ('Sure!\n```json\n{"a": 1}\n```\nDone.', "text around JSON", "Sure!\n```json\n"),
        ('{"a": [1, 2', "cut off", "2"),
        ('{"a": "and then', "cut off", "n"),
        ('{"a": tru', "cut off", "u"),
        ('```json\n{"a": [1', "cut off", "1"),
        ("Paris has two million people.", "not JSON", "P"),
        ("See the guide [1].", "not JSON", "S"),
        ('  {"a": 1,}', "not JSON", ","),
        ('{"a": "two\nlines"}', "not JSON", "\n"),
        ("42", "not JSON", "4"),
    ],
)
def test_what_is_wrong_and_where(response: str, label: str, where: str) -> None:
    mark = of(response, JSON_MODE)
    assert (mark.value, mark.label) == (0.0, label)
    assert shown(response, mark) == [where]


@pytest.mark.parametrize(
    "parameters",
    [
        {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "strict": True, "schema": SCHEMA}}},
        {"text": {"format": {"type": "json_schema", "name": "x", "schema": SCHEMA}}},
        {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
        {"generationConfig": {"responseMimeType": "application/json", "responseSchema": SCHEMA}},
        {"format": SCHEMA}, {"extra_body": {"guided_json": SCHEMA}},
    ],
)  # fmt: skip
def test_schemas_as_providers_take_them(parameters: dict[str, Any]) -> None:
    assert of('{"city": "Paris", "people": 2}', parameters) == Mark(1.0, "valid")
    wrong = '{"city": "Paris", "people": "two"}'
    mark = of(wrong, parameters)
    assert mark.label == "does not fit the schema"
    assert shown(wrong, mark) == ['"people"']
    assert of('{"people": 2}', parameters).label == "does not fit the schema"
    assert of('{"city": "Paris", "mayor": "A"}', parameters).label == "does not fit the schema"


@pytest.mark.parametrize(
    "parameters",
    [
        JSON_MODE, {"response_format": "json"}, {"format": "json"},
        {"generation_config": {"response_mime_type": "application/json"}},
        {"config": {"response_format": {"type": "json_object"}}},
    ],
)  # fmt: skip
def test_json_modes(parameters: object) -> None:
    assert of("Hello", parameters).label == "not JSON"


@pytest.mark.parametrize(
    "parameters",
    [
        None, "", "{", "[]", "null", {"response_format": {"type": "text"}}, {"temperature": 0.2},
        {"tools": [{"name": "f", "input_schema": SCHEMA}]}, {"text": {"format": {"type": "text"}}},
        {"response_format": None, "format": ["json"]},
    ],
)  # fmt: skip
def test_where_nothing_was_asked_for_nothing_is_measured(parameters: object) -> None:
    assert of("Hello", parameters, prompt="What is JSON?") == UNMEASURED


@pytest.mark.parametrize(
    "words",
    [
        "Respond in JSON.", "Extract the names as JSON: Ann, Bob", "Return only valid JSON", "Output format: JSON",
        'You are an API. Answer with a JSON object: {"a": 1}', "Return a JSON array of cities", "List them in JSON",
        "How far is the sun? Respond in JSON", "Antworte bitte nur im JSON-Format.", "Réponds au format JSON.",
        "Responde en formato JSON.", "请以JSON格式返回", "JSON形式で出力してください。",
        "Your response must be valid json",
    ],
)  # fmt: skip
def test_words_that_ask(words: str) -> None:
    assert asks_for_json(words)
    assert of("Hello", prompt=words).label == of("Hello", system=words).label == "not JSON"


@pytest.mark.parametrize(
    "words",
    [
        "What is JSON?", "How do I return JSON from Flask?", "Write a function that will return a JSON object",
        "Summarise this JSON: {}", "Why does my endpoint answer with JSON?", "Parse this json", "Hello", "",
    ],
)  # fmt: skip
def test_words_that_speak_of_json(words: str) -> None:
    assert not asks_for_json(words)


def test_schemas_that_cannot_be_used_are_left_aside() -> None:
    for schema in (
        {"type": "nonsense", "properties": {}},
        {"properties": {"a": {"$ref": "https://example.com/elsewhere.json"}}},
        {"$ref": "#"},
        {"properties": {"a": {"pattern": "(a+)+$"}}},
    ):
        assert of(json.dumps({"a": "a" * 5000 + "!"}), {"format": schema}) == Mark(1.0, "valid")


def test_nothing_to_read() -> None:
    assert of(None, JSON_MODE) == of("", JSON_MODE) == of("  ", JSON_MODE) == UNMEASURED


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["type", "properties", "$ref", "items"]), inner)
    ),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(), VALUES)


@given(OBJECTS | st.lists(VALUES))
def test_whatever_json_writes_is_valid(value: object) -> None:
    assert of(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode(), JSON_MODE) == Mark(
        1.0, "valid"
    )


@given(OBJECTS.filter(bool), st.data())
def test_whatever_is_cut_off_is_invalid(value: object, data: st.DataObject) -> None:
    text = json.dumps(value)
    cut = text[: data.draw(st.integers(1, len(text) - 1))]
    mark = of(cut, JSON_MODE)
    assert mark.value == 0.0
    assert mark.label == "cut off"


@given(st.text(st.characters(exclude_categories=())), VALUES, st.sampled_from(["format", "response_format", "schema"]))
def test_any_text_and_any_parameters(text: str, value: object, key: str) -> None:
    for parameters in (text, JSON_MODE, json.dumps({key: value}), json.dumps({"format": {"properties": {"a": value}}})):
        mark = valid_json(text, "Respond in JSON", text, parameters)
        assert mark == valid_json(text, "Respond in JSON", text, parameters)
        assert all(0 <= span.start < span.end <= len(text) for span in mark.evidence)


@pytest.mark.parametrize("piece", ["[", '{"a":', "json ", "```", "return json? ", "{}", "\\", "[[]", '"', "answer "])
def test_long_hostile_text_is_read_to_the_end(piece: str) -> None:
    # Whatever took quadratic time here would take minutes.
    text = piece * (100_000 // len(piece))
    assert valid_json(text, text, text, JSON_MODE).value == 0.0
