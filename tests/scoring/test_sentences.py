"""Sentences, words and stems, with where they stand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.scoring.sentences import place, places, sentences, stem, words, words_by_sentence

ANY_TEXT = st.text(st.one_of(st.characters(exclude_categories=()), st.sampled_from("\n.!?。 aA1|`#-*>[]\u0130\u03a3")))

# The Golden Rules of Pragmatic Segmenter (Kevin S. Dias, MIT), those for English prose and for Chinese.
GOLDEN = (
    ("Hello World.", "My name is Jonas."),
    ("What is your name?", "My name is Jonas."),
    ("There it is!", "I found it."),
    ("My name is Jonas E. Smith.",),
    ("Please turn to p. 55.",),
    ("Were Jane and co. at the party?",),
    ("They closed the deal with Pitt, Briggs & Co. at noon.",),
    ("Let's ask Jane and co.", "They should know."),
    ("They closed the deal with Pitt, Briggs & Co.", "It closed yesterday."),
    ("I can see Mt. Fuji from here.",),
    ("St. Michael's Church is on 5th st. near the light.",),
    ("That is JFK Jr.'s book.",),
    ("I visited the U.S.A. last year.",),
    ("I live in the E.U.", "How about you?"),
    ("I live in the U.S.", "How about you?"),
    ("I work for the U.S. Government in Virginia.",),
    ("I have lived in the U.S. for 20 years.",),
    ("She has $100.00 in her bag.",),
    ("She has $100.00.", "It is in her bag."),
    ("He teaches science (He previously worked for 5 years as an engineer.) at the local University.",),
    ("Her email is Jane.Doe@example.com.", "I sent her an email."),
    ("The site is: https://www.example.50.com/new-site/awesome_content.html.", "Please check it out."),
    ("She turned to him, 'This is great.' she said.",),
    ('She turned to him, "This is great."', "She held the book out to show him."),
    ("Hello!!", "Long time no see."),
    ("Hello??", "Who is there?"),
    ("Hello!?", "Is that you?"),
    ("This is a sentence\ncut off in the middle because pdf.",),
    ("It was a cold \nnight in the city.",),
    ("She works at Yahoo! in the accounting department.",),
    ("We make a good team, you and I.", "Did you see Albert Jones yesterday?"),
    ("I never meant that....", "She left the store."),
)


def split(text: str) -> list[str]:
    return [text[start:end] for start, end, _ in sentences(text)]


@pytest.mark.parametrize("expected", GOLDEN, ids=" ".join)
def test_the_golden_rules(expected: tuple[str, ...]) -> None:
    assert split(" ".join(expected)) == list(expected)


@pytest.mark.parametrize(
    "expected",
    [
        ("安永已聯繫周怡安親屬，協助辦理簽證相關事宜。", "周怡安來自台中，去年剛從元智大學畢業！"),
        ("これはペンです。", "「はい。」", "それはマーカーですか？"),
        ("यह पहला वाक्य है।", "यह दूसरा है।"),
        ("هل هذا سؤال؟", "نعم هذا جواب."),
    ],
)
def test_other_signs_end_sentences(expected: tuple[str, ...]) -> None:
    assert split(("" if expected[0][-1] in "。！" else " ").join(expected)) == list(expected)


@pytest.mark.parametrize(
    "expected",
    [
        ("Am 5. Mai 2020 kam Dr. Müller, z.B. mit dem Zug.", "Er blieb bis 6. Juni."),
        ("M. Dupont habite à Paris.", "Mme. Durand aussi."),
        ("It is no. 5 on Jan. 6.", "The answer is no.", "See fig. 3."),
        ("It rose by 5 %. [1][2]", "Then it fell.[3]", "See [4]."),
        ("The steps are: 1. Open the lid. 2. Close it.",),
    ],
)
def test_abbreviations_days_and_references(expected: tuple[str, ...]) -> None:
    found = split(" ".join(expected))
    if len(expected) == 1:
        assert found[0].startswith("The steps are: 1. Open")
    else:
        assert found == list(expected)


def test_markdown() -> None:
    text = (
        "# Title. Of it\n\nSome prose. It\ngoes on.\n- first item. More\n  of it\n2) second\n> a quote. Its end\n\n"
        "| a | b |\n|---|---|\n| 1. | 2 |\n```py\nx = 1. Y\n```\nThe end"
    )
    assert [(text[start:end], kind) for start, end, kind in sentences(text)] == [
        ("Title. Of it", "heading"),
        ("Some prose.", "prose"),
        ("It\ngoes on.", "prose"),
        ("first item.", "item"),
        ("More\n  of it", "item"),
        ("second", "item"),
        ("a quote.", "prose"),
        ("Its end", "prose"),
        ("| a | b |", "table"),
        ("| 1. | 2 |", "table"),
        ("```py\nx = 1. Y\n```", "code"),
        ("The end", "prose"),
    ]


def test_an_open_fence_is_code_to_the_end() -> None:
    assert sentences("So:\n```\na. B") == ((0, 3, "prose"), (4, 12, "code"))


@pytest.mark.parametrize("text", ["", " \n\t", "...", "!!! ???", "|---|---|", "😀"])
def test_no_sentence_without_a_letter(text: str) -> None:
    assert sentences(text) == ()


@given(ANY_TEXT)
@settings(max_examples=300)
def test_sentences_stand_in_order_within_the_text(text: str) -> None:
    upto = 0
    for start, end, kind in sentences(text):
        assert upto <= start < end <= len(text)
        part = text[start:end]
        assert kind == "code" or (part == part.strip() and any(map(str.isalnum, part)))
        upto = end


@given(ANY_TEXT)
@settings(max_examples=300)
def test_each_word_stands_at_its_place(text: str) -> None:
    own = words(text)
    assert [text[start:end].lower() for start, end in places(text)] == own
    assert [place(text, own, index) for index in range(len(own))] == list(places(text))


def test_every_letter_of_prose_is_in_a_sentence() -> None:
    text = "One two. Three\n\nfour five! Six. 「七。」八 nine"
    assert "".join(words(text)) == "".join("".join(words(part)) for part in split(text))


def test_words() -> None:
    assert words("Don't pay 1,200 €: it's_x v2") == ["don", "t", "pay", "1", "200", "it", "s", "x", "v2"]
    assert words("我有3个 apples") == ["我", "有", "3", "个", "apples"]
    assert words("Größe ÉTÉ") == ["größe", "été"]


@pytest.mark.parametrize(
    "family",
    [
        "make makes making", "ship ships shipped shipping", "city cities", "control controlled controlling",
        "glass glasses", "bus buses", "process processes processing processed", "fall falls falling", "large largely",
        "need needs needed needing", "compute computes computing computed", "study studies studied", "family families",
    ],
)  # fmt: skip
def test_a_word_and_its_endings_have_one_stem(family: str) -> None:
    assert len({stem(word) for word in family.upper().split()} | {stem(word) for word in family.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("us", "use"), ("bring", "brought"), ("sting", "string"), ("bed", "be"), ("pass", "past"),
                       ("analysis", "analyst"), ("speed", "spend"), ("1200", "1201"), ("naïve", "naïves")],
)  # fmt: skip
def test_different_words_keep_different_stems(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@pytest.mark.parametrize("piece", ["a\n", "a. ", "A.", "1. ", "> ", "```\n", "[1]", ".[1] ", "人。", "|\n", "- a\n"])
def test_a_long_text_ends_where_it_ends(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    assert all(end <= len(text) for _, end, _ in sentences(text))


@given(ANY_TEXT)
def test_words_by_sentence_are_those_of_each_sentence(text: str) -> None:
    assert [list(own) for own in words_by_sentence(text)] == [words(part) for part in split(text)]
