"""Pools: the machines that serve a model together, and the records that they answered."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from analysis.resources.machines import UNNAMED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from analysis.resources.machines import Machine
    from analysis.store import Store


@dataclass(frozen=True)
class Pool:
    """Machines that serve the same models.

    Parameters
    ----------
    instances : tuple of str
        The machines, as the exports name them; ``""`` is one that they do not name.
    served : tuple of str
        The models as the machines name them; empty where they name none.
    models : tuple of str
        The models as the records name them; empty where no record is known to be theirs.
    """

    instances: tuple[str, ...]
    served: tuple[str, ...]
    models: tuple[str, ...]

    @property
    def name(self) -> str:
        """What to call it: its models, else its machines."""
        return ", ".join(self.models or self.served or self.instances) or "a machine without a name"


@dataclass(frozen=True)
class Held:
    """What the log store holds of a machine."""

    instance: str
    metrics: tuple[str, ...]
    devices: int
    figures: int
    first: datetime
    last: datetime


def held(store: Store) -> list[Held]:
    """List the machines that there are figures of, by name."""
    rows = store.rows(
        f"""SELECT coalesce(instance, '{UNNAMED}') AS instance, list(DISTINCT metric ORDER BY metric) AS metrics,
            count(DISTINCT device) AS devices, count(*) AS figures, min(time) AS first, max(time) AS last
        FROM resource_samples GROUP BY 1 ORDER BY 1"""
    )
    return [Held(**row | {"metrics": tuple(row["metrics"])}) for row in rows]


def reach(store: Store, pool: Pool) -> tuple[datetime, datetime]:
    """Find from when to when a pool's machines have figures."""
    times = [(one.first, one.last) for one in held(store) if one.instance in pool.instances]
    return min(first for first, _ in times), max(last for _, last in times)


def pools(store: Store, machines: Sequence[Machine]) -> list[Pool]:
    """Find the pools; those whose records are known come first.

    A machine serves the models that `machines` give it, else those of which its own figures speak: a served
    ``meta-llama/Llama-3.3-70B-Instruct`` is the record's ``llama-3.3-70b-instruct``. Of machines that serve the same
    models, a call is that of all together, as no log says which one answered.
    """
    seen = store.rows(
        f"""SELECT coalesce(instance, '{UNNAMED}') AS instance, list(DISTINCT model ORDER BY model)
            FILTER (model IS NOT NULL) AS served
        FROM resource_samples GROUP BY 1 ORDER BY 1"""
    )
    known = [
        row["model"] for row in store.rows("SELECT DISTINCT model FROM records WHERE model IS NOT NULL ORDER BY 1")
    ]
    found: dict[tuple[str, ...], tuple[list[str], list[str]]] = {}
    for row in seen:
        instance, served = row["instance"], row["served"] or []
        models = tuple(model for model in known if _serves(model, instance, served, machines))
        key = models or (("served", *served) if served else ("machine", instance))
        together = found.setdefault(key, ([], []))
        together[0].append(instance)
        together[1].extend(served)
    made = [
        Pool(tuple(instances), tuple(sorted(set(served))), () if key[0] in ("served", "machine") else key)
        for key, (instances, served) in found.items()
    ]
    return sorted(made, key=lambda pool: (not pool.models, pool.name))


def _serves(model: str, instance: str, served: Sequence[str], machines: Sequence[Machine]) -> bool:
    said = [own.model for own in machines if own.model is not None and own.speaks_of(instance)]
    if said:
        return any(fnmatchcase(model.lower(), pattern.lower()) for pattern in said)
    return any(_last(model) == _last(name) for name in served)


def _last(model: str) -> str:
    """A model's name without whose it is."""
    return model.rstrip("/").rsplit("/", 1)[-1].lower()
