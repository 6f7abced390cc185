"""Which record a name from elsewhere means: a record's id, or the id that the tool it was logged by gave it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from analysis.store import Store


@dataclass(frozen=True)
class Named:
    """The ids of records by their names; `several` are names that more than one record has, `nobody` those of none."""

    ids: dict[str, str]
    several: list[str]
    nobody: list[str]


def records(store: Store, names: Collection[str]) -> Named:
    """Find the records that are meant by names.

    A name is a record's ``id`` in any case of letters, else its ``source_id``.
    """
    rows = store.rows(
        """WITH names AS (SELECT unnest($names) AS name),
            ours AS (SELECT name, id FROM names JOIN records ON id = TRY_CAST(name AS UUID)),
            theirs AS (SELECT name, id FROM names ANTI JOIN ours USING (name) JOIN records ON source_id = name)
        SELECT name, min(id)::VARCHAR AS id, count(*) AS many FROM (FROM ours UNION ALL FROM theirs) GROUP BY name""",
        {"names": list(names)},
    )
    ids = {row["name"]: row["id"] for row in rows if row["many"] == 1}
    several = {row["name"] for row in rows if row["many"] > 1}
    return Named(
        ids,
        [name for name in names if name in several],
        [name for name in names if name not in ids and name not in several],
    )
