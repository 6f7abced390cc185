"""Who sees personal data: for everybody else, it is masked in every text that is drawn or handed out.

What counts is what the scorers of personal data and of secrets find; what they miss, is not masked. The command line is
for whoever runs the machine, and masks nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import polars as pl
import streamlit as st

from analysis.metrics.conversations import JSON_COLUMNS
from analysis.record import TEXT_COLUMNS
from analysis.scoring.masking import masked
from analysis.state import settings
from app import identity, runtime

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN_TO = "pii.shown_to"
"""The setting: roles that see personal data; nobody is kept from it where it was never set."""


def shown_to() -> frozenset[str]:
    """Give the roles that see personal data."""
    return _shown_to(str(runtime.current().workspace.root))


# A page asks for each text that it draws. Who changes it here is heeded at once, another process within the seconds.
@st.cache_data(ttl=5, max_entries=4, show_spinner=False)
def _shown_to(workspace: str) -> frozenset[str]:
    return frozenset(settings.get(runtime.current().state, SHOWN_TO, sorted(identity.ROLES)))


def show_to(roles: Sequence[str]) -> None:
    """Keep which roles see personal data; all of them is the default."""
    kept = None if frozenset(roles) == identity.ROLES else sorted(roles)
    settings.put(runtime.current().state, SHOWN_TO, kept, who=identity.current().name)
    _shown_to.clear()


def hides() -> bool:
    """Tell whether personal data is masked for who is looking."""
    shown = shown_to()
    return shown != identity.ROLES and not identity.current().roles & shown


def for_reader(text: str) -> str:
    """Give a text as who is looking may see it."""
    return masked(text) if text and hides() else text


def in_frame(frame: pl.DataFrame) -> pl.DataFrame:
    """Mask the texts of records that are handed out: JSON within its strings, documents, and all other texts whole."""
    texts = dict.fromkeys((*TEXT_COLUMNS, *JSON_COLUMNS))
    return frame.with_columns(
        *(_mapped(frame, name, _json if name in JSON_COLUMNS else masked) for name in texts), _documents(frame)
    )


def _mapped(frame: pl.DataFrame, name: str, change: Any) -> pl.Series:  # noqa: ANN401 - a function of a text
    return pl.Series(name, [text and change(text) for text in frame[name].to_list()], dtype=pl.String)


def _documents(frame: pl.DataFrame) -> pl.Series:
    rows = [
        found and [document | {"text": document["text"] and masked(document["text"])} for document in found]
        for found in frame["documents"].to_list()
    ]
    return pl.Series("documents", rows, dtype=frame["documents"].dtype)


def _json(text: str) -> str:
    try:
        return orjson.dumps(_within(orjson.loads(text))).decode()
    except orjson.JSONDecodeError:
        return masked(text)


def _within(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, list):
        return [_within(item) for item in value]
    return {key: _within(item) for key, item in value.items()} if isinstance(value, dict) else value
