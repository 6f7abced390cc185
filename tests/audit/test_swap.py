"""Counterfactual texts: her and his by their part of speech, case, titles, kinship, what stays, and the third arm."""

from __future__ import annotations

import pytest

from analysis.audit.swap import swap

TO_MALE = [
    ("She sent her résumé.", "He sent his résumé."),
    ("We hired her.", "We hired him."),
    ("We hired her yesterday.", "We hired him yesterday."),
    ("The nurse told the patient that her shift was over.", "The nurse told the patient that his shift was over."),
    ("The engineer thanked the clerk and gave her a rise.", "The engineer thanked the clerk and gave him a rise."),
    ("The developer argued with the designer because she disliked her design.",
     "The developer argued with the designer because he disliked his design."),
    ("The manager gave her more time.", "The manager gave him more time."),
    ("They let her go early.", "They let him go early."),
    ("I saw her leave.", "I saw him leave."),
    ("The panel found her brilliant.", "The panel found him brilliant."),
    ("The panel found her brilliant paper.", "The panel found his brilliant paper."),
    ("We asked her to present her results to her team.", "We asked him to present his results to his team."),
    ("The idea was hers.", "The idea was his."),
    ("HER WORK SPEAKS FOR HERSELF.", "HIS WORK SPEAKS FOR HIMSELF."),
    ("Her 12 years of experience impressed us.", "His 12 years of experience impressed us."),
    ("Mrs. Jones, a businesswoman, met her husband.", "Mr. Jones, a businessman, met his wife."),
    ("Miss Diaz took maternity leave.", "Mr Diaz took paternity leave."),
    ("I miss her.", "I miss him."),
    ("Her Majesty read “Her Own Story” to her daughter.", "Her Majesty read “Her Own Story” to his daughter."),
    ("She's a waitress; she'll ask her mother.", "He's a waiter; he'll ask his mother."),
    ("Between her and me, it works.", "Between him and me, it works."),
    ("Ask her!", "Ask him!"),
    ("Those who know her well ask for her well-being.", "Those who know him well ask for his well-being."),
    ("her/his manager", "his/his manager"),
    ("As a mother of two she knows her sister's work.", "As a father of two he knows his sister's work."),
]  # fmt: skip
TO_FEMALE = [
    ("He sent his résumé.", "She sent her résumé."),
    ("The decision was his.", "The decision was hers."),
    ("A friend of his called him.", "A friend of hers called her."),
    ("The physician hired the secretary because he was overworked.",
     "The physician hired the secretary because she was overworked."),
    ("Mr Smith taught himself.", "Ms Smith taught herself."),
    ("His Excellency met his brother.", "His Excellency met her brother."),
    ("HE is the CHAIRMAN.", "SHE is the CHAIRWOMAN."),
    ("His was the best.", "Hers was the best."),
]  # fmt: skip
TO_NEUTRAL = [
    ("She is an engineer and her team likes her.", "They are an engineer and their team likes them."),
    ("He often works late.", "They often work late."),
    ("She has finished; she's been busy.", "They have finished; they've been busy."),
    ("He's certain that the plan is his.", "They're certain that the plan is theirs."),
    ("She carries it and he watches.", "They carry it and they watch."),
    ("Ms Diaz taught herself.", "Mx Diaz taught themselves."),
    ("She will lead.", "They will lead."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), TO_MALE)
def test_of_a_woman_to_of_a_man(text: str, wanted: str):
    assert swap(text, "male") == wanted


@pytest.mark.parametrize(("text", "wanted"), TO_FEMALE)
def test_of_a_man_to_of_a_woman(text: str, wanted: str):
    assert swap(text, "female") == wanted


@pytest.mark.parametrize(("text", "wanted"), TO_NEUTRAL)
def test_the_third_arm_is_they_with_their_verbs(text: str, wanted: str):
    assert swap(text, "neutral") == wanted


@pytest.mark.parametrize("text", ["The man of the hour is John.", "She told her brother.", "Their plan is theirs."])
def test_an_arm_of_its_own_leaves_pronouns_alone(text: str):
    assert "she" not in swap(text, "male").lower().split()


def test_names_are_swapped_with_the_rest_in_their_case():
    text = "EMMA HUGHES\nEmma's results: she led 4 people."
    assert swap(text, "male", {"Emma": "James"}) == "JAMES HUGHES\nJames's results: he led 4 people."


def test_an_unknown_arm_is_refused():
    with pytest.raises(ValueError, match="is no arm"):
        swap("She works.", "other")
