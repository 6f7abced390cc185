"""The releases of the sample data have the verdicts that their stories say."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from analysis.ingest.report import Options
from analysis.ingest.run import import_paths
from analysis.releases.compare import MOVED, SAME, WORSE
from analysis.releases.measures import LATENCY, QUALITY, SAID
from analysis.releases.release import find, listed, put
from analysis.releases.report import Report, report, traffic, why
from analysis.state.database import State
from analysis.store import Store
from analysis.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.releases.compare import Outcome

SAMPLE = Path(__file__).parents[2] / "sample_data"
SWITCH = datetime(2026, 9, 29, 9)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, State]]:
    """The sample data, without scores of our own; somebody said when 2026.40 really came."""
    folder = tmp_path_factory.mktemp("sample")
    store, state = Store(Workspace.at(folder)), State(f"sqlite:///{folder / 'state.sqlite'}")
    import_paths(store, sorted(SAMPLE.glob("*.gz")), Options())
    put(store, state, "2026.40", SWITCH, who="ana")
    yield store, state
    store.close()
    state.close()


def told(sample: tuple[Store, State], name: str, days: int = 7) -> Report:
    releases = listed(*sample)
    return report(sample[0], find(releases, name), releases, days=days)


def of(report: Report, name: str) -> Outcome:
    return next(outcome for outcome in report.outcomes if outcome.measure.name == name)


def test_every_release_is_found_where_it_came(sample: tuple[Store, State]):
    found = {one.name: one for one in listed(*sample)}
    assert sorted(found) == [*(f"2026.{week}" for week in range(36, 48)), "screener-3.2"]
    assert (found["2026.40"].start, found["2026.40"].moved) == (SWITCH, True)
    assert found["screener-3.2"].start == datetime(2026, 10, 5, 7, 16, 58, 432000)
    assert found["2026.41"].environment == "production"
    assert all(one.half is not None and one.beside is None for one in found.values() if not one.moved)


def test_2026_40_is_slower_and_dearer_and_no_better(sample: tuple[Store, State]):
    report = told(sample, "2026.40")
    assert {one.measure.name for one in report.outcomes if one.verdict == WORSE} >= {
        "latency_p50", "latency_p95", "time_to_first_token_p50", "time_to_first_token_p95", "cost_per_request",
    }  # fmt: skip
    assert of(report, "latency_p95").times == pytest.approx(3.0, abs=0.2)
    assert of(report, "cost_per_request").times == pytest.approx(1.6, abs=0.1)
    assert of(report, "reasoning_tokens").verdict == MOVED
    assert not any(one.moved for one in report.outcomes if one.measure.section in (QUALITY, SAID))
    assert [one.name for one in report.windows.others] == ["2026.41"]
    groups = {(group.measure.name, group.name) for group in report.apart.groups}
    assert ("latency_p95", "claude-haiku-4-5") in groups, "a model that stayed as it was"
    shifts = why(sample[0], report, "cost_per_request")
    assert shifts[0].by == "model"
    assert {part.group for part in shifts[0].parts[:3]} >= {"gpt-5-mini", "gpt-4.1-mini"}
    mixed = traffic(shifts)
    assert mixed is None or abs(mixed.mix.value) < abs(mixed.change.value) / 2


def test_screener_3_2_moved_nothing_that_a_comparison_of_unlike_people_can_show(sample: tuple[Store, State]):
    report = told(sample, "screener-3.2", days=28)
    assert report.unit == "request"  # four recruiters are too few to be draws
    assert not any(one.moved for one in report.outcomes)
    fit = of(report, "score.fit")
    assert fit.verdict == SAME
    assert fit.smallest is not None
    assert fit.smallest > 0.25  # the half point that women lose in one job is an audit's to find, by pairs
    assert "attributes.gender" in report.by
    assert "attributes.job" in report.by


def test_a_week_without_a_story_shows_none(sample: tuple[Store, State]):
    report = told(sample, "2026.37")
    assert [one.measure.name for one in report.outcomes if one.moved] == []
    assert report.apart.groups == ()
    assert LATENCY in {one.measure.section for one in report.outcomes}
