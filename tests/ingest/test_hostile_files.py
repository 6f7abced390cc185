"""Whatever a file holds, the good rows are kept and each bad one gets a clear word."""

from __future__ import annotations

import gzip
import json
import zipfile
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import zstandard

from analysis.ingest.ledger import refused_lines
from analysis.ingest.run import undo
from tests.ingest.conftest import check, lines, run_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from analysis.store import Store

GOOD = [run_of(number) for number in range(20)]
TEXT = [json.dumps(row) for row in GOOD]


@pytest.mark.parametrize(
    "content",
    [
        "\r\n".join(TEXT),
        "\n\n".join(TEXT),
        "\ufeff" + "\n".join(TEXT),
        "\n".join(TEXT).encode("utf-16"),
        "\n".join(TEXT).encode("utf-32"),
        "[" + ",".join(TEXT) + "]",
        "[\n  " + ",\n  ".join(TEXT) + ",\n]",
        "\n".join(json.dumps(row, indent=2) for row in GOOD),
        json.dumps({"object": "list", "data": GOOD, "has_more": False}),
        json.dumps({"cursors": {"next": None}, "runs": GOOD}, indent=1),
    ],
    ids=["crlf", "blank lines", "bom", "utf-16", "utf-32", "array", "trailing comma", "pretty", "list", "pretty list"],
)
def test_every_layout_of_the_same_rows(content: Any, file: Callable[..., Path], take: Callable[..., Any]) -> None:
    (report,) = take(file("logs", content))
    check(report)


def test_bad_lines_are_named_and_can_be_tried_again(
    file: Callable[..., Path], take: Callable[..., Any], store: Store
) -> None:
    bad = ['{"id": "cut", "run_type":', "[1, 2]", '"text"', "{}", '{"id": 1,, "x": 2}']
    (report,) = take(file("logs.jsonl", lines(*TEXT[:5], *bad, *TEXT[5:])))
    check(report, refused=5)
    assert [(refusal.line, refusal.reason) for refusal in report.refusals] == [
        (6, "not JSON: unexpected end of data"),
        (7, "a list, where a JSON object was expected"),
        (8, "a string, where a JSON object was expected"),
        (9, "an empty object"),
        (10, "not JSON: unexpected character, expected a string key"),
    ]
    assert report.refusals[4].column == 10
    assert refused_lines(store, report.id).decode().splitlines() == bad
    mended = refused_lines(store, report.id).replace(b'"id": "cut", "run_type":', json.dumps(run_of(99))[1:].encode())
    (again,) = take(file("mended.jsonl", mended))
    assert (again.kept, again.refused) == (1, 4)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"total_cost": float("nan")}, "a number of tokens, a cost or a duration"),
        ({"total_cost": float("inf")}, "a number of tokens, a cost or a duration"),
        ({"total_cost": "about a dollar"}, "a number of tokens, a cost or a duration"),
        ({"prompt_tokens": -5}, "a number of tokens, a cost or a duration"),
        ({"start_time": "1970-01-01T00:00:00", "end_time": None}, "a time that could not be read"),
        ({"start_time": "2300-01-01T00:00:00", "end_time": None}, "a time that could not be read"),
        ({"start_time": "yesterday"}, "a time that could not be read"),
        ({"start_time": "2026-11-04T00:00:00", "end_time": "2026-11-03T00:00:00"}, "the end lay before the start"),
    ],
)
def test_impossible_values_are_emptied_and_said(
    row: dict[str, Any], words: str, file: Callable[..., Path], take: Callable[..., Any]
) -> None:
    (report,) = take(file("logs.jsonl", lines(*GOOD, run_of(20, **row))))
    check(report, kept=21, repaired=1)
    assert any(tally.what.startswith(words) and tally.count == 1 for tally in report.repairs)


@pytest.mark.parametrize(
    ("old", "new", "prompt", "words"),
    [
        (b"Question 20?", "Où ça ?".encode("cp1252"), "Où ça ?", "text that was not UTF-8"),
        (b"Question 20?", b"a\0b", "ab", "raw control characters"),
        (b"Question 20?", b"a\tb", "a\tb", "raw control characters"),
        (b"Question 20?", rb"\ud800!", "?!", "half a Unicode character"),
    ],
)
def test_broken_text_is_mended_and_said(
    old: bytes, new: bytes, prompt: str, words: str, file: Callable[..., Path], take: Callable[..., Any], store: Store
) -> None:
    (report,) = take(file("logs.jsonl", lines(*GOOD).encode() + lines(run_of(20)).encode().replace(old, new)))
    check(report, kept=21, repaired=1)
    assert report.repairs[0].what.startswith(words)
    assert store.rows("SELECT prompt FROM records WHERE source_id = 'run-20'") == [{"prompt": prompt}]


@pytest.mark.parametrize("layout", ["lines", "array"])
def test_a_file_cut_short_says_so(layout: str, file: Callable[..., Path], take: Callable[..., Any]) -> None:
    content = lines(*GOOD)[:-40] if layout == "lines" else ("[\n" + ",\n".join(TEXT))[:-40]
    (report,) = take(file("logs", content))
    check(report, kept=19, refused=1)
    assert any("cut short" in note for note in report.notes)


def test_a_broken_object_in_an_array_costs_only_itself(file: Callable[..., Path], take: Callable[..., Any]) -> None:
    rows = [*TEXT[:5], '{"id": "open, "run_type": "llm"}', *TEXT[5:]]
    (report,) = take(file("logs.json", "[\n" + ",\n".join(rows) + "\n]"))
    check(report, refused=1)
    assert report.refusals[0].line == 7


def test_a_line_of_a_hundred_megabytes_is_refused(file: Callable[..., Path], take: Callable[..., Any]) -> None:
    long = json.dumps(run_of(50, error="x" * (100 << 20)))
    (report,) = take(file("logs.jsonl", lines(*TEXT[:10], long, *TEXT[10:])))
    check(report, refused=1)
    assert (report.refusals[0].line, report.refusals[0].reason) == (11, "longer than 16 MiB")


@pytest.mark.parametrize("where", ["inputs", "custom", "extra"])
def test_deep_nesting_harms_nothing(where: str, file: Callable[..., Path], take: Callable[..., Any]) -> None:
    deep = json.dumps(run_of(50, **{where: "DEEP"})).replace('"DEEP"', '[{"k":' * 50_000 + "1" + "}]" * 50_000)
    (report,) = take(file("clean.jsonl", lines(*TEXT[:10], run_of(51, custom="x"), deep)))
    check(report, kept=11, refused=1)
    assert report.refusals[0].reason == "nested too deeply"
    (report,) = take(file("broken.jsonl", lines(*TEXT[10:], run_of(52, custom="x"), deep, '{"broken": ')))
    check(report, kept=11, refused=2)
    assert report.refusals[0].reason == "nested too deeply"


def test_mixed_rows_each_get_their_word(file: Callable[..., Path], take: Callable[..., Any]) -> None:
    odd = run_of(50, extra="not an object", inputs="plain text", outputs=None)
    chain = run_of(51, run_type="chain")
    (report,) = take(file("logs.jsonl", lines(*GOOD, odd, chain, {"something": "else"})))
    assert (report.kept, report.aside) == (21, 2)
    assert {tally.what for tally in report.asides} == {"chain run, no model call", "no model call"}


def test_broken_lines_far_down_cost_nothing_else(
    file: Callable[..., Path], take: Callable[..., Any], store: Store
) -> None:
    rows: list[Any] = [run_of(number) for number in range(3000)]
    rows[1500] = '{"id": "cut", "run_type":'
    rows[2000] = run_of(2000, extra="not an object")
    rows[2100] = run_of(2100, extra={})
    rows[2200] = json.dumps(run_of(2200)).replace("Question 2200?", "tab\tbed")
    rows[2300] = json.dumps(run_of(2300)).replace('"0.25"', "NaN")
    rows[2400] = "[1]"
    rows[2999] = json.dumps(run_of(2999))[:-30]
    (report,) = take(file("logs.jsonl", lines(*rows)))
    check(report, kept=2997, refused=3, repaired=2)
    assert [refusal.line for refusal in report.refusals] == [1501, 2401, 3000]
    assert any("cut short" in note for note in report.notes)
    assert store.rows(
        "SELECT source_id, model, prompt, repairs FROM records WHERE model IS NULL OR repairs IS NOT NULL ORDER BY 1"
    ) == [
        {"source_id": "run-2000", "model": None, "prompt": "Question 2000?", "repairs": None},
        {"source_id": "run-2100", "model": None, "prompt": "Question 2100?", "repairs": None},
        {"source_id": "run-2200", "model": "gpt-4o-mini", "prompt": "tab\tbed", "repairs": "control"},
        {"source_id": "run-2300", "model": "gpt-4o-mini", "prompt": "Question 2300?", "repairs": "number"},
    ]


def test_a_field_that_turns_up_far_down_is_kept(
    file: Callable[..., Path], take: Callable[..., Any], store: Store
) -> None:
    rows = [run_of(number, inputs="x" * 4000) for number in range(6000)]
    for row in rows[3000:]:
        row["tenant"] = "blue"
    take(file("logs.jsonl", lines(*rows)))
    found = "SELECT count(*) AS n FROM records WHERE variant_extract(attributes, 'tenant')::VARCHAR = 'blue'"
    assert store.rows(found) == [{"n": 3000}]


@pytest.mark.parametrize("broken", [False, True], ids=["sound", "with broken lines"])
def test_what_is_set_aside_is_counted_alike_on_both_ways(
    broken: bool, file: Callable[..., Path], take: Callable[..., Any], store: Store
) -> None:
    rows: list[Any] = [run_of(n, run_type=("llm", "tool", "chain")[n % 3]) for n in range(300)]
    if broken:
        rows[40:40] = [{"id": "says nothing"}]
        text = lines(*rows).replace('"run-7"', '"run-7').encode()
    else:
        text = lines(*rows).encode()
    (straight,) = take(file("runs.jsonl", text))
    assert (straight.kept, straight.refused) == (100, int(broken))
    undo(store, straight.id)
    (staged,) = take(file("runs.jsonl.gz", gzip.compress(text)))
    for name in ("read", "kept", "duplicate", "aside", "refused"):
        assert getattr(straight, name) == getattr(staged, name), name
    assert sorted(straight.asides, key=str) == sorted(staged.asides, key=str)
    assert [(r.line, r.reason) for r in straight.refusals] == [(r.line, r.reason) for r in staged.refusals]


@pytest.mark.parametrize("kind", ["table", "parquet"])
def test_attributes_nested_without_end_stay_text(
    kind: str, file: Callable[..., Path], take: Callable[..., Any], store: Store, tmp_path: Path
) -> None:
    deep = '{"k":' * 100_000 + "1" + "}" * 100_000
    if kind == "table":
        path = file("logs.csv", f'time,question,answer,custom\n2026-11-03,Q,A,"{deep.replace(chr(34), chr(34) * 2)}"\n')
    else:
        path = tmp_path / "logs.parquet"
        pl.DataFrame({"time": ["2026-11-03"], "question": ["Q"], "answer": ["A"], "custom": [deep]}).write_parquet(path)
    (report,) = take(path)
    assert report.failure is None
    assert (report.refused, report.repaired) == (0, 1)
    assert report.repairs[0].what.startswith("attributes of more than 5,000")
    assert store.rows("SELECT count(*) AS n FROM records WHERE repairs = 'deep'") == [{"n": 1}]


def test_a_row_of_very_many_parts_is_read_all_the_same(file: Callable[..., Path], take: Callable[..., Any]) -> None:
    busy = run_of(20, inputs={"messages": [{"role": "user", "content": f"Part {n}"} for n in range(6_000)]})
    (report,) = take(file("logs.jsonl", lines(*GOOD, busy)))
    check(report, kept=21)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n", "neither JSON"),
        (b"just a line of text\n", "neither JSON"),
        (bytes(range(256)) * 40, "binary file"),
        (b"PAR1 but no Parquet", "could not be read"),
        (b"[]", "holds no JSON object"),
        (b'{"a": 1}\n{"a": 2}\n', "in no format that Afterword knows"),
        (b"time,prompt\n", "columns and no rows"),
    ],
)
def test_a_file_that_is_no_log_says_why(
    content: bytes, words: str, file: Callable[..., Path], take: Callable[..., Any], store: Store
) -> None:
    (report,) = take(file("logs", content))
    assert words in (report.failure or "")
    assert report.id is None
    assert store.rows("SELECT count(*) AS n FROM imports") == [{"n": 0}]


def test_archives_are_read_and_bombs_refused(
    tmp_path: Path, file: Callable[..., Path], take: Callable[..., Any], store: Store
) -> None:
    archive = tmp_path / "both.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("a/first.jsonl", lines(*GOOD[:8]))
        packed.writestr("second.gz", gzip.compress(lines(*GOOD[8:15]).encode()))
    reports = take(archive, file("third.zst", zstandard.compress(lines(*GOOD[15:]).encode())))
    assert [(report.file, report.kept) for report in reports] == [
        ("both.zip/a/first.jsonl", 8), ("both.zip/second.gz", 7), ("third.zst", 5),
    ]  # fmt: skip
    bomb = gzip.compress(b'{"a": "' + b"a" * (80 << 20) + b'"}')
    whole = gzip.compress(lines(*GOOD * 30).encode())
    failures = [report.failure for report in take(file("bomb.gz", bomb), file("cut.gz", whole[:-30]))]
    assert "compression bomb" in failures[0]
    assert "damaged archive" in failures[1]


def test_folders_and_their_partitions(tmp_path: Path, take: Callable[..., Any], store: Store) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = tmp_path / "export_id=1" / "region=eu" / "year=2026"
    folder.mkdir(parents=True)
    cells = [{k: json.dumps(v) if isinstance(v, dict) else v for k, v in row.items()} for row in GOOD]
    pq.write_table(pa.Table.from_pylist(cells), folder / "part.parquet")
    (tmp_path / "export_id=1" / ".hidden").write_text("x")
    (report,) = take(tmp_path / "export_id=1")
    check(report)
    assert store.rows("SELECT DISTINCT variant_extract(attributes, 'region')::VARCHAR AS region FROM records") == [
        {"region": "eu"}
    ]


def test_fields_without_number_are_left_out_with_a_word(file: Callable[..., Path], take: Callable[..., Any]) -> None:
    wide = run_of(1, **{f"field_{number:04d}": number for number in range(230)})
    (report,) = take(file("logs.jsonl", lines(wide)))
    assert report.kept == 1
    assert any(note.startswith("30 of its 230 further fields were left out: field_0200,") for note in report.notes)


@pytest.mark.parametrize("depth", [230, 260, 900, 1100])
@pytest.mark.parametrize("layout", ["lines", "array", "a broken row", "a comma too many"])
def test_a_deep_row_costs_at_most_itself(
    depth: int, layout: str, file: Callable[..., Path], take: Callable[..., Any]
) -> None:
    deep = json.dumps(run_of(50, inputs="DEEP")).replace('"DEEP"', '{"a":[' * (depth // 2) + "]}" * (depth // 2))
    rows = [deep, *TEXT]
    if layout == "a broken row":
        rows.append('{"broken": ')
    if layout == "a comma too many":
        rows.append(json.dumps(run_of(51))[:-1] + ",}")
    (report,) = take(file("logs", "[" + ",\n".join(rows) + "]" if layout == "array" else lines(*rows)))
    assert report.failure is None
    assert report.kept + report.refused == report.read == len(rows)
    assert report.kept >= 20
