"""OpenTelemetry GenAI: traces and logs in OTLP/JSON, of every generation of the conventions.

A span of an inference operation is a call; retrievals give the trace its documents; an agent's span stands in for the
trace where no inference was logged; the rest is set aside. Content stands in attributes (until 1.26, from 1.37, and in
OpenLLMetry), in span events (1.27), or in log events: one a message (1.28 to 1.36), or one a call (from 1.37).

A log record knows its call by trace and span id, as the span does. So what one object of a log file says of a call is
gathered into one row, which has the call's id but no duration; the import merges rows of one id, whether they come from
the trace file, the log file or another object of either, each filling what the others lack. Evaluation events are
scores: of their span, else of the response they name.

References: semantic-conventions v1.27, v1.36, v1.41, docs/gen-ai; semantic-conventions-genai, migration guide;
OpenLLMetry, OpenLIT and Vercel AI SDK for the names they add.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.ingest.adapter import Adapter
from analysis.ingest.adapters import genai, genai_logs, openinference
from analysis.ingest.adapters.otlp_json import LOGS, TRACES, log_events, spans
from analysis.ingest.adapters.tracing import Draft, Span, outer_calls

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAME = "otel"
TITLE = "OpenTelemetry GenAI (OTLP)"
SOURCE = "otel"

_SPAN_KIND = "openinference.span.kind"


def recognise(keys: set[str], first: Mapping[str, Any]) -> bool:
    """Traces or logs in OTLP/JSON."""
    return not keys.isdisjoint((*TRACES, *LOGS))


def recognise_openinference(keys: set[str], first: Mapping[str, Any]) -> bool:
    """Traces in OTLP/JSON whose spans follow OpenInference."""
    return not keys.isdisjoint(TRACES) and any(_SPAN_KIND in span.attributes for span in spans(first))


def rows(obj: Mapping[str, Any]) -> Iterator[Draft]:
    """Draft rows of one ``TracesData`` or ``LogsData``."""
    yield from _trace_rows(list(spans(obj)))
    yield from genai_logs.log_rows(log_events(obj))


def _trace_rows(found: list[Span]) -> Iterator[Draft]:
    known = {span.span_id for span in found if genai.is_model_span(span) or _SPAN_KIND in span.attributes}
    calls: list[tuple[Span, Draft]] = []
    for span in found:
        is_root = span.parent_id not in known
        if _SPAN_KIND in span.attributes:
            drafts = openinference.span_rows(span, is_root=is_root)
        else:
            drafts = genai.span_rows(span, is_root=is_root)
        for draft in drafts:
            if draft["kind"] == "call":
                calls.append((span, draft))
            else:
                yield draft
    outer = outer_calls(calls)
    for place, (_, draft) in enumerate(calls):
        yield {"kind": "aside", "why": "span around another call of the same tokens"} if place in outer else draft


GENAI = Adapter(name=NAME, title=TITLE, source=SOURCE, recognise=recognise, rows=rows, merges=True)

OPENINFERENCE = Adapter(
    name="phoenix-otlp",
    title="Phoenix traces (OTLP)",
    source=openinference.SOURCE,
    recognise=recognise_openinference,
    rows=rows,
    merges=True,
)
"""Apart from `GENAI` so that a span has one identity, whichever way Phoenix exported it. To be tried first."""
