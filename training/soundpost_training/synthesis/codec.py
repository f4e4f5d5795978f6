"""Round trips through lossy codecs, as recorders, cameras and the web send sound."""

import io
from typing import NamedTuple

import numpy as np
import soundfile

from soundpost_training.synthesis.signals import RATE_HZ, Samples

MP3_DELAY = 1_105
"""Samples by which LAME (576) and the decoder (529) delay sound without a length tag."""


class Codec(NamedTuple):
    """A format of libsndfile, and the compression levels that it draws from."""

    container: str
    subtype: str
    levels: tuple[float, float]


CODECS = (
    Codec("OGG", "OPUS", (0.8, 0.98)),
    Codec("OGG", "VORBIS", (0.5, 1.0)),
    Codec("MP3", "MPEG_LAYER_III", (0.8, 0.95)),
)
"""At 16 kHz these levels are 60 to 15 kbit/s of Opus, 54 to 40 of Vorbis, 43 to 17 of MP3."""


def round_trip(samples: Samples, rng: np.random.Generator) -> Samples:
    """Returns a sound after a codec of low bit rate, float32[n], as long and in time.

    It takes 25 to 160 ms for 2 s of sound, a hundred times as long as a filter.
    """
    codec = CODECS[int(rng.integers(len(CODECS)))]
    return encode_and_decode(samples, codec, float(rng.uniform(*codec.levels)))


def encode_and_decode(samples: Samples, codec: Codec, level: float) -> Samples:
    """Returns a sound after one codec, float32[n], within -1 and 1.

    Args:
        samples: float32[n] at 16 kHz.
        codec: One of `CODECS`.
        level: The compression level of libsndfile, 0 for the best quality to 1.
    """
    if not len(samples):
        return samples.copy()
    # libsndfile encodes MP3 at a constant rate only if it is set so; the others have no such mode.
    mode = "CONSTANT" if codec.container == "MP3" else None
    file = io.BytesIO()
    soundfile.write(
        file,
        np.clip(samples, -1, 1),
        RATE_HZ,
        format=codec.container,
        subtype=codec.subtype,
        compression_level=level,
        bitrate_mode=mode,
    )
    file.seek(0)
    decoded, _ = soundfile.read(file, dtype="float32")
    if len(decoded) >= len(samples) + MP3_DELAY:
        decoded = decoded[MP3_DELAY:]
    fitted = np.zeros(len(samples), np.float32)
    fitted[: len(decoded)] = decoded[: len(samples)]
    return np.clip(fitted, -1, 1)
