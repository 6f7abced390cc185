"""What came after a record in its conversation, for scorers that judge an answer by what its reader did next.

A turn is one request of the application: the records of one trace, of which the last gives the answer; a record without
a trace is a turn of its own. The next turn is the next one of the same feature in the conversation, where it begins
within :data:`PAUSE`; after a longer pause the conversation counts as ended, and what comes as another.
"""

from __future__ import annotations

PAUSE = "INTERVAL 30 MINUTE"

NEXT: dict[str, str] = {
    "next_prompt": "n.prompt",
    "goes_on": "CASE WHEN c.place IS NOT NULL THEN c.next IS NOT NULL END",
}
"""Columns that a scorer can read beside those of the record, with the SQL for them.

``next_prompt``: what the user said in the next turn. ``goes_on``: whether there is one; null in a record that does not
give the answer of its turn.
"""

ANSWERS = (
    "r.session_id IS NOT NULL AND r.response IS NOT NULL AND r.tool_calls IS NULL AND r.kind = 'call' "
    f"AND r.time <= (SELECT max(time) FROM records) - {PAUSE}"
)
"""Answers whose conversation went on or ended: of those of the latest minutes it is not known yet."""

JOIN = "LEFT JOIN closings c ON c.place = r.rowid LEFT JOIN records n ON n.rowid = c.next"


def closings(sessions: str) -> str:
    """Give the SQL that makes ``closings`` of some conversations: each turn's last record, the next turn's first.

    `sessions` is SQL of their ids.
    """
    return f"""CREATE OR REPLACE TEMP TABLE closings AS
        WITH turns AS (
            SELECT session_id, min(time) AS began, max(time) AS answered,
                arg_min(rowid, (time, rowid)) AS first, arg_max(rowid, (time, rowid)) AS place,
                arg_max(coalesce(feature, ''), (time, rowid)) AS feature
            FROM records WHERE time IS NOT NULL AND session_id IN ({sessions})
            GROUP BY session_id, coalesce(trace_id, id::VARCHAR))
        SELECT place, CASE WHEN lead(began) OVER later - answered <= {PAUSE} THEN lead(first) OVER later END AS next
        FROM turns WINDOW later AS (PARTITION BY session_id, feature ORDER BY began, first)"""
