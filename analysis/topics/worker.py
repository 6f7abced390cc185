"""The heavy half of topics, in a process of its own: it makes vectors, fits maps, names topics and places texts.

``python -m analysis.topics.worker WORKSPACE`` reads a task a line as JSON from standard input, answers each with a line
on standard output, and ends with its input. Texts come as Arrow files with ``key``, ``text`` and ``n`` (how often). It
never opens the log store.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import polars as pl

from analysis import arrays
from analysis.topics import fit, names, topic_map
from analysis.topics.models import ModelError, model
from analysis.topics.vectors import Vectors
from analysis.workspace import Workspace

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.topics.fit import Fitted
    from analysis.topics.models import Model

_LAST = 19
"""The priority of what waits for everything else."""


class Topics:
    """What a process holds of a model between two tasks: it, and the vectors it made."""

    def __init__(self, workspace: Workspace, model_name: str) -> None:
        self._model: Model = model(model_name)
        self._vectors = Vectors(workspace.vectors, self._model.name, self._model.dimensions)
        self._warm: Thread | None = None

    def embed(self, texts: str) -> dict[str, Any]:
        """Make the vectors that are missing; meanwhile what fits the map is loaded."""
        if self._warm is None:
            self._warm = Thread(target=fit.warm_up, daemon=True)
            self._warm.start()
        self._complete(pl.read_ipc(texts))
        return {}

    def ahead(self, texts: str) -> dict[str, Any]:
        """Make the vectors that are missing, on cores that nothing else wants."""
        os.setpriority(os.PRIO_PROCESS, 0, _LAST)
        self._complete(pl.read_ipc(texts))
        return {}

    def reread(self) -> dict[str, Any]:
        """Find the vectors that another process made."""
        self._vectors.reload()
        return {}

    def fit(self, texts: list[str], map: str, seed: int) -> dict[str, Any]:
        """Fit a map to texts, write it, and tell its topics with their names."""
        frame, vectors = self._read(texts)
        fitted = fit.fit(vectors, frame["n"].to_numpy(), seed=seed)
        arrays.save(topic_map.TopicMap.of(fitted, vectors, seed=seed), Path(map))
        _write_places(frame, fitted.places, fitted.topics, map)
        return {"topics": self._named(frame, vectors, fitted)}

    def extend(self, texts: list[str], old: str, map: str, seed: int, first: int) -> dict[str, Any]:
        """Find topics in texts that a map places nowhere; write the map with them, and tell them."""
        frame, vectors = self._read(texts)
        kept = topic_map.load(Path(old), Path(old).stat().st_mtime_ns)
        # that all of them are one new topic is likely
        found = fit.fit(vectors, frame["n"].to_numpy(), seed=seed, most=1.0)
        fitted = fit.new(found, vectors, kept.centroids)
        extended, places = kept.extended(fitted, vectors, first=first, seed=seed)
        arrays.save(extended, Path(map))
        _write_places(frame, places, np.where(fitted.topics >= 0, fitted.topics + first, fit.NONE), map)
        return {"topics": self._named(frame, vectors, fitted, first)}

    def divide(self, texts: list[str], seed: int) -> dict[str, Any]:
        """Find the topics within texts, each with texts that stand for it; none where they do not fall apart."""
        frame, vectors = self._read(texts)
        fitted = fit.divide(vectors, frame["n"].to_numpy(), seed=seed)
        keys = frame["key"].to_numpy()
        found = self._named(frame, vectors, fitted)
        return {"topics": [topic | {"texts": keys[fitted.topics == topic["topic"]].tolist()} for topic in found]}

    def place(self, texts: str, map: str, placed: str) -> dict[str, Any]:
        """Place texts on a map, and write where."""
        frame = pl.read_ipc(texts)
        self._complete(frame)
        topics, similarity, places = topic_map.load(Path(map), Path(map).stat().st_mtime_ns).place(
            self._vectors.take(_keys(frame))
        )
        found = {"key": frame["key"], "topic": topics, "similarity": similarity, "x": places[:, 0], "y": places[:, 1]}
        pl.DataFrame(found).write_parquet(placed)
        return {}

    def _read(self, texts: list[str]) -> tuple[pl.DataFrame, NDArray[np.float32]]:
        if self._warm is not None:  # what is fitted next needs it whole
            self._warm.join()
        frame = pl.concat([pl.read_ipc(path) for path in texts])
        return frame, self._vectors.take(_keys(frame))

    def _named(
        self, frame: pl.DataFrame, vectors: NDArray[np.float32], fitted: Fitted, first: int = 0
    ) -> list[dict[str, Any]]:
        keys = frame["key"].to_list()
        named = names.name(frame["text"].to_list(), vectors, fitted.topics, fitted.centroids, self._model)
        return [
            {"topic": topic, "name": " · ".join(name.phrases), "phrases": name.phrases, "middle": name.middle,
             "exemplars": [keys[place] for place in name.exemplars]}
            for topic, name in enumerate(named, first)
        ]  # fmt: skip

    def _complete(self, frame: pl.DataFrame) -> None:
        missing = frame.filter(pl.Series(self._vectors.missing(_keys(frame))))
        if not missing.is_empty():
            self._vectors.add(_keys(missing), self._model.embed(missing["text"].to_list()))


def _keys(frame: pl.DataFrame) -> NDArray[np.uint64]:
    return frame["key"].to_numpy()


def _write_places(frame: pl.DataFrame, places: NDArray[np.float32], topics: NDArray[np.int32], map: str) -> None:
    where = {"key": frame["key"], "x": places[:, 0], "y": places[:, 1], "cluster": topics}
    pl.DataFrame(where).write_parquet(Path(map).with_suffix(".parquet"))


def main() -> None:
    """Do task after task, until standard input ends."""
    # What a library prints must not stand between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # a model is a path or was fetched before: nothing is asked for
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    workspace = Workspace(Path(sys.argv[1]))
    topics: dict[str, Topics] = {}
    for line in sys.stdin.buffer:
        task = orjson.loads(line)
        name, model_name = task.pop("do"), task.pop("model")
        try:
            if model_name not in topics:
                topics[model_name] = Topics(workspace, model_name)
            answer = getattr(topics[model_name], name)(**task)
        except ModelError as error:
            answer = {"wrong": str(error)}
        answers.write(orjson.dumps(answer) + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
