"""What `afterword alerts senders`, `test` and `undelivered` can do: see :mod:`app.commands`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.alerts import outbox, senders
from analysis.alerts.senders.words import heading
from app.command import Call, Command, plain

if TYPE_CHECKING:
    from analysis.alerts.outbox import Message


def _list(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """List the senders as they are configured, and the kinds that are not."""
    found = senders.listed(call.runtime.state)
    return {
        "senders": [
            {"name": one.name, "kind": one.kind.name, "where": one.sender.where if one.sender else None,
             "problem": one.problem}
            for one in found
        ],
        "others": [
            {"kind": kind.name, "variables": list(kind.needs.values())}
            for kind in senders.KINDS.values() if kind not in [one.kind for one in found]
        ],
    }  # fmt: skip


def _test(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Send a notice of a test, by one sender or by all."""
    state, name = call.runtime.state, arguments.get("sender")
    names = [name] if name else [one.name for one in senders.listed(state)]
    return {"tested": [{"name": one, "problem": senders.try_out(state, one)} for one in names]}


def _undelivered(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """List what was not delivered, after having a message tried again, or dropping one."""
    state = call.runtime.state
    for number in arguments.get("again") or []:
        outbox.again(state, int(number), who=call.who)
    for number in arguments.get("drop") or []:
        outbox.drop(state, int(number), who=call.who)
    return {"messages": [_about(message) for message in outbox.undelivered(state)]}


def _about(message: Message) -> dict[str, Any]:
    return {
        "id": message.id, "sender": message.sender, "event": message.event, "title": heading(message.notice),
        "state": message.state, "why": message.error, "tries": message.tries, "made": plain(message.made),
        "next_try": plain(message.next_try) if message.state == "waiting" else None, "holds": message.holds,
    }  # fmt: skip


COMMANDS: dict[str, Command] = {
    "alerts senders": _list,
    "alerts test": _test,
    "alerts undelivered": _undelivered,
}
