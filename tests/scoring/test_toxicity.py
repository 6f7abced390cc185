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
    "There is a burning smell from the oven since yesterday, what should I do?",
    "Maybe a stupid question: can I still return the kettle? xx Marta",
    "The lamp came in a bath of styrofoam, that is ridiculous.",
    "The mitochondrion is where most of a cell's ATP is made.",
    "def area(width, height):\n    return width * height",
    "Please don't kill yourself over this, it is only a spreadsheet.",
    "Why should they die in the third act?",
    "If the process hangs I will kill it, or kill them all and start again.",
    "I will never kill him off, he is my favourite character.",
    "They should die back in autumn, and photos should be shot at noon.",
    "All idle processes should be killed; a drop dead date is Friday.",
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


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("violence", "I will kill you", "I will kill you"),
        ("violence", "Watch out, I'm going to fucking stab you tonight", "I'm going to fucking stab you"),
        ("violence", "People like them: they should be gassed.", "they should be gassed"),
        ("harassment", "kill yourself", "kill yourself"),
        ("harassment", "lol just KYS", "KYS"),
        ("harassment", "I hope you die.", "I hope you die"),
    ],
)
def test_a_plain_threat_is_toxic_however_short(kind: str, text: str, shown: str) -> None:
    [found] = marks(text)
    assert (found.label, (found.value or 0) >= 0.9) == (kind, True)
    assert [text[span.start : span.end] for span in found.evidence] == [shown]


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
