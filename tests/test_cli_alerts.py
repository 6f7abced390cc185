"""`afterword alerts`: rules listed, kept and tried, checked with exit codes, and what people do by command."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from analysis.alerts import rule_file, rules
from app import cli, runtime
from app.commands_alerts import tried
from tests.alerts import traffic
from tests.alerts.traffic import HOUR, MONDAY

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.store import Store

RULE = "name: errors\ntitle: Many errors\nmetric: error_rate\nlimit: 0.2\nleast: 10\n"


@pytest.fixture
def home(home: Path) -> Path:
    held = runtime.current()
    traffic.weeks(held.store, 1)
    traffic.put(held.store, MONDAY + 34 * HOUR, 60, status="error")
    for kept in rules.everything(held.state):
        rules.switch(held.state, kept.rule.name, on=False, who="ana")
    runtime.close()
    return home


def afterword(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    monkeypatch.setattr("sys.argv", ["afterword", "alerts", *words, "--json"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0), json.loads(capsys.readouterr().out)


def test_a_rule_is_tried_on_less_than_a_whole_hour(store: Store):
    traffic.put(store, MONDAY + 10 * HOUR, 40, over=HOUR / 2, status="error")
    (rule,) = rule_file.parse(RULE, file="errors.yaml")
    assert tried(store, rule, None, None) == (MONDAY + 10 * HOUR, MONDAY + 11 * HOUR)


@pytest.mark.usefixtures("home")
def test_from_a_file_to_an_alert_that_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "errors.yaml"
    file.write_text(RULE)
    code, answer = afterword(monkeypatch, capsys, "try", str(file))
    assert (code, [one["start"] for one in answer["tried"][0]["episodes"]]) == (0, ["2026-06-02T10:00:00Z"])
    assert afterword(monkeypatch, capsys, "check")[1]["firing"] == []
    assert afterword(monkeypatch, capsys, "set", str(file)) == (0, {"kept": ["errors"]})
    assert "errors" in [one["name"] for one in afterword(monkeypatch, capsys, "rules")[1]["rules"]]
    code, answer = afterword(monkeypatch, capsys, "check", "--now", "2026-06-02T11:00", "--exit-code")
    assert (code, len(answer["firing"])) == (3, 1)
    number = str(answer["firing"][0]["id"])
    assert afterword(monkeypatch, capsys, "check", "--now", "2026-06-02T11:00")[0] == 0
    for deed in (("acknowledge", number), ("assign", number, "--to", "ben"), ("comment", number, "Ours."),
                 ("resolve", number, "--reason", "Mended.")):  # fmt: skip
        code, answer = afterword(monkeypatch, capsys, *deed)
        assert code == 0
    assert (answer["alert"]["state"], answer["alert"]["assigned"], len(answer["alert"]["events"])) == (
        "resolved", "ben", 5
    )  # fmt: skip
    assert afterword(monkeypatch, capsys, "list", "--firing")[1]["alerts"] == []
    assert len(afterword(monkeypatch, capsys, "list")[1]["alerts"]) == 1
    assert afterword(monkeypatch, capsys, "switch", "errors", "--off") == (0, {"rule": "errors", "on": False})
    assert afterword(monkeypatch, capsys, "remove", "errors")[0] == 0


@pytest.mark.usefixtures("home")
def test_what_is_wrong_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "bad.yaml"
    file.write_text("name: a\ntitle: A\nmetric: nothing\nlimit: 1\n")
    code, answer = afterword(monkeypatch, capsys, "set", str(file))
    assert (code, "There is no metric 'nothing'" in answer["error"]) == (2, True)
    file.write_text(
        "- {name: fine, title: A, metric: cost, limit: 1}\n- {name: a, title: A, metric: nothing, limit: 1}"
    )
    assert afterword(monkeypatch, capsys, "set", str(file))[0] == 2
    code, answer = afterword(monkeypatch, capsys, "try", "fine")
    assert (code, "There is no rule 'fine'" in answer["error"]) == (2, True)
    code, answer = afterword(monkeypatch, capsys, "try", "nothing")
    assert (code, "There is no rule 'nothing'" in answer["error"]) == (2, True)
    assert afterword(monkeypatch, capsys, "acknowledge", "7")[0] == 2
    assert afterword(monkeypatch, capsys, "silence", "--for", "ever")[0] == 2
    assert afterword(monkeypatch, capsys, "silence", "--for", "9999999999 w")[0] == 2
    code, answer = afterword(monkeypatch, capsys, "silence", "--for", "2 h", "--from", "2026-06-07T02:00")
    assert (code, "over already" in answer["error"]) == (2, True)
    code, answer = afterword(monkeypatch, capsys, "silence", "--for", "2 h", "--from", "2026-06-07T02:00", "--weekly",
                             "--reason", "Update")  # fmt: skip
    assert (code, answer["silence"]["weekly"], answer["silence"]["reason"]) == (0, True, "Update")


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("words", [["rules"], ["list"], ["check"], ["try", "error-rate"], ["silence", "--for", "1 h"]])
def test_people_read_it_too(words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr("sys.argv", ["afterword", "alerts", *words])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 0
    assert capsys.readouterr().out.strip()
