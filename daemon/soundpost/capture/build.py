"""Builds the configured source.

Each kind is imported only for a source of that kind: a microphone needs none of the readers of
files, and a file nothing of PortAudio or ffmpeg.
"""

import time

from soundpost.capture.file_source import FileSource
from soundpost.capture.source import FileSpec, MicSpec, PcmSpec, Source, parse_source
from soundpost.capture.stream.address import StreamAddress
from soundpost.config import CaptureConfig
from soundpost.health import Health


def build_source(config: CaptureConfig, sample_rate_hz: int, health: Health) -> Source:
    """Builds the configured source, not yet opened.

    Args:
        config: The table `[capture]`.
        sample_rate_hz: Rate of the chunks.
        health: Counts samples and losses.

    Raises:
        ConfigError: The password file cannot be used.
    """
    named = parse_source(config.source)
    match named:
        case MicSpec():
            from soundpost.capture.microphone.reconnect import ReconnectingMic  # noqa: PLC0415 - see the module

            return ReconnectingMic(
                named.device,
                sample_rate_hz,
                channel=config.channel,
                queue_seconds=config.queue_seconds,
                health=health,
            )
        case FileSpec():
            return FileSource(
                named.path,
                sample_rate_hz,
                pace=config.pace,
                starts_at_ns=time.time_ns(),
                health=health,
                channel=config.channel,
            )
        case PcmSpec():
            from soundpost.capture.stream.pcm import PcmSource, pcm_options  # noqa: PLC0415 - see the module

            return PcmSource(pcm_options(config, sample_rate_hz), sample_rate_hz, health)
        case StreamAddress():
            from soundpost.capture.stream.options import stream_options  # noqa: PLC0415 - see the module
            from soundpost.capture.stream.reconnect import ReconnectingStream  # noqa: PLC0415 - see the module

            return ReconnectingStream(stream_options(config, named, sample_rate_hz), health)
