"""How figures are written, as pages know it: :mod:`analysis.units`, which alerts write theirs by too."""

from __future__ import annotations

from analysis.units import *  # noqa: F403
