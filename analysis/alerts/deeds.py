"""What people do with an alert: see it, take it on, remark on it, end it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.alerts import history, told
from analysis.alerts.history import ACKNOWLEDGED, ASSIGNED, COMMENTED, RESOLVED, Alert
from analysis.alerts.keeping import tell_over
from analysis.state.database import now as the_time
from analysis.state.schema import alert_events

if TYPE_CHECKING:
    from analysis.state.database import State
    from analysis.store import Store


def acknowledge(store: Store, state: State, number: int, *, who: str, address: str = "") -> Alert:
    """Say that somebody has seen an alert, and tell it to whom it was told.

    Raises
    ------
    ValueError
        If there is no such alert, or it is over.
    """
    with state.write() as connection:
        alert = _open(history.found(connection, number))
        if history.happened(connection, number, ACKNOWLEDGED, who=who, once=f"{ACKNOWLEDGED} {alert.times}"):
            tell_over(connection, store, number, the_time(), address=address, event=told.ACKNOWLEDGE)
        return history.found(connection, number)


def resolve(store: Store, state: State, number: int, *, who: str, reason: str = "", address: str = "") -> Alert:
    """End an alert; it is not opened again before its figure was back.

    Raises
    ------
    ValueError
        If there is no such alert, or it is over already.
    """
    moment = the_time()
    with state.write() as connection:
        alert = _open(history.found(connection, number))
        body = {"end": moment.isoformat(), "reason": reason.strip()}
        if history.happened(connection, number, RESOLVED, who=who, body=body, once=f"{RESOLVED} {alert.times}"):
            tell_over(connection, store, number, moment, address=address)
        return history.found(connection, number)


def assign(state: State, number: int, to: str, *, who: str, seen: str | None = None) -> Alert:
    """Give an alert to somebody; to nobody where `to` is empty.

    Parameters
    ----------
    seen : str, optional
        Whose it seemed to be; if somebody else has given it away meanwhile, it stays theirs.

    Raises
    ------
    ValueError
        If there is no such alert, or it is not whose it seemed to be.
    """
    with state.write(alone=alert_events.name) as connection:
        alert = history.found(connection, number)
        if seen is not None and alert.assigned not in (seen, to.strip()):
            last = next(one.who for one in reversed(alert.events) if one.kind == ASSIGNED)
            whose = alert.assigned or "nobody"
            raise ValueError(f"{last} has given it to {whose} meanwhile. Assign once more does it all the same.")
        history.happened(connection, number, ASSIGNED, who=who, body={"to": to.strip()})
        return history.found(connection, number)


def comment(state: State, number: int, text: str, *, who: str) -> Alert:
    """Remark on an alert.

    Raises
    ------
    ValueError
        If there is no such alert, or the remark is empty.
    """
    if not text.strip():
        raise ValueError("A remark needs a text.")
    with state.write() as connection:
        history.found(connection, number)
        history.happened(connection, number, COMMENTED, who=who, body={"text": text.strip()})
        return history.found(connection, number)


def _open(alert: Alert) -> Alert:
    if alert.resolved is not None:
        since = f"Alert {alert.id} is over since {alert.end:%-d %B, %H:%M} UTC"
        raise ValueError(f"{since}: {told.ended(alert.resolved)}.")
    return alert
