"""Recordings that are clipped at full scale, by what their decoding measured."""

import numpy as np

from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.copies import short_name
from soundpost_training.dataset.decode.cache import Arrays

CLIPPED_SHARE = 0.005
"""Share of samples at full scale from which a recording is reported: some ten a second at 16 kHz
are a loud sound, eighty a distorted one."""

NAMED = 5
"""Recordings that the note names; the rest are counted."""


def clipping_notes(dataset: Dataset, arrays: Arrays) -> tuple[str, ...]:
    """Returns a note on the recordings that are clipped, if any.

    A cache from before this was measured has no figures, and so no note.

    Args:
        dataset: The recordings whose features were extracted.
        arrays: As `extract_log_mel` returns them.
    """
    shares = arrays.get("full_scale", np.zeros(0))
    clipped = [
        short_name(clip)
        for clip, share in zip(dataset.recordings, shares, strict=False)
        if share >= CLIPPED_SHARE
    ]
    if not clipped:
        return ()
    more = ", …" if len(clipped) > NAMED else ""
    names = ", ".join(clipped[:NAMED])
    count = f"clipped at full scale: {len(clipped)} recordings ({names}{more})"
    return (f"{count}; record them again with less gain",)
