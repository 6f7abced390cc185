"""Files of records, and spreadsheets that must not run what a user typed."""

import csv as reader
import io
import json
from datetime import datetime

import polars as pl
import pytest

from analysis.export import FORMATS
from analysis.export import records as export
from analysis.metrics.filter import Filter
from analysis.rollups import rollups
from analysis.spreadsheet import to_csv

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"]


def test_a_table_is_safe_in_a_spreadsheet():
    frame = pl.DataFrame({"text": [*HOSTILE, "a=1", "", None, "'=1"], "number": [-1.0] * 12})
    rows = list(reader.reader(io.StringIO(to_csv(frame).decode("utf-8-sig"), newline="")))[1:]
    assert [row[0] for row in rows] == [*("'" + text for text in HOSTILE), "a=1", "", "", "'=1"]
    assert [row[1] for row in rows] == ["-1.0"] * 12


def test_lists_are_json_in_a_table():
    frame = pl.DataFrame({"documents": [[{"id": "=1", "text": 'a "b"\n'}], None], "other": [1, 2]})
    row, empty = reader.DictReader(io.StringIO(to_csv(frame).decode("utf-8-sig"), newline=""))
    assert json.loads(row["documents"]) == [{"id": "=1", "text": 'a "b"\n'}]
    assert not empty["documents"]


@pytest.mark.parametrize("ending", FORMATS)
def test_a_file_holds_every_record(store, add_records, tmp_path, ending):
    add_records(
        *({"prompt": text, "attributes": {"tier": "pro"}, "documents": [{"id": "d", "text": "t", "score": 1.0}]}
          for text in HOSTILE)
    )  # fmt: skip
    path = tmp_path / f"records.{ending}"
    assert export(store, Filter().where("attributes.tier", "pro"), path) == len(HOSTILE)
    read = {"parquet": pl.read_parquet, "jsonl": pl.read_ndjson, "csv": pl.read_csv}[ending](path)
    expected = [f"'{text}" if ending == "csv" else text for text in HOSTILE]
    assert sorted(read["prompt"]) == sorted(expected)
    assert list(tmp_path.glob("*.part")) == []


def test_json_lines_hold_json_and_utc(store, add_records, tmp_path):
    add_records(
        {
            "time": datetime(2026, 8, 3),
            "messages": '[{"role": "user"}]',
            "parameters": "{broken",
            "attributes": {"a": 1},
        }
    )
    path = tmp_path / "records.jsonl"
    export(store, Filter(), path)
    row = json.loads(path.read_text())
    assert row["time"] == "2026-08-03T00:00:00Z"
    assert (row["messages"], row["parameters"], row["attributes"]) == ([{"role": "user"}], "{broken", {"a": 1})
    assert row["tool_calls"] is None


@pytest.mark.parametrize("ending", FORMATS)
def test_no_records_make_an_empty_file(store, tmp_path, ending):
    path = tmp_path / f"records.{ending}"
    assert export(store, Filter(), path) == 0
    assert path.exists()


def test_an_unknown_ending_is_refused(store, tmp_path):
    with pytest.raises(ValueError, match=r"records.xlsx: unknown format.*\.parquet, \.jsonl, \.csv"):
        export(store, Filter(), tmp_path / "records.xlsx")


def test_rollups_hold_every_metric_of_each_day_and_group(store, add_records, tmp_path):
    add_records(
        *({"time": datetime(2026, 8, day), "app": app, "model": "m", "recorded_cost": 0.5, "user_id": "u"}
          for day, app in ((3, "a"), (3, "a"), (3, "b"), (4, "a")))
    )  # fmt: skip
    path = tmp_path / "daily.parquet"
    rows = rollups(store, Filter(), path, by=["app"])
    read = pl.read_parquet(path)
    assert rows == len(read)
    assert read.columns == ["time", "app", "metric", "unit", "adds_up", "value", "n", "of", "low", "high"]
    costs = read.filter(pl.col("metric") == "cost").select("time", "app", "value", "adds_up", "unit").rows()
    assert costs == [
        (datetime(2026, 8, 3), "a", 1.0, True, "USD"),
        (datetime(2026, 8, 3), "b", 0.5, True, "USD"),
        (datetime(2026, 8, 4), "a", 0.5, True, "USD"),
    ]
    assert not read.filter(pl.col("metric") == "users")["adds_up"].any()
    assert read.filter(pl.col("metric") == "thumbs_up_rate").is_empty()
