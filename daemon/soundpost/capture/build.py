"""Builds the configured source."""

import time

from soundpost.capture.file_source import FileSource
from soundpost.capture.microphone.reconnect import ReconnectingMic
from soundpost.capture.source import FileSpec, MicSpec, PcmSpec, Source, parse_source
from soundpost.capture.stream.address import StreamAddress
from soundpost.capture.stream.options import StreamOptions
from soundpost.capture.stream.pcm import PcmOptions, PcmSource
from soundpost.capture.stream.reconnect import ReconnectingStream
from soundpost.config import CaptureConfig, read_password_file
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
            return PcmSource(pcm_options(config, sample_rate_hz), sample_rate_hz, health)
        case StreamAddress():
            return ReconnectingStream(stream_options(config, named, sample_rate_hz), health)


def stream_options(
    config: CaptureConfig, address: StreamAddress, sample_rate_hz: int
) -> StreamOptions:
    """Returns the options of a stream, with the password from its file.

    Raises:
        ConfigError: The password file cannot be used.
    """
    password = None
    if config.password_file is not None:
        password = read_password_file("capture.password_file", config.password_file)
    return StreamOptions(address, sample_rate_hz, password, config.channel, config.queue_seconds)


def pcm_options(config: CaptureConfig, sample_rate_hz: int) -> PcmOptions:
    """Returns the options of raw PCM, whose rate is that of the chunks unless it is configured."""
    return PcmOptions(
        config.pcm_format,
        config.rate_hz or sample_rate_hz,
        config.channels,
        config.channel,
        config.pace,
        config.queue_seconds,
    )
