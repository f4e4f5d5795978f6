"""Reads the settings of a node, for evaluations with its rules."""

from pathlib import Path

from soundpost.config import Config, load_config
from soundpost_training.errors import ExperimentError


def read_settings(path: Path | None) -> Config:
    """Returns the configuration in a file, or the defaults without a file.

    Raises:
        ExperimentError: There is no such file.
        ConfigError: It is not valid.
    """
    if path is None:
        return Config()
    if not path.is_file():
        raise ExperimentError(
            f"expected the settings of a node in {path}, got no such file",
            hint="name a soundpost.toml with --settings, or leave it out for the bundle's rules",
        )
    return load_config(path, {})
