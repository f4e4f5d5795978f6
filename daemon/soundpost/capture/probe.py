"""A short listen, to see that the microphone is there and hears."""

from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from soundpost.audio import level_dbfs
from soundpost.capture.microphone.mic import MicSource
from soundpost.capture.microphone.native_calls import call_with_timeout
from soundpost.health import Health


@dataclass(frozen=True, slots=True)
class Probe:
    """What a short listen gave.

    Attributes:
        device_name: Who was heard.
        samples: How many samples came, at the rate that was asked for.
        level_dbfs: Their RMS level; `SILENCE_DBFS` is digital silence, a microphone turned off.
    """

    device_name: str
    samples: int
    level_dbfs: float


def probe(device: str | None, sample_rate_hz: int, seconds: float = 0.1) -> Probe:
    """Record for a moment through the very path that the daemon records through.

    Args:
        device: As for `MicSource`.
        sample_rate_hz: The rate to record at.
        seconds: How long.

    Raises:
        CaptureError: As for `MicSource`, or the sound system hangs.
    """
    wanted_samples = round(seconds * sample_rate_hz)
    heard = []
    source = MicSource(device, sample_rate_hz, queue_seconds=10.0, health=Health())
    with ExitStack() as leaving:
        call_with_timeout(source.__enter__)
        leaving.push(source)
        for chunk in source.chunks():
            heard.append(chunk.samples)
            if chunk.end_sample >= wanted_samples:
                break
        samples = np.concatenate(heard)
        return Probe(source.device.name, len(samples), level_dbfs(samples))
