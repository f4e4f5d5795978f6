"""Command line options of the verbs that train a network and make a bundle."""

import argparse

import pytest

from soundpost_training.cli.training_options import VERBS, add_options


def parse(verb: str, *arguments: str) -> argparse.Namespace:
    """Returns the options of a verb."""
    parser = argparse.ArgumentParser()
    add_options(parser, verb)
    return parser.parse_args(arguments)


@pytest.mark.parametrize(("text", "fold"), [("5", 5), ("none", None)])
def test_a_fold_is_a_number_or_none(text: str, fold: int | None) -> None:
    """`none` trains on all folds."""
    assert parse("train", "--fold", text).fold == fold


def test_the_fold_to_train_must_be_given() -> None:
    """A fold is never held out by default."""
    with pytest.raises(SystemExit):
        parse("train")


@pytest.mark.parametrize("verb", ["train", "crossval", "teach"])
def test_some_folds_may_be_named(verb: str) -> None:
    """With commas, each once, in their order."""
    assert parse(verb, "--folds", "3, 1,3").folds == (3, 1)
    with pytest.raises(SystemExit):
        parse(verb, "--folds", "1-3")


def test_one_fold_or_several_are_named() -> None:
    """Both at once contradict each other."""
    with pytest.raises(SystemExit):
        parse("train", "--fold", "1", "--folds", "2,3")


def test_labels_are_separated_by_commas() -> None:
    """Blanks and repetitions are removed, and the order stays."""
    assert parse("crossval", "--among", "owl, fox,,owl").among == ("owl", "fox")
    assert parse("crossval", "--among", ",").among == ()
    assert parse("crossval").among is None


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_may_replace_network_and_initial_weights(verb: str) -> None:
    """All verbs read the same experiment, so all of them take the same replacements."""
    needed = ("--fold", "1") if verb == "train" else ()
    options = parse(verb, "--arch", "separable", "--init", "run:other", *needed)
    assert (options.arch, options.init) == ("separable", "run:other")
