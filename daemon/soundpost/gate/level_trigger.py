"""A trigger that opens the gate for sound well over the noise floor."""

from soundpost.audio import Pcm, level_dbfs
from soundpost.audio.noise_floor import NoiseFloor


class LevelTrigger:
    """Detects blocks whose level is well over the noise floor.

    Until the floor is known, every block triggers. A steady sound that lasts longer than the
    floor's memory becomes the floor, and then triggers no more.

    Args:
        over_floor_db: How far over the floor a block must be.
        floor_blocks: Length of the floor's memory.
    """

    def __init__(self, over_floor_db: float, floor_blocks: int) -> None:
        self._over_floor_db = over_floor_db
        self._floor_blocks = floor_blocks
        self.reset()

    def is_triggered(self, block: Pcm) -> bool:
        """Returns whether the block is loud enough."""
        block_dbfs = level_dbfs(block)
        floor_dbfs = self._floor.update(block_dbfs)
        return not self._floor.is_known or block_dbfs >= floor_dbfs + self._over_floor_db

    def reset(self) -> None:
        """Discards the floor that was learned."""
        self._floor = NoiseFloor(self._floor_blocks)
