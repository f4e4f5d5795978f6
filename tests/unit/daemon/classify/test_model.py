"""The models of a source."""

from pathlib import Path

import pytest
from tiny_models import TINY, write_tiny_bundle

from soundpost.classify.model import load_models
from soundpost.config import ModelConfig
from soundpost.errors import ConfigError


def test_models_are_loaded_in_the_order_of_the_configuration(tmp_path: Path) -> None:
    """Each with its own rate."""
    high = write_tiny_bundle(tmp_path / "high", 48_000)
    models = load_models([ModelConfig(bundle=str(high)), ModelConfig(bundle=str(TINY))])
    assert [model.sample_rate_hz for model in models] == [48_000, 16_000]


def test_two_models_of_one_id_are_refused(tmp_path: Path) -> None:
    """Messages and metrics could not tell them apart; the error has both folders."""
    first = write_tiny_bundle(tmp_path / "a" / "birds", 16_000)
    second = write_tiny_bundle(tmp_path / "b" / "birds", 48_000)
    with pytest.raises(ConfigError, match="two models have the id 'birds'") as caught:
        load_models([ModelConfig(bundle=str(first)), ModelConfig(bundle=str(second))])
    assert str(first) in str(caught.value)
    assert str(second) in str(caught.value)
    with pytest.raises(ConfigError, match="two models have the id"):
        load_models([ModelConfig(bundle=str(TINY)), ModelConfig(bundle=str(TINY))])
