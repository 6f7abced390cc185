"""From draft rows to records, whatever the format: one SQL statement over whole columns.

Numbers and times are read, units told by magnitude, impossible values emptied and named, the common shapes of chat
messages read in SQL, and the odd ones by `chat` in Python, row by row only where a row needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from analysis.ingest import chat
from analysis.ingest.adapter import utc
from analysis.ingest.names import HISTORIES, SYSTEMS

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

REPAIRS: dict[str, str] = {
    "time": "a time that could not be read, or lies before 2000 or in the future, was emptied",
    "number": "a number of tokens, a cost or a duration that is none, is infinite or negative was emptied",
    "latency": "the logged latency did not fit start and end (another unit, perhaps); it was recomputed from them",
    "order": "the end lay before the start; the latency was emptied",
    "nan": "NaN or Infinity, which JSON does not have, became null",
    "control": "raw control characters or NUL bytes were taken out",
    "encoding": "text that was not UTF-8 was read as Windows-1252",
    "comma": "a comma too many was taken out",
    "surrogate": "half a Unicode character was replaced",
    "deep": "attributes of more than 5,000 objects and lists were kept as text",
}
"""What an import may mend in a row, in words; a record's ``repairs`` names them by these keys."""

_SCORES = (
    '[{"id":"VARCHAR","target":"VARCHAR","target_key":"VARCHAR","name":"VARCHAR","value":"VARCHAR","label":"VARCHAR",'
    '"comment":"VARCHAR","origin":"VARCHAR","time":"VARCHAR"}]'
)
_DOCUMENTS = '[{"id":"VARCHAR","text":"VARCHAR","score":"DOUBLE"}]'

_HEADS = ["$[0].role", "$[0].content", "$[1].role", "$[1].content", "$[2].role", "$[#-1].role", "$[#-1].content"]
_REQUEST_HEADS = [*(path.replace("$", "$.messages") for path in _HEADS), *(f"$.{name}" for name in SYSTEMS + HISTORIES)]

_MACROS: tuple[str, ...] = (
    # Epochs by magnitude: seconds until 5138, then milli-, micro- and nanoseconds. DECIMAL keeps every digit.
    """CREATE MACRO epoch_time(number) AS make_timestamp(CAST(CASE
        WHEN abs(number) < 1e11 THEN number * 1000000
        WHEN abs(number) < 1e14 THEN number * 1000
        WHEN abs(number) < 1e17 THEN number
        ELSE number / 1000 END AS BIGINT))""",
    f"""CREATE MACRO moment(txt) AS CASE
        WHEN txt IS NULL OR txt = '' THEN NULL
        ELSE coalesce(CASE WHEN NOT (contains(txt, '-') OR contains(txt, '/'))
            THEN TRY(epoch_time(TRY_CAST(txt AS DECIMAL(38, 9)))) END, {utc("txt")}) END""",
    """CREATE MACRO plausible(moment) AS CASE
        WHEN moment >= TIMESTAMP '2000-01-01' AND moment < now()::TIMESTAMP + INTERVAL 366 DAY THEN moment END""",
    # NaN is greater than any number here
    "CREATE MACRO measure(x) AS CASE WHEN x >= 0 AND x < 1e15 THEN x END",
    # Spreadsheets write $1,250.50; a comma alone may be a decimal one, and is not read
    "CREATE MACRO dollars(txt) AS number(CASE WHEN starts_with(txt, '$') THEN replace(txt[2:], ',', '') ELSE txt END)",
    "CREATE MACRO unread(txt, value) AS txt IS NOT NULL AND txt <> '' AND value IS NULL",
    "CREATE MACRO filled(txt) AS nullif(trim(txt), '')",
    """CREATE MACRO json_object_or_null(txt) AS CASE WHEN txt IS NULL OR txt IN ('', '{}', 'null') THEN NULL
        WHEN deep(txt) THEN CAST(json_object('value', txt) AS VARCHAR)
        WHEN starts_with(txt, '{') AND json_valid(txt) THEN txt
        WHEN json_valid(txt) THEN CAST(json_object('value', CAST(txt AS JSON)) AS VARCHAR)
        ELSE CAST(json_object('value', txt) AS VARCHAR) END""",
    """CREATE MACRO outcome(status, error) AS CASE
        WHEN filled(error) IS NOT NULL THEN 'error'
        WHEN status IS NULL OR status = '' THEN NULL
        WHEN lower(status) IN ('ok', 'success', 'succeeded', 'completed', 'complete', 'done', 'default', 'true',
            'status_code_ok', 'unset') THEN 'ok'
        WHEN TRY_CAST(status AS INTEGER) BETWEEN 100 AND 399 THEN 'ok'
        WHEN lower(status) IN ('pending', 'running', 'in_progress') THEN NULL
        ELSE 'error' END""",
    """CREATE MACRO maker(model) AS CASE
        WHEN model IS NULL THEN NULL
        WHEN contains(model, '/') THEN NULL
        WHEN starts_with(model, 'gpt-') OR starts_with(model, 'o1') OR starts_with(model, 'o3')
            OR starts_with(model, 'o4') OR starts_with(model, 'chatgpt') OR starts_with(model, 'text-') THEN 'openai'
        WHEN starts_with(model, 'claude') THEN 'anthropic'
        WHEN starts_with(model, 'gemini') THEN 'google'
        WHEN starts_with(model, 'mistral') OR starts_with(model, 'codestral') THEN 'mistral'
        WHEN starts_with(model, 'deepseek') THEN 'deepseek' END""",
    # Plain chat messages, alone or in a request, are read here, without Python: `heads` are the first three roles and
    # the last message, and what in a request may say more than its messages.
    f"""CREATE MACRO heads(input) AS CASE WHEN starts_with(input, '[') THEN TRY(json_extract_string(input, {_HEADS}))
        WHEN starts_with(input, '{{') THEN TRY(json_extract_string(input, {_REQUEST_HEADS})) END""",
    """CREATE MACRO history(input) AS
        CASE WHEN starts_with(input, '[') THEN input ELSE pick_json(input, '$.messages') END""",
    "CREATE MACRO plain(txt) AS txt IS NOT NULL AND NOT starts_with(txt, '[') AND NOT starts_with(txt, '{')",
    """CREATE MACRO plain_text(txt) AS txt IS NULL OR NOT (coalesce(txt[1] IN ('[', '{', '"', ' ', chr(10)), false)
        OR lower(txt[1:12]) SIMILAR TO '(system|user|human|developer):.*')""",
    "CREATE MACRO instructs(role) AS role IN ('system', 'developer')",
    """CREATE MACRO all_plain(input) AS NOT (contains(input, '"content":[') OR contains(input, '"content": [')
        OR contains(input, '"content":null') OR contains(input, '"content": null') OR contains(input, '"tool_calls"')
        OR contains(input, '"parts"') OR contains(input, '"kwargs"'))""",
    """CREATE MACRO asked(input, h) AS CASE
        WHEN plain_text(input)
            THEN {'system_prompt': NULL::VARCHAR, 'prompt': filled(input), 'messages': NULL::VARCHAR}
        WHEN list_any_value(h[8:]) IS NOT NULL THEN chat_input(input)
        WHEN h[1] = 'user' AND h[3] IS NULL AND plain(h[2])
            THEN {'system_prompt': NULL, 'prompt': h[2], 'messages': NULL}
        WHEN instructs(h[1]) AND h[3] = 'user' AND h[5] IS NULL AND plain(h[2]) AND plain(h[4])
            THEN {'system_prompt': h[2], 'prompt': h[4], 'messages': NULL}
        WHEN h[6] = 'user' AND NOT instructs(coalesce(h[3], '')) AND plain(h[2]) AND plain(h[7]) AND all_plain(input)
            THEN {'system_prompt': CASE WHEN instructs(h[1]) THEN h[2] END, 'prompt': h[7], 'messages': history(input)}
        ELSE chat_input(input) END""",
    """CREATE MACRO reply(output) AS CASE WHEN starts_with(output, '{') OR starts_with(output, '[') THEN
        TRY(json_extract_string(output, ['$.content', '$.tool_calls', '$.refusal',
        '$[0].content', '$[0].tool_calls', '$[0].refusal', '$[1].role',
        '$.choices[0].message.content', '$.choices[0].message.tool_calls', '$.choices[0].message.refusal',
        '$.choices[1].index', '$.choices[0].finish_reason',
        '$.messages[0].content', '$.messages[0].tool_calls', '$.messages[1].role'])) END""",
    "CREATE MACRO nothing(txt) AS txt IS NULL OR txt IN ('[]', 'null')",
    "CREATE MACRO said(txt, finish) AS {'response': txt, 'tool_calls': NULL::VARCHAR, 'finish_reason': finish}",
    """CREATE MACRO answered(output, q) AS CASE
        WHEN plain_text(output) THEN said(filled(output), NULL::VARCHAR)
        WHEN plain(q[1]) AND nothing(q[2]) AND q[3] IS NULL THEN said(q[1], NULL)
        WHEN plain(q[4]) AND nothing(q[5]) AND q[6] IS NULL AND q[7] IS NULL THEN said(q[4], NULL)
        WHEN plain(q[8]) AND nothing(q[9]) AND q[10] IS NULL AND q[11] IS NULL THEN said(q[8], q[12])
        WHEN plain(q[13]) AND nothing(q[14]) AND q[15] IS NULL THEN said(q[13], NULL)
        ELSE chat_output(output) END""",
)

_TOKENS = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
_MEASURES = (*_TOKENS, "recorded_cost", "latency", "time_to_first_token")
_NUMBERS = {"recorded_cost": "dollars"}
"""The macros that read a measure, where it is not ``number``."""
_CONTENT = (
    "time", "end_time", "trace_id", "session_id", "user_id", "model", "input", "output", "input_tokens",
    "output_tokens", "recorded_cost", "attributes", "documents",
)  # fmt: skip
"""What tells two rows apart that have no id of their own."""
_NAMES = (
    "source_id", "trace_id", "session_id", "user_id", "correlation_id", "response_id", "environment", "app", "feature",
    "release", "prompt_version", "model", "requested_model", "error",
)  # fmt: skip


def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Give a connection the functions that :func:`select` uses, those in Python included."""
    connection.create_function(
        "chat_input", _chat_input, ["VARCHAR"],
        "STRUCT(system_prompt VARCHAR, prompt VARCHAR, messages VARCHAR)", type=PythonUDFType.ARROW,
        null_handling=FunctionNullHandling.SPECIAL,
    )  # fmt: skip
    connection.create_function(
        "chat_output", _chat_output, ["VARCHAR"],
        "STRUCT(response VARCHAR, tool_calls VARCHAR, finish_reason VARCHAR)", type=PythonUDFType.ARROW,
        null_handling=FunctionNullHandling.SPECIAL,
    )  # fmt: skip
    for macro in (*_MACROS, _finish_macro()):
        connection.execute(macro)


def plain_macros() -> tuple[str, ...]:
    """The functions that :func:`select` uses, but for those in Python: messages that want these are an error."""
    return (
        """CREATE MACRO chat_input(txt) AS {'system_prompt': error('odd ' || txt), 'prompt': NULL, 'messages': NULL}""",
        """CREATE MACRO chat_output(txt) AS {'response': error('odd ' || txt), 'tool_calls': NULL,
            'finish_reason': NULL}""",
        *_MACROS,
        _finish_macro(),
    )


def _finish_macro() -> str:
    words = ", ".join(f"'{word}': '{canonical}'" for word, canonical in chat.FINISH_REASONS.items())
    return f"CREATE MACRO finish(word) AS coalesce(map {{{words}}}[lower(word)], lower(filled(word)))"


def _chat_input(texts: pa.StringArray) -> pa.StructArray:
    rows = [chat.read_input(text)._asdict() for text in texts.to_pylist()]
    return pa.array(rows, type=pa.struct([(name, pa.string()) for name in ("system_prompt", "prompt", "messages")]))


def _chat_output(texts: pa.StringArray) -> pa.StructArray:
    rows = []
    for text in texts.to_pylist():
        answer = chat.read_output(text)
        finish = "refusal" if answer.refusal else answer.finish_reason
        rows.append({"response": answer.response, "tool_calls": answer.tool_calls, "finish_reason": finish})
    return pa.array(rows, type=pa.struct([(name, pa.string()) for name in ("response", "tool_calls", "finish_reason")]))


def select(drafts: str, source: str, moment: datetime | None) -> str:
    """Turn a relation of draft rows into staged rows.

    Parameters
    ----------
    drafts : str
        SQL of a relation with the columns of ``DRAFT`` and ``line``, ``mended``: all text but the line.
    source : str
        The tool, a part of every id.
    moment : datetime or None
        UTC time of rows that have none.

    Returns
    -------
    str
        SQL that gives the record's columns (but for import_id, attributes as JSON text), and row_kind, why, line,
        problem and scores.
    """
    numbers = ", ".join(f"{_NUMBERS.get(name, 'number')}({name}) AS n_{name}" for name in _MEASURES)
    measures = ", ".join(f"measure(d.n_{name}) AS m_{name}" for name in _MEASURES)
    unread = " OR ".join(f"unread(d.{name}, p.m_{name})" for name in _MEASURES)
    names = ", ".join(f"filled({name}) AS {name}" for name in _NAMES)
    parsed = f"""
        SELECT d.* EXCLUDE (heads, reply, {", ".join(_NAMES)}), {names.replace("filled(", "filled(d.")},
            plausible(moment(d.time)) AS m_time, plausible(moment(d.end_time)) AS m_end, {measures},
            asked(d.input, d.heads) AS talk, answered(d.output, d.reply) AS answer
        FROM (SELECT *, heads(input) AS heads, reply(output) AS reply, {numbers} FROM ({drafts})) d"""
    # One pass more gives names to what the last one needs twice.
    timed = f"""
        SELECT *, (epoch_us(m_end) - epoch_us(m_time)) / 1000000 AS span FROM ({parsed})"""
    tokens = ", ".join(f"CAST(round(m_{name}) AS BIGINT) AS {name}" for name in _TOKENS)
    flags = f"""nullif(concat_ws(',', mended,
        CASE WHEN unread(time, m_time) OR unread(end_time, m_end) THEN 'time' END,
        CASE WHEN {unread.replace("d.", "").replace("p.", "")} THEN 'number' END,
        CASE WHEN span < 0 THEN 'order' END, CASE WHEN deep(attributes) THEN 'deep' END,
        CASE WHEN span >= 0 AND abs(m_latency - span) > 0.002 + 0.05 * span THEN 'latency' END), '')"""
    content = ", ".join(f"coalesce({name}, '')" for name in _CONTENT)
    identity = f"""CAST(md5(CASE
        WHEN kind = 'trace' THEN concat_ws(':', '{source}', 'trace', trace_id)
        WHEN source_id IS NOT NULL THEN '{source}:' || source_id
        ELSE concat_ws(chr(31), '{source}', {content}) END) AS UUID)"""
    return f"""
        SELECT {identity} AS id, '{source}' AS source, source_id, kind AS row_kind,
            CASE WHEN kind = 'trace' THEN 'trace' ELSE 'call' END AS kind,
            trace_id, session_id, user_id, correlation_id, response_id,
            {f"coalesce(m_time, TIMESTAMP '{moment}')" if moment else "m_time"} AS time,
            environment, app, feature, release, prompt_version,
            coalesce(lower(filled(provider)), maker(coalesce(model, requested_model))) AS provider,
            coalesce(model, requested_model) AS model, requested_model,
            talk.system_prompt AS system_prompt, talk.messages AS messages, nullif(talk.prompt, '') AS prompt,
            nullif(answer.response, '') AS response, answer.tool_calls AS tool_calls,
            CASE WHEN documents IS NOT NULL THEN TRY(from_json(documents, '{_DOCUMENTS}')) END AS documents,
            CASE WHEN parameters NOT IN ('', '{{}}', 'null') THEN parameters END AS parameters,
            {tokens}, m_recorded_cost AS recorded_cost,
            CASE WHEN span >= 0 THEN span WHEN span IS NULL THEN m_latency END AS latency,
            m_time_to_first_token AS time_to_first_token,
            TRY_CAST(streaming AS BOOLEAN) AS streaming, outcome(status, error) AS status, error,
            finish(coalesce(filled(finish_reason), answer.finish_reason)) AS finish_reason,
            json_object_or_null(attributes) AS attributes, {flags} AS repairs, why, line,
            CASE WHEN kind = 'call' AND m_time IS NULL AND talk.prompt IS NULL AND answer.response IS NULL
                AND answer.tool_calls IS NULL AND m_input_tokens IS NULL AND m_output_tokens IS NULL
                AND m_recorded_cost IS NULL AND error IS NULL
                THEN 'none of time, prompt, response, tokens, cost and error is in it' END AS problem,
            CASE WHEN scores IS NOT NULL AND scores <> '[]' THEN TRY(from_json(scores, '{_SCORES}')) END AS scores
        FROM ({timed})"""
