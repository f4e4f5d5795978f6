"""The picture of a clip: a PNG that shows what is there and where the event is."""

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


def parts(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The parts of a PNG file, each with its checksum as the standard has it."""
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
    """The pixels and the palette of an indexed PNG."""
    found = dict(parts(png))
    assert list(found) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    width, height, *rest = struct.unpack(">IIBBBBB", found[b"IHDR"])
    assert rest == [8, 3, 0, 0, 0]
    rows = np.frombuffer(zlib.decompress(found[b"IDAT"]), np.uint8).reshape(height, width + 1)
    assert (rows[:, 0] == UP).all()
    pixels = np.cumsum(rows[:, 1:], axis=0, dtype=np.uint8)  # modulo 256, as the standard has it
    return pixels, np.frombuffer(found[b"PLTE"], np.uint8).reshape(-1, 3)


def tone(frequency_hz: float, seconds: float) -> Pcm:
    """A sine over faint noise."""
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    noise = np.random.default_rng(0).normal(0.0, 3.0, len(at))
    return np.asarray(8_000 * np.sin(2 * np.pi * frequency_hz * at) + noise, np.int16)


def drawn(
    samples: Pcm, event: tuple[int, int | None], muted: list[tuple[int, int]]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The pixels and the palette of the picture of a sound."""
    log_mel = LogMel(SPEC).compute(samples)
    return decoded(draw(log_mel, len(samples), SPEC, event, muted))


@given(
    arrays.arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20))),
    arrays.arrays(np.uint8, st.tuples(st.integers(1, 256), st.just(3))),
)
def test_a_png_holds_its_pixels(pixels: NDArray[np.uint8], palette: NDArray[np.uint8]) -> None:
    """Every one, and the palette."""
    found_pixels, found_palette = decoded(encode_png(pixels, palette))
    assert np.array_equal(found_pixels, pixels)
    assert np.array_equal(found_palette, palette)


def test_a_low_sound_is_below_and_a_high_one_above() -> None:
    """As everybody expects it."""
    rows = []
    for frequency_hz in (300.0, 5_000.0):
        pixels, _ = drawn(tone(frequency_hz, 1.0), (0, None), [])
        column = pixels[:-RULER_PIXELS, 50]
        rows.append(int(np.argmax(column)))
    low, high = rows
    assert high < SPEC.mel_bands * BAND_PIXELS / 2 < low


def test_the_event_is_marked_where_it_is() -> None:
    """A red bar below, a white line at each end."""
    pixels, _ = drawn(tone(500.0, 3.0), (RATE_HZ, 2 * RATE_HZ), [])
    assert np.flatnonzero(pixels[-1] == RED).tolist() == list(range(100, 200))
    assert np.flatnonzero((pixels[:-RULER_PIXELS] == WHITE).all(axis=0)).tolist() == [100, 199]


def test_an_event_that_goes_on_has_no_end_in_the_picture() -> None:
    """A line there would say that it was over."""
    pixels, _ = drawn(tone(500.0, 3.0), (RATE_HZ, None), [])
    assert np.flatnonzero(pixels[-1] == RED)[-1] == pixels.shape[1] - 1
    assert np.flatnonzero((pixels[:-RULER_PIXELS] == WHITE).all(axis=0)).tolist() == [100]


def test_what_was_muted_is_black() -> None:
    """Not dark, which a quiet sound is, too."""
    pixels, _ = drawn(tone(500.0, 3.0), (0, None), [(RATE_HZ, RATE_HZ * 2)])
    assert (pixels[:-RULER_PIXELS, 100:200] == BLACK).all()
    assert not (pixels[:-RULER_PIXELS, 1:100] == BLACK).any()


def test_hiss_is_not_drawn_as_an_event() -> None:
    """The scale has a least range, so that a steady noise stays in its dark half."""
    hiss = np.random.default_rng(1).normal(0.0, 300.0, RATE_HZ).astype(np.int16)
    pixels, _ = drawn(hiss, (0, None), [])
    assert np.median(pixels[:-RULER_PIXELS, 1:]) < SHADES / 2


@pytest.mark.parametrize("samples", [1, 399, 400, 401, 16_000, 16 * 60 * 1000 * 2])
def test_a_clip_of_any_length_has_a_picture(samples: int) -> None:
    """Of a width that a screen can show, digital silence as well as sound."""
    for pcm in (np.zeros(samples, np.int16), np.full(samples, 32_767, np.int16)):
        pixels, palette = drawn(pcm, (0, samples), [(0, samples)])
        assert 1 <= pixels.shape[1] <= WIDEST_PIXELS
        assert pixels.shape[0] == SPEC.mel_bands * BAND_PIXELS + RULER_PIXELS
        assert pixels.max() < len(palette)


def test_lightness_rises_evenly() -> None:
    """Louder is lighter, also in print and for the colour-blind (CIE luminance, ITU-R BT.709)."""
    linear = (PALETTE[:SHADES] / 255.0) ** 2.2
    lightness = np.cbrt(linear @ [0.2126, 0.7152, 0.0722])
    steps = np.diff(lightness)
    assert (steps > -0.002).all()
    assert lightness[-1] - lightness[0] > 0.6
