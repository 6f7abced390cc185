"""How often drift is told where there is none, and where there is, beside the fixed thresholds of other tools.

``python -m tests.benchmarks.drift DATA [--runs 100] [--seed 0] [--texts 12000]``. DATA is that of
:mod:`tests.benchmarks.topics`.

The texts are embedded once and put into cells by k-means, which stand for topics. Windows are drawn from them with
replacement, so that nothing has drifted but where five of BANKING77's intents on cards, which the cells have not seen,
take a share of the second window.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from analysis.drift.changes import stretches
from analysis.drift.examine import DRIFTED, examine
from analysis.drift.sample import Sample
from analysis.topics.models import model
from tests.benchmarks.topics import read

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

NEW = tuple(f"banking {name}" for name in (
    "card_arrival", "lost_or_stolen_card", "card_not_working", "card_swallowed", "card_linking"))  # fmt: skip
CELLS = 50
POINTS = 200


@dataclass(frozen=True)
class Case:
    """Windows: records before and now, the share that is new, times a prompt is repeated, one person's share."""

    title: str
    before: int
    now: int
    new: float = 0.0
    repeated: int = 1
    person: float = 0.0


SIZES = (200, 1_000, 5_000)
CASES = (
    *(Case(f"no drift, n {n:,}", n, n) for n in SIZES),
    *(Case(f"no drift, each five times, n {n:,}", n, n, repeated=5) for n in SIZES[:2]),
    Case("no drift, one asks a tenth, n 1,000", 1_000, 1_000, person=0.1),
    Case("no drift, 5,000 against 500", 5_000, 500),
    *(Case(f"5 % new, n {n:,}", n, n, new=0.05) for n in SIZES),
    Case("2 % new, n 5,000", 5_000, 5_000, new=0.02),
)


@dataclass(frozen=True)
class Texts:
    """Texts with their vectors and cells; `fresh` tells those that the base does not hold."""

    texts: list[str]
    vectors: NDArray[np.float32]
    cells: NDArray[np.int64]
    fresh: NDArray[np.bool_]


def prepare(data: Path, many: int) -> Texts:
    """Embed the texts and put them into cells, made from the base."""
    from sklearn.cluster import MiniBatchKMeans

    rows = read(data, many)
    texts, fresh = [text for text, _ in rows], np.array([intent in NEW for _, intent in rows])
    vectors = np.asarray(model("minilm-int8").embed(texts), np.float32)
    cells = MiniBatchKMeans(CELLS, random_state=0, n_init=1).fit(vectors[~fresh]).predict(vectors)
    return Texts(texts, vectors, cells.astype(np.int64), fresh)


def draw(texts: Texts, case: Case, rng: np.random.Generator) -> tuple[Sample, NDArray[np.int64]]:
    """Draw two windows, and give the place of each record's text."""
    base, fresh = np.flatnonzero(~texts.fresh), np.flatnonzero(texts.fresh)
    sides = []
    for n, share in ((case.before, 0.0), (case.now, case.new)):
        chosen = rng.choice(base, n // case.repeated)
        taken = rng.random(len(chosen)) < share
        chosen[taken] = rng.choice(fresh, taken.sum())
        sides.append(np.repeat(chosen, case.repeated))
    places = np.concatenate(sides)
    block = np.arange(len(places)) // case.repeated
    if case.person:
        his = rng.random(len(places)) < case.person
        block[his] = len(places)
        places[his] = rng.choice(rng.choice(base, 20), his.sum())
    words = [sorted(set(re.findall(r"[^\W\d_][\w'-]{2,}", texts.texts[place].lower()))) for place in places]
    return Sample(
        ids=[str(record) for record in range(len(places))], window=np.arange(len(places)) >= case.before,
        block=np.unique(block, return_inverse=True)[1], groups={"topic": [f"cell {texts.cells[p]}" for p in places]},
        lengths=np.array([len(texts.texts[place]) for place in places], float), words=words,
        vectors=texts.vectors[places],
    ), places  # fmt: skip


def thresholds(texts: Texts, sample: Sample, places: NDArray[np.int64]) -> dict[str, bool]:
    """Judge the windows by the fixed thresholds of other tools."""
    from scipy.stats import chi2_contingency

    cells, vectors = texts.cells[places], texts.vectors[places]
    counts = np.stack([np.bincount(cells[sample.window == side], minlength=CELLS) for side in (False, True)])
    p, q = (np.maximum(row / row.sum(), 1e-4) for row in counts)
    psi, middle = float(((q - p) * np.log(q / p)).sum()), (p + q) / 2
    js = float(np.sqrt(((p * np.log(p / middle)).sum() + (q * np.log(q / middle)).sum()) / 2))
    apart = np.linalg.norm(vectors[sample.window].mean(0) - vectors[~sample.window].mean(0))
    return {
        "PSI > .1": psi > 0.1, "PSI > .2": psi > 0.2, "JS > .1": js > 0.1, "centroid > .2": bool(apart > 0.2),
        "chi2 p < .05": bool(chi2_contingency(counts[:, counts.sum(0) > 0]).pvalue < 0.05),
    }  # fmt: skip


def told(texts: Texts, case: Case, runs: range) -> str:
    """Give the share of runs, each of a seed, in which each way tells drift."""
    found: dict[str, list[bool]] = {}
    for run in runs:
        sample, places = draw(texts, case, np.random.default_rng(run))
        report = examine(sample, seed=run)
        ways = {"VERDICT": report.verdict == DRIFTED} | {f"{one.name} alone": one.p <= 0.05 for one in report.aspects}
        for name, is_told in (ways | thresholds(texts, sample, places)).items():
            found.setdefault(name, []).append(is_told)
    return "; ".join(f"{name} {share(values)}" for name, values in found.items())


def series(runs: range) -> str:
    """Give the share of series without a change in which one is found."""
    found: dict[str, list[bool]] = {"independent": [], "weekly": [], "AR(1) .3": []}
    for run in runs:
        noise = np.random.default_rng(run).standard_normal(POINTS)
        related = noise.copy()
        for place in range(1, POINTS):
            related[place] += 0.3 * related[place - 1]
        weekly = noise + np.where(np.arange(POINTS) % 7 >= 5, -1.0, 0.0)
        for values, points in zip(found.values(), (noise, weekly, related), strict=True):
            values.append(bool(stretches(points, np.ones(POINTS), chance=0.05, seed=run)))
    return "; ".join(f"{name} {share(values)}" for name, values in found.items())


def share(values: list[bool]) -> str:
    """Give a share and its standard error."""
    mean = float(np.mean(values))
    return f"{mean:.2f}±{(mean * (1 - mean) / len(values)) ** 0.5:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.drift", description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--runs", type=int, default=100, help="runs of each case (100)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first run (0)")
    parser.add_argument("--texts", type=int, default=12_000, help="texts (12,000)")
    given = parser.parse_args()
    runs = range(given.seed, given.seed + given.runs)
    print(f"{given.runs} runs each; share told, ± its standard error")
    print(f"changes in a series without one, n {POINTS}: {series(runs)}", flush=True)
    texts = prepare(given.data, given.texts)
    for case in CASES:
        print(f"{case.title}: {told(texts, case, runs)}", flush=True)


if __name__ == "__main__":
    main()
