"""Alerts delivered for minutes by processes that are killed all the while, on SQLite and on PostgreSQL.

``python -m tests.benchmarks.senders [SECONDS [ALERTS]]``. It fails where a message is neither delivered once nor
listed, or where an alert's end is told before its beginning.
"""

from __future__ import annotations

import sys
import tempfile

from tests import postgres
from tests.alerts import killing

SECONDS, ALERTS = 120.0, 400


def main() -> None:
    """Run both, and say what came of it."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    alerts = int(sys.argv[2]) if len(sys.argv) > 2 else ALERTS
    with tempfile.TemporaryDirectory() as folder:
        _run("SQLite", f"sqlite:///{folder}/state.sqlite", seconds, alerts)
    with postgres.cluster() as address:
        _run("PostgreSQL", address.format(database="postgres"), seconds, alerts)


def _run(name: str, url: str, seconds: float, alerts: int) -> None:
    found = killing.run(url, seconds=seconds, alerts=alerts)
    print(
        f"{name}: {found.put:,} messages, {found.kills} kills; {found.sent:,} sent and each there once, "
        f"{found.perhaps} listed as perhaps delivered; {found.repeated} came again under their own name",
        flush=True,
    )


if __name__ == "__main__":
    main()
