"""What is asked of a regression run, as people and jobs say it, and the run that it makes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.cancelled import CancelledError
from analysis.golden import ask, dataset, rerun
from analysis.golden.reading import read_answers
from analysis.golden.rerun import Judging
from analysis.scoring.judge.asking import Asker
from analysis.scoring.judge.budget import Budget, price_of
from analysis.scoring.judge.client import connect
from analysis.scoring.judge.many import Asked, ask_all
from analysis.scoring.judge.rubric import rubrics
from analysis.state import golden

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from analysis.golden.ask import Question
    from analysis.state.database import State
    from analysis.store import Store

BUDGET = 1.0
"""US dollars that are spent at most where nothing is said."""


@dataclass(frozen=True)
class Order:
    """What is asked of a regression run.

    Parameters
    ----------
    dataset : str
    version : int or None
        The newest where nothing is said.
    answers : str or None
        The file of the new answers; else `model` is asked for them.
    model, system : str or None
        Who is asked, and by which system prompt in place of the recorded ones.
    name : str or None
        What answered; else the model or the file.
    scorers : sequence of str or None
        All quick ones where nothing is said.
    rubric, judge : str or None
        By which words both answers are judged, and by which model.
    budget : float
        US dollars that are spent at most on all of it.
    url, price :
        As for a judge: the endpoint, and US dollars for a million tokens in and out.
    """

    dataset: str
    version: int | None = None
    answers: str | None = None
    model: str | None = None
    system: str | None = None
    name: str | None = None
    scorers: Sequence[str] | None = None
    rubric: str | None = None
    judge: str | None = None
    budget: float = BUDGET
    url: str | None = None
    price: tuple[float, float] | None = None

    def run(
        self,
        store: Store,
        state: State,
        *,
        who: str,
        tell: Callable[[str, int, int], None] = lambda stage, done, total: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> golden.Run:
        """Run it.

        Parameters
        ----------
        tell : callable
            ``tell(stage, done, total)``, now and then.

        Raises
        ------
        ValueError
            If it can't be run; the message says what to do.
        CancelledError
            If it was cancelled.
        """
        version = golden.version(state, self.dataset, self.version)
        chosen = rerun.scorers(store, self.scorers)
        budget = Budget(self.budget)
        asking = _Asking(self, store, budget, tell, cancelled)
        judging = asking.judging() if self.rubric else None
        answers, about = self._answers(state, version, asking)
        tell("measuring", 0, len(answers))
        about |= {"scorers": [scorer.name for scorer in chosen], "rubric": self.rubric, "judge": self.judge}
        return rerun.run(
            store, state, version, answers, name=self.name or self.model or Path(self.answers or "").name,
            scorers=chosen, judge=judging, about=lambda: about | {"stopped": asking.stopped, "spent": budget.spent},
            who=who,
        )  # fmt: skip

    def _answers(self, state: State, version: golden.Version, asking: _Asking) -> tuple[dict[str, str], dict[str, Any]]:
        """Read the new answers, or ask the model for them; and say where they come from."""
        if self.answers is not None:
            path = Path(self.answers)
            try:
                content = path.read_bytes()
            except OSError as error:
                raise ValueError(f"{path} can't be read: {error.strerror or error}.") from error
            answers, faults = read_answers(content, path.name)
            told = [{"line": fault.line, "reason": fault.reason} for fault in faults]
            return answers, {"file": path.name, "faults": told}
        if self.model is None:
            raise ValueError("There are no answers to compare: give a file of them, or a model to ask.")
        questions, failed = ask.questions(dataset.items(state, version), system=self.system)
        found = asking.ask(self.model, f"{self.model} answers", questions, as_json=False)
        unanswered = failed | found.failed
        if not found.answers:
            why = "the budget is too small" if found.stopped == "budget" else found.stopped
            raise ValueError(f"{self.model} answered nothing: {why or next(iter(unanswered.values()), 'no item')}")
        return found.answers, {"model": self.model, "system": self.system, "unanswered": unanswered}


class _Asking:
    """Models that are asked for a run, all within its budget."""

    def __init__(
        self, order: Order, store: Store, budget: Budget, tell: Callable[[str, int, int], None],
        cancelled: Callable[[], bool],
    ) -> None:  # fmt: skip
        self._order, self._store, self._budget = order, store, budget
        self._tell, self._cancelled = tell, cancelled
        self.stopped: str | None = None

    def ask(self, model: str, name: str, questions: Mapping[str, Question], *, as_json: bool) -> Asked[str, str]:
        order = self._order
        price = price_of(model, order.price, self._store.workspace.prices)
        file = f"golden-{hashlib.sha256(name.encode()).hexdigest()}.jsonl"
        asker = Asker(connect(model, order.url, as_json=as_json), price, self._store.workspace.judged / file)
        found = ask_all(
            questions, asker, str, self._budget,
            on_progress=lambda so_far: self._tell("asking", so_far.done, so_far.total), cancelled=self._cancelled,
        )  # fmt: skip
        if self._cancelled():
            spent = self._budget.spent
            raise CancelledError(f"Cancelled; {len(found.answers):,} answers were kept, for {spent:.4f} USD.")
        self.stopped = found.stopped or self.stopped
        return found

    def judging(self) -> Judging:
        """Give the judge that both answers are shown to."""
        known, rubric, model = rubrics(self._store.workspace), self._order.rubric, self._order.judge
        if rubric not in known:
            raise ValueError(f"There is no rubric {rubric!r}. Rubrics: {', '.join(known)}.")
        if model is None:
            raise ValueError("Say which model judges.")
        name = f"{rubric} {known[rubric].version} {model}"
        return Judging(known[rubric], model, lambda asked: self.ask(model, name, asked, as_json=True).answers)
