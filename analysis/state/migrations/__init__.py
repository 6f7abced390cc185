"""The state store's schema, version by version, applied by Alembic. A released version is never edited."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

if TYPE_CHECKING:
    from sqlalchemy import Connection

HEAD = "0009"
"""The newest version."""


def version(connection: Connection) -> str | None:
    """The version of the schema that the database has; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def migrate(connection: Connection) -> None:
    """Bring the database to the newest version within the connection's transaction, which is to be alone in that.

    Raises
    ------
    RuntimeError
        If a newer Afterword wrote the database.
    """
    if version(connection) == HEAD:
        return
    # Alembic takes a while to import and is needed once in the life of a workspace.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise RuntimeError(
            f"The state store has schema version {version(connection)}; this Afterword knows up to {HEAD}. "
            "Upgrade Afterword to open it."
        ) from error
