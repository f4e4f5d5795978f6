"""Ways to decide that have a name: those that are built in, and those of the configuration."""

from collections.abc import Mapping

from soundpost.config import ProfileConfig
from soundpost.decide.rules.labels import refuse_unknown

BUILT_IN: Mapping[str, ProfileConfig] = {
    "instant": ProfileConfig(
        smoothing_windows=1, needed_windows=1, of_windows=1, minimum_seconds=0.0
    ),
    "steady": ProfileConfig(
        smoothing_windows=1, needed_windows=3, of_windows=5, minimum_seconds=2.0
    ),
}
"""`instant` tells at the first window over the threshold, and takes it back unless a later one
holds: for what must be known at once. `steady` waits for three windows of five, and as long for
the end: for what goes on and flutters, as engines and animals do."""


def known_profiles(own: Mapping[str, ProfileConfig]) -> dict[str, ProfileConfig]:
    """All profiles by name; one of the configuration takes the place of a built-in one."""
    return {**BUILT_IN, **own}


def find_profile(name: str, own: Mapping[str, ProfileConfig], where: str) -> ProfileConfig:
    """The profile of that name.

    Args:
        name: What it is called.
        own: Those of the configuration.
        where: Who names it, for the error.

    Raises:
        ConfigError: There is none.
    """
    profiles = known_profiles(own)
    refuse_unknown(name, list(profiles), where, "profile")
    return profiles[name]
