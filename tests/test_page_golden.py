"""The Golden set page: built from labels, read, compared with new answers; hostile text stays text."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from analysis.golden import dataset
from analysis.golden.order import Order
from analysis.state import golden
from app import identity, runtime
from app.identity import Identity
from tests import records
from tests.golden.items import item
from tests.pages import HOSTILE, look, words

if TYPE_CHECKING:
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

KIND = "You can send it back within 30 days, and we pay for the parcel."


@pytest.fixture
def logs(home: Path) -> list[str]:
    """Twelve answers that a reviewer called correct, and one that was corrected."""
    store = runtime.current().store
    ids = records.add(store, *({"prompt": f"question {n}", "response": f"answer {n}"} for n in range(13)))
    labels = [{"record_id": id, "name": "correct", "value": 1, "origin": "human"} for id in ids[:12]]
    correction = {"record_id": ids[12], "name": "correction", "label": "better", "origin": "human"}
    records.add(store, scores=[*labels, correction])
    return ids


def text(page: AppTest) -> str:
    return " ".join(element.value for element in page.text)


def plain(label: str) -> str:
    return label.replace("\u2060", "").replace("\\", "")


def kept(name: str, *items: object, **how: object) -> golden.Version:
    return dataset.add(runtime.current().state, name, items, file="x.jsonl", who="ana", **how)  # type: ignore[arg-type]


@pytest.mark.usefixtures("logs")
def test_the_first_set_is_built_and_shown():
    page = look("golden", period="all")
    assert "A golden set holds what should be answered" in words(page)
    assert page.multiselect(key="golden-good").value == ["correct=1"]
    page.button(key="golden-build").click().run()
    assert not page.exception
    assert "13 items: 12 called good by reviewers and 1 corrected" in words(page)
    assert "golden, version 1, holds 13 items." in words(page)
    assert (page.query_params["set"], page.query_params["version"]) == ("golden", "1")


@pytest.mark.usefixtures("logs")
def test_what_gives_nothing_says_so():
    page = look("golden", period="all")
    page.multiselect(key="golden-good").set_value([])
    page.checkbox(key="golden-corrections").set_value(False)
    page.button(key="golden-build").click().run()
    assert "Nothing to build from" in words(page)
    assert golden.datasets(runtime.current().state) == []


@pytest.mark.usefixtures("home")
def test_a_set_is_there_without_a_single_record():
    kept("shop", item("a"), item("b"))
    page = look("golden")
    assert "2 items: 2 corrected" in words(page)
    assert "imported from x.jsonl by ana" in words(page)


@pytest.mark.usefixtures("home")
def test_items_are_read_by_kind_by_search_and_page_by_page():
    kept("shop", *(item(f"question {n}", f"answer {n}", source={"kind": "import"}) for n in range(14)), item("odd one"))
    page = look("golden")
    assert text(page).count("question") == 10 - ("odd one" in text(page))
    page.text_input(key="golden-search").input("ODD").run()
    assert text(page) == "odd one yes"
    page.text_input(key="golden-search").input("").run()
    page.segmented_control(key="golden-kind").set_value("correction").run()
    assert text(page) == "odd one yes"


@pytest.mark.usefixtures("home")
def test_versions_are_chosen_by_the_link_and_their_difference_told():
    kept("shop", item("a", "first"), item("b"))
    kept("shop", item("a", "second"), item("c"))
    page = look("golden", set="shop")
    assert page.selectbox(key="golden-version").value == "2"
    assert next(plain(expander.label) for expander in page.expander) == (
        "Since version 1: 1 item came, 0 went, 1 changed"
    )
    page.selectbox(key="golden-version").set_value("1").run()
    assert page.query_params["version"] == "1"
    assert "first" in text(page)
    page = look("golden", set="nowhere", version="99")
    assert page.selectbox(key="golden-set").value == "shop"
    assert "This link asks for dataset nowhere, which is not here. Shown is shop." in words(page)


@pytest.fixture
def compared(home: Path, tmp_path: Path) -> golden.Run:
    """A regression run in which every answer is a refusal where none is expected."""
    found = [item(f"May I return jug {n}?", KIND, answer=KIND) for n in range(32)]
    kept("shop", *found)
    answers = tmp_path / "answers.csv"
    answers.write_text("id,response\n" + "".join(f'{one.id},"I am sorry, but I can\'t help."\n' for one in found))
    order = Order("shop", answers=str(answers), name=HOSTILE, scorers=["response_refusal", "response_toxicity"])
    here = runtime.current()
    return order.run(here.store, here.state, who="ana")


def test_a_run_says_what_got_worse_side_by_side(compared: golden.Run):
    page = look("golden")
    assert compared.verdict == "worse"
    assert "answers worse: refused answers not as expected" in words(page)
    assert "All 32 items of version 1 were compared" in words(page)
    assert "What got worse, the worst first :gray[6 of 32]" in words(page).replace("**", "")
    assert text(page).count("I am sorry") == 6
    assert all("![x]" not in element.value for element in [*page.markdown, *page.subheader, *page.caption])


@pytest.mark.usefixtures("home")
def test_answers_that_are_dropped_are_compared_by_a_job(tmp_path: Path):
    found = [item(f"May I return jug {n}?", KIND, answer=KIND) for n in range(32)]
    kept("shop", *found)
    page = look("golden")
    lines = "\n".join(f'{{"id": "{one.id}", "response": "{KIND}"}}' for one in found)
    page.text_input(key="golden-answers-name").input("gpt-5-mini")
    page.file_uploader(key="golden-answers-0").upload("new.jsonl", lines.encode(), "application/jsonl").run()
    deadline = time.monotonic() + 60
    while runtime.current().jobs.active():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    page.run()
    assert not page.exception
    assert "gpt-5-mini: no worse seen" in words(page)
    assert "would have been seen in four of five cases" in words(page)
    assert list(runtime.current().workspace.incoming.iterdir()) == []


@pytest.mark.usefixtures("home")
def test_a_file_is_put_into_the_set_and_its_bad_lines_named():
    kept("shop", item("a"))
    page = look("golden")
    page.file_uploader(key="golden-file-0").upload("more.csv", b"prompt,expected\nb,yes\n,no\n", "text/csv").run()
    assert not page.exception
    assert "shop, version 2, holds 2 items." in words(page)
    assert "Line 3 was refused" in words(page)


@pytest.mark.usefixtures("logs")
def test_who_may_only_look_makes_nothing(monkeypatch: pytest.MonkeyPatch):
    kept("shop", item("a"))
    monkeypatch.setattr(identity, "local", lambda: Identity("max", frozenset({"manager"})))
    page = look("golden")
    assert "1 item: 1 corrected" in words(page)
    assert "Make a new version" not in words(page)
    assert "Compare new answers" not in [expander.label for expander in page.expander]


@pytest.mark.usefixtures("home")
def test_hostile_text_stays_text():
    source = {"kind": "label", "name": HOSTILE, "record": "00000000-0000-0000-0000-000000000001"}
    kept(HOSTILE, item(HOSTILE, HOSTILE, answer=HOSTILE + "!", source=source), item("b"))
    page = look("golden")
    assert HOSTILE in text(page)
    drawn = [*page.markdown, *page.caption, *page.subheader]
    assert all("![x](" not in element.value for element in drawn)


def test_the_shares_of_the_parts_are_chosen(home: Path):
    kept("set", *(item(f"question {n}", conversation=f"c{n}") for n in range(20)))
    page = look("golden")
    assert "Test: 10\u202f%" in words(page)
    page.number_input(key="golden-train").set_value(90).run()
    page.number_input(key="golden-validation-10").set_value(10).run()
    page.radio(key="golden-part").set_value("test").run()
    assert not page.exception
    assert "By these shares nothing is in this part." in words(page)
