"""Rules as YAML, for files and for those who would rather write than fill in a form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from analysis.alerts.rule import Rule, RuleError, read

if TYPE_CHECKING:
    from collections.abc import Sequence

_LARGEST = 2**53
_UNFIT = re.compile("[\x00\ud800-\udfff]")


def parse(text: str, *, file: str = "the rule") -> list[Rule]:
    """Read one rule, or a list of them.

    Raises
    ------
    RuleError
        If it is no YAML, or a rule in it can't be used; the message names the place.
    """
    try:
        found = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise RuleError(f"{file}{where}: {error.problem or 'this is no YAML'}.") from error
    except yaml.YAMLError as error:
        raise RuleError(f"{file}: this is no YAML.") from error
    if isinstance(found, dict) and set(found) == {"rules"}:
        found = found["rules"]
    given = found if isinstance(found, list) else [found]
    rules = []
    for place, one in enumerate(given, start=1):
        try:
            rules.append(_fit(read(one)))
        except RuleError as error:
            which = f", rule {place}" if len(given) > 1 else ""
            raise RuleError(f"{file}{which}: {error}") from error
    names = [rule.name for rule in rules]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise RuleError(f"{file}: two rules are called {twice!r}.")
    return rules


def _fit(rule: Rule) -> Rule:
    """Refuse what YAML can write and neither a store nor a message can: no number, or no text."""
    for key, value in rule.as_json().items():
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, int | float) and not abs(part) <= _LARGEST:
                raise RuleError(f"{key}: {part} is no number to count with.")
            if isinstance(part, str) and _UNFIT.search(part):
                raise RuleError(f"{key} holds a character that is none.")
    return rule


def written(rules: Sequence[Rule]) -> str:
    """Write rules as :func:`parse` reads them."""
    given = [rule.as_json() for rule in rules]
    return str(yaml.safe_dump(given[0] if len(given) == 1 else given, sort_keys=False, allow_unicode=True, width=100))
