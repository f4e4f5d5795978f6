"""Home Assistant's device class of each sound: its icon, and the words for on and off.

Source: https://www.home-assistant.io/integrations/binary_sensor/#device-class.
"""

from collections.abc import Iterable, Mapping
from typing import get_args

from soundpost.config import MqttConfig
from soundpost.config.types import DeviceClass
from soundpost.errors import ConfigError, did_you_mean
from soundpost.events import ANY

SOUND = "sound"
"""Of every label that has no other class."""
GLASS_BREAK = "glass_break"
GLASS_BREAK_SINCE = (2026, 11)
"""The version of Home Assistant from which on it is known here that it has that class. An older one
refuses the whole entity, so without a configured version it gets `safety`."""
_SAFETY = "safety"
_BY_LABEL = {
    "smoke": ("smoke_alarm", "smoke_detector", "fire_alarm"),
    "carbon_monoxide": ("carbon_monoxide_alarm", "co_alarm"),
    "gas": ("gas_alarm", "gas_leak"),
    "heat": ("crackling_fire", "fire"),
    GLASS_BREAK: ("glass_breaking", "glass_break", "breaking_glass", "shatter"),
    _SAFETY: (
        *("siren", "alarm", "burglar_alarm", "car_alarm", "gun_shot", "gunshot", "explosion"),
        *("scream", "screaming"),
    ),
    "motion": ("footsteps",),
    "moisture": ("rain", "water_drops", "water_leak"),
    "running": (
        *("engine", "engine_idling", "washing_machine", "vacuum_cleaner", "air_conditioner"),
        *("chainsaw", "drill", "drilling", "jackhammer", "lawn_mower"),
    ),
}
_SHIPPED = {label: name for name, labels in _BY_LABEL.items() for label in labels}
"""The class by label, for the labels of the included bundles and other common data sets."""


def device_classes(
    config: MqttConfig, labels: Iterable[str], of_manifest: Mapping[str, str]
) -> dict[str, str]:
    """Returns the device class of each label, and of any sound.

    The configuration wins over the manifest of the bundle, and that over the shipped ones.

    Args:
        config: The `[mqtt]` table.
        labels: The labels that are detected.
        of_manifest: The classes that the manifest names, by label; an unknown one is ignored.
    """
    known = get_args(DeviceClass)
    chosen = {}
    for label in (*labels, ANY):
        name = of_manifest.get(label, _SHIPPED.get(label, SOUND))
        if name not in known:
            name = SOUND
        elif name == GLASS_BREAK and not _knows_glass_break(config.home_assistant_version):
            name = _SAFETY
        chosen[label] = config.device_classes.get(label, name)
    return chosen


def check_device_classes(config: MqttConfig, labels: Iterable[str]) -> None:
    """Raises ConfigError if the configuration names a label that cannot be detected.

    Args:
        config: The `[mqtt]` table.
        labels: All labels of the model, and the reserved ones.
    """
    known = list(labels)
    for label in config.device_classes:
        if label not in known:
            raise ConfigError(
                f"mqtt.device_classes: there is no label {label!r}", hint=did_you_mean(label, known)
            )


def _knows_glass_break(version: str | None) -> bool:
    return version is not None and tuple(map(int, version.split("."))) >= GLASS_BREAK_SINCE
