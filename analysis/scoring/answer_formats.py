"""Which answers a team expects to be JSON, and by which schema: what no request says by itself."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from analysis import entries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FIELDS = ("app", "feature", "schema")


class FormatFileError(ValueError):
    """The file of expected formats is not as it should be."""


@dataclass(frozen=True)
class AnswerFormat:
    """Answers of an application or feature (exact, or with ``*``) are JSON; `schema` is a JSON schema as text."""

    app: str | None
    feature: str | None
    schema: str | None

    def speaks_of(self, app: str | None, feature: str | None) -> bool:
        """Tell whether application and feature fit."""
        return all(
            wanted is None or fnmatchcase(found or "", wanted)
            for wanted, found in ((self.app, app), (self.feature, feature))
        )


def load(path: Path) -> tuple[AnswerFormat, ...]:
    """Read the file of expected formats; none where it is missing.

    It holds a JSON list of objects: ``app``, ``feature`` (one of them at least) and, unless any JSON will do,
    ``schema``, a JSON schema. The first that speaks of an answer holds.

    Raises
    ------
    FormatFileError
        If it is no such list; the message names entry and field.
    """
    return tuple(_format(*entry) for entry in entries.read(path, "formats", FIELDS, FormatFileError))


def version(formats: Sequence[AnswerFormat]) -> int:
    """Give a number that another list of formats does not share, 0 for none."""
    return zlib.crc32(repr(formats).encode()) % 2**30 + 1 if formats else 0


def _format(where: str, entry: dict[str, Any]) -> AnswerFormat:
    for name, value in entry.items():
        if name != "schema" and not isinstance(value, str | None):
            raise FormatFileError(f"{where}: {name} must be text, not {value!r}.")
    if not (entry.get("app") or entry.get("feature")):
        raise FormatFileError(f"{where}: app or feature is missing.")
    return AnswerFormat(entry.get("app") or None, entry.get("feature") or None, _schema(where, entry.get("schema")))


def _schema(where: str, schema: object) -> str | None:
    import jsonschema

    if schema is None:
        return None
    if not isinstance(schema, dict):
        raise FormatFileError(f"{where}: schema must be an object {{…}}.")
    try:
        jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator).check_schema(schema)
    except jsonschema.SchemaError as error:
        at = ".".join(str(part) for part in error.absolute_path) or "at its top"
        raise FormatFileError(f"{where}: schema is no JSON schema ({at}: {error.message}).") from error
    except RecursionError as error:
        raise FormatFileError(f"{where}: schema is nested too deep.") from error
    return json.dumps(schema, sort_keys=True)
