"""Scores that say a word."""

import pytest

from analysis.metrics.filter import Filter
from analysis.metrics.labels import shares


def test_shares_are_of_all_labels_of_the_score(store, add_records):
    ids = add_records(*({"model": model} for model in "aaab"))
    given = ["good", "good", "bad", "good"]
    with store.write() as cursor:
        cursor.executemany(
            "INSERT INTO scores (record_id, name, label) VALUES (?, 'tone', ?)", list(zip(ids, given, strict=True))
        )
        cursor.execute("INSERT INTO scores (record_id, name, label) VALUES (?, 'other', 'good')", [ids[0]])
    frame = shares(store, "tone", Filter())
    assert frame.select("label", "count", "n", "value").rows() == [("good", 3, 4, 0.75), ("bad", 1, 4, 0.25)]
    # 1 of 4, Wilson
    assert frame.select("low", "high").row(1) == pytest.approx((0.0456, 0.6994), abs=1e-4)
    assert shares(store, "tone", Filter().where("model", "a"), limit=1).rows()[0][:3] == ("good", 2, 3)
    assert shares(store, "absent", Filter()).is_empty()
