"""What a page looks at, as it stands in a link: the period, what it is compared with, the conditions, the breakdown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from analysis.metrics import fields
from analysis.metrics.filter import Condition, Filter
from analysis.metrics.period import GRAINS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analysis.metrics.extent import Extent

PERIODS: dict[str, timedelta | None] = {
    "24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30), "90d": timedelta(days=90),
    "all": None, "custom": None,
}  # fmt: skip
"""Periods by their name in links. They end with the newest record, not now: an export is looked at days later."""

PERIOD_WORDS: dict[str, str] = {
    "24h": "24 hours", "7d": "7 days", "30d": "30 days", "90d": "90 days", "all": "All", "custom": "Days …",
}  # fmt: skip

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
# A trend shows as many points as can be told apart: the first width that gives no more than these.
_WIDTHS = ((_HOUR, "hour", 75), (_DAY, "day", 100), (timedelta(weeks=1), "week", 110))


@dataclass(frozen=True)
class View:
    """What a page looks at.

    Parameters
    ----------
    period : str
        A key of :data:`PERIODS`.
    start, end : datetime or None
        Of a custom period, UTC, half-open.
    compare : bool
        Whether the period before is shown beside.
    by : str
        The field to break down by.
    grain : str or None
        The width of a trend's buckets; None chooses by the length of the period.
    conditions : tuple of Condition
        One condition a field and operator.

    Raises
    ------
    ValueError
        If a value is not one of those allowed, or a custom period is empty.
    """

    period: str = "30d"
    start: datetime | None = None
    end: datetime | None = None
    compare: bool = True
    by: str = "model"
    grain: str | None = None
    conditions: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        if self.period not in PERIODS:
            raise ValueError(f"period={self.period} is none of {', '.join(PERIODS)}.")
        if self.grain is not None and self.grain not in GRAINS:
            raise ValueError(f"grain={self.grain} is none of {', '.join(GRAINS)}.")
        if fields.kind(self.by) in ("score", "mark", "search", "area"):
            raise ValueError(f"by={self.by} has no single value for a record to break down by.")
        if self.period != "custom" and (self.start or self.end):
            raise ValueError("A start and an end go with period=custom.")
        Filter(self.start, self.end)

    @classmethod
    def custom(cls, filter: Filter, **others: object) -> View:
        """Look at exactly what a filter holds."""
        if filter.start is None and filter.end is None:
            return replace(cls(period="all", conditions=filter.conditions), **others)  # type: ignore[arg-type]
        held = cls(period="custom", start=filter.start, end=filter.end, conditions=filter.conditions)
        return replace(held, **others)  # type: ignore[arg-type]

    @classmethod
    def from_params(cls, params: Mapping[str, Iterable[str]]) -> tuple[View, list[str]]:
        """Read a link's parameters, each a list of values; unusable ones are left out and named.

        Returns
        -------
        View, list of str
            The view, and a sentence for each parameter that could not be used.
        """
        view, problems = cls(), []
        given = {name: found for name, values in params.items() if (found := list(values))}
        for read in (_read_period, _read_choices, _read_conditions):
            view, found = read(view, given)
            problems += found
        return view, problems

    def params(self) -> dict[str, list[str]]:
        """Write the view as a link's parameters; the period is always among them, other defaults are not."""
        found = {"period": [self.period]}
        if self.start is not None:
            found["from"] = [_written(self.start)]
        if self.end is not None:
            found["to"] = [_written(self.end)]
        if not self.compare:
            found["compare"] = ["no"]
        if self.by != "model":
            found["by"] = [self.by]
        if self.grain is not None:
            found["grain"] = [self.grain]
        texts = [text for condition in self.conditions for text in condition.texts()]
        return found | ({"where": texts} if texts else {})

    def filter(self, extent: Extent) -> Filter:
        """Find the records meant, given what the store holds.

        A period of a length ends with the whole hour of the newest record, so that it and the one before it are equally
        full.
        """
        length = PERIODS[self.period]
        if length is None or extent.last is None:
            return Filter(self.start, self.end, self.conditions)
        end = extent.last.replace(minute=0, second=0, microsecond=0) + _HOUR
        return Filter(end - length, end, self.conditions)

    def buckets(self, extent: Extent) -> str:
        """Choose the width of a trend's buckets: hour, day, week or month."""
        if self.grain is not None:
            return self.grain
        chosen = self.filter(extent)
        start, end = chosen.start or extent.first, chosen.end or extent.last
        if start is None or end is None:
            return "day"
        return next((grain for width, grain, most in _WIDTHS if (end - start) / width <= most), "month")

    def values(self, field: str) -> list[str]:
        """List the values that a field is held to equal, in the order chosen."""
        held = (c.values for c in self.conditions if c.field == field and c.op == "=")
        return [fields.NONE if value is None else f"{value}" for values in held for value in values]

    def where(self, field: str, values: Iterable[str], op: str = "=") -> View:
        """Hold a field to values, in place of what `op` held it to before; no values let it go."""
        kept = tuple(c for c in self.conditions if (c.field, c.op) != (field, op))
        chosen = tuple(values)
        return replace(self, conditions=(*kept, Condition(field, op, chosen)) if chosen else kept)

    def without(self, condition: Condition) -> View:
        """Drop one condition."""
        return replace(self, conditions=tuple(c for c in self.conditions if c != condition))


def _read_period(view: View, given: Mapping[str, list[str]]) -> tuple[View, list[str]]:
    problems: list[str] = []
    ends = {name: _moment(given.get(name, [""])[-1], name, problems) for name in ("from", "to")}
    period = given.get("period", [view.period])[-1]
    if ends["from"] is not None or ends["to"] is not None:
        period = "custom"
    elif period == "custom":
        period = "all"
    try:
        return replace(view, period=period, start=ends["from"], end=ends["to"]), problems
    except ValueError as error:
        return view, [*problems, str(error)]


def _read_choices(view: View, given: Mapping[str, list[str]]) -> tuple[View, list[str]]:
    problems = []
    view = replace(view, compare=given.get("compare", ["yes"])[-1] != "no")
    for name in ("by", "grain"):
        if given.get(name):
            try:
                view = replace(view, **{name: given[name][-1]})  # type: ignore[arg-type]
            except ValueError as error:
                problems.append(str(error))
    return view, problems


def _read_conditions(view: View, given: Mapping[str, list[str]]) -> tuple[View, list[str]]:
    found: dict[tuple[str, str], tuple[object, ...]] = {}
    problems = []
    for text in given.get("where", []):
        try:
            read = Condition.parse(text)
        except ValueError as error:
            problems.append(str(error))
            continue
        found[read.field, read.op] = found.get((read.field, read.op), ()) + read.values
    conditions = tuple(
        Condition(field, op, tuple(dict.fromkeys(values)))  # type: ignore[arg-type]
        for (field, op), values in found.items()
    )
    return replace(view, conditions=conditions), problems


def _written(moment: datetime) -> str:
    return moment.date().isoformat() if moment.time() == time.min else moment.isoformat(timespec="auto")


def _moment(text: str, name: str, problems: list[str]) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        problems.append(f"{name}={text} is no date. Write 2026-08-31 or 2026-08-31T13:00.")
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
