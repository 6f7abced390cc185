"""New topics among what the map places nowhere: they join it, and nothing that was there moves."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from analysis.state.database import State
from analysis.store import Store
from analysis.topics import edits, pool
from analysis.topics.build import place_new
from analysis.topics.listing import topics
from analysis.workspace import Workspace
from tests import records
from tests.topics.talk import NEW, prompts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENDS = (
    "for my family", "please", "as grandmother did", "on a camp fire", "without salt", "for ten people",
    "in half an hour", "before tomorrow",
)  # fmt: skip
THEME = [f"{prompt} {end}" for prompt in prompts(NEW) for end in ENDS]
WHERE = "SELECT record_id, topic, leaf, similarity, x, y, cluster FROM placements ORDER BY record_id"


@pytest.fixture
def mapped(built: Path, tmp_path: Path) -> Iterator[Store]:
    store = Store(Workspace.at(shutil.copytree(built, tmp_path / "mapped")))
    yield store
    store.close()


def test_a_new_theme_becomes_a_topic_and_what_was_there_stays(
    mapped: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = State(f"sqlite:///{tmp_path / 'state.sqlite'}")
    old = [row["id"] for row in topics(mapped) if row["id"] >= 0]
    edits.merge(mapped, state, old[:2], who="ana")
    before, listed = mapped.rows(WHERE), topics(mapped)
    ids = records.add(mapped, *({"prompt": prompt} for prompt in THEME))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(pool, "now", killed)
        with pytest.raises(KeyboardInterrupt):
            place_new(mapped, state)
    assert [row["id"] for row in topics(mapped)] == [row["id"] for row in listed], "a kill leaves the map as it was"
    assert place_new(mapped, state) == 0
    after = {row["record_id"]: row for row in mapped.rows(WHERE)}
    assert [after[row["record_id"]] for row in before] == before
    new = [row for row in topics(mapped) if row["id"] > max(old)]
    assert new
    assert sum(row["n"] for row in new) >= 120
    assert all(row["made"] is not None for row in new)
    assert any(word in " ".join(row["name"] for row in new) for word in ("recipe", "bake", "boil", "fry"))
    assert [row["name"] for row in topics(mapped) if row["id"] in old] == [
        row["name"] for row in listed if row["id"] in old
    ]
    for topic in new:
        own = np.array([(row["x"], row["y"]) for row in after.values() if row["topic"] == topic["id"]])
        assert len(np.unique(own, axis=0)) > 10
        others = np.array([(row["x"], row["y"]) for row in before])
        middle = np.median(own, axis=0)
        assert np.linalg.norm(others - middle, axis=1).min() > 0.5, "it lies on no other"
        assert (np.abs(middle - others.mean(axis=0)) < 3 * (others.max(axis=0) - others.min(axis=0))).all()
    records.add(mapped, {"prompt": "What is the recipe for pasta for my friends"}, {"prompt": THEME[0]})
    assert place_new(mapped, state) == 2
    rows = mapped.rows(
        "SELECT r.prompt, p.topic, p.x FROM placements p JOIN records r ON r.id = p.record_id "
        "WHERE r.prompt LIKE '%friends%' OR r.id NOT IN (SELECT unnest(?::UUID[])) AND r.prompt = ?",
        [ids, THEME[0]],
    )
    assert next(row["topic"] for row in rows if "friends" in row["prompt"]) in {row["id"] for row in new}
    first = next(row for row in mapped.rows(WHERE) if str(row["record_id"]) == ids[0])
    assert [row["x"] for row in rows if row["prompt"] == THEME[0]] == [first["x"]], "the same text, the same place"
    assert [path.name for path in mapped.workspace.maps.iterdir()] == ["1-1.npz"]
    state.close()


def test_too_few_texts_make_no_topic(mapped: Store) -> None:
    old = [row["id"] for row in topics(mapped)]
    records.add(mapped, *({"prompt": prompt} for prompt in THEME[:40]))
    place_new(mapped)
    assert [row["id"] for row in topics(mapped)] == old
