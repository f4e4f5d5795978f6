"""A short recording that shows whether the microphone works, for `check`."""

from contextlib import closing
from dataclasses import dataclass

import numpy as np

from soundpost.audio import level_dbfs
from soundpost.capture.microphone.mic import MicSource
from soundpost.capture.microphone.native_calls import call_with_timeout
from soundpost.health import Health

QUEUE_SECONDS = 10.0  # far longer than a probe, so that nothing is dropped


@dataclass(frozen=True, slots=True)
class Probe:
    """The result of a short recording.

    Attributes:
        device_name: The device that recorded.
        samples: Number of samples captured, at the requested rate.
        level_dbfs: Their RMS level; `SILENCE_DBFS` is digital silence, as of a muted microphone.
    """

    device_name: str
    samples: int
    level_dbfs: float


def probe(device: str | None, sample_rate_hz: int, seconds: float = 0.1) -> Probe:
    """Records for a moment through the same path as the daemon.

    Args:
        device: As for `MicSource`.
        sample_rate_hz: The rate to record at.
        seconds: The duration.

    Raises:
        CaptureError: As for `MicSource`, or the sound system hangs.
    """
    wanted_samples = round(seconds * sample_rate_hz)
    source = MicSource(device, sample_rate_hz, queue_seconds=QUEUE_SECONDS, health=Health())
    call_with_timeout(source.open)
    with closing(source):
        pieces = []
        for chunk in source.chunks():
            pieces.append(chunk.samples)
            if chunk.end_sample >= wanted_samples:
                break
        samples = np.concatenate(pieces)
        return Probe(source.device.name, len(samples), level_dbfs(samples))
