"""The Releases page: the verdict first, from links that hold and from broken ones; hostile names stay text."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from analysis.releases.release import listed
from analysis.state import notes
from app import identity, runtime
from app.identity import Identity
from tests import records
from tests.pages import HOSTILE, look, words

if TYPE_CHECKING:
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

START = datetime(2026, 6, 1)


@pytest.fixture
def logs(home: Path) -> None:
    """Two weeks; from the seventh day on a release with a hostile name is dearer in one of two features."""
    records.add(runtime.current().store, *(
        {
            "time": START + timedelta(days=n // 40, minutes=36 * (n % 40)), "app": HOSTILE, "user_id": f"u{n}",
            "recorded_cost": 0.01 * (3 if n >= 280 and n % 2 else 1) + n % 7 / 10_000, "status": "ok",
            "feature": f"f{n % 2}", "model": "m", "release": "1" if n < 280 else HOSTILE, "prompt": HOSTILE,
        }
        for n in range(560)
    ))  # fmt: skip


def charts(page: AppTest) -> str:
    return " ".join(chart.proto.spec for chart in [*page.get("vega_lite_chart"), *page.get("arrow_vega_lite_chart")])


@pytest.mark.usefixtures("home")
def test_an_empty_workspace_leads_to_import():
    assert "There is nothing to read yet" in words(look("releases"))


@pytest.mark.usefixtures("home")
def test_logs_without_a_version_say_how_releases_come():
    records.add(runtime.current().store, {"time": START, "model": "m"})
    said = words(look("releases"))
    assert "No release was found" in said
    assert "Next, until the next release" in said


@pytest.mark.usefixtures("logs")
def test_the_verdict_comes_first_then_for_whom():
    page = look("releases")
    said = words(page)
    assert "quality no difference seen, cost per request doubled" in said
    assert "got worse, 0 better" in said
    assert "What moved" in said
    assert "Cost per request: By feature, most of it is f1" in said
    assert "can't tell a release from what else changed with it" in said
    assert "these moved otherwise than all others" in said
    assert "No regression run names this release" in said
    assert "Freeze a version" not in said


@pytest.mark.usefixtures("home")
def test_versions_that_ran_at_once_are_said_to():
    records.add(runtime.current().store, *(
        {
            "time": START + timedelta(days=n // 40, minutes=36 * (n % 40)), "app": "shop", "user_id": f"u{n}",
            "status": "error" if n % 6 == 3 and n >= 120 else "ok", "release": "b" if n % 3 == 0 and n >= 120 else "a",
        }
        for n in range(400)
    ))  # fmt: skip
    page = look("releases")
    assert "b: error rate rose from" in words(page)
    assert "Both versions ran at once" in words(page)
    assert "the others" in charts(page)
    assert "can't tell a release" not in words(page)


@pytest.mark.usefixtures("logs")
def test_hostile_names_stay_text_and_broken_links_lead_to_the_latest():
    page = look("releases", release="nothing", app="x", days="-3")
    drawn = [*page.markdown, *page.subheader, *page.caption]
    assert all("![x](" not in element.value for element in drawn)
    assert page.selectbox(key="release").value == 0
    assert page.button_group(key="days").value == 7
    assert "This link asks for the release nothing of x, which is not here. Shown is the newest one." in words(page)


@pytest.mark.usefixtures("logs")
def test_another_length_is_kept_in_the_link():
    page = look("releases")
    page.button_group(key="days").set_value(14).run()
    assert not page.exception
    assert page.query_params["days"] in ("14", ["14"])


@pytest.mark.usefixtures("logs")
def test_a_release_is_named_on_the_page_and_taken_back():
    page = look("releases")
    page.text_input(key="release-name").input("night prompt")
    page.datetime_input(key="release-time").set_value(START + timedelta(days=13, hours=12))
    page.button(key="release-put").click().run()
    assert not page.exception
    here = runtime.current()
    assert listed(here.store, here.state)[0].name == "night prompt"
    assert "less than a day of records after night prompt" in words(page)
    page.text_input(key="release-name").input("night prompt")
    page.button(key="release-remove").click().run()
    assert [one.name for one in listed(here.store, here.state)] == [HOSTILE]
    page.button(key="release-put").click().run()
    assert "needs the time when it began" in words(page)


@pytest.mark.usefixtures("logs")
def test_who_may_only_look_names_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(identity, "local", lambda: Identity("max", frozenset({"manager"})))
    assert "Name, move or take back" not in [expander.label for expander in look("releases").expander]


@pytest.mark.usefixtures("logs")
def test_releases_stand_in_the_margin_of_every_trend_once():
    here = runtime.current()
    notes.add(here.state, START + timedelta(days=3), "marked release", kind="release", who="ana")
    page = look("cost", period="all")
    drawn = " ".join(chart.proto.spec for chart in page.get("plotly_chart"))
    assert drawn.count("release marked release") == 1
    assert '"field": "words"' in charts(page), "small charts have a rule for each"
