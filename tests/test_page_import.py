"""Import: drop a file, see what it is, map it where nobody knows it, read its report, take it back."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from streamlit.runtime.caching import clear_session_resource_cache

from analysis.ingest.ledger import imports, refused_lines
from analysis.state import jobs as kept
from app import runtime
from tests.pages import look

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamlit.testing.v1 import AppTest

HOSTILE = "![x](http://127.0.0.1:9/leak.png)"

KNOWN = {
    "request_id": "r1", "request_created_at": "2026-02-03T10:00:00.000Z", "response_created_at": "2026-02-03T10:00:01Z",
    "request_path": "https://api.openai.com/v1/chat/completions", "request_model": "gpt-4o", "response_status": 200,
    "delay_ms": 1000, "prompt_tokens": 100, "completion_tokens": 20,
    "request_body": {"model": "gpt-4o", "messages": [{"role": "user", "content": "Where is my parcel?"}]},
    "response_body": {"choices": [{"message": {"role": "assistant", "content": "On its way."}}]},
}  # fmt: skip
"""A row of Helicone's export of requests, made up."""

UNKNOWN = {"question": "Where is my parcel?", "reply": "On its way.", "engine": "house-7b", "took": 1240, "tier": "pro"}


@pytest.fixture
def page(home: Path) -> AppTest:
    """The Import page, opened."""
    return look("imports")


def lines(*rows: object) -> bytes:
    return b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)


def drop(page: AppTest, name: str, content: bytes) -> AppTest:
    page.file_uploader[0].upload(name, content, "application/octet-stream").run()
    assert [error.message for error in page.exception] == []
    return page


def wait(page: AppTest) -> AppTest:
    """Draw the page anew when no job runs any more."""
    deadline = time.monotonic() + 30
    while runtime.current().jobs.active():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    page.run()
    assert [error.message for error in page.exception] == []
    return page


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label.startswith(label)).click().run()
    assert [error.message for error in page.exception] == []
    return page


def words(page: AppTest) -> str:
    drawn = [*page.title, *page.subheader, *page.markdown, *page.caption]
    return " ".join(element.value for element in drawn).replace("\u2060", "").replace("\\", "")


def figures(page: AppTest) -> dict[str, str]:
    return {metric.label.replace("\\", ""): metric.value.replace("\\", "") for metric in page.metric}


def do_import(page: AppTest, name: str, content: bytes) -> AppTest:
    return wait(press(drop(page, name, content), "Import 1 file"))


def test_what_is_not_imported_goes_with_the_session(page: AppTest):
    drop(page, "left.jsonl", lines(KNOWN))
    incoming = runtime.current().workspace.incoming
    assert [file.name for file in incoming.rglob("*.jsonl")] == ["left.jsonl"]
    clear_session_resource_cache("test session id")
    assert list(incoming.iterdir()) == []


def test_a_newcomer_is_told_what_can_be_dropped(page: AppTest):
    assert "What can be dropped here" in words(page)
    assert "LangSmith runs" in words(page)
    assert "Import the sample data" in [button.label for button in page.button]


def test_a_known_format_is_named_before_it_is_imported(page: AppTest):
    drop(page, "requests.jsonl", lines(KNOWN))
    assert "Helicone requests" in words(page)
    assert imports(runtime.current().store) == []
    wait(press(page, "Import 1 file"))
    assert figures(page) == {
        "Read": "1", "= kept": "1", "+ duplicate": "0", "+ set aside": "0", "+ refused": "0",
    }  # fmt: skip
    assert "The records are of 3 Feb 2026." in words(page)
    (report,) = imports(runtime.current().store)
    assert (report.file, report.kept) == ("requests.jsonl", 1)
    assert list(runtime.current().workspace.incoming.iterdir()) == []


def test_the_same_file_again_is_all_duplicates(page: AppTest):
    do_import(page, "requests.jsonl", lines(KNOWN))
    do_import(page, "again.jsonl", lines(KNOWN))
    assert figures(page)["+ duplicate"] == "1"
    assert figures(page)["= kept"] == "0"
    assert "The very same file is here as import 1" in words(page)


def test_a_file_that_is_no_log_says_why_and_can_be_removed(page: AppTest):
    drop(page, "notes.txt", b"hello\nworld\n")
    assert "holds neither JSON, nor a table" in words(page)
    assert not any(button.label.startswith("Import 1") for button in page.button)
    press(page, "Remove")
    assert "notes" not in words(page)
    assert list(runtime.current().workspace.incoming.iterdir()) == []


def test_an_unknown_format_is_mapped_corrected_and_remembered(page: AppTest):
    drop(page, "chat.jsonl", lines(UNKNOWN, UNKNOWN | {"question": "And mine?"}))
    guessed = {box.label: box.value for box in page.selectbox if box.value}
    assert guessed["Prompt"] == "question"
    assert guessed["Latency"] == "took"
    assert guessed["Unit"] == "ms"
    assert page.dataframe[0].value["latency"].to_list() == [1.24, 1.24]
    unit = next(box for box in page.selectbox if box.label == "Unit")
    unit.select("s").run()
    assert page.dataframe[0].value["latency"].to_list() == [1240.0, 1240.0]
    unit = next(box for box in page.selectbox if box.label == "Unit")
    unit.select("ms").run()
    next(box for box in page.selectbox if box.label == "Response").select("").run()
    assert "response" not in page.dataframe[0].value.columns
    next(box for box in page.text_input if box.label == "Keep this mapping as").input("Our chat").run()
    wait(press(page, "Import 1 file"))
    rows = runtime.current().store.rows("SELECT prompt, response, model, latency FROM records ORDER BY prompt")
    assert [tuple(row.values()) for row in rows] == [
        ("And mine?", None, "house-7b", 1.24),
        ("Where is my parcel?", None, "house-7b", 1.24),
    ]
    drop(page, "chat-2.jsonl", lines(UNKNOWN | {"question": "Third?"}))
    assert "your mapping Our chat" in words(page).replace("*", "")
    wait(press(page, "Import 1 file"))
    assert runtime.current().store.rows("SELECT response FROM records WHERE prompt = 'Third?'") == [{"response": None}]


def test_a_bar_in_the_name_of_a_field_is_no_unit(page: AppTest):
    drop(page, "barred.jsonl", lines({"question": "Why?", "reply": "So.", "took|ms": 1240, "asked|by": "ana"}))
    chosen = {box.label: box.value for box in page.selectbox if box.value}
    assert (chosen["Latency"], chosen["Unit"]) == ("took|ms", "ms")
    next(box for box in page.selectbox if box.label == "User id").select("asked|by").run()
    assert "Kept as attributes" not in words(page)
    next(box for box in page.selectbox if box.label == "Unit").select("s").run()
    shown = page.dataframe[0].value
    assert (shown["latency"].to_list(), shown["user_id"].to_list()) == ([1240.0], ["ana"])


def test_a_mapping_that_says_too_little_is_not_imported(page: AppTest):
    drop(page, "odd.jsonl", lines({"a": 1, "b": 2}, {"a": 2, "b": 3}))
    assert "Say at least where" in words(page)
    assert not any(button.label.startswith("Import 1") for button in page.button)


def test_refused_rows_are_shown_as_plain_text_and_can_be_taken_away(page: AppTest):
    broken = f'{{"request_id": "r2", "request_body": "{HOSTILE}'.encode()
    do_import(page, "requests.jsonl", lines(KNOWN, broken, b"not json"))
    assert figures(page)["Read"] == "3"
    assert figures(page)["+ refused"] == ":red[2]"
    table = page.dataframe[0].value
    assert table["Line"].to_list() == [2, 3]
    assert table["The row begins"][0] == broken.decode()
    assert HOSTILE not in " ".join(element.value for element in [*page.markdown, *page.caption])
    assert "Refused rows (JSON Lines)" in [getattr(button, "label", "") for button in page.get("download_button")]
    assert refused_lines(runtime.current().store, 1) == lines(broken, b"not json")


def test_a_trial_keeps_nothing(page: AppTest):
    drop(page, "requests.jsonl", lines(KNOWN))
    page.checkbox(key="import-trial").check().run()
    wait(press(page, "Try 1 file"))
    assert figures(page)["= kept"] == "1"
    assert "nothing was kept" in words(page)
    assert imports(runtime.current().store) == []


def test_an_import_is_undone_after_a_question(page: AppTest):
    do_import(page, "requests.jsonl", lines(KNOWN))
    press(page, "Undo this import")
    assert "What was kept of it, 1 row, leaves the store" in words(page)
    page.button(key="undo-yes").click().run()
    wait(page)
    assert "Import 1 (requests.jsonl, 1 row) is taken back." in words(page)
    assert imports(runtime.current().store) == []
    assert runtime.current().store.rows("SELECT count(*) AS n FROM records") == [{"n": 0}]


def test_a_link_opens_a_report(page: AppTest):
    do_import(page, "requests.jsonl", lines(KNOWN))
    other = look("imports", **{"import": "1"})
    assert figures(other)["= kept"] == "1"
    other.query_params["import"] = "77"
    other.run()
    assert "There is no import 77." in words(other)


def test_a_folder_of_the_server_is_taken_by_its_path(page: AppTest, tmp_path: Path):
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(lines(KNOWN))
    (folder / "b.jsonl").write_bytes(lines(KNOWN | {"request_id": "r2"}))
    page.text_input(key="bring-path").input(str(folder)).run()
    assert "Helicone requests" in words(page)
    wait(press(page, "Import 2 files"))
    assert [report.file for report in imports(runtime.current().store)] == ["b.jsonl", "a.jsonl"]
    assert sorted(path.name for path in folder.iterdir()) == ["a.jsonl", "b.jsonl"]
    page.text_input(key="bring-path").input("/no/such/file").run()
    assert "There is no file or folder /no/such/file on this machine." in words(page)


def test_someone_who_may_not_run_the_server_cannot_name_its_files(home: Path, monkeypatch: pytest.MonkeyPatch):
    from app import identity

    monkeypatch.setattr(identity, "current", lambda: identity.Identity("ana", frozenset({"analyst"})))
    assert "bring-path" not in [field.key for field in look("imports").text_input]


def test_a_job_of_somebody_else_is_seen_and_its_failure_told(page: AppTest, add_job: Callable[[str], int]):
    number = add_job("/no/such/file.jsonl")
    wait(page)
    assert runtime.current().jobs.get(number).state == kept.FAILED
    assert "Not imported" in words(page)
    told = page.dataframe[0].value.iloc[0]
    assert told["By"] == "bo"
    assert "There is no file or folder" in told["Why"]


@pytest.fixture
def add_job() -> Callable[[str], int]:
    from analysis.ingest.report import Options
    from app.work import import_arguments

    def add(path: str) -> int:
        return runtime.current().jobs.submit("import", import_arguments([Path(path)], Options()), who="bo").id

    return add
