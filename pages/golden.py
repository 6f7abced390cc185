"""Golden set: what should be answered, by people's judgement; its versions, its items, and whether new answers hold."""

from __future__ import annotations

from app import golden, golden_make, golden_read, golden_runs, watch

version = golden.begin()
watch.running()
if version is not None:
    golden.head(version)
    golden_runs.draw(version)
    golden_read.draw(version)
golden_make.draw(version)
