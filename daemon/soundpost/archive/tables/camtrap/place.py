"""A place that is published: rounded, with the distance by which it may be off."""

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

_METRES_PER_DEGREE = 111_700
"""At most, on WGS 84: of latitude at the poles 111,694 m, of longitude at the equator 111,320 m."""


@dataclass(frozen=True, slots=True)
class RoundedPlace:
    """A place on the earth, in degrees, north and east positive.

    Attributes:
        latitude: Rounded to `decimals`.
        longitude: Rounded to `decimals`.
        decimals: The decimals that both have.
    """

    latitude: Decimal
    longitude: Decimal
    decimals: int

    @property
    def precision(self) -> float:
        """The distance of two neighbouring values of a coordinate, in degrees."""
        return float(Decimal(1).scaleb(-self.decimals))

    @property
    def uncertainty_metres(self) -> int:
        """Radius of the circle around the rounded place that has all that is rounded to it.

        Each coordinate is off by half a step at most. A degree of longitude is longest at the side
        of that cell that is nearer to the equator.
        """
        step = self.precision / 2
        nearest = max(abs(float(self.latitude)) - step, 0.0)
        return math.ceil(
            step * _METRES_PER_DEGREE * math.hypot(1.0, math.cos(math.radians(nearest)))
        )


def round_place(latitude: Decimal, longitude: Decimal, most_decimals: int) -> RoundedPlace:
    """Rounds a place.

    Args:
        latitude: From -90 to 90, as it was written: 52.5 has one decimal, 52.50 has two.
        longitude: From -180 to 180, as it was written.
        most_decimals: Of both coordinates. They get fewer if one of them was written with fewer,
            because the rest is not known.
    """
    decimals = min(most_decimals, _decimals(latitude), _decimals(longitude))
    unit = Decimal(1).scaleb(-decimals)
    rounded = [
        # Adding zero takes the sign from a zero.
        coordinate.quantize(unit, ROUND_HALF_EVEN) + 0
        for coordinate in (latitude, longitude)
    ]
    return RoundedPlace(rounded[0], rounded[1], decimals)


def _decimals(coordinate: Decimal) -> int:
    exponent = coordinate.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
