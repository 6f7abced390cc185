"""What a token cost on a day: the dated table of the ``genai-prices`` package, and a team's own prices before it.

The package is used as it was installed; its updater, which would call out, never is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from analysis.overrides import FIRST

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from genai_prices.data_snapshot import DataSnapshot
    from genai_prices.types import ModelInfo, ModelPrice, Provider

    from analysis.overrides import Override

LAST = date(9999, 12, 31)
DAY = 86_400

_STANDARD = {"", "default", "standard", "auto", "standard_only", "on_demand"}
_NAMES = {
    "gcp.gen_ai": "google", "azure.ai.inference": "azure", "azure_ai": "azure", "x_ai": "x-ai",
    "fireworks_ai": "fireworks",
}  # fmt: skip
# OpenAI (since 15 Apr 2024) and Anthropic (since 8 Oct 2024) bill batches at half the price. The package lists batch
# prices only from the day on which it learned of them.
_BATCH_SINCE = {"openai": date(2024, 4, 15), "anthropic": date(2024, 10, 8)}


@dataclass(frozen=True)
class Key:
    """What a price is looked up by, as the records have it."""

    provider: str | None
    model: str | None
    requested_model: str | None
    tier: str | None


@dataclass(frozen=True)
class Price:
    """Prices of one key, for calls of some days, hours and lengths.

    They hold from `first` until before `last`, from `opens` until before `closes` seconds after midnight UTC, for more
    than `above` and at most `upto` input tokens of all buckets. Prices are US dollars for a million tokens, and for a
    request.
    """

    key: Key
    first: date
    last: date
    opens: int
    closes: int
    above: int
    upto: int
    input_mtok: float
    cache_read_mtok: float
    cache_write_mtok: float
    output_mtok: float
    reasoning_mtok: float
    request: float
    source: str


def table(keys: Iterable[Key], overrides: Sequence[Override] = ()) -> list[Price]:
    """List the prices of each key that has any: own prices first, then those of the package.

    Rows of a key do not overlap. Of several own prices the exact model goes before ``*``, then the latest date, then
    the last in the file.
    """
    return [
        price
        for key in keys
        for price in _prices(key, [own for own in overrides if own.speaks_of(key.provider, key.model, key.tier)])
    ]


def may_have(key: Key, overrides: Sequence[Override] = ()) -> bool:
    """Tell whether calls of a provider and model have a price, in some service tier and on some day."""
    return _find(key) is not None or any(own.speaks_of(key.provider, key.model, own.service_tier) for own in overrides)


def _prices(key: Key, overrides: list[Override]) -> list[Price]:
    found = _find(key)
    days = {FIRST, *(entry.since for entry in overrides)}
    hours = {0}
    if found is not None:
        days |= _days(found[1], _tier(key))
        hours |= _hours(found[1])
    rows: list[Price] = []
    for first, last in _spans(sorted(days), LAST):
        own = [entry for entry in overrides if entry.since <= first]
        if own:
            rows.append(_own(key, max(enumerate(own), key=lambda item: _rank(item[1], item[0]))[1], first, last))
        elif found is not None:
            for opens, closes in _spans(sorted(hours), DAY):
                rows += _listed(key, *found, datetime.combine(first, time()) + timedelta(seconds=opens), last, closes)
    return rows


def _rank(entry: Override, place: int) -> tuple[bool, date, int]:
    return "*" not in entry.model, entry.since, place


def _spans(starts: list[Any], end: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401 - dates or times
    return list(zip(starts, [*starts[1:], end], strict=True))


def _own(key: Key, entry: Override, first: date, last: date) -> Price:
    source = f"prices.json {entry.model}" + (f" from {entry.since}" if entry.since != FIRST else "")
    return Price(
        key, first, last, 0, DAY, -1, 2**62, entry.input_mtok, _or(entry.cache_read_mtok, entry.input_mtok),
        _or(entry.cache_write_mtok, entry.input_mtok), entry.output_mtok, _or(entry.reasoning_mtok, entry.output_mtok),
        0.0, source,
    )  # fmt: skip


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


@lru_cache(maxsize=1)
def _snapshot() -> DataSnapshot:
    from genai_prices.data_snapshot import get_snapshot

    return get_snapshot()


def _tier(key: Key) -> str:
    return (key.tier or "").lower()


def _find(key: Key) -> tuple[Provider, ModelInfo] | None:
    """Find the package's entry for a model; where the provider is named, only among that provider's models."""
    provider = key.provider and _NAMES.get(key.provider.lower(), key.provider)
    for model in dict.fromkeys((key.model, key.requested_model)):
        if not model:
            continue
        tries = [(provider, model)]
        if "/" in model:
            tries.append((model.split("/", 1)[0], model.split("/", 1)[1]))
        for whose, name in tries:
            try:
                return _snapshot().find_provider_model(name, None, whose, None)
            except LookupError:
                continue
    return None


def _days(model: ModelInfo, tier: str) -> set[date]:
    """Find the days on which the prices of a service tier change, or may change."""
    conditions: list[Any] = list(model.prices) if isinstance(model.prices, list) else []
    days = set()
    if tier not in _STANDARD:
        conditions += model.price_variants or ()
        days |= set(_BATCH_SINCE.values())
    return days | {start for start in (getattr(c.constraint, "start_date", None) for c in conditions) if start}


def _hours(model: ModelInfo) -> set[int]:
    conditions = model.prices if isinstance(model.prices, list) else []
    return {
        _seconds(moment)
        for condition in conditions
        for moment in (getattr(condition.constraint, name, None) for name in ("start_time", "end_time"))
        if moment is not None
    }


def _seconds(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second


def _listed(key: Key, provider: Provider, model: ModelInfo, moment: datetime, last: date, closes: int) -> list[Price]:
    """Give the package's prices from `moment` on, a row for each length of input that is priced apart."""
    priced, remark = _resolve(provider, model, moment, _tier(key))
    if priced.input_mtok is None and priced.output_mtok is None:
        return []
    starts = {tier.start for price in vars(priced).values() for tier in getattr(price, "tiers", ())}
    source = f"genai-prices {_version()} {provider.id}/{model.id}{_since(model, moment)}{remark}"
    rows = []
    for above, upto in _spans([-1, *sorted(starts)], 2**62):
        rate = {name: _rate(getattr(priced, name), upto) for name in ("input_mtok", "output_mtok")}
        reading, writing, thinking, asking = (
            _rate(getattr(priced, name), upto)
            for name in ("cache_read_mtok", "cache_write_mtok", "output_reasoning_mtok", "requests_kcount")
        )
        paid, answered = rate["input_mtok"] or 0.0, rate["output_mtok"] or 0.0
        rows.append(
            Price(key, moment.date(), last, _seconds(moment.time()), closes, above, upto, paid, _or(reading, paid),
                  _or(writing, paid), answered, _or(thinking, answered), _or(asking, 0.0) / 1000, source)
        )  # fmt: skip
    return rows


def _rate(price: Any, upto: int) -> float | None:  # noqa: ANN401 - Decimal, TieredPrices or None
    if price is None or isinstance(price, Decimal):
        return None if price is None else float(price)
    reached = [tier.price for tier in price.tiers if tier.start < upto]
    return float(reached[-1] if reached else price.base)


def _resolve(provider: Provider, model: ModelInfo, moment: datetime, tier: str) -> tuple[ModelPrice, str]:
    """Give the prices of a service tier, with a remark for the price's source."""
    standard = model.get_prices(moment)
    if tier in _STANDARD:
        return standard, ""
    context = {"processing": "batch"} if tier == "batch" else {"service_tier": tier}
    priced = model.get_prices(moment, context)
    if priced != standard:
        return priced, f", {tier}"
    since = _BATCH_SINCE.get(provider.id)
    if tier == "batch" and since is not None and moment.date() >= since:
        return _halved(model, standard, context), ", batch at half price"
    return standard, f", {tier} at the standard price"


def _halved(model: ModelInfo, standard: ModelPrice, context: dict[str, str]) -> ModelPrice:
    """Discount by what the package's later batch prices are of its later standard ones; by half where it has none."""
    from genai_prices.types import ModelPrice, Tier, TieredPrices

    end = datetime.combine(LAST - timedelta(days=1), time())
    usual, batch = vars(model.get_prices(end)), vars(model.get_prices(end, context))
    halved: dict[str, Any] = {}
    for name, price in vars(standard).items():
        if price is None or not name.endswith("_mtok"):
            halved[name] = price
            continue
        before, after = (_rate(prices.get(name), 0) for prices in (usual, batch))
        share = Decimal(str(after / before)) if before and after and batch != usual else Decimal("0.5")
        halved[name] = (
            TieredPrices(price.base * share, [Tier(tier.start, tier.price * share) for tier in price.tiers])
            if isinstance(price, TieredPrices)
            else price * share
        )
    return ModelPrice(**halved)


def _since(model: ModelInfo, moment: datetime) -> str:
    """Name the day from which a dated price holds."""
    dated = [getattr(c.constraint, "start_date", None) for c in model.prices] if isinstance(model.prices, list) else []
    active = [start for start in dated if start is not None and start <= moment.date()]
    return f" from {max(active)}" if active else ""


def _version() -> str:
    import genai_prices

    return genai_prices.__version__
