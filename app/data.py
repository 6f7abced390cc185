"""What pages ask of the metrics, remembered until the log store changes: small aggregates, never records.

The beginnings of the texts on a map of topics are the one exception.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from analysis.drift.report import drift as compare_windows
from analysis.drift.series import changes as find_changes
from analysis.metrics import by_topic, catalogue, costs, distribution, extent, facets, human, lookup, query
from analysis.metrics.map_points import points
from analysis.metrics.shifts import explain as shifts
from analysis.metrics.worst import worst as worst_of
from analysis.releases import release, report
from analysis.scoring.plan import coverage
from app import privacy, runtime

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from analysis.drift.report import Drift
    from analysis.drift.series import Found
    from analysis.metrics.extent import Extent
    from analysis.metrics.facets import Dimension
    from analysis.metrics.filter import Filter
    from analysis.metrics.human import Label, Rates
    from analysis.metrics.metric import Metric
    from analysis.metrics.query import Figure
    from analysis.metrics.shifts.explain import Shift
    from analysis.releases.release import Release
    from analysis.releases.report import Report
    from analysis.scoring.plan import Coverage
    from analysis.scoring.scorer import Scorer
    from analysis.store import Store

_LETTERS = 120
"""Of a text beside its point on a map."""
KEPT = 400
"""Results remembered for each kind of question."""


def store() -> Store:
    """The log store."""
    return runtime.current().store


def _now() -> tuple[str, int]:
    """What a remembered answer holds for: this workspace, as it is now."""
    held = store()
    return str(held.workspace.root), held.generation


def whole() -> Extent:
    """What the log store holds altogether."""
    return _whole(_now())


def summary(names: Sequence[str], filter: Filter) -> dict[str, Figure]:
    """Compute metrics over a filter, those not yet known together; see :func:`analysis.metrics.query.summary`."""
    known = _known(_now(), filter)
    missing = [name for name in dict.fromkeys(names) if name not in known]
    if missing:
        known.update(query.summary(store(), missing, filter))
    return {name: known[name] for name in names}


def measure(
    names: Sequence[str],
    filter: Filter,
    *,
    by: Sequence[str] = (),
    grain: str | None = None,
    limit: int | None = None,
) -> pl.DataFrame:
    """Compute metrics by group and time; see :func:`analysis.metrics.query.measure`. Trends have no missing buckets."""
    return _measure(_now(), tuple(names), filter, tuple(by), grain, limit)


def explained(name: str, before: Filter, now: Filter) -> list[Shift]:
    """Split a metric's change by every field worth it; see :func:`analysis.metrics.shifts.explain.explain_by`."""
    return _explained(_now(), name, before, now)


def drift(reference: Filter, window: Filter) -> Drift:
    """Compare a window with a reference; see :func:`analysis.drift.report.drift`."""
    return _drift(_now(), reference, window)


def changes(filter: Filter) -> Found:
    """Find since when topics and outcomes changed; see :func:`analysis.drift.series.changes`."""
    return _changes(_now(), filter)


def releases() -> list[Release]:
    """List the releases, the latest first; see :func:`analysis.releases.release.listed`."""
    return release.listed(store(), runtime.current().state)


def came(filter: Filter) -> dict[str, datetime]:
    """Tell when each release came to some records; see :func:`analysis.releases.release.came`."""
    return _came(_now(), tuple(releases()), filter.during(None, None))


def released(of: Release, days: int) -> Report:
    """Tell what became of a release; see :func:`analysis.releases.report.report`."""
    return _released(_now(), of, tuple(releases()), days)


def why_released(told: Report, name: str) -> list[Shift]:
    """Split the change of a metric since a release; see :func:`analysis.releases.report.why`."""
    return _why_released(_now(), told.windows.before, told.windows.now, name, told)


def prompts(ids: Sequence[str]) -> list[tuple[str, str]]:
    """Read the prompts of some records, in the order asked for: pairs of id and prompt."""
    found = {
        str(row["id"]): row["prompt"]
        for row in store().rows("SELECT id, prompt FROM records WHERE id IN (SELECT unnest(?::UUID[]))", [list(ids)])
    }
    return [(id, found[id]) for id in ids if id in found]


def named(*names: str) -> list[Metric]:
    """Look metrics up by name."""
    return [catalogue.METRICS[name] for name in names]


def comparison(filter: Filter) -> pl.DataFrame:
    """Set recorded against recomputed cost; see :func:`analysis.metrics.costs.comparison`."""
    return _comparison(_now(), filter)


def unpriced(filter: Filter) -> pl.DataFrame:
    """List the models without a price; see :func:`analysis.metrics.costs.unpriced`."""
    return _unpriced(_now(), filter)


def spread(field: str, filter: Filter) -> pl.DataFrame:
    """Count records by the size of a numeric field; see :func:`analysis.metrics.distribution.distribution`."""
    return _spread(_now(), field, filter)


def map_points(map: int, column: str, filter: Filter, value: str | None) -> pl.DataFrame:
    """Read the points of a map, with texts as who is looking may see them; see :mod:`analysis.metrics.map_points`."""
    return _map_points(_now(), map, column, filter, value, privacy.hides())


def likeness(map: int, filter: Filter) -> pl.DataFrame:
    """Measure how alike the records of each topic are; see :func:`analysis.metrics.by_topic.likeness`."""
    return _likeness(_now(), map, filter)


def scorers() -> dict[str, Scorer]:
    """List the scorers by name; see :func:`analysis.metrics.lookup.scorers`."""
    return lookup.scorers(store())


def covered() -> dict[str, Coverage]:
    """Tell how far each scorer is."""
    return _covered(_now())


def marked(topic: str) -> list[Metric]:
    """List the metrics of the scorers of a topic, "quality" or "safety"."""
    return [lookup.of_scorer(scorer) for scorer in scorers().values() if scorer.topic == topic]


def worst(scorer: str, filter: Filter) -> list[dict[str, Any]]:
    """Read the records that a scorer finds worst; see :func:`analysis.metrics.worst.worst`."""
    return worst_of(store(), scorers()[scorer], filter)


def human_labels() -> list[str]:
    """List the scores that people gave as numbers."""
    return _human_labels(_now())


def human_rates(scorer: str, label: Label, filter: Filter) -> Rates:
    """Estimate a scorer's rate with people's labels; see :func:`analysis.metrics.human.rates`."""
    return _human_rates(_now(), scorer, label, filter)


def human_rates_by(scorer: str, label: Label, filter: Filter, field: str) -> dict[str, Rates]:
    """Estimate it for each value of a field; see :func:`analysis.metrics.human.rates_by`."""
    return _human_rates_by(_now(), scorer, label, filter, field)


def calibration(scorer: str, label: Label, filter: Filter) -> pl.DataFrame:
    """Compute a scorer's calibration curve; see :func:`analysis.metrics.human.curve`."""
    return _calibration(_now(), scorer, label, filter)


def imported() -> list[Metric]:
    """List the metrics of the imported scores."""
    return _imported(_now())


def dimensions(filter: Filter) -> list[Dimension]:
    """List what the records of a filter can be broken down by."""
    return _dimensions(_now(), filter)


def values(field: str, filter: Filter) -> list[str]:
    """List the most frequent values of a field."""
    return _values(_now(), field, filter)


def values_in_order(field: str) -> list[str]:
    """List the values of a field in the order in which imports brought them."""
    return _in_order(_now(), field)


def arrivals(field: str, filter: Filter) -> pl.DataFrame:
    """List when values of a field were first seen."""
    return _arrivals(_now(), field, filter)


@st.cache_data(max_entries=4, show_spinner=False)
def _whole(now: tuple[str, int]) -> Extent:
    return extent.extent(store())


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _known(now: tuple[str, int], filter: Filter) -> dict[str, Figure]:
    """The figures of a filter known so far; they are frozen, so everyone may share them."""
    return {}


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _measure(
    now: tuple[str, int],
    names: tuple[str, ...],
    filter: Filter,
    by: tuple[str, ...],
    grain: str | None,
    limit: int | None,
) -> pl.DataFrame:
    frame = query.measure(store(), names, filter, by=by, grain=grain, limit=limit)
    return query.fill(frame, filter, grain) if grain else frame


@st.cache_resource(max_entries=32, show_spinner="Looking for what moved it")  # thousands of groups each
def _explained(now: tuple[str, int], name: str, before: Filter, chosen: Filter) -> list[Shift]:
    fields = shifts.candidates(store(), before, chosen)
    return shifts.explain_by(store(), name, before, chosen, fields) if fields else []


@st.cache_resource(max_entries=32, show_spinner="Comparing the two periods")
def _drift(now: tuple[str, int], reference: Filter, window: Filter) -> Drift:
    return compare_windows(store(), window, reference)


@st.cache_data(max_entries=64, show_spinner=False)
def _came(now: tuple[str, int], every: tuple[Release, ...], filter: Filter) -> dict[str, datetime]:
    return release.came(store(), every, filter)


@st.cache_resource(max_entries=32, show_spinner="Comparing what came after with what was before")
def _released(now: tuple[str, int], of: Release, every: tuple[Release, ...], days: int) -> Report:
    return report.report(store(), of, every, days=days)


@st.cache_resource(max_entries=64, show_spinner="Looking for what moved it")
def _why_released(now: tuple[str, int], before: Filter, chosen: Filter, name: str, _told: Report) -> list[Shift]:
    return report.why(store(), _told, name)


@st.cache_resource(max_entries=8, show_spinner="Looking for change points")
def _changes(now: tuple[str, int], filter: Filter) -> Found:
    return find_changes(store(), filter)


@st.cache_data(max_entries=4, show_spinner=False)
def _human_labels(now: tuple[str, int]) -> list[str]:
    return human.labels(store())


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _human_rates(now: tuple[str, int], scorer: str, label: Label, filter: Filter) -> Rates:
    return human.rates(store(), scorers()[scorer], label, filter)


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _human_rates_by(now: tuple[str, int], scorer: str, label: Label, filter: Filter, field: str) -> dict[str, Rates]:
    return human.rates_by(store(), scorers()[scorer], label, filter, field)


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _calibration(now: tuple[str, int], scorer: str, label: Label, filter: Filter) -> pl.DataFrame:
    return human.curve(store(), scorers()[scorer], label, filter)


@st.cache_data(max_entries=4, show_spinner=False)
def _covered(now: tuple[str, int]) -> dict[str, Coverage]:
    return coverage(store(), list(scorers().values()))


@st.cache_data(max_entries=4, show_spinner=False)
def _imported(now: tuple[str, int]) -> list[Metric]:
    return lookup.imported(store())


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _dimensions(now: tuple[str, int], filter: Filter) -> list[Dimension]:
    return facets.dimensions(store(), filter)


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _values(now: tuple[str, int], field: str, filter: Filter) -> list[str]:
    return facets.values(store(), field, filter)["value"].to_list()


@st.cache_data(max_entries=64, show_spinner=False)
def _in_order(now: tuple[str, int], field: str) -> list[str]:
    return facets.values_in_order(store(), field)


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _arrivals(now: tuple[str, int], field: str, filter: Filter) -> pl.DataFrame:
    return facets.arrivals(store(), field, filter)


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _comparison(now: tuple[str, int], filter: Filter) -> pl.DataFrame:
    return costs.comparison(store(), filter)


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _unpriced(now: tuple[str, int], filter: Filter) -> pl.DataFrame:
    return costs.unpriced(store(), filter)


@st.cache_data(max_entries=8, show_spinner=False)  # tens of thousands of points each
def _map_points(
    now: tuple[str, int], map: int, column: str, filter: Filter, value: str | None, hides: bool
) -> pl.DataFrame:
    found = points(store(), map, column, filter, value)
    # Cut after it is masked, that no half of a number is left at the end.
    shown = [(privacy.masked(text) if hides else text)[:_LETTERS] for text in found["text"]]
    return found.with_columns(text=pl.Series(shown, dtype=pl.String))


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _likeness(now: tuple[str, int], map: int, filter: Filter) -> pl.DataFrame:
    return by_topic.likeness(store(), map, filter)


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _spread(now: tuple[str, int], field: str, filter: Filter) -> pl.DataFrame:
    return distribution.distribution(store(), field, filter)
