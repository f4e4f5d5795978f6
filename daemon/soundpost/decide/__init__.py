"""From scores to events: smoothing, thresholds, onsets and offsets."""

from soundpost.decide.rules import Rule, make_rules
from soundpost.decide.tracker import Tracker

__all__ = ["Rule", "Tracker", "make_rules"]
