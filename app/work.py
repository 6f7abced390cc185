"""What each kind of job does, from its arguments to its result, both JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.cancelled import CancelledError
from analysis.golden.order import Order as Regression
from analysis.ingest.arrivals import Arrival, take
from analysis.ingest.report import Options
from analysis.ingest.run import import_paths, undo
from analysis.pricing import reprice
from analysis.scoring.judge.budget import Budget
from analysis.scoring.judge.order import Order
from analysis.scoring.learning import due, learn
from analysis.scoring.registry import registry
from analysis.scoring.run import score
from analysis.scoring.scorers import output_deviation
from analysis.topics import build as topics
from analysis.topics import subtopics
from analysis.topics.naming import name_topics
from analysis.topics.workshop import READING
from app.ticket import GiveWayError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.ingest.report import Progress as ImportProgress
    from analysis.scoring.judge.run import Outcome
    from analysis.scoring.run import Run
    from analysis.state.database import State
    from analysis.store import Store
    from analysis.topics.naming import Named
    from analysis.topics.workshop import Progress
    from app.ticket import Ticket

Work = Callable[["Store", dict[str, Any], "Ticket"], dict[str, Any]]
"""What a kind of job does: from the store and its arguments to its result, both JSON."""


def import_arguments(paths: list[Path], options: Options, *, discard: bool = False) -> dict[str, Any]:
    """The arguments of an import job; `discard` takes the files away when it is over."""
    body = asdict(options) | {"at": options.at.isoformat() if options.at else None}
    return {"paths": [str(path) for path in paths], "options": body, "discard": discard}


def arrival_arguments(found: Sequence[Arrival], *, who: str) -> dict[str, Any]:
    """The arguments of an import job for what arrived in a folder."""
    looked = [[str(one.path), one.size, one.modified] for one in found]
    return import_arguments([one.path for one in found], Options(imported_by=who)) | {"arrivals": looked}


def _import(store: Store, arguments: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
    paths = [Path(path) for path in arguments["paths"]]
    body = arguments["options"]
    options = Options(**body | {"at": datetime.fromisoformat(body["at"]) if body["at"] else None})

    def tell(progress: ImportProgress) -> None:
        ticket.progress = asdict(progress) | {"rate": progress.rate, "seconds_left": progress.seconds_left}

    try:
        if arguments.get("arrivals"):
            found = [Arrival(Path(path), size, modified) for path, size, modified in arguments["arrivals"]]
            reports = take(store, found, options, on_progress=tell, cancelled=ticket.cancelled)
        else:
            reports = import_paths(store, paths, options, on_progress=tell, cancelled=ticket.cancelled)
    finally:
        if arguments["discard"]:
            for path in paths:
                store.workspace.discard(path)
    return {"imports": [report.as_json() for report in reports]}


def _undo(store: Store, arguments: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
    try:
        return {"undone": undo(store, int(arguments["import"])).as_json()}
    except KeyError as error:
        raise ValueError(f"There is no import {arguments['import']} any more.") from error


def _score(store: Store, arguments: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
    names = list(arguments["scorers"])
    learnt = learn(store, due(store))
    if learnt and output_deviation.NAME not in names:
        names.append(output_deviation.NAME)
    found = registry(store.workspace)

    def tell(run: Run) -> None:
        ticket.progress = {
            "stage": "scoring", "done": run.records, "total": run.total, "rate": run.rate,
            "seconds_left": run.seconds_left, "failed": dict(run.failed),
        }  # fmt: skip

    try:
        run = score(
            store, [found.find(name) for name in names], sample=arguments.get("sample"),
            on_progress=tell, cancelled=lambda: ticket.cancelled() or ticket.others(),
        )  # fmt: skip
    except CancelledError:
        if ticket.cancelled():
            raise
        raise GiveWayError from None  # it may take hours, and goes on where it ended
    return asdict(run) | {"learnt": learnt}


def _learn(store: Store, arguments: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
    return {"learnt": learn(store, arguments["apps"])}


def _judge(store: Store, arguments: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
    order = Order(**arguments)

    def tell(outcome: Outcome) -> None:
        ticket.tell("judging", outcome.judged + len(outcome.failed), outcome.total, spent=outcome.spent)

    return asdict(order.judge(store).run(Budget(order.budget), on_progress=tell, cancelled=ticket.cancelled))


def _topics(state: State, store: Store, arguments: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
    column, watch = arguments["column"], _Watch(ticket)
    try:
        if arguments["new"]:
            return {"records": topics.place_new(store, state, column=column, on_progress=watch.tell,
                                                cancelled=watch.cancelled)}  # fmt: skip
        built = topics.build(
            store, state, column=column, model=arguments.get("model"), seed=arguments.get("seed", 0),
            on_progress=watch.tell, cancelled=watch.cancelled,
        )  # fmt: skip
        return asdict(built)
    except CancelledError:
        if ticket.cancelled():
            raise
        raise GiveWayError from None


def _subtopics(state: State, store: Store, arguments: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
    watch = _Watch(ticket)
    return subtopics.look(
        store, state, column=arguments["column"], topic=arguments.get("topic"), records=arguments.get("records") or (),
        on_progress=watch.tell, cancelled=ticket.cancelled,
    )  # fmt: skip


def _names(state: State, store: Store, arguments: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
    def tell(named: Named) -> None:
        ticket.tell("naming", len(named.names) + len(named.failed), named.total, spent=named.spent)

    named = name_topics(store, state, **arguments, on_progress=tell, cancelled=ticket.cancelled)
    return asdict(named) | {"names": len(named.names)}


def _regress(state: State, store: Store, arguments: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
    order, path = Regression(**arguments["order"]), arguments.get("discard")
    try:
        run = order.run(store, state, who=arguments["who"], tell=ticket.tell, cancelled=ticket.cancelled)
    finally:
        if path:
            store.workspace.discard(Path(path))
    return {"run": run.id, "dataset": run.dataset, "version": run.number, "name": run.name} | run.result


class _Watch:
    """What a job on topics tells, and when it stops."""

    def __init__(self, ticket: Ticket) -> None:
        self._ticket = ticket
        self._stage = ""

    def tell(self, progress: Progress) -> None:
        self._stage = progress.stage
        self._ticket.progress = {
            "stage": progress.stage, "done": progress.done, "total": progress.total, "rate": progress.rate,
            "seconds_left": progress.seconds_left,
        }  # fmt: skip

    def cancelled(self) -> bool:
        # While a model reads the texts, others may go first: what it has read is kept.
        return self._ticket.cancelled() or (self._stage == READING and self._ticket.others())


def _reprice(store: Store, arguments: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
    with store.write() as cursor:
        return {"priced": reprice(cursor)}


def kinds(state: State) -> dict[str, Work]:
    """The work of each kind of job; that on topics heeds people's edits of them, which the state store holds."""
    return {
        "import": _import,
        "learn": _learn,
        "score": _score,
        "judge": _judge,
        "topics": partial(_topics, state),
        "subtopics": partial(_subtopics, state),
        "topic names": partial(_names, state),
        "regress": partial(_regress, state),
        "undo": _undo,
        "reprice": _reprice,
    }
