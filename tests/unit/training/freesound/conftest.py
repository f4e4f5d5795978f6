"""A small server in place of Freesound."""

from collections.abc import Iterator

import pytest
from freesound_server import Site, serving

from soundpost_training.freesound.api import Freesound


@pytest.fixture
def site() -> Iterator[Site]:
    """Provides a server with seven sounds of three uploaders, on three pages."""
    with serving() as site:
        yield site


@pytest.fixture
def waits() -> list[float]:
    """Collects the waits of the client in seconds, without waiting."""
    return []


@pytest.fixture
def freesound(site: Site, waits: list[float]) -> Freesound:
    """Provides a client of that server."""
    return Freesound("secret", f"{site.address}/apiv2/", waits.append)
