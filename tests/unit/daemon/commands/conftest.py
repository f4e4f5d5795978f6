"""Fixtures of the tests of commands."""

from collections.abc import Callable
from pathlib import Path

import pytest
from command_harness import CommandNode, tiny_model

from soundpost.classify.model import Model
from soundpost.config import Config

MakeNode = Callable[..., CommandNode]


@pytest.fixture(scope="session")
def model() -> Model:
    """The tiny model of the tests."""
    return tiny_model()


@pytest.fixture
def make_node(tmp_path: Path, model: Model) -> MakeNode:
    """A factory of nodes that share one state file: each is a restart of the one before."""
    return lambda config=None: CommandNode(tmp_path, model, config)


@pytest.fixture
def node(make_node: Callable[[Config | None], CommandNode]) -> CommandNode:
    """A node without a state file of an earlier run."""
    return make_node(None)
