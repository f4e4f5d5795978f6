"""Measures a live daemon on the virtual sound card: wake-ups, processor share, memory.

PYTHONPATH=tests/support python tests/bench/live_costs.py [SECONDS]

Three phases of SECONDS each: silence, steady noise, noise that comes and goes, with events and
their clips. Needs pulseaudio, mosquitto and PyAudio (`make bench-live` sees to them).
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from mosquitto import Broker
from sound_card import LATENCY, MICROPHONE, SAMPLE_RATE_HZ, SoundCard

SETTLED_SECONDS = 8.0
"""From the start to the first measurement: the start, the golden vectors and the first windows."""

CONFIG = """\
[capture]
source = "mic:{microphone}"

[mqtt]
broker = "{broker}"
outbox = "{folder}/outbox.db"
commands = true
level_seconds = 5

[evidence]
folder = "{folder}/clips"
"""


@dataclass(frozen=True, slots=True)
class Usage:
    """Wake-ups and processor time of the threads of a process since its start.

    Attributes:
        wake_ups: Times that each thread was put to sleep and woke up again, by thread.
        cpu_seconds: Processor time of all threads.
        at_seconds: The monotonic time of reading.
    """

    wake_ups: dict[int, int]
    cpu_seconds: float
    at_seconds: float

    @classmethod
    def read(cls, pid: int) -> "Usage":
        """Reads it from /proc."""
        wake_ups = {}
        for task in Path(f"/proc/{pid}/task").iterdir():
            status = (task / "status").read_text(encoding="ascii", errors="replace")
            wake_ups[int(task.name)] = _field(status, "voluntary_ctxt_switches")
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        ticks = int(fields[11]) + int(fields[12])
        return cls(wake_ups, ticks / os.sysconf("SC_CLK_TCK"), time.monotonic())


def _field(status: str, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+)", status, re.MULTILINE)
    if not found:
        raise RuntimeError(f"expected a line {name} in /proc/PID/status")
    return int(found[1])


def report(name: str, before: Usage, after: Usage) -> None:
    """Prints the rates between two readings."""
    seconds = after.at_seconds - before.at_seconds
    rates = {
        thread: (count - before.wake_ups.get(thread, 0)) / seconds
        for thread, count in after.wake_ups.items()
    }
    share = 100 * (after.cpu_seconds - before.cpu_seconds) / seconds
    each = ", ".join(f"{rate:.1f}" for rate in sorted(rates.values(), reverse=True))
    print(
        f"{name:9} {sum(rates.values()):6.1f} wake-ups/s (threads: {each}), {share:.1f} % of a core"
    )


def write_sound(path: Path, seconds: float, *, is_steady: bool) -> Path:
    """Writes noise: steady, or a second loud and two seconds quiet by turns."""
    samples = round(seconds * SAMPLE_RATE_HZ)
    noise = np.random.default_rng(0).normal(0.0, 2_000.0, samples)
    if not is_steady:
        noise[np.arange(samples) // SAMPLE_RATE_HZ % 3 != 0] *= 0.02
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(noise.clip(-32_768, 32_767).astype("<i2").tobytes())
    return path


def main(seconds: float) -> None:
    """Prints a line for each phase."""
    with tempfile.TemporaryDirectory(prefix="sp-") as name:
        folder = Path(name)
        (folder / "card").mkdir()
        (folder / "broker").mkdir()
        card = SoundCard(folder / "card").start()
        broker = Broker(folder / "broker").start()
        config = folder / "soundpost.toml"
        text = CONFIG.format(microphone=MICROPHONE, broker=broker.url, folder=folder)
        config.write_text(text, encoding="utf-8")
        command = [sys.executable, "-c", "from soundpost.cli import main; main()", "run"]
        log = (folder / "log").open("wb")
        daemon = subprocess.Popen(
            [*command, "--config", str(config)], env=card.environment, stderr=log
        )
        try:
            time.sleep(SETTLED_SECONDS)
            _measure(daemon.pid, "silence", seconds)
            for phase, is_steady in (("noise", True), ("events", False)):
                sound = write_sound(folder / f"{phase}.wav", seconds + 4.0, is_steady=is_steady)
                player = subprocess.Popen(["paplay", LATENCY, str(sound)], env=card.environment)
                time.sleep(2.0)
                _measure(daemon.pid, phase, seconds)
                player.wait()
            status = Path(f"/proc/{daemon.pid}/status").read_text(encoding="ascii")
            print(
                f"memory    {_field(status, 'VmRSS') * 1024 / 1e6:.1f} MB, peak "
                f"{_field(status, 'VmHWM') * 1024 / 1e6:.1f} MB"
            )
        finally:
            daemon.send_signal(signal.SIGTERM)
            if daemon.wait(timeout=30):
                print((folder / "log").read_text(encoding="utf-8"))
            log.close()
            broker.kill()
            card.kill()


def _measure(pid: int, name: str, seconds: float) -> None:
    before = Usage.read(pid)
    time.sleep(seconds)
    report(name, before, Usage.read(pid))


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 20.0)
