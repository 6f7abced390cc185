"""What the values of a field tell: whether they can be what its name says they are."""

from __future__ import annotations

import re
import statistics
from math import inf, isfinite, isnan
from typing import TYPE_CHECKING, Any

from analysis.ingest.adapter import THUMBS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

_TIME = re.compile(
    r"\d{4}[-/]\d\d?[-/]\d\d?(?:[T ]\d\d?:\d\d\S*(?: \S{1,9}){0,2})?"
    # its month a word
    r"|(?:[A-Z][a-z]{2},? )?(?:\d\d?[ /][A-Z][a-z]{2}[ /]\d{4}[ :]|[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?)\d\d:\d\d:\d\d"
    r"(?: \S{1,9}){0,2}(?: \(.{1,40}\))?"
)
_HTTP = re.compile(r"[1-5]\d\d(?:\.0)?")
_OUTCOMES = frozenset((
    "ok", "success", "succeeded", "completed", "complete", "done", "default", "true", "status_code_ok", "unset",
    "pending", "running", "in_progress",
    "error", "err", "fail", "failed", "failure", "false", "timeout", "timed_out", "cancelled", "canceled", "exception",
    "aborted", "rate_limited", "status_code_error",
))  # fmt: skip
"""Words for how a call ended; a ticket that is "open" or "resolved" is another matter."""
_FLAGS = frozenset(("true", "false", "yes", "no", "0", "1", "none", "null", "ok"))
"""What stands in a field that says whether there was an error, and not which."""
_ROLES = frozenset(("user", "human", "customer", "assistant", "bot", "ai", "agent", "system", "tool", "function",
                    "developer", "model", "chatbot"))  # fmt: skip
_LONGEST_NAME, _SENTENCE, _MESSAGE = 200, 5, 4


def fits(target: str, name: str, values: Sequence[Any], *, sure: bool) -> bool:
    """Whether the values of a field are of the kind of a target.

    Parameters
    ----------
    target : str
        One of the targets of a mapping.
    name : str
        The field's plain name.
    values : sequence
        Its values, nulls left out.
    sure : bool
        Whether the name alone says what it is; otherwise the values must say it too.
    """
    given = [value for value in values if not (isinstance(value, str) and not value.strip())]
    if not given:
        return False
    if target in ("prompt", "response"):
        return _most(given, _is_text) and (sure or _prose(given, _MESSAGE))
    if target == "user_id" and not sure:
        return _is_label(given) and not any(number(value) is not None for value in given) and not tells_roles(given)
    if target in ("time", "end_time"):
        return _most(given, _has_clock if sure else _is_time)
    if target == "cost":
        return _numbers(0, 1e9, median=500 if "cent" in name else 5)(given)
    if target == "latency":
        moments = not name.endswith(("us", "ns")) and _most(given, _is_time)
        return _numbers(0, 1e13)(given) and not moments
    return _KINDS.get(target, _is_label)(given)


def tells_roles(values: Sequence[Any]) -> bool:
    """Whether a field says who speaks: the user, the assistant, a tool."""
    return bool(values) and _among(_ROLES)(values)


def number(value: object) -> float | None:
    """A value as a number, also of dollars as spreadsheets write them; none for true and false, and other text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.startswith("$"):
        value = value[1:].replace(",", "")
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


def unit_of(target: str, name: str, values: Sequence[Any]) -> str:
    """The unit of a field, by its plain name or the size of its values; empty for the record's own."""
    if target == "cost":
        return "cents" if "cent" in name else ""
    if target not in ("latency", "time_to_first_token"):
        return ""
    for ending, unit in _ENDINGS:
        if re.search(ending, name):
            return unit
    # No call takes three minutes in the median: such numbers are in a smaller unit.
    typical = _median(values)
    return next((unit for limit, unit in ((180e6, "ns"), (180e3, "us"), (180, "ms")) if typical > limit), "")


_ENDINGS = (
    (r"(millis(econds)?|msecs?|_ms)$", "ms"), (r"_us$", "us"), (r"_ns$", "ns"),
    (r"(_s|secs?|seconds?|_sek(unden)?|segundos|secondes)$", ""),
)  # fmt: skip


def _lower(value: object) -> str:
    return str(value).strip().lower()


def _most(values: Sequence[Any], check: Callable[[Any], object]) -> bool:
    """Whether four of five values pass: a log has its odd rows."""
    return sum(bool(check(value)) for value in values) >= 0.8 * len(values)


def _median(values: Sequence[Any]) -> float:
    numbers = [found for value in values if (found := number(value)) is not None and isfinite(found)]
    return statistics.median(numbers) if numbers else 0.0


def _is_text(value: object) -> bool:
    return isinstance(value, str | list | dict) and bool(value) and number(value) is None and not _is_time(value)


def _prose(values: Sequence[Any], words: int) -> bool:
    """Whether there are messages among the values, or sentences of so many words, and not names alone."""
    return any(
        not isinstance(value, str) or len(value.split()) >= words or value.rstrip().endswith("?") for value in values
    )


def _is_time(value: object) -> bool:
    size = number(value)
    return 9e8 < abs(size) < 5e18 if size is not None else bool(_TIME.fullmatch(str(value).strip()))


def _has_clock(value: object) -> bool:
    """Whether it is a time and no mere day."""
    text = str(value).strip()
    return ":" in text if _TIME.fullmatch(text) else _is_time(value)


def _numbers(low: float, high: float, median: float = inf) -> Callable[[Sequence[Any]], bool]:
    def within(value: object) -> bool:
        size = number(value)
        return size is not None and (isnan(size) or low <= size <= high)

    return lambda values: _most(values, within) and _median(values) <= median


def _counts(values: Sequence[Any]) -> bool:
    sizes = [size for value in values if (size := number(value)) is not None and isfinite(size)]
    return _numbers(0, 1e9)(values) and all(size == round(size) for size in sizes)


def _among(words: Collection[str]) -> Callable[[Sequence[Any]], bool]:
    return lambda values: all(_lower(value) in words for value in values)


def _is_label(values: Sequence[Any]) -> bool:
    """Whether they are names or ids: short, on one line, no times and no sentences."""
    texts = [str(value) for value in values]
    return (
        not any(isinstance(value, list | dict) or (isinstance(value, float) and value % 1) for value in values)
        and all(len(text) <= _LONGEST_NAME and "\n" not in text.strip() for text in texts)
        and not _prose(texts, _SENTENCE)
        and not _most(values, lambda value: isinstance(value, str) and _TIME.fullmatch(value.strip()))
    )


def _are_ids(values: Sequence[Any]) -> bool:
    """Whether each row has its own, and they do not merely number the rows of one file."""
    texts = [str(value) for value in values]
    numbered = {str(first + n) for first in (0, 1) for n in range(len(texts))}
    return _is_label(values) and len(set(texts)) >= 0.9 * len(texts) and not (len(texts) > 1 and numbered >= set(texts))


def _are_words(values: Sequence[Any]) -> bool:
    return _most(values, lambda value: isinstance(value, str) and number(value) is None and not _is_time(value))


_KINDS: dict[str, Callable[[Sequence[Any]], bool]] = {
    "source_id": _are_ids,
    "model": lambda values: _is_label(values) and _are_words(values),
    "provider": lambda values: _is_label(values) and _are_words(values),
    "time_to_first_token": _numbers(0, 1e13),
    **dict.fromkeys(
        ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens"), _counts
    ),
    "stars": lambda values: all(1 <= (number(value) or 0) <= 5 for value in values),
    **dict.fromkeys(("thumbs", "copied", "regenerated", "abandoned"), _among(THUMBS)),
    **dict.fromkeys(("comment", "correction"), _are_words),
    "status": lambda values: all(_lower(value) in _OUTCOMES or _HTTP.fullmatch(_lower(value)) for value in values),
    "error": lambda values: _are_words(values) and not any(_lower(value) in _FLAGS for value in values),
    "documents": lambda values: _most(values, lambda v: isinstance(v, list) or str(v).lstrip().startswith("[")),
    "parameters": lambda values: _most(values, lambda v: isinstance(v, dict) or str(v).lstrip().startswith("{")),
}
"""How to tell the values of a target; what is not here is a name or an id."""
