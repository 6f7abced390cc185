"""By what a release is judged: every metric that has data, under the heading it belongs to, and which way is better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.metrics.catalogue import METRICS
from analysis.metrics.fields import SCORE
from analysis.metrics.lookup import imported, of_scorer, scorers
from analysis.metrics.safety import speaks_of_safety
from analysis.record import FEEDBACK

if TYPE_CHECKING:
    from analysis.metrics.metric import Metric
    from analysis.scoring.scorer import Scorer
    from analysis.store import Store

QUALITY, SAID, SAFETY, LATENCY, COST, ASKED, USAGE = (
    "quality", "feedback", "safety", "latency", "cost", "what is asked", "usage",
)  # fmt: skip
SECTIONS = (QUALITY, SAID, SAFETY, LATENCY, COST, ASKED, USAGE)
"""Headings, in the order in which they are told."""
_OWN = {
    QUALITY: ("error_rate", "refusal_rate", "truncated_rate", "content_filter_rate", "tool_call_rate"),
    SAID: ("thumbs_up_rate", "stars", "correction_rate", "copied_rate", "regenerated_rate", "abandoned_rate"),
    LATENCY: (
        "latency_p50", "latency_p95", "time_to_first_token_p50", "time_to_first_token_p95", "output_tokens_per_second",
    ),
    COST: ("cost_per_request", "cost_per_conversation", "cost_per_user_day", "cost_per_1k_tokens"),
    USAGE: (
        "requests", "conversations", "users", "cost", "input_tokens", "cache_read_tokens", "output_tokens",
        "reasoning_tokens",
    ),
}  # fmt: skip
"""Metrics of the catalogue, by heading."""
_PROMPTS = {"prompt", "system_prompt", "messages"}


@dataclass(frozen=True)
class Measure:
    """A metric, its heading, and which way is better: "lower", "higher", or None where neither is said to be."""

    metric: Metric
    section: str
    better: str | None

    @property
    def name(self) -> str:
        """The metric's name."""
        return self.metric.name


def measures(store: Store) -> list[Measure]:
    """List what a release is judged by, in the order of the headings.

    More requests, and so more cost, are neither better nor worse; nor is what people ask, which no release answers for.
    """
    known = scorers(store)
    found = [Measure(METRICS[name], section, _better(METRICS[name])) for section, own in _OWN.items() for name in own]
    found += [_of_scorer(scorer) for scorer in known.values() if scorer.scale is not None]
    found += [
        _of_score(metric, known.get(metric.name.removeprefix(SCORE)))
        for metric in imported(store)
        if metric.name.removeprefix(SCORE) not in FEEDBACK and metric.unit != "labels"
    ]
    return sorted(found, key=lambda measure: SECTIONS.index(measure.section))


def _better(metric: Metric) -> str | None:
    return None if metric.total else metric.better


def _of_scorer(scorer: Scorer) -> Measure:
    metric = of_scorer(scorer)
    if scorer.topic == SAFETY and _PROMPTS.issuperset(scorer.reads):
        return Measure(metric, ASKED, None)
    return Measure(metric, SAFETY if scorer.topic == SAFETY else QUALITY, metric.better)


def _of_score(metric: Metric, scorer: Scorer | None) -> Measure:
    """Take the better side of an imported score from the scorer of the same name, where there is one."""
    section = SAFETY if speaks_of_safety(metric.name.removeprefix(SCORE)) else QUALITY
    return Measure(metric, section, scorer.better if scorer is not None else metric.better)
