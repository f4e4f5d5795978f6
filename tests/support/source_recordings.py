"""Made recordings of sources, for tests of audio tagging."""

from pathlib import Path
from typing import Any

import soundfile
from numpy.typing import NDArray

from soundpost_training.sources.recording import SourceRecording

RATE_HZ = 16_000


def write_recording(
    path: Path, samples: NDArray[Any], source: str, labels: tuple[str, ...]
) -> SourceRecording:
    """Writes a sound as a file, and returns its recording."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, RATE_HZ, subtype="PCM_16")
    return SourceRecording(
        path=path,
        source=source,
        group=path.stem,
        labels=labels,
        licence="CC0-1.0",
        attribution="made for a test",
        held_out=False,
        seconds=len(samples) / RATE_HZ,
    )
