"""What `afterword release` and `afterword releases` can do: see :mod:`app.commands`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from analysis.releases import reading
from analysis.releases.release import find, listed, put, remove
from analysis.releases.report import meanwhile, report, sudden, traffic, why
from analysis.releases.runs import beside
from analysis.releases.windows import DAYS
from analysis.state import releases as kept
from app import release_words
from app.command import Call, Command, moment, plain

if TYPE_CHECKING:
    from analysis.releases.compare import Outcome
    from analysis.releases.release import Release


def _release(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Say when a release began."""
    here = call.runtime
    event = put(
        here.store, here.state, arguments["name"], moment(arguments["at"]), app=arguments.get("app"),
        environment=arguments.get("environment"), note=arguments.get("note") or "", who=call.who,
    )  # fmt: skip
    return plain(asdict(event))


def _releases(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """List the releases, or tell what became of one."""
    here = call.runtime
    found = listed(here.store, here.state)
    if arguments.get("name") is None:
        return {"releases": [_about(one) for one in found]}
    release = find(found, arguments["name"], arguments.get("app"))
    days = arguments.get("days")
    told = report(here.store, release, found, days=DAYS if days is None else days)
    other = meanwhile(here.store, here.state, told.windows)
    run, named = beside(here.state, release)
    reasons = []
    for outcome in release_words.leading(told):
        shifts = why(here.store, told, outcome.measure.name)
        day = sudden(here.store, told, outcome)
        reasons.append(release_words.reason(outcome, shifts, traffic(shifts), day))
    return {
        "release": _about(release), "says": release_words.headline(told), "tally": release_words.tally(told),
        "how": release_words.how(told), "meanwhile": release_words.meanwhile(told, other),
        "beside": told.windows.beside, "reasons": [reason for reason in reasons if reason],
        "metrics": [_outcome(one) for one in release_words.in_order(told.outcomes)],
        "groups": [
            {"metric": group.measure.name, "unit": group.measure.metric.unit, "field": group.field, "group": group.name,
             "before": plain(group.before), "now": plain(group.now), "low": plain(group.change.low),
             "high": plain(group.change.high), "others_before": plain(group.others_before),
             "others_now": plain(group.others_now), "p": plain(group.p), "q": plain(group.q)}
            for group in told.apart.groups
        ],
        "groups_looked_at": told.apart.looked_at,
        "regression": None if run is None else plain(asdict(run)) | {"named": named},
    }  # fmt: skip


def _import(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Put the releases of a file down; those that are there already stay as they are."""
    rows, faults = reading.read(arguments["text"].encode(), arguments["file"])
    here, before = call.runtime, len(kept.standing(call.runtime.state))
    for row in rows:
        put(
            here.store, here.state, row.name, row.time, app=row.app, environment=row.environment, note=row.note,
            source=kept.IMPORTED, who=call.who,
        )  # fmt: skip
    return {
        "file": arguments["file"], "read": len(rows), "new": len(kept.standing(here.state)) - before,
        "refused": [asdict(fault) for fault in faults],
    }  # fmt: skip


def _remove(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Take a release back."""
    here = call.runtime
    return {"removed": _about(remove(here.store, here.state, arguments["name"], arguments.get("app"), who=call.who))}


def _about(release: Release) -> dict[str, Any]:
    return plain(asdict(release)) | {"came": release_words.came(release)}


def _outcome(outcome: Outcome) -> dict[str, Any]:
    before, now = outcome.before, outcome.now
    return {
        "metric": outcome.measure.name, "title": outcome.measure.metric.title, "unit": outcome.measure.metric.unit,
        "heading": outcome.measure.section, "better": outcome.measure.better, "verdict": outcome.verdict,
        "before": plain(before.value), "before_n": before.n, "now": plain(now.value), "now_n": now.n,
        "change": plain(outcome.change.value), "low": plain(outcome.change.low), "high": plain(outcome.change.high),
        "p": plain(outcome.p), "q": plain(outcome.q), "smallest": plain(outcome.smallest),
    }  # fmt: skip


COMMANDS: dict[str, Command] = {
    "release": _release,
    "releases": _releases,
    "releases import": _import,
    "releases remove": _remove,
}
