"""Record from a microphone until SIGTERM, then tell what came: a program for tests.

PortAudio reads ALSA's environment once, when it starts, so a test with a sound card of its own
records in a process of its own.

Usage: python recorder.py RESULT.npz DEVICE [STALL_SECONDS]

On standard output: `recording` at the first chunk, and `CaptureError: …` if it ended so.
"""

import gc
import signal
import sys
from pathlib import Path

import numpy as np

from soundpost.audio import Chunk  # noqa: TC001 - a program of 50 lines needs no second kind of import
from soundpost.capture import MicSource
from soundpost.errors import CaptureError
from soundpost.health import Health

SAMPLE_RATE_HZ = 16_000


def say(line: str) -> None:
    """Tell the test at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def record(result: Path, device: str, stall_seconds: float) -> None:
    """Write `samples`, and per chunk `starts`, `lengths` and `utc_ns`, to an .npz file."""
    health = Health()
    chunks: list[Chunk] = []
    source = MicSource(
        device, SAMPLE_RATE_HZ, queue_seconds=10.0, health=health, stall_seconds=stall_seconds
    )
    signal.signal(signal.SIGTERM, lambda *_: source.stop())
    try:
        with source:
            for chunk in source.chunks():
                if not chunks:
                    say("recording")
                chunks.append(chunk)
    except CaptureError as error:
        say(f"CaptureError: {error} | {error.hint}")
    np.savez(
        result,
        samples=np.concatenate([chunk.samples for chunk in chunks]),
        starts=np.array([chunk.start_sample for chunk in chunks]),
        lengths=np.array([len(chunk.samples) for chunk in chunks]),
        utc_ns=np.array([chunk.utc_ns for chunk in chunks]),
        overflows=health.overflows,
    )


if __name__ == "__main__":
    record(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]) if sys.argv[3:] else 3.0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # lets go of the source
    gc.collect()  # a process that goes on would do it sooner or later, destructors and all
