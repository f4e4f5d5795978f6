"""What the tests of control are given."""

from collections.abc import Callable
from pathlib import Path

import pytest
from command_harness import House, tiny_model

from soundpost.classify.model import Model
from soundpost.config import Config

MakeHouse = Callable[..., House]


@pytest.fixture(scope="session")
def model() -> Model:
    """The tiny model of the tests."""
    return tiny_model()


@pytest.fixture
def make_house(tmp_path: Path, model: Model) -> MakeHouse:
    """Makes stewards that share one memory: each is a restart of the one before."""
    return lambda config=None: House(tmp_path, model, config)


@pytest.fixture
def house(make_house: Callable[[Config | None], House]) -> House:
    """The first of them."""
    return make_house(None)
