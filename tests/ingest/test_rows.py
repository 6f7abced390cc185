"""Whatever bytes a row is made of, it is read, mended in a way that is named, or refused with a plain word."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.ingest.clean import RowError, read_row
from analysis.ingest.normalise import REPAIRS
from analysis.ingest.split import objects

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(st.dictionaries(st.text(min_size=1), JSON, min_size=1, max_size=4), min_size=1, max_size=6),
    size=st.integers(1, 60),
    indent=st.sampled_from([None, 2]),
    depth=st.sampled_from([0, 1, 2]),
)
def test_objects_are_found_however_they_are_cut(
    rows: list[dict[str, Any]], size: int, indent: int | None, depth: int
) -> None:
    text = {
        0: "\n".join(json.dumps(row, indent=indent) for row in rows),
        1: json.dumps(rows, indent=indent),
        2: json.dumps({"before": [{"no": 1}], "rows": rows, "after": {"no": [2]}}, indent=indent),
    }[depth].encode()
    chunks = iter([text[start : start + size] for start in range(0, len(text), size)])
    found = [orjson.loads(body) for _, body in objects(chunks, depth, "rows" if depth == 2 else None)]
    assert found == rows


@settings(max_examples=300)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode) | JSON.map(lambda v: json.dumps(v).encode()))
def test_any_bytes_become_an_object_or_a_word(raw: bytes) -> None:
    try:
        row, _ = read_row(raw)
    except RowError as error:
        outcome: object = error.reason
    else:
        outcome = row
        assert isinstance(row, dict)
    assert outcome


def test_a_comma_too_many_is_taken_out() -> None:
    assert read_row(b'{"a": [1, 2,], "b": "x,}",}') == ({"a": [1, 2], "b": "x,}"}, "comma")


@pytest.mark.parametrize(
    ("raw", "row", "mended"),
    [
        (b'{"a":"\xff"}', {"a": "ÿ"}, "encoding"),
        (b'{"\xe9":"\x93quoted\x94"}', {"é": "“quoted”"}, "encoding"),
        (b'{"a":"\xed\xa0\x80"}', {"a": "í\xa0€"}, "encoding"),
        (b'\xef\xbb\xbf{"a":1}', {"a": 1}, "control"),
        (b'{\0"a"\x0b:"b\x1fc"}', {"a": "bc"}, "control"),
        (b'{"a":"x\ty\nz"}', {"a": "x\ty\nz"}, "control"),
        (b'{"a":[NaN,-Infinity,Infinity],"b":"NaN, ]"}', {"a": [None, None, None], "b": "NaN, ]"}, "nan"),
        (rb'{"a":"\ud800","b":"\udc00\ud83d","c":"\ud83d\ude00"}', {"a": "?", "b": "??", "c": "😀"}, "surrogate"),
        (rb'{"a":"\\ud800\\","b":[1 , ]}', {"a": r"\ud800" + "\\", "b": [1]}, "comma"),
        (b'{"a":"\xff\0\\ud800",}', {"a": "ÿ?"}, "encoding,control,surrogate,comma"),
    ],
)
def test_each_fault_is_mended_and_named(raw: bytes, row: dict[str, Any], mended: str) -> None:
    found, named = read_row(raw)
    assert found == row
    assert set(named.split(",")) == set(mended.split(","))


@pytest.mark.parametrize(
    ("raw", "reason", "column"),
    [
        (b"", "an empty row", 1),
        (b"\0\0", "an empty row", 1),
        (b"\xff", "not JSON: unexpected character, expected a JSON value", 1),
        (b'{"a":1}\xff', "not JSON: unexpected content after document", 8),
        ('{"é":"ü", "b":x}'.encode(), "not JSON: unexpected character, expected a JSON value", 15),
        ('{"é":"ü", "b":x}'.encode("cp1252"), "not JSON: unexpected character, expected a JSON value", 15),
        (b'{"a":"\0", "b":NaN, "c":[1,], "d":01}', "not JSON: number with leading zero is not allowed", 34),
        (b'{"a":1,\n"b":[\n tru]}', "not JSON: invalid literal, expected 'true' (in line 3 of the row)", 2),
        (b'{"a":1e999}', "a number too large to be read", 6),
        (b'{"a":"b', "not JSON: unexpected end of data", 8),
        (b"[1,NaN]", "a list, where a JSON object was expected", 1),
    ],
)
def test_what_is_refused_says_why_and_where(raw: bytes, reason: str, column: int) -> None:
    with pytest.raises(RowError) as refused:
        read_row(raw)
    assert (refused.value.reason, refused.value.column) == (reason, column)


FRAGMENTS = st.sampled_from(
    [b"{", b"}", b"[", b"]", b",", b":", b'"', b'"a"', b"1", b"NaN", b"-Infinity", b"\\", b"\\ud800", b"\\udc00",
     b"\\u12", b"\0", b"\t", b"\n", b" ", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", "é".encode(), b"1e999",
     b"tru"]
)  # fmt: skip


@settings(max_examples=1000)
@given(st.lists(FRAGMENTS, max_size=30).map(b"".join), st.booleans())
def test_whatever_is_wrong_with_a_row_the_word_is_plain(middle: bytes, whole: bool) -> None:
    raw = b'{"a":"' + middle + b'"}' if whole else middle
    row, mended, refused = read(raw)
    if refused is None:
        assert orjson.loads(orjson.dumps(row)) == row
        assert set(filter(None, mended.split(","))) <= REPAIRS.keys()
    else:
        assert not any(word in refused.reason for word in ("surrogate", "UTF-8", "recursion", "double", "control char"))
        assert refused.column is None or 1 <= refused.column <= len(raw) + 1


def read(raw: bytes) -> tuple[dict[str, Any], str, RowError | None]:
    """What comes of a row, whichever way it goes."""
    try:
        return *read_row(raw), None
    except RowError as error:
        return {}, "", error


@settings(max_examples=200)
@given(st.dictionaries(st.text(min_size=1), JSON, min_size=1, max_size=4), st.data())
def test_a_stray_byte_in_a_text_never_costs_the_row(row: dict[str, Any], data: st.DataObject) -> None:
    text = orjson.dumps({"text": "<>"} | row | {"text": "<>"})
    byte = bytes([data.draw(st.integers(0x80, 0xFF))])
    found, mended = read_row(text.replace(b'"<>"', b'"<' + byte + b'>"', 1))
    assert "encoding" in mended
    assert found.keys() >= {"text"}


@pytest.mark.parametrize("depth", [900, 1100, 100_000])
@pytest.mark.parametrize("signs", [(b"[", b"]"), (b'{"a":', b"}")], ids=["lists", "objects"])
@pytest.mark.parametrize("end", [b"}", b",}", b"", b"\xff}"], ids=["sound", "comma", "cut", "stray byte"])
def test_deep_nesting_is_refused(depth: int, signs: tuple[bytes, bytes], end: bytes) -> None:
    opened, closed = signs
    with pytest.raises(RowError) as refused:
        read_row(b'{"x":' + opened * depth + b"1" + closed * depth + end)
    assert refused.value.reason == "nested too deeply" or (depth == 900 and end in (b"", b"\xff}"))


SIZE = (16 << 20) - 64


@pytest.mark.parametrize(
    ("begin", "unit", "end"),
    [
        (b'{"a":', b"[", b""), (b'{"a":', b'{"a":', b""), (b"{", b'"', b""), (b'{"a":"', b"\\", b""),
        (b'{"a":"', b"\\\"", b""), (b'{"a":1,} "', b"\\\"", b""), (b'{"a":[1,],"b":"', b"\\\"", b""),
        (b'{"a":"', b"\\ud800", b'"}'), (b'{"a":"\\ud800"', b',"\\', b"}"), (b'{"a":NaN', b", ", b"}"),
        (b'{"a":[1,],"b":[', b"NaN,", b"1]}"), (b'{"a":[', b"1,", b"]}"), (b'{"a":"', b"\xff", b'",}'),
        (b"", b"\0", b""), (b'{"a":[1', b" ", b",],}x"), (b'{"a":NaN', b"-", b"}"), (b'{"a":NaN,"b":"', b"\t", b""),
    ],
)  # fmt: skip
def test_a_hostile_row_of_sixteen_megabytes_is_read_or_refused_in_passing(
    begin: bytes, unit: bytes, end: bytes
) -> None:
    _, mended, refused = read(begin + unit * ((SIZE - len(begin + end)) // len(unit)) + end)
    assert mended or refused


def test_a_large_row_with_one_fault_is_mended() -> None:
    texts = ["It is on its way to you." * 40] * 10_000
    row, mended = read_row(orjson.dumps({"a": texts})[:-1] + b',"b":NaN,}')
    assert (row["a"], row["b"], mended) == (texts, None, "nan,comma")
