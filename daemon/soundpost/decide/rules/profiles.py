"""Profiles: named sets of decision settings, built in or from the configuration."""

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
"""`instant` starts an event at the first window over the threshold, and retracts it unless a later
window holds: for sounds that must be reported at once. `steady` needs three windows of five to
start an event and to keep it: for sounds that last and fluctuate, such as engines and animals."""


def known_profiles(configured: Mapping[str, ProfileConfig]) -> dict[str, ProfileConfig]:
    """Returns all profiles by name; a configured one replaces the built-in one of its name."""
    return {**BUILT_IN, **configured}


def find_profile(name: str, configured: Mapping[str, ProfileConfig], where: str) -> ProfileConfig:
    """Returns the profile of a name.

    Args:
        name: Its name.
        configured: The profiles of the configuration.
        where: The place that names it, for the error.

    Raises:
        ConfigError: There is no such profile.
    """
    profiles = known_profiles(configured)
    refuse_unknown(name, list(profiles), where, "profile")
    return profiles[name]
