"""The `fmt ` chunk of WAV and Wave64, with the repair of single wrong fields."""

import struct

from soundpost.recording.containers.layout import ByteOrder, Encoding, Format, Kind

PCM, FLOAT, ALAW, ULAW, EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
"""Tags of the format (Microsoft, mmreg.h)."""

_SUBFORMAT_TAILS = (
    bytes.fromhex("800000aa00389b71"),  # KSDATAFORMAT_SUBTYPE_…
    bytes.fromhex("8644c8c1ca000000"),  # SUBTYPE_AMBISONIC_B_FORMAT_…
)
"""The last 8 of the 16 bytes of an EXTENSIBLE subformat; the first ones are a tag."""

USUAL_RATES_HZ = frozenset(
    family * factor for family in (8_000, 11_025, 12_000) for factor in (1, 2, 4, 8, 16, 32)
) | {250_000, 256_000, 300_000, 312_500, 500_000}
"""Rates of sound cards and of bat recorders: tell a wrong rate from a wrong byte rate."""

_SHORTEST_BYTES = 14
"""Bytes of WAVEFORMAT, without the bits of a sample."""


def read_wave_format(body: bytes, order: ByteOrder, warnings: list[str]) -> Format | None:
    """Returns the format in a `fmt ` chunk, or None if it cannot be one.

    Rate, byte rate, frame size, channels and bits state the same twice over, so that a single wrong
    one is found and corrected by the others.

    Args:
        body: The body of the chunk.
        order: The byte order.
        warnings: Gets a line for a field that was corrected.
    """
    if len(body) < _SHORTEST_BYTES:
        return None
    sign = "<" if order == "little" else ">"
    tag, channels, rate_hz, byte_rate, frame_bytes, bits = struct.unpack(
        f"{sign}HHIIHH", body[:16].ljust(16, b"\0")
    )
    if tag == EXTENSIBLE:
        tag = int.from_bytes(body[24:28], order) if body[32:40] in _SUBFORMAT_TAILS else 0
    if tag not in {PCM, FLOAT, ALAW, ULAW}:
        return Format(None, channels, rate_hz, 0)
    sample_bytes = _sample_bytes(tag, channels, frame_bytes, bits)
    if sample_bytes is None:
        is_consistent = channels and bits in _OTHER_BITS and frame_bytes == channels * bits // 8
        return Format(None, channels, rate_hz, 0) if is_consistent else None
    if channels * sample_bytes != frame_bytes:
        is_confirmed = byte_rate == rate_hz * frame_bytes > 0 == frame_bytes % sample_bytes
        channels = frame_bytes // sample_bytes if is_confirmed else channels
        warnings.append(f"its header contradicts itself (it is read as {channels} channels)")
    elif byte_rate != rate_hz * frame_bytes and frame_bytes and byte_rate % frame_bytes == 0:
        implied_hz = byte_rate // frame_bytes
        if rate_hz not in USUAL_RATES_HZ and implied_hz in USUAL_RATES_HZ:
            warnings.append(f"its header contradicts itself (it is read at {implied_hz} Hz)")
            rate_hz = implied_hz
    kind = "unsigned" if (tag, sample_bytes) == (PCM, 1) else _KINDS[tag]
    encoding = Encoding(kind, sample_bytes, order)
    return Format(encoding, channels, rate_hz, channels * sample_bytes)


_KINDS: dict[int, Kind] = {PCM: "signed", FLOAT: "float", ALAW: "alaw", ULAW: "ulaw"}
_WIDTHS = {PCM: (1, 2, 3, 4), FLOAT: (4, 8), ALAW: (1,), ULAW: (1,)}
"""Bytes that a sample may have."""
_OTHER_BITS = (16, 64)
"""Floats of 16 and integers of 64 bits: not damage, but left to libsndfile and ffmpeg."""


def _sample_bytes(tag: int, channels: int, frame_bytes: int, bits: int) -> int | None:
    """Returns the bytes of a sample; 24 bits may lie in 4 bytes, at their upper end."""
    by_bits = -(-bits // 8)
    by_frame = frame_bytes // channels if channels and frame_bytes % channels == 0 else 0
    agrees = by_bits > by_frame and frame_bytes % by_bits == 0
    candidates = (by_bits, by_frame) if agrees else (by_frame, by_bits)
    return next((width for width in candidates if width in _WIDTHS[tag]), None)
