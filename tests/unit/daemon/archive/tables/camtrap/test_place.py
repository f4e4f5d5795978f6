"""Places that are published."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.archive.tables.camtrap.place import round_place

EARTH_METRES = 6_371_008.8
"""Mean radius (IUGG)."""


def distance_metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Returns the length of the great circle between two places (haversine formula)."""
    (south, west), (north, east) = (tuple(map(math.radians, place)) for place in (one, other))
    half = math.sin((north - south) / 2) ** 2
    half += math.cos(south) * math.cos(north) * math.sin((east - west) / 2) ** 2
    return 2 * EARTH_METRES * math.asin(math.sqrt(half))


@pytest.mark.parametrize(
    ("latitude", "longitude", "decimals", "expected"),
    [
        ("52.51631", "13.37777", 2, ("52.52", "13.38", 654)),
        ("-33.8568", "151.2153", 1, ("-33.9", "151.2", 7264)),
        ("52.51631", "13.37777", 0, ("53", "13", 65_700)),
        ("52.5", "13.37777", 2, ("52.5", "13.4", 6_546)),
        ("52.50", "13.40", 2, ("52.50", "13.40", 654)),
        ("-0.001", "-0.001", 2, ("0.00", "0.00", 790)),
    ],
)
def test_a_place_is_rounded_and_states_by_how_much(
    latitude: str, longitude: str, decimals: int, expected: tuple[str, str, int]
) -> None:
    """It has no more decimals than the user wrote, and zero has no sign."""
    place = round_place(Decimal(latitude), Decimal(longitude), decimals)
    assert (f"{place.latitude:f}", f"{place.longitude:f}") == expected[:2]
    assert place.uncertainty_metres == pytest.approx(expected[2], rel=0.01)
    assert place.precision == 10.0**-place.decimals


@given(
    st.decimals(-90, 90, places=6, allow_nan=False),
    st.decimals(-180, 180, places=6, allow_nan=False),
    st.integers(0, 5),
)
def test_the_circle_has_the_true_place(
    latitude: Decimal, longitude: Decimal, decimals: int
) -> None:
    """Anywhere on the earth, at any rounding."""
    place = round_place(latitude, longitude, decimals)
    true, published = (float(latitude), float(longitude)), (place.latitude, place.longitude)
    distance = distance_metres(true, (float(published[0]), float(published[1])))
    assert distance <= place.uncertainty_metres
    assert -90 <= place.latitude <= 90
    assert -180 <= place.longitude <= 180
