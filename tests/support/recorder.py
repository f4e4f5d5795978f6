"""Record from a microphone until SIGTERM, then tell what came: a program for tests.

PortAudio reads ALSA's environment once, when it starts, so a test with a sound card of its own
records in a process of its own.

Usage: python recorder.py RESULT.npz DEVICE STALL_SECONDS [GIVE_UP_SECONDS]

With GIVE_UP_SECONDS it opens a lost microphone again. On standard output: `recording` at the first
chunk, `waiting` when there is no microphone, `recording` when there is again, and
`CaptureError: …` if it ended so.
"""

import gc
import signal
import sys
from pathlib import Path

import numpy as np

from soundpost.audio import Chunk  # noqa: TC001 - a program of 50 lines needs no second kind of import
from soundpost.capture import MicSource, ReconnectingMic
from soundpost.errors import CaptureError
from soundpost.health import Health

SAMPLE_RATE_HZ = 16_000
PATIENCE_SECONDS = 10.0
"""As in the daemon: opening may take long on a machine that is busy with something else."""


def say(line: str) -> None:
    """Tell the test at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def open_source(
    device: str, stall_seconds: float, give_up_seconds: float | None, health: Health
) -> MicSource | ReconnectingMic:
    """The source that is asked for."""
    if give_up_seconds is None:
        return MicSource(
            device, SAMPLE_RATE_HZ, queue_seconds=10.0, health=health, stall_seconds=stall_seconds
        )
    return ReconnectingMic(
        device,
        SAMPLE_RATE_HZ,
        queue_seconds=10.0,
        health=health,
        stall_seconds=stall_seconds,
        patience_seconds=PATIENCE_SECONDS,
        give_up_seconds=give_up_seconds,
    )


def record(result: Path, source: MicSource | ReconnectingMic, health: Health) -> None:
    """Write `samples`, and per chunk `starts`, `lengths` and `utc_ns`, to an .npz file."""
    chunks: list[Chunk] = []
    told = ""
    signal.signal(signal.SIGTERM, lambda *_: source.stop())
    try:
        with source:
            for chunk in source.chunks():
                state = "waiting" if chunk is None else "recording"
                if state != told:
                    say(state)
                told = state
                if chunk is not None:
                    chunks.append(chunk)
    except CaptureError as error:
        say(f"CaptureError: {error} | {error.hint}")
    np.savez(
        result,
        samples=np.concatenate([np.empty(0, np.int16), *(chunk.samples for chunk in chunks)]),
        starts=np.array([chunk.start_sample for chunk in chunks]),
        lengths=np.array([len(chunk.samples) for chunk in chunks]),
        utc_ns=np.array([chunk.utc_ns for chunk in chunks]),
        overflows=health.overflows,
        reopens=health.reopens,
        device=source.device.name if chunks and source.device else "",
    )


def main(result: str, device: str, stall_seconds: str, give_up_seconds: str | None = None) -> None:
    """Record as the command line says."""
    health = Health()
    patience = None if give_up_seconds is None else float(give_up_seconds)
    record(Path(result), open_source(device, float(stall_seconds), patience, health), health)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # lets go of the source
    gc.collect()  # a process that goes on would do it sooner or later, destructors and all


if __name__ == "__main__":
    main(*sys.argv[1:])
