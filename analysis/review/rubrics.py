"""Rubrics: what reviewers are asked of an item, and whether what they answer fits."""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import yaml

from analysis.review.agreement import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CHOICE, SCALE, TEXT, SPAN, CORRECTION = KINDS = ("choice", "scale", "text", "span", "correction")
"""One of several options; a whole number; words; places in the texts; the response as it should have been."""

FIELDS = ("prompt", "response", "messages", "documents")
"""Texts that a span can lie in."""

Answers = dict[str, Any]

_COMMA = re.compile(r"^([-+]?\d+),(\d{1,2})$")


class RubricError(ValueError):
    """A rubric that can't be read; the message says what is wrong with which question."""


class AnswersError(ValueError):
    """Answers that do not fit their rubric; `problems` names each question and what is wrong with its answer."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(f"{name}: {problem}" for name, problem in problems.items()))


@dataclass(frozen=True)
class Question:
    """One question of a rubric.

    Parameters
    ----------
    name : str
        What its answers are called wherever they are counted.
    kind : str
        One of :data:`KINDS`.
    options : tuple of str
        Of a choice.
    low, high : int
        The ends of a scale.
    when : tuple or None
        The name of an earlier question, and the answer to it with which alone this one is asked.
    level : str
        What the answers are, for agreement: "nominal", "ordinal" or "interval".
    help : str
        A sentence beside it, for reviewers.
    """

    name: str
    title: str
    kind: str = CHOICE
    options: tuple[str, ...] = ()
    low: int = 1
    high: int = 5
    required: bool = True
    when: tuple[str, str] | None = None
    level: str = "nominal"
    help: str = ""

    def asked(self, answers: Mapping[str, Any]) -> bool:
        """Whether it is asked after these answers."""
        return self.when is None or answers.get(self.when[0]) == self.when[1]

    def problem(self, answer: object) -> str | None:
        """Say why an answer does not fit, None where it does."""
        if self.kind == CHOICE:
            return None if answer in self.options else f"{answer!r} is none of {', '.join(self.options)}."
        if self.kind == SCALE:
            whole = isinstance(answer, int) and not isinstance(answer, bool) and self.low <= answer <= self.high
            return None if whole else f"{answer!r} is no whole number from {self.low} to {self.high}."
        if self.kind == SPAN:
            fits = isinstance(answer, list) and all(_is_span(one) for one in answer)
            return None if fits else "A span names a field, its first character, and the one after its last."
        return None if isinstance(answer, str) else f"{answer!r} is no text."


@dataclass(frozen=True)
class Rubric:
    """A rubric: its name, its heading and its questions in order.

    Raises
    ------
    RubricError
        If a question can't be asked.
    """

    name: str
    title: str
    questions: tuple[Question, ...]

    def __post_init__(self) -> None:
        known: dict[str, Question] = {}
        if not self.questions:
            raise RubricError(f"The rubric {self.name} asks nothing.")
        for question in self.questions:
            wrong = _wrong(question, known)
            if wrong:
                raise RubricError(f"{self.name}, question {question.name!r}: {wrong}")
            known[question.name] = question

    def question(self, name: str) -> Question:
        """The question of this name.

        Raises
        ------
        KeyError
            If there is none.
        """
        for question in self.questions:
            if question.name == name:
                return question
        raise KeyError(f"The rubric {self.name} has no question {name!r}.")

    def fitting(self, answers: Mapping[str, Any], *, part: bool = False) -> Answers:
        """Check answers; gives those to the questions that are asked, without the empty ones.

        Parameters
        ----------
        part : bool
            Whether they may be to some of the questions alone.

        Raises
        ------
        AnswersError
            If one does not fit, or one that is required is missing.
        """
        kept: Answers = {}
        names = {question.name for question in self.questions}
        problems = {name: "There is no such question." for name in answers if name not in names}
        for question in self.questions:
            answer = answers.get(question.name)
            if not question.asked(kept):
                continue
            if answer is None or answer == "" or answer == []:
                if question.required and not part:
                    problems[question.name] = "An answer is needed."
            elif problem := question.problem(answer):
                problems[question.name] = problem
            else:
                kept[question.name] = answer
        if problems:
            raise AnswersError(problems)
        return kept

    def as_json(self) -> dict[str, Any]:
        """Give the form in which it is kept; what a question leaves as usual is left out."""
        usual = asdict(Question("", ""))
        shown = [
            {name: _plain(value) for name, value in asdict(question).items() if value != usual.get(name)}
            for question in self.questions
        ]
        return {"name": self.name, "title": self.title, "questions": shown}

    def to_yaml(self) -> str:
        """Write it as people edit it."""
        return yaml.safe_dump(self.as_json(), sort_keys=False, allow_unicode=True)


def read(body: object) -> Rubric:
    """Read a rubric from the form in which it is kept.

    Raises
    ------
    RubricError
        If it has another form.
    """
    if not isinstance(body, dict) or not isinstance(body.get("questions"), list) or not body.get("name"):
        raise RubricError("A rubric has a name, a title and a list of questions.")
    try:
        questions = tuple(Question(**_typed(question)) for question in body["questions"])
    except (TypeError, ValueError) as error:
        raise RubricError(f"{body['name']}: a question can't be read: {error}.") from error
    return Rubric(str(body["name"]), str(body.get("title") or body["name"]), questions)


def from_yaml(text: str) -> Rubric:
    """Read a rubric from YAML or JSON.

    Raises
    ------
    RubricError
        If it is neither, or no rubric.
    """
    try:
        return read(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise RubricError(f"The rubric is no YAML: {error}") from error


def as_numbers(options: Iterable[str]) -> dict[str, float] | None:
    """Give the value of each option, where all are numbers in words, also with a comma as in 2,5; else None."""
    try:
        found = {option: float(_COMMA.sub(r"\1.\2", option)) for option in options}
    except ValueError:
        return None
    return found if all(map(math.isfinite, found.values())) else None


def _wrong(question: Question, known: Mapping[str, Question]) -> str | None:
    if not question.name or not question.name.isidentifier():
        return "Name it in letters, digits and underscores."
    if question.name in known:
        return "There are two of this name."
    if question.kind not in KINDS:
        return f"There is no kind {question.kind!r}. Use one of {', '.join(KINDS)}."
    if question.level not in LEVELS:
        return f"There is no level {question.level!r}. Use one of {', '.join(LEVELS)}."
    if question.kind == CHOICE and not 2 <= len(question.options) == len(set(question.options)):
        return "A choice needs two options or more, each another."
    if question.kind == SCALE and question.low >= question.high:
        return "A scale goes from a lower to a higher number."
    return _wrong_condition(question, known)


def _wrong_condition(question: Question, known: Mapping[str, Question]) -> str | None:
    if question.when is None:
        return None
    name, answer = question.when
    if name not in known:
        return f"It hangs on {name!r}, which is not asked before it."
    fits = known[name].problem(answer) is None
    return None if fits else f"It hangs on an answer {answer!r} that {name} does not have."


def _is_span(span: object) -> bool:
    if not isinstance(span, dict) or span.get("field") not in FIELDS:
        return False
    start, end = span.get("start"), span.get("end")
    return isinstance(start, int) and isinstance(end, int) and 0 <= start < end


def _typed(question: object) -> dict[str, Any]:
    if not isinstance(question, dict):
        raise ValueError(f"{question!r} is none")
    lists = {name: tuple(map(_word, question[name])) for name in ("options", "when") if question.get(name)}
    numbers = {name: int(question[name]) for name in ("low", "high") if name in question}
    return question | lists | numbers


def _word(value: object) -> str:
    # YAML takes a bare yes or no for true or false
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
