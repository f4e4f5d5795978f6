"""Opening for what is louder than the place usually is."""

from soundpost.audio import Pcm, level_dbfs
from soundpost.audio.noise_floor import NoiseFloor

__all__ = ["LevelTrigger", "NoiseFloor"]


class LevelTrigger:
    """Hears a block whose level is well over the noise floor.

    Until the floor is known, everything is heard: when in doubt, listen. A steady sound that
    lasts longer than the floor's memory becomes the floor, and is heard no more.

    Args:
        over_floor_db: How far over the floor a block must be.
        floor_blocks: How many blocks back the floor reaches.
    """

    def __init__(self, over_floor_db: float, floor_blocks: int) -> None:
        self._over_floor_db = over_floor_db
        self._floor_blocks = floor_blocks
        self.reset()

    def is_triggered(self, block: Pcm) -> bool:
        """Whether the block is that loud."""
        block_dbfs = level_dbfs(block)
        floor_dbfs = self._floor.update(block_dbfs)
        return not self._floor.is_known or block_dbfs >= floor_dbfs + self._over_floor_db

    def reset(self) -> None:
        """Learn the floor anew."""
        self._floor = NoiseFloor(self._floor_blocks)
