"""What a user did next: which turn that is, what it says of the answer, and that later imports change it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.ingest.run import undo
from analysis.scoring.plan import coverage
from analysis.scoring.run import score
from analysis.scoring.scorers.implicit_feedback import SCORERS
from tests.ingest.conftest import lines, run_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from analysis.store import Store

BY_NAME = {scorer.name: scorer for scorer in SCORERS}
START = datetime(2026, 5, 4, 9)


def marked(name: str, **columns: Any) -> tuple[float | None, str | None]:
    scorer = BY_NAME[name]
    (mark,) = scorer.score(pl.DataFrame([columns], schema=dict.fromkeys(scorer.reads)))
    return mark.value, mark.label


@pytest.mark.parametrize(
    ("prompt", "following", "label"),
    [
        ("How do I return my kettle?", "I'd like to return the kettle, how?", "repeats"),
        ("Wie kann ich die Bestellung stornieren?", "Bestellung stornieren, wie geht das?", "repeats"),
        ("请问怎么退货呢", "怎么退货", "repeats"),
        ("Where is my parcel?", "No, I meant the second parcel.", "corrects"),
        ("wann kommt das Geld", "das war nicht meine Frage", "corrects"),
        ("How do I return my kettle?", "And what does the blender cost?", None),
        ("Where is order 4711 shipped from?", "Where is order 4712 shipped from?", None),
        ("thank you for the kettle", "thank you so much for the kettle!", None),
        ("Job: baker\n\nAnn Lee, Ghent, bread and cake", "Job: baker\n\nBob Lee, Ghent, bread and cake", None),
    ],
)
def test_rephrased_questions(prompt: str, following: str, label: str | None) -> None:
    value, found = marked("user_rephrased", prompt=prompt, next_prompt=following, goes_on=True)
    assert found == label
    assert value is not None
    assert (value >= 0.6) == (label is not None)


def test_the_same_message_again_is_regenerated_and_not_rephrased() -> None:
    again = {"prompt": "What is  LTV?", "next_prompt": "what is ltv?", "goes_on": True}
    assert marked("user_regenerated", **again) == (1.0, None)
    assert marked("user_rephrased", **again) == (0.0, None)
    assert marked("user_regenerated", **again | {"next_prompt": "And CAC?"}) == (0.0, None)


@pytest.mark.parametrize(
    "prompt",
    [
        "Can I talk to a real person?", "please connect me with someone from support", "agent. AGENT. HUMAN!!",
        "I want a human being, not a bot", "Ich möchte mit einem Menschen sprechen.", "quiero hablar con una persona",
        "Je voudrais parler à un conseiller", "Kan ik een mens spreken aub", "Vorrei parlare con un operatore",
        "mensch bitte",
    ],
)  # fmt: skip
def test_asking_for_a_person(prompt: str) -> None:
    (mark,) = BY_NAME["user_escalated"].score(pl.DataFrame({"prompt": [prompt]}))
    assert mark.value == 1.0
    (span,) = mark.evidence
    assert (span.field, span.kind) == ("prompt", "asks-for-a-person")
    assert prompt[span.start : span.end].strip()


@pytest.mark.parametrize(
    "prompt",
    [
        "How do agents in Rust differ from a person writing it?", "Can you speak to the quality of this essay?",
        "Write a dialogue with a human resources manager", "Do I need a real estate agent?", "thanks",
    ],
)  # fmt: skip
def test_speaking_of_persons_is_not_asking_for_one(prompt: str) -> None:
    assert marked("user_escalated", prompt=prompt) == (0.0, None)


def test_leaving_is_not_saying_goodbye() -> None:
    assert marked("user_left", prompt="It still does not work", goes_on=False) == (1.0, None)
    assert marked("user_left", prompt="It still does not work", goes_on=True) == (0.0, None)
    assert marked("user_left", prompt="perfect, thank you!", goes_on=False) == (0.0, None)


@given(st.text(max_size=300), st.one_of(st.none(), st.text(max_size=300)), st.sampled_from([True, False, None]))
def test_any_text_gets_a_value_between_0_and_1_or_none(
    prompt: str, following: str | None, goes_on: bool | None
) -> None:
    columns = {"prompt": prompt, "next_prompt": following, "goes_on": goes_on}
    for scorer in SCORERS:
        (mark,) = scorer.score(pl.DataFrame([columns], schema=dict.fromkeys(columns)).select(scorer.reads))
        assert mark.value is None or 0 <= mark.value <= 1
        for span in mark.evidence:
            assert 0 <= span.start < span.end <= len(prompt)


def said(minute: float, prompt: str, session: str = "a", **more: Any) -> dict[str, Any]:
    time = START + timedelta(minutes=minute)
    return {"time": time, "session_id": session, "prompt": prompt, "response": f"to {prompt}"} | more


def values(store: Store, name: str) -> dict[str, float | None]:
    rows = store.rows(
        "SELECT r.prompt, m.value FROM current_marks m JOIN records r ON r.id = m.record_id WHERE m.name = $name",
        {"name": name},
    )
    return {row["prompt"]: row["value"] for row in rows}


def test_the_next_turn_is_the_next_trace_of_the_same_feature(store: Store, add_records: Callable[..., Any]) -> None:
    add_records(
        said(0, "plan", trace_id="1"), said(0.1, "draft", trace_id="1"), said(1, "shorter", trace_id="2"),
        said(1.5, "summarise for staff", trace_id="3", feature="handover"),
        said(40, "back again", trace_id="4"), said(0, "alone", session="b"), said(120, "late", session="c"),
    )  # fmt: skip
    score(store, SCORERS)
    left = values(store, "user_left")
    # The planner's call answers nobody. "shorter" is followed after more than half an hour: another conversation.
    assert left == {
        "plan": None,
        "draft": 0.0,
        "shorter": 1.0,
        "summarise for staff": 1.0,
        "back again": 1.0,
        "alone": 1.0,
    }
    assert coverage(store, SCORERS)["user_left"].__dict__ == {"eligible": 6, "marked": 6}


def test_tool_calls_and_records_without_conversation_are_not_answers(
    store: Store, add_records: Callable[..., Any]
) -> None:
    add_records(
        said(0, "look it up", tool_calls="[]"), said(0, "no session", session_id=None), said(90, "end", session="z")
    )
    score(store, SCORERS)
    assert values(store, "user_left") == {}


def run(number: int, minute: int, prompt: str, session: str) -> dict[str, Any]:
    time = START + timedelta(minutes=minute)
    return run_of(
        number,
        start_time=time.isoformat(),
        end_time=time.isoformat(),
        extra={"metadata": {"session_id": session}},
        inputs={"messages": [{"role": "user", "content": prompt}]},
    )


def test_a_later_import_brings_the_next_turn_and_its_undoing_takes_it_away(
    store: Store, file: Callable[..., Path], take: Callable[..., Any]
) -> None:
    first = [run(1, 0, "How do I descale it?", "a"), run(2, 5, "Hello", "b"), run(3, 600, "The end", "c")]
    take(file("first", lines(*first)))
    score(store, SCORERS)
    assert values(store, "user_rephrased") == {"How do I descale it?": 0.0, "Hello": 0.0}
    (second,) = take(file("second", lines(run(4, 2, "I meant the grinder", "a"))))
    assert values(store, "user_rephrased") == {"Hello": 0.0}
    assert score(store, [BY_NAME["user_rephrased"]]).records == 2
    assert values(store, "user_rephrased") == {"How do I descale it?": 1.0, "Hello": 0.0, "I meant the grinder": 0.0}
    undo(store, second.id)
    score(store, SCORERS)
    assert values(store, "user_rephrased") == {"How do I descale it?": 0.0, "Hello": 0.0}
