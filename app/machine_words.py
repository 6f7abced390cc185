"""What was found of machines, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.metrics.catalogue import MIN_N
from analysis.resources.saturation import LEAST_DAYS
from app import units
from app.sizes import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.resources.costs import Cost
    from analysis.resources.pools import Pool
    from analysis.resources.saturation import Saturation

_DRIVERS = {
    "gpu_utilisation": "the use of its GPUs", "requests_waiting": "its queue", "kv_cache_usage": "the use of its cache",
}  # fmt: skip


def saturation(pool: Pool, ties: Sequence[Saturation]) -> str:
    """Say whether machines are what makes their answers slow: where latency turns, or that it does not."""
    if not pool.models:
        return (
            "Which calls these machines answered is not known: their figures name no model of the records. Name it "
            "beside the machine in Settings, under Machines."
        )
    known = [tie for tie in ties if tie.correlation is not None]
    if not known:
        return _untold(ties)
    turned = [tie for tie in known if tie.found and tie.knee is not None and tie.knee.low > 1]
    busy = [tie for tie in turned if tie.driver == "gpu_utilisation"]
    tie = (busy or turned or known)[0]
    if not tie.found:
        return (
            f"No sign that the machine is what makes answers slow: latency does not rise with {_DRIVERS[tie.driver]} "
            f"(rank correlation {_correlation(tie)})."
        )
    knee = tie.knee
    if knee is None or knee.low <= 1:
        return (
            f"Latency rises with {_DRIVERS[tie.driver]} (rank correlation {_correlation(tie)}), but nowhere does its "
            "p95 turn by more than chance."
        )
    return (
        f"{_above(tie.driver, knee.above)}, p95 latency is {knee.ratio:.1f} times as long (95 % interval "
        f"{knee.low:.1f} to {knee.high:.1f}): {units.seconds(knee.p95_above)} against {units.seconds(knee.p95_below)}, "
        f"on {knee.calls_above:,} and {knee.calls_below:,} calls; {counted(round(knee.hours), 'hour')} of "
        f"{round(knee.of_hours):,}."
    )


def cost(spent: Cost) -> str:
    """Say what tokens cost on machines of one's own, of what, and what they would at full load."""
    whose = "tokens by the machines' own count" if spent.counted else "tokens of the logged calls"
    full = (
        f" Its GPUs were busy {100 * spent.utilisation:.0f}{units.THIN}% of the time; at full load it would be "
        f"{units.money(spent.per_1k_at_full_load)}."
        if spent.utilisation is not None
        else ""
    )
    return (
        f"1,000 tokens cost {units.money(spent.per_1k)}: {units.money(spent.usd)} for "
        f"{counted(round(spent.hours), 'machine hour')}, over {units.count(spent.tokens)} {whose}.{full}"
    )


def _untold(ties: Sequence[Saturation]) -> str:
    """Say why it can't be told whether machines make answers slow."""
    most = max(ties, key=lambda tie: (tie.calls, tie.days), default=None)
    if most is None:
        return (
            "Whether the machine is what makes answers slow can't be told: no call with a latency began while there "
            "are figures of its use, its queue or its cache."
        )
    if most.calls >= MIN_N and most.days >= LEAST_DAYS:
        return (
            f"Whether the machine is what makes answers slow can't be told: {_DRIVERS[most.driver]} or the latency was "
            f"always the same, on {most.calls:,} calls."
        )
    return (
        f"Too few calls to tell whether the machine is what makes answers slow: {most.calls:,} on "
        f"{counted(most.days, 'day')} beside its figures; at least {MIN_N} on {LEAST_DAYS} days are needed."
    )


def _above(driver: str, above: float) -> str:
    if driver == "gpu_utilisation":
        return f"Above {above:.0%} busy".replace("%", f"{units.THIN}%")
    if driver == "kv_cache_usage":
        return f"With the cache above {above:.0%} full".replace("%", f"{units.THIN}%")
    return "With requests waiting" if above < 1 else f"With {counted(round(above), 'request')} or more waiting"


def _correlation(tie: Saturation) -> str:
    low, value, high = (f"{end:.2f}".replace("-", units.MINUS) for end in (tie.low, tie.correlation, tie.high))
    return f"{value}, 95 % interval {low} to {high}, on {tie.calls:,} calls of {tie.days:,} days"
