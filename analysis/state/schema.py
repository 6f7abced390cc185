"""The state store's tables: what people say and do, which no export can bring back.

Rows are added and not changed; where an answer may change, the newest row holds. The exceptions are plain facts that
arrive later: how a job went, and who took a note back. Times are UTC without a zone, as everywhere.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, DateTime, Index, Integer, MetaData, String, Table, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

mappings = Table(
    "mappings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("signature", String(64), nullable=False),  # of the names of the source's fields
    Column("mapping", JSON, nullable=False),  # record column -> source column; empty retires the name
    Column("who", String(200), nullable=False),
    Column("made", DateTime, nullable=False),
    Index(None, "name"),
    Index(None, "signature"),
)

notes = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("time", DateTime, nullable=False),  # the moment it marks
    Column("kind", String(20), nullable=False),  # release, incident or note
    Column("text", Text, nullable=False),
    Column("who", String(200), nullable=False),
    Column("made", DateTime, nullable=False),
    Column("retracted", DateTime),
    Column("retracted_by", String(200)),
    Index(None, "time"),
)

views = Table(
    "views",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("page", String(100), nullable=False),
    Column("query", JSON),  # the link's query parameters; null takes the view away
    Column("who", String(200), nullable=False),
    Column("made", DateTime, nullable=False),
    Index(None, "name"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(50), nullable=False),
    Column("arguments", JSON, nullable=False),
    Column("state", String(20), nullable=False),
    Column("progress", JSON),
    Column("result", JSON),
    Column("error", Text),
    Column("who", String(200), nullable=False),
    Column("owner", String(400), nullable=False),  # machine and workspace whose process runs it
    Column("created", DateTime, nullable=False),
    Column("started", DateTime),
    Column("finished", DateTime),
    Index(None, "owner", "state"),
)

settings = Table(
    "settings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(200), nullable=False),
    Column("value", JSON),  # null takes the setting back to its default
    Column("who", String(200), nullable=False),
    Column("made", DateTime, nullable=False),
    Index(None, "key"),
)

topic_edits = Table(
    "topic_edits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("of", String(20), nullable=False),  # the column whose map it is
    Column("kind", String(20), nullable=False),  # rename, names, merge, split, or take back
    Column("body", JSON, nullable=False),
    Column("who", String(200), nullable=False),
    Column("made", DateTime, nullable=False),
    Index(None, "of"),
)
