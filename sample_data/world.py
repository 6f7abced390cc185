"""The shop's world: who writes, from where, when, about which order; which model answers, how fast, at what price."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from unicodedata import normalize

from sample_data import reader

if TYPE_CHECKING:
    from random import Random

FIRST_DAY, LAST_DAY = date(2026, 8, 24), date(2026, 11, 22)
SWITCH = datetime(2026, 9, 29, 9, 0, tzinfo=UTC)
OUTAGE = (datetime(2026, 9, 17, 14, 0, tzinfo=UTC), datetime(2026, 9, 17, 15, 0, tzinfo=UTC))
LAUNCH = datetime(2026, 10, 13, 7, 0, tzinfo=UTC)
ARTICLE = datetime(2026, 11, 9, 8, 0, tzinfo=UTC)
BAD_INDEX = (datetime(2026, 11, 4, 8, 0, tzinfo=UTC), datetime(2026, 11, 5, 20, 0, tzinfo=UTC))
WAVE = (datetime(2026, 10, 22, 6, 0, tzinfo=UTC), datetime(2026, 10, 25, 0, 0, tzinfo=UTC))
SALE_TALK = datetime(2026, 11, 9, 0, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Country:
    """Where people write from: UTC offset in hours, carrier, tracking prefix, money, cities, streets, phone pattern."""

    code: str
    language: str
    offset: int
    carrier: str
    prefix: str
    money: str
    cities: tuple[str, ...]
    streets: tuple[str, ...]
    phone: str
    share: float


# Phone patterns are the ranges that regulators keep for fiction; # is a digit.
COUNTRIES = (
    Country("GB", "en", 1, "Royal Mail", "RM", "£", ("Leeds", "Bristol", "Hull", "Cardiff", "Norwich"),
            ("14 Mill Lane", "3b Station Road", "Flat 2, 88 Harbour Street"), "07700 900###", 0.27),
    Country("US", "en", -4, "UPS", "1Z", "$", ("Portland", "Austin", "Madison", "Tucson", "Albany"),
            ("410 Cedar Ave", "77 W 3rd St Apt 5C", "1290 Juniper Ct"), "(555) 555-01##", 0.17),
    Country("IE", "en", 1, "An Post", "CE", "€", ("Cork", "Galway", "Dublin"), ("9 Quay Row", "21 Fern Close"),
            "020 915 ####", 0.07),
    Country("BE", "en", 2, "bpost", "3232", "€", ("Ghent", "Antwerp", "Leuven", "Bruges"),
            ("Kerkstraat 12", "Rue du Moulin 5", "Coupure 201"), "+32 491 57 ## ##", 0.10),
    Country("NL", "nl", 2, "PostNL", "3S", "€", ("Utrecht", "Rotterdam", "Breda"), ("Lindelaan 7", "Prinsengracht 402"),
            "+31 6 1919 ####", 0.022),
    Country("NL", "en", 2, "PostNL", "3S", "€", ("Amsterdam", "Haarlem"), ("Keizersgracht 88",),
            "+31 6 1919 ####", 0.05),
    Country("DE", "en", 2, "DHL", "JJD", "€", ("Berlin", "Munich"), ("Weserstr. 44", "Lindenallee 3"),
            "+49 30 23125 ###", 0.05),
    Country("DE", "de", 2, "DHL", "JJD", "€", ("Köln", "Leipzig", "Hamburg", "Freiburg"),
            ("Birkenweg 8", "Hauptstr. 120", "Am Markt 2a"), "030 23125 ###", 0.08),
    Country("AT", "de", 2, "DHL", "JJD", "€", ("Wien", "Graz"), ("Neubaugasse 31",), "+43 1 7890 ###", 0.012),
    Country("FR", "fr", 2, "Colissimo", "6A", "€", ("Lille", "Nantes", "Lyon", "Rennes"),
            ("12 rue des Tilleuls", "4 impasse du Four"), "01 99 00 ## ##", 0.055),
    Country("BE", "fr", 2, "bpost", "3232", "€", ("Namur", "Liège"), ("Rue Haute 19",), "+32 491 57 ## ##", 0.012),
    Country("ES", "es", 2, "Correos Express", "PQ", "€", ("Valencia", "Sevilla", "Bilbao"),
            ("Calle Mayor 15, 3ºB", "Avda. del Puerto 70"), "+34 600 000 ###", 0.045),
    Country("PT", "pt", 1, "CTT", "RD", "€", ("Porto", "Lisboa", "Braga"), ("Rua das Flores 22", "Av. da Boavista 910"),
            "+351 910 000 ###", 0.026),
    Country("JP", "ja", 9, "Yamato", "4471", "€", ("Osaka", "Sapporo"), ("2-4-1 Minami",), "03-5555-01##", 0.018),
    Country("IT", "it", 2, "DHL", "JJD", "€", ("Torino", "Bari"), ("Via Roma 6",), "+39 340 000 0###", 0.012),
    Country("IT", "en", 2, "DHL", "JJD", "€", ("Milan",), ("Via Torino 51",), "+39 340 000 0###", 0.012),
    Country("PL", "pl", 2, "DHL", "JJD", "€", ("Kraków",), ("ul. Długa 5",), "+48 600 000 ###", 0.004),
    Country("PL", "en", 2, "DHL", "JJD", "€", ("Gdańsk",), ("ul. Morska 14",), "+48 600 000 ###", 0.012),
    Country("SE", "sv", 2, "DHL", "JJD", "€", ("Malmö",), ("Storgatan 3",), "+46 70 174 06 ##", 0.003),
    Country("TR", "tr", 3, "UPS", "1Z", "€", ("İzmir",), ("Kıbrıs Şehitleri Cd. 9",), "+90 555 000 ####", 0.001),
)  # fmt: skip

ITEMS = {
    "brio": ("Brio 2", ("espresso machine", "Brio", "coffee machine", "Brio 2"), 389),
    "duo": ("Brio Duo", ("Duo", "Brio Duo", "espresso machine"), 649),
    "grist": ("Grist 60", ("grinder", "Grist", "Grist 60", "coffee grinder"), 149),
    "ember": ("Ember kettle", ("kettle", "Ember", "gooseneck kettle"), 89),
    "larder": ("Larder skillet", ("skillet", "cast-iron pan", "Larder skillet", "pan"), 69),
    "fold": ("Fold knife set", ("knife set", "set of knives", "Fold set"), 129),
    "sift": ("Sift 5", ("mixer", "stand mixer", "Sift", "Sift 5"), 279),
    "mote": ("Mote scale", ("scale", "Mote scale", "coffee scale"), 49),
}
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}


@dataclass
class Person:
    """Someone who writes: name, place, and manner of writing."""

    id: str
    country: Country
    first: str
    last: str
    style: str
    typos: float
    emoji: float
    plan: str
    channel: str

    @property
    def email(self) -> str:
        """An address at a domain kept for examples."""
        domain = ("example.com", "example.org", "mail.example.net")[len(self.last) % 3]
        plain = (
            f"{self.first}.{self.last}".lower().replace("'", "").replace("ø", "o").replace("ü", "ue").replace("ö", "oe")
        )
        plain = normalize("NFKD", plain).encode("ascii", "ignore").decode()
        return f"{plain}@{domain}"


@dataclass
class Order:
    """An order as the shop's system shows it; dates are days."""

    number: str
    item: str
    nouns: tuple[str, ...]
    price: str
    carrier: str
    tracking: str
    status: str
    placed: date
    shipped: date
    expected: date
    extra: dict[str, str] = field(default_factory=dict)

    def document(self) -> str:
        """The order as the look-up hands it to the model."""
        sent = (
            ""
            if self.status == "packing"
            else f" Sent {said(self.shipped)} with {self.carrier}, tracking {self.tracking}, "
        )
        state = {
            "late": f"{sent}expected {said(self.expected)}. Last scan {said(self.shipped)}; no movement since.",
            "shipped": f"{sent}expected {said(self.expected)}. Status: in transit.",
            "delivered": f"{sent}delivered {said(self.expected)}.",
            "packing": " Status: Packing.",
            "returned": f" Return received at the warehouse {said(self.shipped)}; being checked.",
        }[self.status]
        return f"Order {self.number}. Placed {said(self.placed)}: 1 × {self.item}, {self.price}.{state}"


def said(day: date, language: str = "en") -> str:
    """A day in words: 3 November, 3. November, 3 novembre."""
    if language == "ja":
        return f"{day.month}月{day.day}日"
    if language not in MONTHS:
        return f"{day.day:02}.{day.month:02}."
    month = MONTHS[language].split()[day.month - 1]
    return {"de": f"{day.day}. {month}", "es": f"{day.day} de {month}", "pt": f"{day.day} de {month}"}.get(
        language, f"{day.day} {month}"
    )


def _style(rng: Random, country: Country) -> str:
    styles = ["plain", "lower", "terse", "texter", "polite", "rambling", "angry", "foreign"]
    weights = [30, 19, 11, 7, 14, 9, 5, 0]
    if country.language != "en":
        weights = [40, 28, 10, 0, 18, 0, 3, 0]
    elif country.code not in ("GB", "US", "IE"):
        weights = [24, 15, 8, 3, 14, 5, 3, 24]
    return rng.choices(styles, weights)[0]


def people(rng: Random, count: int) -> list[Person]:
    """The shop's customers, each with a steady way of writing."""
    names = reader.resumes()
    firsts = " ".join(names["names_f"] + names["names_m"] + names["names_x"]).split()
    lasts = " ".join(names["last"]).split()
    found = []
    for _ in range(count):
        country = rng.choices(COUNTRIES, [c.share for c in COUNTRIES])[0]
        style = _style(rng, country)
        found.append(
            Person(
                id=f"u_{rng.randrange(16**6):06x}",
                country=country,
                first=rng.choice(firsts),
                last=rng.choice(lasts),
                style=style,
                typos=rng.choice([0, 0, 0, 0.01, 0.02, 0.05]) * (2 if style in ("texter", "lower") else 1),
                emoji=rng.choice([0, 0, 0, 0.1, 0.3]) if style not in ("polite", "angry") else 0,
                plan=rng.choices(["guest", "member", "roast_club"], [40, 42, 18])[0],
                channel=rng.choices(["web", "app", "email", "whatsapp"], [52, 28, 8, 12])[0],
            )
        )
    return found


def _digits(rng: Random, pattern: str) -> str:
    return "".join(str(rng.randrange(10)) if c == "#" else c for c in pattern)


def order(rng: Random, person: Person, status: str, item: str, now: date) -> Order:
    """An order of `person` that is in `status` today; without a status, one of the last weeks."""
    key = item if item in ITEMS else rng.choice(list(ITEMS))
    title, nouns, price = ITEMS[key]
    placed, shipped, expected = {
        "late": (-13, -12, -7), "shipped": (-2, -1, 3), "delivered": (-7, -6, -1), "packing": (0, 0, 4),
        "returned": (-24, -6, -20), "": (-24, -23, -19),
    }[status]  # fmt: skip
    slip = rng.randrange(0, 4) if status != "packing" else 0
    days = [now + timedelta(days=shift - slip * (shift < -2)) for shift in (placed, shipped, expected)]
    return Order(
        number=f"KC-{rng.randrange(3_100_000, 5_900_000)}",
        item=title,
        nouns=nouns,
        price=f"{person.country.money}{price}",
        carrier=person.country.carrier,
        tracking=person.country.prefix + _digits(rng, "########"),
        status=status or "delivered",
        placed=days[0],
        shipped=days[1],
        expected=days[2],
    )


def blanks(rng: Random, person: Person, bought: Order, language: str) -> dict[str, str]:
    """What the blanks of a line stand for, for this person and order."""
    country = person.country
    return {
        "order": bought.number, "order2": f"KC-{rng.randrange(2_100_000, 3_000_000)}", "digits": bought.number[3:],
        "item": bought.item, "noun": rng.choice(bought.nouns), "price": bought.price, "carrier": bought.carrier,
        "track": bought.tracking, "placed": said(bought.placed, language), "shipped": said(bought.shipped, language),
        "eta": said(bought.expected, language), "city": rng.choice(country.cities),
        "street": rng.choice(country.streets),
        "first": person.first, "fullname": f"{person.first} {person.last}", "email": person.email,
        "phone": _digits(rng, country.phone), "card": rng.choice(["4111 1111 1111 1111", "5555555555554444",
        "4242-4242-4242-4242", "4012888888881881"]), "iban": rng.choice(["DE89 3704 0044 0532 0130 00",
        "GB82WEST12345698765432", "FR1420041010050500013M02606", "BE68 5390 0754 7034"]),
        "qline": rng.choice(reader.fragments()["qline"]),
    }  # fmt: skip


# Share of a day's traffic by local hour: a night dip, a lunch bump, an evening peak.
_HOURS = (2, 1, 1, 1, 1, 2, 4, 8, 13, 17, 18, 17, 19, 17, 15, 15, 16, 17, 19, 22, 24, 21, 13, 6)
_WEEKDAYS = (1.18, 1.1, 1.04, 1.0, 0.95, 0.86, 0.93)


def volume(day: date) -> float:
    """Relative traffic of a day: slow growth, weekly rhythm, launch, the two bad days, the run-up to Black Friday."""
    grown = 1 + 0.45 * (day - FIRST_DAY).days / 90
    bump = 1.25 if date(2026, 10, 13) <= day <= date(2026, 10, 16) else 1.0
    if day in (date(2026, 11, 4), date(2026, 11, 5)):
        bump = 1.35
    if day >= date(2026, 11, 16):
        bump = 1.3 if day < date(2026, 11, 19) else 2.0
    return grown * bump * _WEEKDAYS[day.weekday()]


def arrivals(rng: Random, count: int) -> list[tuple[datetime, int]]:
    """Times (UTC, sorted) at which conversations start, each with the UTC offset of the place it comes from."""
    days = [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    found = []
    for day in rng.choices(days, [volume(day) for day in days], k=count):
        offset = rng.choices([1, 2, -4, 9], [34, 47, 17, 2])[0]
        local = rng.choices(range(24), _HOURS)[0]
        start = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=(local - offset) % 24)
        found.append((start + timedelta(seconds=rng.random() * 3600), offset))
    return sorted(found)
