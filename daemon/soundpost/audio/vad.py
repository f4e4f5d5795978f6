"""Voice activity detection by WebRTC's detector."""

import webrtcvad

from soundpost.audio import Pcm

RATES_HZ = (8_000, 16_000, 32_000, 48_000)
"""Sample rates that webrtcvad accepts."""

STRICTEST = 3
"""The aggressiveness mode of webrtcvad that detects the fewest voices; 0 detects the most."""


class VoiceDetector:
    """Detects voices in blocks of 10, 20 or 30 ms, and learns the background from each block.

    It was made for telephones, where every loud sound is a voice: a siren, a dog or breaking
    glass well over the background is detected, too. Figures are in
    docs/adr/0004-the-gate-is-open-by-default.md.

    Args:
        strictness: webrtcvad's aggressiveness mode, 0 (detects the most) to 3 (detects the
            fewest, most certain voices).
        sample_rate_hz: Rate of the blocks, one of `RATES_HZ`.
    """

    def __init__(self, strictness: int, sample_rate_hz: int) -> None:
        self._strictness = strictness
        self._sample_rate_hz = sample_rate_hz
        self.reset()

    def is_voice(self, block: Pcm) -> bool:
        """Returns whether a voice is detected in the block."""
        return bool(self._vad.is_speech(block.tobytes(), self._sample_rate_hz))

    def reset(self) -> None:
        """Discards the background that was learned."""
        self._vad = webrtcvad.Vad(self._strictness)
