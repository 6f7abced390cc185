"""Whatever is wrong with a table, its good rows are kept and each bad one gets a clear word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.ingest.normalise import REPAIRS
from tests.ingest.conftest import check

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from analysis.store import Store


def test_a_quote_that_is_never_closed_takes_no_other_row_with_it(
    file: Callable[..., Path], take: Callable[..., Any], store: Store
) -> None:
    rows = [f"2026-11-03 09:{minute:02d}:00;Question {minute}?;Answer {minute}." for minute in range(40)]
    rows[3] = '2026-11-03 09:03:00;"Two\nlines; one row";Answer 3.'
    rows[10] = 'broken;"never closed'
    rows[20] = '2026-11-03 09:20:00;"Two\nlines";one cell;too many'
    rows[30] = '2026-11-03 09:30:00;"Never closed either;Answer 30.'
    rows[33] = '2026-11-03 09:33:00;"Nor this;Answer 33.'
    rows[35] = '2026-11-03 09:35:00;"Said" in passing;Answer 35.'
    rows[38] = '2026-11-03 09:38:00;"Closed, but";twice;"in it'
    (report,) = take(file("logs.csv", "time;question;answer\n" + "\n".join(rows) + "\n"))
    check(report, kept=35, refused=5)
    assert [(refusal.line, refusal.reason) for refusal in report.refusals] == [
        (13, "a quotation mark that is never closed"),
        (23, "4 cells, where the header has 3"),
        (34, "a quotation mark that is never closed"),
        (37, "a quotation mark that is never closed"),
        (42, "a quotation mark that is never closed"),
    ]
    prompts = {row["prompt"] for row in store.rows("SELECT prompt FROM records")}
    assert prompts >= {
        "Two\nlines; one row",
        "Question 11?",
        "Question 29?",
        "Question 31?",
        "Question 34?",
        "Said in passing",
        "Question 39?",
    }


def test_a_table_that_breaks_off_is_said_to_be_cut_short(file: Callable[..., Path], take: Callable[..., Any]) -> None:
    (report,) = take(file("logs.csv", "time,question,answer\n2026-11-03,Why?,So.\n2026-11-04,An"))
    check(report, kept=1, refused=1)
    assert "cut short" in report.notes[-1]


def test_a_table_in_windows_1252_is_read_so_and_it_is_said(
    file: Callable[..., Path], take: Callable[..., Any], store: Store
) -> None:
    table = "Datum;Frage;Antwort;Größe\n2026-11-03;Wie groß?;„Drei“ Meter – 3 €;ä\n2026-11-04;Plain?;Plain.;x\n"
    (report,) = take(file("logs.csv", table.encode("cp1252")))
    check(report, kept=2, repaired=1)
    assert report.repairs[0].what == REPAIRS["encoding"]
    assert store.rows("SELECT prompt, response, attributes::VARCHAR AS more FROM records ORDER BY time") == [
        {"prompt": "Wie groß?", "response": "„Drei“ Meter – 3 €", "more": "{'Größe': ä}"},
        {"prompt": "Plain?", "response": "Plain.", "more": "{'Größe': x}"},
    ]


def test_table_rows_with_too_many_cells_are_refused(file: Callable[..., Path], take: Callable[..., Any]) -> None:
    rows = [f'2026-11-03 09:00:{n:02d},"Is ""it"", in\nstock?",Yes.,900' for n in range(10)]
    table = "\n".join(["created_at,question,answer,latency_ms", *rows, "2026-11-03,short", "a,b,c,d,e,f", *rows[:1]])
    (report,) = take(file("logs.csv", table))
    assert (report.kept, report.duplicate, report.refused) == (10, 1, 2)
    assert [refusal.reason for refusal in report.refusals] == [
        "2 cells, where the header has 4", "6 cells, where the header has 4",
    ]  # fmt: skip
