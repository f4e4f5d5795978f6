"""A short recording that shows whether a source works, for `check`."""

from collections.abc import Iterator
from contextlib import closing

import msgspec
import numpy as np

from soundpost.audio import Chunk, level_dbfs
from soundpost.audio.channels import ChannelChoice
from soundpost.capture.build import build_source
from soundpost.capture.microphone.mic import MicSource
from soundpost.capture.microphone.native_calls import call_with_timeout
from soundpost.capture.source import FileSpec, MicSpec, parse_source
from soundpost.capture.stream.address import StreamAddress
from soundpost.capture.stream.options import stream_options
from soundpost.capture.stream.pcm import PcmSource, pcm_options
from soundpost.capture.stream.stream import StreamSource
from soundpost.config import CaptureConfig
from soundpost.health import Health

MIC_SECONDS = 0.5
"""Some cards deliver zeros for the first tenths of a second."""
BEGINNING_SECONDS = 3.0
"""Of a file or a stream: many begin with silence."""
QUEUE_SECONDS = 10.0  # far longer than a probe, so that nothing is dropped


class Probe(msgspec.Struct, frozen=True):
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


def probe_source(config: CaptureConfig, sample_rate_hz: int) -> tuple[str, list[Chunk]]:
    """Records from the configured source for a moment, through the same path as the daemon.

    Args:
        config: The table `[capture]`.
        sample_rate_hz: Rate of the chunks.

    Returns:
        What was found, in words, and the chunks, none if the source has no sound.

    Raises:
        SoundpostError: The source cannot be opened or read.
    """
    named = parse_source(config.source)
    match named:
        case MicSpec():
            recorded = probe(named.device, sample_rate_hz, MIC_SECONDS, config.channel)
            expected = round(MIC_SECONDS * sample_rate_hz)
            samples = f"{recorded.samples} samples, {expected} expected"
            return f"{recorded.description}: {samples}", list(recorded.chunks)
        case FileSpec():
            fast = msgspec.structs.replace(config, pace="fast")
            with build_source(fast, sample_rate_hz, Health()) as file:
                chunks = _beginning(file.chunks(), sample_rate_hz)
            return _described(str(named.path), chunks), chunks
        case StreamAddress():
            options = stream_options(config, named, sample_rate_hz)
            with closing(StreamSource(options, Health())) as stream:
                chunks = _beginning(stream.chunks(), sample_rate_hz)
            return _described(stream.description, chunks), chunks
    pcm = PcmSource(pcm_options(config, sample_rate_hz), sample_rate_hz, Health())
    with pcm:
        chunks = _beginning(pcm.chunks(), sample_rate_hz)
    return _described(f"{pcm.description}, {config.pcm_format}", chunks), chunks


def _beginning(chunks: Iterator[Chunk | None], sample_rate_hz: int) -> list[Chunk]:
    begun: list[Chunk] = []
    for chunk in chunks:
        begun += [chunk] if chunk is not None else []
        if begun and begun[-1].end_sample >= BEGINNING_SECONDS * sample_rate_hz:
            break
    return begun


def _described(name: str, chunks: list[Chunk]) -> str:
    return f"{name}: {sum(len(chunk.samples) for chunk in chunks)} samples"
