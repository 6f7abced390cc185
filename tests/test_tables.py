"""Tables for the terminal."""

from __future__ import annotations

import pytest

from app.tables import cell, clean, table


def test_numbers_stand_to_the_right_and_text_to_the_left():
    assert table(["name", "n"], [["a", 1200], ["bcdef", None]]) == (
        "name       n\n─────  ─────\na      1,200\nbcdef      –"
    )


def test_wide_characters_keep_the_columns_straight():
    lines = table(["word", "n"], [["日本", 1], ["cafe\u0301", 2]]).splitlines()
    assert lines[2:] == ["日本  1", "cafe\u0301  2"]


def test_an_empty_table_has_its_headings():
    assert table(["a", "b"], []) == "a  b\n─  ─"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"), (float("nan"), "–"), (True, "yes"), (12345, "12,345"), (0.1 + 0.2, "0.3"), (3.0, "3"),
        (0.000001234, "1.234e-06"), (1234567.8, "1,234,568"), ("x", "x"),
    ],
)  # fmt: skip
def test_cells(value: object, words: str):
    assert cell(value) == words


def test_a_log_cannot_command_the_terminal():
    assert clean("a\x1b]0;title\x07b\nc\x9bd") == "a ]0;title b c d"
