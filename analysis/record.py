"""The canonical record: one row for each call of a model, whatever tool logged it.

This is the only place where a column is named first. The stores, the adapters and the metrics all read it from here.
Missing is null, never 0 or "". Times are UTC. Money is US dollars. Token buckets are disjoint: their sum is the total.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A column: its name, its DuckDB type, its unit ("" where it has none) and what it means."""

    name: str
    type: str
    unit: str
    meaning: str


RECORD: tuple[Column, ...] = (
    # identity
    Column("id", "UUID", "", "MD5 of the source and its own id, or of the content where the source gives no id"),
    Column("import_id", "INTEGER", "", "the import that brought it"),
    Column("source", "VARCHAR", "", "the tool that logged it: langfuse, langsmith, helicone, …"),
    Column("source_id", "VARCHAR", "", "the tool's own id of the call"),
    Column("kind", "VARCHAR", "", "'call', or 'trace' where only the whole trace was logged, for its calls"),
    Column("trace_id", "VARCHAR", "", "one request of the application, which may take several calls"),
    Column("session_id", "VARCHAR", "", "one conversation"),
    Column("user_id", "VARCHAR", "", "the person, under the name the application uses"),
    Column("correlation_id", "VARCHAR", "", "the caller's own id of the request, such as a batch custom_id"),
    Column("response_id", "VARCHAR", "", "the provider's id of the response"),
    # when, where
    Column("time", "TIMESTAMP", "UTC", "start of the call"),
    Column("environment", "VARCHAR", "", "production, staging, …"),
    Column("app", "VARCHAR", "", "the application or service"),
    Column("feature", "VARCHAR", "", "the part of the application"),
    Column("release", "VARCHAR", "", "release of the application"),
    Column("prompt_version", "VARCHAR", "", "name and version of the prompt template"),
    Column("provider", "VARCHAR", "", "who ran the model: openai, anthropic, …"),
    Column("model", "VARCHAR", "", "the model that answered, or the one asked for where the answer does not say"),
    Column("requested_model", "VARCHAR", "", "the model asked for"),
    # text
    Column("system_prompt", "VARCHAR", "", "the system or developer message"),
    Column("messages", "VARCHAR", "", "JSON: the whole message list; null where system and prompt are all of it"),
    Column("prompt", "VARCHAR", "", "the last user turn"),
    Column("response", "VARCHAR", "", "the text of the answer"),
    Column("tool_calls", "VARCHAR", "", "JSON: the tools the answer calls, [{id, name, arguments}]"),
    Column("documents", "STRUCT(id VARCHAR, text VARCHAR, score DOUBLE)[]", "", "the retrieved documents"),
    Column("parameters", "VARCHAR", "", "JSON: temperature and the rest"),
    # tokens
    Column("input_tokens", "BIGINT", "tokens", "input that no cache served"),
    Column("cache_read_tokens", "BIGINT", "tokens", "input read from the prompt cache"),
    Column("cache_write_tokens", "BIGINT", "tokens", "input written to the prompt cache"),
    Column("output_tokens", "BIGINT", "tokens", "visible output"),
    Column("reasoning_tokens", "BIGINT", "tokens", "hidden reasoning output"),
    # money
    Column("recorded_cost", "DOUBLE", "USD", "cost as the log says"),
    Column("computed_cost", "DOUBLE", "USD", "cost by the price table, from the tokens"),
    Column("price_source", "VARCHAR", "", "the price it was computed with, and its date"),
    # time taken
    Column("latency", "DOUBLE", "s", "from the request to the last word"),
    Column("time_to_first_token", "DOUBLE", "s", "from the request to the first word; only where it streamed"),
    Column("streaming", "BOOLEAN", "", "whether the answer was streamed"),
    # outcome
    Column("status", "VARCHAR", "", "'ok' or 'error'"),
    Column("error", "VARCHAR", "", "the error's text"),
    Column("finish_reason", "VARCHAR", "", "stop, length, tool_calls, content_filter, refusal, or the tool's own word"),
    # the rest
    Column("attributes", "VARIANT", "", "everything else: an object, each key of which can filter and break down"),
    Column("repairs", "VARCHAR", "", "what the import mended in it, comma-separated; null where nothing"),
)

SCORE: tuple[Column, ...] = (
    Column("id", "UUID", "", "MD5 of the source and its own id, or of target, name, origin, time and value"),
    Column("import_id", "INTEGER", "", "the import that brought it"),
    Column("record_id", "UUID", "", "the record it speaks of, of a trace or session the last; null until it comes"),
    Column("target", "VARCHAR", "", "what it was given to: call, trace, session or response"),
    Column("target_key", "VARCHAR", "", "the target's id: a record's id, a trace_id, a session_id or a response_id"),
    Column("name", "VARCHAR", "", "what was judged: thumbs, stars, comment, correction, or the evaluator's name"),
    Column("value", "DOUBLE", "", "the number, booleans as 0 and 1"),
    Column("label", "VARCHAR", "", "the category, or the text of a comment or correction"),
    Column("comment", "VARCHAR", "", "the reasoning or remark that came with it"),
    Column("origin", "VARCHAR", "", "who judged: user, human, model or code"),
    Column("time", "TIMESTAMP", "UTC", "when it was given"),
)

MARK: tuple[Column, ...] = (
    Column("record_id", "UUID", "", "the record"),
    Column("name", "VARCHAR", "", "the scorer"),
    Column("version", "INTEGER", "", "the scorer's version"),
    Column("value", "DOUBLE", "", "the number; null with no label either where the record could not be measured"),
    Column("label", "VARCHAR", "", "the category"),
    Column("evidence", 'STRUCT(field VARCHAR, "start" INTEGER, "end" INTEGER, kind VARCHAR)[]', "characters",
           "the places in its texts that show it"),
    Column("note", "VARCHAR", "", "the reasoning of a judge"),
)  # fmt: skip
"""What Afterword's own scorers gave, a row a record and scorer."""

SAMPLE: tuple[Column, ...] = (
    Column("import_id", "INTEGER", "", "the import that brought it"),
    Column("time", "TIMESTAMP", "UTC", "when it was taken"),
    Column("metric", "VARCHAR", "", "what was measured: a name of ``ingest.resources.names``, in its unit"),
    Column("instance", "VARCHAR", "", "the machine, without a port; null where the export does not name it"),
    Column("device", "VARCHAR", "", "the GPU, network card or engine on it"),
    Column("model", "VARCHAR", "", "the model that was served, as its server names it"),
    Column("value", "DOUBLE", "", "the figure; of a counter where it stood"),
)
"""A figure of a machine at a moment; time, metric, instance, device and model tell it apart."""

RECORD_COLUMNS: tuple[str, ...] = tuple(column.name for column in RECORD)
STAGED_COLUMNS: tuple[str, ...] = tuple(
    name for name in RECORD_COLUMNS if name not in ("import_id", "computed_cost", "price_source")
)
"""What an import reads from a log; the rest it adds."""

TOKEN_COLUMNS: tuple[str, ...] = (
    "input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens",
)  # fmt: skip

TEXT_COLUMNS: tuple[str, ...] = ("system_prompt", "prompt", "response", "messages", "tool_calls", "error")

DIMENSIONS: dict[str, str] = {
    "environment": "Environment", "app": "App", "feature": "Feature", "model": "Model", "provider": "Provider",
    "release": "Release", "prompt_version": "Prompt version", "user_id": "User", "session_id": "Conversation",
    "status": "Status", "finish_reason": "Finish reason", "source": "Logged by",
}  # fmt: skip
"""Columns to filter and break down by, with the words for them; any attribute is one too, as ``attributes.KEY``."""

FEEDBACK: dict[str, str] = {
    "thumbs": "a thumb: -1, 0 or +1", "stars": "stars from 1 to 5", "comment": "a remark in words (label)",
    "correction": "the answer as the user would have it (label)", "copied": "1 where the answer was copied",
    "regenerated": "1 where another answer was asked for", "abandoned": "1 where the session ended on this answer",
}  # fmt: skip
"""Score names with a fixed meaning: what users said or did. Adapters translate a tool's own names into these."""


def ddl(columns: tuple[Column, ...]) -> str:
    """Column definitions for ``CREATE TABLE``; long texts are packed by zstd, which loads faster and smaller here."""
    packed = {name: " USING COMPRESSION zstd" for name in TEXT_COLUMNS}
    return ", ".join(f'"{column.name}" {column.type}{packed.get(column.name, "")}' for column in columns)
