"""The scorers there are: Afterword's own, those of installed packages, and those of the workspace.

Some of its own depend on the workspace: on the formats that the team expects of answers, and on what was learnt there
of the applications.

A package offers its scorers by the entry point group ``afterword.scorers``, a workspace by Python files in its folder
``scorers``; either names one :class:`Scorer` or several. The folder is its owner's: nothing that is uploaded or
exported lands in it.
"""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from analysis.scoring import answer_formats, baseline, learning
from analysis.scoring.scorer import Scorer
from analysis.scoring.scorers import own

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.scoring.answer_formats import AnswerFormat
    from analysis.workspace import Workspace

    _Dated = tuple[tuple[Path, int], ...]
    """Files, each with when it was changed."""

GROUP = "afterword.scorers"


class UnknownScorerError(ValueError):
    """No scorer has this name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no scorer {name!r}. Scorers: {', '.join(known)}.")


@dataclass(frozen=True)
class Registry:
    """The scorers by name, and what could not be loaded: where it stands, and why."""

    scorers: dict[str, Scorer]
    broken: tuple[tuple[str, str], ...] = ()

    def find(self, name: str) -> Scorer:
        """Look a scorer up.

        Raises
        ------
        UnknownScorerError
            If there is none of this name; the message lists them.
        """
        if name not in self.scorers:
            raise UnknownScorerError(name, self.scorers)
        return self.scorers[name]


def registry(workspace: Workspace) -> Registry:
    """Find the scorers of a workspace; what it reads of it is read again when it changes."""
    files = sorted(workspace.scorers.glob("*.py")) if workspace.scorers.is_dir() else []
    return _registry(_dated(files), _dated([workspace.formats]), learning.kept(workspace))


def _dated(files: Iterable[Path]) -> _Dated:
    return tuple((path, path.stat().st_mtime_ns) for path in files if path.exists())


@lru_cache(maxsize=8)
def _registry(files: _Dated, formats: _Dated, learnt: _Dated) -> Registry:
    broken: list[tuple[str, str]] = []
    expected: tuple[AnswerFormat, ...] = ()
    for path, _ in formats:
        try:
            expected = answer_formats.load(path)
        except answer_formats.FormatFileError as error:
            broken.append((str(path), str(error)))
    baselines = {one.app: one for one in (baseline.load(path, changed) for path, changed in learnt)}
    found = {scorer.name: scorer for scorer in own(expected, baselines)}
    offers: list[tuple[str, Callable[[], object]]] = [(point.value, point.load) for point in entry_points(group=GROUP)]
    offers += [(str(path), partial(_of_file, path)) for path, _ in files]
    for where, load in offers:
        try:
            scorers = _several(load())
        except Exception as error:  # whatever other people's code raises as it loads must not stop the rest
            broken.append((where, f"{type(error).__name__}: {error}"))
            continue
        for scorer in scorers:
            if scorer.name in found:
                broken.append((where, f"There is a scorer {scorer.name!r} already: choose another name."))
            else:
                found[scorer.name] = scorer
    return Registry(found, tuple(broken))


def _of_file(path: Path) -> object:
    names = runpy.run_path(str(path))
    if "SCORERS" not in names:
        raise ValueError("It names no SCORERS, a list of analysis.scoring.scorer.Scorer.")
    return names["SCORERS"]


def _several(offered: object) -> list[Scorer]:
    scorers = [offered] if isinstance(offered, Scorer) else list(offered) if isinstance(offered, Iterable) else []
    if not scorers or not all(isinstance(scorer, Scorer) for scorer in scorers):
        raise TypeError("It offers no analysis.scoring.scorer.Scorer, nor a list of them.")
    return scorers
