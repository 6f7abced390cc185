"""An area drawn around on the map of topics: as text in links and commands, and as SQL over the places on it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.metrics.fields import Bound
    from analysis.store import Store

MOST = 24
"""Corners that a drawn line is simplified to."""
READ = 100
"""Corners that are read: a link may have been written by hand."""
DIGITS = 2
"""Decimals of a corner: a hundredth is less than a point of the picture."""
_NUMBER = r"-?\d{1,6}(?:\.\d{1,6})?"
_CORNER = rf"{_NUMBER},{_NUMBER}"
_FORM = re.compile(rf"(?P<map>\d{{1,9}}):(?P<corners>{_CORNER}(?:;{_CORNER}){{2,{READ - 1}}})", re.ASCII)

Corner = tuple[float, float]


@dataclass(frozen=True)
class Area:
    """A polygon on a map: the map's number, and the corners in order; the last is joined to the first."""

    map: int
    corners: tuple[Corner, ...]

    @classmethod
    def parse(cls, text: str) -> Area:
        """Read ``3:1.5,2;4,2.25;4,6``: the map's number, then the corners.

        Raises
        ------
        ValueError
            If it has another form, or fewer than 3 or more than :data:`READ` corners.
        """
        match = _FORM.fullmatch(text) if len(text) <= 20 * (READ + 1) else None
        if match is None:
            raise ValueError(
                f"area: {text[:60]!r} is none. Write the map's number and 3 to {READ} corners: 3:1.5,2;4,2.25;4,6."
            )
        corners = (corner.split(",") for corner in match["corners"].split(";"))
        return cls(int(match["map"]), tuple((float(x), float(y)) for x, y in corners))

    @classmethod
    def around(cls, map: int, line: Sequence[Corner]) -> Area | None:
        """Make the area within a drawn line, simplified to :data:`MOST` corners; None for a line that holds nothing.

        The corner that the polygon would miss least is taken out until few enough are left (Visvalingam & Whyatt 1993,
        Line generalisation by repeated elimination of points).
        """
        corners = list(dict.fromkeys((round(x, DIGITS), round(y, DIGITS)) for x, y in line))
        while len(corners) > MOST:
            sizes = [_triangle(corners[n - 1], corner, corners[(n + 1) % len(corners)])
                     for n, corner in enumerate(corners)]  # fmt: skip
            corners.pop(sizes.index(min(sizes)))
        return cls(map, tuple(corners)) if len(corners) >= 3 else None

    def text(self) -> str:
        """Write it in the form that :meth:`parse` reads."""
        return f"{self.map}:{';'.join(f'{_plain(x)},{_plain(y)}' for x, y in self.corners)}"

    def holds(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell of places, arrays (n,) each, which lie within: as :meth:`predicate` does."""
        inside = np.zeros(len(x), dtype=bool)
        for (ax, ay), (bx, by) in self._sides():
            inside ^= ((y < ay) != (y < by)) & (x < ax + (bx - ax) / (by - ay) * (y - ay))
        return inside

    def predicate(self, bound: Bound) -> str:
        """Write SQL over ``records r`` that holds for the records whose place lies within.

        A ray from the place to the right crosses the polygon's sides an odd number of times (Shimrat 1962, Algorithm
        112). On a map that is gone there are no places, so nothing lies within.
        """
        xs, ys = zip(*self.corners, strict=True)
        box = [bound.add(value) for value in (min(xs), max(xs), min(ys), max(ys))]
        sides = []
        for (ax, ay), (bx, by) in self._sides():
            slope, x, y, end = (bound.add(value) for value in ((bx - ax) / (by - ay), ax, ay, by))
            sides.append(f"((p.y < {y}) <> (p.y < {end}) AND p.x < {x} + {slope} * (p.y - {y}))::INTEGER")
        return f"""r.id IN (SELECT p.record_id FROM placements p WHERE p.map = {bound.add(self.map)}
            AND p.x BETWEEN {box[0]} AND {box[1]} AND p.y BETWEEN {box[2]} AND {box[3]}
            AND ({" + ".join(sides) or "0"}) % 2 = 1)"""

    def _sides(self) -> list[tuple[Corner, Corner]]:
        """List the sides but for level ones, which no level ray crosses."""
        sides = zip(self.corners, (*self.corners[1:], self.corners[0]), strict=True)
        return [(one, other) for one, other in sides if one[1] != other[1]]


def gone(store: Store, areas: Sequence[str]) -> bool:
    """Tell whether one of some areas, as texts, lies on a map that is there no longer."""
    maps = {row["id"] for row in store.rows("SELECT id FROM maps")} if areas else set()
    return any(Area.parse(area).map not in maps for area in areas)


def _triangle(before: Corner, corner: Corner, after: Corner) -> float:
    """Twice the area that is lost or won without a corner."""
    return abs((corner[0] - before[0]) * (after[1] - before[1]) - (after[0] - before[0]) * (corner[1] - before[1]))


def _plain(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
