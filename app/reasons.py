"""Where a change came from, as pages know it: :mod:`analysis.metrics.shifts.reasons`, which alerts speak by too."""

from __future__ import annotations

from analysis.metrics.shifts.reasons import sentence, signed, within

__all__ = ["sentence", "signed", "within"]
