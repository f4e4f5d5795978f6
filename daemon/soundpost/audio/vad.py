"""Whether a stretch of sound is a voice, as WebRTC's voice detector hears it."""

import webrtcvad

from soundpost.audio import Pcm

RATES_HZ = (8_000, 16_000, 32_000, 48_000)
"""What webrtcvad takes."""

STRICTEST = 3
"""webrtcvad's mode that calls the least a voice; 0 calls the most one."""


class VoiceDetector:
    """Calls blocks of 10, 20 or 30 ms a voice or not, and learns the background from each.

    It was made for telephones, where whatever is loud is a voice: a siren, a dog or a glass
    break well over the background passes as one; docs/adr/0004-the-gate-is-open-by-default.md
    has figures.

    Args:
        strictness: 0 (most is a voice) to 3 (only what surely is one).
        sample_rate_hz: Rate of the blocks, one of `RATES_HZ`.
    """

    def __init__(self, strictness: int, sample_rate_hz: int) -> None:
        self._strictness = strictness
        self._sample_rate_hz = sample_rate_hz
        self.reset()

    def is_voice(self, block: Pcm) -> bool:
        """Whether the block is called a voice."""
        return bool(self._vad.is_speech(block.tobytes(), self._sample_rate_hz))

    def reset(self) -> None:
        """Learn the background anew."""
        self._vad = webrtcvad.Vad(self._strictness)
