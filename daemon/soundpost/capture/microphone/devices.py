"""Finding the microphone that a person named."""

import re
from dataclasses import dataclass
from typing import Any, Protocol

from soundpost.errors import CaptureError


@dataclass(frozen=True, slots=True)
class Device:
    """A device that sound can be had from.

    Attributes:
        index: PortAudio's number for it; another one after a reboot, or a plug pulled.
        name: What the driver calls it.
        host_api: The way to it, such as `ALSA`.
        channels: Most channels it records.
        default_rate_hz: The rate it likes best.
        is_default: Whether the system records from it when nothing is named.
    """

    index: int
    name: str
    host_api: str
    channels: int
    default_rate_hz: int
    is_default: bool


class _PortAudio(Protocol):
    """What is asked of `pyaudio.PyAudio`, which publishes no types."""

    def get_device_count(self) -> int: ...
    def get_device_info_by_index(self, device_index: int) -> dict[str, Any]: ...
    def get_host_api_info_by_index(self, host_api_index: int) -> dict[str, Any]: ...
    def get_default_input_device_info(self) -> dict[str, Any]: ...


def list_inputs(portaudio: _PortAudio) -> list[Device]:
    """Every device that can record, in PortAudio's order."""
    try:
        default = portaudio.get_default_input_device_info()["index"]
    except OSError:  # PortAudio's way to say that there is none
        default = None
    infos = map(portaudio.get_device_info_by_index, range(portaudio.get_device_count()))
    return [
        Device(
            index=info["index"],
            name=info["name"],
            host_api=portaudio.get_host_api_info_by_index(info["hostApi"])["name"],
            channels=info["maxInputChannels"],
            default_rate_hz=round(info["defaultSampleRate"]),
            is_default=info["index"] == default,
        )
        for info in infos
        if info["maxInputChannels"] > 0
    ]


def find_device(devices: list[Device], wanted: str | None) -> Device:
    """The device that is meant.

    Args:
        devices: All that can record.
        wanted: None for the default; digits for an index; else a name, or a part of one that no
            other has, in small or capital letters.

    Raises:
        CaptureError: None is meant, or several are.
    """
    if not devices:
        raise CaptureError(
            "expected a microphone, got none: no device can record",
            hint="plug it in; `arecord -l` must list it, and the user must be in group audio",
        )
    found = _matches(devices, wanted)
    if len(found) == 1:
        return found[0]
    meant = "a default microphone" if wanted is None else f"one microphone for {wanted!r}"
    listed = "; ".join(f"{device.index} {device.name}" for device in found or devices)
    if found:
        raise CaptureError(
            f"expected {meant}, got {len(found)}: {listed}", hint="give more of the name"
        )
    raise CaptureError(f"expected {meant}, got none", hint=f"there is: {listed}")


def lasting_name(name: str) -> str:
    """What stays of a device's name when its card comes back: all but ALSA's number for it."""
    return re.sub(r" \(hw:\d+,\d+\)$", "", name)


def _matches(devices: list[Device], wanted: str | None) -> list[Device]:
    if wanted is None:
        return [device for device in devices if device.is_default]
    if wanted.isdecimal():
        return [device for device in devices if device.index == int(wanted)]
    exact = [device for device in devices if device.name == wanted]
    part = lasting_name(wanted).casefold()
    return exact or [device for device in devices if part in device.name.casefold()]
