"""A specification as a YAML file, read with the line and column of whatever is wrong in it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import yaml

from analysis.audit.mentioned import ASPECTS
from analysis.audit.spec import BLOCKS, DESIGNS, HIGHER, INDEPENDENT, LOWER, PAIRS, Groups, Outcome, Spec
from analysis.metrics import fields
from analysis.metrics.filter import Condition, Filter

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")


class SpecError(ValueError):
    """A specification that can't be used; the message says in which line and column, and what to write."""


_KEYS: dict[str, dict[str, type | tuple[type, ...]]] = {
    "": {
        "name": str, "title": str, "filter": dict, "outcome": dict, "groups": dict, "design": str, "reference": str,
        "block": str, "pair": str, "probability": str, "options": dict, "queue": str, "reviewers": str,
        "notes": str,
    },
    "filter": {"from": (str, date), "to": (str, date), "where": (list, str)},
    "outcome": {
        "read": str, "metric": str, "when": str, "json": str, "pattern": str, "ranking": str, "candidates": str,
        "is": (str, int, float, bool), "at_least": (int, float), "better": str, "title": str,
    },
    "groups": {
        "by": str, "and": str, "split": str, "mentioned": str, "in": str, "checked_by": str, "only": list,
    },
    "options": {"seed": int, "local_law_144": bool},
}  # fmt: skip
_NAMES: dict[type, str] = {
    str: "a text", int: "a whole number", float: "a number", bool: "true or false", dict: "a mapping", list: "a list",
    date: "a date",
}  # fmt: skip


def parse(text: str, *, file: str = "the specification") -> Spec:
    """Read a specification.

    Raises
    ------
    SpecError
        If it is no YAML, names an unknown key or field, or leaves out what the design needs.
    """
    return _Reader(text, file).spec()


class _Reader:
    """Reads one specification and knows where each of its keys stands."""

    def __init__(self, text: str, file: str) -> None:
        self._text, self._file = text, file
        self._marks: dict[str, yaml.Mark] = {}
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
            if not isinstance(node, yaml.MappingNode):
                raise SpecError(f"{file}: write a mapping, with name, filter, outcome, groups and design.")
            for path, at in _places(node, ""):
                if path in self._marks:
                    raise self._fault(path, "the key is there twice.", at)
                self._marks[path] = at
            self._found = yaml.safe_load(text)
        except yaml.MarkedYAMLError as error:
            at = error.problem_mark or error.context_mark
            where = f", line {at.line + 1}, column {at.column + 1}" if at else ""
            raise SpecError(f"{file}{where}: {error.problem or 'this is no YAML'}.") from error
        except yaml.YAMLError as error:
            raise SpecError(f"{file}: this is no YAML ({error}).") from error

    def _fault(self, path: str, words: str, at: yaml.Mark | None = None) -> SpecError:
        while at is None and path:
            at, path = self._marks.get(path), path.rpartition(".")[0]
        where = f", line {at.line + 1}, column {at.column + 1}" if at else ""
        return SpecError(f"{self._file}{where}: {words}")

    def spec(self) -> Spec:
        top = self._part("")
        given = {part: self._part(part) for part in ("filter", "outcome", "groups", "options")}
        for needed in ("name", "outcome", "groups"):
            if not top.get(needed):
                raise self._fault("", f"{needed} is missing.")
        if not _NAME.fullmatch(top["name"]):
            raise self._fault("name", "a name has small letters, digits, - _ and . alone, such as screener-gender.")
        plain = {key: top[key] for key in ("name", "title", "reference", "queue", "reviewers", "notes") if key in top}
        spec = Spec(
            filter=self._filter(given["filter"]), outcome=self._outcome(given["outcome"]),
            groups=self._groups(given["groups"]), design=top.get("design", INDEPENDENT),
            **{key: self._field(key, top) for key in ("block", "pair", "probability")},
            seed=given["options"].get("seed", 0), local_law_144=given["options"].get("local_law_144", False),
            text=self._text, **plain,
        )  # fmt: skip
        self._check(spec)
        return spec

    def _part(self, name: str) -> dict[str, Any]:
        found = (self._found.get(name) if name else self._found) or {}
        if not isinstance(found, dict):
            raise self._fault(name, f"{name} is a mapping of {', '.join(_KEYS[name])}.")
        for key, value in found.items():
            path = f"{name}.{key}" if name else str(key)
            wanted = _KEYS[name].get(key)
            if wanted is None:
                raise self._fault(path, f"there is no {path!r}. Known here: {', '.join(_KEYS[name])}.")
            kinds = wanted if isinstance(wanted, tuple) else (wanted,)
            if value is not None and (not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)):
                raise self._fault(path, f"{path} is {' or '.join(_NAMES[kind] for kind in kinds)}.")
        return {key: value for key, value in found.items() if value is not None}

    def _filter(self, given: dict[str, Any]) -> Filter:
        where = given.get("where", [])
        try:
            return Filter.parse(
                [str(one) for one in ([where] if isinstance(where, str) else where)],
                start=_moment(given.get("from")), end=_moment(given.get("to"), closing=True),
            )  # fmt: skip
        except ValueError as error:
            raise self._fault("filter.where" if where else "filter", str(error)) from error

    def _outcome(self, given: dict[str, Any]) -> Outcome:
        ways = [key for key in ("read", "metric", "when", "json", "pattern", "ranking") if key in given]
        if len(ways) != 1:
            raise self._fault("outcome", "give one of read, metric, when, json, pattern and ranking.")
        if "read" in given:
            self._field("read", given, part="outcome.")
        try:
            if "when" in given:
                Condition.parse(given["when"])
            for key in ("pattern", "candidates"):
                if key in given and re.compile(given[key]).groups < 1:
                    raise ValueError("put what is to be read in (brackets).")
        except (ValueError, re.error) as error:
            raise self._fault(f"outcome.{'when' if 'when' in given else key}", str(error)) from error
        if given.get("better", HIGHER) not in (HIGHER, LOWER):
            raise self._fault("outcome.better", f"better is {HIGHER} or {LOWER}.")
        return self._counted(given)

    def _counted(self, given: dict[str, Any]) -> Outcome:
        if "metric" in given:
            if "is" in given:
                raise self._fault("outcome.is", "a metric says of each record a number: write at_least.")
            given = {"better": ""} | given
        if "is" in given:
            is_ = given["is"]
            # YAML takes a bare yes or no for true or false; outcomes.forms knows both ways to write it
            given = given | {"is": {True: "yes", False: "no"}[is_] if isinstance(is_, bool) else str(is_)}
        return Outcome(**{{"is": "is_"}.get(key, key): value for key, value in given.items()})

    def _groups(self, given: dict[str, Any]) -> Groups:
        if ("by" in given) == ("mentioned" in given):
            raise self._fault("groups", "give one of by and mentioned.")
        for key in ("by", "and"):
            self._field(key, given, part="groups.")
        if given.get("mentioned", "gender") not in ASPECTS:
            raise self._fault("groups.mentioned", f"mentioned is one of {', '.join(ASPECTS)}.")
        if given.get("in", "prompt") not in ("prompt", "response"):
            raise self._fault("groups.in", "in is prompt or response.")
        only = tuple(str(one) for one in given.get("only", ()))
        names = {"and": "also", "in": "in_"}
        return Groups(**{names.get(key, key): value for key, value in given.items() if key != "only"}, only=only)

    def _field(self, key: str, given: dict[str, Any], *, part: str = "") -> str:
        """Read a field's name, empty where there is none."""
        if key not in given:
            return ""
        try:
            sort = fields.kind(given[key])
        except fields.UnknownFieldError as error:
            raise self._fault(part + key, str(error)) from error
        fit = ("number", "score", "mark", "attribute") if key == "read" else ("text", "number", "attribute")
        if sort not in fit:
            raise self._fault(
                part + key, f"{given[key]} does not give each record one {'number' if key == 'read' else 'value'}."
            )
        return str(given[key])

    def _check(self, spec: Spec) -> None:
        if spec.design not in DESIGNS:
            raise self._fault("design", f"design is {', '.join(DESIGNS)}.")
        if spec.design == PAIRS and not spec.pair:
            raise self._fault("design", "pairs need a field that both records of a pair share: pair.")
        if spec.design == BLOCKS and not (spec.outcome.ranking or spec.block):
            raise self._fault("design", "blocks need a ranking, or a field that the records of a block share: block.")
        if spec.outcome.ranking and spec.design != BLOCKS:
            raise self._fault(
                "outcome.ranking", "a ranking compares candidates within one call: no test of independent groups fits. "
                "Write design: blocks."
            )  # fmt: skip
        if spec.groups.split and not spec.outcome.ranking:
            raise self._fault("groups.split", "split is for a ranking, whose record holds several candidates.")
        if spec.groups.only and spec.reference and spec.reference not in spec.groups.only:
            raise self._fault("reference", f"{spec.reference!r} is none of the groups that are compared.")


def _places(node: yaml.MappingNode, prefix: str) -> Iterator[tuple[str, yaml.Mark]]:
    for key, value in node.value:
        path = f"{prefix}{key.value}"
        yield path, key.start_mark
        if isinstance(value, yaml.MappingNode):
            yield from _places(value, f"{path}.")


def _moment(given: str | date | None, *, closing: bool = False) -> datetime | None:
    """Read a date or a time, UTC; a `closing` date takes its whole day in."""
    if given is None:
        return None
    if isinstance(given, date) and not isinstance(given, datetime):
        given = given.isoformat()
    try:
        found = given if isinstance(given, datetime) else datetime.fromisoformat(given)
    except ValueError:
        raise ValueError(f"{given!r} is no date or time. Write 2026-05-31 or 2026-05-31T14:00.") from None
    plain = isinstance(given, str) and len(given) <= len("2026-05-31")
    return found + timedelta(days=1) if closing and plain else found


def written(given: dict[str, Any]) -> str:
    """Write a specification as YAML, as :func:`parse` reads it; what is empty is left out."""
    kept = {key: value for key, value in given.items() if value not in (None, "", [], {}, ())}
    return yaml.safe_dump(kept, sort_keys=False, allow_unicode=True, width=100)
