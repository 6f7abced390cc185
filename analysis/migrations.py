"""The log store's schema, version by version. A released version is never edited: a change is a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.record import MARK, RECORD, SAMPLE, SCORE, ddl

if TYPE_CHECKING:
    import duckdb

VERSIONS: tuple[tuple[str, ...], ...] = (
    (
        f"CREATE TABLE records ({ddl(RECORD)})",
        f"CREATE TABLE scores ({ddl(SCORE)})",
        # What an export says about calls that are logged elsewhere: traces, batch requests, retrieved documents.
        # `joins` names the record column that `key` is looked up in.
        f"CREATE TABLE parts (joins VARCHAR, key VARCHAR, stands_in BOOLEAN, {ddl(RECORD)})",
        # Which field of which record was null until an import's part filled it, so that undoing it is exact.
        "CREATE TABLE fills (record_id UUID, import_id INTEGER, field VARCHAR, previous VARCHAR)",
        """CREATE TABLE imports (
            id INTEGER, batch VARCHAR, file VARCHAR, path VARCHAR, digest VARCHAR, size BIGINT, bytes BIGINT,
            format VARCHAR,
            imported_by VARCHAR, started TIMESTAMP, finished TIMESTAMP,
            read BIGINT, kept BIGINT, duplicate BIGINT, repaired BIGINT, refused BIGINT, aside BIGINT, scores BIGINT,
            first_time TIMESTAMP, last_time TIMESTAMP, undone TIMESTAMP, report VARCHAR)""",
        "CREATE TABLE refusals (import_id INTEGER, line BIGINT, col BIGINT, reason VARCHAR, excerpt VARCHAR, raw BLOB)",
    ),
    # What `metrics.kept` keeps by day; all of it is computed from the records.
    (
        "CREATE TABLE kept_days (day DATE, print VARCHAR)",
        """CREATE TABLE kept_figures (day DATE, field VARCHAR, member VARCHAR, metric VARCHAR, value DOUBLE, n BIGINT,
            "of" BIGINT, spread DOUBLE)""",
        "CREATE TABLE kept_spreads (day DATE, field VARCHAR, member VARCHAR, measure VARCHAR, bin SMALLINT, n BIGINT)",
        "CREATE TABLE kept_visits (metric VARCHAR, day DATE, key UBIGINT, before DATE)",
        """CREATE TABLE kept_facets (day DATE, field VARCHAR, value VARCHAR, requests BIGINT, first TIMESTAMP,
            import_id INTEGER)""",
    ),
    (
        """CREATE TABLE kept_costs (day DATE, provider VARCHAR, model VARCHAR, requests BIGINT, "both" BIGINT,
            recorded DOUBLE, computed DOUBLE, only_recorded BIGINT, only_computed BIGINT, unpriced BIGINT,
            unpriced_tokens BIGINT)""",
    ),
    (
        f"CREATE TABLE marks ({ddl(MARK)})",
        # The version of each scorer that counts; marks of others wait to be taken away.
        "CREATE TABLE scorers (name VARCHAR, version INTEGER)",
        "CREATE VIEW current_marks AS FROM marks m SEMI JOIN scorers c ON c.name = m.name AND c.version = m.version",
    ),
    (
        # whether its marks rest on what came after a record, too
        "ALTER TABLE scorers ADD COLUMN reads_on BOOLEAN DEFAULT false",
    ),
    (
        # A map of the texts of one column: the topics found on it, and where each record lies. One map a column counts,
        # that which `placements` speak of.
        """CREATE TABLE maps (id INTEGER, field VARCHAR, model VARCHAR, seed INTEGER, made TIMESTAMP,
            fitted BIGINT, texts BIGINT)""",
        """CREATE TABLE topics (map INTEGER, topic INTEGER, name VARCHAR, phrases VARCHAR[], middle VARCHAR,
            exemplars UUID[])""",
        # `topic` is -1 below every topic's floor; `cluster` is that of HDBSCAN, null where the text was not fitted.
        """CREATE TABLE placements (map INTEGER, record_id UUID, topic INTEGER, similarity FLOAT, x FLOAT, y FLOAT,
            cluster INTEGER)""",
        """CREATE VIEW prompt_topics AS SELECT p.record_id, t.name FROM placements p
            JOIN maps m ON m.id = p.map AND m.field = 'prompt' JOIN topics t ON t.map = p.map AND t.topic = p.topic""",
    ),
    (
        # `leaf` is the topic by the map alone, `topic` what people's edits make of it; `key` is that of the text.
        "ALTER TABLE placements ADD COLUMN leaf INTEGER",
        "ALTER TABLE placements ADD COLUMN key UBIGINT",
        """UPDATE placements p SET leaf = p.topic,
            key = md5_number_lower(CASE m.field WHEN 'prompt' THEN r.prompt ELSE r.response END)
            FROM records r, maps m WHERE r.id = p.record_id AND m.id = p.map""",
        # A topic that was merged away or split stands no longer, and keeps its number. `made` is null for those that
        # came with the map; `edit` and `part` are those of the split that made it.
        "ALTER TABLE topics ADD COLUMN made TIMESTAMP",
        "ALTER TABLE topics ADD COLUMN stands BOOLEAN DEFAULT true",
        "ALTER TABLE topics ADD COLUMN merged_into INTEGER",
        "ALTER TABLE topics ADD COLUMN edit INTEGER",
        "ALTER TABLE topics ADD COLUMN part INTEGER",
        # How many edits of people the map has seen; how often topics were added to its file; the different texts that
        # were left over when that was last tried.
        "ALTER TABLE maps ADD COLUMN edits INTEGER DEFAULT 0",
        "ALTER TABLE maps ADD COLUMN additions INTEGER DEFAULT 0",
        "ALTER TABLE maps ADD COLUMN left_over INTEGER DEFAULT 0",
    ),
    (
        # Whether it only stands in until the first map is drawn.
        "ALTER TABLE maps ADD COLUMN sketch BOOLEAN DEFAULT false",
    ),
    (
        # What the machines that serve models say of themselves.
        f"CREATE TABLE resource_samples ({ddl(SAMPLE)})",
    ),
    (
        # Files of watched folders as they were when they were read; `modified` in nanoseconds.
        "CREATE TABLE arrivals (path VARCHAR PRIMARY KEY, size BIGINT, modified BIGINT)",
    ),
)


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring the store to the newest version, each step in its own transaction.

    Raises
    ------
    RuntimeError
        If a newer Afterword wrote the store.
    """
    connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER)")
    row = connection.execute("SELECT max(version) FROM schema_version").fetchone()
    current = (row[0] if row else None) or 0
    if current > len(VERSIONS):
        raise RuntimeError(
            f"This workspace has schema version {current}; this Afterword knows up to {len(VERSIONS)}. "
            "Upgrade Afterword to open it."
        )
    for version, statements in enumerate(VERSIONS[current:], start=current + 1):
        connection.execute("BEGIN")
        for statement in statements:
            connection.execute(statement)
        connection.execute("INSERT INTO schema_version VALUES (?)", [version])
        connection.execute("COMMIT")
