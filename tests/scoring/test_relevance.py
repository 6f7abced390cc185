"""Relevance: whether an answer shares the words of its question."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.scoring.scorer import UNMEASURED, Mark, Span
from analysis.scoring.scorers.relevance import SCORERS, relevance

(RELEVANCE,) = SCORERS
QUESTION = "How long does the warranty of the Atlas drill last?"
OFF_TOPIC = "Bananas ripen faster in paper bags, because ethylene gas stays inside with them."


def of(*rows: tuple[str | None, str | None]) -> list[Mark]:
    frame = pl.DataFrame(rows, schema={"prompt": pl.String, "response": pl.String}, orient="row")
    return list(RELEVANCE.score(frame))


def test_by_hand() -> None:
    # Content words of the question: long, warranty, Atlas, drill, last. The answer has warranty, drill and lasts.
    [mark] = of((QUESTION, "The drill's warranty lasts three years from purchase, batteries excluded."))
    assert mark == Mark(0.6)


def test_of_a_long_question_ten_words_are_enough() -> None:
    question = "alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november"
    answer = "alpha bravo charlie delta echo foxtrot golf hotel india juliett"
    assert of((question, answer), (question, answer[:30] + " some words that nobody has asked for")) == [
        Mark(1.0),
        Mark(0.5),
    ]


def test_off_topic() -> None:
    [mark] = of((QUESTION, OFF_TOPIC))
    assert mark == Mark(0.0)
    assert RELEVANCE.flags_from == 0.0


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (
            "How do I calculate shipping costs?",
            "The calculation of a shipped parcel depends on weight, size and country.",
        ),
        (
            "Wie lange gilt die Garantie der Bohrmaschine?",
            "Für Bohrmaschinen gilt eine Garantie von drei Jahren ab Kauf.",
        ),
        ("保修期有多长时间？", "本产品的保修期为三年，自购买之日起计算。"),
        ("Write code for palindrome checks", "def isPalindrome(s): return reversed string equals given argument there"),
    ],
)
def test_forms_of_a_word_are_shared(question: str, answer: str) -> None:
    [mark] = of((question, answer))
    assert mark.value


def test_plain_reasons_for_nothing() -> None:
    assert of((QUESTION, ""), (QUESTION, " \n")) == [Mark(0.0, "empty")] * 2
    for text in ("N/A", " null ", "Error.", "undefined", "[]", "Hello! How can I help you today?", "Lorem ipsum dolor"):
        assert of((QUESTION, text)) == [Mark(0.0, "boilerplate", (Span("response", 0, len(text), "boilerplate"),))]
    assert of((QUESTION, QUESTION.upper())) == [Mark(0.0, "echo", (Span("response", 0, len(QUESTION), "echo"),))]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (None, OFF_TOPIC),
        (QUESTION, None),
        (None, None),
        ("And why?", OFF_TOPIC),
        ("", ""),
        ("Who painted the Mona Lisa?", "Leonardo da Vinci."),
        ("Translate into Italian: the warranty has ended", "La garanzia è terminata, purtroppo, da parecchi mesi."),
        (QUESTION, "Гарантия на этот инструмент действует три года после покупки товара."),
    ],
)
def test_unmeasured_where_words_cannot_tell(question: str | None, answer: str | None) -> None:
    assert of((question, answer)) == [UNMEASURED]


def test_a_short_answer_that_repeats_the_question_is_no_echo() -> None:
    [mark] = of(
        ("Did the Facebook corporation change its name?", "No, the Facebook corporation did not change its name.")
    )
    assert mark.label is None


def test_only_the_ends_of_a_very_long_question_are_read() -> None:
    question = "alpha bravo charlie " + "filler " * 100_000 + "delta echo foxtrot"
    [mark] = of((question, "alpha bravo charlie delta echo foxtrot"))
    assert mark.value is not None
    assert mark.value >= 6 / 9  # the six, "filler", and a piece of it at each cut


TEXT = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from(" \n.?aAbB12人")))


@given(TEXT, TEXT)
@settings(max_examples=300)
def test_any_text(prompt: str, response: str) -> None:
    for mark in of((prompt, response), (response, prompt)):
        assert mark.value is None or 0 <= mark.value <= 1
        assert all(0 <= span.start < span.end <= max(len(prompt), len(response)) for span in mark.evidence)


@pytest.mark.parametrize(
    "piece", ["a", "a ", "n/a ", "lorem ipsum ", "how can i help ", "人", "\ud800", "!", "translat"]
)
def test_long_texts(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    mark = relevance(QUESTION + text, text)  # a frame cannot hold half a character: the function is asked
    assert mark.value is None or 0 <= mark.value <= 1
