"""The commands of queues, labels and agreement, as a script uses them."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from app import runtime
from app.cli import main
from tests import records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def run(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run `afterword ... --json` on a workspace with twenty records; gives its answer."""
    monkeypatch.setenv("AFTERWORD_USER", "ana")
    monkeypatch.chdir(tmp_path)
    ids = records.add(runtime.current().store, *({"app": "shop", "response": str(n)} for n in range(20)))
    (tmp_path / "ids").write_text("\n".join(ids))
    known = records.add(runtime.current().store, {"app": "a", "source_id": "twin"}, {"app": "b", "source_id": "twin"})
    (tmp_path / "known").write_text("\n".join(known))
    runtime.close()

    def afterword(*arguments: object, code: int = 0, plain: bool = False) -> Any:
        monkeypatch.setattr(sys, "argv", ["afterword", *map(str, arguments), *([] if plain else ["--json"])])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        assert int(ended.value.code or 0) == code
        out = capsys.readouterr().out
        return out if plain else json.loads(out)

    return afterword


def test_a_queue_is_made_listed_and_shown(run: Callable[..., Any], tmp_path: Path):
    first, second = (tmp_path / "known").read_text().split()
    (tmp_path / "plain.csv").write_text(f"item,bias\n{second},yes\n")  # of a question alone, though others hang on it
    (tmp_path / "gold.csv").write_text(f"item,bias\n{first},no\n")
    made = run("queue", "make", "May", "--rubric", "bias", "--size", 10, "--where", "app=shop", "--reviewers", 2,
               "--gold", "gold.csv", "--attention", "plain.csv", "--gold-share", 0.2)["queue"]  # fmt: skip
    assert (made["frame"], made["arms"], made["reviewers"], made["who"]) == (
        20,
        {"attention": 1, "gold": 1, "random": 10},
        2,
        "ana",
    )
    (listed,) = run("queue", "list")["queues"]
    assert (listed["name"], listed["items"], listed["labels"], listed["wanted"]) == ("May", 12, 0, 24)
    shown = run("queue", "show", "May")
    assert (shown["plan"]["seed"], shown["progress"]["finished"]) == (0, 0)
    assert "0 of 12 items" in run("queue", "show", "May", plain=True)
    assert "no queue" in run("queue", "show", "June", code=2)["error"]
    assert "already" in run("queue", "make", "May", "--rubric", "bias", code=2)["error"]
    (tmp_path / "gold.csv").write_text("item,bias\nsomething,no\n")
    lost = run("queue", "make", "x", "--rubric", "bias", "--gold", "gold.csv", code=2)["error"]
    assert "'something', of the gold and attention items, is no record's id" in lost
    (tmp_path / "twins.csv").write_text("item,bias\ntwin,no\n")
    twins = run("queue", "make", "x", "--rubric", "bias", "--gold", "twins.csv", code=2)["error"]
    assert "'twin', of the gold and attention items, is the id of several records" in twins
    assert "no.csv" in run("queue", "make", "x", "--rubric", "bias", "--attention", "no.csv", code=2)["error"]
    assert "Rubrics: bias" in run("queue", "make", "x", "--rubric", "colour", code=2)["error"]


def test_a_queue_of_some_records_by_strata(run: Callable[..., Any], tmp_path: Path):
    some = (tmp_path / "ids").read_text().split()[:4]
    (tmp_path / "some").write_text("\n".join(some))
    made = run("queue", "make", "some", "--rubric", "safety", "--method", "stratified", "--by", "app", "--ids", "some")
    assert made["queue"]["strata"] == [{"name": "shop", "frame": 4, "drawn": 4}]


def test_labels_come_in_agree_and_go_out(run: Callable[..., Any], tmp_path: Path):
    ids = (tmp_path / "ids").read_text().split()
    rows = [f"{one},{rater},{'yes' if number % 3 else 'no'}" for number, one in enumerate(ids) for rater in "ab"]
    (tmp_path / "theirs.csv").write_text("\n".join(["item,rater,label", *rows, "lost,a,yes"]))
    report = run("labels", "import", "theirs.csv", "--queue", "theirs")
    assert (report["labels"], report["without_record"]) == (41, ["lost"])
    said = run("labels", "import", "theirs.csv", "--queue", "theirs", plain=True)
    assert "name no record" in said
    assert "They say: yes 27, no 14." in said
    (question,) = run("agreement", "theirs", "--level", "nominal")["questions"]
    assert question["overall"]["alpha"]["value"] == 1.0
    assert question["overall"]["percent"]["n"] == 20
    assert "nominal" in run("agreement", "theirs", plain=True)
    assert "no level" in run("agreement", "theirs", "--level", "odd", code=2)["error"]
    assert run("labels", "export", "-o", "out.jsonl")["labels"] == 41
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 41
    scored = run("metric", "score.theirs")["rows"]
    assert scored[0]["n"] == 20  # two labels of one record are not two records
    assert "no file" in run("labels", "import", "none.csv", "--queue", "x", code=2)["error"]
    assert "41 labels of theirs were taken back" in run("labels", "undo", "theirs", plain=True)
    assert run("metric", "score.theirs", code=2)["error"]
    assert "no queue" in run("labels", "undo", "theirs", code=2)["error"]


def test_how_many_items_show_a_gap(run: Callable[..., Any]):
    assert run("queue", "size", "--rate", 0.2, "--ratio", 0.8)["per_group"] == 1447
    assert run("queue", "size", "--pairs", 0.6)["discordant_pairs"] == 194
    assert "1,447 items a group" in run("queue", "size", "--rate", 0.2, "--to", 0.16, plain=True)
    assert "--pairs" in run("queue", "size", code=2)["error"]


def test_rubrics_are_listed_shown_changed_and_made(run: Callable[..., Any], tmp_path: Path):
    assert [one["name"] for one in run("queue", "rubric", "list")["rubrics"]] == ["bias", "quality", "safety"]
    (tmp_path / "bias.yaml").write_text(run("queue", "rubric", "show", "bias", plain=True))
    assert run("queue", "rubric", "import", "bias.yaml")["version"] == 1  # as it was
    (tmp_path / "bias.yaml").write_text((tmp_path / "bias.yaml").read_text().replace("title: Bias", "title: Fair?"))
    assert run("queue", "rubric", "import", "bias.yaml")["version"] == 2
    assert run("queue", "rubric", "show", "bias", "--version", 1)["rubric"]["title"] == "Bias"
    (tmp_path / "own.yaml").write_text("name: own\nquestions: [{name: ok, title: Is it, options: [yes, no]}]\n")
    assert "own, version 1: 1 question." in run("queue", "rubric", "import", "own.yaml", plain=True)
    assert run("queue", "make", "May", "--rubric", "own", "--size", 3)["queue"]["rubric"] == "own"
    (tmp_path / "own.yaml").write_text("name: own\nquestions: [{name: ok, title: Is it}]\n")
    assert "two options" in run("queue", "rubric", "import", "own.yaml", code=2)["error"]
    assert "Rubrics: bias" in run("queue", "rubric", "show", "colour", code=2)["error"]
