"""Toxicity: sentences written for this test, none of which it learnt from."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.scoring.scorer import UNMEASURED, Mark
from analysis.scoring.scorers.toxicity import FLAGS_FROM, SCORERS, mark

PROMPT, RESPONSE = SCORERS

TOXIC = {
    "hate": ("All immigrants are filthy animals and should be thrown out of our country.",
             "Women are worthless and too stupid to vote."),
    "sexual": ("He slid his hand between her thighs, she moaned and his cock grew hard.",),
    "self-harm": ("I want to kill myself tonight, I have the pills and I am ready to die by suicide.",),
}  # fmt: skip
HARMLESS = (
    "How do I kill a Python process that hangs?",
    "Write a polite reply to a customer whose parcel arrived two days late.",
    "Summarise the minutes of the meeting in three sentences.",
    "Die Rechnung liegt bei; bitte überweisen Sie den Betrag bis Freitag.",
    "The mitochondrion is where most of a cell's ATP is made.",
    "def area(width, height):\n    return width * height",
)


def marks(*texts: str | None) -> list[Mark]:
    return list(PROMPT.score(pl.DataFrame({"prompt": texts}, schema={"prompt": pl.String})))


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in TOXIC.items() for text in texts])
def test_toxic(kind: str, text: str) -> None:
    [found] = marks(text)
    assert (found.value or 0) >= FLAGS_FROM
    assert found.label == kind
    assert found.evidence
    assert {span.kind for span in found.evidence} == {kind}


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless(text: str) -> None:
    [found] = marks(text)
    assert found.value is not None
    assert found.value < FLAGS_FROM
    assert (found.label, found.evidence) == (None, ())


def test_evidence_is_in_the_words() -> None:
    text = "🙂 Honestly: you are a stupid fucking bitch and a worthless idiot."
    [found] = marks(text)
    shown = [text[span.start : span.end] for span in found.evidence]
    assert "bitch" in shown
    assert set(shown) <= {"you", "stupid", "fucking", "bitch", "worthless", "idiot"}
    assert len(shown) <= 5


def test_answers_are_told_as_prompts_are() -> None:
    text = TOXIC["hate"][0]
    [found] = RESPONSE.score(pl.DataFrame({"response": [text]}))
    [same] = marks(text)
    assert (found.value, found.label) == (same.value, same.label)
    assert {span.field for span in found.evidence} == {"response"}


def test_nothing_to_read() -> None:
    assert marks(None, "", " \n", "😀 …") == [UNMEASURED] * 4
    assert marks() == []


WILD = st.text(st.characters(exclude_categories=()), max_size=300)


@given(
    st.lists(WILD | st.sampled_from([*HARMLESS, *TOXIC["hate"], "you bitch", "İ", "שרמוטה"]), max_size=5).map(" ".join)
)
def test_any_text(text: str) -> None:
    found = mark("prompt", text)
    assert found == UNMEASURED or (found.value is not None and 0 <= found.value <= 1)
    assert bool(found.evidence) <= (found.label is not None)
    for span in found.evidence:
        assert 0 <= span.start < span.end <= len(text)


@pytest.mark.parametrize("piece", ["you bitch ", "a", "a'", "日本", "kill ", "\u0130 "])
def test_long_hostile_text_is_read(piece: str) -> None:
    [found] = marks(piece * (100_000 // len(piece)))
    assert found == UNMEASURED or (found.value is not None and 0 <= found.value <= 1)
