"""The settings of a node are read for an evaluation."""

from pathlib import Path

import pytest

from soundpost.config import Config
from soundpost_training.errors import ExperimentError
from soundpost_training.experiment.settings import read_settings


def test_settings_are_read_and_a_missing_file_is_named(tmp_path: Path) -> None:
    """With the option of these commands, not that of the daemon."""
    assert read_settings(None) == Config()
    path = tmp_path / "soundpost.toml"
    path.write_text("[decide]\non_threshold = 0.4\n")
    assert read_settings(path).decide.on_threshold == 0.4
    with pytest.raises(ExperimentError, match="got no such file") as refused:
        read_settings(tmp_path / "gone.toml")
    assert "--settings" in refused.value.hint
