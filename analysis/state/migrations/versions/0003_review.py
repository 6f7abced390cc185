"""Rubrics, queues of items to label, and the labels."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "rubrics",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("made", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rubrics"),
        sa.UniqueConstraint("name", "version", name="uq_rubrics_name_version"),
    )
    op.create_table(
        "queues",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("rubric", sa.String(200), nullable=False),
        sa.Column("rubric_version", sa.Integer, nullable=False),
        sa.Column("reviewers", sa.Integer, nullable=False),
        sa.Column("plan", sa.JSON, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("made", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_queues"),
        sa.UniqueConstraint("name", name="uq_queues_name"),
    )
    op.create_table(
        "items",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("queue", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("record_id", sa.String(200), nullable=False),
        sa.Column("arm", sa.String(20), nullable=False),
        sa.Column("stratum", sa.Text),
        sa.Column("probability", sa.Float),
        sa.Column("expected", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_items"),
        sa.UniqueConstraint("queue", "place", name="uq_items_queue_place"),
        sa.UniqueConstraint("queue", "record_id", name="uq_items_queue_record_id"),
    )
    op.create_table(
        "slots",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("item", sa.Integer, nullable=False),
        sa.Column("slot", sa.Integer, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("until", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_slots"),
        sa.UniqueConstraint("item", "slot", name="uq_slots_item_slot"),
        sa.UniqueConstraint("item", "who", name="uq_slots_item_who"),
    )
    op.create_index("ix_slots_who_until", "slots", ["who", "until"])
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("item", sa.Integer, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("answers", sa.JSON, nullable=False),
        sa.Column("made", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
        sa.UniqueConstraint("item", "who", name="uq_drafts_item_who"),
    )
    op.create_table(
        "labels",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("queue", sa.Integer, nullable=False),
        sa.Column("item", sa.Integer, nullable=False),
        sa.Column("record_id", sa.String(200), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("made", sa.DateTime, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("rubric_version", sa.Integer, nullable=False),
        sa.Column("answers", sa.JSON),
        sa.Column("before", sa.JSON),
        sa.Column("seconds", sa.Float),
        sa.Column("reason", sa.String(40)),
        sa.Column("note", sa.Text),
        sa.Column("undoes", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_labels"),
    )
    op.create_index("ix_labels_queue_id", "labels", ["queue", "id"])
    op.create_index("ix_labels_item", "labels", ["item"])
