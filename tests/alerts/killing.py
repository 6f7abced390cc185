"""Processes that deliver at once, killed at random moments, to receivers that fail; and what must hold afterwards."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
from sqlalchemy import select

from analysis.alerts import lanes, outbox
from analysis.alerts.senders import mail, slack, webhook
from analysis.alerts.senders import sender as sending
from analysis.state.database import State
from tests.alerts.receiving import mailbox, notice, receiving

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from analysis.alerts.notice import Notice

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload([__name__])

PEOPLE = 3
SENDERS = ("slack", "webhook", "mail")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TAKES = ("200", "200", "200", "202", "cut")
"""Answers of a receiver that has the message."""
LOSES = ("drop",)
"""What leaves it open, to the one who sent, whether the receiver has it; it has."""
FAILS = ("500", "429 0", "503")
"""Answers of one that has not."""


@dataclass(frozen=True)
class Outcome:
    """What came of it: messages put, kills, those sent, and those that are listed as perhaps delivered."""

    put: int
    kills: int
    sent: int
    perhaps: int
    repeated: int


def run(url: str, *, seconds: float, alerts: int, seed: int = 1) -> Outcome:
    """Deliver alerts, each opened and resolved, while those who do so are killed, and check what arrived."""
    dice, state = random.Random(seed), State(url)
    plan = [dice.choice((*TAKES, *TAKES, *LOSES, *FAILS)) for _ in range(1000)]
    acts: dict[str, list[str]] = {name: [] for name in ("slack", "webhook")}

    def act(name: str, number: int) -> str:
        acts[name].append(plan[number % len(plan)])
        return acts[name][-1]

    with (
        receiving(lambda n: act("slack", n)) as chat, receiving(lambda n: act("webhook", n)) as program,
        mailbox("none") as box,
    ):  # fmt: skip
        environment = {
            "AFTERWORD_SLACK_WEBHOOK": chat.url, "AFTERWORD_WEBHOOK_URL": program.url,
            "AFTERWORD_WEBHOOK_SECRET": SECRET, "AFTERWORD_SMTP_URL": f"smtp://127.0.0.1:{box.port}",
            "AFTERWORD_MAIL_TO": "ops@example.org",
        }  # fmt: skip
        crowd = [_start(url, environment) for _ in range(PEOPLE)]
        kills, begun = 0, 0
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end or begun < alerts:
                if begun < alerts:
                    with state.write() as connection:
                        for event in ("trigger", "resolve"):
                            outbox.put(connection, _alert(begun, event), SENDERS)
                    begun += 1
                time.sleep(dice.uniform(0.0, 2 * seconds / alerts))
                if dice.random() < 0.5:
                    place = dice.randrange(PEOPLE)
                    crowd[place].kill()
                    crowd[place].join()
                    crowd[place] = _start(url, environment)
                    kills += 1
            _wait(state)
        finally:
            for process in crowd:
                process.kill()
                process.join()
        had = [got.json["text"] for got, what in zip(chat.got, acts["slack"], strict=True) if what not in FAILS]
        ids = [
            got.headers["webhook-id"]
            for got, what in zip(program.got, acts["webhook"], strict=True)
            if what not in FAILS
        ]
        letters = [str(letter["Message-ID"]) for letter in box.letters]
    _check_chat(state, had)
    _check_told(state, "webhook", [webhook.identity(_alert(n, e)) for n in range(alerts) for e in _EVENTS], ids)
    _check_told(state, "mail", [_letter(_alert(n, e)) for n in range(alerts) for e in _EVENTS], letters)
    states = _states(state)
    state.close()
    repeated = len(ids) - len(set(ids)) + len(letters) - len(set(letters))
    return Outcome(alerts * len(_EVENTS) * len(SENDERS), kills, states["sent"], states["perhaps"], repeated)


_EVENTS = ("trigger", "resolve")


def _alert(number: int, event: str) -> Notice:
    return notice(f"alert-{number}", event, title=f"Alert {number}")


def _letter(alert: Notice) -> str:
    return str(mail.message(alert, ("ops@example.org",), "afterword@localhost")["Message-ID"])


def _rows(state: State, sender: str) -> list[tuple[str, str, str]]:
    table = lanes.outbox
    query = select(table.c.key, table.c.event, table.c.state).where(table.c.sender == sender).order_by(table.c.id)
    with state.read() as connection:
        return [(key, event, what) for key, event, what in connection.execute(query)]


def _states(state: State) -> Counter[str]:
    return Counter(what for sender in SENDERS for *_, what in _rows(state, sender))


def _check_chat(state: State, had: list[str]) -> None:
    """What says that it was sent is there once; what perhaps was, at most once; what was not, not at all."""
    seen = Counter(had)
    for key, event, what in _rows(state, "slack"):
        text = f"Critical: {'Resolved: ' if event == 'resolve' else ''}Alert {key.partition('-')[2]}"
        allowed = {"sent": (1,), "perhaps": (0, 1), "undelivered": (0,)}[what]
        assert seen[text] in allowed, (text, what, seen[text])


def _check_told(state: State, sender: str, wanted: list[str], had: list[str]) -> None:
    """Each is there by its name, the resolve of an alert not before its trigger."""
    rows = _rows(state, sender)
    assert {what for *_, what in rows} <= {"sent", "perhaps"}
    sent = {name for name, (*_, what) in zip(wanted, rows, strict=True) if what == "sent"}
    assert sent <= set(had)
    assert set(had) <= set(wanted)
    for trigger, resolve in zip(wanted[::2], wanted[1::2], strict=True):
        if {trigger, resolve} <= set(had):
            assert had.index(trigger) < had.index(resolve)


def _wait(state: State, *, patience: float = 60.0) -> None:
    """Wait until every message is settled, as long as one is now and then."""
    left, heard = -1, time.monotonic()
    while left:
        waiting = _states(state)["waiting"]
        if waiting != left:
            left, heard = waiting, time.monotonic()
        assert time.monotonic() - heard < patience, f"{left} messages wait for nothing"
        time.sleep(0.1)


def _start(url: str, environment: dict[str, str]) -> BaseProcess:
    process = _PROCESSES.Process(target=_deliver, args=(url, environment), daemon=True)
    process.start()
    return process


def _deliver(url: str, environment: dict[str, str]) -> None:
    """Deliver until one is killed, all waits being short."""
    os.environ.update(environment)
    lanes.PACE, lanes.FIRST, lanes.CAP = timedelta(), timedelta(seconds=0.05), timedelta(seconds=0.2)
    lanes.CLAIM, sending.LIMIT = timedelta(seconds=4), timedelta(seconds=3)
    lanes.TRIES = 10_000
    slack.Slack.hourly = mail.Mail.hourly = None  # type: ignore[assignment]
    state, http = State(url), httpx.Client(trust_env=False)
    while True:
        outbox.deliver(state, http=http)
        time.sleep(0.05)
