"""Pictures as PNG, without a library for pictures."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
INDEXED = 3
"""PNG's colour type for one byte a pixel that points into a palette."""


def encode_png(pixels: NDArray[np.uint8], palette: NDArray[np.uint8]) -> bytes:
    """The bytes of a PNG file (ISO/IEC 15948).

    Args:
        pixels: uint8[height, width], indices into the palette, top row first.
        palette: uint8[colours, 3], at most 256 colours as red, green, blue.
    """
    height, width = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, INDEXED, 0, 0, 0)
    # Each row begins with the number of its filter; 0 is none, as the standard advises for
    # palettes.
    rows = np.pad(pixels, ((0, 0), (1, 0)))
    return b"".join(
        (
            SIGNATURE,
            _part(b"IHDR", header),
            _part(b"PLTE", palette.tobytes()),
            _part(b"IDAT", zlib.compress(rows.tobytes(), 6)),
            _part(b"IEND", b""),
        )
    )


def _part(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
