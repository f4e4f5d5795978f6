"""The releases of Debian that there are packages for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Release:
    """A release of Debian, and what of it the package is tied to.

    Attributes:
        debian: Its number.
        python: Its Python: the wheels are made for this one and no other.
        next_python: The first one that they are not made for.
        has_backoff: Whether its systemd knows `RestartSteps=`.
    """

    debian: int
    python: str
    next_python: str
    has_backoff: bool


RELEASES = {
    12: Release(12, "3.11", "3.12", has_backoff=False),
    13: Release(13, "3.13", "3.14", has_backoff=True),
}
