"""The outbox: what is to be told of alerts, kept with the alert itself until it is delivered or listed as undelivered.

A message is sent by one process, in the order in which those of its alert were put, and tried again until it is taken,
refused, or too old. A crash loses none. Between sending and writing down that it was sent it can leave one open: Slack
and Teams can't tell whether they had it, so it is listed as perhaps delivered and not sent twice; PagerDuty, webhooks
and e-mail get it again under the key by which they know it.
"""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select, update

from analysis.alerts import lanes
from analysis.alerts.lanes import DROPPED, PERHAPS, SENT, UNDELIVERED, WAITING
from analysis.alerts.notice import Notice
from analysis.alerts.senders import configured
from analysis.alerts.senders.sender import SendingError, send
from analysis.state import database
from analysis.state.schema import outbox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    import httpx
    from sqlalchemy import Connection

    from analysis.alerts.senders.sender import Sender
    from analysis.state.database import State


@dataclass(frozen=True)
class Delivered:
    """What came of a delivery: messages sent, put off, given up, perhaps delivered, and all that wait now."""

    sent: int = 0
    later: int = 0
    undelivered: int = 0
    perhaps: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class Message:
    """A message that was not delivered, or not yet; `holds` counts those that it tells of beside itself."""

    id: int
    sender: str
    event: str
    notice: Notice
    made: datetime
    state: str
    tries: int
    next_try: datetime
    error: str
    holds: int


def put(connection: Connection, notice: Notice, senders: Sequence[str]) -> None:
    """Keep a notice to be sent by these senders; the same key, event and sender are kept once.

    It is kept in the caller's transaction: an alert's event and its notices are on disk together or not at all.
    """
    made = database.now()
    for sender in dict.fromkeys(senders):
        connection.execute(lanes.insert_once(connection, outbox).values(lanes.fresh(notice, sender, made)))


def deliver(state: State, *, now: datetime | None = None, http: httpx.Client | None = None) -> Delivered:
    """Send what is due, each sender's messages one after the other and the senders beside each other.

    It may be called by several processes at once, and killed at any time.

    Parameters
    ----------
    now : datetime or None
        Another time than the clock's, UTC; pauses between messages then pass at once.
    http : httpx.Client or None
        By which to post; None for one of its own.
    """
    waiting = outbox.c.state == WAITING
    query = select(outbox.c.sender).where(waiting, outbox.c.next_try <= (now or database.now())).distinct()
    with state.read() as connection:
        names = list(connection.execute(query).scalars())
    went: Counter[str] = Counter()
    if names:
        known = configured(state, http=http)
        with ThreadPoolExecutor(len(names)) as threads:
            for part in threads.map(lambda name: _serve(state, name, known.get(name), _Clock(now)), names):
                went += part
    with state.read() as connection:
        left = connection.execute(select(func.count()).where(waiting)).scalar_one()
    return Delivered(went[SENT], went[WAITING], went[UNDELIVERED], went[PERHAPS], left)


def undelivered(state: State, *, limit: int = 200) -> list[Message]:
    """List what was not delivered: given up, perhaps delivered, or still to be tried again; the newest first."""
    held = outbox.alias()
    holds = select(func.count()).where(held.c.folded_into == outbox.c.id).scalar_subquery().label("holds")
    failed = or_(
        outbox.c.state.in_((UNDELIVERED, PERHAPS)), and_(outbox.c.state == WAITING, outbox.c.error.is_not(None))
    )
    query = select(outbox, holds).where(failed).order_by(outbox.c.id.desc()).limit(limit)
    with state.read() as connection:
        return [
            Message(
                row["id"], row["sender"], row["event"], Notice.from_json(row["notice"]), row["made"], row["state"],
                row["tries"], row["next_try"], row["error"] or "", row["holds"],
            )
            for row in connection.execute(query).mappings()
        ]  # fmt: skip


def again(state: State, number: int, *, who: str) -> None:
    """Have a message tried again from the start, at the next delivery.

    Raises
    ------
    ValueError
        If there is none with this number that was not delivered.
    """
    moment = database.now()
    _end(
        state, number, state=WAITING, tries=0, next_try=moment, until=moment + lanes.DAY, uncertain=False, claim=None,
        claimed_until=None, ended=None, who=who,
    )  # fmt: skip


def drop(state: State, number: int, *, who: str) -> None:
    """Let a message be, delivered or not; it stays in the store with the name of who said so.

    Raises
    ------
    ValueError
        If there is none with this number that was not delivered.
    """
    _end(state, number, state=DROPPED, ended=database.now(), who=who)


def _end(store: State, number: int, /, **values: object) -> None:
    free = or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until <= database.now())
    open_ = or_(
        outbox.c.state.in_((UNDELIVERED, PERHAPS)),
        and_(outbox.c.state == WAITING, outbox.c.error.is_not(None), free),
    )
    with store.write() as connection:
        if not connection.execute(update(outbox).where(outbox.c.id == number, open_).values(**values)).rowcount:
            raise ValueError(f"There is no message {number} that waits for a decision. Somebody else may have made it.")


def _serve(state: State, name: str, sender: Sender | None, clock: _Clock) -> Counter[str]:
    """Send what is due by one sender; gives how many came to which state."""
    went: Counter[str] = Counter()
    if sender is None:
        with state.write() as connection:
            lanes.orphaned(connection, name, clock.now())
        return went
    while True:
        with state.write() as connection:
            message, wait = lanes.claim(connection, name, sender, clock.now())
        if message is None:
            if wait is None or wait > lanes.PACE:  # nothing is due, or the sender is to be left alone for a while
                return went
            clock.sleep(wait)
            continue
        error = _tried(sender, message.notice)
        with state.write() as connection:
            went[lanes.settle(connection, name, sender, message, error, clock.now())] += 1


def _tried(sender: Sender, notice: Notice) -> SendingError | None:
    try:
        send(sender, notice)
    except SendingError as error:
        return error
    return None


class _Clock:
    """The time in UTC, without a zone; one that starts elsewhere stands still but for its pauses."""

    def __init__(self, start: datetime | None) -> None:
        self._at = start

    def now(self) -> datetime:
        return self._at or database.now()

    def sleep(self, wait: timedelta) -> None:
        if self._at is None:
            time.sleep(wait.total_seconds())
        else:
            self._at += wait
