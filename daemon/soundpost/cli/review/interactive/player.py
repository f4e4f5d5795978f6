"""Plays a sound by a player of the system, in a child process that is never waited for."""

import io
import os
import shutil
import subprocess
import wave
from collections.abc import Sequence
from contextlib import suppress

from soundpost.review.sound import EventSound

PLAYERS: Sequence[tuple[str, ...]] = (
    ("pw-play",),
    ("paplay",),
    ("aplay", "-q"),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
)
"""Of PipeWire, PulseAudio, ALSA and ffmpeg; the first that is installed and works is used."""

NO_PLAYER = "no player is installed: apt install alsa-utils (aplay), pipewire-bin, or ffmpeg"
_MOST_READ_BYTES = 4_096
"""Of the messages of a player that failed."""
_SAMPLE_BYTES = 2
_END_SECONDS = 1.0
"""A killed process ends at once, unless a driver of the kernel hangs."""


class Player:
    """Plays one sound at a time; a new one ends the one before.

    A player that fails is not used again; the next one plays the same sound. Nothing here waits: a
    player that hangs is killed when the next sound is played, or at the end.
    """

    def __init__(self) -> None:
        self._commands = [command for command in PLAYERS if shutil.which(command[0])]
        self._process: subprocess.Popen[bytes] | None = None
        self._sound_file: int | None = None
        self._errors: io.FileIO | None = None
        self._killed: list[subprocess.Popen[bytes]] = []
        self._failure = NO_PLAYER

    @property
    def is_playing(self) -> bool:
        """True while the player runs."""
        return self._process is not None

    def play(self, sound: EventSound) -> str:
        """Begins to play a sound; returns a message if there is no player, else nothing."""
        self.stop()
        # No file is left behind, however the process ends.
        self._sound_file = os.memfd_create("sound")
        with os.fdopen(os.dup(self._sound_file), "wb") as file:
            file.write(_wave(sound))
        return self._start()

    def poll(self) -> str:
        """Notices the end of the player; returns a message if it failed and there is no other."""
        self._killed = [process for process in self._killed if process.poll() is None]
        if self._process is None or (status := self._process.poll()) is None:
            return ""
        self._process = None
        if status == 0:
            self.stop()
            return ""
        self._failure = f"{self._commands[0][0]} cannot play: {self._reason() or status}"
        del self._commands[0]
        return self._start()

    def stop(self) -> None:
        """Ends what is playing."""
        if self._process is not None:
            self._process.kill()
            self._killed.append(self._process)
            self._process = None
        if self._sound_file is not None:
            os.close(self._sound_file)
            self._sound_file = None
        self._close_errors()

    def close(self) -> None:
        """Ends what is playing; waits a moment for the player, which was killed."""
        self.stop()
        for process in self._killed:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_END_SECONDS)

    def _start(self) -> str:
        if not self._commands or self._sound_file is None:
            self.stop()
            return self._failure
        self._close_errors()
        self._errors = io.FileIO(os.memfd_create("errors"), "r+")
        try:
            self._process = subprocess.Popen(  # noqa: S603 - a player of the list, without a shell
                [*self._commands[0], f"/dev/fd/{self._sound_file}"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=[self._sound_file],
                start_new_session=True,  # keys such as Ctrl-C are for this program
            )
        except OSError as error:
            self._failure = f"{self._commands[0][0]} cannot be started: {error.strerror}"
            del self._commands[0]
            return self._start()
        return ""

    def _close_errors(self) -> None:
        if self._errors is not None:
            self._errors.close()
            self._errors = None

    def _reason(self) -> str:
        """Returns the last line that the player wrote to its standard error."""
        if self._errors is None:
            return ""
        self._errors.seek(0)
        lines = self._errors.read(_MOST_READ_BYTES).decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _wave(sound: EventSound) -> bytes:
    """Returns a sound as a WAV file."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(_SAMPLE_BYTES)
        file.setframerate(sound.rate_hz)
        file.writeframes(sound.samples.astype("<i2").tobytes())
    return content.getvalue()
