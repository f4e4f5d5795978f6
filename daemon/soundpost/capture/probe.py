"""A short recording that shows whether the microphone works, for `check`."""

from contextlib import closing
from dataclasses import dataclass

import numpy as np

from soundpost.audio import Chunk, level_dbfs
from soundpost.audio.channels import ChannelChoice
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
        description: The device, its rate and the channels that are used.
        chunks: What was captured.
    """

    device_name: str
    samples: int
    level_dbfs: float
    description: str
    chunks: tuple[Chunk, ...]


def probe(
    device: str | None,
    sample_rate_hz: int,
    seconds: float = 0.1,
    channel: ChannelChoice = "auto",
) -> Probe:
    """Records for a moment through the same path as the daemon.

    Args:
        device: As for `MicSource`.
        sample_rate_hz: The rate to record at.
        seconds: The duration.
        channel: As for `MicSource`.

    Raises:
        CaptureError: As for `MicSource`, or the sound system hangs.
    """
    wanted_samples = round(seconds * sample_rate_hz)
    source = MicSource(
        device, sample_rate_hz, channel=channel, queue_seconds=QUEUE_SECONDS, health=Health()
    )
    call_with_timeout(source.open)
    with closing(source):
        chunks: list[Chunk] = []
        for chunk in source.chunks():
            chunks.append(chunk)
            if chunk.end_sample >= wanted_samples:
                break
        samples = np.concatenate([chunk.samples for chunk in chunks])
        return Probe(
            source.device.name,
            len(samples),
            level_dbfs(samples),
            source.description,
            tuple(chunks),
        )
