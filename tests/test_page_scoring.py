"""The Scoring page: what there is to score, a scorer and its limits, trying one; and what scorers found, elsewhere."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from analysis.scoring.registry import registry
from analysis.scoring.run import score
from app import runtime
from tests.pages import HOSTILE, look, words
from tests.scoring.judge_server import serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

    from analysis.store import Store

SCORER = """
from analysis.scoring.scorer import Mark, Scorer, Span, each

def find(response):
    place = response.find("image")
    return Mark(float(place >= 0), "pictures" if place >= 0 else None,
                (Span("response", place, place + 5, "picture-word"),) if place >= 0 else ())

SCORERS = [Scorer(name="pictures", version=1, title="Pictures", measures="Whether an answer speaks of images.",
                  limits="It knows one word.", reads=("response",), score=each(find), topic="quality",
                  figure="Answers with pictures", better="lower", flags_from=1)]
"""


@pytest.fixture(autouse=True)
def store(home: Path) -> Store:
    """The store of the workspace that the pages have open."""
    return runtime.current().store


@pytest.fixture
def filled(store: Store, add_records: Callable[..., list[str]]) -> list[str]:
    store.workspace.scorers.mkdir()
    (store.workspace.scorers / "own.py").write_text(SCORER)
    (store.workspace.scorers / "broken.py").write_text("raise OSError('no weights')")
    answers = [f"{HOSTILE} an image {HOSTILE} {place}" if place % 4 == 0 else f"Yes {place}" for place in range(80)]
    return add_records(*(
        {"response": answer, "prompt": HOSTILE, "model": HOSTILE, "time": f"2026-06-{1 + place % 28:02d}"}
        for place, answer in enumerate(answers)
    ))  # fmt: skip


def test_a_newcomer_is_led_on() -> None:
    assert "nothing to read yet" in words(look("scoring"))


def test_run_watch_and_read(filled: list[str], monkeypatch: Any) -> None:
    page = look("scoring", scorer="pictures")
    assert "It knows one word." in words(page)
    assert "no weights" in words(page)
    page.button(key="scorer-start").click().run()
    settle(page)
    assert "80 records scored" in words(page)
    assert "Answers with pictures: 25" in words(page)


def test_what_an_application_usually_answers_is_learnt_with_the_scores_and_anew_on_demand(
    store: Store, add_records: Callable[..., list[str]]
) -> None:
    answers = [f"Parcel {place} of *order* {place % 7} is on its way to you." for place in range(450)]
    add_records(*({"app": "a_shop", "prompt": "Where?", "response": answer} for answer in answers))
    page = look("scoring", scorer="output_deviation")
    assert "an application needs 400 different answers" in words(page)
    page.button(key="scoring-start").click().run()
    settle(page)
    assert "Learnt what a_shop usually answers" in words(page)
    assert "learnt from 450 different answers" in words(page)
    page.button(key="baseline-learn").click().run()
    settle(page)
    assert "Learnt what a_shop usually answers" in words(page)
    assert "450 records scored" in words(page)


def settle(page: AppTest) -> None:
    """Wait until no job runs, and draw the page anew."""
    jobs = runtime.current().jobs
    while jobs.active():
        time.sleep(0.05)
    page.run()


def test_a_scorer_is_tried_on_a_pasted_text(filled: list[str]) -> None:
    page = look("scoring")
    page.selectbox(key="try-scorer").select("pictures").run()
    page.text_area(key="try-response").input("An image of a cat").run()
    assert ":red[**Flagged:**] pictures" in words(page)
    assert "An :red-background[image] of a cat" in words(page)


def test_what_lacks_for_a_verdict_is_said(filled: list[str]) -> None:
    page = look("scoring")
    page.selectbox(key="try-scorer").select("faithfulness").run()
    page.text_area(key="try-response").input("Parcels take two days.").run()
    assert "It cannot say anything of this. It also reads: question, documents." in words(page)
    page.text_area(key="try-documents").input("Parcels take five days.").run()
    assert "0 to 1, higher is better, flagged from 0.2 down" in words(page)
    page.selectbox(key="try-scorer").select("output_deviation").run()
    page.text_area(key="try-app").input("a_shop").run()
    assert "What a_shop usually answers is not learnt: that takes 400 different answers" in words(page)


def test_a_scorer_that_cannot_run_here_says_what_it_needs(filled: list[str], store: Store) -> None:
    needy = SCORER.replace("flags_from=1", "flags_from=1, heavy=True, needs=lambda: \"pip install 'eyes[all]'\"")
    (store.workspace.scorers / "own.py").write_text(needy)
    page = look("scoring", scorer="pictures")
    assert "cannot run before this is installed" in words(page)
    assert [code.value for code in page.code] == ["pip install 'eyes[all]'"]
    assert "scorer-start" not in {button.key for button in page.button}
    assert "pictures" not in str([choice.options for choice in page.multiselect])
    page.selectbox(key="try-scorer").select("pictures").run()
    assert [code.value for code in page.code] == ["pip install 'eyes[all]'"] * 2
    assert "try-response" not in {area.key for area in page.text_area}


def test_how_many_to_score_is_asked_beside_the_button_alone(filled: list[str], store: Store) -> None:
    (store.workspace.scorers / "own.py").write_text(SCORER.replace("flags_from=1", "flags_from=1, heavy=True"))
    page = look("scoring", scorer="pictures")
    page.button(key="scoring-start").click().run()
    settle(page)
    assert "The quick scorers have scored every record" in words(page)
    assert {field.key for field in page.number_input} & {"scoring-sample", "scorer-sample"} == {"scorer-sample"}
    page.number_input(key="scorer-sample").set_value(20)
    page.button(key="scorer-start").click().run()
    settle(page)
    assert "20 records scored" in words(page)


def test_what_was_found_stands_on_quality_and_beside_the_record(
    filled: list[str],
    store: Store,
) -> None:
    score(store, [registry(store.workspace).find("pictures")])
    page = look("quality", period="all")
    assert "What the scorers found" in words(page)
    assert "It knows one word." in words(page)
    assert [metric.value for metric in page.metric if metric.label == "Answers with pictures"] == ["25\\.0\u202f%"]
    page = look("conversations", period="all", record=filled[0])
    assert "Pictures:" in words(page)
    assert ":red-background[image]" in words(page)
    assert "It knows one word." in words(page)


def test_figures_stay_where_there_are_too_few_for_a_trend_and_the_highest_is_looked_at_first(
    store: Store, add_records: Callable[..., list[str]]
) -> None:
    own = SCORER.replace('name="pictures"', 'name="{name}"').replace("Answers with pictures", "With {name}")
    store.workspace.scorers.mkdir()
    for name, word in (("cats", "cat"), ("dogs", "dog")):
        code = own.replace("{name}", name).replace("image", word).replace('topic="quality"', 'topic="safety"')
        (store.workspace.scorers / f"{name}.py").write_text(code)
    add_records(*({"response": f"A dog {place}", "time": "2026-06-17"} for place in range(80)), {"time": "2026-06-01"})
    found = registry(store.workspace)
    score(store, [found.find("cats"), found.find("dogs")])
    page = look("safety", period="30d", grain="week")
    titles = [json.loads(chart.proto.spec).get("title", {}).get("text") for chart in page.get("vega_lite_chart")]
    assert "Too few for a trend by week." in page.get("vega_lite_chart")[-1].proto.spec
    assert titles[-2:] == ["With cats: 0\u202f%", "With dogs: 100\u202f%"]
    assert page.selectbox(key="filter-metric").value == "scorer.dogs"
    assert "The logs themselves bring nothing about safety" in words(page)
    page = look("safety", period="30d", metric="scorer.cats")
    assert page.selectbox(key="filter-metric").value == "scorer.cats"


def test_people_correct_a_rate(filled: list[str], store: Store, add_records: Callable[..., list[str]]) -> None:
    score(store, [registry(store.workspace).find("pictures")])
    add_records(scores=[
        {"record_id": id, "target_key": id, "name": "shows a picture", "value": place % 4 == 0, "origin": "human"}
        for place, id in enumerate(filled[:40])
    ])  # fmt: skip
    page = look("scoring", scorer="pictures")
    page.selectbox(key="people-pictures-name").select("shows a picture").run()
    assert "three ways" in words(page)
    assert "Both together:] 25.0" in words(page)
    assert "40 labels and 80 scored records" in words(page)
    assert "Cohen's kappa 1.00" in words(page)
    assert "40 labels and 80 scored records" in words(look("scoring", scorer="pictures"))


def test_a_rate_with_labels_is_broken_down_and_its_scorer_calibrated(
    filled: list[str], store: Store, add_records: Callable[..., list[str]]
) -> None:
    (store.workspace.scorers / "own.py").write_text(SCORER.replace("float(place >= 0)", "(len(response) % 10) / 10"))
    score(store, [registry(store.workspace).find("pictures")])
    add_records(scores=[
        {"record_id": id, "target_key": id, "name": "wrong", "value": place % 2, "origin": "human"}
        for place, id in enumerate(filled)
    ])  # fmt: skip
    look("scoring", scorer="pictures").selectbox(key="people-pictures-name").select("wrong").run()
    page = look("quality", period="all", metric="scorer.pictures")
    assert "Answers with pictures by model, people and scorer together" in words(page)
    assert "by the scorer's value" in words(page)


def test_a_judge_is_asked(filled: list[str], store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERWORD_JUDGE_KEY", "sk-test-0123456789")
    (store.workspace.root / "prices.json").write_text('[{"model": "tiny", "input_mtok": 1, "output_mtok": 2}]')
    page = look("scoring")
    page.text_input(key="judge-model").input("nobody-knows-it").run()
    assert "There is no price for nobody-knows-it" in words(page)
    with serving(lambda question, before: "500" if before == 0 else "good") as server:
        monkeypatch.setenv("AFTERWORD_JUDGE_URL", f"{server.url}/v1")
        page.selectbox(key="judge-rubric").select("relevance")
        page.number_input(key="judge-sample").set_value(5)
        page.text_input(key="judge-model").input("tiny").run()
        assert "5 records: about" in words(page)
        page.button(key="judge-start").click().run()
        while runtime.current().jobs.active():
            time.sleep(0.05)
    page.run()
    assert "5 records judged" in words(page)
    assert "This judge has judged all of these records." in words(page)
    judged = store.rows("SELECT record_id::VARCHAR AS id FROM current_marks WHERE name LIKE '%@tiny' LIMIT 1")[0]["id"]
    page = look("conversations", period="all", record=judged)
    assert "Relevance, by a judge, tiny" in words(page)
    assert "It answers." in " ".join(element.value for element in page.text)


def test_a_judge_follows_every_import_until_it_is_told_to_stop(
    filled: list[str], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERWORD_JUDGE_KEY", "sk-test-0123456789")
    (store.workspace.root / "prices.json").write_text('[{"model": "tiny", "input_mtok": 1, "output_mtok": 2}]')
    page = look("scoring")
    page.text_input(key="judge-model").input("tiny").run()
    page.number_input(key="judge-share").set_value(100.0).run()
    page.button(key="judge-follow").click().run()
    assert "After every import, tiny judges 100" in words(page)
    jobs = runtime.current().jobs
    with serving(lambda question, before: "good") as server:
        monkeypatch.setenv("AFTERWORD_JUDGE_URL", f"{server.url}/v1")
        jobs.serves = True
        jobs.catch_up(who="ana")
        while jobs.active():
            time.sleep(0.05)
    assert store.rows("SELECT count(*) AS n FROM current_marks WHERE name LIKE '%@tiny'") == [{"n": len(filled)}]
    page.run()
    page.button(key="judge-unfollow").click().run()
    assert "After every import" not in words(page)


def test_slow_scorers_follow_an_import_where_they_are_chosen(filled: list[str], store: Store) -> None:
    (store.workspace.scorers / "own.py").write_text(SCORER.replace("flags_from=1", "flags_from=1, heavy=True"))
    look("scoring").multiselect(key="scoring-follows-also").select("pictures").run()
    jobs = runtime.current().jobs
    jobs.serves = True
    jobs.catch_up(who="ana")
    jobs.submit("reprice", {}, who="ana")
    while jobs.active():
        time.sleep(0.05)
    jobs.submit("reprice", {}, who="ana")
    while jobs.active():
        time.sleep(0.05)
    assert store.rows("SELECT count(*) AS n FROM current_marks WHERE name = 'pictures'") == [{"n": 80}]
