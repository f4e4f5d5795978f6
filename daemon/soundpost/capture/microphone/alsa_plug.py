"""A converting ALSA device in front of a card of a format that PortAudio does not support.

PortAudio 19 knows U8, S16, S24_3LE, S32 and float, but not S24_LE, 24 bits in words of 32, which is
the only format of some codecs on boards. ALSA's plug-in `plug` converts it, without dither.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from soundpost.capture.microphone.devices import HARDWARE_NAME

PLUG_NAME = "soundpost_plug"
_DEFAULT_CONFIG = "/usr/share/alsa/alsa.conf"
_CONFIG_VARIABLE = "ALSA_CONFIG_PATH"
"""A list of files with colons between them; ALSA reads it whenever PortAudio starts."""


@contextmanager
def converting_device(device_name: str) -> Iterator[str]:
    """Configures ALSA, within this process, with a device that converts the format of another.

    Args:
        device_name: PortAudio's name of the card.

    Yields:
        The name of the new device; it is listed by a PortAudio that starts meanwhile.
    """
    before = os.environ.get(_CONFIG_VARIABLE)
    with tempfile.TemporaryDirectory(prefix="soundpost-") as folder:
        config = Path(folder) / "plug.conf"
        config.write_text(
            f'pcm.{PLUG_NAME} {{ type plug slave.pcm "{_alsa_name(device_name)}" }}\n',
            encoding="utf-8",
        )
        os.environ[_CONFIG_VARIABLE] = f"{before or _DEFAULT_CONFIG}:{config}"
        try:
            yield PLUG_NAME
        finally:
            if before is None:
                del os.environ[_CONFIG_VARIABLE]
            else:
                os.environ[_CONFIG_VARIABLE] = before


def _alsa_name(device_name: str) -> str:
    """Returns ALSA's name of a device: `hw:1,0` of a card, else the name itself."""
    hardware = HARDWARE_NAME.search(device_name)
    return hardware[1] if hardware else device_name
