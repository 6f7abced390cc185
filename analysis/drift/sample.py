"""Two samples of records, by blocks (users, conversations), with what is compared of each record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from analysis.metrics import fields
from analysis.metrics.blocks import blocks
from analysis.metrics.fields import Bound
from analysis.topics import gather
from analysis.topics.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.metrics.blocks import Blocks
    from analysis.metrics.filter import Filter
    from analysis.store import Store

BLOCKS = 5_000
"""Blocks that are drawn of each window."""
RECORDS = 20_000
"""Records of them, at most."""
OF_ONE = 20
"""Where there are more, a block gives one in so many of these at most: one person's leave room for the others'."""
READ = 400
"""Characters of a prompt whose words are compared."""
_WORD = r"\p{L}[\p{L}''’-]{2,}"  # as SQL quotes it


@dataclass(frozen=True)
class Sample:
    """Records of two windows.

    Parameters
    ----------
    ids : list of str
    window : array (records,) of bool
        Whether a record is of the window, else of the reference.
    block : array (records,)
        The number of its block, which may have records in both.
    groups : mapping of str to list of str
        For each field its value in each record.
    lengths : array (records,)
        Characters of the prompt; NaN where there is none.
    words : list of list of str
        The different words at the beginning of the prompt.
    vectors : array (records, dimensions) or None
        Of unit length, nought where there is none; None where no model has read the prompts.
    unit : str
        What a block is: "user", "conversation" or "request".
    whole : bool
        Whether these are all the records of the windows.
    """

    ids: list[str]
    window: NDArray[np.bool_]
    block: NDArray[np.int64]
    groups: dict[str, list[str]] = field(default_factory=dict)
    lengths: NDArray[np.float64] | None = None
    words: list[list[str]] | None = None
    vectors: NDArray[np.float32] | None = None
    unit: str = "request"
    whole: bool = True


def draw(store: Store, reference: Filter, window: Filter, by: Sequence[str], *, seed: int = 0) -> Sample:
    """Draw records of two windows, at most :data:`BLOCKS` blocks and :data:`RECORDS` records of each.

    Parameters
    ----------
    by : sequence of str
        Fields whose values are compared.
    """
    unit = blocks(store, (reference, window))
    frames = [_drawn(store, sample, by, unit, seed) for sample in (reference, window)]
    frame = pl.concat([part.with_columns(window=pl.lit(now)) for part, now in zip(frames, (False, True), strict=True)])
    kept = sum(len(part) for part in frames)
    every = sum(int(part["every"][0]) if len(part) else 0 for part in frames)
    numbers = frame.select(pl.col("block").rank("dense")).to_series().to_numpy().astype(np.int64) - 1
    return Sample(
        ids=frame["id"].to_list(), window=frame["window"].to_numpy(), block=numbers,
        groups={name: frame[f"by {place}"].to_list() for place, name in enumerate(by)},
        lengths=frame["length"].cast(pl.Float64).to_numpy(), words=frame["words"].fill_null([]).to_list(),
        vectors=_vectors(store, frame), unit=unit.name, whole=kept == every,
    )  # fmt: skip


def _drawn(store: Store, sample: Filter, by: Sequence[str], unit: Blocks, seed: int) -> pl.DataFrame:
    where, given = sample.predicate()
    bound = Bound("k")
    columns = "".join(f', {fields.group(name, bound)} AS "by {place}"' for place, name in enumerate(by))
    return store.frame(
        f"""WITH sized AS (SELECT {unit.sql} AS block, count(*) AS n FROM records r WHERE {where} GROUP BY 1),
        given AS (SELECT block, sum(n) OVER () AS every,
            CASE WHEN every <= {RECORDS} THEN n ELSE least(n, {max(RECORDS // OF_ONE, 1)}) END AS most FROM sized),
        turns AS (SELECT *, row_number() OVER turn AS place, sum(most) OVER turn AS reach
            FROM given WINDOW turn AS (ORDER BY hash(block, {seed:d}), block)),
        chosen AS (FROM turns WHERE place <= {BLOCKS} AND reach <= {RECORDS}),
        picked AS (SELECT r.id, c.block, c.every FROM records r JOIN chosen c ON c.block = {unit.sql} WHERE {where}
            QUALIFY row_number() OVER (PARTITION BY c.block ORDER BY hash(r.id, {seed:d}), r.id) <= c.most)
        SELECT r.id::VARCHAR AS id, hash(p.block) AS block, p.every::BIGINT AS every, length(r.prompt) AS length,
            list_distinct(regexp_extract_all(lower(left(r.prompt, {READ})), '{_WORD}')) AS words,
            {gather.key("prompt")} AS key{columns}
        FROM records r JOIN picked p ON p.id = r.id ORDER BY r.id""",
        given | bound.values,
    )


def _vectors(store: Store, frame: pl.DataFrame) -> NDArray[np.float32] | None:
    """Take the vectors that the model of the map has made of the prompts."""
    for row in store.rows("SELECT model FROM maps WHERE field = 'prompt'"):
        made = Vectors.made(store.workspace.vectors, row["model"])
        if made is None:
            return None
        keys = frame["key"].fill_null(0).to_numpy().astype(np.uint64)
        there = ~made.missing(keys) & frame["key"].is_not_null().to_numpy()
        found = np.zeros((len(keys), made.dimensions), np.float32)
        found[there] = made.take(keys[there])
        return found
    return None
