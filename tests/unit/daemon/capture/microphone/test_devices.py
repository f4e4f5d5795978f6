"""Finding the microphone that the user named."""

import pytest

from soundpost.capture.microphone.devices import Device, find_device
from soundpost.errors import CaptureError


def device(index: int, name: str, *, is_default: bool = False) -> Device:
    """Builds a device as PortAudio lists it."""
    return Device(index, name, "ALSA", 2, 44_100, is_default)


LISTED = [
    device(0, "bcm2835 Headphones: - (hw:0,0)"),
    device(2, "USB Audio: - (hw:1,0)"),
    device(3, "USB Audio: #1 (hw:1,1)"),
    device(5, "default", is_default=True),
    device(6, "default 2"),
]


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (None, 5),
        ("0", 0),
        ("5", 5),
        ("USB Audio: - (hw:1,0)", 2),
        ("bcm2835 Headphones: - (hw:3,0)", 0),
        ("headphones", 0),
        ("HW:1,1", 3),
        ("default", 5),
    ],
)
def test_a_device_is_found(wanted: str | None, index: int) -> None:
    """A device is found by default, index, whole name (preferred) or part of a name.

    ALSA's number for its card may have changed.
    """
    assert find_device(LISTED, wanted).index == index


def test_an_ambiguous_name_lists_the_candidates() -> None:
    """A name that matches two devices is an error that lists these two only."""
    with pytest.raises(CaptureError, match=r"got 2: 2 USB Audio: - .*; 3 USB Audio: #1") as caught:
        find_device(LISTED, "usb audio")
    assert "bcm2835" not in str(caught.value)


@pytest.mark.parametrize("wanted", ["1", "7", "99999999999999999999", "-1", "nothing like it"])
def test_an_absent_device_is_refused_with_a_list(wanted: str) -> None:
    """The hint lists the devices, also for an index between two others."""
    with pytest.raises(CaptureError, match="got none") as caught:
        find_device(LISTED, wanted)
    assert wanted in str(caught.value)
    assert "2 USB Audio" in caught.value.hint


def test_a_missing_default_is_refused_with_a_list() -> None:
    """Without a default device, the hint lists the others."""
    with pytest.raises(CaptureError, match="expected a default microphone, got none") as caught:
        find_device(LISTED[:3], None)
    assert "bcm2835" in caught.value.hint


def test_a_machine_without_microphones_has_a_hint_of_its_own() -> None:
    """Without any device, the hint is about plugs and groups, not about names."""
    with pytest.raises(CaptureError, match="no device can record") as caught:
        find_device([], "USB")
    assert "arecord -l" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "channels", "expected"),
    [
        ("USB Audio: - (hw:1,0)", 1, 1),
        ("USB Audio: - (hw:1,0)", 2, 2),
        ("Mixer: - (hw:2,0)", 48, 48),
        ("microphones", 8, 8),
        ("pulse", 32, 2),
        ("pipewire", 64, 2),
        ("default", 128, 2),
    ],
)
def test_all_channels_of_a_card_are_recorded_but_two_of_a_converter(
    name: str, channels: int, expected: int
) -> None:
    """A sound server makes any number of channels of one; more are recorded if one is chosen."""
    device = Device(0, name, "ALSA", channels, 48_000, is_default=False)
    assert device.channels_for("auto") == device.channels_for("mix") == expected
    assert device.channels_for("left") == 1
    assert device.channels_for(channels) == channels
    with pytest.raises(CaptureError, match=f"at least {channels + 1} channels"):
        device.channels_for(channels + 1)
