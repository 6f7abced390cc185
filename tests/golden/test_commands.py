"""`afterword golden`, as a pipeline uses it: build, export, import, compare; exit codes that mean something."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from app import runtime
from tests import records
from tests.test_cli import run

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["run"]

KIND = "You can send it back within 30 days, and we pay for the parcel."


@pytest.fixture
def logs(home: Path) -> None:
    """Forty answers that a reviewer called correct, and one that was corrected."""
    store = runtime.current().store
    ids = records.add(
        store,
        *({"prompt": f"May I return the jug of order {n}?", "response": f"{KIND} ({n})", "session_id": f"s{n // 2}"}
          for n in range(41)),
    )  # fmt: skip
    labels = [{"record_id": id, "name": "correct", "value": 1, "origin": "human"} for id in ids[:40]]
    correction = {"record_id": ids[40], "name": "correction", "label": "Only within 14 days.", "origin": "human"}
    records.add(store, scores=[*labels, correction])
    runtime.close()


@pytest.mark.usefixtures("logs")
def test_from_labels_to_a_verdict(run, tmp_path: Path):
    built = run("golden", "build", "shop", "--json").json
    assert (built["dataset"], built["version"], built["items"], built["who"]) == ("shop", 1, 41, "ana")
    assert built["kinds"] == {"label": 40, "correction": 1}
    assert [one["version"] for one in run("golden", "list", "--json").json["versions"]] == [1]
    file = tmp_path / "shop.jsonl"
    assert run("golden", "export", "shop", "-o", file, "--json").json["items"] == 41
    items = [json.loads(line) for line in file.read_text().splitlines()]

    answers = tmp_path / "answers.csv"
    answers.write_text("id,response\n" + "".join(f'{one["id"]},"{one["answer"]}"\n' for one in items))
    same = run("golden", "regress", "shop", answers, "--json")
    assert (same.code, same.json["verdict"], same.json["missing"]) == (0, "no worse seen", [])
    answers.write_text("id,response\n" + "".join(f"{one['id']},Shut up you stupid idiot.\n" for one in items))
    rude = run("golden", "regress", "shop", answers, "--scorer", "response_toxicity")
    assert rude.code == 1
    assert "answers.csv against shop, version 1: worse, on 41 of 41 items." in rude.out
    assert "Toxic answers" in rude.out


@pytest.mark.usefixtures("logs")
def test_parts_for_training_share_no_conversation(run, tmp_path: Path):
    run("golden", "build", "shop")
    seen = []
    for part in ("train", "validation", "test"):
        file = tmp_path / f"{part}.jsonl"
        run("golden", "export", "shop", "-o", file, "--split", part, "--shares", "60,20,20")
        seen.append({json.loads(line)["conversation"] for line in file.read_text().splitlines()})
    assert set.union(*seen) == {f"s{n}" for n in range(21)}
    assert sum(map(len, seen)) == 21


@pytest.mark.usefixtures("logs")
def test_a_part_of_nothing_is_told(run, tmp_path: Path):
    run("golden", "build", "shop")
    told = run("golden", "export", "shop", "-o", tmp_path / "x.jsonl", "--split", "test", "--shares", "90,10,0")
    assert told.code == 2
    assert "The part test is 0 %" in told.err


@pytest.mark.usefixtures("logs")
def test_what_is_exported_is_imported_again_and_the_difference_told(run, tmp_path: Path):
    run("golden", "build", "shop")
    file = tmp_path / "pairs.jsonl"
    written = run("golden", "export", "shop", "-o", file, "--format", "preference")
    assert "40 items left out: it has no answer that was corrected" in written.out
    file.write_text(file.read_text() + "{broken\n")
    taken = run("golden", "import", "shop", file, "--replace", "--json")
    assert (taken.code, taken.json["version"], taken.json["items"], taken.json["read"]) == (0, 2, 1, 1)
    assert [fault["line"] for fault in taken.json["refused"]] == [2]
    told = run("golden", "diff", "shop", "--json").json
    assert (len(told["added"]), len(told["removed"]), len(told["changed"])) == (0, 40, 0)
    assert "40 removed, 0 changed since version 1" in run("golden", "diff", "shop").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("golden", "build", "shop"), "Nothing to build from"),
        (("golden", "export", "shop", "-o", "x"), "There is no golden dataset 'shop'"),
        (("golden", "import", "shop", "nowhere.csv"), "nowhere.csv can't be read"),
        (("golden", "regress", "shop", "nowhere.csv"), "There is no golden dataset 'shop'"),
        (("golden", "regress", "shop", "--price", "cheap"), "'cheap' is no price"),
    ],
)
def test_bad_use_is_told(run, arguments: tuple[str, ...], said: str):
    done = run(*arguments)
    assert done.code in (1, 2)
    assert said in done.err


def test_nothing_yet(run):
    assert "No golden dataset yet" in run("golden", "list").out
