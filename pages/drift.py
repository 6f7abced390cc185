"""Drift: whether what people ask has changed, in what, how surely, and what became of it."""

from __future__ import annotations

from app import data, drifted, page, watch

scope = page.begin("Drift")
watch.running()
pair = drifted.compared(scope)
if pair is not None:
    found = data.drift(*pair)
    drifted.verdict(found)
    drifted.groups(found)
    drifted.examples(found.report)
    drifted.outcomes(found)
    drifted.aspects(found.report)
drifted.changes(scope)
