"""Counterfactual pairs: arms that differ in the attribute alone, dealt by a seed, and answers brought back to them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from analysis.audit.counterfactual import NAMES, from_templates, from_texts, results, write

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = "Rate {name}. {Pronoun} {has} ten years; {possessive} team trusts {object}."


def test_arms_differ_in_the_attribute_alone():
    found = from_templates([TEMPLATE], arms=("female", "male", "neutral"), times=12)
    assert len({prompt.pair_id for prompt in found}) == 12
    for pair in {prompt.pair_id for prompt in found}:
        arms = {prompt.arm: prompt for prompt in found if prompt.pair_id == pair}
        assert arms["female"].prompt == f"Rate {arms['female'].name}. She has ten years; her team trusts her."
        assert arms["male"].prompt == f"Rate {arms['male'].name}. He has ten years; his team trusts him."
        assert arms["neutral"].prompt == f"Rate {arms['neutral'].name}. They have ten years; their team trusts them."
        assert NAMES["female"].index(arms["female"].name) == NAMES["male"].index(arms["male"].name)
    assert len({prompt.name for prompt in found if prompt.arm == "female"}) == 12
    assert {prompt.arm for prompt in found[::3]} != {"female"}  # the order of arms is dealt


def test_the_seed_decides():
    assert from_templates([TEMPLATE], seed=3) == from_templates([TEMPLATE], seed=3)
    assert from_templates([TEMPLATE], seed=3) != from_templates([TEMPLATE], seed=4)


def test_two_candidates_are_written_both_ways_round():
    found = from_templates(["{name_1} or {name_2}?"], times=1)
    texts = {prompt.arm: prompt.prompt.removesuffix("?").split(" or ") for prompt in found}
    assert texts["female first"] == texts["male first"][::-1]


@pytest.mark.parametrize("template", ["No slot.", "{nickname} works."])
def test_templates_without_known_slots_are_refused(template: str):
    with pytest.raises(ValueError, match="Template 1"):
        from_templates([template])


def test_texts_are_rewritten_and_those_without_an_attribute_left_out():
    found = from_texts([("a", "Ann sent her plan."), ("b", "The plan is late.")], person={"a": "Ann"})
    assert {prompt.pair_id for prompt in found} == {"a"}
    assert sorted(prompt.prompt for prompt in found) == sorted(
        f"{prompt.name} sent {'her' if prompt.arm == 'female' else 'his'} plan." for prompt in found
    )


def test_answers_find_their_prompts(tmp_path: Path):
    asked, answers = tmp_path / "prompts.jsonl", tmp_path / "answers.csv"
    write(from_templates([TEMPLATE], times=1), asked)
    answers.write_text("pair_id,arm,response,model\nT1-001,female,7,m\nT1-001,male,8,m\nT1-001,male,9,m\n")
    found = results(answers, asked)
    assert [(row["id"], row["response"], row["model"]) for row in found] == [
        ("T1-001/female/1", "7", "m"), ("T1-001/male/1", "8", "m"), ("T1-001/male/2", "9", "m"),
    ]  # fmt: skip
    assert found[0]["prompt"].startswith("Rate ")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"pair_id": "T1-001", "arm": "male"}, "line 1: response is missing"),
        ({"pair_id": "X", "arm": "male", "response": "7"}, "line 1: no prompt was written for pair X"),
    ],
)
def test_answers_that_fit_no_prompt_are_named(tmp_path: Path, line: dict[str, str], words: str):
    asked, answers = tmp_path / "prompts.jsonl", tmp_path / "answers.jsonl"
    write(from_templates([TEMPLATE], times=1), asked)
    answers.write_text(json.dumps(line))
    with pytest.raises(ValueError, match=words):
        results(answers, asked)
