"""What an adapter is: how a format is recognised, and how its rows become draft rows.

A declarative adapter gives one SQL expression a column, which DuckDB runs over whole columns: use it wherever a format
can be large. A Python adapter is a generator over one object: use it where a format nests too freely for that.

Both produce draft rows, which `normalise` turns into records: everything is text, and may be missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

DRAFT: tuple[str, ...] = (
    "kind", "why", "source_id", "trace_id", "session_id", "user_id", "correlation_id", "response_id",
    "time", "end_time", "environment", "app", "feature", "release", "prompt_version",
    "provider", "model", "requested_model", "input", "output", "documents", "parameters",
    "input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens",
    "recorded_cost", "latency", "time_to_first_token", "streaming", "status", "error", "finish_reason",
    "attributes", "scores",
)  # fmt: skip
"""Columns of a draft row. ``kind`` is call, trace, trace_part, call_part, score or aside; ``input`` and ``output`` are
text or JSON of any shape; ``documents`` and ``scores`` JSON lists; ``attributes`` and ``parameters`` JSON objects."""

DraftRow = Mapping[str, Any]


@dataclass(frozen=True)
class Adapter:
    """A log format.

    Parameters
    ----------
    name : str
        What ``import --as`` calls it.
    title : str
        What people call it.
    source : str
        The tool: part of a record's identity, so that two formats of one tool do not count a call twice.
    recognise : callable
        ``(keys, first)``: the top-level keys of the sampled rows and the first of them; true if it is this format.
    reads : tuple of str
        Top-level fields that the expressions read; each is a text column, its JSON text where it nests, null where
        it is missing. Fields that are neither read nor `ignores` go to the attributes.
    prepare : mapping
        Helper columns, computed from the fields before `columns`.
    columns : mapping
        Draft column to SQL expression.
    spent : tuple of str
        Keys of the object in the column ``attributes`` that have a column of their own, or say nothing.
    attributes : mapping
        Further attributes, beside that object: name to SQL expression.
    rows : callable or None
        A Python adapter's generator of draft rows from one object.
    merges : bool
        Whether one call may come in several pieces, each filling what the others lack.
    scores_from_extras : bool
        Whether unknown fields that hold lists are scores, named by the field.
    row_limit : tuple or None
        ``(rows, words)``: an export of exactly so many rows was probably cut off.
    """

    name: str
    title: str
    source: str
    recognise: Callable[[set[str], Mapping[str, Any]], bool]
    reads: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()
    prepare: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    spent: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    rows: Callable[[Mapping[str, Any]], Iterator[DraftRow]] | None = None
    merges: bool = False
    scores_from_extras: bool = False
    row_limit: tuple[int, str] | None = None


THUMBS: dict[str, int] = {
    **dict.fromkeys(("1", "1.0", "+1", "true", "yes", "up", "thumbs_up", "thumbsup", "like", "liked", "positive",
                     "good", "👍"), 1),
    **dict.fromkeys(("0", "0.0", "neutral", "none"), 0),
    **dict.fromkeys(("-1", "-1.0", "false", "no", "down", "thumbs_down", "thumbsdown", "dislike", "disliked",
                     "negative", "bad", "👎"), -1),
}  # fmt: skip
"""A thumb in its usual spellings, lower case."""

MAX_BRACKETS = 5_000
"""Objects and lists that one text may hold before it is doubtful: DuckDB's VARIANT goes down into them by recursion,
and some 20,000 levels end the process."""


_IN_WORDS = [
    "%a, %d %b %Y %H:%M:%S %z", "%d %b %Y %H:%M:%S %z", "%a %b %d %H:%M:%S %z %Y", "%a %b %d %Y %H:%M:%S GMT%z",
    "%d/%b/%Y:%H:%M:%S %z",
]  # fmt: skip
"""Moments whose month is a word: of mail and the web (RFC 5322), with and without the day of the week, of Ruby and
``date``, of JavaScript, and of web servers' logs."""
_IN_WORDS_UTC = ["%a %b %d %H:%M:%S %Y", "%a, %d %b %Y %H:%M:%S", "%d %b %Y %H:%M:%S"]
"""Such without a zone: of C, and of who leaves it out."""


def utc(text: str) -> str:
    """Write SQL of the moment in UTC that a text names; one without a zone is UTC.

    DuckDB drops the zone in a cast to TIMESTAMP, and reads none that stands apart, as git, Ruby and Go write it, which
    names it once more: ``+0200 CEST``.
    """
    near = f"regexp_replace({text}, ' ([+-][0-9:]+|Z)( [A-Z]+)?$', '\\1')"
    zone = f"regexp_replace(regexp_replace({text}, ' \\(.*\\)$', ''), ' (GMT|UTC)( |$)', ' +0000\\2')"
    read = (
        f"TRY_CAST({text} AS TIMESTAMPTZ)", f"TRY_CAST({near} AS TIMESTAMPTZ)", f"try_strptime({zone}, {_IN_WORDS})",
        f"try_strptime({text}, {_IN_WORDS_UTC})::TIMESTAMPTZ",
    )  # fmt: skip
    return f"(coalesce({', '.join(read)}) AT TIME ZONE 'UTC')"


MACROS: tuple[str, ...] = (
    f"""CREATE MACRO deep(txt) AS CASE WHEN strlen(txt) > {2 * MAX_BRACKETS}
        THEN strlen(txt) - strlen(replace(replace(txt, '{{', ''), '[', '')) > {MAX_BRACKETS} ELSE false END""",
    "CREATE MACRO thumb(txt) AS map {"
    + ", ".join(f"'{word}': {value}" for word, value in THUMBS.items())
    + "}[lower(trim(CAST(txt AS VARCHAR)))]",
    # A JSON text's value at a path, null where it is no JSON or has none; a list of paths is read in one go.
    "CREATE MACRO pick(json_text, path) AS TRY(json_extract_string(json_text, path))",
    "CREATE MACRO pick_json(json_text, path) AS TRY(CAST(json_extract(json_text, path) AS VARCHAR))",
    "CREATE MACRO number(txt) AS TRY_CAST(txt AS DOUBLE)",
    # What is left of a total when its parts are counted apart.
    "CREATE MACRO less(total, part) AS number(total) - coalesce(number(part), 0)",
    # A macro's argument is evaluated wherever it stands: once, then.
    """CREATE MACRO merge_json(first, second) AS
        TRY(CAST(json_merge_patch(coalesce(first, '{}'), coalesce(second, '{}')) AS VARCHAR))""",
    # Retrieved documents of the usual shapes, or plain texts, as [{id, text, score}].
    """CREATE MACRO document_list(txt) AS CASE WHEN starts_with(txt, '[') THEN TRY(CAST(to_json(list_transform(
        from_json(txt, '["JSON"]'), lambda d: CASE WHEN json_type(d) = 'OBJECT' THEN json_object(
            'id', coalesce(d->>'$.id', d->>'$.document_id', d->>'$.metadata.id', d->>'$.metadata.source', d->>'$.url'),
            'text', coalesce(d->>'$.text', d->>'$.content', d->>'$.page_content', d->>'$.document',
                d->>'$.pageContent'),
            'score', TRY_CAST(coalesce(d->>'$.score', d->>'$.relevance_score', d->>'$.similarity') AS DOUBLE))
            ELSE json_object('id', NULL, 'text', d->>'$', 'score', NULL) END)) AS VARCHAR)) END""",
    # What a user said or did, as one score; null where the field is empty.
    """CREATE MACRO feedback_json(name, txt) AS CASE WHEN txt IS NULL OR CAST(txt AS VARCHAR) = '' THEN NULL
        WHEN name IN ('comment', 'correction') THEN json_object('name', name, 'label', txt, 'origin', 'user')
        WHEN name = 'stars' THEN json_object('name', name, 'value', number(txt), 'origin', 'user')
        ELSE json_object('name', name, 'value', thumb(txt), 'origin', 'user') END""",
    """CREATE MACRO feedback_scores(stats) AS CASE WHEN stats IS NULL OR stats IN ('{}', '') THEN NULL ELSE
        TRY(CAST(to_json(list_transform(json_keys(stats), lambda k: json_object('name', k,
            'value', json_extract(stats, '$."' || k || '".avg'), 'origin', 'user'))) AS VARCHAR)) END""",
    # The scores that Langfuse's page export gives as a list in a column of the score's name.
    """CREATE MACRO listed_scores(name, txt) AS CASE WHEN starts_with(txt, '[') AND txt <> '[]' THEN list_transform(
        TRY(from_json(txt, '["JSON"]')), lambda e: CASE
        WHEN json_type(e) = 'VARCHAR' THEN json_object('name', name, 'label', e->>'$', 'origin', 'code')
        WHEN lower(name) IN ('user_feedback', 'user-feedback', 'feedback', 'thumbs')
            THEN json_object('name', 'thumbs', 'origin', 'user',
                'value', CASE WHEN number(e->>'$') > 0 THEN 1 ELSE -1 END)
        ELSE json_object('name', name, 'value', e->>'$', 'origin', 'code') END) END""",
    # Seconds between two moments that a log writes as text.
    f"""CREATE MACRO seconds_between(earlier, later) AS
        (epoch_us({utc("later")}) - epoch_us({utc("earlier")})) / 1000000""",
    # A JSON object without some keys: `gone` maps each of them to null.
    "CREATE MACRO without(json_text, gone) AS TRY(CAST(json_merge_patch(json_text, gone) AS VARCHAR))",
    # A JSON object without its nulls, which would take away from what it is merged with.
    """CREATE MACRO filled_object(json_text) AS CASE WHEN contains(json_text, ':null')
        THEN CAST(json_merge_patch('{}', json_text) AS VARCHAR) ELSE json_text END""",
    # A JSON list that is not empty.
    "CREATE MACRO filled_list(txt) AS CASE WHEN txt NOT IN ('[]', '') THEN TRY(CAST(txt AS JSON)) END",
)
"""SQL helpers that adapters may use, in the order in which they are made."""


def has(*names: str) -> Callable[[set[str], Mapping[str, Any]], bool]:
    """Recognise a format by fields that every export of it has."""
    return lambda keys, first: keys.issuperset(names)
