"""Sound cards of one sample format, one rate and one number of channels: see wide_card.c.

The PulseAudio of sound_card.py converts every format; this ALSA plug-in does not. Fixture:
`make_wide_card`.
"""

import importlib.util
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

NAME = "wide"
RATE_HZ = 48_000
SECONDS = 2.0
"""The length of the sound that a card records again and again."""

_SOURCE = Path(__file__).with_name("wide_card.c")
_BASE = """\
</usr/share/alsa/alsa.conf>
pcm_type.wide_card {{ lib "{library}" }}
"""
_PCM = """\
pcm.{name} {{
  type wide_card
  file "{frames}"
  format {format}
  rate {rate_hz}
  channels {channels}
  hint {{ show on description "a card of one format" }}
}}
"""


def encode(sound: NDArray[np.float64], sample_format: str) -> bytes:
    """Returns a sound, float64[frames, channels] within 1.0, in one of ALSA's sample formats."""
    if sample_format == "FLOAT_LE":
        encoded: NDArray[Any] = sound.astype("<f4")
        return encoded.tobytes()
    bits = {"U8": 8, "S16_LE": 16, "S24_3LE": 24, "S24_LE": 24, "S32_LE": 32}[sample_format]
    full_scale = 2 ** (bits - 1)
    encoded = np.clip(np.rint(sound * full_scale), -full_scale, full_scale - 1).astype("<i4")
    if sample_format == "U8":
        encoded = (encoded + 128).astype(np.uint8)
    elif sample_format == "S16_LE":
        encoded = encoded.astype("<i2")
    elif sample_format == "S24_3LE":
        encoded = np.ascontiguousarray(encoded).view(np.uint8).reshape(-1, 4)[:, :3]
    return encoded.tobytes()


class WideCard:
    """A card that is configured in a folder of its own.

    Args:
        folder: An empty folder.
        library: The compiled plug-in.
        name: Its name.

    Attributes:
        environment: The environment of a process whose only sound card is this one.
    """

    def __init__(self, folder: Path, library: Path, name: str = NAME) -> None:
        self._library = library
        self._name = name
        self._pcm = ""
        self._config = folder / "alsa.conf"
        self._frames = folder / "frames"
        self.environment = {**os.environ, "ALSA_CONFIG_PATH": str(self._config)}

    def plug_in(
        self, sound: NDArray[np.float64], sample_format: str = "S32_LE", rate_hz: int = RATE_HZ
    ) -> None:
        """Makes it a card that records a sound, float64[frames, channels], again and again."""
        frames = self._frames.with_suffix(".new")
        frames.write_bytes(encode(sound, sample_format))
        config = self._config.with_suffix(".new")
        self._pcm = _PCM.format(
            name=self._name,
            frames=self._frames,
            format=sample_format,
            rate_hz=rate_hz,
            channels=sound.shape[1],
        )
        config.write_text(self.configuration())
        # Replaced, because ALSA reads its configuration again only when this is another file.
        config.replace(self._config)
        frames.replace(self._frames)

    def configuration(self, *others: "WideCard") -> str:
        """Returns the configuration of ALSA for this card and others."""
        pcms = "".join(card._pcm for card in (self, *others))  # noqa: SLF001 - of the same class
        return _BASE.format(library=self._library) + pcms

    def unplug(self) -> None:
        """Makes the card vanish from a running program."""
        self._frames.unlink()


def shared_environment(folder: Path, first: WideCard, *others: WideCard) -> dict[str, str]:
    """Returns the environment of a process with all these cards, as they are now.

    Args:
        folder: Receives the configuration of ALSA.
        first: A card.
        others: More cards, of other names.
    """
    path = folder / "alsa.conf"
    path.write_text(first.configuration(*others))
    return {"ALSA_CONFIG_PATH": str(path)}


MakeWideCard = Callable[..., WideCard]


@pytest.fixture(scope="session")
def wide_card_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides the compiled plug-in."""
    if importlib.util.find_spec("pyaudio") is None:
        reason = "not installed: PyAudio; pip install soundpost[mic]"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    library = tmp_path_factory.mktemp("wide-card") / "wide_card.so"
    flags = ["-shared", "-fPIC", "-DPIC", "-O2", "-Wall", "-Wextra", "-Werror"]
    subprocess.run(["cc", *flags, "-o", str(library), str(_SOURCE), "-lasound"], check=True)
    return library


@pytest.fixture
def make_wide_card(
    wide_card_library: Path, tmp_path_factory: pytest.TempPathFactory
) -> MakeWideCard:
    """Provides a function that makes a card; its arguments are those of `WideCard.plug_in`."""

    def make(
        sound: NDArray[np.float64],
        sample_format: str = "S32_LE",
        rate_hz: int = RATE_HZ,
        name: str = NAME,
    ) -> WideCard:
        card = WideCard(tmp_path_factory.mktemp("card"), wide_card_library, name)
        card.plug_in(sound, sample_format, rate_hz)
        return card

    return make


def place_sound(rate_hz: int = RATE_HZ, seconds: float = SECONDS) -> NDArray[np.float64]:
    """Returns the sound of a place, float64[frames, 1]: noise with a tone at 1 kHz."""
    frames = round(rate_hz * seconds)
    noise = np.random.default_rng(frames).normal(0.0, 0.01, frames)
    tone = 0.3 * np.sin(2 * np.pi * 1_000 * np.arange(frames) / rate_hz)
    return (noise + tone)[:, np.newaxis]
