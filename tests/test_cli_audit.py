"""`afterword audit`: run with its exit codes, list, report, sign, and pairs written, answered and imported."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from app import cli, runtime
from tests import records

if TYPE_CHECKING:
    from pathlib import Path

SPEC = "name: a\noutcome: {when: status=error, better: lower}\ngroups: {by: attributes.g}\nreference: m\n"


@pytest.fixture
def home(home: Path) -> Path:
    store = runtime.current().store
    records.add(store, *(
        {"attributes": {"g": group}, "status": "error" if n < errors else "ok"}
        for group, errors in (("m", 10), ("f", 40)) for n in range(120)
    ))  # fmt: skip
    runtime.close()
    return home


def afterword(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    monkeypatch.setattr("sys.argv", ["afterword", *words, "--json"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0), json.loads(capsys.readouterr().out)


@pytest.mark.usefixtures("home")
def test_an_audit_from_run_to_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    spec, html = tmp_path / "a.yaml", tmp_path / "a.html"
    spec.write_text(SPEC)
    code, answer = afterword(monkeypatch, capsys, "audit", "run", str(spec))
    assert (code, answer["report"]["verdict"]["groups"]) == (1, ["f"])
    spec.write_text(SPEC.replace("name: a", "name: b").replace("attributes.g", "status").replace("m\n", "ok\n"))
    assert afterword(monkeypatch, capsys, "audit", "run", str(spec))[0] in (0, 1)
    code, answer = afterword(monkeypatch, capsys, "audit", "sign", "a", "--words", "Mine.")
    assert (code, answer["signed"][0]["words"]) == (0, "Mine.")
    assert [one["name"] for one in afterword(monkeypatch, capsys, "audit")[1]["audits"]] == ["b", "a"]
    assert afterword(monkeypatch, capsys, "audit", "report", "a", "-o", str(html))[0] == 0
    assert "Mine." in html.read_text()
    code, answer = afterword(monkeypatch, capsys, "audit", "report", "a", "-o", str(tmp_path / "a.doc"))
    assert (code, ".html, .pdf, .json" in answer["error"]) == (2, True)
    assert afterword(monkeypatch, capsys, "audit", "report", "z", "-o", str(html))[0] == 2


@pytest.mark.usefixtures("home")
def test_a_wrong_specification_names_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    spec = tmp_path / "a.yaml"
    spec.write_text(SPEC.replace("by:", "bye:"))
    code, answer = afterword(monkeypatch, capsys, "audit", "run", str(spec))
    assert (code, answer["error"][:29]) == (2, "a.yaml, line 3, column 10: th"[:29])
    assert afterword(monkeypatch, capsys, "audit", "run", str(tmp_path / "none.yaml"))[0] == 2


@pytest.mark.usefixtures("home")
def test_pairs_come_back_as_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    source, prompts, answers = tmp_path / "t.txt", tmp_path / "p.jsonl", tmp_path / "r.jsonl"
    source.write_text("Rate {name}; {possessive} team trusts {object}.\n")
    code, answer = afterword(monkeypatch, capsys, "audit", "pairs", "write", str(source), "-o", str(prompts))
    assert (code, answer["prompts"], answer["pairs"]) == (0, 20, 10)
    asked = [json.loads(line) for line in prompts.read_text().splitlines()]
    answers.write_text("\n".join(
        json.dumps({"pair_id": one["pair_id"], "arm": one["arm"], "response": "7", "model": "m"}) for one in asked
    ))  # fmt: skip
    code, answer = afterword(monkeypatch, capsys, "audit", "pairs", "import", str(answers), "--prompts", str(prompts))
    assert (code, answer["imports"][0]["kept"]) == (0, 20)
    found = runtime.current().store.rows(
        "SELECT prompt, attributes.arm::VARCHAR AS arm FROM records WHERE app = 'counterfactual pairs'"
    )
    assert sorted((row["prompt"], row["arm"]) for row in found) == sorted((one["prompt"], one["arm"]) for one in asked)
    source.write_text("Rate {nickname}.")
    assert afterword(monkeypatch, capsys, "audit", "pairs", "write", str(source), "-o", str(prompts))[0] == 2
