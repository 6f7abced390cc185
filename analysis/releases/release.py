"""A release, whoever told of it: the logs, a file or a person, who may move it and take it back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analysis.metrics.fields import NONE
from analysis.metrics.filter import Filter
from analysis.releases.found import found
from analysis.state import notes
from analysis.state import releases as kept

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from analysis.releases.found import Found
    from analysis.state.database import State
    from analysis.state.releases import Event
    from analysis.store import Store

LOGS = "logs"


class UnknownReleaseError(ValueError):
    """There is no release of this name; the message lists the latest."""


@dataclass(frozen=True)
class Release:
    """A release.

    Parameters
    ----------
    name : str
    app, environment : str or None
        Where it came; None for everywhere.
    start : datetime
        UTC.
    half, done : datetime or None
        When half of the calls, and nine in ten, carried it, where the logs tell; None where somebody moved it.
    beside : pair of datetime or None
        A time in which it and others ran beside each other.
    source : str
        :data:`LOGS`, :data:`kept.SAID` or :data:`kept.IMPORTED`.
    moved : bool
        Whether the logs have it, but somebody said when it came.
    note, who : str
        What was said of it, and by whom; empty where nobody did.
    """

    name: str
    app: str | None
    environment: str | None
    start: datetime
    half: datetime | None = None
    done: datetime | None = None
    beside: tuple[datetime, datetime] | None = None
    source: str = LOGS
    moved: bool = False
    note: str = ""
    who: str = ""

    @property
    def carried(self) -> bool:
        """Whether calls carry its name."""
        return self.source == LOGS or self.moved

    def records(self) -> Filter:
        """Give the filter of the records where it came, before it and after."""
        where = Filter()
        for field, value in (("app", self.app), ("environment", self.environment)):
            where = where if value is None else where.where(field, value)
        return where

    def where(self) -> str:
        """Say where it came; empty for everywhere."""
        return ", ".join(part for part in (self.app, self.environment) if part is not None)


def listed(store: Store, state: State) -> list[Release]:
    """List the releases of the logs and those that people said, the latest first; what was taken back is left out."""
    events = {(event.name, event.app): event for event in kept.standing(state)}
    releases = []
    for one in found(store):
        said = [events[key] for key in {(one.name, one.app), (one.name, None)} if key in events]
        release = _told(one, max(said, key=lambda event: event.id, default=None))
        releases += [release] if release is not None else []
    names = {(one.name, one.app) for one in found(store)}
    names |= {(name, None) for name, _ in names}
    releases += [_said(event) for key, event in events.items() if key not in names and event.time is not None]
    for note in notes.between(state):
        if note.kind == "release" and (note.text, None) not in events:
            releases.append(Release(note.text, None, None, note.time, source=kept.SAID, who=note.who))
    return sorted(releases, key=lambda one: (one.start, one.name), reverse=True)


def find(releases: Sequence[Release], name: str, app: str | None = None) -> Release:
    """Find a release by its name, the latest where several applications have it.

    Raises
    ------
    UnknownReleaseError
        If there is none.
    """
    for one in releases:
        if one.name == name and (app is None or one.app == app):
            return one
    known = ", ".join(dict.fromkeys(one.name for one in releases[:12]))
    raise UnknownReleaseError(
        f"There is no release {name!r}{f' of {app}' if app else ''}. " + (f"There is {known}." if known else
        "None was found in the logs, nor has anybody named one.")
    )  # fmt: skip


def came(store: Store, releases: Sequence[Release], among: Filter) -> dict[str, datetime]:
    """Tell when each release came, by name, of those that came to an application and environment of some records.

    Parameters
    ----------
    releases : sequence of Release
        The latest first, as :func:`listed` gives them; of several of one name the latest is told.
    among : Filter
        The records; its period does not matter.
    """
    where, given = among.during(None, None).predicate()
    places = store.frame(
        f"""SELECT DISTINCT coalesce(r.app, '{NONE}'), coalesce(r.environment, '{NONE}')
        FROM records r WHERE {where}""",
        given,
    ).rows()
    found: dict[str, datetime] = {}
    for one in releases:
        if any(one.app in (None, app) and one.environment in (None, environment) for app, environment in places):
            found.setdefault(one.name, one.start)
    return found


def put(
    store: Store, state: State, name: str, time: datetime, *, app: str | None = None, environment: str | None = None,
    note: str = "", source: str = kept.SAID, who: str,
) -> Event:  # fmt: skip
    """Say when a release began, which moves one that the logs have.

    Raises
    ------
    ValueError
        If the name is empty or too long.
    """
    known = any(one.name == name.strip() and app in (None, one.app) for one in found(store))
    return kept.put(state, name, time, app=app, environment=environment, note=note, source=source, known=known, who=who)


def remove(store: Store, state: State, name: str, app: str | None = None, *, who: str) -> Release:
    """Take a release back; of several applications, where none is named, the latest.

    Raises
    ------
    UnknownReleaseError
        If there is none.
    """
    release = find(listed(store, state), name, app)
    said = {(event.name, event.app) for event in kept.standing(state) if event.time is not None}
    kept.take_back(state, name, None if (name, None) in said and app is None else release.app, who=who)
    return release


def _told(one: Found, event: Event | None) -> Release | None:
    """Put together what the logs and people say of a release."""
    release = Release(one.name, one.app, one.environment, one.first, one.half, one.done, one.beside)
    if event is None:
        return release
    if event.time is None:
        return None
    return replace(
        release, start=event.time, half=None, done=None, environment=event.environment or one.environment,
        moved=True, source=event.source, note=event.note, who=event.who,
    )  # fmt: skip


def _said(event: Event) -> Release:
    assert event.time is not None
    return Release(
        event.name, event.app, event.environment, event.time, source=event.source, note=event.note, who=event.who
    )
