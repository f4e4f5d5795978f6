"""Removes the folders that a shared fixture made when the fixture ends.

pytest removes the folder of a test that has passed, and keeps what `tmp_path_factory` made for a
module until the end of the run. These are most of the disk of a run.
"""

import shutil
from collections.abc import Generator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

_OF_PYTEST = "tmp_path"
"""The fixture whose folders pytest removes itself."""

_fixtures = pytest.StashKey[list[pytest.FixtureDef[Any]]]()
"""The fixtures that are being set up, each requested by the one before it."""


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Remembers the fixture that makes folders now."""
    fixtures = request.config.stash.setdefault(_fixtures, [])
    fixtures.append(fixturedef)
    try:
        return (yield)
    finally:
        fixtures.pop()


@pytest.fixture(scope="session")
def tmp_path_factory(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> pytest.TempPathFactory:
    """The factory of pytest, whose folders end with their fixture unless a test has failed."""
    make = tmp_path_factory.mktemp
    session, fixtures = request.session, request.config.stash[_fixtures]

    def mktemp(basename: str, numbered: bool = True) -> Path:  # noqa: FBT001, FBT002 - as pytest has it
        folder = make(basename, numbered)
        if fixtures and fixtures[-1].argname != _OF_PYTEST:
            remove = partial(_remove, folder, session, session.testsfailed)
            fixtures[-1].addfinalizer(
                remove
            )  # called after what the fixture itself does at its end
        return folder

    tmp_path_factory.mktemp = mktemp  # type: ignore[method-assign] # of this object only
    return tmp_path_factory


def _remove(folder: Path, session: pytest.Session, failed_before: int) -> None:
    if session.testsfailed == failed_before:
        shutil.rmtree(folder, ignore_errors=True)
