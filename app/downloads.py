"""The records of a filter to take away: small amounts from the browser, large ones by the command line."""

from __future__ import annotations

import shlex
import uuid
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from analysis import export
from app import data, privacy
from app.text import log_code

if TYPE_CHECKING:
    from analysis.metrics.filter import Filter

MOST = 10_000
"""Records that are handed to a browser at once; they pass through the server's memory."""

_TITLES = {"csv": "CSV", "jsonl": "JSON lines", "parquet": "Parquet"}
_TYPES = {"csv": "text/csv", "jsonl": "application/jsonl", "parquet": "application/vnd.apache.parquet"}


def offer(chosen: Filter, total: int) -> None:
    """Draw the way to take the records of a filter away, whole: every column, the full texts."""
    with st.popover("Download", help="Every column of these records, with the full texts"):
        if not total:
            st.markdown("There is nothing to download.")
        elif total <= MOST:
            for ending in _TITLES:
                st.download_button(
                    f"{total:,} as {_TITLES[ending]}", partial(written, chosen, ending), key=f"download-{ending}",
                    file_name=f"records.{ending}", mime=_TYPES[ending], on_click="ignore", type="tertiary",
                )  # fmt: skip
            st.caption("In CSV, texts that a spreadsheet would run as formulas begin with an apostrophe.")
        else:
            st.markdown(f"{total:,} records are too many for a browser, which can take up to {MOST:,}.")
            st.markdown("In a terminal on the machine where Afterword runs, this writes them all:")
            log_code(command(chosen), language="bash")
            st.caption("End the name in .csv or .jsonl for those.")


def written(chosen: Filter, ending: str) -> bytes:
    """Write the records of a filter and give the file's content."""
    held = data.store()
    path = held.workspace.staging / f"download-{uuid.uuid4().hex}.{ending}"
    try:
        export.records(held, chosen, path, change=privacy.in_frame if privacy.hides() else None)
        return path.read_bytes()
    finally:
        path.unlink(missing_ok=True)


def command(chosen: Filter) -> str:
    """Write the command that exports the records of a filter."""
    parts = ["afterword", "export", "records"]
    for option, moment in (("--from", chosen.start), ("--to", chosen.end)):
        parts += [option, moment.isoformat()] if moment is not None else []
    for text in chosen.texts():
        parts += ["--where", text]
    return shlex.join([*parts, "-o", "records.parquet"])
