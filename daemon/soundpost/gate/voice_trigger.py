"""Opening for voices."""

from soundpost.audio import Pcm
from soundpost.audio.vad import RATES_HZ, VoiceDetector
from soundpost.errors import ConfigError


class VoiceTrigger:
    """Hears a block that WebRTC's voice detector calls speech.

    It is neither a way to hear voices only nor one to hear everything else: whatever is loud is
    a voice to it, see `VoiceDetector`.

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
        self._detector = VoiceDetector(strictness, sample_rate_hz)

    def is_triggered(self, block: Pcm) -> bool:
        """Whether the block is called speech."""
        return self._detector.is_voice(block)

    def reset(self) -> None:
        """Learn the background anew."""
        self._detector.reset()
