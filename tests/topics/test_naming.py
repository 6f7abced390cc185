"""Topics named by a language model: masked texts are all it sees, people's names stay, money and errors are told."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from analysis.scoring.judge import client as clients
from analysis.scoring.judge.budget import UnknownPriceError
from analysis.state.database import State
from analysis.store import Store
from analysis.topics import edits
from analysis.topics.build import build
from analysis.topics.listing import topics
from analysis.topics.naming import name_topics
from analysis.workspace import Workspace
from app.cli import cli
from tests.scoring.judge_server import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PRICE = (1.0, 10.0)


@pytest.fixture
def mapped(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Store, State]]:
    monkeypatch.setenv("AFTERWORD_JUDGE_KEY", "sk-test")
    monkeypatch.setattr(clients, "TIMEOUT", 0.5)
    store = Store(Workspace.at(shutil.copytree(built, tmp_path / "mapped")))
    state = State(f"sqlite:///{tmp_path / 'state.sqlite'}")
    yield store, state
    store.close()
    state.close()


def named(store: Store) -> dict[int, str]:
    return {row["id"]: row["name"] for row in topics(store) if row["id"] >= 0}


def test_topics_that_nobody_named_are_named_and_the_names_hold(mapped: tuple[Store, State]) -> None:
    store, state = mapped
    own, *others = named(store)
    edits.rename(store, state, own, "What we call it", who="ana")
    before = named(store)
    asked: list[dict[str, Any]] = []

    def plan(question: str, turn: int) -> str:
        asked.append(json.loads(question))
        # once no name at all, once one with what must not be in a name
        return "Sorry." if turn == 0 else json.dumps({"name": f"About\n{asked[-1]['phrases'][0]}\u202e"})

    with serving(plan) as server:
        found = name_topics(store, state, "m", url=f"{server.url}/v1", price=PRICE, who="ana")
        assert set(found.names) == set(others)
        assert (found.failed, found.stopped) == ([], None)
        after = named(store)
        assert after == {own: "What we call it"} | {
            number: f"About {before[number].split(' · ')[0]}" for number in others
        }
        assert all(1 <= len(one["texts"]) <= 8 for one in asked)
        # nothing is left to name, and what was paid for is not asked again
        calls = server.asked.total()
        assert name_topics(store, state, "m", url=f"{server.url}/v1", price=PRICE, who="ana").total == 0
        (edit,) = [one for one in edits.topic_edits.everything(state, "prompt") if one.kind == "names"]
        assert edits.words(edit) == f"{len(others)} {'topic' if len(others) == 1 else 'topics'} named by m"
        edits.take_back(store, state, edit.id, who="ana")
        assert named(store) == before
        again = name_topics(store, state, "m", url=f"{server.url}/v1", price=PRICE, who="ana")
        assert (again.spent, server.asked.total()) == (0.0, calls)
    assert named(store) == after
    build(store, state)
    assert set(named(store).values()) == set(after.values())


def test_personal_data_is_masked_before_it_is_sent(mapped: tuple[Store, State]) -> None:
    store, state = mapped
    with store.write() as writer:
        writer.execute("UPDATE records SET prompt = prompt || ' Write to jo.doe@example.com' WHERE prompt <> ''")
    asked: list[str] = []

    def plan(question: str, _turn: int) -> str:
        asked.append(question)
        return '{"name": "Something"}'

    with serving(plan) as server:
        name_topics(store, state, "m", url=f"{server.url}/v1", price=PRICE, who="ana")
    assert asked
    assert not any("jo.doe" in question for question in asked)
    # one name for all: the field goes by names, so that they are numbered
    assert len(set(named(store).values())) == len(named(store))


def test_no_price_and_no_money(mapped: tuple[Store, State]) -> None:
    store, state = mapped
    with serving(lambda *_: '{"name": "Something"}') as server:
        with pytest.raises(UnknownPriceError):
            name_topics(store, state, "of-our-own", url=f"{server.url}/v1", who="ana")
        found = name_topics(store, state, "m", url=f"{server.url}/v1", price=PRICE, budget=0.001, who="ana")
        assert (found.names, found.stopped, server.asked.total()) == ({}, "budget", 0)


def test_the_command_names_them_and_fails_where_some_were_not(
    built: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(built, home, dirs_exist_ok=True)
    monkeypatch.setenv("AFTERWORD_JUDGE_KEY", "sk-test")
    with serving(lambda *_: "401") as server:
        command = ["topics", "name", "--model", "m", "--url", f"{server.url}/v1", "--price", "1,10"]
        result = CliRunner().invoke(cli, command)
    assert result.exit_code == 1
    assert "0 topics of" in result.output
    assert "Stopped:" in result.output
