"""A plan: which records a queue is drawn from, how, and how many."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.metrics.filter import Filter

if TYPE_CHECKING:
    from datetime import datetime

METHODS: dict[str, str] = {
    "random": "simple random",
    "stratified": "random within strata",
    "uncertainty": "where a scorer is least sure",
    "disagreement": "where two scorers differ most",
    "worst": "the worst by a scorer",
}
"""How items can be drawn. Of the last three nothing can be said of all records, but by their random arm."""

ALLOCATIONS = ("proportional", "equal")

PLAN, RANDOM, GOLD, ATTENTION, IMPORTED = "plan", "random", "gold", "attention", "imported"
"""Arms: by the method, at random, with an answer that is known (hard or plain), and brought from another tool."""

CHECKS = (GOLD, ATTENTION)
"""Arms that count in no rate."""


@dataclass(frozen=True)
class Check:
    """An item whose answers are known, to see how reviewers do."""

    record_id: str
    expected: dict[str, Any]
    arm: str = GOLD


@dataclass(frozen=True)
class Plan:
    """How a queue is drawn.

    Parameters
    ----------
    method : str
        A key of :data:`METHODS`.
    size : int
        Items, without gold and attention items.
    where, start, end
        The filter (:class:`analysis.metrics.filter.Filter`).
    ids : tuple of str
        Records that it is narrowed to, as from a list or an alert; all where empty.
    seed : int
        The same seed draws the same records from the same frame.
    by : str or None
        Of strata: a field, ``week``, or ``scorer.NAME`` for its bands.
    allocation : str
        Of strata: by their size ("proportional"), or the same for each ("equal").
    scorers : tuple of str
        One for "uncertainty" and "worst", two for "disagreement".
    random_share : float
        The share of the items that are drawn at random whatever the method.
    checks : tuple of Check
        Gold and attention items to mix in, and `check_share`, their greatest share of the queue.

    Raises
    ------
    ValueError
        If these do not go together.
    """

    method: str = "random"
    size: int = 100
    where: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    ids: tuple[str, ...] = ()
    seed: int = 0
    by: str | None = None
    allocation: str = "proportional"
    scorers: tuple[str, ...] = ()
    random_share: float = 0.2
    checks: tuple[Check, ...] = field(default=(), repr=False)
    check_share: float = 0.1

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ValueError(f"There is no method {self.method!r}. Methods: {', '.join(METHODS)}.")
        if self.size < 1:
            raise ValueError(f"A queue of {self.size} items is none.")
        if self.allocation not in ALLOCATIONS:
            raise ValueError(f"There is no allocation {self.allocation!r}. Use one of {', '.join(ALLOCATIONS)}.")
        if not (0 < self.random_share <= 1 and 0 <= self.check_share < 1):
            raise ValueError("The random share lies above 0 and up to 1, that of gold items from 0 to below 1.")
        if self.method == "stratified" and not self.by:
            raise ValueError("Say by what the strata are: a field, week, or scorer.NAME.")
        wanted = {"uncertainty": 1, "worst": 1, "disagreement": 2}.get(self.method, 0)
        if len(set(self.scorers)) != wanted:
            raise ValueError(f"{METHODS[self.method]}: needs {wanted} scorer{'' if wanted == 1 else 's'}, not "
                             f"{len(set(self.scorers))}.")  # fmt: skip

    @property
    def filter(self) -> Filter:
        """The filter of the frame."""
        return Filter.parse(self.where, start=self.start, end=self.end)

    @property
    def random_size(self) -> int:
        """How many items are drawn at random, at least 1."""
        return self.size if self.method == "random" else min(self.size, max(1, round(self.random_share * self.size)))

    def as_json(self) -> dict[str, Any]:
        """Give it as it is kept; the gold items are kept among the items."""
        found = {name: value for name, value in asdict(self).items() if name != "checks"}
        for name in ("start", "end"):
            found[name] = found[name] and found[name].isoformat()
        return found | {name: list(found[name]) for name in ("where", "ids", "scorers")}


@dataclass(frozen=True)
class Stratum:
    """A part of the frame: how many records it has, and how many of them were drawn."""

    name: str
    frame: int
    drawn: int


@dataclass(frozen=True)
class Drawn:
    """An item that was drawn: arm, stratum, and the probability with which it could be; None where that is unknown."""

    record_id: str
    arm: str
    stratum: str | None = None
    probability: float | None = None
    expected: dict[str, Any] | None = None


@dataclass(frozen=True)
class Sample:
    """What a plan drew: the size of its frame, the strata, and the items in their random order."""

    frame: int
    strata: tuple[Stratum, ...]
    items: tuple[Drawn, ...]

    def as_json(self) -> dict[str, Any]:
        """Give what is kept of it beside the items."""
        arms = [item.arm for item in self.items]
        return {
            "frame": self.frame,
            "strata": [asdict(stratum) for stratum in self.strata],
            "arms": {arm: arms.count(arm) for arm in dict.fromkeys(sorted(arms))},
        }
