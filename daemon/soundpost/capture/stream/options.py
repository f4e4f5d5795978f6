"""The options of a stream."""

from dataclasses import dataclass

from soundpost.audio.channels import ChannelChoice
from soundpost.capture.stream.address import StreamAddress
from soundpost.config import CaptureConfig, read_password_file


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """Time limits of a stream.

    Attributes:
        first_seconds: For its first sound: to connect, to log in, and to find the format.
        stall_seconds: Without sound; then its server hangs, or the connection is half-open.
    """

    first_seconds: float = 15.0
    stall_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """The stream and how it is recorded.

    Attributes:
        address: Its address.
        password: Its password, if it has one.
        sample_rate_hz: Rate of the chunks.
        channel: The channels that are used.
        queue_seconds: The most sound that may wait in the queue; more is dropped and counted.
        limits: Time limits.
    """

    address: StreamAddress
    sample_rate_hz: int
    password: str | None = None
    channel: ChannelChoice = "auto"
    queue_seconds: float = 10.0
    limits: StreamLimits = StreamLimits()

    def __repr__(self) -> str:
        """Returns the address alone: no traceback or log shows the password."""
        return f"StreamOptions({self.address.shown})"


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
