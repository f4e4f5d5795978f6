"""Sound as FLAC."""

import os

from soundpost.audio import Pcm

HIGHEST_RATE_HZ = 655_350
"""What a FLAC header can say."""


def encode_flac(samples: Pcm, sample_rate_hz: int) -> bytes:
    """The bytes of a FLAC file that holds the samples, int16[n], without loss.

    In memory, so that a full disk is met in one place, where the file is written. And by
    descriptor: to write into a Python object takes a callback made at run time, which a hardened
    service (`MemoryDenyWriteExecute=`) may not have.
    """
    import soundfile  # noqa: PLC0415 - who keeps no clips need not load it

    with os.fdopen(os.memfd_create("clip"), "r+b") as file:
        descriptor = file.fileno()
        soundfile.write(
            descriptor, samples, sample_rate_hz, format="FLAC", subtype="PCM_16", closefd=False
        )
        file.seek(0)
        return file.read()
