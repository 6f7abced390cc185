"""The floor plan holds: who may import whom, what importing costs, and no module hides one of Python's own."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("streamlit", "torch", "umap", "hdbscan", "sklearn", "sentence_transformers", "statsmodels")


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@cache
def uses(path: Path) -> set[str]:
    """Modules that a file names in its imports, such as analysis.review.queue."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def imported(path: Path) -> set[str]:
    return {name.split(".")[0] for name in uses(path)}


@pytest.mark.parametrize("path", modules("analysis"), ids=lambda path: str(path.relative_to(ROOT)))
def test_analysis_knows_nothing_of_the_face(path: Path):
    assert imported(path).isdisjoint({"streamlit", "app", "pages", "plotly", "altair"})


def test_nothing_beneath_points_to_golden_datasets():
    pointing = {
        path.parts[len(ROOT.parts) + 1]
        for path in modules("analysis")
        if any(used.startswith("analysis.golden") for used in uses(path))
    }
    assert pointing == {"golden"}


@pytest.mark.parametrize("path", modules("app"), ids=lambda path: str(path.relative_to(ROOT)))
def test_app_does_not_import_pages(path: Path):
    assert "pages" not in imported(path)


def test_no_module_of_app_hides_one_of_python():
    # Streamlit puts app/ first on the path: app/queue.py would be what `import queue` finds, anywhere.
    names = {path.stem if path.is_file() else path.name for path in (ROOT / "app").iterdir()}
    assert names & sys.stdlib_module_names == set()


def test_importing_all_of_analysis_loads_nothing_heavy():
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in modules("analysis")
        if path.stem not in ("env", "__main__") and "versions" not in path.parts
    ]
    script = f"import importlib, sys\nfor name in {names!r}: importlib.import_module(name)\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {module.split(".")[0] for module in done.stdout.split()}.isdisjoint(HEAVY)


def test_there_is_no_folder_that_streamlit_would_take_for_pages():
    assert not (ROOT / "app" / "pages").exists()


POINTED_AT_BY = {
    "review": {"review", "audit", "golden"},
    "audit": {"audit"},
    "golden": {"golden"},
    "alerts": {"alerts", "releases"},
    "resources": {"resources"},
    "releases": {"releases"},
}
"""Packages of analysis, and those of them that may use each."""


@pytest.mark.parametrize("package", POINTED_AT_BY)
def test_arrows_within_analysis_point_one_way(package: str):
    allowed = {ROOT / "analysis" / name for name in POINTED_AT_BY[package]}
    others = [path for path in modules("analysis") if allowed.isdisjoint(path.parents)]
    assert not [path for path in others if any(used.startswith(f"analysis.{package}") for used in uses(path))]
