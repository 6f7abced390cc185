"""The Audits page: the form writes a specification and runs it, the report is read, signed and taken away."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from analysis.audit.spec_file import parse
from analysis.review import claims, queue
from analysis.review.plan import Plan
from analysis.state import audits
from app import runtime
from tests import records
from tests.pages import HOSTILE, look, words

if TYPE_CHECKING:
    from pathlib import Path

    from streamlit.testing.v1 import AppTest


@pytest.fixture
def screened(home: Path) -> None:
    """Two groups of 150, of which one is advanced half as often."""
    records.add(runtime.current().store, *(
        {
            "attributes": {"group": group}, "app": HOSTILE, "model": "gpt-5",
            "response": json.dumps({"decision": "advance" if n < hits else "reject"}),
        }
        for group, hits in ((HOSTILE, 80), ("other", 40)) for n in range(150)
    ))  # fmt: skip


def filled(page: AppTest) -> AppTest:
    page.text_input(key="audit-title").set_value(f"Who is advanced {HOSTILE}").run()
    page.selectbox(key="audit-way-independent").set_value("json").run()
    page.text_input(key="audit-json").set_value("$.decision").run()
    page.text_input(key="audit-is").set_value("advance").run()
    page.selectbox(key="audit-by").set_value("attributes.group").run()
    page.selectbox(key="audit-reference").set_value("other").run()
    page.checkbox(key="audit-law").check().run()
    assert not page.exception
    return page


@pytest.mark.usefixtures("home")
def test_an_empty_workspace_leads_to_import():
    assert "There is nothing to read yet" in words(look("audits"))


@pytest.mark.usefixtures("screened")
def test_the_form_writes_a_specification_and_runs_it():
    page = look("audits", period="all")
    assert "No audit has been made yet" in words(page)
    page = filled(page)
    spec = parse(page.code[0].value)
    assert (spec.outcome.json, spec.outcome.is_, spec.reference) == ("$.decision", "advance", "other")
    page.button(key="audit-run").click().run()
    assert not page.exception
    said = words(page)
    assert "Disparity found." in said
    assert f"For {HOSTILE} the rate differs from that for other by +26.7" in said
    assert "Nobody has signed this version yet" in said
    assert all(title in said for title in ("Tests and power", "Local Law 144", "Limits", "Sign-off"))
    (audit,) = audits.newest(runtime.current().state)
    assert audit.body["verdict"]["groups"] == [HOSTILE]


@pytest.mark.usefixtures("screened")
def test_a_report_is_signed_and_its_versions_are_kept():
    page = filled(look("audits", period="all"))
    page.button(key="audit-run").click().run()
    (audit,) = audits.newest(runtime.current().state)
    page.text_input(key="audit-words").set_value("I stand by it.").run()
    page.button(key="audit-sign-it").click().run()
    assert "I stand by it." in words(page)
    records.add(runtime.current().store, {"attributes": {"group": "other"}, "response": '{"decision": "reject"}'})
    page = filled(look("audits", period="all"))
    page.button(key="audit-run").click().run()
    assert "Version 2" in words(page)
    assert "I stand by it." not in words(page)
    assert "I stand by it." in words(look("audits", period="all", audit=audit.name, version="1"))


@pytest.mark.usefixtures("screened")
def test_what_is_missing_or_wrong_is_said():
    assert "There is no audit 'nothing'" in words(look("audits", period="all", audit="nothing", version=HOSTILE))
    page = look("audits", period="all")
    assert "A title, an outcome and groups are needed" in words(page)
    page.text_input(key="audit-title").set_value("T").run()
    page.selectbox(key="audit-way-independent").set_value("when").run()
    page.text_input(key="audit-when").set_value("nothing=1").run()
    page.selectbox(key="audit-by").set_value("attributes.group").run()
    assert "There is no field 'nothing'" in words(page)
    assert page.button(key="audit-run").disabled


@pytest.mark.usefixtures("screened")
def test_the_form_names_a_metric_and_a_queue():
    here = runtime.current()
    made = queue.make(here.store, here.state, "Weekly", Plan(size=200), rubric="bias", who="boss")
    while (item := claims.next_item(here.state, made, "ana")) is not None:
        claims.submit(here.state, item.id, "ana", {"bias": "no"})
    page = look("audits", period="all")
    page.text_input(key="audit-title").set_value("Errors").run()
    page.selectbox(key="audit-by").set_value("attributes.group").run()
    page.selectbox(key="audit-way-independent").set_value("metric").run()
    page.selectbox(key="audit-metric").set_value("error_rate").run()
    assert parse(page.code[0].value).outcome.metric == "error_rate"
    page.selectbox(key="audit-way-independent").set_value("read").run()
    page.selectbox(key="audit-read").set_value("score.bias").run()
    page.selectbox(key="audit-queue").set_value("Weekly").run()
    assert parse(page.code[0].value).queue == "Weekly"
    page.button(key="audit-run").click().run()
    assert not page.exception
    said = words(page)
    assert "the queue Weekly, drawn random from 300 records" in said
    assert "1 reviewers gave 200 of 200 labels" in said
