"""A virtual sound card: its microphone captures what is played into it, sample for sample.

PulseAudio renders into a null sink whose monitor is the microphone; PortAudio reads that through
ALSA's pulse plugin. Fixture: `sound_card`, one for the whole session; tests that break a card
make their own with `make_sound_card`.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pytest

MICROPHONE = "vmic"
SAMPLE_RATE_HZ = 16_000
TIMEOUT_SECONDS = 60.0
"""Long enough for a busy machine; only a hang takes so long."""

LATENCY = "--latency-msec=5000"  # a busy machine may not run paplay for a while

# Without norewinds=1 the sink renders 2 s ahead, and loses the sound that a rewind discards.
_SINK = "module-null-sink norewinds=1 sink_name=sink rate={rate_hz} channels=1 format=s16le"
_SOURCE = f"module-remap-source master=sink.monitor source_name={MICROPHONE}"
_PULSE = """\
load-module module-native-protocol-unix socket={socket} auth-anonymous=1
load-module {sink}
load-module {source}
set-default-sink sink
set-default-source {microphone}
"""
_ALSA = """\
pcm.!default { type pulse }
ctl.!default { type pulse }
"""
_ALSA_PCM = """\
pcm.{name} {{
  type pulse
  device {microphone}
  hint {{ show on description "virtual microphone" }}
}}
"""


class SoundCard:
    """A PulseAudio of its own, in a folder of its own, on a socket of its own.

    Args:
        folder: An empty folder with a short path: a socket's is at most 107 bytes long.

    Attributes:
        environment: The environment of a process whose sound card is this one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        socket = folder / "pulse" / "native"
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("PULSE_")},
            "PULSE_RUNTIME_PATH": str(socket.parent),
            "PULSE_SERVER": f"unix:{socket}",
            "XDG_CONFIG_HOME": str(folder / "config"),
            "ALSA_CONFIG_PATH": str(folder / "alsa.conf"),
        }
        socket.parent.mkdir(mode=0o700)
        (folder / "config").mkdir()
        self.set_rate(SAMPLE_RATE_HZ)
        self.name_devices(MICROPHONE)

    def start(self) -> Self:
        """Starts the server and waits until its microphone is there."""
        command = ["pulseaudio", "-n", "-F", str(self._folder / "card.pa"), "--daemonize=no"]
        command += ["--exit-idle-time=-1", "--use-pid-file=no", "--realtime=no"]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "--log-level=error"], env=self.environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while MICROPHONE.encode() not in self._control("list", "short", "sources"):
            if self._process.poll() is not None or time.monotonic() > deadline:
                log_text = (self._folder / "log").read_text(errors="replace")
                raise RuntimeError(f"PulseAudio did not start:\n{log_text}")
            time.sleep(0.02)
        return self

    def set_rate(self, rate_hz: int) -> None:
        """Sets its native rate from the next start, or the next time that it is plugged in."""
        self._sink = _SINK.format(rate_hz=rate_hz)
        script = _PULSE.format(
            socket=self._folder / "pulse" / "native",
            sink=self._sink,
            source=_SOURCE,
            microphone=MICROPHONE,
        )
        (self._folder / "card.pa").write_text(script)

    def name_devices(self, *names: str) -> None:
        """Names the devices under which PortAudio lists the microphone, in this order.

        Takes effect when PortAudio starts the next time, which may be now.
        """
        pcms = [_ALSA_PCM.format(name=name, microphone=MICROPHONE) for name in names]
        (self._folder / "asound.conf").write_text("".join([_ALSA, *pcms]))
        # Replaced, because ALSA reads its configuration again only when this is another file, and
        # a process that reads it now must not find half of it.
        new = self._folder / "alsa.conf.new"
        new.write_text(f"</usr/share/alsa/alsa.conf>\n<{self._folder / 'asound.conf'}>\n")
        new.replace(self._folder / "alsa.conf")

    def unplug(self) -> None:
        """Removes the microphone from the running server."""
        self._control("unload-module", "module-remap-source")
        self._control("unload-module", "module-null-sink")

    def plug_in(self) -> None:
        """Adds the microphone to the running server."""
        self._control("load-module", *self._sink.split())
        self._control("load-module", *_SOURCE.split())

    def suspend(self) -> None:
        """Suspends the microphone, as a power saver does: it stays open and delivers nothing."""
        self._control("suspend-source", "sink.monitor", "1")
        self._control("suspend-source", MICROPHONE, "1")

    def resume(self) -> None:
        """Resumes a suspended microphone."""
        self._control("suspend-source", MICROPHONE, "0")
        self._control("suspend-source", "sink.monitor", "0")

    def play(self, path: Path) -> None:
        """Plays a WAV file to its end; mono 16-bit at 16 kHz arrives bit for bit."""
        subprocess.run(
            ["paplay", LATENCY, str(path)],
            env=self.environment,
            check=True,
            timeout=600,
        )

    def freeze(self) -> None:
        """Stops the server's process: connections stay open and deliver nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Continues a frozen server."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """Kills the server, if it runs; the microphone is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(TIMEOUT_SECONDS)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None:
            raise RuntimeError("the sound card was never started")
        self._process.send_signal(number)

    def _control(self, *arguments: str) -> bytes:
        done = subprocess.run(
            ["pactl", *arguments],
            env=self.environment,
            capture_output=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )
        return done.stdout


MakeSoundCard = Callable[[], SoundCard]


@pytest.fixture(scope="session")
def make_sound_card() -> Iterator[MakeSoundCard]:
    """Provides a function that starts a sound card; all end with the session."""
    _require_sound()
    with tempfile.TemporaryDirectory(prefix="card-") as folder:
        cards: list[SoundCard] = []

        def make() -> SoundCard:
            own_folder = Path(folder, str(len(cards)))
            own_folder.mkdir()
            cards.append(SoundCard(own_folder))
            return cards[-1].start()

        yield make
        for card in cards:
            card.kill()


@pytest.fixture(scope="session")
def sound_card(make_sound_card: MakeSoundCard) -> SoundCard:
    """Provides a virtual sound card that tests share; they must not break it."""
    return make_sound_card()


def _require_sound() -> None:
    """Skips the test where no virtual sound card can run; fails it in CI."""
    programs = [name for name in ("pulseaudio", "paplay", "pactl") if not shutil.which(name)]
    plugins = Path("/usr/lib").glob("*/alsa-lib/libasound_module_pcm_pulse.so")
    missing = programs if any(plugins) else [*programs, "ALSA's pulse plugin"]
    if importlib.util.find_spec("pyaudio") is None:
        missing.append("PyAudio")
    if not missing:
        return
    reason = (
        f"not installed: {', '.join(missing)}; apt-get install pulseaudio pulseaudio-utils "
        "libasound2-plugins portaudio19-dev, and pip install soundpost[mic]"
    )
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
