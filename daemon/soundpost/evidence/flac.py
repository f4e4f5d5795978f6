"""Sound as FLAC."""

import io

from soundpost.audio import Pcm

HIGHEST_RATE_HZ = 655_350
"""What a FLAC header can say."""


def encode_flac(samples: Pcm, sample_rate_hz: int) -> bytes:
    """The bytes of a FLAC file that holds the samples, int16[n], without loss.

    In memory, so that a full disk is met in one place, where the file is written.
    """
    import soundfile  # noqa: PLC0415 - who keeps no clips need not load it

    file = io.BytesIO()
    soundfile.write(file, samples, sample_rate_hz, format="FLAC", subtype="PCM_16")
    return file.getvalue()
