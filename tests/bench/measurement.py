"""A measured value and its limit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measured value and its limit."""

    name: str
    value: float
    limit: float
    unit: str

    @property
    def holds(self) -> bool:
        """True if the value is within the limit."""
        return self.value <= self.limit

    def __str__(self) -> str:
        verdict = "ok  " if self.holds else "MISS"
        return f"{verdict}  {self.name:64} {self.value:8.3f} {self.unit:4} at most {self.limit:g}"
