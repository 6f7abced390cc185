"""Make the weights: ``python -m analysis.scoring.training --sources FOLDER --packaged PACKAGE``; ten to twenty minutes.

FOLDER keeps the repositories of :mod:`analysis.scoring.training.sources`, ``owner+name`` each; those that are not there
are fetched from GitHub. PACKAGE is the folder ``profanity_check`` of an installed alt-profanity-check. The same seed
and commits give the same weights, but for the last bits of floating point.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from analysis.scoring import linear
from analysis.scoring.training.fit import Trainer
from analysis.scoring.training.measure import by_source
from analysis.scoring.training.packaged import word_weights
from analysis.scoring.training.plans import HEADS, learnt
from analysis.scoring.training.readers import examples
from analysis.scoring.training.sources import Repositories


def main() -> None:
    """Read what the command line asks for, train, print how good it is, write the weights."""
    parser = argparse.ArgumentParser(prog="python -m analysis.scoring.training", description="Make the weights.")
    parser.add_argument("--sources", type=Path, required=True, help="the folder that keeps the repositories")
    parser.add_argument("--packaged", type=Path, required=True, help="the installed package profanity_check")
    parser.add_argument("--out", type=Path, default=linear.WEIGHTS, help="where the weights go (the package's own)")
    parser.add_argument("--head", choices=[*HEADS], action="append", help="make this one only")
    given = parser.parse_args()
    packaged = word_weights(given.packaged)
    read = examples(Repositories(given.sources))
    for name in given.head or HEADS:
        chosen = learnt(HEADS[name], read)
        trainer = Trainer(HEADS[name], chosen, packaged)
        sums = trainer.left_out()
        print(f"{name}: {len(chosen):,} texts; by texts that were left out, with their near-duplicates:")
        print("\n".join(by_source(trainer, sums)))
        path = given.out / f"{name}.npz"
        linear.save(trainer.head(sums), path)
        print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
