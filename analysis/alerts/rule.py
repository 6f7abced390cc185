"""What is watched: a figure, a window, a limit. A rule is data, checked when it is made."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from analysis.metrics import fields as columns
from analysis.metrics.filter import Filter

THRESHOLD, CHANGE, SPIKE, ABSENCE, DRIFT, PROJECTED = "threshold", "change", "spike", "absence", "drift", "projected"
KINDS: dict[str, str] = {
    THRESHOLD: "a figure beyond a limit",
    CHANGE: "a figure far from what the same hours of earlier weeks had",
    SPIKE: "many more than the same hours of earlier weeks had",
    ABSENCE: "nothing, where the same hours of earlier weeks had some",
    DRIFT: "other questions than in the weeks before",
    PROJECTED: "a total of the running day or month that will pass a limit",
}
OVER, UNDER = "over", "under"
SEVERITIES = ("info", "warning", "critical")
WEEK, DAY, HOUR, MINUTE = timedelta(weeks=1), timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
LARGEST, SMALLEST = 31 * DAY, 5 * MINUTE
MOST_STEPS = 200
"""Steps that a window may span."""

_UNITS = {"w": WEEK, "d": DAY, "h": HOUR, "min": MINUTE}
_LENGTH = re.compile(r"\s*(\d{1,5})\s*(w|d|h|min)\s*")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


class RuleError(ValueError):
    """A rule that can't be used; the message says which part of it, and what to write."""


@dataclass(frozen=True)
class Rule:
    """A rule.

    Parameters
    ----------
    name, title : str
        The name in commands and links (letters, digits and hyphens), and what it says when it fires.
    kind : str
        A key of :data:`KINDS`.
    metric : str
        A metric; nothing for drift.
    limit : float or None
        In the metric's unit; of a change the least share by which the figure must differ (0.5: by half); of a spike the
        least count; of drift by how much a topic's, language's or word's share must have moved.
    direction : str
        "over" or "under".
    window, step : timedelta
        How long a stretch each look takes in, and how often there is a look.
    where : tuple of str
        Conditions, as :meth:`Filter.parse` reads them.
    by : str
        A field each value of which is watched by itself.
    least : int
        Records or scores from which on anything is concluded.
    lasting : timedelta
        How long it must be so before it fires.
    recovery : float or None
        The figure must come back to this for it to be over, else to a threshold's own limit, or to half of a change's.
    unusual : bool
        Of a threshold: fire only where the figure is also more than what is usual there, such as the share that a
        scorer flags by mistake.
    severity : str
        One of :data:`SEVERITIES`.
    senders : tuple of str
        Who tells it; all that are set up where none is named.
    on : bool
        Whether it is looked at.
    note : str
        What to do about it.
    """

    name: str
    title: str
    kind: str = THRESHOLD
    metric: str = ""
    limit: float | None = None
    direction: str = OVER
    window: timedelta = HOUR
    step: timedelta = HOUR
    where: tuple[str, ...] = ()
    by: str = ""
    least: int = 30
    lasting: timedelta = timedelta(0)
    recovery: float | None = None
    unusual: bool = False
    severity: str = "warning"
    senders: tuple[str, ...] = ()
    on: bool = True
    note: str = ""
    filter: Filter = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check(self)
        object.__setattr__(self, "filter", Filter.parse(self.where))

    @property
    def looks(self) -> float:
        """How many looks there are in a week."""
        return WEEK / self.step

    @property
    def compares(self) -> bool:
        """Whether it needs what earlier weeks had."""
        return self.kind in (CHANGE, SPIKE, ABSENCE) or self.unusual

    def as_json(self) -> dict[str, Any]:
        """Give what differs from the defaults, as :func:`read` takes it."""
        found: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name == "filter" or (value == one.default and one.name != "kind"):
                continue
            plain = (
                length(value) if isinstance(value, timedelta) else list(value) if isinstance(value, tuple) else value
            )
            found[_WRITTEN.get(one.name, one.name)] = plain
        return found


_WRITTEN = {"lasting": "for"}
_READ = {written: name for name, written in _WRITTEN.items()}
_TYPES: dict[str, tuple[type, ...]] = {
    "limit": (int, float), "recovery": (int, float), "least": (int,), "unusual": (bool,), "on": (bool,),
    "where": (list, tuple), "senders": (list, tuple),
}  # fmt: skip
_WORDS: dict[type, str] = {int: "a number", bool: "true or false", list: "a list of texts", str: "a text"}


def read(given: Any) -> Rule:  # noqa: ANN401 - whatever a file or a form holds
    """Make a rule of what a file, a form or the store holds.

    Raises
    ------
    RuleError
        If a part is unknown, of the wrong sort or missing.
    """
    if not isinstance(given, dict):
        raise RuleError(
            "A rule is a mapping such as name: errors, title: Many errors, metric: error_rate, limit: 0.05."
        )
    known = {_WRITTEN.get(one.name, one.name) for one in fields(Rule)} - {"filter"}
    unknown = [str(key) for key in given if key not in known]
    if unknown:
        raise RuleError(f"There is no {unknown[0]!r} in a rule. Known: {', '.join(sorted(known))}.")
    values = {_READ.get(key, str(key)): _value(key, value) for key, value in given.items() if value is not None}
    for name, means in (("title", "what it says when it fires"), ("name", "such as many-errors")):
        if not str(values.get(name, "")).strip():
            raise RuleError(f"A rule needs a {name}: {means}.")
    return Rule(**values)


def _value(key: str, value: Any) -> Any:  # noqa: ANN401
    if key in ("window", "step", "for"):
        return span(value, key)
    wanted = _TYPES.get(key, (str,))
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        raise RuleError(f"{key} is {_WORDS[wanted[0]]}, not {value!r}.")
    return tuple(map(str, iter(value))) if isinstance(value, list | tuple) else value


def span(text: Any, key: str = "A length of time") -> timedelta:  # noqa: ANN401
    """Read a length of time: ``30 min``, ``1 h``, ``7 d``, ``2 w``.

    Raises
    ------
    RuleError
        If it is none.
    """
    if isinstance(text, timedelta):
        return text
    found = _LENGTH.fullmatch(str(text))
    if found is None:
        raise RuleError(f"{key}: {text!r} is no length of time. Write 30 min, 1 h, 7 d or 2 w.")
    return int(found[1]) * _UNITS[found[2]]


def length(given: timedelta) -> str:
    """Write a length of time as :func:`span` reads it, in the largest unit that fits."""
    name, unit = next(((name, unit) for name, unit in _UNITS.items() if given and not given % unit), ("min", MINUTE))
    return f"{given // unit} {name}"


def named(title: str) -> str:
    """Make a name of a title; one without Latin letters and digits gets one by which it is known, if not read."""
    plain = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:80]
    return plain or (f"rule-{sha256(title.strip().encode()).hexdigest()[:8]}" if title.strip() else "")


def switched(rule: Rule, *, on: bool) -> Rule:
    """Give the rule switched on or off."""
    return replace(rule, on=on)


def _check(rule: Rule) -> None:
    choices = {"kind": tuple(KINDS), "direction": (OVER, UNDER), "severity": SEVERITIES}
    for name, allowed in choices.items():
        if getattr(rule, name) not in allowed:
            raise RuleError(f"{name} is {', '.join(allowed)}, not {getattr(rule, name)!r}.")
    if not _NAME.fullmatch(rule.name):
        raise RuleError(f"name: {rule.name!r} is none. Write small letters, digits and hyphens, such as many-errors.")
    _check_time(rule)
    _check_figure(rule)
    try:
        Filter.parse(rule.where)
        if rule.by:
            columns.column(rule.by, columns.Bound())
    except ValueError as error:
        raise RuleError(str(error)) from error


def _check_time(rule: Rule) -> None:
    if not SMALLEST <= rule.step <= rule.window <= LARGEST:
        raise RuleError("step and window: a look every 5 min or less often, over a window no shorter, of 31 d at most.")
    if rule.window % rule.step or rule.window // rule.step > MOST_STEPS:
        raise RuleError(
            f"window: {length(rule.window)} is not some steps of {length(rule.step)}, {MOST_STEPS} at most."
        )
    if WEEK % rule.step:
        raise RuleError(f"step: {length(rule.step)} does not go into a week. Write 15 min, 1 h, 6 h, 1 d or 1 w.")
    if rule.lasting and rule.lasting % rule.step:
        raise RuleError(f"for: {length(rule.lasting)} is not some steps of {length(rule.step)}.")


def _check_figure(rule: Rule) -> None:
    if (rule.kind == DRIFT) == bool(rule.metric):
        raise RuleError("metric: drift looks at no single metric." if rule.metric else "A rule needs a metric.")
    if rule.limit is None and rule.kind in (THRESHOLD, PROJECTED, CHANGE):
        raise RuleError(f"limit: a rule of kind {rule.kind} needs one.")
    if rule.kind in (SPIKE, CHANGE) and rule.limit is not None and rule.limit < 0:
        raise RuleError("limit: by how much, or how many; not below nought.")
    if rule.kind == DRIFT and (rule.window < DAY or rule.step < DAY):
        raise RuleError("window and step: questions are compared by days; write 1 d or more.")
    if rule.kind == PROJECTED and rule.direction == UNDER:
        raise RuleError("direction: a budget is passed upwards; write over.")
    if rule.unusual and rule.kind != THRESHOLD:
        raise RuleError("unusual goes with a threshold.")
    if rule.least < 1:
        raise RuleError("least is 1 or more.")
    if rule.recovery is not None and rule.limit is not None:
        upwards = rule.direction == OVER or rule.kind == CHANGE
        if rule.recovery > rule.limit if upwards else rule.recovery < rule.limit:
            raise RuleError(f"recovery: {rule.recovery:g} lies beyond the limit, {rule.limit:g}.")
