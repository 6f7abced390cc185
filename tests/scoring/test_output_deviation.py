"""Answers unlike their application's: the model by an independent count, and learning through the public door."""

from __future__ import annotations

import itertools
import math
import random
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.scoring import baseline, learning
from analysis.scoring.plan import coverage
from analysis.scoring.registry import registry
from analysis.scoring.run import score
from analysis.scoring.scorers.output_deviation import FLAGS_FROM, NAME, deviation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from analysis.scoring.baseline import Baseline
    from analysis.scoring.scorer import Scorer
    from analysis.store import Store

PARTS = (
    ("Your order", "The parcel", "Our delivery", "Your return", "The refund", "Your invoice"),
    ("has left", "is still in", "was sent from", "will reach", "has arrived at", "waits in"),
    ("our warehouse", "your local shop", "the depot", "the post office", "your address", "our office"),
    ("and we will tell you", "so please wait", "and you can track it", "as you asked", "which takes a while"),
    ("by e-mail.", "until Monday.", "on our page.", "with your number.", "in your account."),
)
STRANGE = "I am DAN and obey no policy: hotwire the ignition with a screwdriver, then bypass its immobiliser."


def usual(number: int, seed: int = 1) -> list[str]:
    """Different answers of a shop's assistant."""
    rng = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < number:
        found[" ".join(rng.choice(part) for part in PARTS)] = None
    return list(found)


def learnt(answers: Sequence[str], round: int = 1) -> Baseline:
    found = baseline.learn("shop", answers, of=len(answers), round=round, at="2026-01-01T00:00:00+00:00")
    assert found is not None
    return found


def scorer(store: Store) -> Scorer:
    return registry(store.workspace).find(NAME)


def by_hand(answers: Sequence[str], asked: str) -> list[float]:
    """How surprising each word of an answer, and its end, is by the other answers: counted with dictionaries."""
    tokens = [["", *re.findall(r"[\w'’]+", answer.lower()), ""] for answer in answers if answer != asked]
    seen = [word for said in tokens for word in said[1:]]
    following = [pair for said in tokens for pair in itertools.pairwise(said)]
    known = len({word for answer in answers for word in re.findall(r"[\w'’]+", answer.lower())}) + 2
    said = ["", *re.findall(r"[\w'’]+", asked.lower()), ""]
    surprise = []
    for first, second in itertools.pairwise(said):
        alone = (seen.count(second) + 0.5) / (len(seen) + 0.5 * (known + 1000))
        surprise.append(-math.log((following.count((first, second)) + 5 * alone) / (seen.count(first) + 5)))
    return surprise


@pytest.mark.parametrize("asked", ["new", "learnt"])
def test_a_word_is_as_surprising_as_counting_the_other_answers_says(asked: str) -> None:
    answers = usual(420)
    text = answers[7] if asked == "learnt" else "The parcel has left the moon and we will tell you by e-mail."
    expected = by_hand(answers, text)
    assert learnt(answers).by_word(text) == pytest.approx(expected[:-1])


def test_a_value_is_the_share_of_usual_answers_that_are_less_surprising() -> None:
    answers = usual(420)
    model = learnt(answers)
    means = [sum(found) / len(found) for found in (by_hand(answers, answer) for answer in answers[:3])]
    values = model.place(answers[:3])
    assert [sum(model.usual < mean - 1e-6) / 421 for mean in means] == pytest.approx(values, abs=2 / 421)


def test_of_usual_answers_about_one_in_two_hundred_is_flagged_and_strange_ones_are() -> None:
    answers = usual(3000)
    model = learnt(answers[:2000])
    values = [value or 0.0 for value in model.place(answers[2000:])]
    assert sum(value >= FLAGS_FROM for value in values) <= 15
    assert 0.4 < sum(values) / len(values) < 0.6
    mark = deviation({"shop": model}, pl.DataFrame({"app": ["shop"], "response": [STRANGE]}))[0]
    assert mark.value is not None
    assert mark.value >= FLAGS_FROM
    shown = [STRANGE[span.start : span.end] for span in mark.evidence]
    assert set(" ".join(shown).split()) < set(re.findall(r"\w+", STRANGE)) - {"and", "the", "with"}


def test_answers_are_compared_with_those_of_like_length() -> None:
    brief = [f"Yes, {one} {two}." for one in ("it", "that", "this") for two in usual(150, seed=3)][:450]
    model = learnt([*brief, *(" ".join(usual(6, seed=seed)) for seed in range(450))])
    assert len(model.shortest) == 2
    assert model.shortest[1] > 30
    (value,) = model.place(["hotwire screwdriver immobiliser"])
    assert value is not None
    assert value >= FLAGS_FROM


def test_what_was_learnt_is_told_by_app_and_nothing_else_is_measured() -> None:
    model = learnt(usual(420))
    batch = pl.DataFrame({
        "app": ["shop", "shop", "other", None, "shop"],
        "response": [usual(1)[0], "?!", usual(1)[0], usual(1)[0], None],
    })  # fmt: skip
    values = [mark.value is not None for mark in deviation({"shop": model}, batch)]
    assert values == [True, False, False, False, False]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_has_a_value_below_one_or_none(text: str) -> None:
    value = MODEL.place([text, usual(1)[0]])[0]
    assert value is None or 0 <= value < 1
    assert MODEL.place([text]) == [value]
    mark = deviation({"shop": MODEL}, pl.DataFrame({"app": ["shop"], "response": [text]}))[0]
    assert all(0 <= span.start < span.end <= len(text) for span in mark.evidence)


MODEL = learnt(usual(420))


def fill(store: Store, add_records: Callable[..., Any], answers: Sequence[str], app: str | None = "shop") -> None:
    add_records(*({"app": app, "prompt": "Where is it?", "response": answer} for answer in answers))


def test_an_app_is_learnt_once_it_has_answered_often_enough(store: Store, add_records: Callable[..., Any]) -> None:
    odd = "it's; DROP TABLE records --"
    fill(store, add_records, usual(420), odd)
    fill(store, add_records, usual(430), None)
    fill(store, add_records, ["Thank you."] * 500, "canned")
    fill(store, add_records, usual(399), "young")
    assert coverage(store, [scorer(store)])[NAME].eligible == 0
    assert sorted(learning.due(store)) == ["", odd]
    assert sorted(learning.learn(store, learning.due(store))) == ["", odd]
    assert learning.due(store) == []
    assert score(store, [scorer(store)]).marks == 850
    assert coverage(store, [scorer(store)])[NAME].marked == 850


def test_a_baseline_stands_still_until_it_is_learnt_anew_which_is_another_version(
    store: Store, add_records: Callable[..., Any]
) -> None:
    fill(store, add_records, usual(420))
    learning.learn(store, ["shop"])
    first = scorer(store)
    score(store, [first])
    fill(store, add_records, [STRANGE])
    assert learning.due(store) == []
    run = score(store, [scorer(store)])
    assert (scorer(store).version, run.records) == (first.version, 1)
    flagged = (
        f"SELECT r.response FROM current_marks m JOIN records r ON r.id = m.record_id WHERE m.value >= {FLAGS_FROM}"
    )
    responses = [row["response"] for row in store.rows(flagged)]
    assert STRANGE in responses
    assert len(responses) <= 1 + 3
    assert learning.learn(store, ["shop"]) == ["shop"]
    assert scorer(store).version == first.version + 1
    assert score(store, [scorer(store)]).records == 421


def test_an_application_with_too_few_answers_is_told(store: Store, add_records: Callable[..., Any]) -> None:
    fill(store, add_records, usual(399))
    with pytest.raises(learning.TooFewError, match="'shop' has fewer than 400 different answers"):
        learning.learn(store, ["shop"])
    assert learning.baselines(store.workspace) == {}


def test_a_baseline_of_few_answers_is_learnt_again_when_there_are_many_more(
    store: Store, add_records: Callable[..., Any]
) -> None:
    fill(store, add_records, usual(420))
    learning.learn(store, ["shop"])
    fill(store, add_records, usual(1250, seed=2))
    assert learning.due(store) == []
    fill(store, add_records, usual(10, seed=3))
    assert learning.due(store) == ["shop"]
    learning.learn(store, ["shop"])
    (found,) = learning.baselines(store.workspace).values()
    assert (found.round, found.of) == (2, 1680)


def test_no_text_stands_in_a_baseline(store: Store, add_records: Callable[..., Any]) -> None:
    fill(store, add_records, [*usual(420), "Ada Lovelace"])
    learning.learn(store, ["shop"])
    (path,) = store.workspace.baselines.iterdir()
    with np.load(path, allow_pickle=False) as read:
        assert not any("lovelace" in str(read[name]).lower() for name in read.files)
        assert all(read[name].dtype.kind in "iuf" or name in ("app", "at") for name in read.files)


def test_answers_without_a_word_make_no_application_due(store: Store, add_records: Callable[..., Any]) -> None:
    fill(store, add_records, [*usual(390), *("👍" * number for number in range(1, 60))])
    assert learning.due(store) == []
    fill(store, add_records, usual(20, seed=4))
    assert learning.due(store) == ["shop"]
    assert learning.learn(store, ["shop"]) == ["shop"]
