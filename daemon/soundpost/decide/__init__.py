"""From scores to events: smoothing, thresholds, onsets and offsets."""

from soundpost.decide.hush import LONGEST_MUTE_SECONDS, Hush, HushState, Mute
from soundpost.decide.layers import Override
from soundpost.decide.make import longest_memory_windows, make_hush, make_tracker
from soundpost.decide.rules import Rule, make_rules, make_vocabulary
from soundpost.decide.tracker import Tracker
from soundpost.decide.vocabulary import Vocabulary

__all__ = [
    "LONGEST_MUTE_SECONDS",
    "Hush",
    "HushState",
    "Mute",
    "Override",
    "Rule",
    "Tracker",
    "Vocabulary",
    "longest_memory_windows",
    "make_hush",
    "make_rules",
    "make_tracker",
    "make_vocabulary",
]
