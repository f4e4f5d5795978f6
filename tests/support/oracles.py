"""Readers of other programs, which read the tables of archives back."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

import pytest

REASON = "a reader of another program, which the test libraries of a device leave out"
IS_DEVELOPMENT = find_spec("importlinter") is not None
"""True where the set `dev` is installed, which has all readers and the linters."""


def oracle(name: str) -> ModuleType:
    """Imports a reader. Only where the wheel is tested alone, a missing one skips the test."""
    if IS_DEVELOPMENT:
        return import_module(name)
    module: ModuleType = pytest.importorskip(name, reason=REASON)
    return module
