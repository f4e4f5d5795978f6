"""The table `[acoustics]`: levels and acoustic indices of each minute."""

from soundpost.config.types import Section


class AcousticsConfig(Section, frozen=True):
    """Levels and acoustic indices of each minute of live sound; off by default."""

    enabled: bool = False
