"""The reference of published levels: full scale, or 20 micropascals once calibrated."""

import math
from dataclasses import dataclass
from enum import StrEnum

FULL_SCALE_SINE_DBFS = 10.0 * math.log10(0.5)
"""The level of a sine that just reaches full scale, as `soundpost.audio.level_dbfs` counts."""


class Reference(StrEnum):
    """The reference of a level; the value is its name in tables and messages."""

    FULL_SCALE = "full_scale"
    MICROPASCAL_20 = "20_micropascal"


@dataclass(frozen=True, slots=True)
class LevelReference:
    """Converts levels in dBFS to decibels above a reference.

    Attributes:
        calibration_db: The sound pressure level, in dB re 20 µPa, of a sine that just reaches full
            scale; None if it is not known, and levels stay relative to full scale.
    """

    calibration_db: float | None = None

    @property
    def reference(self) -> Reference:
        """The reference of the converted levels."""
        return Reference.FULL_SCALE if self.calibration_db is None else Reference.MICROPASCAL_20

    def level_db(self, level_dbfs: float) -> float:
        """Returns a level in dB above the reference."""
        if self.calibration_db is None:
            return level_dbfs
        return level_dbfs - FULL_SCALE_SINE_DBFS + self.calibration_db
