"""What others said of an item, for whoever has labelled it; nobody else gets to see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.review import events
from analysis.review.claims import has_labelled, locked_queue
from analysis.review.events import REVEAL, SUBMIT

if TYPE_CHECKING:
    from analysis.review.events import Event
    from analysis.state.database import State


def reveal(state: State, item: int, who: str) -> list[Event]:
    """Others' labels, flags and comments of an item, in their order; none before one's own label is in.

    That somebody looked is written down: from then on their label stays.
    """
    with state.write() as connection:
        queue = locked_queue(connection, item)
        if not has_labelled(connection, item, who):
            return []
        history = events.of_item(connection, item)
        own = [event.kind for event in events.standing(history) if event.who == who and event.kind in (SUBMIT, REVEAL)]
        if own[-1:] != [REVEAL]:
            events.add(connection, queue, item, REVEAL, who)
        return _of_others(history, who)


def spoken(state: State, item: int, who: str) -> bool:
    """Whether :func:`reveal` would have something to say."""
    with state.read() as connection:
        return has_labelled(connection, item, who) and bool(_of_others(events.of_item(connection, item), who))


def _of_others(history: list[Event], who: str) -> list[Event]:
    return [event for event in events.standing(history) if event.who != who and event.kind != REVEAL]
