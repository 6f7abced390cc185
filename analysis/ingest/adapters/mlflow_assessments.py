"""MLflow's assessments: feedback and expectations, of a trace or of a span in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.ingest.adapters.judgements import score
from analysis.ingest.adapters.otlp_json import span_id
from analysis.ingest.adapters.tracing import Draft, as_list, as_object, first, named
from analysis.ingest.content import Json, as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_ANSWERS = ("expected_response", "expected_answer", "expected_output", "ground_truth", "correction")


def assessments(trace: dict[str, Any], trace_id: str | None, calls: set[str | None]) -> Iterator[Draft]:
    """Assessments of the trace or of a call in it, and expectations that stand apart."""
    said = set()
    for item in as_list(trace.get("assessments")):
        if not isinstance(item, dict) or item.get("valid") is False:
            continue
        name = named(first(item, ("assessment_name", "name")))
        expected = as_object(item.get("expectation"))
        given = expected or as_object(item.get("feedback"))
        value = first(given, ("value", "serialized_value"))
        value = as_object(value).get("value", value) if isinstance(value, dict) else value
        said.add(name)
        span = span_id(item.get("span_id"), 8)
        on_call = span in calls and span is not None
        found = _judgement(
            name,
            value,
            is_expectation=bool(expected),
            comment=item.get("rationale"),
            origin=as_object(item.get("source")).get("source_type"),
            time=first(item, ("create_time", "create_time_ms", "last_update_time")),
            id=item.get("assessment_id"),
            target="call" if on_call else "trace",
            target_key=f"{trace_id or ''}:{span}" if on_call else trace_id,
        )
        if found:
            yield found
    for name, value in as_object(trace.get("expectations")).items():
        if name not in said:
            found = _judgement(name, value, is_expectation=True, origin="HUMAN", target="trace", target_key=trace_id)
            if found:
                yield found


_YES_NO = {"yes": 1, "no": 0, "true": 1, "false": 0, "pass": 1, "fail": 0}


def _judgement(name: str | None, value: Json, *, is_expectation: bool, **given: Json) -> Draft | None:
    if is_expectation:
        title = "correction" if name in _ANSWERS else f"expected {name}" if name else None
        return score(title, label=None if value is None else as_text(value), **given)
    if isinstance(value, str):
        return score(name, value=_YES_NO.get(value.lower()), label=value, **given)
    return score(name, value=value, **given)
