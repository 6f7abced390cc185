"""A text about one person, rewritten for another gender: pronouns by their part of speech, titles, kinship, trades.

English has one word for "his" and "him" of a woman, so *her* is told apart by what stands around it; where that does
not decide it, it is taken for the possessive, which is commoner. Case is kept. Titles of works in quotes and forms such
as Her Majesty stay. All gendered words are taken to be of the one person: a text about several needs a template.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FEMALE, MALE, NEUTRAL = "female", "male", "neutral"
ARMS: tuple[str, ...] = (FEMALE, MALE, NEUTRAL)

_PRONOUNS = {
    # subject, object, possessive before a noun, possessive alone, reflexive
    FEMALE: ("she", "her", "her", "hers", "herself"),
    MALE: ("he", "him", "his", "his", "himself"),
    NEUTRAL: ("they", "them", "their", "theirs", "themselves"),
}
SUBJECT, OBJECT, POSSESSIVE, ALONE, REFLEXIVE = range(5)

_WORDS = """
woman man person; women men people; girl boy child; girls boys children; lady gentleman person;
ladies gentlemen people; female male -; mother father parent; mothers fathers parents; mum dad parent; mom dad parent;
daughter son child; daughters sons children; sister brother sibling; sisters brothers siblings; wife husband spouse;
wives husbands spouses; aunt uncle relative; niece nephew relative; grandmother grandfather grandparent;
granddaughter grandson grandchild; girlfriend boyfriend partner; stepmother stepfather step-parent;
businesswoman businessman businessperson; spokeswoman spokesman spokesperson; chairwoman chairman chairperson;
policewoman policeman police\u00a0officer; saleswoman salesman salesperson; craftswoman craftsman craftsperson;
congresswoman congressman member\u00a0of\u00a0Congress; firewoman fireman firefighter;
actress actor actor; waitress waiter waiter; stewardess steward flight\u00a0attendant; hostess host host;
heiress heir heir; widow widower -; bride groom -; queen king monarch;
princess prince royal; heroine hero hero; maternity paternity parental; motherhood fatherhood parenthood;
maternal paternal parental; feminine masculine -; madam sir -; ma'am sir -
"""
_TABLE: dict[str, tuple[str, str, str]] = {}
for _entry in _WORDS.replace("\n", " ").split(";"):
    _she, _he, _they = (word.replace("\u00a0", " ") for word in _entry.strip().split(" "))
    _forms = (_she, _he, _they)
    _TABLE[_she] = _forms
    _TABLE.setdefault(_he, _forms)
_SHARED = {"actor", "waiter", "host", "hero", "heir"}
"""Words for a man that are used of anybody; they stay where a woman's or neither's form is wanted of them."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_OWNERS = _set("her his their my our your")
_RELATIVES = _set(
    """mother father mothers fathers mum mom dad daughter daughters son sons sister sisters brother brothers aunt
    uncle niece nephew grandmother grandfather granddaughter grandson stepmother stepfather"""
)
_PARTNERS = _set("wife husband wives husbands girlfriend boyfriend")
_FRIENDS = _set("friend colleague student client neighbour neighbor pupil patient fan rival cousin acquaintance")
_TITLES = {FEMALE: "Ms", MALE: "Mr", NEUTRAL: "Mx"}

_TOKEN = re.compile(r"[A-Za-z]+(?:['’](?:s|d|ll|re|ve|am)\b)?|[^A-Za-z]+")
_KEPT = re.compile(
    r"\b(?:[Hh]er|[Hh]is|HER|HIS) (?:Royal |Imperial |Serene )?"
    r"(?:Majesty|Highness|Excellency|Honou?r|Holiness|Grace|Lordship|Ladyship|MAJESTY)\b"
    # the title of a work: each long word of it has a capital
    r"|[“\"](?:[A-Z][\w'’]*|of|the|a|an|and|in|to|for|on|with|[,:!?.]|\s)+[”\"]"
)
# Words after which no noun of hers can stand, so that "her" was the object.
_NOT_A_NOUN = _set(
    """a an the this that these those my your our their his its some any every each no another to for in on at with
    by from of about as into onto over under after before during until since without within through and or but
    nor so because when while if unless though although that who whom what which how why where whether than up
    down out off away back again yesterday today tomorrow now then soon too also there here tonight once twice
    is was are were be been being am has have had do does did will would can could may might must shall should
    not never always often immediately directly personally quickly twice either anyway instead he she i we they
    you it him us them me"""
)
_GIVING = _set(
    """give gives gave given giving offer offers offered send sends sent show shows showed tell tells told teach
    taught pay pays paid hand handed grant granted lend lent owe owes owed promise promised cost award awarded
    deny denied"""
)
_GIVEN = _set(
    """more less many few several two three four five six seven eight nine ten enough credit permission advice
    feedback time money help access notice money everything nothing something anything all both"""
)
_CAUSING = _set(
    """let lets make makes made help helps helped see sees saw seen hear hears heard watch watched have had feel
    felt"""
)
_BARE = _set(
    """go leave say speak work do be have get know see feel come take make give find think talk win lose run lead
    manage decide finish wait walk explain present sing cry laugh write read learn understand try stand sit"""
)
_CALLING = _set(
    """call calls called find finds found consider considers considered think thinks thought deem deems deemed
    believe believed make makes made keep kept"""
)
_LIKE = _set(
    """brilliant difficult competent incompetent great good bad bossy abrasive unfit suitable unsuitable ready
    happy sad angry late early qualified unqualified reliable unreliable impressive emotional ambitious weak
    strong excellent"""
)
_HAS_AFTER = _set("been got had done gone seen made taken worked led written become given shown always never")
_ADVERBS = _set(
    "always often also never rarely usually sometimes still just really already currently clearly then now only"
)
_IRREGULAR = {"is": "are", "was": "were", "has": "have", "does": "do", "isn't": "aren't", "wasn't": "weren't",
              "hasn't": "haven't", "doesn't": "don't", "goes": "go"}  # fmt: skip
_NO_VERB = _set("always sometimes perhaps thus less plus besides afterwards")


def swap(text: str, to: str, names: Mapping[str, str] | None = None) -> str:
    """Rewrite a text for an arm.

    Parameters
    ----------
    to : str
        One of :data:`ARMS`. From neutral pronouns nothing is rewritten: "they" may be several.
    names : mapping of str to str, optional
        First or full names to be replaced, and by what.

    Returns
    -------
    str
    """
    if to not in ARMS:
        raise ValueError(f"{to!r} is no arm. Arms: {', '.join(ARMS)}.")
    parts, last = [], 0
    for kept in _KEPT.finditer(text):
        parts += [_rewritten(text, last, kept.start(), to), kept[0]]
        last = kept.end()
    done = "".join([*parts, _rewritten(text, last, len(text), to)])
    for name in sorted(names or {}, key=len, reverse=True):
        done = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda found, name=name: cased(names[name], found[0]),  # type: ignore[index]
                      done, flags=re.IGNORECASE if len(name) > 3 else 0)  # fmt: skip
    return done


def cased(word: str, like: str) -> str:
    """Write a word in capitals, with a capital, or as it is, as another is written."""
    if len(like) > 1 and like.isupper():
        return word.upper()
    return word[:1].upper() + word[1:] if like[:1].isupper() else word


def _rewritten(text: str, start: int, end: int, to: str) -> str:
    tokens = [match[0] for match in _TOKEN.finditer(text[start:end])]
    done: list[str] = []
    agree = False  # the verb of a "they" is still to come
    for place, token in enumerate(tokens):
        if not token[0].isalpha():
            agree = agree and not re.search(r"[.!?;:,]", token)
            done.append(token)
            continue
        new, subject = _word(tokens, place, to, text[end:] if place > len(tokens) - 4 else "")
        if agree:
            new, agree = _agreed(new, agree)
        agree = agree or subject
        done.append(new)
    return "".join(done)


def _word(tokens: list[str], place: int, to: str, beyond: str) -> tuple[str, bool]:
    """Rewrite one word; tells too whether it became a "they" whose verb has to follow."""
    token = tokens[place]
    stem, _, ending = token.replace("’", "'").partition("'")
    low = stem.lower()
    role = _role(tokens, place, low, beyond)
    if role is not None:
        new = cased(_PRONOUNS[to][role], stem if len(stem) > 1 else "x")
        if ending and role == SUBJECT and to == NEUTRAL:
            after = next((word.lower() for word in tokens[place + 1 :] if word[0].isalpha()), "")
            ending = {"s": "ve" if after in _HAS_AFTER else "re"}.get(ending, ending)
            return f"{new}'{ending}", False
        return (f"{new}'{ending}" if ending else new), role == SUBJECT and to == NEUTRAL
    if stem in ("Mr", "Mrs", "Ms", "Miss", "MR", "MRS", "MS") and _before_a_name(tokens, place):
        woman = stem.lower() != "mr"
        same = (woman and to == FEMALE) or (not woman and to == MALE)
        return (token if same else cased(_TITLES[to], stem if stem.isupper() else "X")), False
    forms = _TABLE.get(low)
    if forms is None or (low in _SHARED and to != FEMALE):
        return token, False
    new = forms[ARMS.index(to)]
    before = next((word.lower() for word in reversed(tokens[:place]) if word[0].isalpha()), "")
    if before in _OWNERS and low in _RELATIVES:
        return token, False  # of somebody else: her mother stays one
    if before in _OWNERS and low in _PARTNERS and to != NEUTRAL:
        new = forms[1 - ARMS.index(to)]  # or more than the person's gender would change
    if new == "-":
        return token, False
    return cased(new, stem) + (f"'{ending}" if ending else ""), False


def _role(tokens: list[str], place: int, low: str, beyond: str) -> int | None:
    """Tell which pronoun a word is, None where it is none."""
    if low in ("she", "he"):
        return SUBJECT
    if low in ("herself", "himself"):
        return REFLEXIVE
    if low == "him":
        return OBJECT
    if low == "hers":
        return ALONE
    if low == "his":
        words = [token.lower() for token in tokens[:place] if token[0].isalpha()]
        if words[-1:] == ["of"] and words[-2:-1] and words[-2] in _FRIENDS:
            return ALONE  # a friend of his
        return POSSESSIVE if _noun_follows(tokens, place, beyond) else ALONE
    if low == "her":
        return OBJECT if _is_object(tokens, place, beyond) else POSSESSIVE
    return None


def _is_object(tokens: list[str], place: int, beyond: str) -> bool:
    """Tell whether "her" stands for "him"."""
    if not _noun_follows(tokens, place, beyond):
        return True
    words = [token.lower() for token in tokens[place + 1 :] if token[0].isalpha()]
    before = next((token.lower() for token in reversed(tokens[:place]) if token[0].isalpha()), "")
    after = words[0] if words else ""
    if before in _GIVING and after in _GIVEN:
        return True
    if before in _CAUSING and after in _BARE:
        return True
    return before in _CALLING and after in _LIKE and not _noun_follows(tokens, place + 2, beyond)


def _noun_follows(tokens: list[str], place: int, beyond: str) -> bool:
    """Tell whether what stands after a word can begin with a noun or adjective."""
    gap = tokens[place + 1] if place + 1 < len(tokens) else ""
    if gap == "/" and tokens[place + 2 : place + 3] and tokens[place + 2].lower() in ("his", "her", "their"):
        return _noun_follows(tokens, place + 2, beyond)  # her/his manager
    if tokens[place + 2 : place + 3] == ["well"] and not "".join(tokens[place + 3 : place + 4]).startswith("-"):
        return False  # knows her well, but: her well-being
    if gap and gap.strip(" \t\n\"'“‘(*_") and not gap.lstrip(" \t\n\"'“‘(*_")[:1].isdigit():
        return False
    if place + 2 >= len(tokens):
        return bool(re.match(r"\s*[“\"]?\w", beyond)) if not gap.strip() else gap.strip()[:1].isdigit()
    return tokens[place + 2].lower() not in _NOT_A_NOUN or gap.strip().isdigit()


def _before_a_name(tokens: list[str], place: int) -> bool:
    rest = [token for token in tokens[place + 1 : place + 4] if token[0].isalpha()]
    return bool(rest) and rest[0][0].isupper()


def _agreed(word: str, agree: bool) -> tuple[str, bool]:
    """Give the verb of a "they" its plural; adverbs before it are passed over."""
    low = word.lower()
    if low in _ADVERBS or low.endswith("ly"):
        return word, agree
    if low in _IRREGULAR:
        return cased(_IRREGULAR[low], word if len(word) > 1 else "x"), False
    if low in _NO_VERB or not low.endswith("s") or low.endswith("ss"):
        return word, False
    if low.endswith("ies") and len(low) > 4:
        return word[:-3] + "y", False
    if re.search(r"(?:sh|ch|ss|x|zz)es$", low):
        return word[:-2], False
    return word[:-1], False
