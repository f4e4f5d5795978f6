"""The picture of a clip: an indexed PNG with the spectrogram and the event's position."""

import struct
import zlib
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from soundpost.audio import Pcm
from soundpost.evidence.encode.png import SIGNATURE, UP, encode_png
from soundpost.evidence.encode.spectrogram import (
    BAND_PIXELS,
    BLACK,
    PALETTE,
    RED,
    RULER_PIXELS,
    SHADES,
    WHITE,
    WIDEST_PIXELS,
    draw,
)
from soundpost.features import FeatureSpec, LogMel

SPEC = FeatureSpec()
RATE_HZ = SPEC.sample_rate_hz


def chunks_of(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yields the chunks of a PNG file, and verifies the checksum of each (PNG, section 5.3)."""
    assert png.startswith(SIGNATURE)
    at = len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack_from(">I", png, at + 8 + length)
        assert checksum == zlib.crc32(kind + content)
        yield kind, content
        at += 12 + length


def decoded(png: bytes) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Returns the pixels and the palette of an indexed PNG."""
    chunks = dict(chunks_of(png))
    assert list(chunks) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    width, height, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert rest == [8, 3, 0, 0, 0]
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, width + 1)
    assert (rows[:, 0] == UP).all()
    pixels = np.cumsum(rows[:, 1:], axis=0, dtype=np.uint8)  # modulo 256, see PNG, section 9.2
    return pixels, np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(-1, 3)


def tone(frequency_hz: float, seconds: float) -> Pcm:
    """Returns a sine over faint noise."""
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    noise = np.random.default_rng(0).normal(0.0, 3.0, len(at))
    return np.asarray(8_000 * np.sin(2 * np.pi * frequency_hz * at) + noise, np.int16)


def drawn(
    samples: Pcm, event: tuple[int, int | None], silenced: list[tuple[int, int]]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Returns the pixels and the palette of the picture of a sound."""
    log_mel = LogMel(SPEC).compute(samples)
    return decoded(draw(log_mel, len(samples), SPEC, event, silenced))


@given(
    arrays.arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20))),
    arrays.arrays(np.uint8, st.tuples(st.integers(1, 256), st.just(3))),
)
def test_a_png_has_its_pixels_and_palette(
    pixels: NDArray[np.uint8], palette: NDArray[np.uint8]
) -> None:
    """Decoding returns the exact input."""
    found_pixels, found_palette = decoded(encode_png(pixels, palette))
    assert np.array_equal(found_pixels, pixels)
    assert np.array_equal(found_palette, palette)


def test_low_frequencies_are_at_the_bottom() -> None:
    """The brightest row of a high tone is above that of a low one."""
    rows = []
    for frequency_hz in (300.0, 5_000.0):
        pixels, _ = drawn(tone(frequency_hz, 1.0), (0, None), [])
        column = pixels[:-RULER_PIXELS, 50]
        rows.append(int(np.argmax(column)))
    low, high = rows
    assert high < SPEC.mel_bands * BAND_PIXELS / 2 < low


def test_the_event_is_marked_at_its_position() -> None:
    """There is a red bar below, and a white line at onset and offset."""
    pixels, _ = drawn(tone(500.0, 3.0), (RATE_HZ, 2 * RATE_HZ), [])
    assert np.flatnonzero(pixels[-1] == RED).tolist() == list(range(100, 200))
    assert np.flatnonzero((pixels[:-RULER_PIXELS] == WHITE).all(axis=0)).tolist() == [100, 199]


def test_an_open_event_has_no_end_line() -> None:
    """The red bar reaches the right edge."""
    pixels, _ = drawn(tone(500.0, 3.0), (RATE_HZ, None), [])
    assert np.flatnonzero(pixels[-1] == RED)[-1] == pixels.shape[1] - 1
    assert np.flatnonzero((pixels[:-RULER_PIXELS] == WHITE).all(axis=0)).tolist() == [100]


def test_muted_stretches_are_black() -> None:
    """Quiet sound is dark, but not black."""
    pixels, _ = drawn(tone(500.0, 3.0), (0, None), [(RATE_HZ, RATE_HZ * 2)])
    assert (pixels[:-RULER_PIXELS, 100:200] == BLACK).all()
    assert not (pixels[:-RULER_PIXELS, 1:100] == BLACK).any()


def test_hiss_is_not_drawn_as_an_event() -> None:
    """The colour scale has a minimum range, so that steady noise stays in its dark half."""
    hiss = np.random.default_rng(1).normal(0.0, 300.0, RATE_HZ).astype(np.int16)
    pixels, _ = drawn(hiss, (0, None), [])
    assert np.median(pixels[:-RULER_PIXELS, 1:]) < SHADES / 2


@pytest.mark.parametrize("samples", [1, 399, 400, 401, 16_000, 16 * 60 * 1000 * 2])
def test_a_clip_of_any_length_has_a_picture(samples: int) -> None:
    """Its width fits a screen, for digital silence as well as for sound."""
    for pcm in (np.zeros(samples, np.int16), np.full(samples, 32_767, np.int16)):
        pixels, palette = drawn(pcm, (0, samples), [(0, samples)])
        assert 1 <= pixels.shape[1] <= WIDEST_PIXELS
        assert pixels.shape[0] == SPEC.mel_bands * BAND_PIXELS + RULER_PIXELS
        assert pixels.max() < len(palette)


def test_lightness_rises_evenly() -> None:
    """Louder is lighter, in print and for the colour-blind, too (CIE luminance, ITU-R BT.709)."""
    linear = (PALETTE[:SHADES] / 255.0) ** 2.2
    lightness = np.cbrt(linear @ [0.2126, 0.7152, 0.0722])
    steps = np.diff(lightness)
    assert (steps > -0.002).all()
    assert lightness[-1] - lightness[0] > 0.6
