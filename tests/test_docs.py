"""What the documents say is true: commands, pages, formats and files that they name exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from analysis.ingest.adapters import ADAPTERS
from app.cli import cli
from app.navigation import ENTRIES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()


def test_every_command_is_in_the_readme_and_every_one_there_exists() -> None:
    said = set(re.findall(r"^afterword (\w+)", README, re.MULTILINE))
    command = get_command(cli)
    assert said == set(command.commands)  # type: ignore[attr-defined]


def test_every_option_of_the_readme_exists() -> None:
    command = get_command(cli)
    for line in re.findall(r"^afterword .*$", README, re.MULTILINE):
        words = line.split("#")[0].split()
        sub = command.commands[words[1]]  # type: ignore[attr-defined]
        if len(words) > 2 and words[2] in getattr(sub, "commands", {}):
            sub = sub.commands[words[2]]
        known = {option for parameter in sub.params for option in parameter.opts}
        assert {word for word in words if word.startswith("-")} <= known, line


def test_every_page_is_in_the_readme() -> None:
    said = re.findall(r"^\| ([\w &]+) \|", README, re.MULTILINE)[1:]
    assert sorted(said) == sorted(entry.title for entry in ENTRIES)


@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=lambda adapter: adapter.name)
def test_every_tool_is_in_the_readme(adapter: object) -> None:
    title = getattr(adapter, "title", "")
    assert title.split()[0].removesuffix("-Chat").lower() in README.lower()


@pytest.mark.parametrize("target", ["run", "test", "test-browser", "lint", "bench", "lock"])
def test_every_make_target_is_said(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert f"`make {target}`" in CONTRIBUTING + README or f"make {target}" in README


def test_every_path_of_the_floor_plan_exists() -> None:
    plan = CONTRIBUTING.split("## The floor plan")[1].split("Arrows point")[0]
    base = ROOT
    for line in plan.splitlines():
        name = line.split()[0] if line.split() else ""
        if line.startswith("    ") and line[4] != " ":
            base = ROOT / name
            assert base.is_dir(), name
        elif line.startswith("      ") and line[6] != " ":
            assert (base / name).exists() or (base / f"{name}.py").exists(), name
    for path in re.findall(r"`((?:analysis|app|tests|ingest|pages)/[\w./]+)`", CONTRIBUTING):
        full = ROOT / (f"analysis/{path}" if path.startswith("ingest/") else path)
        assert full.exists() or full.with_suffix(".py").exists(), path


def test_pictures_and_links_of_the_readme_exist() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
