"""What `afterword resources` prints for people."""

from __future__ import annotations

from typing import Any

from app.tables import clean, table


def resources(answer: dict[str, Any]) -> str:
    """List the machines, and say of each pool what was found."""
    if not answer["machines"]:
        return (
            "No figures of machines yet. Import what Prometheus, DCGM, nvidia-smi, vLLM or TGI say of them; the page "
            "Latency & resources shows how to export it."
        )
    rows = [
        [one["instance"] or "(not named)", one["devices"], one["figures"], one["first"][:16].replace("T", " "),
         one["last"][:16].replace("T", " "), ", ".join(one["metrics"])]
        for one in answer["machines"]
    ]  # fmt: skip
    parts = [table(["machine", "devices", "figures", "from", "to", "metrics"], rows)]
    for pool in answer["pools"]:
        lines = [clean(pool["name"]), f"  {clean(pool['says'])}"]
        if pool["cost"] is not None:
            lines.append(f"  {clean(pool['cost']['says'])}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)
