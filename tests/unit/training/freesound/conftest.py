"""Freesound, as small as it can be."""

from collections.abc import Iterator

import pytest
from freesound_server import Site, serving

from soundpost_training.freesound.api import Freesound


@pytest.fixture
def site() -> Iterator[Site]:
    """A server with seven sounds of three uploaders, on three pages."""
    with serving() as site:
        yield site


@pytest.fixture
def waits() -> list[float]:
    """The waits that there would have been, in seconds."""
    return []


@pytest.fixture
def freesound(site: Site, waits: list[float]) -> Freesound:
    """The API at the server."""
    return Freesound("secret", f"{site.address}/apiv2/", waits.append)
