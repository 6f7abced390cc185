"""Kept vectors: what was added is found again, also after a kill at any byte, and no model's mix with another's."""

from __future__ import annotations

import tempfile
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.topics import vectors
from analysis.topics.vectors import Vectors

KEYS = st.lists(st.integers(0, 2**64 - 1), max_size=20, unique=True)


def made(keys: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Keys, and the vector of each: a function of its key that half precision holds."""
    found = np.array(keys, np.uint64)
    return found, np.stack([found % 97, found % 89, found % 83], axis=1).astype(np.float32) / 128


@given(st.lists(KEYS, max_size=5), st.integers(1, 10))
def test_what_was_added_is_found_in_any_order(batches: list[list[int]], latest: int) -> None:
    with tempfile.TemporaryDirectory() as folder, mock.patch.object(vectors, "LATEST", latest):
        kept = Vectors(Path(folder), "model", 3)
        seen: dict[int, None] = {}
        for batch in batches:
            keys, rows = made(batch)
            new = kept.missing(keys)
            assert new.tolist() == [key not in seen for key in batch]
            kept.add(keys[new], rows[new])
            seen |= dict.fromkeys(batch)
        keys, rows = made(sorted(seen))
        for one in (kept, Vectors(Path(folder), "model", 3)):
            assert len(one) == len(seen)
            np.testing.assert_array_equal(one.take(keys), rows)


@given(st.integers(0, 40), st.integers(0, 30))
def test_a_kill_at_any_byte_loses_only_what_was_being_added(key_bytes: int, row_bytes: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        before, rows_before = made([1, 2, 3])
        Vectors(Path(folder), "model", 3).add(before, rows_before)
        (own,) = Path(folder).iterdir()
        keys, rows = made([4, 5, 6, 7, 8])
        # rows are written first: where not all of them are there, no key is
        whole = row_bytes >= rows.astype(np.float16).nbytes
        with (own / "vectors.f16").open("ab") as file:
            file.write(rows.astype(np.float16).tobytes()[:row_bytes])
        with (own / "keys.u64").open("ab") as file:
            file.write(keys.tobytes()[: key_bytes if whole else 0])
        kept = Vectors(Path(folder), "model", 3)
        there = key_bytes // 8 if whole else 0
        assert kept.missing(keys).tolist() == [place >= there for place in range(5)]
        kept.add(keys[there:], rows[there:])
        np.testing.assert_array_equal(kept.take(np.append(before, keys)), np.append(rows_before, rows, axis=0))


def test_two_models_never_mix(tmp_path: Path) -> None:
    keys, rows = made([1, 2])
    Vectors(tmp_path, "one/model", 3).add(keys, rows)
    other = Vectors(tmp_path, "one-model", 3)
    assert other.missing(keys).all()
    with pytest.raises(KeyError, match="2 of 2 texts have no vector"):
        other.take(keys)
