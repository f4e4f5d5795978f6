"""The layout of a recording: how its samples are encoded, and where they lie in the file."""

from typing import Literal, NamedTuple

import msgspec

ByteOrder = Literal["little", "big"]
Kind = Literal["signed", "unsigned", "float", "ulaw", "alaw"]


class Encoding(NamedTuple):
    """The encoding of one sample.

    Attributes:
        kind: `signed` and `unsigned` integers, IEEE `float`, or G.711's `ulaw` and `alaw`.
        sample_bytes: Bytes of a sample.
        order: Order of these bytes.
    """

    kind: Kind
    sample_bytes: int
    order: ByteOrder = "little"


class Format(NamedTuple):
    """The format of the sound, as a header states it.

    Attributes:
        encoding: None if the sound is compressed in another way.
        channels: Number of channels.
        rate_hz: Sample rate.
        frame_bytes: Bytes of a sample of every channel; 0 if the sound is compressed.
    """

    encoding: Encoding | None
    channels: int
    rate_hz: int
    frame_bytes: int


class Layout(msgspec.Struct, frozen=True):
    """The place of the sound in a file.

    Attributes:
        format: How it is encoded.
        start: Offset of its first byte.
        end: Offset past its last byte; None for a pipe that states no length.
        stated_bytes: Length by the header; None if it states none.
        chunk_ids: Names of chunks that may follow the sound.
        warnings: Damage of the header that was repaired.
    """

    format: Format
    start: int
    end: int | None
    stated_bytes: int | None
    chunk_ids: frozenset[bytes] = frozenset()
    warnings: tuple[str, ...] = ()
