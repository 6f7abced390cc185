"""What a release is judged by: as long before as after, the same weekdays, or both versions while they ran at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from analysis.releases.found import found
from analysis.releases.release import Release
from analysis.releases.windows import NotComparableError, windows
from tests.releases.logs import START, calls, filled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from analysis.store import Store


def at(days: float) -> datetime:
    return START + timedelta(days=days)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Thirty days of calls."""
    with filled(tmp_path_factory.mktemp("month"), calls(30, a_day=24)) as store:
        yield store


def test_a_week_before_and_a_week_after_without_the_roll_out(month: Store):
    release = Release("2", "shop", None, at(15), half=at(15.5), done=at(16))
    chosen = windows(month, release, [])
    assert (chosen.before.start, chosen.before.end) == (at(8), at(15))
    assert (chosen.now.start, chosen.now.end) == (at(16), at(23))
    assert chosen.rollout == (at(15), at(16))
    assert chosen.now.texts() == ["app=shop"]
    assert not chosen.beside


def test_what_is_shorter_than_a_week_is_compared_with_the_same_weekdays(month: Store):
    chosen = windows(month, Release("2", None, None, at(27)), [])
    assert (chosen.now.start, chosen.now.end) == (at(27), at(30))
    assert (chosen.before.start, chosen.before.end) == (at(20), at(23))
    early = windows(month, Release("2", None, None, at(2)), [])
    assert (early.before.start, early.before.end) == (at(0), at(2))


def test_more_than_a_week_is_whole_weeks(month: Store):
    chosen = windows(month, Release("2", None, None, at(15)), [], days=20)
    assert chosen.length == timedelta(weeks=2)
    assert chosen.before.start == at(1)


def test_other_releases_of_the_same_application_are_told(month: Store):
    release = Release("2", "shop", None, at(15))
    others = [
        Release("1.9", "shop", None, at(10)), Release("x", "desk", None, at(12)), Release("all", None, None, at(18)),
        Release("old", "shop", None, at(3)), release,
    ]  # fmt: skip
    assert [one.name for one in windows(month, release, others).others] == ["1.9", "all"]


def test_too_little_on_either_side_is_said(month: Store):
    with pytest.raises(NotComparableError, match="less than a day of records after 2"):
        windows(month, Release("2", None, None, at(29.5)), [])
    with pytest.raises(NotComparableError, match="less than a day of records before 2"):
        windows(month, Release("2", None, None, at(0.5)), [])
    with pytest.raises(NotComparableError, match="No record"):
        windows(month, Release("2", "nowhere", None, at(10)), [])
    with pytest.raises(NotComparableError, match="0 days"):
        windows(month, Release("2", None, None, at(15)), [], days=0)


def test_versions_that_ran_at_once_are_compared_with_each_other(store: Store, add_records: Callable[..., list[str]]):
    add_records(*calls(12, release=lambda day, place: "b" if 3 <= day < 9 and place % 2 else "a"))
    (one,) = found(store)
    release = Release(one.name, one.app, None, one.first, one.half, one.done, one.beside)
    chosen = windows(store, release, [])
    assert chosen.beside
    assert chosen.now.texts() == ["app=shop", "release=b"]
    assert chosen.before.texts() == ["app=shop", "release=a"]
    assert (chosen.before.start, chosen.before.end) == (chosen.now.start, chosen.now.end) == (at(3), at(9))
