"""The rounds that a server makes: rules are checked when something changed, and not at every look."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest

from analysis.alerts import history, rule_file, rules
from analysis.state.database import now
from app import rounds, runtime
from tests.alerts import traffic
from tests.pages import look, words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RULE = "name: errors\ntitle: Many errors\nmetric: error_rate\nlimit: 0.2\nleast: 10\n"


def until(what: Callable[[], bool]) -> None:
    """Wait for something, half a minute at most."""
    end = time.monotonic() + 30
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.usefixtures("home")
def test_a_rule_that_is_kept_is_checked_in_the_next_round(monkeypatch: pytest.MonkeyPatch, home: Path):
    monkeypatch.setattr(rounds, "EVERY", 0.05)
    here = runtime.current()
    check = Mock(wraps=rounds.check)
    monkeypatch.setattr(rounds, "check", check)
    start = now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    traffic.put(here.store, start, 60, status="error")
    for kept in rules.everything(here.state):
        rules.switch(here.state, kept.rule.name, on=False, who="ana")
    made = rounds.Rounds(here, [])
    try:
        until(lambda: check.call_count == 1)
        time.sleep(0.5)
        assert check.call_count == 1  # nothing came
        (rule,) = rule_file.parse(RULE)
        rules.save(here.state, rule, who="ana")
        until(lambda: bool(history.everything(here.state)))
        assert history.everything(here.state)[0].rule == "errors"
    finally:
        made.stop()


@pytest.mark.usefixtures("home")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_rounds_that_an_error_ended_are_told_of_on_the_page(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rounds, "EVERY", 0.05)
    here = runtime.current()
    traffic.put(here.store, now() - timedelta(hours=2), 60, status="error")
    assert "Start it anew" not in words(look("alerts"))
    with monkeypatch.context() as patched:
        patched.setattr(rounds, "check", Mock(side_effect=TypeError))
        made = rounds.Rounds(here, [])
        until(rounds.broken)
        made.stop()
    assert "Afterword looks neither at the rules" in words(look("alerts"))
    rounds.Rounds(here, []).stop()
    assert "Start it anew" not in words(look("alerts"))
