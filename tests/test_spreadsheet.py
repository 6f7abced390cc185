"""A spreadsheet runs nothing that a log says."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.spreadsheet import to_csv


def read(frame: pl.DataFrame) -> list[list[str]]:
    return list(csv.reader(io.StringIO(to_csv(frame).decode("utf-8-sig"))))


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1+1", "-2+3+cmd|' /C calc'!A0"]
)
def test_a_formula_becomes_text(text: str):
    assert read(pl.DataFrame({"a": [text]}))[1] == ["'" + text]


def test_names_of_columns_are_guarded_too():
    assert read(pl.DataFrame({"=HYPERLINK(1)": ["x"]}))[0] == ["'=HYPERLINK(1)"]


def test_numbers_and_plain_text_stay():
    frame = pl.DataFrame({"n": [-1.5, 2.0], "t": ['a, "b"\nc', None], "l": [["=x"], []]})
    assert read(frame) == [["n", "t", "l"], ["-1.5", 'a, "b"\nc', '["=x"]'], ["2.0", "", "[]"]]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00")), min_size=1))
def test_no_text_begins_as_a_formula(texts: list[str]):
    for row in read(pl.DataFrame({"a": texts}))[1:]:
        assert not "".join(row).lstrip(" ").startswith(("=", "+", "-", "@"))
