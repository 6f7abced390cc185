"""A regression run from end to end: new answers found or read, both sides measured, compared, and kept."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl
import pyarrow as pa

from analysis.golden import dataset, regression
from analysis.golden.regression import OWN, Measure
from analysis.scoring.judge.rubric import AnswerError
from analysis.scoring.plan import AT_ONCE
from analysis.scoring.registry import registry
from analysis.state import golden
from analysis.worker_process import WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from analysis.golden.ask import Question
    from analysis.golden.item import Item
    from analysis.scoring.judge.rubric import Rubric
    from analysis.scoring.scorer import Scorer
    from analysis.state.database import State
    from analysis.store import Store

_WORKER = "analysis.scoring.worker"
_DOCUMENTS = pl.List(pl.Struct({"id": pl.String, "text": pl.String, "score": pl.Float64}))
COLUMNS: dict[str, pl.DataType] = {
    "prompt": pl.String(), "response": pl.String(), "system_prompt": pl.String(), "messages": pl.String(),
    "documents": _DOCUMENTS, "parameters": pl.String(), "app": pl.String(), "feature": pl.String(),
}  # fmt: skip
"""Columns of the record that an item has; scorers that read any other are not run."""
_BEFORE, _NOW, _EXPECTED = "before", "now", "expected"


@dataclass(frozen=True)
class Judging:
    """A judge: a rubric, the model that judges by it, and what has it answer questions, both by key."""

    rubric: Rubric
    model: str
    ask: Callable[[Mapping[str, Question]], Mapping[str, str]]


@dataclass
class Measured:
    """What measures gave the recorded and the new answers, by measure and item; which scorers broke off, and why."""

    before: dict[str, dict[str, float]] = field(default_factory=dict)
    now: dict[str, dict[str, float]] = field(default_factory=dict)
    expected: dict[str, dict[str, float]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def scorers(store: Store, names: Iterable[str] | None = None) -> list[Scorer]:
    """Find the scorers that measure answers to golden items: those named, else all quick ones.

    Raises
    ------
    ValueError
        If one does not exist or can't be run on items; the message says why.
    """
    found = registry(store.workspace)
    if names is None:
        return [one for one in found.scorers.values() if not (_unfit(one) or one.heavy or one.needs())]
    chosen = [found.find(name) for name in names]
    for one in chosen:
        why = _unfit(one) or (one.needs() and f"it can't run here before this: {one.needs()}")
        if why:
            raise ValueError(f"{one.name} can't measure golden items: {why}")
    return chosen


def run(
    store: Store,
    state: State,
    version: golden.Version,
    answers: Mapping[str, str],
    *,
    name: str,
    scorers: Sequence[Scorer],
    judge: Judging | None = None,
    about: Callable[[], Mapping[str, Any]] = dict,
    who: str,
) -> golden.Run:
    """Compare new answers to a version's items with the recorded ones, and keep what is found.

    Parameters
    ----------
    answers : mapping
        New answers by item.
    name : str
        What answered: a model, a prompt, a file.
    about : callable
        ``about()``: what else is to be kept of the run, asked at its end.

    Raises
    ------
    ValueError
        If none of the answers is to an item of the version.
    """
    items = dataset.items(state, version)
    known = {item.id for item in items}
    given = {id: answer for id, answer in answers.items() if id in known}
    if not given:
        raise ValueError(
            f"None of the {len(answers):,} answers is to an item of {version.dataset}, version {version.number}. "
            "`afterword golden export` writes the ids of its items."
        )
    both = [item for item in items if item.id in given and item.answer is not None]
    measured = _scored(store, both, given, scorers)
    measures = [*OWN, *(_measure(scorer, measured) for scorer in scorers)]
    recorded = {item.id: item.answer or "" for item in both}
    for side, answered in ((measured.before, recorded), (measured.now, given)):
        side.update({name: dict(values) for name, values in regression.own_values(both, answered).items()})
    if judge is not None:
        measures.append(_judged(both, recorded, given, judge, measured))
    result = regression.compare(items, len(both), measures, measured.before, measured.now).as_json()
    result |= {
        "missing": [item.id for item in items if item.id not in given], "unknown": len(answers) - len(given),
        "failed": measured.failed, **about(),
    }  # fmt: skip
    return golden.add_run(state, version, name, result["verdict"], result, given, who=who)


def _measure(scorer: Scorer, measured: Measured) -> Measure:
    """Give the measure of a scorer. Flags that are good or bad as the case may be, are held against the expected."""
    own = Measure.of(scorer)
    if scorer.better is not None or scorer.flags_from is None:
        return own
    expected = measured.expected.get(own.name, {})
    for side in (measured.before, measured.now):
        values = side.get(own.name, {})
        side[own.name] = {
            item: float(own.flagged(value) != own.flagged(expected[item]))
            for item, value in values.items() if item in expected
        }  # fmt: skip
    return Measure.otherwise(scorer)


def _unfit(scorer: Scorer) -> str:
    """Say why a scorer can't measure answers to items; "" where it can."""
    others = sorted(set(scorer.reads) - COLUMNS.keys())
    if others:
        return f"it reads {', '.join(others)}, which items do not have."
    if "response" not in scorer.reads:
        return "it does not read the answer."
    return "" if scorer.scale is not None else "it gives words and no numbers."


def _scored(store: Store, items: Sequence[Item], answers: Mapping[str, str], scorers: Sequence[Scorer]) -> Measured:
    """Have the scorers measure the recorded, the new and the expected answers, in a worker process."""
    measured = Measured()
    if not items:
        return measured
    folder = Path(mkdtemp(dir=store.workspace.staging))
    try:
        for start in range(0, len(scorers), AT_ONCE):
            some = scorers[start : start + AT_ONCE]
            _batch(items, answers, some, folder / "batch.arrow")
            with closing(WorkerProcess(_WORKER, store.workspace.root, folder / "errors")) as process:
                task = {"batch": str(folder / "batch.arrow"), "marks": str(folder / "marks.parquet")}
                measured.failed |= process.ask(task | {"scorers": [one.name for one in some]})["failed"]
            for row in pl.read_parquet(folder / "marks.parquet").iter_rows(named=True):
                side, _, item = row["record_id"].partition(" ")
                if row["value"] is not None:
                    getattr(measured, side).setdefault(row["name"], {})[item] = row["value"]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return measured


def _batch(items: Sequence[Item], answers: Mapping[str, str], scorers: Sequence[Scorer], path: Path) -> None:
    """Write the answers to each item as records of which every scorer is wanted."""
    rows = [
        {"id": f"{side} {item.id}", "wanted": (1 << len(scorers)) - 1, **_record(item, answer)}
        for item in items
        for side, answer in ((_BEFORE, item.answer), (_NOW, answers[item.id]), (_EXPECTED, item.expected))
    ]  # fmt: skip
    table = pl.DataFrame(rows, schema={"id": pl.String, "wanted": pl.UInt64, **COLUMNS}).to_arrow()
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def _record(item: Item, answer: str | None) -> dict[str, Any]:
    """An item with an answer, as a record has it."""
    return {
        "prompt": item.prompt, "response": answer, "system_prompt": item.system,
        "messages": orjson.dumps(item.messages).decode() if len(item.messages) > 1 else None,
        "documents": [{"id": None, "text": text, "score": None} for text in item.documents] or None,
        "parameters": item.parameters, "app": item.app, "feature": item.feature,
    }  # fmt: skip


def _judged(
    items: Sequence[Item], recorded: Mapping[str, str], given: Mapping[str, str], judge: Judging, measured: Measured
) -> Measure:
    """Have a judge measure both sides."""
    measure = Measure.of(judge.rubric.scorer(judge.model))
    asked = {
        f"{side} {item.id}": judge.rubric.messages(_record(item, answers[item.id]))
        for side, answers in ((_BEFORE, recorded), (_NOW, given)) for item in items
    }  # fmt: skip
    values: dict[str, dict[str, float]] = {_BEFORE: {}, _NOW: {}}
    for key, answer in judge.ask(asked).items():
        side, _, item = key.partition(" ")
        try:
            mark, _ = judge.rubric.read(answer)
        except AnswerError:
            continue
        if mark.value is not None:
            values[side][item] = mark.value
    measured.before[measure.name], measured.now[measure.name] = values[_BEFORE], values[_NOW]
    return measure
