"""What `afterword alerts senders`, `test` and `undelivered` print for people: see :mod:`app.printed`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.tables import clean, table

if TYPE_CHECKING:
    from collections.abc import Callable

STATES = {"waiting": "to be tried again", "undelivered": "not delivered", "perhaps": "perhaps delivered"}


def _list(answer: dict[str, Any]) -> str:
    rows = [[one["name"], one["kind"], one["where"], one["problem"] or "ready"] for one in answer["senders"]]
    lines = [table(["name", "kind", "to", ""], rows)] if rows else ["No sender yet."]
    lines += [f"For {one['kind']}, set {' and '.join(one['variables'])}." for one in answer["others"]]
    return "\n".join(lines)


def _tested(answer: dict[str, Any]) -> str:
    if not answer["tested"]:
        return "There is no sender to test. `afterword alerts senders` says how to set one up."
    return "\n".join(
        f"{clean(one['name'])}: {clean(one['problem']) if one['problem'] else 'it was taken.'}"
        for one in answer["tested"]
    )


def _undelivered(answer: dict[str, Any]) -> str:
    if not answer["messages"]:
        return "Everything was delivered."
    rows = [
        [one["id"], one["sender"], one["title"], STATES[one["state"]], one["tries"], one["why"]]
        for one in answer["messages"]
    ]
    return table(["id", "sender", "what", "", "tries", "why"], rows)


PRINTED: dict[str, Callable[[dict[str, Any]], str]] = {
    "alerts senders": _list,
    "alerts test": _tested,
    "alerts undelivered": _undelivered,
}
