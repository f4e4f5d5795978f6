"""Finding the microphone that a person means."""

import pytest

from soundpost.capture.microphone.devices import Device, find_device
from soundpost.errors import CaptureError


def device(index: int, name: str, *, is_default: bool = False) -> Device:
    """A device as PortAudio would list it."""
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
    """By default, index, whole name (which wins over a part of others) or a part of one.

    The number that ALSA gave its card may be another one by now.
    """
    assert find_device(LISTED, wanted).index == index


def test_two_devices_that_a_name_fits_are_both_listed() -> None:
    """An ambiguous name is an error that shows the candidates, and them only."""
    with pytest.raises(CaptureError, match=r"got 2: 2 USB Audio: - .*; 3 USB Audio: #1") as caught:
        find_device(LISTED, "usb audio")
    assert "bcm2835" not in str(caught.value)


@pytest.mark.parametrize("wanted", ["1", "7", "99999999999999999999", "-1", "nothing like it"])
def test_a_device_that_is_not_there_is_refused_with_what_is(wanted: str) -> None:
    """An index between two others is as absent as one beyond the last."""
    with pytest.raises(CaptureError, match="got none") as caught:
        find_device(LISTED, wanted)
    assert wanted in str(caught.value)
    assert "2 USB Audio" in caught.value.hint


def test_no_default_is_refused_with_what_there_is() -> None:
    """Without a default device, the person is told to name one of the others."""
    with pytest.raises(CaptureError, match="expected a default microphone, got none") as caught:
        find_device(LISTED[:3], None)
    assert "bcm2835" in caught.value.hint


def test_a_machine_without_microphone_is_told_apart() -> None:
    """No device at all points to plugs and groups, not to names."""
    with pytest.raises(CaptureError, match="no device can record") as caught:
        find_device([], "USB")
    assert "arecord -l" in caught.value.hint
