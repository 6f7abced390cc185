"""The outbox: each message goes once, in its order and at its pace, or is listed with the reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from analysis.alerts import lanes, outbox
from analysis.alerts.outbox import Delivered
from analysis.alerts.senders.sender import RefusedError, SendingError, TemporaryError, UncertainError
from analysis.state import database
from tests.alerts.receiving import notice, receiving

if TYPE_CHECKING:
    from analysis.alerts.notice import Notice
    from analysis.state.database import State

HOUR = timedelta(hours=1)


@dataclass
class Fake:
    """A sender that answers as it is told to, and remembers what it was given."""

    repeatable: bool = False
    hourly: int | None = None
    answers: list[SendingError | None] = field(default_factory=list)
    got: list[Notice] = field(default_factory=list)
    where = "here"

    def send(self, given: Notice) -> None:
        self.got.append(given)
        error = self.answers.pop(0) if self.answers else None
        if error is not None:
            raise error

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(one.key, one.event) for one in self.got]


@pytest.fixture
def state(any_state: State) -> State:
    return any_state


@pytest.fixture
def sender(monkeypatch: pytest.MonkeyPatch) -> Fake:
    """A sender named here; another named elsewhere is not configured."""
    made = Fake()
    monkeypatch.setattr(outbox, "configured", lambda *_, **__: {"here": made})
    return made


def put(state: State, *notices: Notice, to: tuple[str, ...] = ("here",)) -> datetime:
    """Put notices, and give a time at which they are due."""
    with state.write() as connection:
        for one in notices:
            outbox.put(connection, one, to)
    return database.now()


def test_what_is_put_is_sent_once_as_it_was_put(state: State, sender: Fake):
    odd = notice("k", title="\x00\ud800 odd", facts=(("a", "b"),), why=("c",))
    now = put(state, odd, odd)
    put(state, odd, notice("k", "resolve"))
    assert outbox.deliver(state, now=now) == Delivered(sent=2)
    assert outbox.deliver(state, now=now + HOUR) == Delivered()
    assert sender.told == [("k", "trigger"), ("k", "resolve")]
    assert sender.got[0] == odd


def test_what_is_put_goes_with_the_transaction_that_put_it(state: State, sender: Fake):
    def put_and_fail() -> None:
        with state.write() as connection:
            outbox.put(connection, notice(), ["here"])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        put_and_fail()
    assert outbox.deliver(state) == Delivered()
    assert sender.got == []


def test_a_failure_is_tried_again_later_and_the_rest_in_its_order(state: State, sender: Fake):
    sender.answers = [TemporaryError("down"), TemporaryError("down")]
    now = put(state, notice("a"), notice("a", "resolve"), notice("b"))
    assert outbox.deliver(state, now=now) == Delivered(later=1, waiting=3)
    assert outbox.deliver(state, now=now + timedelta(seconds=1)) == Delivered(waiting=3)
    (failed,) = outbox.undelivered(state)
    assert (failed.sender, failed.state, failed.tries, failed.error) == ("here", "waiting", 1, "down")
    sender.answers = []
    assert outbox.deliver(state, now=now + HOUR) == Delivered(sent=3)
    assert sender.told == [("a", "trigger"), ("a", "trigger"), ("a", "resolve"), ("b", "trigger")]
    assert outbox.undelivered(state) == []


def test_another_alert_does_not_wait_for_one_that_fails(state: State, sender: Fake):
    sender.answers = [TemporaryError("down")]
    now = put(state, notice("a"), notice("a", "resolve"), notice("b"))
    outbox.deliver(state, now=now)
    # the first try failed; at this time its own second one is not due, but the lane is free again
    with state.write() as connection:
        later = {"next_try": now + HOUR}
        connection.execute(
            lanes.outbox.update().where(lanes.outbox.c.key == "a", lanes.outbox.c.tries > 0).values(later)
        )
    assert outbox.deliver(state, now=now + timedelta(seconds=6)) == Delivered(sent=1, waiting=2)
    assert sender.told[1:] == [("b", "trigger")]


def test_the_waits_grow_and_end(state: State, sender: Fake):
    sender.answers = [TemporaryError("down") for _ in range(100)]
    start = now = put(state, notice())
    waits = []
    for _ in sender.answers[:]:
        if not outbox.deliver(state, now=now).waiting:
            break
        (failed,) = outbox.undelivered(state)
        waits.append(failed.next_try - now)
        now = max(failed.next_try, now + lanes.FIRST)
    (given_up,) = outbox.undelivered(state)
    assert (given_up.state, given_up.error) == ("undelivered", "down")
    assert timedelta(seconds=2.5) <= waits[0] <= timedelta(seconds=5)
    assert max(waits) <= lanes.CAP
    assert sum(waits[:5], timedelta()) < sum(waits[5:10], timedelta())
    assert now - start < lanes.DAY
    assert len(sender.got) <= lanes.TRIES


def test_retry_after_holds_all_messages_of_the_sender(state: State, sender: Fake):
    sender.answers = [TemporaryError("busy", timedelta(minutes=7))]
    now = put(state, notice("a"), notice("b"))
    outbox.deliver(state, now=now)
    assert outbox.deliver(state, now=now + timedelta(minutes=6)).sent == 0
    assert outbox.deliver(state, now=now + timedelta(minutes=8)).sent == 2


def test_a_refusal_is_listed_at_once_and_can_be_tried_again_or_dropped(state: State, sender: Fake):
    sender.answers = [RefusedError("HTTP 404"), RefusedError("HTTP 404")]
    now = put(state, notice("a"), notice("b"))
    assert outbox.deliver(state, now=now) == Delivered(undelivered=2)
    second, first = outbox.undelivered(state)
    assert (first.notice.key, first.state, first.error) == ("a", "undelivered", "HTTP 404")
    outbox.again(state, first.id, who="ana")
    outbox.drop(state, second.id, who="bo")
    assert outbox.undelivered(state) == [] or outbox.undelivered(state)[0].state == "waiting"
    assert outbox.deliver(state, now=database.now() + HOUR) == Delivered(sent=1)
    assert sender.told == [("a", "trigger"), ("b", "trigger"), ("a", "trigger")]
    assert outbox.undelivered(state) == []
    for decide in (outbox.again, outbox.drop):
        with pytest.raises(ValueError, match="waits for a decision"):
            decide(state, second.id, who="bo")


def test_what_may_have_arrived_is_not_sent_twice_where_that_shows(state: State, sender: Fake):
    sender.answers = [UncertainError("no answer")]
    now = put(state, notice())
    assert outbox.deliver(state, now=now) == Delivered(perhaps=1)
    assert outbox.deliver(state, now=now + HOUR) == Delivered()
    assert len(sender.got) == 1
    assert outbox.undelivered(state)[0].state == "perhaps"


def test_what_may_have_arrived_is_sent_again_where_the_other_side_can_tell(state: State, sender: Fake):
    sender.repeatable, sender.answers = True, [UncertainError("no answer")]
    now = put(state, notice())
    assert outbox.deliver(state, now=now) == Delivered(later=1, waiting=1)
    assert outbox.deliver(state, now=now + HOUR) == Delivered(sent=1)


def test_who_refuses_what_may_have_arrived_has_perhaps_had_it(state: State, sender: Fake):
    sender.repeatable, sender.answers = True, [UncertainError("no answer"), RefusedError("HTTP 400")]
    now = put(state, notice())
    outbox.deliver(state, now=now)
    assert outbox.deliver(state, now=now + HOUR) == Delivered(perhaps=1)


@pytest.mark.parametrize("repeatable", [True, False])
def test_a_process_that_dies_while_sending_leaves_its_message_to_others(state: State, sender: Fake, repeatable: bool):
    sender.repeatable = repeatable
    now = put(state, notice("a"), notice("a", "resolve"))
    with state.write() as connection:
        taken, _ = lanes.claim(connection, "here", sender, now)  # and dies
    assert taken is not None
    assert outbox.deliver(state, now=now + timedelta(seconds=30)) == Delivered(waiting=2)
    later = now + lanes.CLAIM + timedelta(seconds=1)
    if repeatable:
        assert outbox.deliver(state, now=later) == Delivered(sent=2)
        assert sender.told == [("a", "trigger"), ("a", "resolve")]
    else:
        assert outbox.deliver(state, now=later) == Delivered(sent=1)
        assert sender.told == [("a", "resolve")]
        (perhaps,) = outbox.undelivered(state)
        assert perhaps.state == "perhaps"
        assert "may have arrived" in perhaps.error
        # it was only slow, and says so now
        with state.write() as connection:
            assert lanes.settle(connection, "here", sender, taken, None, later) == "sent"
        assert outbox.undelivered(state) == []


def test_a_late_word_of_a_message_that_another_process_has_taken_over_changes_nothing(state: State, sender: Fake):
    sender.repeatable = True
    now = put(state, notice())
    with state.write() as connection:
        slow, _ = lanes.claim(connection, "here", sender, now)
    later = now + lanes.CLAIM + timedelta(seconds=1)
    with state.write() as connection:
        taken, _ = lanes.claim(connection, "here", sender, later)
    assert slow is not None
    assert taken is not None
    with state.write() as connection:
        lanes.settle(connection, "here", sender, slow, RefusedError("HTTP 400"), later)
    assert outbox.undelivered(state) == []


def test_two_messages_of_a_sender_are_a_second_apart(state: State, sender: Fake):
    now = put(state, notice("a"), notice("b"))
    with state.write() as connection:
        taken, _ = lanes.claim(connection, "here", sender, now)
        assert taken is not None
        assert lanes.claim(connection, "here", sender, now) == (None, lanes.PACE)


def test_a_flood_is_folded_for_people(state: State, sender: Fake):
    sender.hourly = 3
    now = put(state, *(notice(f"k{number}", title=f"Alert {number}", severity="info") for number in range(30)))
    put(state, notice("worst", severity="critical"))
    assert outbox.deliver(state, now=now + timedelta(seconds=1)) == Delivered(sent=4)
    last = sender.got[-1]
    assert len(sender.got) == 4
    assert (last.title, last.severity) == ("28 messages in one", "critical")
    assert len(last.facts) == 20
    assert last.facts[0] == ("Info", "Alert 3")
    assert last.facts[-1] == ("And", "9 more, which the Alerts page lists")
    put(state, notice("x"), notice("y"))
    assert outbox.deliver(state, now=now + timedelta(minutes=5)) == Delivered(waiting=2)
    assert outbox.deliver(state, now=now + timedelta(minutes=11)) == Delivered(sent=1)
    assert sender.got[-1].title == "2 messages in one"
    put(state, notice("z"))
    assert outbox.deliver(state, now=now + timedelta(hours=2)) == Delivered(sent=1)
    assert sender.told[-1] == ("z", "trigger")


def test_a_summary_that_is_not_taken_is_listed_with_how_many_it_holds(state: State, sender: Fake):
    sender.hourly, sender.answers = 0, [RefusedError("HTTP 410")]
    now = put(state, notice("a"), notice("a", "resolve"), notice("b"))
    assert outbox.deliver(state, now=now) == Delivered(undelivered=1)
    (summary,) = outbox.undelivered(state)
    assert (summary.event, summary.holds) == ("summary", 3)
    outbox.again(state, summary.id, who="ana")
    assert outbox.deliver(state, now=now + HOUR) == Delivered(sent=1)
    assert [one for one in sender.got[-1].facts] == [
        ("Critical", "Hallucination rate is over 5 %"),
        ("Critical", "Resolved: Hallucination rate is over 5 %"),
        ("Critical", "Hallucination rate is over 5 %"),
    ]


def test_programs_get_every_message_of_a_flood(state: State, sender: Fake):
    now = put(state, *(notice(f"k{number}") for number in range(20)))
    assert outbox.deliver(state, now=now) == Delivered(sent=20)
    assert len(sender.got) == 20


def test_a_sender_that_is_not_configured_keeps_nobody_waiting(state: State, sender: Fake):
    now = put(state, notice(), to=("elsewhere", "here"))
    assert outbox.deliver(state, now=now) == Delivered(sent=1, waiting=1)
    (left,) = outbox.undelivered(state)
    assert (left.state, left.error) == ("waiting", "There is no sender 'elsewhere' now, or it lacks something.")
    outbox.deliver(state, now=now + lanes.DAY + HOUR)
    (left,) = outbox.undelivered(state)
    assert left.state == "undelivered"


def test_senders_do_not_wait_for_each_other(state: State, monkeypatch: pytest.MonkeyPatch):
    with receiving(lambda number: "200" if number else "500 60") as bad, receiving() as good:
        monkeypatch.setenv("AFTERWORD_SLACK_WEBHOOK", bad.url)
        monkeypatch.setenv("AFTERWORD_TEAMS_WEBHOOK", good.url)
        now = put(state, *(notice(f"k{number}") for number in range(3)), to=("slack", "teams"))
        assert outbox.deliver(state, now=now) == Delivered(sent=3, later=1, waiting=3)
        assert (len(bad.got), len(good.got)) == (1, 3)
        assert outbox.deliver(state, now=now + timedelta(minutes=2)) == Delivered(sent=3)
    assert (len(bad.got), len(good.got)) == (4, 3)


def test_history_of_the_past_can_be_told_as_of_then(state: State, sender: Fake):
    put(state, notice(at=datetime(2024, 1, 1, 12)))
    assert outbox.deliver(state, now=datetime(2024, 1, 1, 12, 5)) == Delivered(sent=1)


def test_nothing_that_waits_asks_for_no_sender(state: State, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: Any, **__: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr(outbox, "configured", fail)
    assert outbox.deliver(state) == Delivered()
