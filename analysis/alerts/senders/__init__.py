"""Senders of alerts: Slack, PagerDuty, e-mail, Microsoft Teams and signed webhooks, as they are configured.

The variables of the environment alone are enough for one of each kind, which then has the kind's name. More of them,
with names of their own, are entries in the settings: see :mod:`analysis.alerts.senders.settings`.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.alerts.notice import TEST, Notice
from analysis.alerts.senders import mail, pagerduty, settings, slack, teams, webhook
from analysis.alerts.senders.sender import ConfigError, SendingError, send
from analysis.state.database import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from analysis.alerts.senders.sender import Kind, Sender
    from analysis.state.database import State

KINDS: dict[str, Kind] = {module.KIND.name: module.KIND for module in (slack, pagerduty, mail, teams, webhook)}


@dataclass(frozen=True)
class Listed:
    """A sender as it is configured; `problem` says what it lacks where it can't send."""

    name: str
    kind: Kind
    sender: Sender | None
    problem: str = ""


def listed(
    state: State, *, environment: Mapping[str, str] | None = None, http: httpx.Client | None = None
) -> list[Listed]:
    """List what is configured, those of the settings first."""
    given = os.environ if environment is None else environment
    entries = settings.kept(state)
    named = {entry["name"] for entry in entries}
    own = [
        {"name": kind.name, "kind": kind.name}
        for kind in KINDS.values()
        if kind.name not in named and any(given.get(variable, "").strip() for variable in kind.needs.values())
    ]
    return [_made(entry, given, http) for entry in (*entries, *own) if entry["kind"] in KINDS]


def configured(
    state: State, *, environment: Mapping[str, str] | None = None, http: httpx.Client | None = None
) -> dict[str, Sender]:
    """Give the senders that can send, by name."""
    return {one.name: one.sender for one in listed(state, environment=environment, http=http) if one.sender}


def try_out(state: State, name: str, *, http: httpx.Client | None = None) -> str:
    """Send a notice of a test at once, past the outbox; gives what went wrong, empty where nothing did.

    Raises
    ------
    ValueError
        If there is no such sender.
    """
    found = next((one for one in listed(state, http=http) if one.name == name), None)
    if found is None:
        raise ValueError(f"There is no sender {name!r}. `afterword alerts senders` lists them.")
    if found.sender is None:
        return found.problem
    try:
        send(found.sender, _trial(name))
    except SendingError as error:
        return str(error)
    return ""


def _trial(name: str) -> Notice:
    return Notice(
        key=f"test-{uuid.uuid4().hex}", event=TEST, severity="info", rule="Test", title="Afterword can reach you",
        text="Somebody tried this sender. Nothing is wrong, and nothing has to be done.", facts=(("Sender", name),),
        why=(), at=now(), link="",
    )  # fmt: skip


def _made(entry: Mapping[str, Any], given: Mapping[str, str], http: httpx.Client | None) -> Listed:
    kind = KINDS[entry["kind"]]
    variables = {field: entry.get(f"{field}_env", usual) for field, usual in kind.fields.items()}
    values = {field: entry.get(field) or given.get(variable, "") for field, variable in variables.items()}
    missing = [variables[field] for field in kind.needs if not values[field].strip()]
    if missing:
        are = "is" if len(missing) == 1 else "are"
        return Listed(entry["name"], kind, None, f"{' and '.join(missing)} {are} not set.")
    try:
        return Listed(entry["name"], kind, kind.make(values, bool(entry.get("insecure")), http))
    except ConfigError as error:
        named = error.field if entry.get(error.field) else variables[error.field]
        return Listed(entry["name"], kind, None, f"{named} {error}.")
