"""The place of a node."""

import msgspec


class Place(msgspec.Struct, frozen=True):
    """A place on the earth, in degrees, north and east positive."""

    latitude: float
    longitude: float

    def __str__(self) -> str:
        north_south = "S" if self.latitude < 0.0 else "N"
        east_west = "W" if self.longitude < 0.0 else "E"
        return f"{abs(self.latitude):.1f} {north_south} {abs(self.longitude):.1f} {east_west}"
