"""How good and how fast the scorers of faithfulness, relevance and coherence are, on public data.

``python -m tests.benchmarks.scoring_faithfulness DATA``. DATA holds, as far as they are there:

- ``begin``: ``begin_dev_wow.tsv``, ``begin_test_wow.tsv``, ``begin_dev_cmu.tsv`` (CC BY 4.0) and ``begin_dev_tc.tsv``
  (CDLA-Sharing 1.0) of google/BEGIN-dataset: answers of dialogue models, by people
- ``faithdial``: ``data-audit/gold/*.csv`` of McGill-NLP/FaithDial (MIT): answers of people to the same kind of turns
- ``summedits``: ``data/summedits/summedits_*.json`` of salesforce/factualNLG (Apache-2.0): summaries, each with one
  small edit, which people judged
- ``qags``: ``mturk_cnndm.jsonl`` and ``mturk_xsum.jsonl`` of W4ngatang/qags: summaries, three people a sentence; no
  licence is stated, so nothing was set by them
- ``mt_bench``: ``question.jsonl`` and ``gpt-4.jsonl`` of lm-sys/FastChat (Apache-2.0): questions and answers
- ``pairs``: further questions with good answers: ``results/*/model_outputs.json`` of tatsu-lab/alpaca_eval
  (Apache-2.0), ``en_100_tree.jsonl`` of LAION-AI/Open-Assistant (Apache-2.0), ``user_oriented_instructions.jsonl`` of
  yizhongw/self-instruct (Apache-2.0), ``code_alpaca_2k.json`` of sahil280114/codealpaca (CC BY-NC 4.0: nothing was set
  by it)

Formula and threshold of faithfulness were chosen on ``begin_dev_wow`` alone.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from analysis.scoring.scorers import coherence, faithfulness, relevance
from tests.benchmarks.roc import area

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from analysis.scoring.scorer import Mark, Scorer

TUNED_ON = "begin_dev_wow"
RESAMPLES = 1000
SEED = 20261125
DOCUMENTS = pl.List(pl.Struct({"id": pl.String, "text": pl.String, "score": pl.Float64}))
CLAIMS = ("unsupported-number", "unsupported-name", "unsupported-date")
HOSTILE = ("a ", "1,", "1 ", ".", "A ", "the is ", "| ", "```\n", "人", "1. x\n", "yes ", " ", "> ", "a. A ")


class Case(NamedTuple):
    """An answer to a question over a document, and whether people found all of it in there."""

    prompt: str | None
    response: str
    document: str
    faithful: bool


def labelled(data: Path) -> Iterator[tuple[str, list[Case]]]:
    """Read the sets with labels of people; answers that claim nothing ("generic") are left out."""
    for path in sorted((data / "begin").glob("*.tsv")):
        rows = pl.read_csv(path, separator="\t", quote_char=None).filter(pl.col("begin_label").str.contains("ttribut"))
        yield (
            path.stem,
            [
                Case(row["message"], row["response"], row["knowledge"], row["begin_label"].startswith("Fully"))
                for row in rows.iter_rows(named=True)
            ],
        )
    for path in sorted((data / "faithdial").glob("*.csv")):
        rows = pl.read_csv(path).filter(pl.col("BEGIN").str.contains("Entail|Halluc"))
        yield (
            f"faithdial_{path.stem}",
            [
                Case(row["history"], row["response"], row["evidence"], row["BEGIN"] == "Entailment")
                for row in rows.iter_rows(named=True)
            ],
        )
    for path in sorted((data / "summedits").glob("*.json")):
        edits = json.loads(path.read_bytes())
        yield (
            f"summedits_{path.stem}",
            [Case(None, row["summary"], row["doc"], str(row["label"]) == "1") for row in edits],
        )
    for path in sorted((data / "qags").glob("*.jsonl")):
        cases = []
        for line in path.read_text().splitlines():
            row = json.loads(line)
            votes = [[vote["response"] == "yes" for vote in each["responses"]] for each in row["summary_sentences"]]
            text = " ".join(each["sentence"] for each in row["summary_sentences"])
            cases.append(Case(None, text, row["article"], all(2 * sum(yes) > len(yes) for yes in votes)))
        yield path.stem, cases


def bigram_coverage(case: Case) -> float:
    """Measure the baseline: the share of the answer's word pairs that the document has."""
    answer, document = (re.findall(r"\w+", text.lower()) for text in (case.response, case.document))
    known = set(pairwise(document))
    pairs = list(pairwise(answer))
    return sum(pair in known for pair in pairs) / len(pairs) if pairs else 0.0


def score(scorer: Scorer, rows: Sequence[tuple[object, ...]]) -> list[Mark]:
    """Score rows of what a scorer reads."""
    kinds = {"documents": DOCUMENTS}
    schema = {name: kinds.get(name, pl.String) for name in scorer.reads}
    return list(scorer.score(pl.DataFrame(rows, schema=schema, orient="row")))


def documents(*texts: str) -> list[dict[str, object]]:
    """Write texts as retrieved documents."""
    return [{"id": None, "text": text, "score": None} for text in texts]


def measure_faithfulness(data: Path) -> None:
    """Print the figures of faithfulness, a source apart."""
    scorer = faithfulness.SCORERS[0]
    pooled: Counter[tuple[str, bool]] = Counter()
    for name, cases in labelled(data):
        marks = score(scorer, [(case.prompt, case.response, documents(case.document)) for case in cases])
        kept = [(case, mark) for case, mark in zip(cases, marks, strict=True) if mark.value is not None]
        values = np.array([mark.value for _, mark in kept], float)
        label = np.array([case.faithful for case, _ in kept])
        flagged = values <= faithfulness.FLAGS_FROM
        hit = (flagged & ~label).sum()
        print(f"{name}{' (chosen on)' if name == TUNED_ON else ''}: {len(kept)} of {len(cases)} measured, ", end="")
        print(f"{label.mean():.0%} faithful")
        print(f"   {_compare([case for case, _ in kept], values, label)}")
        print(
            f"   flagged: precision {hit / max(1, flagged.sum()):.2f}, recall {hit / max(1, (~label).sum()):.2f}, "
            f"of faithful ones {(flagged & label).sum() / label.sum():.2f}"
        )
        having = {
            kind: np.array([any(span.kind == kind for span in mark.evidence) for _, mark in kept]) for kind in CLAIMS
        }
        having["any answer"] = np.ones(len(kept), bool)
        print("   " + ", ".join(f"{kind}: {(got & ~label).sum()} of {got.sum()} right" for kind, got in having.items()))
        if name != TUNED_ON:
            for kind, got in having.items():
                pooled += Counter({(kind, True): int((got & ~label).sum()), (kind, False): int((got & label).sum())})
    for kind in (*CLAIMS, "any answer"):
        right, wrong = pooled[kind, True], pooled[kind, False]
        if right:
            print(f"all but {TUNED_ON}, {kind}: {right} of {right + wrong} unfaithful, {right / (right + wrong):.1%}")


def _compare(cases: Sequence[Case], values: NDArray[np.float64], label: NDArray[np.bool_]) -> str:
    """Say the AUC of the values, of bigram coverage and of length, and the difference with its interval."""
    base = np.array([bigram_coverage(case) for case in cases])
    length = np.array([float(len(case.response)) for case in cases])
    rng = np.random.default_rng(SEED)
    differences = []
    for _ in range(RESAMPLES):
        yes, no = (rng.choice(part, len(part)) for part in (np.flatnonzero(label), np.flatnonzero(~label)))
        differences.append(area(values[yes], values[no]) - area(base[yes], base[no]))
    low, high = np.quantile(differences, (0.025, 0.975))
    by_length = area(length[label], length[~label])
    ours, theirs = area(values[label], values[~label]), area(base[label], base[~label])
    return (
        f"AUC {ours:.3f}   bigrams {theirs:.3f}   difference {ours - theirs:+.3f} ({low:+.3f} to {high:+.3f})   "
        f"length alone {max(by_length, 1 - by_length):.3f}"
    )


def questions(data: Path) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Read questions with good answers, a source apart."""
    folder = data / "mt_bench"
    if (folder / "question.jsonl").exists():
        asked, answered = (
            {row["question_id"]: row for row in map(json.loads, (folder / name).read_text().splitlines())}
            for name in ("question.jsonl", "gpt-4.jsonl")
        )
        for turn, name in enumerate(("mt_bench", "mt_bench_second_turns")):
            yield name, [(asked[key]["turns"][turn], row["choices"][0]["turns"][turn]) for key, row in answered.items()]
    for path in sorted((data / "pairs").glob("*.json*")):
        text = path.read_text()
        rows = json.loads(text) if path.suffix == ".json" else map(json.loads, text.splitlines())
        yield path.stem, [pair for pair in map(_pair, rows) if all(pair)]


def _pair(row: dict[str, Any]) -> tuple[str, str]:
    """Read question and answer as the sources write them: a tree of messages, or an instruction with its input."""
    if "message_tree_id" in row:
        return row["prompt"]["text"], next((reply["text"] for reply in row["prompt"]["replies"]), "")
    instance = row["instances"][0] if "instances" in row else row
    given = instance.get("input")
    return row["instruction"] + (f"\n\n{given}" if given else ""), instance["output"]


def measure_relevance(data: Path) -> None:
    """Print how well relevance tells a question's own answer from those to four other questions of the source."""
    scorer = relevance.SCORERS[0]
    for name, pairs in questions(data):
        rng = random.Random(SEED)
        others = [(prompt, other) for prompt, own in pairs for other in rng.choices(_without(pairs, own), k=4)]
        own, wrong = (
            [mark.value for mark in score(scorer, rows) if mark.value is not None] for rows in (pairs, others)
        )
        flagged = [
            sum(value <= (scorer.flags_from or 0.0) for value in values) / len(values) for values in (own, wrong)
        ]
        print(
            f"relevance  {name:28s} {len(own):4d} of {len(pairs):4d} measured   AUC {area(own, wrong):.3f}   "
            f"flagged: own {flagged[0]:.3f}, of others {flagged[1]:.3f}"
        )


def _without(pairs: Sequence[tuple[str, str]], response: str) -> list[str]:
    """Give all other answers."""
    return [other for _, other in pairs if other != response]


def measure_coherence(data: Path) -> None:
    """Print how many good answers are flagged, and how well each kind of damage is told from them."""
    scorer = coherence.SCORERS[0]
    for name, pairs in questions(data):
        good = [response for _, response in pairs if len(response) > 200]
        values = np.array([mark.value for mark in score(scorer, [(text,) for text in good])], float)
        print(
            f"coherence  {name:28s} {len(good):4d} good answers, flagged {(values <= coherence.FLAGS_FROM).mean():.3f}"
        )
        for damage in DAMAGES:
            rng = random.Random(SEED)
            damaged = [(place, text) for place, whole in enumerate(good) if (text := damage(whole, rng)) is not None]
            if len(damaged) < LEAST_DAMAGED:
                continue
            got = np.array([mark.value for mark in score(scorer, [(text,) for _, text in damaged])], float)
            whole_values = values[[place for place, _ in damaged]]
            name = (damage.__doc__ or "").rstrip(".")
            hit = (got <= coherence.FLAGS_FROM).mean()
            print(f"           {name:42s} n {len(got):4d}   AUC {area(whole_values, got):.3f}   flagged {hit:.3f}")


def _cut(text: str, rng: random.Random) -> str | None:
    """Cut off at a random place."""
    return text[: int(len(text) * rng.uniform(0.4, 0.95))]


def _loop(text: str, rng: random.Random) -> str | None:
    """Last sentence said four times more."""
    return text + (" " + re.split(r"(?<=[.!?])\s", text.rstrip())[-1]) * 4


def _twice(text: str, rng: random.Random) -> str | None:
    """Second half said again."""
    return text + "\n\n" + text[len(text) // 2 :]


def _shuffle(text: str, rng: random.Random) -> str | None:
    """Sentences in another order."""
    parts = re.split(r"(?<=[.!?]) ", text)
    return " ".join(rng.sample(parts, len(parts)))


def _open_fence(text: str, rng: random.Random) -> str | None:
    """Last fence left out."""
    last = text.rfind("```")
    return None if last < 0 or text.count("```") % 2 else text[:last] + text[last + 3 :]


def _without_item(text: str, rng: random.Random) -> str | None:
    """Second item of a numbered list left out."""
    lines = text.split("\n")
    items = [place for place, line in enumerate(lines) if re.match(r"\d+[.)] ", line)]
    return None if len(items) < 4 else "\n".join(line for place, line in enumerate(lines) if place != items[1])


def _without_cell(text: str, rng: random.Random) -> str | None:
    """Cell of a table left out."""
    lines = text.split("\n")
    rows = [place for place, line in enumerate(lines) if line.startswith("|") and line.endswith("|")]
    if len(rows) < 3:
        return None
    lines[rows[2]] = "|".join(lines[rows[2]].split("|")[:-2]) + "|"
    return "\n".join(lines)


DAMAGES: tuple[Callable[[str, random.Random], str | None], ...] = (
    _cut, _loop, _twice, _shuffle, _open_fence, _without_item, _without_cell,
)  # fmt: skip
LEAST_DAMAGED = 8


def measure_speed(data: Path) -> None:
    """Print milliseconds on answers of 600 characters with four documents of 500, and of hostile texts."""
    texts = [case.document for name, cases in labelled(data) if name.startswith("summedits") for case in cases]
    rng = random.Random(SEED)
    rows: list[tuple[object, ...]] = []
    for text in sorted(set(texts)):
        for begin in range(0, len(text) - 2600, 650):
            part = text[begin : begin + 2600]
            pieces = " ".join(part[place : place + 150] for place in rng.sample(range(0, 1800, 150), 4))
            answer = part[2000:] if rng.random() < 0.25 else pieces  # some of it is not in the documents
            documents_ = documents(*(part[place : place + 500] for place in range(0, 2000, 500)))
            rows.append(("What does the text say about its first topic?", answer, documents_))
    whole = 0.0
    scorers = (*faithfulness.SCORERS, *relevance.SCORERS, *coherence.SCORERS)
    for scorer in scorers:
        some = [tuple(row[("prompt", "response", "documents").index(name)] for name in scorer.reads) for row in rows]
        score(scorer, some[: len(some) // 2])
        begun = time.process_time()
        score(scorer, some[len(some) // 2 :])
        taken = (time.process_time() - begun) / (len(some) - len(some) // 2)
        whole += taken
        print(f"speed      {scorer.name:22s} {1000 * taken:.2f} ms   {1 / taken:8,.0f} records/s")
    print(f"speed      together {1000 * whole:.2f} ms, n {len(rows)}")
    print("speed      slowest hostile text of 100,000 characters: {:.2f} s ({}, {!r})".format(*_slowest(scorers)))


def _slowest(scorers: Sequence[Scorer]) -> tuple[float, str, str]:
    slowest = (0.0, "", "")
    for scorer in scorers:
        for piece in HOSTILE:
            text = (piece * 100_000)[:100_000]
            row = {"prompt": text, "response": text, "documents": documents(text)}
            begun = time.process_time()
            score(scorer, [tuple(row[name] for name in scorer.reads)])
            slowest = max(slowest, (time.process_time() - begun, scorer.name, piece))
    return slowest


def main() -> None:
    """Measure them all."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scoring_faithfulness", description=__doc__)
    parser.add_argument("data", type=Path, help="a folder with the data sets named above")
    data = parser.parse_args().data
    measure_faithfulness(data)
    measure_relevance(data)
    measure_coherence(data)
    measure_speed(data)


if __name__ == "__main__":
    main()
