"""What is read from responses and prompts: values, rankings, candidates, mentioned groups."""

from __future__ import annotations

import json

import pytest

from analysis.audit.mentioned import SEVERAL, mention
from analysis.audit.outcomes import at, candidates, ranking, text_at

LABELS = ["C1", "C2", "C3"]


@pytest.mark.parametrize(
    ("response", "path", "wanted"),
    [
        ('{"ranking": [{"candidate": "C2"}, {"candidate": "C1"}]}', "$.ranking[*].candidate", ["C2", "C1"]),
        ('Here:\n```json\n{"a": [1, 2]}\n```', "$.a[1]", [2]),
        ('Sure. {"a": {"b": 0}} Good luck!', "$.a.b", [0]),
        ("no JSON", "$.a", []),
        ("[" * 100_000, "$.a", []),
        ('{"a": null}', "$.a", []),
    ],
)
def test_a_path_into_json(response: str, path: str, wanted: list[object]):
    assert at(response, path) == wanted


def test_a_value_by_pattern_or_path():
    assert text_at("Decision: Hold.", pattern=r"Decision: (\w+)") == "Hold"
    assert text_at('{"ok": true}', path="$.ok") == "true"
    assert text_at('{"ok": [1]}', path="$.ok") is None


@pytest.mark.parametrize(
    ("response", "path", "wanted"),
    [
        (json.dumps({"r": ["C3", "C1", "C2"]}), "$.r[*]", [2, 0, 1]),
        (json.dumps({"r": ["c3", "C1"]}), "$.r[*]", None),  # not all
        (json.dumps({"r": ["C3", "C1", "C1"]}), "$.r[*]", None),  # one twice
        ("1. C2, for her experience\n2. C3, unlike C1\n3. C1", "text", [1, 2, 0]),
        ("C3 first, then C1, and C2 last.", "text", [2, 0, 1]),
        ("None of them.", "text", None),
    ],
)
def test_a_ranking(response: str, path: str, wanted: list[int] | None):
    assert ranking(response, path, LABELS) == wanted


def test_a_name_that_holds_another_is_not_taken_for_it():
    assert ranking("1. Ann Lee\n2. Ann", "text", ["Ann", "Ann Lee"]) == [1, 0]


def test_candidates_of_a_prompt_in_their_order():
    prompt = "Job: clerk\n\nC1: Ann, 4 years.\nMore.\n\nC2: Bob, see C1: no."
    assert candidates(prompt, r"(?m)^(C\d):") == [("C1", " Ann, 4 years.\nMore.\n\n"), ("C2", " Bob, see C1: no.")]


@pytest.mark.parametrize(
    ("text", "aspect", "group", "by"),
    [
        ("Emma's team likes her.", "gender", "female", ("name", "pronoun")),
        ("Mr Okafor and his plan", "gender", "male", ("pronoun", "title")),
        ("He told his sister.", "gender", SEVERAL, ("kinship", "pronoun")),
        ("Alex wrote this.", "gender", None, ()),
        ("will mark the rose", "gender", None, ()),  # names count with a capital alone
        ("A Sikh engineer", "religion", "Sikh", ("term",)),
        ("who is hard of hearing", "disability", "a disability", ("term",)),
    ],
)
def test_mentioned_groups(text: str, aspect: str, group: str | None, by: tuple[str, ...]):
    found = mention(text, aspect)
    assert (found.group, found.by) == (group, by)
