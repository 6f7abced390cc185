"""Outcomes read from a response: a value by path or pattern, and a ranking of the candidates that the prompt names."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

IN_WORDS = "text"
"""The path of a ranking that is a list in words."""
_TRUTH: tuple[tuple[str, ...], ...] = (("yes", "true"), ("no", "false"))
"""One answer each, which YAML, JSON and people write differently."""
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\*)\]")
_LISTED = re.compile(r"(?m)^\s*(?:\d{1,3}[.):]|[-*•])\s+(.*)$")
_FENCE = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL)


def at(response: str, path: str) -> list[Any]:
    """Find what stands at a path of a response's JSON, such as ``$.ranking[*].candidate``; nothing where it is no JSON.

    Text around the JSON, as models put there, is passed over.
    """
    found = [_json(response)]
    for match in _STEP.finditer(path.removeprefix("$")):
        key, place = match.groups()
        if key is not None:
            found = [one[key] for one in found if isinstance(one, dict) and key in one]
        elif place == "*":
            found = [item for one in found if isinstance(one, list) for item in one]
        else:
            found = [one[int(place)] for one in found if isinstance(one, list) and int(place) < len(one)]
    return [one for one in found if one is not None]


def text_at(response: str, *, path: str = "", pattern: str = "") -> str | None:
    """Read one value of a response, by a path into its JSON or by a regular expression's first group."""
    if pattern:
        match = re.search(pattern, response)
        return match[1].strip() if match and match[1] is not None else None
    found = at(response, path)
    if not found or isinstance(found[0], dict | list):
        return None
    return str(found[0]).lower() if isinstance(found[0], bool) else str(found[0])


def forms(wanted: str) -> tuple[str, ...]:
    """Give the ways in which an answer is written, in small letters: "yes" is "true", too."""
    small = wanted.lower()
    return next((words for words in _TRUTH if small in words), (small,))


def as_number(wanted: str) -> float | None:
    """Give the number as which a score holds an answer: a yes is 1 and a no 0; None for other words."""
    try:
        return float(wanted)
    except ValueError:
        return next((1.0 - place for place, words in enumerate(_TRUTH) if wanted.lower() in words), None)


def candidates(prompt: str, pattern: str) -> list[tuple[str, str]]:
    """List the candidates of a prompt in their order: label and the text up to the next one; each label once."""
    matches = list(re.finditer(pattern, prompt))
    ends = [match.start() for match in matches[1:]] + [len(prompt)]
    found: dict[str, str] = {}
    for match, end in zip(matches, ends, strict=True):
        found.setdefault(match[1].strip(), prompt[match.end() : end])
    return list(found.items())


def ranking(response: str, path: str, labels: Sequence[str]) -> list[int] | None:
    """Read how a response ranks candidates.

    Parameters
    ----------
    path : str
        Of the list in the response's JSON, whose items are labels; or :data:`IN_WORDS`.
    labels : sequence of str
        The candidates' labels, or names, in the order of the prompt.

    Returns
    -------
    list of int or None
        The places in `labels`, the best first; None where the response does not rank each of them exactly once.
    """
    given = [str(one) for one in at(response, path)] if path != IN_WORDS else _listed(response, labels)
    places = {_plain(label): place for place, label in enumerate(labels)}
    found = [places.get(_plain(one)) for one in given]
    if len(places) != len(labels) or sorted(one for one in found if one is not None) != list(range(len(labels))):
        return None
    return [one for one in found if one is not None]


def _listed(response: str, labels: Sequence[str]) -> list[str]:
    """Read the labels of a list in words: that which each item names first; without a list, in the order of mention."""
    items = _LISTED.findall(response) or [response]
    known = re.compile(
        "|".join(rf"(?<!\w){re.escape(label)}(?!\w)" for label in sorted(labels, key=len, reverse=True)), re.IGNORECASE
    )
    if len(items) == 1:
        return list(dict.fromkeys(match[0] for match in known.finditer(items[0])))
    named = [known.search(item) for item in items]
    return [match[0] for match in named if match]


def _plain(label: str) -> str:
    return label.strip().casefold()


def _json(text: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    fenced = _FENCE.search(text)
    for body in (text, fenced[1] if fenced else "", text[text.find("{") : text.rfind("}") + 1]):
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            continue
    return None
