"""The sounds that examples are cut from, with their targets and folds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost_training.dataset.features import Features

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SoundBank:
    """Clips, their reverberated copies, then sounds without a label.

    Of the sounds without a label, silence and faint noise come first, then the background.
    `build_sound_bank` makes one.

    Attributes:
        features: Log-mel of the sounds.
        dry: Number of clips, as they were recorded.
        clips: Number of sounds with a label: the clips, then `copies` of each, clip after clip.
        quiet: Number of sounds before the background.
        starts: For each sound, the frames where a crop may begin.
        targets: float32[sounds, labels], label smoothing included; uniform without a label.
        folds: int64[sounds], the fold of each; -1 for silence and noise, which have none.
        beneath: int64[n], positions of the sounds that may be mixed beneath others.
        owners: int64[sounds], the data set's clip that each is or is a copy of; -1 without a label.
    """

    features: Features
    dry: int
    clips: int
    quiet: int
    starts: list[Ints]
    targets: NDArray[np.float32]
    folds: Ints
    beneath: Ints
    owners: Ints

    @property
    def copies(self) -> int:
        """Number of reverberated copies of each clip."""
        return self.clips // self.dry - 1

    @property
    def background(self) -> range:
        """Positions of the background recordings."""
        return range(self.quiet, len(self.targets))

    def folds_of(self, clips: Ints, beneath: Ints) -> Ints:
        """Returns the folds of all sounds in each example, int64[n, 3]; -1 is none.

        Args:
            clips: int64[n, 2], the two clips that are mixed.
            beneath: int64[n], the background; -1 is none.
        """
        sounds = np.column_stack((clips, beneath))
        return np.where(sounds < 0, -1, self.folds[sounds])

    def mixed_targets(self, clips: Ints, shares: NDArray[np.float64]) -> NDArray[np.float32]:
        """Returns the targets of mixtures, float32[n, labels]: each clip's, by its share.

        Args:
            clips: int64[n, 2], the two clips that are mixed.
            shares: float64[n], the share of the first one.
        """
        share = shares.astype(np.float32)[:, None]
        first, second = (self.targets[clips[:, side]] for side in range(2))
        return share * first + (1.0 - share) * second
