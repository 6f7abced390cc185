"""Dataclasses of arrays, numbers and texts as files (``.npz``)."""

from __future__ import annotations

import os
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")


def save(what: Any, path: Path) -> None:  # noqa: ANN401 - any dataclass
    """Write a dataclass, whole or not at all."""
    beside = path.with_suffix(f".{os.getpid()}.tmp")
    with beside.open("wb") as file:
        np.savez_compressed(file, **{field.name: getattr(what, field.name) for field in fields(what)})
    beside.replace(path)


def load(kind: type[T], path: Path) -> T:
    """Read a dataclass; nothing in the file is run."""
    with np.load(path, allow_pickle=False) as read:
        found = {field.name: read[field.name] for field in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: array if array.ndim else array.item() for name, array in found.items()})
