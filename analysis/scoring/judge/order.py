"""What is asked of a judge, as people and jobs say it, and the judge that it makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.metrics.filter import Filter
from analysis.scoring.judge.budget import price_of
from analysis.scoring.judge.client import connect
from analysis.scoring.judge.rubric import rubrics
from analysis.scoring.judge.run import Judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.store import Store

BUDGET = 1.0
"""US dollars that are spent at most where nothing is said."""


@dataclass(frozen=True)
class Order:
    """What is asked of a judge.

    Parameters
    ----------
    rubric, model : str
        By which words, and whom.
    budget : float
        US dollars that are spent at most.
    sample : int or None
        Judge only those among so many of all records, drawn at random.
    share : float or None
        Judge only those among this share of all records, drawn at random: with time, the same share of what comes.
    where : sequence of str
        Judge only records that meet these conditions (:meth:`analysis.metrics.filter.Condition.parse`).
    url : str or None
        The endpoint, where it is neither OpenAI's nor Anthropic's own.
    price : tuple or None
        US dollars for a million tokens in and out, where the price table does not know the model.
    per_minute : float or None
        Calls a minute, at most.
    """

    rubric: str
    model: str
    budget: float = BUDGET
    sample: int | None = None
    share: float | None = None
    where: Sequence[str] = ()
    url: str | None = None
    price: tuple[float, float] | None = None
    per_minute: float | None = None

    def judge(self, store: Store) -> Judge:
        """Make the judge.

        Raises
        ------
        ValueError
            If there is no such rubric, no key, no price or no such condition; the message says what to do.
        """
        known = rubrics(store.workspace)
        if self.rubric not in known:
            raise ValueError(f"There is no rubric {self.rubric!r}. Rubrics: {', '.join(known)}.")
        if self.budget < 0:
            raise ValueError(f"A budget of {self.budget} is none.")
        if self.share is not None and not 0 < self.share <= 1:
            raise ValueError(f"A share of {self.share} is none. Say 0.01 for one record in a hundred.")
        price = price_of(self.model, self.price, store.workspace.prices)
        pause = 60 / self.per_minute if self.per_minute else 0.0
        return Judge(
            store, known[self.rubric], self.model, connect(self.model, self.url), price, sample=self.sample,
            share=self.share, filter=Filter.parse(self.where), pause=pause,
        )  # fmt: skip
