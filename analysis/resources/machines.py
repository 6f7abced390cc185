"""What a team says of its machines: which models they serve, and what an hour of them costs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from analysis import entries
from analysis.overrides import FIRST

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

UNNAMED = ""
"""Stands for a machine that the exports do not name."""


class MachineFileError(ValueError):
    """The file of machines is not as it should be."""


@dataclass(frozen=True)
class Machine:
    """An entry of the file of machines, which holds from the day `since` on.

    Parameters
    ----------
    instance : str
        The machine as its exports name it, without a port, exact or with ``*``.
    model : str or None
        The models that it serves, as the records name them, exact or with ``*``; none where its exports say it.
    hourly : float or None
        US dollars an hour for each of its GPUs, while it is up.
    gpus : float
        How many that is; 1 where the price is that of the whole machine.
    since : date
        From when on.
    """

    instance: str
    model: str | None = None
    hourly: float | None = None
    gpus: float = 1.0
    since: date = FIRST

    def speaks_of(self, instance: str) -> bool:
        """Whether the entry is about a machine; case does not matter."""
        return fnmatchcase(instance.lower(), self.instance.lower())


def load(path: Path) -> tuple[Machine, ...]:
    """Read the file of machines; none where it is missing.

    It holds a JSON list of objects: ``instance`` (exact, or with ``*``), and optionally ``model``, ``hourly``,
    ``gpus``, ``from`` (a date).

    Raises
    ------
    MachineFileError
        If it is no such list; the message names entry and field.
    """
    allowed = ["from" if field.name == "since" else field.name for field in fields(Machine)]
    return tuple(_machine(*entry) for entry in entries.read(path, "machines", allowed, MachineFileError))


def hourly(machines: Sequence[Machine], instance: str, day: date) -> float | None:
    """Find what an hour of a machine cost on a day; none where it has no price.

    Of several entries the exact name goes before ``*``, then the latest date, then the last in the file.
    """
    priced = [
        ("*" not in own.instance, own.since, place, own.hourly * own.gpus)
        for place, own in enumerate(machines)
        if own.hourly is not None and own.since <= day and own.speaks_of(instance)
    ]
    return max(priced)[-1] if priced else None


def _machine(where: str, entry: dict[str, Any]) -> Machine:
    if not isinstance(entry.get("instance"), str):
        raise MachineFileError(f"{where}: instance is missing.")
    values = {name: _value(where, name, value) for name, value in entry.items() if value is not None}
    if "from" in values:
        values["since"] = values.pop("from")
    return Machine(**values)


def _value(where: str, name: str, value: object) -> Any:  # noqa: ANN401 - each field has its type
    if name == "from":
        return entries.day(where, value, MachineFileError)
    if name in ("instance", "model"):
        return entries.text(where, name, value, MachineFileError)
    return entries.amount(where, name, value, MachineFileError)
