"""A trigger that opens the gate for voices."""

from soundpost.audio import Pcm
from soundpost.audio.vad import RATES_HZ, VoiceDetector
from soundpost.errors import ConfigError


class VoiceTrigger:
    """Detects blocks in which WebRTC's voice detector finds speech.

    It can neither select nor exclude voices: every loud sound is a voice to this detector, see
    `VoiceDetector`.

    Args:
        strictness: webrtcvad's aggressiveness mode, 0 (lets the most pass) to 3 (only the most
            certain voices).
        sample_rate_hz: Rate of the blocks, which must last 10, 20 or 30 ms.

    Raises:
        ConfigError: webrtcvad does not accept the rate.
    """

    def __init__(self, strictness: int, sample_rate_hz: int) -> None:
        if sample_rate_hz not in RATES_HZ:
            raise ConfigError(
                f"a gate that opens for voices needs a model at {', '.join(map(str, RATES_HZ))} "
                f"Hz, got one at {sample_rate_hz} Hz",
                hint='set gate.open_on to "always" or "level"',
            )
        self._detector = VoiceDetector(strictness, sample_rate_hz)

    def is_triggered(self, block: Pcm) -> bool:
        """Returns whether speech is detected in the block."""
        return self._detector.is_voice(block)

    def reset(self) -> None:
        """Discards the background that was learned."""
        self._detector.reset()
