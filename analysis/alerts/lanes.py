"""The lanes of the outbox, one a sender: which message goes next, and what becomes of it.

Whoever takes a message or says how it went locks the sender's lane first: SQLite has one writer at a time, PostgreSQL
locks the lane's row. A message is claimed in one transaction and settled in another, with the sending between the two:
a claim that has run out is of a process that died there. The message of such a claim is sent again where its sender
tells a second one from the first; else it is listed as perhaps delivered.
"""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from analysis.alerts.notice import SEVERITIES, TRIGGER, Notice
from analysis.alerts.senders import words
from analysis.alerts.senders.sender import RefusedError, SendingError, TemporaryError, UncertainError
from analysis.state.schema import outbox, outbox_lanes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Insert, RowMapping, Table

    from analysis.alerts.senders.sender import Sender

WAITING, SENT, UNDELIVERED, PERHAPS, FOLDED, DROPPED = (
    "waiting", "sent", "undelivered", "perhaps", "folded", "dropped",
)  # fmt: skip
SUMMARY = "summary"
"""Event of a message that tells of several."""

PACE = timedelta(seconds=1)
"""Between two messages of a sender: what Slack allows."""
GATHER = timedelta(minutes=10)
"""Between two messages of a sender that has sent its number for the hour; what comes meanwhile is told in one."""
CLAIM = timedelta(minutes=2)
"""How long a message is a process's to send; far longer than :data:`analysis.alerts.senders.sender.LIMIT`."""
FIRST, CAP = timedelta(seconds=5), timedelta(hours=1)
"""The wait after a first failure, which doubles with each further one, and the longest."""
TRIES, DAY = 30, timedelta(days=1)
"""How often, and for how long, a message is tried."""

_LOOK = 500
"""Messages that one summary takes in."""
_HOUR = timedelta(hours=1)
_DIED = "Afterword was stopped while this was being sent; it may have arrived."


@dataclass(frozen=True)
class Claimed:
    """A message that is this process's to send."""

    id: int
    notice: Notice
    claim: str
    tries: int
    until: datetime
    uncertain: bool


def insert_once(connection: Connection, table: Table) -> Insert:
    """An INSERT that leaves a row alone that is there already."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table).on_conflict_do_nothing()


def claim(connection: Connection, name: str, sender: Sender, now: datetime) -> tuple[Claimed | None, timedelta | None]:
    """Take the next message of a sender, or say how long its lane is taken; neither where nothing is due."""
    free = _locked(connection, name)
    if free > now:
        return None, free - now
    _bury(connection, name, sender, now)
    due = connection.execute(_due(name, now)).mappings().all()
    if not due:
        return None, None
    over = sender.hourly is not None and _sent_since(connection, name, now - _HOUR) >= sender.hourly
    row = _folded(connection, name, due, now) if over else due[0]
    _hold(connection, name, now + (GATHER if over else PACE))
    taken = Claimed(
        row["id"], Notice.from_json(row["notice"]), uuid.uuid4().hex, row["tries"] + 1, row["until"],
        row["uncertain"] or row["claim"] is not None,  # the process before this one died with it
    )  # fmt: skip
    _change(
        connection, outbox.c.id == taken.id, claim=taken.claim, claimed_until=now + CLAIM, tries=taken.tries,
        uncertain=taken.uncertain,
    )  # fmt: skip
    return taken, None


def settle(
    connection: Connection, name: str, sender: Sender, message: Claimed, error: SendingError | None, now: datetime
) -> str:
    """Write down how the sending of a message went; gives the state that it has then."""
    free = _locked(connection, name)
    uncertain = message.uncertain or isinstance(error, UncertainError)
    given_up = PERHAPS if uncertain else UNDELIVERED
    done: dict[str, Any] = {"state": SENT, "error": None}
    if isinstance(error, RefusedError) or (isinstance(error, UncertainError) and not sender.repeatable):
        done = {"state": given_up, "error": str(error)}
    elif isinstance(error, TemporaryError):
        wait = _backoff(message.tries)
        next_try = now + max(wait, error.retry_after or wait)
        over = message.tries >= TRIES or next_try > message.until
        done = {"state": given_up if over else WAITING, "error": str(error), "next_try": next_try}
        _hold(connection, name, max(free, now + (error.retry_after or FIRST)))  # the others would fare alike
    if done["state"] != WAITING:
        done["ended"] = now
    # The claim stays with what may have arrived, so that whoever sent it can still say so; else it is let go.
    kept = {} if done["state"] == PERHAPS else {"claim": None}
    mine = and_(outbox.c.id == message.id, outbox.c.claim == message.claim)
    _change(connection, mine, uncertain=uncertain, claimed_until=None, **done, **kept)
    return done["state"]


def orphaned(connection: Connection, name: str, now: datetime) -> None:
    """Write down that messages wait for a sender that is not configured, and give up those that waited too long."""
    _locked(connection, name)
    waiting = and_(outbox.c.sender == name, outbox.c.state == WAITING, _unclaimed(outbox, now))
    _change(connection, waiting, error=f"There is no sender {name!r} now, or it lacks something.")
    _give_up(connection, and_(waiting, outbox.c.until <= now), now)


def _locked(connection: Connection, name: str) -> datetime:
    """Take the lock of a lane, and read from when on it is free."""
    connection.execute(insert_once(connection, outbox_lanes).values(sender=name, free=datetime.min))
    query = select(outbox_lanes.c.free).where(outbox_lanes.c.sender == name).with_for_update()
    return connection.execute(query).scalar_one()


def _hold(connection: Connection, name: str, until: datetime) -> None:
    connection.execute(update(outbox_lanes).where(outbox_lanes.c.sender == name).values(free=until))


def _bury(connection: Connection, name: str, sender: Sender, now: datetime) -> None:
    """End what a dead process may have sent, and what waited too long or was tried too often."""
    waiting = and_(outbox.c.sender == name, outbox.c.state == WAITING)
    died = and_(waiting, outbox.c.claimed_until <= now)
    over = or_(outbox.c.until <= now, outbox.c.tries >= TRIES)
    if sender.repeatable:
        _change(connection, and_(died, over), state=PERHAPS, ended=now, error=_DIED)
    else:
        _change(connection, died, state=PERHAPS, ended=now, error=_DIED)
    _give_up(connection, and_(waiting, outbox.c.claimed_until.is_(None), over), now)


def _give_up(connection: Connection, which: Any, now: datetime) -> None:  # noqa: ANN401 - a condition of SQL
    error = func.coalesce(outbox.c.error, "It waited too long to be sent.")
    _change(connection, and_(which, outbox.c.uncertain), state=PERHAPS, ended=now, error=error)
    _change(connection, which, state=UNDELIVERED, ended=now, error=error)


def _due(name: str, now: datetime):  # type: ignore[no-untyped-def]  # noqa: ANN202
    """Select what may go now, the oldest first: nothing of an alert before what was to be told of it earlier."""
    earlier = outbox.alias()
    blocked = exists().where(
        earlier.c.sender == outbox.c.sender, earlier.c.key == outbox.c.key, earlier.c.id < outbox.c.id,
        earlier.c.state == WAITING, or_(earlier.c.next_try > now, earlier.c.claimed_until > now),
    )  # fmt: skip
    ready = and_(outbox.c.state == WAITING, outbox.c.next_try <= now, _unclaimed(outbox, now))
    return select(outbox).where(outbox.c.sender == name, ready, ~blocked).order_by(outbox.c.id).limit(_LOOK)


def _unclaimed(table: Any, now: datetime):  # type: ignore[no-untyped-def]  # noqa: ANN202, ANN401
    return or_(table.c.claimed_until.is_(None), table.c.claimed_until <= now)


def _sent_since(connection: Connection, name: str, start: datetime) -> int:
    query = select(func.count()).where(outbox.c.sender == name, outbox.c.state == SENT, outbox.c.ended > start)
    return connection.execute(query).scalar_one()


def _folded(connection: Connection, name: str, due: Sequence[RowMapping], now: datetime) -> RowMapping:
    """Make one message of those that are due, where they are several; what may have arrived is told by itself."""
    many = list(takewhile(_plain, due))
    if len(many) < 2:
        return due[0]
    notice = summary([Notice.from_json(row["notice"]) for row in many], many[0]["id"], now)
    row = connection.execute(
        insert(outbox).values(fresh(notice, name, now) | {"event": SUMMARY}).returning(*outbox.c)
    ).mappings().one()  # fmt: skip
    ids = [one["id"] for one in many]
    _change(connection, outbox.c.id.in_(ids), state=FOLDED, folded_into=row["id"], ended=now)
    return row


def _plain(row: RowMapping) -> bool:
    return row["event"] != SUMMARY and not row["uncertain"] and row["claim"] is None


def fresh(notice: Notice, sender: str, now: datetime) -> dict[str, Any]:
    """Give the columns of a message that was never tried."""
    return {
        "key": words.token(notice.key, 200), "event": notice.event, "sender": sender, "notice": notice.as_json(),
        "made": now, "state": WAITING, "tries": 0, "next_try": min(now, notice.at), "until": now + DAY,
        "uncertain": False,
    }  # fmt: skip


def summary(notices: Sequence[Notice], number: int, now: datetime) -> Notice:
    """Tell of several notices in one, of as many as a message has room for by name."""
    told = notices if len(notices) <= words.FACTS else notices[: words.FACTS - 1]
    facts = [(one.severity.capitalize(), words.heading(one)) for one in told]
    if len(notices) > len(told):
        facts.append(("And", f"{len(notices) - len(told)} more, which the Alerts page lists"))
    worst = max(notices, key=lambda one: SEVERITIES.index(one.severity) if one.severity in SEVERITIES else 0)
    return replace(
        worst, key=f"summary-{number}", event=TRIGGER, rule="Summary", title=f"{len(notices)} messages in one", why=(),
        text="There are too many to send each by itself.", facts=tuple(facts), at=now,
    )  # fmt: skip


def _backoff(tries: int) -> timedelta:
    """How long to wait after so many tries: about twice as long as before, and not all at the same moment."""
    return min(FIRST * 2 ** min(tries - 1, 20), CAP) * random.uniform(0.5, 1.0)


def _change(connection: Connection, which: Any, **values: Any) -> None:  # noqa: ANN401 - a condition, and columns
    connection.execute(update(outbox).where(which).values(**values))
