"""Parses values of flags that are not keys of the configuration."""

import argparse
import math
from typing import NamedTuple


def positive_seconds(text: str) -> float:
    """Parses a duration in seconds.

    Raises:
        ArgumentTypeError: It is not a number above 0.
    """
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not (seconds > 0.0 and math.isfinite(seconds)):
        raise argparse.ArgumentTypeError(f"expected seconds, a number above 0, got {text!r}")
    return seconds


class Threshold(NamedTuple):
    """A threshold for one run.

    Attributes:
        name: The label or group; None for all labels.
        score: The smoothed score that starts an event, in [0, 1].
    """

    name: str | None
    score: float


def threshold(text: str) -> Threshold:
    """Parses `SCORE` or `LABEL=SCORE`.

    Raises:
        ArgumentTypeError: The score is not a number from 0 to 1, or the label is empty.
    """
    name, equals, number = text.rpartition("=")
    try:
        score = float(number)
    except ValueError:
        score = math.nan
    if not 0.0 <= score <= 1.0 or (equals and not name):
        raise argparse.ArgumentTypeError(
            f"expected a score from 0 to 1, as 0.4 or siren=0.4, got {text!r}"
        )
    return Threshold(name if equals else None, score)
