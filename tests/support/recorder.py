"""Records from a microphone until SIGTERM and saves the result: a program for tests.

PortAudio reads ALSA's environment once, when it starts, so a test with a sound card of its own
records in a process of its own.

With `--reconnect` it reopens a lost microphone. On standard output it prints `recording` at the
first chunk, `waiting` when there is no microphone, `recording` when there is one again,
`captured N` for each N of `--report`, and `CaptureError: …` if it ended with that.
"""

import argparse
import gc
import logging
import signal
import sys
from pathlib import Path

import numpy as np

from soundpost.audio import Chunk
from soundpost.capture.microphone.mic import MicSource
from soundpost.capture.microphone.reconnect import ReconnectingMic, Timeouts
from soundpost.errors import CaptureError
from soundpost.health import Health

SAMPLE_RATE_HZ = 16_000
QUEUE_SECONDS = 60.0  # a busy machine must not lose sound
STALL_SECONDS = 5.0
"""Longer than a busy machine may keep a healthy sound server from delivering."""
CALL_SECONDS = 60.0
"""Longer than opening takes on a busy machine; only a hang needs it."""
NEVER_SECONDS = 600.0


def print_line(line: str) -> None:
    """Prints a line that the test reads at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def build_source(options: argparse.Namespace, health: Health) -> MicSource | ReconnectingMic:
    """Builds the source that the command line describes."""
    if options.reconnect:
        timeouts = Timeouts(options.stall, options.call_timeout, options.give_up)
        return ReconnectingMic(
            options.device,
            SAMPLE_RATE_HZ,
            queue_seconds=QUEUE_SECONDS,
            health=health,
            timeouts=timeouts,
        )
    return MicSource(
        options.device,
        SAMPLE_RATE_HZ,
        queue_seconds=QUEUE_SECONDS,
        health=health,
        stall_seconds=options.stall,
    )


class Progress:
    """Prints each change between `recording` and `waiting`, and the progress that was requested.

    Args:
        reports: Numbers of samples other than zero, ascending.
    """

    def __init__(self, reports: list[int]) -> None:
        self._state = ""
        self._reports = list(reports)
        self._nonzero_samples = 0

    def update(self, chunk: Chunk | None) -> None:
        """Prints what the chunk changes."""
        state = "waiting" if chunk is None else "recording"
        if state != self._state:
            print_line(state)
        self._state = state
        if chunk is not None:
            self._nonzero_samples += int(np.count_nonzero(chunk.samples))
        while self._reports and self._nonzero_samples >= self._reports[0]:
            print_line(f"captured {self._reports.pop(0)}")


def record(source: MicSource | ReconnectingMic, progress: Progress) -> list[Chunk]:
    """Records until SIGTERM or an error; returns the chunks."""
    chunks: list[Chunk] = []
    signal.signal(signal.SIGTERM, lambda *_: source.stop())
    try:
        with source:
            for chunk in source.chunks():
                progress.update(chunk)
                if chunk is not None:
                    chunks.append(chunk)
    except CaptureError as error:
        print_line(f"CaptureError: {error} | {error.hint}")
    return chunks


def main() -> None:
    """Records as the command line describes, and saves samples, chunks and counters."""
    parser = argparse.ArgumentParser()
    parser.add_argument("result", type=Path, help="an .npz file; the log goes beside it")
    parser.add_argument("device")
    parser.add_argument("--reconnect", action="store_true")
    parser.add_argument("--stall", type=float, default=STALL_SECONDS)
    parser.add_argument("--call-timeout", type=float, default=CALL_SECONDS)
    parser.add_argument("--give-up", type=float, default=NEVER_SECONDS)
    parser.add_argument("--report", type=int, nargs="*", default=[])
    options = parser.parse_args()
    logging.basicConfig(filename=options.result.with_suffix(".log"), level=logging.INFO)
    health = Health()
    source = build_source(options, health)
    chunks = record(source, Progress(options.report))
    np.savez(
        options.result,
        samples=np.concatenate([np.empty(0, np.int16), *(chunk.samples for chunk in chunks)]),
        starts=np.array([chunk.start_sample for chunk in chunks]),
        lengths=np.array([len(chunk.samples) for chunk in chunks]),
        utc_ns=np.array([chunk.utc_ns for chunk in chunks]),
        overflows=health.overflows,
        reopens=health.reopens,
    )
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # drops the handler's reference to the source
    del source
    gc.collect()  # destructors must not hang, as they would in a process that goes on


if __name__ == "__main__":
    main()
