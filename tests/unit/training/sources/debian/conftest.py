"""Fixtures for packages: the tool that reads .deb files."""

import shutil

import pytest


@pytest.fixture
def dpkg_deb() -> None:
    """Skips a test on a machine without dpkg-deb."""
    if shutil.which("dpkg-deb") is None:
        pytest.skip("needs dpkg-deb, which a Debian or Ubuntu machine has")
