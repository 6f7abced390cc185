"""The models: which one answers what and when, how fast, at what price."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from sample_data.world import ARTICLE, SWITCH

if TYPE_CHECKING:
    from random import Random

    from sample_data.reader import Subject

_OPENAI_WORK = {"order_help", "returns", "account", "subscriptions"}
_MISTRAL = {"fr", "es", "it", "pt", "nl"}


@dataclass(frozen=True)
class Model:
    """A model's speed (s to the first token, tokens a second) and its list prices, USD per million tokens, by day."""

    name: str
    first: float
    spread: float
    rate: float
    prices: tuple[tuple[date, float, float, float], ...] = ()
    logged: tuple[tuple[date, float, float, float], ...] = ()
    reasons: bool = False

    def cost(self, day: date, fresh: int, cached: int, out: int, *, as_logged: bool) -> dict[str, float]:
        """Cost in USD by bucket, by the day's list price or the one the logging tool had; empty without a price."""
        table = (self.logged or self.prices) if as_logged else self.prices
        current = [row for row in table if row[0] <= day]
        if not current:
            return {}
        _, price_in, price_cached, price_out = current[-1]
        parts = {"input": fresh * price_in, "input_cached_tokens": cached * price_cached, "output": out * price_out}
        parts = {key: round(value / 1e6, 9) for key, value in parts.items() if value}
        return {**parts, "total": round(sum(parts.values()), 9)}


_EPOCH = date(2026, 1, 1)
MODELS = {
    model.name: model
    for model in (
        Model("gpt-4.1-mini", 0.48, 0.35, 88, ((_EPOCH, 0.4, 0.1, 1.6),)),
        Model("gpt-5-mini", 0.62, 0.4, 74, ((_EPOCH, 0.25, 0.025, 2.0),), reasons=True),
        Model("claude-haiku-4-5", 0.58, 0.3, 105, ((_EPOCH, 1.0, 0.1, 5.0),)),
        Model("claude-sonnet-4-5", 1.05, 0.35, 58, ((_EPOCH, 3.0, 0.3, 15.0),)),
        Model("gemini-2.5-flash", 0.5, 0.4, 140, ((_EPOCH, 0.3, 0.03, 2.5),)),
        Model(
            "mistral-large-4", 0.7, 0.3, 52,
            ((_EPOCH, 0.68, 0.07, 2.09), (date(2026, 10, 20), 1.36, 0.14, 4.18), (date(2026, 10, 29), 0.7, 0.07, 2.1)),
            ((_EPOCH, 0.68, 0.07, 2.09), (date(2026, 10, 26), 1.36, 0.14, 4.18), (date(2026, 11, 9), 0.7, 0.07, 2.1)),
        ),
        Model("llama-3.3-70b-instruct", 0.4, 0.5, 34),
    )
}  # fmt: skip


def timing(rng: Random, model: Model, out: int, reasoning: int, load: float) -> tuple[float, float]:
    """Seconds to the first token and to the last; hidden reasoning comes before the first."""
    first = model.first * math.exp(rng.gauss(0, model.spread)) * load
    rate = model.rate * math.exp(rng.gauss(0, 0.18)) / load
    first += reasoning / rate
    if rng.random() < 0.012:
        first += rng.uniform(2, 9)
    return round(first, 3), round(first + max(out, 1) / rate, 3)


def tokens(text: str) -> int:
    """About how many tokens a text has: four letters each, one for each wide character."""
    wide = sum(ord(c) > 0x2E7F for c in text)
    return max(1, round((len(text) - wide) / 4.1 + wide * 0.9))


def route(rng: Random, subject: Subject, now: datetime) -> str:
    """The model that answers a subject at that time."""
    if subject.language in _MISTRAL and rng.random() < 0.88:
        return "mistral-large-4"
    if rng.random() < 0.025:
        return "gemini-2.5-flash"
    if subject.feature in _OPENAI_WORK:
        return "gpt-4.1-mini" if now < SWITCH else "gpt-5-mini"
    if subject.feature == "general":
        hosted = now >= datetime(2026, 10, 5, tzinfo=UTC) and rng.random() < 0.6
        return "llama-3.3-70b-instruct" if hosted else "gpt-4.1-mini"
    return "claude-sonnet-4-5" if rng.random() < 0.12 else "claude-haiku-4-5"


def prompt_version(now: datetime) -> int:
    """The system prompt in use."""
    return 11 if now < SWITCH else 12 if now < ARTICLE else 13
