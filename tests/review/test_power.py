"""How many items show a gap: the table of sample sizes that was computed beforehand."""

from __future__ import annotations

import pytest

from analysis.review.power import discordant, for_ratio, per_group


@pytest.mark.parametrize(
    ("base", "n"), [(0.05, 6745), (0.1, 3213), (0.2, 1447), (0.3, 859), (0.5, 388), (0.8, 123), (0.9, 74)]
)
def test_items_for_four_fifths_of_a_rate(base: float, n: int):
    assert for_ratio(base, 0.8) == n


@pytest.mark.parametrize(("share", "n"), [(0.55, 783), (0.6, 194), (0.65, 85), (0.7, 47), (0.8, 20)])
def test_pairs_that_differ(share: float, n: int):
    assert discordant(share) == discordant(1 - share) == n


def test_both_rates_alike_or_none():
    with pytest.raises(ValueError, match="no gap"):
        per_group(0.3, 0.3)
    with pytest.raises(ValueError, match=r"second: 1\.2"):
        per_group(0.3, 1.2)
