"""The protocol of the figures: no source teaches and tests, and no place is known and new."""

import tomllib
from pathlib import Path

import pytest
from taught_examples import recording

from soundpost_training.heads.protocol import TAUGHT, choose, is_of_known_place

pytestmark = pytest.mark.training


def test_no_source_teaches_and_tests() -> None:
    """Of each source that teaches, one clip does; the others of it test nothing."""
    clips = [(f"source-{number // 3}", recording(number)) for number in range(30)]
    source_of = {each.key: source for source, each in clips}
    for seed in range(5):
        taught, test = choose(clips, 4, seed)
        sources = [source_of[each.key] for each in taught]
        assert len(sources) == len(set(sources)) == 4
        assert not set(sources) & {source_of[each.key] for each in test}
        assert len(test) == 18


def test_some_sources_are_always_left_to_test() -> None:
    """However many recordings are wanted."""
    clips = [(f"source-{number}", recording(number)) for number in range(10)]
    taught, test = choose(clips, 32, 0)
    assert (len(taught), len(test)) == (8, 2)


def test_about_half_of_the_sources_are_of_the_known_place() -> None:
    """By their names, whatever else is there."""
    share = sum(is_of_known_place(f"{number}/dog") for number in range(1_000)) / 1_000
    assert share == pytest.approx(0.5, abs=0.05)


def test_the_labels_are_those_that_the_network_never_had() -> None:
    """Else the figures would be too high."""
    config = Path(__file__).resolve().parents[4] / "training/configs/everyday-forty.toml"
    left_out = tomllib.loads(config.read_text())["sources"]["without_categories"]
    assert tuple(left_out) == TAUGHT
