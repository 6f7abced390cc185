"""Specifications: what is wrong in one is named with its line and column, and the form's YAML is read again."""

from __future__ import annotations

from datetime import datetime

import pytest

from analysis.audit.spec_file import SpecError, parse, written

GOOD = """name: screener
filter:
  from: 2026-10-05
  to: 2026-10-31
  where: [feature=shortlist]
outcome: {ranking: "$.ranking[*].candidate"}
groups: {by: attributes.genders, split: ",", only: [female, male]}
reference: male
design: blocks
"""


def test_a_specification_is_read():
    spec = parse(GOOD)
    assert (spec.filter.start, spec.filter.end) == (datetime(2026, 10, 5), datetime(2026, 11, 1))
    assert spec.filter.texts() == ["feature=shortlist"]
    assert (spec.groups.only, spec.groups.split, spec.reference) == (("female", "male"), ",", "male")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("design: blocks", "design: block", "line 9, column 1: design is independent, blocks, pairs"),
        ("design: blocks", "design: independent", "line 6, column 11: a ranking compares candidates within one call"),
        ("design: blocks", "desing: blocks", "line 9, column 1: there is no 'desing'"),
        ("attributes.genders", "gendr", "line 7, column 10: There is no field 'gendr'"),
        ("feature=shortlist", "feature", "line 5, column 3: 'feature' is no condition"),
        ("reference: male", "reference: men", "line 8, column 1: 'men' is none of the groups"),
        ("name: screener", "name: The Screener", "line 1, column 1: a name has small letters"),
        ("name: screener", "name: [", "line 3, column 7: expected"),
        ("{ranking: ", "{read: latency, ranking: ", "line 6, column 1: give one of read, metric, when"),
        ("to: 2026-10-31", "to: soon", "'soon' is no date or time"),
        ("only: [female, male]", "only: female", "line 7, column 46: groups.only is a list"),
        ("reference: male", "reference: male\nname: twice", "line 9, column 1: the key is there twice"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(old: str, new: str, words: str):
    with pytest.raises(SpecError) as error:
        parse(GOOD.replace(old, new), file="a.yaml")
    assert words in str(error.value)
    assert str(error.value).startswith("a.yaml")


@pytest.mark.parametrize("text", ["", "- a", "name: x", "!!python/object/apply:os.system ['true']", "a: &a [*a]"])
def test_what_is_no_specification_is_refused(text: str):
    with pytest.raises(SpecError):
        parse(text)


def test_designs_ask_for_what_they_need():
    pairs = GOOD.replace("design: blocks", "design: pairs").replace(
        'ranking: "$.ranking[*].candidate"', "read: latency"
    )
    with pytest.raises(SpecError, match="pairs need a field"):
        parse(pairs.replace('split: ",", ', ""))


def test_what_the_form_writes_is_read_again():
    text = written({"name": "a", "filter": {"where": ["model=x: y", "text~#1"]}, "outcome": {"when": "status=error"},
                    "groups": {"by": "model"}, "reference": ""})  # fmt: skip
    spec = parse(text)
    assert spec.filter.texts() == ["model=x: y", "text~#1"]
    assert "reference" not in text
