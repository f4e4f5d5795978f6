"""The table `[capture]`: the source of the sound and its format."""

import re
from typing import Annotated, Literal

from msgspec import Meta

from soundpost.config.types import QueueSeconds, Section, Text

# Patterns end in \Z, because $ would accept a line break.
SourceName = Annotated[
    str,
    Meta(
        pattern=r"^(mic|mic:.+|wav:.+|rtsps?://[^\x00-\x20\x7f]+|ffmpeg:[^\x00-\x1f\x7f]+|pcm:-)\Z",
        description="mic, mic:NAME, mic:INDEX, wav:PATH, rtsp://URL, ffmpeg:INPUT or pcm:-",
    ),
]
MOST_CHANNELS = 128
"""The most channels that PortAudio reports for a device."""
Channel = Annotated[
    Literal["auto", "mix", "left", "right"] | Annotated[int, Meta(ge=1, le=MOST_CHANNELS)],
    Meta(description=f"auto, mix, left, right, or a channel's number from 1 to {MOST_CHANNELS}"),
]
CaptureRate = Annotated[int, Meta(ge=8_000, le=384_000)]
"""From the rate of telephones to that of detectors of bats, the highest of common sound cards."""
SoundPressure = Annotated[float, Meta(ge=40.0, le=240.0)]
"""From a preamplifier turned up as far as it goes, to a hydrophone; other values are a slip."""
PcmFormat = Literal["s16le", "s24le", "s32le", "f32le"]

PASSWORD_PLACE = "{password}"  # noqa: S105 - the place of a password, not a password
"""Replaced by the password in a URL. Some cameras expect it in the path, not before an `@`."""

_AUTHORITY = re.compile(r"^(?:ffmpeg:)?[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)")
"""The part of a URL that may have a user and a password (RFC 3986, section 3.2)."""


class CaptureConfig(Section, frozen=True):
    """The source of the sound, its rate, channels and sensitivity; the password of a stream."""

    source: SourceName = "mic"
    channel: Channel = "auto"
    pace: Literal["real", "fast"] = "real"
    queue_seconds: QueueSeconds = 10.0
    rate_hz: CaptureRate | None = None
    channels: Annotated[int, Meta(ge=1, le=MOST_CHANNELS)] = 1
    pcm_format: PcmFormat = "s16le"
    password_file: Text | None = None
    calibration_db: SoundPressure | None = None

    def __post_init__(self) -> None:
        authority = _AUTHORITY.match(self.source)
        user = authority[1].rpartition("@")[0] if authority else ""
        # A password in the source would be in the list of processes, in logs and in copies.
        if ":" in user:
            raise ValueError(
                "source has a password in its URL: keep the user there, write the password into "
                "a file of mode 600, and name it as password_file"
            )
        if self.password_file and not user and PASSWORD_PLACE not in self.source:
            raise ValueError(
                "password_file is set, but source has neither a user (rtsp://USER@HOST/…) nor "
                f"{PASSWORD_PLACE}"
            )
        if PASSWORD_PLACE in self.source and not self.password_file:
            raise ValueError(f"source has {PASSWORD_PLACE}, but password_file is not set")
