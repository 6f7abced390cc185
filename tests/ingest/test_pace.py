"""How far a file is read is told while it is read, and never as less than nothing."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from analysis.ingest.pace import watching

if TYPE_CHECKING:
    from analysis.store import Store


def test_what_is_read_beside_it_makes_no_progress_negative(store: Store):
    told, heard = [], threading.Event()

    def tell(done: int) -> None:
        told.append(done)
        heard.set()

    with store.cursor() as cursor, watching(cursor, 100, tell, beside=lambda: 10**15):
        assert heard.wait(30)
    assert set(told) == {0}
