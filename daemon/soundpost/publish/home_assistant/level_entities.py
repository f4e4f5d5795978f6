"""The sensors of sound levels."""

import math

from soundpost.acoustics.reference import Reference
from soundpost.publish.home_assistant.discovery_payload import Component

_MISSED_LEVELS = 5
"""After five missing values in a row Home Assistant shows the level as unavailable: a value or two
may be late."""


def level(base: str, level_seconds: float) -> Component:
    """Returns the sensor of the level that is published every few seconds.

    Args:
        base: The base topic of the node.
        level_seconds: The time between two levels.
    """
    # No device class: sound_pressure is what a calibrated meter shows, in dB or dB(A).
    return Component(
        platform="sensor",
        name="Level",
        state_topic=f"{base}/level",
        unit_of_measurement="dBFS",
        state_class="measurement",
        suggested_display_precision=1,
        expire_after=math.ceil(_MISSED_LEVELS * level_seconds),
    )


def minute_level(base: str, reference: Reference, expire_after: int) -> Component:
    """Returns the sensor of the A-weighted equivalent level of the last minute.

    Args:
        base: The base topic of the node.
        reference: The reference of the level. Home Assistant's class `sound_pressure` takes no
            levels relative to full scale.
        expire_after: The seconds after which a value that was not sent again is unavailable.
    """
    is_pressure = reference is Reference.MICROPASCAL_20
    return Component(
        platform="sensor",
        name="Average level (A)",
        state_topic=f"{base}/acoustics",
        # The topic is cleared, by an empty payload, when there is no sound.
        value_template="{{ value_json.laeq_db if value_json is defined else none }}",
        device_class="sound_pressure" if is_pressure else None,
        unit_of_measurement="dBA" if is_pressure else "dBFS",
        state_class="measurement",
        suggested_display_precision=1,
        expire_after=expire_after,
    )
