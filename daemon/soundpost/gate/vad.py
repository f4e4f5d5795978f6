"""Opening for voices."""

import webrtcvad

from soundpost.audio import Pcm
from soundpost.errors import ConfigError

RATES_HZ = (8_000, 16_000, 32_000, 48_000)
"""What webrtcvad takes."""


class VoiceTrigger:
    """Hears a block that WebRTC's voice detector calls speech.

    It was made for telephones, where whatever is loud is a voice: a glass break well over the
    background passes as one, a distant one does not. So it is neither a way to hear voices only
    nor one to hear everything else; docs/adr/0004-the-gate-is-open-by-default.md has figures.

    Args:
        strictness: 0 (lets most pass) to 3 (only what surely is a voice).
        sample_rate_hz: Rate of the blocks, which must last 10, 20 or 30 ms.

    Raises:
        ConfigError: webrtcvad does not take the rate.
    """

    def __init__(self, strictness: int, sample_rate_hz: int) -> None:
        if sample_rate_hz not in RATES_HZ:
            raise ConfigError(
                f"a gate that opens for voices needs a model at {', '.join(map(str, RATES_HZ))} "
                f"Hz, this one hears at {sample_rate_hz} Hz",
                hint='set gate.open_on to "always" or "level"',
            )
        self._strictness = strictness
        self._sample_rate_hz = sample_rate_hz
        self.forget()

    def hears(self, block: Pcm) -> bool:
        """Whether the block is called speech."""
        return bool(self._vad.is_speech(block.tobytes(), self._sample_rate_hz))

    def forget(self) -> None:
        """Learn the background anew."""
        self._vad = webrtcvad.Vad(self._strictness)
