"""Faithfulness: what of an answer the documents support, and where."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.scoring.scorer import UNMEASURED, Mark
from analysis.scoring.scorers import _claims
from analysis.scoring.scorers.faithfulness import FLAGS_FROM, SCORERS, faithfulness

(FAITHFULNESS,) = SCORERS
SCHEMA: dict[str, pl.DataType] = {
    "prompt": pl.String(),
    "response": pl.String(),
    "documents": pl.List(pl.Struct({"id": pl.String, "text": pl.String, "score": pl.Float64})),
}
WARRANTY = (
    "The Atlas drill comes with a warranty of three years. It covers defects of the motor, which Bosch builds in "
    "Stuttgart. The battery holds 2,000 mAh and weighs 0.4 kg. Sales began on March 12, 2024 at 1.2 million units a "
    "year, 12.5 % of them in the United States."
)


def of(*rows: tuple[str | None, str | None, Sequence[str | None] | None]) -> list[Mark]:
    data: list[tuple[Any, ...]] = [
        (prompt, response, None if texts is None else [{"id": None, "text": text, "score": None} for text in texts])
        for prompt, response, texts in rows
    ]
    return list(FAITHFULNESS.score(pl.DataFrame(data, schema=SCHEMA, orient="row")))


def shown(response: str, *texts: str, prompt: str | None = None) -> list[tuple[str, str]]:
    """Give the kinds of the evidence with the text that it points at."""
    [mark] = of((prompt, response, list(texts)))
    found = []
    for span in mark.evidence:
        field, _, number = span.field.partition(".")
        text = texts[int(number)] if field == "documents" else response
        assert 0 <= span.start < span.end <= len(text)
        found.append((span.kind, text[span.start : span.end]))
    return found


def claims(response: str, *texts: str, prompt: str | None = None) -> list[tuple[str, str]]:
    kinds = ("unsupported-number", "unsupported-date", "unsupported-name")
    return [found for found in shown(response, *texts, prompt=prompt) if found[0] in kinds]


@pytest.mark.parametrize(
    "row",
    [
        ("q", "An answer of some words.", None),
        ("q", "An answer of some words.", []),
        ("q", "An answer of some words.", ["", None, " \n"]),
        ("q", None, [WARRANTY]),
        ("q", "", [WARRANTY]),
        ("q", " \n", [WARRANTY]),
        (None, None, None),
    ],
)
def test_never_measured_without_documents_or_answer(row: tuple[str, str, list[str | None]]) -> None:
    assert of(row) == [UNMEASURED]


def test_a_sentence_of_a_document_is_supported_by_it() -> None:
    sentence = "The Atlas drill comes with a warranty of three years."
    [mark] = of((None, sentence, ["Nothing of the kind.", WARRANTY]))
    assert mark.value == 1.0
    assert mark.evidence[1].field == "documents.1"
    assert shown(sentence, "Nothing of the kind.", WARRANTY) == [
        ("supported", sentence),
        ("supports", "Atlas drill comes with a warranty of three years"),
    ]


def test_the_formula_by_hand() -> None:
    # Of (the, warranty), (warranty, lasts), (lasts, two), (two, decades) the document has two; of the content words
    # warranty, lasts, two, decades it has two: (2/4 + 2/4) / 2.
    assert of((None, "The warranty lasts two decades.", ["The warranty lasts."]))[0].value == 0.5
    # Nothing is shared.
    assert of((None, "Bananas grow quickly.", ["The warranty lasts."]))[0].value == 0.0
    # Half the mean by words, (3 * 1 + 3 * 0) / 6, half the least.
    both = "The warranty lasts. Bananas grow quickly."
    assert of((None, both, ["The warranty lasts."]))[0].value == 0.25
    # (the, fee), (fee, is), (euros, monthly) of five pairs; fee, euros, monthly of four words; halved for the number.
    fee = of((None, "The fee is 30 euros monthly.", ["The fee is 20 euros monthly."]))[0].value
    assert fee == pytest.approx((3 / 5 + 3 / 4) / 2 / 2, abs=1e-4)


def test_made_up_answers_score_below_true_ones_and_are_flagged() -> None:
    true, false = of(
        (None, "Bosch builds the motor in Stuttgart. The drill comes with a warranty of three years.", [WARRANTY]),
        (None, "Every purchase includes free shipping. Customers may return items within a month.", [WARRANTY]),
    )
    assert true.value is not None
    assert false.value is not None
    assert false.value <= FLAGS_FROM < true.value


@pytest.mark.parametrize(
    "opening",
    ["Sure, ", "Of course: ", "Hello Ms Miller, ", "If you need a refund, ", "Here is what I found: ", "Ich weiß, "],
)
def test_a_claim_after_a_phrase_counts(opening: str) -> None:
    [mark] = of((None, opening + "bananas grow quickly in the colourful packaging.", [WARRANTY]))
    assert mark.value is not None
    assert mark.value <= FLAGS_FROM


def test_a_sentence_without_support_is_shown() -> None:
    assert shown("Customers love the colourful packaging.", WARRANTY) == [
        ("unsupported-sentence", "Customers love the colourful packaging.")
    ]


@pytest.mark.parametrize(
    "response",
    [
        "I don't know.",
        "I'm sorry, but I cannot find that.",
        "Hello! How can I help you today?",
        "Unfortunately, the documents do not mention the price of the drill.",
        "Which of the two models do you own?",
        "Let me know if you have any further questions.",
        "Here is the code:\n```python\nprint(drill, motor, battery)\n```",
        "## Colourful summary of drills",
        "Leider weiß ich das nicht genau.",
        "Ok.",
    ],
)
def test_what_claims_nothing_does_not_count(response: str) -> None:
    assert of((None, response, [WARRANTY])) == [Mark(label="no claims")]
    supported = "The Atlas drill comes with a warranty of three years."
    assert of((None, f"{supported}\n{response}", [WARRANTY]))[0].value == 1.0


@pytest.mark.parametrize(
    ("stated", "in_document"),
    [
        ("1,200 units", "1200 units"),
        ("1.2k units", "1,200 units"),
        ("1 200 units", "1 200 units"),
        ("1.200 Stück", "1200 Stück"),
        ("1\u202f200 unités", "1200 unités"),
        ("1'200 Stück", "1200 Stück"),
        ("3 years", "three years"),
        ("25 people", "twenty-five people"),
        ("5 million people", "five million people"),
        ("12.5%", "12.5 percent"),
        ("12,5 %", "12.5 %"),
        ("$5 million", "$5,000,000"),
        ("1.2 million users", "1,234,567 users"),
        ("about 1,000 users", "1,020 users"),
        ("48 hours", "2 days"),
        ("1.5 km", "1500 meters"),
        ("2 years", "24 months"),
        ("500 MB", "0.5 GB"),
        ("the 70s", "1970"),
        ("COVID-19", "COVID"),
        ("as said in [7]", "nothing"),
        ("共3人", "有3人"),
    ],
)
def test_numbers_compare_by_value(stated: str, in_document: str) -> None:
    assert claims(f"the report says {stated} in all", f"there were {in_document} in all") == []


@pytest.mark.parametrize(
    ("stated", "in_document", "wrong"),
    [
        ("1,300 units", "1200 units", "1,300"),
        ("1.2k units", "120 units", "1.2k"),
        ("13 %", "12.5 %", "13"),
        ("$5 million", "$5 billion", "5 million"),
        ("5 km", "5 kg", "5"),
        ("48 hours", "3 days", "48"),
        ("30 days", "30 minutes", "30"),
        ("version 2", "version 3", "2"),
        ("1,000 users", "1,020 users", "1,000"),
        ("7 people", "seventy-one people", "7"),
        ("5'9 in height", "5'6 in height", "9"),
    ],
)
def test_other_numbers_are_shown(stated: str, in_document: str, wrong: str) -> None:
    found = claims(f"the report says {stated} in all", f"there were {in_document} in all")
    assert found == [("unsupported-number", wrong)]


@pytest.mark.parametrize(
    "stated",
    ["2024-03-12", "March 12, 2024", "12 March 2024", "12th of March", "12.03.2024", "3/12/2024", "12. März 2024",
     "2024年3月12日", "March 2024", "le 12 mars 2024"],
)  # fmt: skip
def test_dates_compare_by_date(stated: str) -> None:
    assert claims(f"sales of it began on {stated} there", WARRANTY) == []


@pytest.mark.parametrize("stated", ["2024-03-13", "April 12, 2024", "12 March 2023", "13.03.2024", "May 2024"])
def test_other_dates_are_shown(stated: str) -> None:
    assert claims(f"sales of it began on {stated} there", WARRANTY) == [("unsupported-date", stated)]


def test_dates_of_rfc_3339_and_of_iso_8601_are_read() -> None:
    texts = ["1985-04-12T23:20:50.52Z", "1996-12-19T16:39:57-08:00"]
    assert [_claims.dates(text)[0][2] for text in texts] == [
        (_claims.Date(1985, 4, 12),),
        (_claims.Date(1996, 12, 19),),
    ]


@pytest.mark.parametrize(
    "response",
    [
        "the motor is built by Bosch in Stuttgart",
        "the motor is built by Bosch's people",
        "most are sold in the US and in the USA, or the United States",
        "the drills of Atlas are sold by them",
        "Customers like it. Nobody else does.",
        '"Great," they say: Good and cheap.',
        "it is cheap in January",
    ],
)
def test_names_of_the_documents_are_none_of_the_evidence(response: str) -> None:
    assert [found for found in claims(response, WARRANTY + " USA") if found[0] == "unsupported-name"] == []


@pytest.mark.parametrize(
    ("stated", "in_document"),
    [("American", "America"), ("Italians", "Italy's Italian"), ("CNN", "CNNs"), ("GANs", "a GAN"), ("Obama's", "Obama"),
     ("UN", "United Nations"), ("Ökostrom", "ökostrom")],
)  # fmt: skip
def test_forms_of_a_name_are_that_name(stated: str, in_document: str) -> None:
    assert claims(f"this is what the {stated} would say", f"and {in_document} it was") == []


def test_other_names_are_shown_whole() -> None:
    assert claims("the motor is built by Robert Miller in Berlin, not by Bosch", WARRANTY) == [
        ("unsupported-name", "Robert Miller"),
        ("unsupported-name", "Berlin"),
    ]


def test_titles_and_german_nouns_are_no_names() -> None:
    assert claims("Cheap Machines For Every Household", WARRANTY) == []
    assert claims("der Motor wird mit der Maschine in einer Fabrik gebaut und ist nicht teuer", WARRANTY) == []


def test_what_the_question_says_is_given() -> None:
    response = "the offer for Miller is 77 euros until May 5, 2031"
    assert len(claims(response, WARRANTY)) == 3
    assert claims(response, WARRANTY, prompt="I am Miller and offer 77 euros until 5 May 2031. Fine?") == []


def test_a_question_with_documents_pasted_in_supports_the_answer() -> None:
    prompt = WARRANTY * 4
    [mark] = of((prompt, "Bosch builds the motor in Stuttgart.", ["Something else entirely."]))
    assert mark.value is not None
    assert mark.value > FLAGS_FROM
    assert all(span.field == "response" for span in mark.evidence)


def test_an_answer_in_another_language_than_the_documents_is_not_measured() -> None:
    german = "Die Garantie der Bohrmaschine gilt drei Jahre lang, und der Motor wird in Stuttgart gebaut."
    russian = "Гарантия на дрель действует три года, а двигатель собирают в Штутгарте."
    assert of((None, german, [WARRANTY]), (None, russian, [WARRANTY])) == [UNMEASURED] * 2
    assert of((None, german, [german]))[0].value == 1.0


def test_references_do_not_count_as_words() -> None:
    assert of((None, "The battery holds 2,000 mAh [1] and weighs 0.4 kg.[2][3]", [WARRANTY]))[0].value == 1.0


def test_the_place_shown_is_the_shortest_with_most_of_the_words() -> None:
    document = (
        "Motor, motor, motor. "
        + "Other things are told here at length. " * 30
        + "The motor of it hums quietly at night."
    )
    assert shown("The motor hums quietly at night.", document)[-1] == ("supports", "motor of it hums quietly at night")


def test_words_far_apart_support_less_than_words_together() -> None:
    apart = "The motor. " + "Other things are told here. " * 30 + "They hum at night."
    together, scattered = of(
        (None, "The motor hums at night.", ["At night it hums, the motor."]),
        (None, "The motor hums at night.", [apart]),
    )
    assert together.value is not None
    assert scattered.value is not None
    assert together.value > scattered.value


def test_a_place_lies_in_one_document() -> None:
    texts = ["The motor of the drill", "weighs four kilograms"]
    [mark] = of((None, "The motor of the drill weighs four kilograms.", texts))
    assert [span.field for span in mark.evidence if span.kind == "supports"] in (["documents.0"], ["documents.1"])


TEXT = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("\n.,!?-–/$€% 年月日aAbB1290[]’'İΣß")), max_size=200
) | st.sampled_from([WARRANTY, "March 12, 2024", "1,200.50 €", "١٢٣ ۴۵", "²³ ½ Ⅷ", "9" * 400])  # fmt: skip


@given(st.one_of(st.none(), TEXT), TEXT, st.lists(TEXT, max_size=3))
@settings(max_examples=300)
def test_evidence_always_lies_within(prompt: str | None, response: str, texts: list[str]) -> None:
    [mark] = of((prompt, response, list(texts)))
    assert mark.value is None or 0 <= mark.value <= 1
    for span in mark.evidence:
        field, _, number = span.field.partition(".")
        text = texts[int(number)] if field == "documents" else response
        assert 0 <= span.start < span.end <= len(text)


@given(st.text(st.characters(exclude_categories=())), st.text(st.characters(exclude_categories=())))
def test_half_characters_do_no_harm(response: str, document: str) -> None:
    # A frame cannot hold them: the function is asked that it calls for each record.
    assert isinstance(faithfulness("\ud800", response + "\udfff 5", [{"text": document + "\ud800 x"}]), Mark)


@pytest.mark.parametrize("piece", ["a ", "1,", "1 ", "1. A ", "A ", "A'", "May 5 ", "$", "the drill. ", "人", "😀"])
def test_long_texts(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    [mark] = of((text, text, [text, text]))
    assert mark.value is None or mark.value > FLAGS_FROM


@pytest.mark.parametrize("pattern", ["{0}.{0} ", "word{0} ", "A{0}b c. ", "3 May 1{0:03d} ", "Name{0} the x{0}. "])
def test_long_texts_of_different_words(pattern: str) -> None:
    text = "".join(pattern.format(number) for number in range(100, 20_000))[:100_000]
    other = "".join(pattern.format(number) for number in range(600, 20_000))[:100_000]
    [mark] = of((None, text, [other]))
    assert mark.value is None or 0 <= mark.value <= 1


def test_the_same_text_gets_the_same_mark() -> None:
    row = ("q", "Bosch builds the motor in Berlin for $5 million.", [WARRANTY])
    assert of(row, (None, None, None), row)[::2] == of(row) * 2
