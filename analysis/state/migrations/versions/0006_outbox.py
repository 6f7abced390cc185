"""The outbox of alerts: what is to be sent, by whom, and what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("event", sa.String(20), nullable=False),
        sa.Column("sender", sa.String(200), nullable=False),
        sa.Column("notice", sa.JSON, nullable=False),
        sa.Column("made", sa.DateTime, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_try", sa.DateTime, nullable=False),
        sa.Column("until", sa.DateTime, nullable=False),
        sa.Column("uncertain", sa.Boolean, nullable=False),
        sa.Column("claim", sa.String(32)),
        sa.Column("claimed_until", sa.DateTime),
        sa.Column("ended", sa.DateTime),
        sa.Column("error", sa.Text),
        sa.Column("folded_into", sa.Integer),
        sa.Column("who", sa.String(200)),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", "event", "sender", name="uq_outbox_key_event_sender"),
    )
    op.create_index("ix_outbox_sender_state", "outbox", ["sender", "state"])
    op.create_index("ix_outbox_folded_into", "outbox", ["folded_into"])
    op.create_table(
        "outbox_lanes",
        sa.Column("sender", sa.String(200), nullable=False),
        sa.Column("free", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("sender", name="pk_outbox_lanes"),
    )
