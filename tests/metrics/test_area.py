"""An area drawn around on the map: which records lie within, as text and back, and what it refuses."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.metrics.area import MOST, READ, Area
from analysis.metrics.filter import Condition, Filter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from analysis.store import Store

PLACES = [(x / 2, y / 2) for x in range(-6, 7) for y in range(-6, 7)]
CORNERS = st.tuples(st.integers(-900, 900), st.integers(-900, 900)).map(lambda c: (c[0] / 200 + 0.0025, c[1] / 200))


@pytest.fixture
def placed(store: Store, add_records: Callable[..., list[str]]) -> Store:
    """A record at each of the places, on map 3."""
    ids = add_records(*({"source_id": str(number)} for number in range(len(PLACES))))
    with store.write() as cursor:
        cursor.executemany(
            "INSERT INTO placements (map, record_id, topic, similarity, x, y, cluster) VALUES (3, ?, 0, 1, ?, ?, NULL)",
            [(id, x, y) for id, (x, y) in zip(ids, PLACES, strict=True)],
        )
    return store


def found(store: Store, *texts: str) -> set[tuple[float, float]]:
    where, values = Filter.parse(texts).predicate()
    rows = store.rows(f"SELECT source_id FROM records r WHERE {where}", values)
    return {PLACES[int(row["source_id"])] for row in rows}


def turns(place: tuple[float, float], corners: Sequence[tuple[float, float]]) -> float:
    """How often the corners go around a place: the angles between them, added up."""
    angles = [math.atan2(y - place[1], x - place[0]) for x, y in corners]
    steps = (after - before for before, after in zip(angles, [*angles[1:], angles[0]], strict=True))
    return sum((step + math.pi) % (2 * math.pi) - math.pi for step in steps) / (2 * math.pi)


def distance(place: tuple[float, float], corners: Sequence[tuple[float, float]]) -> float:
    far = math.inf
    for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True):
        long = (bx - ax) ** 2 + (by - ay) ** 2
        at = max(0, min(1, ((place[0] - ax) * (bx - ax) + (place[1] - ay) * (by - ay)) / long)) if long else 0
        far = min(far, math.hypot(place[0] - ax - at * (bx - ax), place[1] - ay - at * (by - ay)))
    return far


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(CORNERS, min_size=3, max_size=READ, unique=True))
def test_it_holds_the_places_that_the_polygon_goes_around_an_odd_number_of_times(placed, corners):
    area = Area.parse(Area(3, tuple(corners)).text())
    inside = found(placed, f"area={area.text()}")
    held = area.holds(*np.array(PLACES).T)
    for place, also in zip(PLACES, held, strict=True):
        if distance(place, corners) > 1e-6:  # on the line itself either is right
            assert (place in inside) == also == (round(turns(place, corners)) % 2 == 1)


def test_a_square_the_rest_two_of_them_and_another_map(placed):
    square = "3:-0.6,-0.6;0.6,-0.6;0.6,0.6;-0.6,0.6"
    inside = {(x, y) for x, y in PLACES if abs(x) <= 0.5 and abs(y) <= 0.5}
    assert found(placed, f"area={square}") == inside
    assert found(placed, f"area!={square}") == set(PLACES) - inside
    assert found(placed, f"area={square}", "area=3:2.6,2.6;3.1,2.6;3.1,3.1;2.6,3.1") == {*inside, (3.0, 3.0)}
    assert found(placed, "area=4:-0.6,-0.6;0.6,-0.6;0.6,0.6;-0.6,0.6") == set()
    assert found(placed, "area=3:0,0;1,0;2,0") == set()


@given(st.lists(st.tuples(st.floats(-30, 30), st.floats(-30, 30)), max_size=200))
def test_a_drawn_line_becomes_few_corners_that_come_back_from_their_text(line):
    area = Area.around(7, line)
    if area is not None:
        assert 3 <= len(area.corners) <= MOST
        condition = Condition("area", "=", (area.text(),))
        assert Condition.parse(condition.texts()[0]) == condition
        assert Area.parse(area.text()) == area


def test_a_simplified_circle_is_still_the_circle():
    line = [(10 * math.cos(step / 50), 10 * math.sin(step / 50)) for step in range(314)]
    area = Area.around(1, line)
    assert area is not None
    assert len(area.corners) == MOST
    assert all(9.8 <= math.hypot(*corner) <= 10.01 for corner in area.corners)
    assert Area.around(1, [(0, 0), (1, 1)]) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "3", "3:", "3:1,2;3,4", "3:nan,0;1,1;2,2", "3:inf,0;1,1;2,2", "3:1e9,0;1,1;2,2", "3:1,2;3,4;5", "(none)",
        "x:1,2;3,4;5,6", "3:1,2;3,4;5,6)--", "٣:1,2;3,4;5,6", "3:" + ";".join(["1,2"] * (READ + 1)),
        "3:" + "1,2;" * 1_000_000,
    ],
)  # fmt: skip
def test_what_is_no_area_is_named(text):
    with pytest.raises(ValueError, match="area: "):
        Condition.parse(f"area={text}")
    with pytest.raises(ValueError, match=r"does not apply|no condition"):
        Condition.parse("area>3:1,2;3,4;5,6")


def test_it_reads_as_a_sentence():
    assert Condition.parse("area=3:1,2;3,4;5,6.50").sentence() == "drawn around on the map"
    assert Condition.parse("area!=3:1,2;3,4;5,6.50").sentence() == "not drawn around on the map"
    assert Condition.parse("area=3:1,2;3,4;5,6.50").texts() == ("area=3:1,2;3,4;5,6.5",)
