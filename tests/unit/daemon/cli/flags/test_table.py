"""The flags that are keys of the configuration."""

import argparse
from pathlib import Path

from soundpost.cli.flags.table import BESIDE, FLAGS
from soundpost.cli.options import add_configuration, read_config
from soundpost.config import Config


def read(*arguments: str) -> Config:
    """Returns the configuration of a command line that takes every flag."""
    parser = argparse.ArgumentParser()
    add_configuration(parser, *FLAGS)
    return read_config(parser.parse_args(arguments))


def test_flags_that_others_bring_along_exist() -> None:
    """A command with `--source` has those of its password and its rate."""
    assert set(BESIDE) | {name for names in BESIDE.values() for name in names} <= FLAGS.keys()


def test_a_bundle_that_is_given_once_is_the_only_model(tmp_path: Path) -> None:
    """In place of whatever models the file names."""
    path = tmp_path / "soundpost.toml"
    path.write_text('[[models]]\nbundle = "birds"\n[[models]]\nbundle = "bats"\n')
    config = read("--config", str(path), "--bundle", "esc50")
    assert [model.bundle for model in config.all_models] == ["esc50"]


def test_bundles_that_are_given_are_the_models(tmp_path: Path) -> None:
    """They replace `[classify]`, and leading `~` is expanded in each."""
    path = tmp_path / "soundpost.toml"
    path.write_text('classify.bundle = "birds"\n')
    config = read("--config", str(path), "--bundle", "esc50", "--bundle", "~/bats")
    assert [model.bundle for model in config.all_models] == ["esc50", str(Path.home() / "bats")]
