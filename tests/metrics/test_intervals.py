"""Intervals against published figures and an independent computation."""

import pytest

from analysis.metrics import intervals


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3 (Wilson score)
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_wilson_against_newcombe(hits, n, low, high):
    assert intervals.wilson(hits / n, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("freedom", "point"),
    [(1, 12.706), (2, 4.303), (4, 2.776), (5, 2.571), (10, 2.228), (29, 2.045), (30, 2.042), (120, 1.980)],
)
def test_student_t_against_the_tables(freedom, point):
    assert intervals.student_t(freedom) == pytest.approx(point, abs=2e-3)


def test_mean_by_hand():
    # 1, 2, 3, 4, 5: mean 3, deviation 1.5811; 2.776 * 1.5811 / sqrt(5) = 1.963
    assert intervals.mean(3, 1.58114, 5) == pytest.approx((1.0367, 4.9633), abs=1e-3)
    assert intervals.mean(3, 0, 1) is None
