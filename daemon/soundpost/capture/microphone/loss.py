"""The ways in which a microphone that records is lost."""

from soundpost.capture.live.timeline import BEHIND_SECONDS
from soundpost.capture.microphone.portaudio import BUFFERS_PER_SECOND
from soundpost.errors import CaptureError


def refuse_end(device_name: str, *, is_active: bool) -> None:
    """Raises CaptureError if a stream has ended by itself."""
    if not is_active:
        raise CaptureError(
            f"{device_name} stopped: it was unplugged, or its sound server ended",
            hint="look at the plug and the cable; `soundpost devices` must list it",
        )


def refuse_stall(device_name: str, waited_seconds: float, stall_seconds: float) -> None:
    """Raises CaptureError if no buffer came for too long."""
    if waited_seconds >= stall_seconds:
        raise CaptureError(
            f"{device_name}: expected {BUFFERS_PER_SECOND} buffers a second, "
            f"got none for {waited_seconds:.1f} s",
            hint="unplug it and plug it in; a sound server that hangs must be restarted",
        )


def refuse_delay(device_name: str, behind_seconds: float) -> None:
    """Raises CaptureError if sound arrives ever later."""
    if behind_seconds > BEHIND_SECONDS:
        raise CaptureError(
            f"{device_name}: sound arrives {behind_seconds:.1f} s late, "
            "or was lost without an overflow flag",
            hint="the machine was too busy, or suspended: see `soundpost bench`",
        )
