"""What an audit is to look at: records, an outcome, groups, and the design that says what is compared with what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analysis.metrics import fields

if TYPE_CHECKING:
    from analysis.metrics.filter import Filter

INDEPENDENT, BLOCKS, PAIRS = "independent", "blocks", "pairs"
DESIGNS: dict[str, str] = {
    INDEPENDENT: "independent groups: each record speaks of one person, and of no other record",
    BLOCKS: "blocks: several candidates in one call, compared within it",
    PAIRS: "pairs: the same prompt with another attribute, compared within the pair",
}
"""Designs, and what makes one."""

HIGHER, LOWER = "higher", "lower"


@dataclass(frozen=True)
class Outcome:
    """What became of each.

    Parameters
    ----------
    read : str
        A field of numbers, ``score.NAME`` or ``scorer.NAME``; empty where another is given.
    metric : str
        The name of a metric or of a scorer: what it says of each record alone, such as whether a scorer flags it.
    when : str
        A condition, such as ``status=error``; the outcome is whether it holds.
    json, pattern, ranking : str
        A path into the response's JSON, such as ``$.decision``; a regular expression, whose first group is the value;
        the path of a ranked list in the response, or ``text`` for a list in words.
    candidates : str
        Of a ranking: a regular expression whose first group is a candidate's label in the prompt.
    is_, at_least : str or None, float or None
        Make a rate of it: the value is this, or at least this.
    better : str
        :data:`HIGHER` or :data:`LOWER`, of a metric "" where the metric says it; a ranking's first place is its best.
    title : str
    """

    read: str = ""
    metric: str = ""
    when: str = ""
    json: str = ""
    pattern: str = ""
    ranking: str = ""
    candidates: str = r"(?m)^\s*([A-Z]{1,2}\d{1,3})\s*[:.)]"
    is_: str | None = None
    at_least: float | None = None
    better: str = HIGHER
    title: str = ""

    @property
    def words(self) -> str:
        """The outcome in words."""
        if self.title:
            return self.title
        read = self.read.partition(".")[2] if self.read.startswith((fields.SCORE, fields.SCORER)) else self.read
        what = read or self.metric or self.when or self.json or self.pattern
        if self.ranking:
            return "rank"
        if self.is_ is not None:
            return f"{what} is {self.is_}"
        return f"{what} at least {self.at_least:g}" if self.at_least is not None else what


@dataclass(frozen=True)
class Groups:
    """Who is compared.

    Parameters
    ----------
    by, also : str
        Fields; with `also`, its groups and the intersections of both are reported too.
    split : str
        Where a record holds several candidates, what stands between their groups in the field.
    mentioned : str
        A key of :data:`mentioned.ASPECTS` instead of a field: the group that a text mentions.
    in_ : str
        The text that is read for it: prompt or response.
    checked_by : str
        The score of people that says which group is mentioned, to measure the error.
    only : tuple of str
        The groups that are compared; others are listed as left out.
    """

    by: str = ""
    also: str = ""
    split: str = ""
    mentioned: str = ""
    in_: str = "prompt"
    checked_by: str = ""
    only: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The attribute in words."""
        return f"mentioned {self.mentioned}" if self.mentioned else fields.title(self.by).replace("_", " ")


@dataclass(frozen=True)
class Spec:
    """An audit as it is asked for; `text` is the YAML that says so.

    `queue` names the queue whose items alone are looked at, each weighted by its chance of having been drawn; the
    report then tells plan, reviewers and agreement. `reviewers` says so in words where the labels came otherwise.
    """

    name: str
    filter: Filter
    outcome: Outcome
    groups: Groups
    design: str = INDEPENDENT
    title: str = ""
    reference: str = ""
    block: str = ""
    pair: str = ""
    probability: str = ""
    seed: int = 0
    local_law_144: bool = False
    queue: str = ""
    reviewers: str = ""
    notes: str = ""
    text: str = field(default="", compare=False)
