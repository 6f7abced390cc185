"""The command line, as a script uses it: one JSON document, words elsewhere, exit codes that mean something."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from app import commands
from app.cli import main
from app.printed import PRINTED
from tests.scoring.judge_server import serving

ROOT = Path(__file__).resolve().parents[1]


class Done(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)


@pytest.fixture
def run(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run `afterword` on an empty workspace, in a folder that is not the project's."""
    monkeypatch.setenv("AFTERWORD_USER", "ana")
    monkeypatch.chdir(tmp_path)

    def afterword(*arguments: object) -> Done:
        monkeypatch.setenv("AFTERWORD_HOME", str(home))
        monkeypatch.setattr(sys, "argv", ["afterword", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return afterword


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Chats in the shape that fine-tuning takes, the third of them broken."""
    lines = [
        {"messages": [{"role": "user", "content": f"question {n}"}, {"role": "assistant", "content": f"answer {n}"}]}
        for n in range(3)
    ]
    path = tmp_path / "chats.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"messages": [{"role"\n')
    return path


def test_the_whole_way(run, log: Path, tmp_path: Path):
    imported = run("import", log, "--at", "2026-05-01T10:00", "--json")
    assert imported.code == 0  # a refused line is no failure
    (report,) = imported.json["imports"]
    assert {key: report[key] for key in ("file", "read", "kept", "duplicate", "repaired", "refused")} == {
        "file": "chats.jsonl", "read": 4, "kept": 3, "duplicate": 0, "repaired": 0, "refused": 1,
    }  # fmt: skip
    assert [refusal["line"] for refusal in report["refusals"]] == [4]
    assert report["from"].startswith("2026-05-01T10:00")
    assert "chats.jsonl" in imported.err

    again = run("import", log, "--json").json["imports"][0]
    assert (again["kept"], again["duplicate"]) == (0, again["read"])

    listed = run("imports", "--json").json["imports"]
    assert [(entry["id"], entry["file"], entry["imported_by"]) for entry in listed] == [
        (report["id"], "chats.jsonl", "ana")
    ]

    rows = run("metric", "requests", "--grain", "day", "--by", "status", "--json").json
    assert (rows["metric"], rows["unit"]) == ("requests", "requests")
    assert rows["rows"][0].items() >= {"time": "2026-05-01T00:00:00Z", "value": 3, "n": 3, "of": 3}.items()
    assert set(rows["rows"][0]) == {"time", "status", "value", "n", "of", "low", "high"}

    out = tmp_path / "out.csv"
    assert run("export", "records", "-o", out, "--where", "text~question 1", "--json").json == {
        "records": 1, "file": str(out),
    }  # fmt: skip
    with out.open(newline="") as file:
        assert [row["response"] for row in csv.DictReader(file)] == ["answer 1"]

    bad = tmp_path / "bad.jsonl"
    assert run("refused", report["id"], "-o", bad, "--json").json["lines"] == 1
    assert bad.read_text() == '{"messages": [{"role"\n'

    answer = run("sql", "SELECT prompt FROM records ORDER BY prompt", "--json").json
    assert answer["rows"] == [["question 0"], ["question 1"], ["question 2"]]

    assert run("undo", report["id"], "--json").json["undone"]["kept"] == 3
    assert run("metric", "requests", "--json").json["rows"][0]["value"] == 0
    assert run("imports").out == "No imports yet. `afterword import PATH` makes one.\n"


def test_a_closing_date_takes_its_day_in(run, log: Path):
    run("import", log, "--at", "2026-05-01T10:00")
    for arguments, count in (
        (("--from", "2026-05-01", "--to", "2026-05-01"), 3),
        (("--to", "2026-05-01T10:00"), 0),
        (("--from", "2026-05-02"), 0),
    ):
        answer = run("metric", "requests", *arguments, "--json").json
        assert sum(row["value"] for row in answer["rows"]) == count, arguments


def test_a_change_is_explained(run, tmp_path: Path):
    rows = [
        {"timestamp": f"2026-05-{day:02d}T10:00:00Z", "model": model, "prompt": f"q {day} {n}", "response": "a",
         "status": "error" if n < (6 if day > 10 and model == "b" else 1) else "ok"}
        for day in range(1, 21) for model in "ab" for n in range(10)
    ]  # fmt: skip
    path = tmp_path / "calls.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    run("import", path)
    asked = ("explain", "error_rate", "--from", "2026-05-11", "--to", "2026-05-20")
    found = run(*asked, "--by", "model", "--json").json
    assert (found["before"], found["now"]) == (0.1, 0.35)
    assert [part["group"] for part in found["parts"] if part["stands_out"]] == ["b"]
    assert sum(part["effect"]["value"] for part in found["parts"]) == pytest.approx(0.25)
    printed = run(*asked, "--against-from", "2026-05-01", "--against-to", "2026-05-10").out
    assert "error_rate (share) by model: 11 May to 20 May 2026, against 1 May to 10 May 2026" in printed
    assert "0.1 → 0.35, a change of +0.25" in printed
    assert "By model, most of it is b (+25.0" in printed
    assert "stands out" in printed
    assert run("explain", "error_rate").code == 2
    assert "0.1 → 0.35" in run("explain", "error_rate", "--from", "2026-05-11").out, (
        "an open end is that of the records"
    )
    alike = ("explain", "error_rate", "--from", "2026-05-06", "--to", "2026-05-10")
    assert "It is much the same in all groups: no field tells them apart." in run(*alike).out
    assert "It is much the same in all groups by model." in run(*alike, "--by", "model").out
    overlapping = run(*asked, "--against-from", "2026-05-10", "--against-to", "2026-05-12")
    assert (overlapping.code, "The two periods overlap" in overlapping.err) == (2, True)
    assert "These have: environment" in run(*asked, "--by", "text").err


def test_counts_are_printed_whole():
    counts = {"volume": 12_345.4, "mix": 0.0, "rate": 0.0}
    spans = {name: {"value": value, "low": None, "high": None} for name, value in counts.items()}
    part = {
        "group": "a", "before": 20_000.0, "now": 32_345.4, "share_before": 1.0, "share_now": 1.0, "stands_out": False,
        "effect": spans["volume"], **counts,
    }  # fmt: skip
    answer = {
        "metric": "requests", "unit": "requests", "by": "model", "now_is": "now", "before_is": "then", "says": "So.",
        "before": 20_000.0, "now": 32_345.4, "change": spans["volume"], **spans, "parts": [part], "blocks": "user",
    }  # fmt: skip
    printed = PRINTED["explain"](answer)
    assert "20,000 → 32,345, a change of +12,345:" in printed
    assert "12,300" not in printed


def test_drift_and_changes_are_told(run, tmp_path: Path):
    rows = [
        {"timestamp": f"2026-05-{day:02d}T10:00:00Z", "prompt": f"where is my {thing} number {n}", "response": "a",
         "status": "error" if day > 14 and n % 2 else "ok", "session_id": f"{day}-{n}"}
        for day in range(1, 21) for n in range(12)
        for thing in [("orchard" if day > 14 and n < 4 else ("parcel", "kettle", "refund")[n % 3])]
    ]  # fmt: skip
    path = tmp_path / "calls.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    run("import", path)
    asked = ("drift", "--from", "2026-05-15", "--to", "2026-05-20")
    found = run(*asked, "--json").json
    assert found["verdict"] == "drifted"
    assert found["reference"] == "9 May to 14 May 2026"
    assert [outcome["metric"] for outcome in found["outcomes"] if outcome["changed"]] == ["error_rate"]
    assert "orchard" in run(*asked).out
    quiet = run("drift", "--from", "2026-05-09", "--to", "2026-05-14", "--against", "2026-05-01..2026-05-08").out
    assert "against 1 May to 8 May 2026: no drift seen" in quiet
    assert "would have been seen" in quiet
    assert run("drift", "--against", "the moon").code == 2
    assert "The two periods overlap" in run(*asked, "--against", "2026-05-10..2026-05-15").err
    last_week = run("drift", "--json").json
    assert (last_week["window"], sum(last_week["records"])) == ("13 May 2026 10:00 to 20 May 2026 10:00", 14 * 12)
    (change,) = run("changes", "--json").json["changes"]
    assert (change["name"], change["start"], change["lasts"]) == ("error_rate", "2026-05-15T09:00:00Z", True)
    told = run("changes").out
    assert "Error rate" in told
    assert "one person with many can make a change" in told
    assert "There is nothing to look through" in run("changes", "--from", "2030-01-01").out


def test_what_goes_wrong_within_is_not_blamed_on_who_asked(run, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object) -> None:
        raise duckdb.BinderException("no such column")

    monkeypatch.setitem(commands.COMMANDS, "metrics", broken)
    assert run("metrics").code == 1


def test_a_dry_run_keeps_nothing(run, log: Path):
    report = run("import", log, "--dry-run", "--json").json["imports"][0]
    assert (report["id"], report["read"]) == (None, 4)
    assert run("imports", "--json").json == {"imports": []}


def test_a_file_that_is_no_log_is_bad_input_with_its_report(run, tmp_path: Path):
    path = tmp_path / "noise.bin"
    path.write_bytes(bytes(range(256)) * 40)
    done = run("import", path, "--json")
    assert done.code == 2
    assert done.json["imports"][0]["failure"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("dance",), "No such command 'dance'"),
        (("metric",), "Missing argument 'NAME'"),
        (("metric", "requests", "--grain", "year"), "year"),
        (("metric", "requests", "--from", "yesterday"), "'yesterday' is no date or time"),
        (("metric", "requests", "--from", "2026-05-02", "--to", "2026-05-01"), "The period is empty"),
        (("metric", "requests", "--where", "nothing=1"), "There is no field 'nothing'"),
        (("metric", "sadness"), "There is no metric 'sadness'"),
        (("import", "/no/such/file"), "There is no file or folder /no/such/file"),
        (("import", ".", "--as", "betamax"), "There is no format 'betamax'"),
        (("import", ".", "--map", "prompt"), "'prompt' is no mapping"),
        (("import", ".", "--map", "soul=x"), "There is no field 'soul'"),
        (("undo", "7"), "There is no import 7"),
        (("undo", "x"), "valid integer"),
        (("refused", "7", "-o", "x"), "There is no import 7"),
        (("export", "records", "-o", "x.xls"), "Can't write a file of kind 'xls'"),
        (("sql", "DROP TABLE records"), "Only a SELECT"),
        (("sql", "SELEC 1"), "syntax error"),
        (("sql", "FROM nowhere"), "nowhere does not exist"),
    ],
)
def test_bad_use_is_told_in_words_and_in_json(run, arguments: tuple[str, ...], words: str):
    done = run(*arguments, "--json")
    assert done.code == 2
    assert words in done.json["error"]
    assert words in done.err


def test_a_place_that_cannot_be_written_is_a_failure(run, tmp_path: Path):
    done = run("export", "records", "-o", tmp_path / "none" / "out.csv")
    assert (done.code, done.out) == (1, "")
    assert "Can't write" in done.err


def test_the_workspace_can_be_named_anywhere(run, log: Path, tmp_path: Path):
    other = tmp_path / "other"
    run("import", log, "--workspace", other)
    assert len(run("--workspace", other, "imports", "--json").json["imports"]) == 1
    assert run("imports", "--json").json == {"imports": []}


def test_the_metrics_are_listed(run):
    listed = run("metrics", "--json").json["metrics"]
    assert {"requests", "cost", "latency_p95"} <= {metric["name"] for metric in listed}
    assert all(metric["definition"] for metric in listed)
    assert "latency_p95" in run("metrics").out


def test_doctor_finds_a_healthy_workspace_well(run):
    done = run("doctor", "--json")
    assert (done.code, done.json["ok"]) == (0, True)
    assert {check["check"] for check in done.json["checks"]} >= {"log store", "state store", "disk", "memory", "prices"}


def test_doctor_says_what_to_do_about_an_unreachable_state_store(run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AFTERWORD_STATE_URL", "postgresql://me:secret@127.0.0.1:9/x")
    done = run("doctor")
    assert done.code == 1
    assert "state store" in done.out
    assert "AFTERWORD_STATE_URL" in done.out
    assert "secret" not in done.out


def test_a_workspace_that_another_process_holds(run, home: Path):
    holder = "import sys\nfrom analysis.store import Store\nfrom analysis.workspace import Workspace\n"
    holder += "held = Store(Workspace.at(sys.argv[1]))\nprint('held', flush=True)\nsys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(home)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        done = run("imports", "--json")
        assert done.code == 1
        assert f"{home} is held by another process" in done.json["error"]
        assert "log store" in run("doctor").out
        process.communicate()


def test_help_names_every_command(run):
    words = run("--help").out
    for command in ("serve", "import", "imports", "undo", "refused", "metrics", "metric", "export", "sql", "doctor"):
        assert f"\n  {command} " in words


def start(home: Path, *arguments: object) -> subprocess.Popen[str]:
    """Start `afterword` in a process of its own."""
    command = [sys.executable, "-c", "from app.cli import main; main()", *map(str, arguments)]
    environment = os.environ | {"AFTERWORD_HOME": str(home)}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip


def test_ctrl_c_cancels_an_import_and_keeps_nothing_of_it(run, home: Path, tmp_path: Path):
    path = tmp_path / "large.jsonl"
    line = json.dumps({"messages": [{"role": "user", "content": "q" * 400}, {"role": "assistant", "content": "a"}]})
    path.write_text((line + "\n") * 300_000)
    with start(home, "import", path, "--json") as process:
        assert process.stderr is not None
        process.stderr.readline()  # the first word of progress: it is at work
        time.sleep(0.2)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the child that reads gets it too
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Cancelled" in json.loads(out)["error"]
    assert "Traceback" not in err
    assert run("imports", "--json").json == {"imports": []}
    assert run("metric", "requests", "--json").json["rows"][0]["value"] == 0
    assert list((home / "staging").iterdir()) == []


def test_the_installed_command_works_from_any_folder(tmp_path: Path):
    command = Path(sys.executable).with_name("afterword")
    if not command.exists():
        pytest.skip("afterword is not installed: make test installs it")
    done = subprocess.run(
        [command, "metrics", "--json", "--workspace", "here"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["metrics"]
    assert (tmp_path / "here" / "logs.duckdb").exists()


def test_scoring(run, log: Path, home: Path, tmp_path: Path):
    run("import", log, "--at", "2026-05-01T10:00")
    (home / "scorers").mkdir()
    (home / "scorers" / "own.py").write_text(
        "from analysis.scoring.scorer import Mark, Scorer, Span, each\n"
        "SCORERS = [Scorer(name='ending', version=3, title='Ending', measures='The last digit.', limits='None.', "
        "reads=('response',), score=each(lambda text: Mark(float(text[-1]), None, (Span('response', 7, 8, 'digit'),))),"
        " topic='quality', figure='Ending', scale=(0, 9))]\n"
    )
    (listed,) = [s for s in run("scorers", "--json").json["scorers"] if s["name"] == "ending"]
    assert (listed["version"], listed["scored"], listed["of"]) == (3, 0, 3)

    scored = run("score", "--scorer", "ending", "--json")
    assert (scored.code, scored.json["records"], scored.json["marks"]) == (0, 3, 3)
    assert "scoring" in scored.err
    assert run("score", "--scorer", "ending").out.startswith("Nothing to score")
    assert run("metric", "scorer.ending", "--json").json["rows"][0]["value"] == 1.0
    assert run("scorers").out.splitlines()[-1].split() == ["ending", "3", "3", "3", "Ending"]

    assert run("export", "scores", "-o", tmp_path / "scores.jsonl", "--json").json["scores"] == 3
    rows = [json.loads(line) for line in (tmp_path / "scores.jsonl").read_text().splitlines()]
    assert sorted(row["value"] for row in rows) == [0.0, 1.0, 2.0]
    assert {(row["scorer"], row["version"], str(row["evidence"])) for row in rows} == {
        ("ending", 3, str([{"field": "response", "start": 7, "end": 8, "kind": "digit"}]))
    }
    empty = run("export", "scores", "-o", tmp_path / "none.csv", "--where", "model=none such", "--json")
    assert (empty.json["scores"], (tmp_path / "none.csv").read_text("utf-8-sig").split(",")[0]) == (0, "id")

    unknown = run("score", "--scorer", "nothing")
    assert (unknown.code, "There is no scorer 'nothing'" in unknown.err) == (2, True)
    assert run("score", "--sample", "0").code == 2
    (home / "scorers" / "own.py").write_text("raise OSError('no weights')")
    assert "no weights" in run("scorers").out


def test_judging(run, log: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AFTERWORD_JUDGE_KEY", "sk-test-0123456789")
    run("import", log, "--at", "2026-05-01T10:00")
    with serving(lambda question, before: "429" if before == 0 else "good") as server:
        options: tuple[str, ...] = ("--model", "tiny", "--url", f"{server.url}/v1", "--json")
        unknown = run("judge", "relevance", *options)
        assert (unknown.code, "--price" in unknown.err) == (2, True)
        options = (*options, "--price", "1,2")
        planned = run("judge", "relevance", "--dry-run", *options).json["estimate"]
        assert (planned["records"], sum(server.asked.values())) == (3, 0)
        judged = run("judge", "relevance", *options)
    assert (judged.code, judged.json["judged"], judged.json["failed"]) == (0, 3, [])
    assert "3 records to judge: about" in judged.err
    assert run("metric", "scorer.relevance@tiny", "--json").json["rows"][0]["n"] == 3
    assert "relevance@tiny" in run("scorers").out
    assert run("judge", "no such rubric").code == 2
    assert "sk-test" not in judged.out + judged.err
