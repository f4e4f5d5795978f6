"""The part of a file: all that the tables state of it, as it is stored in the journal."""

import msgspec

from soundpost.acoustics.figures import MinuteFigures
from soundpost.archive.row import AnalyzedRecording, Row


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The result of one file.

    Attributes:
        file: Its path below the analyzed folder, with `/`.
        sha256: Of its content.
        seconds: Its length.
        rate_hz: Its sample rate.
        utc_ns: The time of its first sample, nanoseconds since 1970 UTC; None if it is not known.
        time_source: The origin of the time.
        time_flags: The reasons for which the time is not certain; empty if it is.
        damage: The damage that was read over, in one line; empty if there is none.
        rows: Its events, by onset.
        acoustics: The acoustic figures of each minute; empty if they were not measured.
        range_weeks: The weeks of the year by which labels were held back that do not occur at the
            place: `18`, `18-19`, or `all`; empty if no range model is in use.
    """

    file: str
    sha256: str
    seconds: float
    rate_hz: int
    utc_ns: int | None
    time_source: str
    time_flags: tuple[str, ...]
    damage: str
    rows: tuple[Row, ...]
    acoustics: tuple[MinuteFigures, ...] = ()
    range_weeks: str = ""

    @property
    def recording(self) -> AnalyzedRecording:
        """The recording, as the tables need it."""
        return AnalyzedRecording(
            *(self.file, self.seconds, self.utc_ns, self.rate_hz, self.sha256, self.time_flags)
        )


def encode_part(part: Part) -> bytes:
    """Returns a part as JSON."""
    return msgspec.json.encode(part)


def decode_part(content: bytes) -> Part:
    """Decodes a part.

    Raises:
        msgspec.DecodeError, UnicodeDecodeError: It is damaged, or of another version.
    """
    return msgspec.json.decode(content, type=Part)
