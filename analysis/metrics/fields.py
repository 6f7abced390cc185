"""What records can be filtered and broken down by: each field's name, its words and its SQL.

SQL speaks of table ``records`` as ``r``. Values never enter it: they are bound as named parameters.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.record import DIMENSIONS, TOKEN_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable

NONE = "(none)"
"""How a missing value is written."""

OTHER = "(other)"
"""How the values beyond the largest ones are written."""

COST = "coalesce(r.recorded_cost, r.computed_cost)"
TOTAL_TOKENS = "CASE WHEN {some} THEN {total} END".format(
    some=f"coalesce({', '.join(f'r.{name}' for name in TOKEN_COLUMNS)}) IS NOT NULL",
    total=" + ".join(f"coalesce(r.{name}, 0)" for name in TOKEN_COLUMNS),
)


@dataclass(frozen=True)
class Number:
    """A numeric field: its words, unit and SQL."""

    title: str
    unit: str
    sql: str


NUMBERS: dict[str, Number] = {
    "cost": Number("Cost", "USD", COST),
    "recorded_cost": Number("Recorded cost", "USD", "r.recorded_cost"),
    "computed_cost": Number("Computed cost", "USD", "r.computed_cost"),
    "latency": Number("Latency", "s", "r.latency"),
    "time_to_first_token": Number("Time to first token", "s", "r.time_to_first_token"),
    "total_tokens": Number("Total tokens", "tokens", TOTAL_TOKENS),
    **{name: Number(name.replace("_", " ").capitalize(), "tokens", f"r.{name}") for name in TOKEN_COLUMNS},
    "import_id": Number("Import", "", "r.import_id"),
}
"""Fields that compare as numbers."""

TOPIC = "topic"
"""The field that names the topic of a record's prompt, once there is a map."""

LANGUAGE = "language"
"""The field that names the language of a record's prompt, once it is scored."""

WEEKDAY = "weekday"
"""The field that names the day of the week, in UTC."""

_FOUND: dict[str, str] = {
    TOPIC: "(SELECT t.name FROM prompt_topics t WHERE t.record_id = r.id)",
    LANGUAGE: "(SELECT m.label FROM current_marks m WHERE m.record_id = r.id AND m.name = 'prompt_language')",
    WEEKDAY: "strftime(r.time, '%A')",
}
"""Fields that no log holds: their SQL."""

TEXTS: dict[str, str] = {
    **DIMENSIONS, TOPIC: "Topic", LANGUAGE: "Language", WEEKDAY: "Weekday",
    "requested_model": "Requested model", "trace_id": "Trace", "kind": "Kind",
}  # fmt: skip
"""Fields that compare as text, by name; every attribute is one too."""

TEXT_SEARCH = "text"
"""The field that searches in prompt and response."""

AREA = "area"
"""The field that holds for records within an area drawn around on the map: :mod:`analysis.metrics.area`."""

ATTRIBUTE, SCORE, SCORER = "attributes.", "score.", "scorer."
"""Prefixes of fields: an attribute, a score that came with the logs, what a scorer of Afterword gave."""


class UnknownFieldError(ValueError):
    """No field has this name."""

    def __init__(self, name: str) -> None:
        close = difflib.get_close_matches(name, [*TEXTS, *NUMBERS, TEXT_SEARCH], n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        allowed = ", ".join([*TEXTS, *NUMBERS, TEXT_SEARCH, AREA, "attributes.KEY", "score.NAME", "scorer.NAME"])
        super().__init__(f"There is no field {name!r}.{hint} Fields: {allowed}.")


class NoSingleValueError(UnknownFieldError):
    """A field has no single value for a record to break down by."""

    def __init__(self, name: str) -> None:
        allowed = ", ".join([*TEXTS, *NUMBERS, "attributes.KEY"])
        ValueError.__init__(
            self, f"The field {name!r} has no single value for a record to break down by. These have: {allowed}."
        )


@dataclass
class Bound:
    """Collects the values of a query; :meth:`add` gives the placeholder that stands for one."""

    prefix: str = "p"
    values: dict[str, Any] = field(default_factory=dict)

    def add(self, value: Any) -> str:  # noqa: ANN401 - DuckDB takes any value
        """Bind `value` and return its placeholder, such as ``$p3``."""
        name = f"{self.prefix}{len(self.values)}"
        self.values[name] = value
        return f"${name}"


def kind(name: str) -> str:
    """Tell what sort of field `name` is: text, number, attribute, score, mark, search or area.

    Raises
    ------
    UnknownFieldError
        If it is none of them.
    """
    if name in TEXTS:
        return "text"
    if name in NUMBERS:
        return "number"
    if name == TEXT_SEARCH:
        return "search"
    if name == AREA:
        return "area"
    for prefix, sort in ((ATTRIBUTE, "attribute"), (SCORE, "score"), (SCORER, "mark")):
        if name.startswith(prefix) and len(name) > len(prefix):
            return sort
    raise UnknownFieldError(name)


def title(name: str) -> str:
    """Give the field in words, as a heading."""
    sort = kind(name)
    if sort == "number":
        return NUMBERS[name].title
    if sort == "text":
        return TEXTS[name]
    return {"search": "Text", "area": "Area"}.get(sort) or name.split(".", 1)[1]


def column(name: str, bound: Bound) -> str:
    """Give the SQL of a field's value for each record.

    Raises
    ------
    UnknownFieldError
        If the field is unknown.
    NoSingleValueError
        If it has no single value for a record (scores, text search, an area).
    """
    sort = kind(name)
    if name in _FOUND:
        return _FOUND[name]
    if sort == "text":
        return f"r.{quoted(name)}"
    if sort == "number":
        return NUMBERS[name].sql
    if sort == "attribute":
        return f"nullif(variant_extract(r.attributes, {bound.add(name.removeprefix(ATTRIBUTE))})::VARCHAR, '')"
    raise NoSingleValueError(name)


def group(name: str, bound: Bound, only: Iterable[str] | None = None) -> str:
    """Give the SQL of the text that records are grouped by: a missing value reads :data:`NONE`.

    A value that is not of `only`, where that is given, reads :data:`OTHER`.

    Raises
    ------
    UnknownFieldError, NoSingleValueError
        As :func:`column` does.
    """
    value = f"coalesce({column(name, bound)}::VARCHAR, '{NONE}')"
    if only is None:
        return value
    named = ", ".join(bound.add(one) for one in only)
    return f"CASE WHEN {value} IN ({named}) THEN {value} ELSE '{OTHER}' END" if named else f"'{OTHER}'"


def quoted(name: str) -> str:
    """Quote a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
