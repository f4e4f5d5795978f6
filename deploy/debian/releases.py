"""The supported releases of Debian."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Release:
    """A release of Debian, with the properties that its package depends on.

    Attributes:
        debian: The number of the release.
        python: The version of its Python; the compiled wheels fit this version only.
        next_python: The next version, which the package excludes.
        has_backoff: True if its systemd supports `RestartSteps=` (systemd 254 and later).
    """

    debian: int
    python: str
    next_python: str
    has_backoff: bool


RELEASES = {
    12: Release(12, "3.11", "3.12", has_backoff=False),
    13: Release(13, "3.13", "3.14", has_backoff=True),
}
