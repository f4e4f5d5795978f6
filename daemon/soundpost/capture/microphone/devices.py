"""Lists the devices that can record, and finds one by name or index."""

import re
from dataclasses import dataclass
from typing import Any, Protocol

from soundpost.audio.channels import ChannelChoice, channel_number, refuse_missing_channel
from soundpost.errors import CaptureError

HARDWARE_NAME = re.compile(r" \((hw:\d+,\d+)\)$")
"""The end of PortAudio's name for a card that ALSA reaches without a conversion."""
MOST_CARD_CHANNELS = 31
"""More than this only a program has that converts to any number: ALSA's `pulse`, `default` and
`plug` state 32, 64 or 128, whatever card is behind them."""
CONVERTED_CHANNELS = 2
"""Such a program copies the channel of a mono card to both."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device that can record.

    Attributes:
        index: PortAudio's number for it; changes with a reboot or when a plug is pulled.
        name: The driver's name for it.
        host_api: The sound system that gives access to it, such as `ALSA`.
        channels: Most channels that it records.
        default_rate_hz: Its preferred rate.
        is_default: True for the device that the system records from by default.
    """

    index: int
    name: str
    host_api: str
    channels: int
    default_rate_hz: int
    is_default: bool

    @property
    def own_channels(self) -> int:
        """The channels of the card itself, as far as they are known."""
        is_card = self.channels <= MOST_CARD_CHANNELS or HARDWARE_NAME.search(self.name)
        return self.channels if is_card else CONVERTED_CHANNELS

    def channels_for(self, choice: ChannelChoice) -> int:
        """Returns how many channels have to be recorded for a choice.

        Raises:
            CaptureError: The device lacks the chosen channel.
        """
        refuse_missing_channel(choice, self.channels, self.name)
        return channel_number(choice) or self.own_channels


class _DeviceLister(Protocol):
    """The calls of `pyaudio.PyAudio` that list devices; PyAudio publishes no types."""

    def get_device_count(self) -> int: ...
    def get_device_info_by_index(self, device_index: int) -> dict[str, Any]: ...
    def get_host_api_info_by_index(self, host_api_index: int) -> dict[str, Any]: ...
    def get_default_input_device_info(self) -> dict[str, Any]: ...


def list_inputs(portaudio: _DeviceLister) -> list[Device]:
    """Returns every device that can record, in PortAudio's order."""
    try:
        default = portaudio.get_default_input_device_info()["index"]
    except OSError:  # raised where there is no default device
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
    """Returns the device that the user named.

    Args:
        devices: All devices that can record.
        wanted: None for the default device; digits for an index; else a name, or a part of a name
            that no other device has, in small or capital letters.

    Raises:
        CaptureError: No device matches, or several do.
    """
    if not devices:
        raise CaptureError(
            "expected a microphone, got none: no device can record",
            hint="plug it in; `arecord -l` must list it, and the user must be in group audio",
        )
    matches = _matches(devices, wanted)
    if len(matches) == 1:
        return matches[0]
    expected = "a default microphone" if wanted is None else f"one microphone for {wanted!r}"
    listed = "; ".join(f"{device.index} {device.name}" for device in matches or devices)
    if matches:
        raise CaptureError(
            f"expected {expected}, got {len(matches)}: {listed}", hint="give more of the name"
        )
    raise CaptureError(f"expected {expected}, got none", hint=f"there is: {listed}")


def stable_name(name: str) -> str:
    """Returns a device's name without ALSA's card number, which changes when a card comes back."""
    return HARDWARE_NAME.sub("", name)


def _matches(devices: list[Device], wanted: str | None) -> list[Device]:
    if wanted is None:
        return [device for device in devices if device.is_default]
    if wanted.isdecimal():
        return [device for device in devices if device.index == int(wanted)]
    exact = [device for device in devices if device.name == wanted]
    part = stable_name(wanted).casefold()
    return exact or [device for device in devices if part in device.name.casefold()]
