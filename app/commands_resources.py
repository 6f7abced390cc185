"""What the machines that serve models say: see :mod:`app.commands`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from analysis.resources.costs import cost
from analysis.resources.machines import load
from analysis.resources.pools import held, pools
from analysis.resources.saturation import saturation
from app import machine_words
from app.command import Call, Command, plain, selected


def _resources(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """List machines and, of those that serve a model together, how latency goes with their use, and their cost."""
    store, chosen = call.runtime.store, selected(arguments)
    machines = load(store.workspace.machines)
    found = []
    for pool in pools(store, machines):
        ties, spent = saturation(store, pool, chosen), cost(store, pool, machines, chosen)
        found.append({
            "name": pool.name, **plain(asdict(pool)), "says": machine_words.saturation(pool, ties),
            "saturation": [plain(asdict(tie)) for tie in ties],
            "cost": None if spent is None else {
                "says": machine_words.cost(spent), "usd": spent.usd, "hours": spent.hours, "tokens": spent.tokens,
                "counted": spent.counted, "utilisation": spent.utilisation, "usd_per_1k_tokens": spent.per_1k,
                "usd_per_1k_tokens_at_full_load": spent.per_1k_at_full_load,
                "by_day": [{key: plain(value) for key, value in day.items()} for day in spent.by_day.to_dicts()],
            },
        })  # fmt: skip
    return {
        "selection": chosen.sentence(), "machines": [plain(asdict(one)) for one in held(store)], "pools": found,
    }  # fmt: skip


COMMANDS: dict[str, Command] = {"resources": _resources}
