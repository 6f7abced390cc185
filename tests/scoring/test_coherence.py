"""Coherence and readability of answers."""

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.scoring.scorer import UNMEASURED, Mark, Scorer
from analysis.scoring.scorers.coherence import FLAGS_FROM, SCORERS, coherence, readability, syllables

COHERENCE, READABILITY = SCORERS
GOOD = (
    "The warranty lasts three years. It covers the motor, and the housing as well. Batteries are excluded:\n\n"
    "1. Keep the receipt.\n2. Fill in the form.\n3. Send both to us.\n\n"
    "| part | years |\n|---|---|\n| motor | 3 |\n| housing | 2 |\n\n"
    "```python\nprint('warranty')\n```\n\nWe answer within two days."
)


def of(*texts: str | None, scorer: Scorer = COHERENCE) -> list[Mark]:
    return list(scorer.score(pl.DataFrame({"response": texts}, schema={"response": pl.String})))


def faults(text: str) -> list[tuple[str, str]]:
    [mark] = of(text)
    for span in mark.evidence:
        assert span.field == "response"
        assert 0 <= span.start < span.end <= len(text)
    return [(span.kind, text[span.start : span.end]) for span in mark.evidence]


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "Paris",
        "Yes",
        "The answer is A",
        "That is what the lever on the left is for",
        "Three years, from the day of purchase on",
        "- apples\n- pears\n- plums",
        "Dear Ms Miller,\n\nthank you for your letter. We will answer it soon.\n\nKind regards\nThe Team",
        "Read it now. It is worth your while.\n\n#Reading #Books",
        "You find all of it on our pages. Look here: https://example.com/a/b",
        "1. One.\n2. Two.\n\nAgain:\n\n1. One more.\n2. Two more.",
        "1. All.\n1. Numbered.\n1. One.",
        "## Ingredients\n1. Flour.\n2. Salt.\n## Steps\n4. Later.\n5. Last.",
        "| a | b |\n|---|---|\n| x \\| y | 2 |",
        '{"a": [1, 2]}',
        "Row, row, row your boat, gently down the stream. Merrily, merrily, merrily, merrily, life is but a dream.",
        "这是一个回答。它说明了保修期为三年。",
    ],
)
def test_good_answers_have_no_fault(text: str) -> None:
    assert of(text) == [Mark(1.0)]


@pytest.mark.parametrize("text", [None, "", " \n"])
def test_nothing_to_measure(text: str | None) -> None:
    assert of(text) == [UNMEASURED]
    assert of(text, scorer=READABILITY) == [UNMEASURED]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The warranty lasts long. It covers the motor, and it covers the", "It covers the motor, and it covers the"),
        ("The warranty lasts three years. It covers the motor. Batteries are exclu", "Batteries are exclu"),
        ("It is long. It is wide. There are three parts that it has,", "There are three parts that it has,"),
        ("The parts are these:", "The parts are these:"),
        ("The steps are:\n1. Open it.\n2. Close it.\n3.", "3."),
        ("The steps are:\n\n- **Open** it.\n- **", "- **"),
        ("Code:\n\n```python\nprint(1)\n", "```python\nprint(1)"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n| 3", "| 3"),
        ("- It opens the door.\n- It shuts the door.\n- It makes the door", "It makes the door"),
    ],
)  # fmt: skip
def test_answers_that_break_off(text: str, shown: str) -> None:
    assert faults(text) == [("truncated", shown)]
    assert of(text)[0].value == 0.5


def test_repeated_sentences() -> None:
    twice = "The warranty lasts for three whole years. Batteries are excluded from it. "
    text = twice + "The warranty lasts for three whole years."
    assert faults(text) == [("repetition", "The warranty lasts for three whole years.")]
    assert of(text)[0].value == pytest.approx(1 - 1.5 * 41 / len(text), abs=1e-4)


def test_a_loop_at_the_end_is_flagged_however_long_the_answer() -> None:
    start = " ".join(f"Number {word} is a good one to take." for word in ("one", "two", "three", "four"))
    text = f"{start * 5} I see. I see. I see."
    mark = of(text)[0]
    assert mark.value is not None
    assert mark.value <= 0.5
    assert faults(text)[-2:] == [("repetition", "I see.")] * 2


def test_a_loop_within_a_sentence() -> None:
    text = "We went out and then we went home and then " + "we went home and then " * 10 + "we slept."
    [(kind, shown)] = faults(text)
    assert kind == "repetition"
    assert len(shown) > 0.6 * len(text)
    assert of(text)[0].value == pytest.approx(max(0, 1 - 1.5 * len(shown) / len(text)), abs=1e-4)


def test_broken_structure() -> None:
    assert faults("| a | b |\n|---|---|\n| 1 |\n| 3 | 4 |") == [("broken-structure", "| 1 |")]
    assert faults("1. One.\n2. Two.\n4. Four.") == [("broken-structure", "4. ")]
    assert faults("```\n| a | b |\n| 1 |\n1. a\n3. b\n```\n\nThat is it.") == []
    assert of("1. One.\n2. Two.\n4. Four.")[0].value == 0.7


def test_damage_lowers_the_value_of_a_good_answer() -> None:
    cut = GOOD[: GOOD.index(" as well")]
    for damaged in (cut, GOOD + GOOD, GOOD.replace("```\n\n", ""), GOOD.replace("2. Fill in the form.\n", "")):
        value = of(damaged)[0].value
        assert value is not None
        assert value <= FLAGS_FROM


def test_the_published_flesch_score() -> None:
    # 24 syllables, 13 words, 37.5: the example of Wikipedia's article on Flesch's tests.
    platypus = "The Australian platypus is seemingly a hybrid of a mammal and reptilian creature."
    assert of(" ".join([platypus] * 3), scorer=READABILITY) == [Mark(37.5)]
    # 6 syllables, 6 words: 116, beyond the scale.
    assert of("The cat sat on the mat. " * 6, scorer=READABILITY) == [Mark(100.0)]


@pytest.mark.parametrize(
    "text",
    [
        "The cat sat on the mat.",
        "Der Hund läuft schnell durch den großen Wald. " * 8,
        "人人生而自由，在尊严和权利上一律平等。" * 9,
    ],
)
def test_readability_is_for_english_from_thirty_words_on(text: str) -> None:
    assert of(text, scorer=READABILITY) == [UNMEASURED]


def test_code_and_tables_are_not_read() -> None:
    english = "The cat sat on the mat, and it was a happy one for it. " * 4
    code = "```\nsupercalifragilistic = extraordinary_implementation()\n```\n| incomprehensibility | institutionality |"
    assert of(f"{english}\n{code}", scorer=READABILITY) == of(english, scorer=READABILITY)


@pytest.mark.parametrize(
    ("word", "count"),
    [("make", 1), ("makes", 1), ("making", 2), ("walked", 1), ("wanted", 2), ("table", 2), ("whole", 1), ("boxes", 2),
     ("houses", 2), ("changes", 2), ("people", 2), ("beautiful", 3), ("readability", 5), ("free", 1), ("the", 1),
     ("rhythm", 1), ("hmm", 1), ("watches", 2), ("tables", 2), ("while", 1)],
)  # fmt: skip
def test_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


TEXT = st.text(
    st.one_of(st.characters(exclude_categories=()), st.sampled_from("\n\n  .!?:|`-*1234aAbB,#")), max_size=300
)


@given(
    st.one_of(TEXT, st.lists(st.sampled_from(["I see. ", "a b c d e f g ", "1. x\n", "|a|\n", "```\n"])).map("".join))
)
@settings(max_examples=400)
def test_any_text(text: str) -> None:
    # A frame cannot hold half a character: the functions are asked that it calls for each record.
    mark, ease = coherence(text), readability(text)
    assert mark.value is None or 0 <= mark.value <= 1
    assert ease.value is None or 0 <= ease.value <= 100
    assert all(0 <= span.start < span.end <= len(text) for span in mark.evidence)


@pytest.mark.parametrize(
    "piece", ["a ", "a. ", "|", "| a ", "```\n", "1. ", "1. a\n", "*", "人", "the same words again and ", "\n"]
)
def test_long_texts(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    for mark in (coherence(text), readability(text)):
        assert mark.value is None or mark.value >= 0
    assert not re.search("truncated", str(coherence(text)))  # of so long a text only the beginning is read
