"""Logs of no known format: which of their fields is what, guessed from names and values, or said by a person.

A mapping is a dictionary from target to field: ``{"time": "created", "latency": "took|ms"}``. A field is a top-level
name or a dotted path; after a bar may stand a unit that is not the record's own.
"""

from __future__ import annotations

import re
import statistics
from typing import TYPE_CHECKING, Any

import orjson

from analysis.ingest.adapter import THUMBS, Adapter
from analysis.record import FEEDBACK

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TARGETS: dict[str, str] = {
    "prompt": "what was asked: text or a message list",
    "response": "what the model answered",
    "time": "when the call began",
    "end_time": "when it ended",
    "model": "the model",
    "provider": "who ran it",
    "input_tokens": "tokens of the input, cached ones included",
    "output_tokens": "tokens of the output, reasoning included",
    "cache_read_tokens": "input tokens read from the cache",
    "cache_write_tokens": "input tokens written to the cache",
    "reasoning_tokens": "output tokens of hidden reasoning",
    "cost": "US dollars",
    "latency": "seconds",
    "time_to_first_token": "seconds",
    "source_id": "the call's own id",
    "trace_id": "the request's id",
    "session_id": "the conversation's id",
    "user_id": "the user's id",
    "environment": "production, staging, …",
    "app": "the application",
    "feature": "the part of it",
    "release": "its release",
    "prompt_version": "the prompt template's version",
    "status": "success or failure, or an HTTP status",
    "error": "the error's text",
    "finish_reason": "why the answer ended",
    "documents": "retrieved documents: a list of texts or of objects",
    "parameters": "temperature and the rest",
    **FEEDBACK,
}
"""What a field can be mapped to, in words."""

UNITS: dict[str, float] = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "min": 60.0, "cents": 0.01}

_DRAFT_NAMES = {"prompt": "input", "response": "output", "cost": "recorded_cost"}

_NAMES: dict[str, str] = {
    "source_id": r"(request|call|log|interaction|message|record|generation|run|span|event)?_?id|uuid",
    "trace_id": r"trace_?id|request_group_id|correlation_id",
    "session_id": r"(session|conversation|thread|chat|dialog(ue)?)(_?id)?",
    "user_id": r"(end_?)?(user|customer|account|client|visitor|member)(_?(id|name|email|hash))?",
    "prompt": r"(user_)?(prompt|question|query|input|instruction|request|user_?message|user_?input|utterance|messages?)"
    r"(_text|_content|_body)?",
    "response": r"(model_|llm_|ai_|bot_|assistant_)?(response|answer|output|completion|reply|generation|generated_text|"
    r"assistant_?message|result)(_text|_content|_body)?",
    "time": r"(created|started|start|request|event|log|logged|call)?_?(at|time(stamp)?|date(time)?|ts|on)|created",
    "end_time": r"(end|ended|finish|finished|completed|response)_?(at|time(stamp)?|ts)?",
    "model": r"(model|llm|engine|deployment)(_?(name|id|version))?",
    "provider": r"(llm_|model_)?(provider|vendor)",
    "input_tokens": r"(n_|num_)?(input|prompt|context|request|in)_?tokens?(_(count|used|in))?|"
    r"tokens?_(in|input|prompt)",
    "output_tokens": r"(n_|num_)?(output|completion|generated|response|out)_?tokens?(_(count|used|out))?|"
    r"tokens?_(out|output|completion)",
    "cache_read_tokens": r"(cache_read|cached|cache_hit)(_input|_prompt)?_?tokens?",
    "cache_write_tokens": r"cache_(write|creation)(_input)?_?tokens?",
    "reasoning_tokens": r"(reasoning|thinking|thought)_?tokens?",
    "cost": r"(total_?|request_?|llm_?)?(cost|price|spend|charge)(_?(usd|dollars?|cents|total))?",
    "latency": r"(total_?|response_?|request_?)?(latency|duration|elapsed|took|response_time|time_taken|runtime)"
    r"(_?(ms|s|sec|secs|seconds|millis|milliseconds|us|ns))?",
    "time_to_first_token": r"(ttft|time_to_first_(token|chunk|byte)|first_token_(latency|time))(_?(ms|s|sec|seconds))?",
    "environment": r"env(ironment)?|stage",
    "app": r"app(lication)?(_?(name|id))?|service(_?name)?|project(_?name)?|bot(_?name)?",
    "feature": r"feature(_?name)?|use_?case|endpoint|route|task",
    "release": r"release|app_version|deploy(ment)?_version|git_sha",
    "prompt_version": r"prompt_(version|template|name)",
    "status": r"status(_?code)?|http_status|success|outcome",
    "error": r"error(_?(message|text|type))?|exception",
    "finish_reason": r"(finish|stop)_?reason",
    "documents": r"(retrieved_|context_)?(documents|docs|contexts?|chunks|sources|passages|citations)",
    "parameters": r"(model_)?(parameters|params|settings|config)",
    "thumbs": r"thumbs?(_?(up|rating))?|(user_)?feedback(_?(rating|score|value))?|like[sd]?|vote",
    "stars": r"stars?|(star_|user_)?rating|csat",
    "comment": r"(feedback_|user_)?comments?|feedback_text|remark",
    "correction": r"correct(ed|ion)(_(answer|response|output))?|edited_(answer|response)|expected_(answer|output)",
    "copied": r"(was_|is_)?cop(ied|y)",
    "regenerated": r"(was_|is_)?regenerated?|retried",
    "abandoned": r"(was_|is_)?abandon(ed)?",
}
_PATTERNS = {target: re.compile(pattern, re.IGNORECASE) for target, pattern in _NAMES.items()}

_NUMERIC = {"input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens", "cost",
            "latency", "time_to_first_token", "stars"}  # fmt: skip
_TEXT = {"prompt", "response", "comment", "correction"}
_ENOUGH = {"prompt", "response", "time", "model", "input_tokens", "output_tokens", "cost"}
_DEPTH = 3


def fields_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Dotted path of every field of some rows, to its values that are not null, at most 50 of them."""
    found: dict[str, list[Any]] = {}
    for row in rows:
        for path, value in _walk(row, "", 0):
            values = found.setdefault(path, [])
            if value is not None and len(values) < 50:
                values.append(value)
    return found


def _walk(row: Mapping[str, Any], prefix: str, depth: int) -> Iterable[tuple[str, Any]]:
    for key, value in row.items():
        path = f"{prefix}{key}"
        yield path, value
        if isinstance(value, dict) and depth < _DEPTH:
            yield from _walk(value, f"{path}.", depth + 1)


def guess(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Guess a mapping from names and values; empty where too little is recognised to be a log of model calls.

    A field serves one target, a target takes the first field whose name fits and whose values are of its kind;
    shallow fields go first.
    """
    fields = fields_of(rows)
    mapping: dict[str, str] = {}
    taken: set[str] = set()
    for path in sorted(fields, key=lambda path: path.count(".")):
        name = _snake(path.rsplit(".", 1)[-1])
        for target, pattern in _PATTERNS.items():
            if target in mapping or path in taken or not pattern.fullmatch(name):
                continue
            if not _fits(target, fields[path]):
                continue
            mapping[target] = path + _unit_suffix(target, name, fields[path])
            taken.add(path)
            break
    return mapping if len(_ENOUGH & mapping.keys()) >= 2 else {}


def _snake(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[\s\-/()]+", "_", spaced).strip("_").lower()


def _fits(target: str, values: list[Any]) -> bool:
    if not values:
        return False
    if target in _NUMERIC:
        return all(_number(value) is not None for value in values)
    if target in ("time", "end_time"):
        return all(_is_time(value) for value in values)
    if target in _TEXT:
        return any(isinstance(value, str | list | dict) and _number(value) is None for value in values)
    if target == "documents":
        return all(isinstance(value, list) or str(value).lstrip().startswith("[") for value in values)
    if target == "parameters":
        return all(isinstance(value, dict) or str(value).lstrip().startswith("{") for value in values)
    if target in ("thumbs", "copied", "regenerated", "abandoned"):
        return all(str(value).strip().lower() in THUMBS for value in values)
    return not any(isinstance(value, list | dict) for value in values)


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


def _is_time(value: object) -> bool:
    number = _number(value)
    if number is not None:
        return 9e8 < abs(number) < 5e18
    return bool(re.match(r"\d{4}[-/]\d\d?[-/]\d\d?", str(value).strip()))


def _unit_suffix(target: str, name: str, values: list[Any]) -> str:
    if target == "cost":
        return "|cents" if "cent" in name else ""
    if target not in ("latency", "time_to_first_token"):
        return ""
    for ending, unit in (("milliseconds", "ms"), ("millis", "ms"), ("_ms", "ms"), ("_us", "us"), ("_ns", "ns")):
        if name.endswith(ending):
            return f"|{unit}"
    # No call takes three minutes in the median: such numbers are milliseconds.
    numbers = [number for value in values if (number := _number(value)) is not None]
    return "|ms" if numbers and statistics.median(numbers) > 180 else ""


def sentence(mapping: Mapping[str, str]) -> str:
    """A mapping in words."""
    return ", ".join(f"{target} from {field.replace('|', ' in ')}" for target, field in mapping.items())


def check(mapping: Mapping[str, str]) -> None:
    """Raise ``ValueError``, naming what is allowed, where a target or a unit does not exist."""
    for target, field in mapping.items():
        if target not in TARGETS and not target.startswith("attributes."):
            raise ValueError(f"There is no field {target!r} to map to. There are: {', '.join(TARGETS)}.")
        unit = field.rpartition("|")[2] if "|" in field else "s"
        if unit not in UNITS:
            raise ValueError(f"There is no unit {unit!r}. There are: {', '.join(UNITS)}.")


def mapped_adapter(mapping: Mapping[str, str], fields: Iterable[str] = ()) -> Adapter:
    """An adapter for rows whose fields a mapping names.

    Parameters
    ----------
    mapping : mapping
        Target to field, as in the module's description.
    fields : iterable of str
        Top-level fields, so that one whose name has a dot is not taken for a path.
    """
    check(mapping)
    whole = set(fields)
    reads: dict[str, None] = {}
    columns = {"kind": "'call'"}
    scores = []
    for target, field in mapping.items():
        path, _, unit = field.partition("|")
        top, _, rest = (path, "", "") if path in whole or "." not in path else path.partition(".")
        reads[top] = None
        sql = _quote(top)
        if rest:
            pointer = orjson.dumps("$." + ".".join(f'"{part}"' for part in rest.split("."))).decode()[1:-1]
            sql = f"pick({sql}, '{pointer.replace(chr(92), '').replace(chr(39), chr(39) * 2)}')"
        if unit:
            sql = f"number({sql}) * {UNITS[unit]!r}"
        if target in FEEDBACK:
            scores.append((target, sql))
        elif target == "documents":
            columns[target] = f"document_list({sql})"
        elif not target.startswith("attributes."):
            columns[_DRAFT_NAMES.get(target, target)] = sql
    _separate(columns)
    if scores:
        columns["scores"] = (
            "CAST(to_json(list_filter(["
            + ", ".join(f"feedback_json('{name}', {sql})" for name, sql in scores)
            + "], lambda s: s IS NOT NULL)) AS VARCHAR)"
        )
    return Adapter(
        name="mapping",
        title="Mapped fields",
        source="mapped",
        recognise=lambda keys, first: False,
        reads=tuple(reads),
        columns=columns,
    )


def _separate(columns: dict[str, str]) -> None:
    """Make the buckets disjoint: logs of unknown origin count cached input and reasoning within the totals.

    A total that is less than its parts does not hold them, and stays; so does one that is no number.
    """
    for total, parts in (
        ("input_tokens", ("cache_read_tokens", "cache_write_tokens")),
        ("output_tokens", ("reasoning_tokens",)),
    ):
        counted = [columns[name] for name in parts if name in columns]
        if total in columns and counted:
            part = " + ".join(f"coalesce(number({sql}), 0)" for sql in counted)
            sql = columns[total]
            less = f"CAST(less({sql}, {part}) AS VARCHAR)"
            columns[total] = f"CASE WHEN number({sql}) >= {part} THEN {less} ELSE CAST({sql} AS VARCHAR) END"


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
