"""How well unusual answers are told from an application's own, on public dialogues and on the sample data.

``python -m tests.benchmarks.scoring_deviation DATA``. DATA holds:

- ``dialogues``: ``dev/dialogues_*.json`` of google-research-datasets/dstc8-schema-guided-dialogue (CC BY-SA 4.0): what
  the assistants of bus, hotel, bank and other services say; each service is an application
- ``general.json``: ``results/*/model_outputs.json`` of one model of tatsu-lab/alpaca_eval (Apache-2.0): answers of a
  general assistant, which none of them should give

Each application's answers are halved at random: one half is learnt, the other must pass. Told from them are the general
assistant's answers, and those of the other applications, many of which are the same everywhere ("Anything else?").
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.ingest.report import Options
from analysis.ingest.run import import_paths
from analysis.scoring import baseline
from analysis.scoring.scorers.output_deviation import FLAGS_FROM
from analysis.store import Store
from analysis.workspace import Workspace
from tests.benchmarks.scoring import SAMPLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.scoring.baseline import Baseline

OTHERS = 150
"""Answers taken of each other application."""
MIXED_IN = (0.0, 0.01, 0.05)
"""Shares of general answers among those that are learnt."""


def applications(data: Path) -> dict[str, list[str]]:
    """Read each application's different answers, where they are enough for two halves."""
    found: dict[str, list[str]] = {}
    for path in sorted((data / "dialogues").glob("*.json")):
        for dialogue in json.loads(path.read_bytes()):
            for turn in dialogue["turns"]:
                if turn["speaker"] == "SYSTEM":
                    found.setdefault(turn["frames"][0]["service"], []).append(turn["utterance"])
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Workspace.at(folder))
        import_paths(store, [SAMPLE], Options())
        for row in store.rows("SELECT app, response FROM records WHERE response IS NOT NULL ORDER BY id"):
            found.setdefault(f"sample: {row['app']}", []).append(row["response"])
        store.close()
    different = {app: list(dict.fromkeys(answers)) for app, answers in found.items()}
    return {app: answers for app, answers in different.items() if len(answers) >= 2 * baseline.LEAST}


def flagged(learnt: Baseline, answers: Sequence[str]) -> float:
    """Tell the share of answers that are flagged."""
    values = [value for value in learnt.place(answers) if value is not None]
    return sum(value >= FLAGS_FROM for value in values) / len(values)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scoring_deviation", description=__doc__)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    general = [row["output"] for row in json.loads((data / "general.json").read_bytes())]
    apps = applications(data)
    rng = random.Random(1)
    print("application: answers learnt, seconds; flagged of its other half / other applications / general assistant;")
    print(f"then the last with {', '.join(f'{share:.0%}' for share in MIXED_IN)} of general answers among those learnt")
    for app, answers in apps.items():
        others = [answer for other in apps if other != app for answer in rng.sample(apps[other], OTHERS)]
        rng.shuffle(answers)
        half = len(answers) // 2
        begun = time.process_time()
        learnt = baseline.learn(app, answers[:half], of=half, round=1, at="")
        taken = time.process_time() - begun
        assert learnt is not None
        own, foreign, far = (flagged(learnt, some) for some in (answers[half:], others, general))
        mixed = []
        for share in MIXED_IN:
            strange = general[: int(share * half)]
            blurred = baseline.learn(app, answers[:half] + strange, of=half, round=1, at="")
            assert blurred is not None
            mixed.append(flagged(blurred, general[len(strange) :]))
        print(
            f"  {app:24s} {half:5d} {taken:5.2f} s   {own:.4f} / {foreign:.3f} / {far:.3f}   "
            + " ".join(f"{share:.3f}" for share in mixed)
        )


if __name__ == "__main__":
    main()
