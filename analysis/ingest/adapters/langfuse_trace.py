"""Langfuse: one trace with its observations and scores, as the API and the trace page give it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analysis.ingest.adapter import Adapter, DraftRow
from analysis.ingest.adapters.langfuse import CACHED, REASONING, WRITTEN
from analysis.ingest.content import first


def _whole_trace(obj: Mapping[str, Any]) -> Iterator[DraftRow]:
    """One trace with its observations and scores, as the API and the trace page give it."""
    trace = obj.get("trace") if isinstance(obj.get("trace"), dict) else obj
    assert isinstance(trace, Mapping)
    shared = {
        "trace_id": trace.get("id"),
        "session_id": trace.get("sessionId"),
        "user_id": trace.get("userId"),
        "app": trace.get("name"),
        "release": trace.get("release"),
    }
    tags = {"tags": trace["tags"]} if trace.get("tags") else {}
    calls = [o for o in obj.get("observations") or [] if isinstance(o, dict)]
    for observation in calls:
        yield {**shared, **_whole_observation(observation, tags)}
    if not any(o.get("type") in ("GENERATION", "EMBEDDING") for o in calls):
        yield {
            **shared,
            "kind": "trace",
            "source_id": trace.get("id"),
            "time": trace.get("timestamp"),
            "latency": trace.get("latency"),
            "environment": trace.get("environment"),
            "input": trace.get("input"),
            "output": trace.get("output"),
            "attributes": {**_as_object(trace.get("metadata")), **tags},
        }
    for score in trace.get("scores") or obj.get("scores") or []:
        if isinstance(score, dict) and score.get("name"):
            yield {"kind": "score", "source_id": score.get("id"), "scores": [_whole_score(score)]}


def _whole_observation(observation: Mapping[str, Any], tags: Mapping[str, Any]) -> dict[str, Any]:
    kind = observation.get("type")
    usage = observation.get("usageDetails") or {}
    metadata = _as_object(observation.get("metadata"))
    cached, written, reasoning = (first(usage, *keys) for keys in (CACHED, WRITTEN, REASONING))
    total_in = usage.get("input", observation.get("inputUsage"))
    total_out = usage.get("output", observation.get("outputUsage"))
    inclusive = usage.get("total") == (total_in or 0) + (total_out or 0)
    error = observation.get("level") == "ERROR"
    row = {
        "source_id": observation.get("id"),
        "time": observation.get("startTime"),
        "end_time": observation.get("endTime"),
        "environment": observation.get("environment"),
        "model": observation.get("model") or observation.get("providedModelName"),
        "feature": metadata.pop("feature", None),
        "input": observation.get("input"),
        "output": observation.get("output"),
        "parameters": observation.get("modelParameters"),
        "input_tokens": total_in - (cached or 0) - (written or 0) if inclusive and total_in else total_in,
        "cache_read_tokens": cached,
        "cache_write_tokens": written,
        "output_tokens": total_out - (reasoning or 0) if inclusive and total_out else total_out,
        "reasoning_tokens": reasoning,
        "recorded_cost": observation.get("totalCost"),
        "time_to_first_token": observation.get("timeToFirstToken"),
        "status": "error" if error else "ok",
        "error": (observation.get("statusMessage") or "error") if error else None,
        "attributes": {**metadata, **tags},
    }
    if kind in ("GENERATION", "EMBEDDING"):
        return {**row, "kind": "call"}
    return {"kind": "aside", "why": f"{kind} observation, no model call", "source_id": row["source_id"]}


def _whole_score(score: Mapping[str, Any]) -> dict[str, Any]:
    on_call = score.get("observationId")
    origin = {"ANNOTATION": "human", "EVAL": "model"}.get(str(score.get("source")), "code")
    return {
        "id": score.get("id"), "name": score["name"], "value": score.get("value"), "label": score.get("stringValue"),
        "comment": score.get("comment"), "origin": origin, "time": score.get("timestamp"),
        "target": "call" if on_call else "trace", "target_key": on_call or score.get("traceId"),
    }  # fmt: skip


def _as_object(value: object) -> dict[str, Any]:
    """Metadata without the raw telemetry, which Langfuse has read into its own fields."""
    raw = ("attributes", "resourceAttributes", "scope")
    return {key: item for key, item in value.items() if key not in raw} if isinstance(value, dict) else {}


WHOLE_TRACE = Adapter(
    name="langfuse-trace",
    title="Langfuse trace with its observations",
    source="langfuse",
    recognise=lambda keys, first: (
        "observations" in keys and ("trace" in keys or {"timestamp", "projectId"} <= keys or "htmlPath" in keys)
    ),
    rows=_whole_trace,
)
