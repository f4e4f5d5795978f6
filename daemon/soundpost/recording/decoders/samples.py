"""Conversion of plain samples, as bytes, to float32."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from soundpost.recording.containers.layout import Encoding, Format

_BITS_OF_32 = 31


def to_float(data: bytes, sound: Format) -> NDArray[np.float32]:
    """Returns samples as float32[frames, channels], scaled as by libsndfile.

    Full scale is at 1.0.

    Args:
        data: Whole frames.
        sound: Their format; its encoding is not None.

    Raises:
        ValueError: The sound is compressed.
    """
    if sound.encoding is None:
        raise ValueError(sound)
    return _convert(data, sound.encoding).reshape(-1, sound.channels)


def _convert(data: bytes, encoding: Encoding) -> NDArray[np.float32]:
    kind, width, order = encoding
    sign = "<" if order == "little" else ">"
    if kind in {"ulaw", "alaw"}:
        table = _ulaw() if kind == "ulaw" else _alaw()
        return table[np.frombuffer(data, np.uint8)]
    if kind == "unsigned":
        centred = np.frombuffer(data, np.uint8).astype(np.float32) - np.float32(128)
        return centred * np.float32(2**-7)
    if kind == "float":
        # A float64 beyond float32 becomes infinite, which `FileSource` and training refuse.
        with np.errstate(over="ignore"):
            return np.frombuffer(data, f"{sign}f{width}").astype(np.float32)
    if width == 3:  # noqa: PLR2004 - bytes; numpy has no integer of 24 bits
        bytes_of = np.frombuffer(data, np.uint8).reshape(-1, 3)
        padded = np.zeros((len(bytes_of), 4), np.uint8)
        padded[:, 1:] = bytes_of if order == "little" else bytes_of[:, ::-1]
        return padded.view("<i4")[:, 0].astype(np.float32) * np.float32(2**-_BITS_OF_32)
    integers = np.frombuffer(data, f"{sign}i{width}").astype(np.float32)
    return integers * np.float32(2.0 ** (1 - 8 * width))


@cache
def _ulaw() -> NDArray[np.float32]:
    """Returns the samples of the 256 codes of mu-law (ITU-T G.711), float32[256]."""
    code = ~np.arange(256, dtype=np.uint8)
    magnitude = (((code & 0x0F).astype(np.int32) << 3) + 0x84 << (code >> 4 & 7)) - 0x84
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.float32) / np.float32(2**15)


@cache
def _alaw() -> NDArray[np.float32]:
    """Returns the samples of the 256 codes of A-law (ITU-T G.711), float32[256]."""
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    segment = (code >> 4 & 7).astype(np.int32)
    linear = ((code & 0x0F).astype(np.int32) << 4) + 8
    magnitude = np.where(segment > 0, (linear + 0x100) << np.maximum(segment - 1, 0), linear)
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.float32) / np.float32(2**15)
