"""`afterword release` and `releases`: named, moved, listed, told, imported and taken back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app import cli, runtime
from app.printed import PRINTED
from tests import records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

START = datetime(2026, 6, 1)


@pytest.fixture
def afterword(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, Any]]:
    """Run a command on two weeks of calls; release 2 on the seventh day is dearer."""
    records.add(runtime.current().store, *(
        {
            "time": START + timedelta(days=n // 40, minutes=36 * (n % 40)), "app": "shop", "user_id": f"u{n}",
            "recorded_cost": (0.01 if n < 280 else 0.02) + n % 7 / 10_000, "status": "ok",
            "release": "1" if n < 280 else "2",
        }
        for n in range(560)
    ))  # fmt: skip
    runtime.close()

    def run(*words: str) -> tuple[int, Any]:
        monkeypatch.setattr("sys.argv", ["afterword", *words, "--json"])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            cli.main()
        return int(end.value.code or 0), json.loads(capsys.readouterr().out)

    return run


def test_a_release_is_found_told_moved_and_taken_back(afterword: Callable[..., tuple[int, Any]]):
    code, listed = afterword("releases")
    assert (code, [(one["name"], one["start"], one["source"]) for one in listed["releases"]]) == (
        0, [("2", "2026-06-08T00:00:00Z", "logs")],
    )  # fmt: skip
    code, told = afterword("releases", "2")
    assert code == 0
    assert told["says"] == "2: quality no difference seen, cost per request doubled."
    cost = next(one for one in told["metrics"] if one["metric"] == "cost_per_request")
    assert (cost["verdict"], cost["heading"], round(cost["change"], 4)) == ("worse", "cost", 0.01)
    assert "2: quality no difference seen" in PRINTED["releases show"](told)

    code, moved = afterword("release", "2", "--at", "2026-06-09T12:00", "--note", "late")
    assert (code, moved["kind"]) == (0, "moved")
    assert "is moved to 2026-06-09 12:00 UTC" in PRINTED["release"](moved)
    (one,) = afterword("releases")[1]["releases"]
    assert (one["start"], one["moved"], one["note"]) == ("2026-06-09T12:00:00Z", True, "late")

    drifted = afterword("drift", "--against", "release 2")[1]
    assert drifted["window"] == "9 Jun 2026 12:00 to 14 Jun 2026 23:24"
    assert drifted["reference"] == "4 Jun 2026 00:35 to 9 Jun 2026 12:00"

    code, gone = afterword("releases", "remove", "2")
    assert (code, gone["removed"]["name"]) == (0, "2")
    assert afterword("releases")[1] == {"releases": []}
    assert "No release" in PRINTED["releases"]({"releases": []})
    code, answer = afterword("releases", "2")
    assert (code, "no release '2'" in answer["error"]) == (2, True)
    code, answer = afterword("drift", "--against", "release 2")
    assert (code, "not known when a release '2' came" in answer["error"]) == (2, True)


def test_releases_come_from_a_file_once(afterword: Callable[..., tuple[int, Any]], tmp_path: Path):
    path = tmp_path / "deployments.csv"
    path.write_text("name,time,app,note\n3,2026-06-10T08:00,shop,prompt 12\n4,soon,shop,\n")
    code, answer = afterword("releases", "import", str(path))
    assert (code, answer["read"], answer["new"], answer["refused"][0]["row"]) == (0, 1, 1, 2)
    assert "Row 2 refused" in PRINTED["releases import"](answer)
    assert afterword("releases", "import", str(path))[1]["new"] == 0
    assert [one["name"] for one in afterword("releases")[1]["releases"]] == ["3", "2"]
    assert afterword("releases", "import", str(tmp_path / "nothing.csv"))[0] == 2


def test_bad_use_is_named(afterword: Callable[..., tuple[int, Any]]):
    assert afterword("release", "5", "--at", "soon")[0] == 2
    assert afterword("release", " ", "--at", "2026-06-10")[0] == 2
    code, answer = afterword("releases", "2", "--days", "0")
    assert (code, "Give 1 or more" in answer["error"]) == (2, True)
