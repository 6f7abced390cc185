"""Releases: when each came, whether it got better, for whom and at what cost, and what is to be done next."""

from __future__ import annotations

from app import released, released_next, watch

release = released.begin()
watch.running()
if release is not None:
    report = released.compared(release)
    if report is not None:
        released.verdict(report)
        released.metrics(report)
        released.groups(report)
    released.regression(release)
released_next.draw()
released_next.form()
