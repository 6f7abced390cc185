"""Releases from files of several tools; rows that can't be read are told."""

from __future__ import annotations

from datetime import datetime

import pytest

from analysis.releases.reading import read


@pytest.mark.parametrize("content", [
    b"name,time,app\n2026.40,2026-09-29T09:00,shop\n",
    b'[{"name": "2026.40", "time": "2026-09-29T11:00:00+02:00", "app": "shop"}]',
    b'{"release": "2026.40", "at": "2026-09-29T09:00Z", "service": "shop"}\n',
    b'{\n "tag_name": "2026.40",\n "published_at": "2026-09-29T09:00:00Z",\n "app": "shop"}',
])  # fmt: skip
def test_a_release_is_read_from_csv_and_json(content: bytes):
    (row,), faults = read(content, "releases")
    assert (row.name, row.time, row.app, row.environment, row.note) == (
        "2026.40", datetime(2026, 9, 29, 9), "shop", None, "",
    )  # fmt: skip
    assert faults == []


def test_bad_rows_are_named_and_the_others_kept():
    rows, faults = read(b"name,time\n1,2026-06-01\n,2026-06-02\n3,soon\n", "x.csv")
    assert [row.name for row in rows] == ["1"]
    assert [(fault.row, fault.reason) for fault in faults] == [
        (2, "There is no name."), (3, "'soon' is no date or time. Write 2026-05-31 or 2026-05-31T14:00."),
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"{nothing", b"\xff\xfe\x00", b"[]"])
def test_what_is_no_list_of_releases_is_refused(content: bytes):
    with pytest.raises(ValueError, match=r"x\.csv"):
        read(content, "x.csv")
