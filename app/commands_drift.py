"""What changed, and why: see :mod:`app.commands`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from analysis.drift import reference
from analysis.drift.report import drift, windows
from analysis.drift.series import changes
from analysis.metrics.shifts.explain import candidates, explain_by
from analysis.releases import release as releases
from app.command import Call, Command, compared, plain, selected
from app.reasons import sentence


def _explain(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Split the change of a metric by the groups of a field, or of the one that tells most."""
    store, name = call.runtime.store, arguments["name"]
    before, now = compared(store, arguments)
    by = arguments.get("by")
    fields = [by] if by else candidates(store, before, now)
    if not fields:
        raise ValueError("These records have no field of several values to split by. Name one: --by.")
    shift, *others = explain_by(store, name, before, now, fields)
    found = {key: plain(value) for key, value in asdict(shift).items() if key != "metric"}
    return {
        "metric": shift.metric.name, "unit": shift.metric.unit, "now_is": now.sentence(),
        "before_is": before.sentence(), "says": sentence(shift, () if by else (shift, *others)), **found,
        "others": [{"by": other.by, "explains": plain(other.explains)} for other in others],
    }  # fmt: skip


def _drift(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Compare a window of the records with a reference: by default the last week with the one before."""
    store, window, against = call.runtime.store, selected(arguments), arguments["against"]
    since_release = against.startswith(reference.RELEASE)
    if not since_release:
        window = reference.closed(store, window)
        if window.start is None and window.end is not None:
            window = window.during(window.end - timedelta(weeks=1), window.end)
    start, between, end = against.partition("..")
    if between and not since_release:
        given = selected({"from": start, "to": end})
        before = reference.period(window, given.start, given.end)
    else:
        came = releases.came(store, releases.listed(store, call.runtime.state), window) if since_release else {}
        before, window = windows(store, window, against, came)
    found = drift(store, window, before)
    return {
        "window": found.window.sentence(), "reference": found.reference.sentence(), **plain(asdict(found.report)),
        "smallest": found.report.smallest,
        "outcomes": [
            {"metric": shift.metric.name, "before": shift.before, "now": shift.now, "p": outcome.p,
             "adjusted": outcome.adjusted, "changed": outcome.changed,
             **{part: plain(asdict(getattr(shift, part))) for part in ("change", "mix", "rate")}}
            for outcome in found.outcomes for shift in (outcome.shift,)
        ],
    }  # fmt: skip


def _changes(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Find when topics and outcomes changed."""
    found = changes(call.runtime.store, selected(arguments))
    return {"changes": [plain(asdict(change)) for change in found.changes], "series": found.series}


COMMANDS: dict[str, Command] = {
    "explain": _explain,
    "drift": _drift,
    "changes": _changes,
}
