"""Rubrics: what fits them, both ways to YAML, and versions that stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from analysis.review import ready_made
from analysis.review.ready_made import BIAS, QUALITY, READY
from analysis.review.rubrics import AnswersError, Question, Rubric, RubricError, from_yaml, read
from analysis.state import rubrics as kept
from tests.review.queues import YES

if TYPE_CHECKING:
    from analysis.state.database import State


@pytest.mark.parametrize("rubric", READY.values(), ids=lambda rubric: rubric.name)
def test_there_and_back(rubric: Rubric):
    assert read(rubric.as_json()) == from_yaml(rubric.to_yaml()) == rubric


def test_what_is_not_asked_is_dropped_and_the_empty_too():
    assert BIAS.fitting(YES | {"bias": "no", "remark": ""}) == {"bias": "no"}
    assert BIAS.fitting(YES) == YES
    span = [{"field": "response", "start": 0, "end": 4}]
    assert BIAS.fitting(YES | {"bias_span": span})["bias_span"] == span


@pytest.mark.parametrize(
    ("answers", "question", "words"),
    [
        ({}, "bias", "needed"),
        ({"bias": "perhaps"}, "bias", "none of yes, no"),
        (YES | {"severity": 5}, "severity", "from 1 to 4"),
        (YES | {"severity": True}, "severity", "from 1 to 4"),
        ({"bias": "yes", "bias_kind": "other", "severity": 1}, "group", "needed"),
        (YES | {"bias_span": [{"field": "response", "start": 4, "end": 4}]}, "bias_span", "span"),
        ({"bias": "no", "remark": 3}, "remark", "no text"),
        ({"bias": "no", "hurts": 3}, "hurts", "no such question"),
    ],
)
def test_what_does_not_fit_is_said_by_question(answers: dict[str, Any], question: str, words: str):
    with pytest.raises(AnswersError) as refused:
        BIAS.fitting(answers)
    assert list(refused.value.problems) == [question]
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("questions", "words"),
    [
        ((), "asks nothing"),
        ((Question("a b", "A"),), "letters"),
        ((Question("a", "A", options=("x",)),), "two options"),
        ((Question("a", "A", "scale", low=3, high=3),), "higher"),
        ((Question("a", "A", "text"), Question("a", "A", "text")), "two of this name"),
        ((Question("a", "A", "colour"),), "no kind"),
        ((Question("a", "A", "text", when=("b", "x")),), "not asked before"),
        ((Question("b", "B", options=("x", "y")), Question("a", "A", "text", when=("b", "z"))), "does not have"),
    ],
)
def test_a_rubric_that_can_not_be_asked(questions: tuple[Question, ...], words: str):
    with pytest.raises(RubricError, match=words):
        Rubric("mine", "Mine", questions)


def test_a_bare_yes_in_yaml_is_the_word():
    text = "name: x\nquestions: [{name: a, title: A, options: [yes, no]}]"
    assert from_yaml(text).questions[0].options == ("yes", "no")


@pytest.mark.parametrize(
    "text", ["- 1", "{", "name: x", "name: x\nquestions: [{colour: red}]", "name: x\nquestions: [3]"]
)
def test_a_file_that_is_no_rubric(text: str):
    with pytest.raises(RubricError):
        from_yaml(text)


def test_a_change_is_a_new_version_and_the_ready_made_is_the_first(state: State):
    assert ready_made.find(state, "quality")[1].version == 1
    assert ready_made.find(state, "quality")[1].who == "Afterword"
    changed = QUALITY.as_json() | {"title": "Answers"}
    assert kept.save(state, "quality", changed, who="ana").version == 2
    assert kept.save(state, "quality", changed, who="ben").who == "ana"
    assert [ready_made.find(state, "quality", version)[0].title for version in (1, 2, None)] == [
        "Quality", "Answers", "Answers",
    ]  # fmt: skip
    assert [rubric.title for rubric in ready_made.everything(state)] == ["Bias", "Answers", "Safety"]
    with pytest.raises(ValueError, match=r"no rubric colour\. Rubrics: bias, quality, safety"):
        ready_made.find(state, "colour")
