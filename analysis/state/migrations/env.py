"""Run by Alembic: it works on the connection, and in the transaction, that it is handed."""

from __future__ import annotations

from alembic import context

from analysis.state.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
