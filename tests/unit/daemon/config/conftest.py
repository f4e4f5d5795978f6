"""Fixtures: a configuration file."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def write(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str | bytes], Path]:
    """Provides a function that writes the configuration file and returns its path."""
    path = tmp_path_factory.mktemp("config") / "soundpost.toml"

    def write(content: str | bytes) -> Path:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
