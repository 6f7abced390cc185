"""Alert rules, alerts with their events, how far rules were checked, and silences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "alert_rules",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("body", sa.JSON),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("made", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_rules"),
    )
    op.create_index("ix_alert_rules_name", "alert_rules", ["name"])
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("rule", sa.String(80), nullable=False),
        sa.Column("group", sa.String(200), nullable=False),
        sa.Column("start", sa.DateTime, nullable=False),
        sa.Column("late", sa.String(20), nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("made", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.UniqueConstraint("rule", "group", "start", name="uq_alerts_rule_group_start"),
    )
    op.create_table(
        "alert_events",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("alert", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("once", sa.String(40)),
        sa.Column("body", sa.JSON),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("made", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_events"),
        sa.UniqueConstraint("alert", "once", name="uq_alert_events_alert_once"),
    )
    op.create_table(
        "alert_checks",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("rule", sa.String(80), nullable=False),
        sa.Column("until", sa.DateTime, nullable=False),
        sa.Column("before", sa.DateTime, nullable=False),
        sa.Column("records", sa.BigInteger, nullable=False),
        sa.Column("seen", sa.BigInteger, nullable=False),
        sa.Column("body", sa.String(64), nullable=False),
        sa.Column("made", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_checks"),
        sa.UniqueConstraint("rule", name="uq_alert_checks_rule"),
    )
    op.create_table(
        "alert_silences",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("rule", sa.String(80)),
        sa.Column("group", sa.String(200)),
        sa.Column("start", sa.DateTime, nullable=False),
        sa.Column("end", sa.DateTime, nullable=False),
        sa.Column("weekly", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("made", sa.DateTime, nullable=False),
        sa.Column("lifted", sa.DateTime),
        sa.Column("lifted_by", sa.String(200)),
        sa.PrimaryKeyConstraint("id", name="pk_alert_silences"),
    )
