"""Personal data with a form of its own: how each kind is written, what must hold of it, and what words go before it.

Every pattern is bounded and begins where nothing of its own can stand before it, so that time grows with the text only.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from analysis.scoring.scorers import _pii_checks as checks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Kind(NamedTuple):
    """A kind of personal data. The group ``value`` of the pattern, where it has one, is what counts."""

    name: str
    pattern: str
    check: Callable[[str], bool] | None = None
    words: str = ""
    """Words of which one must stand shortly before, or right after."""
    caseless: bool = False
    within: tuple[str, ...] = ()
    """Strings, in small letters, of which one is in every text that has it: they are looked for first, being quick."""
    digits: str = "[0-9]"
    """The digits that are in every text that has it, as a pattern; one that begins with a digit is quick, too."""


_FILES = frozenset({"png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "ts", "json", "html", "pdf", "mp4"})
_MONTH = (
    r"(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz]|janv|f[eé]v|avr|mai|juin|juil|ao[uû]t|ene|abr|"
    r"ago|dic|gen|mag|giu|lug|set|ott)[a-zéû]{0,7}"
)
_YEAR = r"(?:19[0-9]{2}|20[0-9]{2})"
_DATE = (
    rf"(?:[0-9]{{1,2}}[./-][0-9]{{1,2}}[./-](?:{_YEAR}|[0-9]{{2}})|{_YEAR}[./-][0-9]{{1,2}}[./-][0-9]{{1,2}}|"
    rf"[0-9]{{1,2}}(?:st|nd|rd|th|\.)? (?:of |de )?{_MONTH}\.?,? (?:de )?{_YEAR}|{_MONTH}\.? [0-9]{{1,2}}(?:st|nd|rd|"
    rf"th)?,? {_YEAR})(?![0-9])"
)
_BORN = (
    r"\b(?:(?:date of birth|birth ?date|birthday|d\.?o\.?b\.?|geburtsdatum|geburtstag|geb\.|date de naissance|"
    r"fecha de nacimiento|data di nascita|data de nascimento|geboortedatum)[ \"'*]{0,3}(?::|is|was|ist|est|es|=|-)?|"
    r"(?:i was|i am|i'm|patient was) born(?: on)?|ich (?:bin|wurde) am|n[eé]e? le|nac[ií] el)[ \"'*\n]{0,4}"
)
_NAME = r"[A-ZÀ-ÖØ-Þ][\w'’.]{1,20}"
_ADDRESS = "|".join((
    rf"[0-9]{{1,5}}[A-Za-z]? (?:[NSEW]\.? )?(?:{_NAME} ){{1,3}}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|"
    rf"Boulevard|"
    r"Blvd|Terrace|Crescent|Parkway|Pkwy|Highway|Hwy)\b",
    r"[A-ZÄÖÜ][a-zäöüß]{2,20}(?:straße|strasse|str\.|weg|gasse|allee|damm|gatan|vägen|gade|veien|katu|straat|"
    r"laan) [0-9]{1,4}",
    rf"[0-9]{{1,4}}(?: (?:bis|ter))?,? (?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Ii]mpasse|[Cc]hemin|[Aa]llée) (?:de |du |"
    rf"des |la |d'|l'|d’|l’){{0,2}}{_NAME}",
    rf"(?:Calle|Avenida|Avda\.|Paseo|Via|Viale|Corso|Piazza|Rua|Ulica|ul\.) (?:(?:de|del|la|da|do|"
    rf"dos) ){{0,2}}{_NAME}(?: {_NAME}){{0,3}},? [0-9]{{1,4}}",
    r"P\.? ?O\.? ?Box [0-9]{1,6}|(?:PSC|CMR|Unit) [0-9]{1,5},? Box [0-9]{1,5}",
))  # fmt: skip
_CARD_WORDS = (
    r"\b(?:cards?|cc|visa|master\w{0,4}|maestro|amex|credit|debit|\w{0,10}karten?\w{0,6}|carte|tarjeta|carta|"
    r"cart[aã]o)\b"
)


def _email(text: str) -> bool:
    return text.rpartition(".")[2].lower() not in _FILES


def _ip(text: str) -> bool:
    return checks.public_ip(text) and max(map(int, text.split("."))) > 19


def _has_digits(text: str) -> bool:
    return sum("0" <= char <= "9" for char in text) > 4


_FIVE = r"[0-9](?:[ .-]?[0-9]){4}"
_EIGHT = r"[0-9](?:[ .-]?[0-9]){7}"

KINDS: tuple[Kind, ...] = (
    # Nobody's address: git@host:path, and the password before the host of a URL.
    Kind("email", r"(?<![\w.%+'/:@-])(?<!//)\w[\w.%+'-]{0,63}@(?!\.)(?:[\w-]{1,63}\.){1,6}[^\W\d_]{2,24}\b(?!:"
         r"[\w/~])", _email),
    Kind("card", r"(?<![\w.+-])(?:[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?:\1[0-9]{3})?|"
         r"[0-9]{4}([ -])[0-9]{6}\2[0-9]{4,5}|[0-9]{14,18})(?![\w])(?![.-][0-9])", checks.card, digits=_EIGHT),
    # Lengths that hardly any card has still, and many other numbers have: barcodes, ids.
    Kind("card", r"(?<![\w.+-])(?:[0-9]{12,13}|[0-9]{19})(?![\w])(?![.-][0-9])", checks.card, _CARD_WORDS,
         digits=_EIGHT),
    # Where words say what it is the issuer may be any: ranges are given out anew.
    Kind("card", r"(?<![\w.+-])[0-9]{14,19}(?![\w])(?![.-][0-9])", checks.luhn, _CARD_WORDS, digits=_EIGHT),
    Kind("cn-resident-id", r"(?<![\w.-])[1-8][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9]{4}[0-9Xx](?!\w)",
         checks.cn_resident_id, digits=_EIGHT),
    Kind("us-ssn", r"(?<![\w.-])[0-9]{3}-[0-9]{2}-[0-9]{4}(?![\w-])", checks.us_ssn, digits=_EIGHT),
    Kind("us-ssn", r"(?<![\w.-])[0-9]{3} ?[0-9]{2} ?[0-9]{4}(?![\w-])", checks.us_ssn, r"\b(?:ssn|social security)\b",
         within=("ssn", "social sec"), digits=_EIGHT),
    Kind("it-fiscal-code", r"(?<!\w)[A-Za-z]{6}[0-9]{2}[A-EHLMPR-Ta-ehlmpr-t][0-7][0-9][A-Za-z][0-9]{3}[A-Za-z](?!\w)",
         checks.it_fiscal_code, digits="[0-9]{2}[A-Za-z][0-7][0-9][A-Za-z][0-9]{3}"),
    Kind("fr-nir",
         r"(?<![\w.-])[12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]|[2-9][0-9]) ?(?:[0-9]{2}|"
         r"2[AB]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}(?!\w)",
         checks.fr_nir, digits=_EIGHT),
    Kind("uk-nino", r"(?<!\w)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]"
         r"(?!\w)", checks.uk_nino, digits=_FIVE),
    Kind("uk-nhs", r"(?<![\w.-])[0-9]{3} ?[0-9]{3} ?[0-9]{4}(?![\w-])", checks.uk_nhs, r"\bnhs\b", within=("nhs",),
         digits=_EIGHT),
    Kind("de-idnr", r"(?<![\w.-])[1-9][0-9] ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}(?![\w-])", checks.de_idnr,
         r"\b(?:steuer\w{0,20}|idnr|st\.?-?id\w{0,5}|tax (?:id|number|identification)\w{0,3}|tin)\b", digits=_EIGHT),
    Kind("es-dni", r"(?<![\w.-])(?:[0-9]{8}|[XYZ]-?[0-9]{7})-?[A-HJ-NP-TV-Z](?!\w)", checks.es_dni, digits=_FIVE),
    Kind("br-cpf", r"(?<![\w.-])[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}(?![\w-])", checks.br_cpf, digits=_EIGHT),
    Kind("in-aadhaar", r"(?<![\w.+-])(?<![0-9] )[2-9][0-9]{3} [0-9]{4} [0-9]{4}(?![\w-])(?! [0-9])", checks.in_aadhaar,
         digits=_EIGHT),
    Kind("in-aadhaar", r"(?<![\w.+-])[2-9][0-9]{11}(?![\w-])", checks.in_aadhaar, r"\b(?:aadh?aar|uidai)\b",
         within=("aadaar", "aadhaar", "uidai"), digits=_EIGHT),
    Kind("passport", r"\b(?:passport|reisepass|passeport|pasaporte|passaporto)(?:[ -]?(?:no|nr|num(?:ber|mer)|número|"
         r"numéro|n°|#)\.?)?[ \"'*]{0,3}(?:is|ist|est|es|:|=|#)?[ \"'*\n]{0,3}(?P<value>[A-Z0-9]{6,9})"
         r"(?!\w)", _has_digits,
         caseless=True,
         within=("passport", "reisepass", "passeport", "pasaporte", "passaporto")),
    Kind("driver-license", r"\b(?:driver'?s?|driving|drivers') licen[cs]e(?:[ -]?(?:no|nr|number|"
         r"#)\.?)?[ \"'*]{0,3}(?:is|:|=|#)?[ \"'*\n]{0,3}(?P<value>[A-Z0-9](?:-?[A-Z0-9]){4,18})"
         r"(?!\w)", _has_digits, caseless=True,
         within=("licens", "licenc")),
    Kind("date-of-birth", _BORN + f"(?P<value>{_DATE})", caseless=True,
         within=("birth", "born", "geb", "dob", "d.o.b", "naissance", "nacimiento", "nascita", "nascimento",
                 "geboorte", "ich ", "né", "nac")),
    # No longer version (1.2.3.4.5), nothing that calls itself one, and no section of a document.
    Kind("ip", r"(?<![\w.-])(?<!\bv )(?<!version )(?<!release )(?<!build )(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w-])"
         r"(?!\.\w)", _ip, digits=_FIVE),
    Kind("ip", r"(?<![\w:.])[23][0-9a-f]{3}:(?:[0-9a-f]{0,4}:){1,6}[0-9a-f]{0,4}(?![\w:])", checks.public_ip,
         caseless=True, digits="[23][0-9A-Fa-f]{3}:"),
    Kind("address", rf"(?<![\w.-])(?:{_ADDRESS})(?!\w)"),
)  # fmt: skip
"""The kinds, most certain first: where two are found in one place, the first one counts."""

_IBAN = re.compile(r"[0-9]{2}(?<=[A-Za-z]{2}..)(?<![^\W_].{4})(?=[ -]?[A-Za-z0-9]{4})", re.S)
"""The check digits of an IBAN, which its country stands before."""
_AROUND = 60
"""Characters before a number in which its words may stand, and a third of them after."""


class _Compiled(NamedTuple):
    kind: Kind
    pattern: re.Pattern[str]
    words: re.Pattern[str] | None
    digits: re.Pattern[str]
    has_value: bool


@lru_cache(maxsize=1)
def _compiled() -> tuple[_Compiled, ...]:
    return tuple(
        _Compiled(
            kind,
            re.compile(kind.pattern, re.I if kind.caseless else 0),
            re.compile(kind.words, re.I) if kind.words else None,
            re.compile(kind.digits),
            "(?P<value>" in kind.pattern,
        )
        for kind in KINDS
    )


def find(text: str) -> Iterator[tuple[int, int, str]]:
    """Find what the kinds and the IBAN's rules hold for, in the order of the kinds; places may overlap.

    Yields
    ------
    tuple
        First character, the one after the last, and the kind.
    """
    if "@" in text:
        yield from _of(_compiled()[0], text)
    if not any(digit in text for digit in "0123456789"):
        return
    for start, end in _ibans(text):
        yield start, end, "iban"
    lower = text.lower()
    there = {digits for digits in {one.digits for one in _compiled()} if digits.search(text)}
    for one in _compiled()[1:]:
        if one.digits in there and (not one.kind.within or any(word in lower for word in one.kind.within)):
            yield from _of(one, text)


def _of(one: _Compiled, text: str) -> Iterator[tuple[int, int, str]]:
    for match in one.pattern.finditer(text):
        start, end = match.span("value") if one.has_value else match.span()
        if (one.kind.check is None or one.kind.check(text[start:end])) and (
            one.words is None or one.words.search(text, max(0, start - _AROUND), end + _AROUND // 3)
        ):
            yield start, end, one.kind.name


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    for head in _IBAN.finditer(text):
        start, end = head.start() - 2, head.end()
        left = checks.IBAN_LENGTHS.get(text[start : start + 2].upper(), 0) - 4
        while left > 0 and end < len(text):
            if text[end].isascii() and text[end].isalnum():
                left -= 1
            elif text[end] not in " -" or not text[end - 1].isalnum():
                break
            end += 1
        closed = end == len(text) or not text[end].isalnum()
        if left == 0 and closed and checks.iban(text[start:end]):
            yield start, end
