"""What the work of a job holds of its job."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Ticket:
    """What a job's work holds of its job: where to tell progress, and whether to stop."""

    kind: str = ""
    progress: dict[str, Any] | None = None
    others: Callable[[], bool] = lambda: False
    """Whether work of another kind waits for this one."""
    started: float = field(default_factory=time.monotonic)
    _stop: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        """Ask the work to stop."""
        self._stop.set()

    def tell(self, stage: str, done: int, total: int, **more: object) -> None:
        """Tell how far the work is, with its rate since it began and the seconds that are left at that."""
        rate = done / (time.monotonic() - self.started)
        left = (total - done) / rate if rate else None
        self.progress = {"stage": stage, "done": done, "total": total, "rate": rate, "seconds_left": left, **more}

    def cancelled(self) -> bool:
        """Whether the work is asked to stop."""
        return self._stop.is_set()


class GiveWayError(Exception):
    """The work stops here, to let what waits go first; the job goes on after it."""
