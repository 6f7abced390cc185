"""Sizes of files and lengths of waits, in words."""

from __future__ import annotations

from app import units

_SCALES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def size(count: float) -> str:
    """Write a number of bytes in decimal units: ``812 bytes``, ``3.7 MB``."""
    for scale, unit in _SCALES:
        if count >= scale:
            amount = count / scale
            return f"{amount:.{0 if amount >= 99.5 else 1}f}{units.THIN}{unit}"
    return f"{count:.0f}{units.THIN}{'byte' if count == 1 else 'bytes'}"


def counted(count: int, thing: str, things: str = "") -> str:
    """Write a number with its noun: ``1 record``, ``2,000 records``; `things` where the plural is not regular."""
    return f"{units.exact(count)} {thing if count == 1 else things or thing + 's'}"


def wait(seconds: float) -> str:
    """Write the time left, no more exactly than it can be known: ``8 s``, ``3 min``, ``2 h``."""
    if seconds < 90:
        return f"{max(1, round(seconds))}{units.THIN}s"
    return f"{round(seconds / 60)}{units.THIN}min" if seconds < 5400 else f"{round(seconds / 3600)}{units.THIN}h"
