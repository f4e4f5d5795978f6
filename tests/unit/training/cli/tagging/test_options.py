"""The options of `soundpost-train tagging`."""

import argparse
from pathlib import Path

import pytest

from soundpost_training.cli import main
from soundpost_training.cli.tagging.options import add_tagging


def parse(*arguments: str) -> argparse.Namespace:
    """Returns the options of a command line."""
    parser = argparse.ArgumentParser()
    add_tagging(parser.add_subparsers(dest="verb"))
    return parser.parse_args(["tagging", *arguments])


def test_folders_have_defaults() -> None:
    """Beside the runs and bundles of other experiments."""
    options = parse("export", "--config", "everyday.toml")
    assert options.step == "export"
    assert options.config == Path("everyday.toml")
    assert (options.runs, options.models) == (Path("runs"), Path("models"))
    assert options.cache == Path("runs/cache/tagging")


@pytest.mark.parametrize(
    "arguments", [["export"], ["teach", "--config", "a.toml"], ["--config", "a.toml"]]
)
def test_a_step_and_an_experiment_are_needed(arguments: list[str]) -> None:
    """Other steps are a usage error."""
    with pytest.raises(SystemExit) as caught:
        parse(*arguments)
    assert caught.value.code == 2


def test_help_names_the_steps_in_their_order(capsys: pytest.CaptureFixture[str]) -> None:
    """The examples can be copied."""
    with pytest.raises(SystemExit) as caught:
        main(["tagging", "--help"])
    assert caught.value.code == 0
    printed = capsys.readouterr().out
    steps = [printed.index(f"soundpost-train tagging {step}") for step in ("prepare", "train")]
    assert steps == sorted(steps)
    assert "--config training/configs/everyday.toml" in printed
