"""Import for someone who has imported nothing yet: what can be dropped, and a sample to look at."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from analysis.ingest import ledger
from analysis.ingest.adapters import ADAPTERS
from analysis.ingest.report import Options
from app import identity, runtime, watch
from app.text import escape
from app.work import import_arguments

_SAMPLE = Path(__file__).resolve().parents[1] / "sample_data"


def lead() -> None:
    """Say what this page does."""
    with st.container(key="lead"):
        st.markdown(
            "Drop in what your tool exports. Afterword tells the format by the content, keeps every line that it can "
            "read, and says of each other one where it is and why. Nothing leaves this machine, the same file twice "
            "adds nothing, and an import can be undone whole."
        )


def formats(*, unfold: bool) -> None:
    """List the formats that are known, and what becomes of others; under a heading, or folded."""
    if unfold:
        st.subheader("What can be dropped here")
        _formats()
    else:
        with st.expander("What can be dropped here", type="compact"):
            _formats()


def _formats() -> None:
    titles = sorted((adapter.title for adapter in ADAPTERS.values()), key=str.lower)
    third = -(-len(titles) // 3)
    with st.container(key="formats-known"):
        for place, column in enumerate(st.columns(3, gap="large")):
            with column:
                for title in titles[place * third : (place + 1) * third]:
                    st.caption(escape(title))
    with st.container(width=720):
        st.markdown(
            "**Anything else** with a row a call, as JSON, CSV or Parquet: Afterword guesses which field is what, "
            "shows the first rows as it would read them, and lets you correct it. It remembers for the next time."
        )


def sample() -> None:
    """Offer the sample data, where it is there and not imported yet."""
    taken = {report.file for report in ledger.imports(runtime.current().store)}
    files = [file for file in sorted(_SAMPLE.glob("*.jsonl.gz")) if not taken & {file.name, file.stem}]
    if not files or _under_way(files):
        return
    st.subheader("No export at hand?")
    with st.container(width=720):
        st.markdown(
            "Look at the sample: three months of a shop's support assistant and of a screener of applications, made "
            "up, with stories to find in them. It can be undone like any import."
        )
    st.button("Import the sample data", key="import-sample", on_click=_import, args=(files,))


def _import(files: list[Path]) -> None:
    if _under_way(files):
        return
    watch.put_away()
    watch.submit("import", import_arguments(files, Options(imported_by=identity.current().name)))


def _under_way(files: list[Path]) -> bool:
    """Whether somebody imports the sample right now."""
    return any(str(files[-1]) in job.arguments.get("paths", []) for job in runtime.current().jobs.active())
