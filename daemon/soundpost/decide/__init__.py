"""Turns scores into events: smoothing, thresholds, onsets and offsets."""

from soundpost.decide.factory import (
    build_mutes,
    build_surroundings,
    build_tracker,
    longest_memory_windows,
)
from soundpost.decide.rules.chosen import chosen_labels
from soundpost.decide.rules.labels import LabelNames
from soundpost.decide.rules.model_rules import ModelRules, lowest_thresholds, names_of_models
from soundpost.decide.rules.precedence import Override
from soundpost.decide.rules.rule import Rule, publishing_every_event
from soundpost.decide.rules.rules import build_label_names, build_rules
from soundpost.decide.rules.selection import UndetectedReason, undetected_labels
from soundpost.decide.suppress.mutes import LONGEST_MUTE_SECONDS, Mute, Mutes, MutesState
from soundpost.decide.surroundings.confounders import Surroundings
from soundpost.decide.surroundings.summing_tracker import SummingTracker
from soundpost.decide.tracker import Tracker

__all__ = [
    "LONGEST_MUTE_SECONDS",
    "LabelNames",
    "ModelRules",
    "Mute",
    "Mutes",
    "MutesState",
    "Override",
    "Rule",
    "SummingTracker",
    "Surroundings",
    "Tracker",
    "UndetectedReason",
    "build_label_names",
    "build_mutes",
    "build_rules",
    "build_surroundings",
    "build_tracker",
    "chosen_labels",
    "longest_memory_windows",
    "lowest_thresholds",
    "names_of_models",
    "publishing_every_event",
    "undetected_labels",
]
