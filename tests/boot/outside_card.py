"""A sound card of this machine as the microphone of a booted Debian."""

from pathlib import Path

import numpy as np
import soundfile
from booted import SHARED
from debian_root import require
from numpy.typing import NDArray
from sound_card import MICROPHONE, SAMPLE_RATE_HZ, SoundCard

SOURCE = f"mic:{MICROPHONE}"
"""The microphone, in the configuration of the service."""
# PulseAudio's client needs a runtime folder, and the service has no home.
ENVIRONMENT = f"""\
Environment=PULSE_SERVER=unix:{SHARED}/card/pulse/native PULSE_RUNTIME_PATH=/tmp/pulse
Environment=ALSA_CONFIG_PATH={SHARED}/alsa.conf
"""
"""Lines of a drop-in that lead the service to the card."""


def start_card(shared: Path) -> SoundCard:
    """Starts a card outside of the Debian.

    Args:
        shared: The folder that is shared with it. A socket needs its path to be short.
    """
    require("pulseaudio", "paplay")
    shared.chmod(0o755)
    lines = f"</usr/share/alsa/alsa.conf>\n<{SHARED}/card/asound.conf>\n"
    (shared / "alsa.conf").write_text(lines)
    (shared / "card").mkdir()
    card = SoundCard(shared / "card").start()
    (shared / "card" / "pulse").chmod(0o755)  # the service is another user
    return card


def write_sound(path: Path, samples: NDArray[np.int16]) -> Path:
    """Writes a sound that the card plays as it is; returns its path."""
    soundfile.write(path, samples, SAMPLE_RATE_HZ, "PCM_16")
    return path
