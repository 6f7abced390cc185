"""Releases, as people say, move and take them back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "release_events",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("app", sa.String(200)),
        sa.Column("environment", sa.String(200)),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("time", sa.DateTime),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("made", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_release_events"),
    )
    op.create_index("ix_release_events_name", "release_events", ["name"])
