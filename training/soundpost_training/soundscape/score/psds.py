"""The polyphonic sound detection score (PSDS), over all thresholds at once.

C. Bilen et al., "A Framework for the Robust Evaluation of Sound Event Detection", ICASSP 2020;
independent of thresholds by J. Ebbers et al., "Threshold Independent Evaluation of Sound Event
Detection Scores", ICASSP 2022, whose sed_scores_eval computes it.
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from soundpost_training.soundscape.compose.ground_truth import Event
from soundpost_training.soundscape.compose.recipe import Recording

with warnings.catch_warnings():  # sed_eval's dcase_util asks pkg_resources, which warns
    warnings.simplefilter("ignore")
    from sed_scores_eval.intersection_based import psds as area_under_curve

INTERSECTION = 0.5
"""Share of a detection that must lie in events of its label, and of an event in detections."""

FALSE_ALARMS_PER_HOUR = 100.0
"""The curve of recall over false alarms of a label is integrated up to here, as in DCASE."""


def psds(
    ground_truth: Sequence[Event],
    score_tables: Mapping[str, Any],
    labels: Sequence[str],
    recordings: Sequence[Recording],
) -> float:
    """Returns PSDS in [0, 1], not weighted by confusions or by differences between labels.

    Args:
        ground_truth: The sounds.
        score_tables: The scores of each recording.
        labels: The labels that are scored, of which those without a sound are left out.
        recordings: For their names and lengths.
    """
    sounds: dict[str, list[tuple[float, float, str]]] = {
        recording.name: [] for recording in recordings
    }
    for event in ground_truth:
        if event.recording in sounds and event.label in labels:
            sounds[event.recording].append((event.onset_seconds, event.offset_seconds, event.label))
    present = sorted({label for events in sounds.values() for _, _, label in events})
    if not present:
        return 0.0
    value, *_ = area_under_curve(
        scores={name: score_tables[name][["onset", "offset", *present]] for name in sounds},
        ground_truth=sounds,
        audio_durations={recording.name: recording.seconds for recording in recordings},
        dtc_threshold=INTERSECTION,
        gtc_threshold=INTERSECTION,
        cttc_threshold=None,
        alpha_ct=0.0,
        alpha_st=0.0,
        max_efpr=FALSE_ALARMS_PER_HOUR,
    )
    return float(value)
