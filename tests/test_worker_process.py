"""A worker process, as its owner sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from analysis.worker_process import WorkerError, WorkerProcess

if TYPE_CHECKING:
    from pathlib import Path


def test_one_that_ended_before_it_was_asked_is_told_and_closed(tmp_path: Path) -> None:
    worker = WorkerProcess("analysis.nothing_of_this_name", tmp_path, tmp_path / "errors")
    for _ in range(2):  # when it is asked again, it has ended for certain
        with pytest.raises(WorkerError, match=r"broke off \(.*No module named"):
            worker.ask({"do": "anything"})
    worker.close()
