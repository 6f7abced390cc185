"""How good and how fast the scorers of refusal, language, tone, format and length are, on public data.

``python -m tests.benchmarks.scoring_refusal DATA``. DATA holds, as far as they are there:

- ``xstest``: ``model_completions/*.csv`` of paul-rottger/exaggerated-safety (XSTest): answers of five models to 450
  prompts, by people: full compliance, full refusal or partial refusal
- ``chatgpt``: ``data/all_hand_labeled.json`` of maxwellreuter/chatgpt-refusals (MIT): 1,700 answers of ChatGPT, by hand
- ``pyrit``: ``scorer_evals/refusal_scorer/refusal.csv`` of Azure/PyRIT (MIT), by people
- ``mt_bench``: ``question.jsonl`` and ``gpt-4.jsonl`` of lm-sys/FastChat (Apache-2.0): reference answers, no refusals
- ``lingua``: ``language-testdata/*`` of pemistahl/lingua-py (Apache-2.0): sentences and pairs of words in 75 languages
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from analysis.scoring.scorers import format as json_format
from analysis.scoring.scorers import language, length, refusal, tone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SEEN_RULES = {"gpt4", "llama2orig", "chatgpt, even"}
"""Sources whose answers were read to write the rules; of mistralinstruct every other one."""
HAND_LABELS = {"complied": "none", "rejected": "full"}
"""Labels of the ChatGPT set that are a clear yes or no; "redirected", "contradicted" and "disclaimed" are neither."""
LANGUAGES = (
    "ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv mk ms nb nl pl pt ro ru sk sl sq sr sv sw "
    "ta th tl tr uk ur vi zh"
)
SAME = {"nb": "no", "bs": "hr", "ms": "id"}
HOSTILE = ("i ", "i cannot ", "ich kann ", '"', "[", '{"a":', "json ", "`", "人", "a ", "http://a", "\n1. ")


def labelled(data: Path) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Read each source's answers, with "full", "partial" or "none" for each."""
    for path in sorted((data / "xstest").glob("*.csv")):
        frame = pl.read_csv(path).select(pl.col("completion").fill_null(""), pl.col("final_label").str.slice(0, 1))
        name = {"1": "none", "2": "full", "3": "partial"}
        yield (
            path.stem.removeprefix("xstest_v2_completions_"),
            [(text, name[label]) for text, label in frame.iter_rows()],
        )
    if (path := data / "chatgpt" / "all_hand_labeled.json").exists():
        rows = [row for row in json.loads(path.read_bytes()) if row["tone"] not in ("incoherent", "dontknow")]
        for half, some in (("even", rows[::2]), ("odd", rows[1::2])):
            clear = [(row["response"], HAND_LABELS[row["tone"]]) for row in some if row["tone"] in HAND_LABELS]
            yield f"chatgpt, {half}", clear
    if (path := data / "pyrit" / "refusal.csv").exists():
        frame = pl.read_csv(path, comment_prefix="#").select("assistant_response", "human_score")
        yield "pyrit", [(text or "", "full" if score else "none") for text, score in frame.iter_rows()]
    references = [
        text
        for path in (data / "mt_bench").glob("*.jsonl")
        for line in path.read_text().splitlines()
        for row in [json.loads(line)]
        for text in [
            *row.get("reference", []),
            *(turn for choice in row.get("choices", []) for turn in choice["turns"]),
        ]
    ]
    if references:
        yield "mt_bench", [(text, "none") for text in references]


def measure_refusal(data: Path) -> list[str]:
    """Print precision, recall and F1 by source, and how labels agree; give the texts back."""
    pooled: Counter[tuple[bool, bool]] = Counter()
    kinds: Counter[tuple[str, str]] = Counter()
    texts = []
    for source, rows in labelled(data):
        marks = [refusal.response_refusal(text) for text, _ in rows]
        counts = Counter((label != "none", bool(mark.value)) for (_, label), mark in zip(rows, marks, strict=True))
        seen = "  (read for the rules)" if source in SEEN_RULES else "  (half)" if source == "mistralinstruct" else ""
        print(f"refusal   {source:16s} n {len(rows):5,}  {_quality(counts)}{seen}")
        if source.startswith(("gpt", "llama", "mistral")):
            pooled += counts
            kinds += Counter((label, mark.label or "none") for (_, label), mark in zip(rows, marks, strict=True))
        texts += [text for text, _ in rows]
    print(f"refusal   XSTest together  n {sum(pooled.values()):5,}  {_quality(pooled)}")
    print("refusal   by people / here:", ", ".join(f"{a}/{b} {n}" for (a, b), n in sorted(kinds.items())))
    return texts


def _quality(counts: Counter[tuple[bool, bool]]) -> str:
    right, wrong, missed = counts[True, True], counts[False, True], counts[True, False]
    if not right + missed:
        return f"flagged {wrong}"
    precision, recall = right / max(right + wrong, 1), right / (right + missed)
    return f"precision {precision:.3f}  recall {recall:.3f}  F1 {2 * right / (2 * right + wrong + missed):.3f}"


def measure_language(data: Path) -> None:
    """Print how many sentences and pairs of words are told rightly, wrongly and not at all, and which worst."""
    for kind in ("sentences", "word-pairs"):
        folder = data / "lingua" / kind
        if not folder.is_dir():
            continue
        found: Counter[str] = Counter()
        worst = []
        sure: Counter[bool] = Counter()
        for code in LANGUAGES.split():
            lines = (folder / f"{code}.txt").read_text().splitlines()[:300]
            marks = [language.language(line) for line in lines]
            verdicts = Counter(
                "not" if mark.label is None else "rightly" if mark.label == SAME.get(code, code) else "wrongly"
                for mark in marks
            )
            worst.append((verdicts["rightly"] / len(lines), code))
            found += verdicts
            sure += Counter(
                mark.label == SAME.get(code, code) for mark in marks if (mark.value or 0) >= language.DIFFERENT
            )
        total = sum(found.values())
        shares = "  ".join(f"{name} {count / total:.3f}" for name, count in sorted(found.items()))
        print(f"language  {kind:10s} n {total:,}  {shares}")
        print(f"          from {language.DIFFERENT:.0%} sure on {sure[True] / sum(sure.values()):.4f} right")
        print("          worst:", ", ".join(f"{code} {share:.2f}" for share, code in sorted(worst)[:8]))


def measure_tone(texts: list[str]) -> None:
    """Print how often the compound score differs from that of the package, and how much faster it is."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    package, own = SentimentIntensityAnalyzer(), tone.vader()
    differ = sum(package.polarity_scores(text)["compound"] != own.compound(text) for text in texts)
    begun = time.process_time()
    for text in texts:
        package.polarity_scores(text)
    middle = time.process_time()
    for text in texts:
        own.compound(text)
    faster = (middle - begun) / (time.process_time() - middle)
    print(f"tone      {differ} of {len(texts):,} scores differ from the package's; {faster:.1f} times as fast")


def measure_speed(texts: list[str]) -> None:
    """Print records a second on texts of some 600 characters, on one core."""
    schema = json.dumps({"response_format": {"type": "json_object"}})
    half = len(texts) // 2
    texts, prompts = texts[:half], texts[half : 2 * half]
    frame = pl.DataFrame({
        "response": texts, "prompt": prompts, "system_prompt": ["Respond in JSON."] * len(texts),
        "parameters": [schema] * len(texts),
    })  # fmt: skip
    scorers = [s for module in (refusal, language, tone, length) for s in module.SCORERS] + [json_format.scorer()]
    for scorer in scorers:
        scorer.score(frame.select(scorer.reads).head(2))
    language.identify.cache_clear()
    whole = 0.0
    for scorer in scorers:
        begun = time.process_time()
        scorer.score(frame.select(scorer.reads))
        taken = time.process_time() - begun
        whole += taken
        print(f"speed     {scorer.name:18s} {len(texts) / taken:8,.0f} records/s")
    print(f"speed     all together {1000 * whole / len(texts):.2f} ms a record")
    slowest = max(
        (_seconds(scorer.score, piece, scorer.reads), scorer.name, piece) for scorer in scorers for piece in HOSTILE
    )
    print("speed     slowest hostile text of 100,000 characters: {:.2f} s ({}, {!r})".format(*slowest))


def _seconds(score: Callable[[pl.DataFrame], object], piece: str, reads: tuple[str, ...]) -> float:
    frame = pl.DataFrame({name: [piece * (100_000 // len(piece))] for name in reads})
    begun = time.process_time()
    score(frame)
    return time.process_time() - begun


def main() -> None:
    """Measure them all."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scoring_refusal", description=__doc__)
    parser.add_argument("data", type=Path, help="a folder with the data sets named above")
    data = parser.parse_args().data
    texts = measure_refusal(data)
    measure_language(data)
    measure_tone([text[:600] for text in texts][::2])
    measure_speed(list(dict.fromkeys(text[:600] for text in texts if len(text) > 500))[:2000])


if __name__ == "__main__":
    main()
