"""The polyphonic sound detection score: how well scores tell events, whatever the threshold.

C. Bilen et al., "A Framework for the Robust Evaluation of Sound Event Detection", ICASSP 2020;
over all thresholds at once by J. Ebbers et al., "Threshold Independent Evaluation of Sound Event
Detection Scores", ICASSP 2022, whose sed_scores_eval computes it.
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from soundpost_training.soundscape.compose.ground_truth import Event
from soundpost_training.soundscape.compose.recipe import Recording
from soundpost_training.soundscape.detect.inference import RecordingScores

with warnings.catch_warnings():  # sed_eval's dcase_util asks pkg_resources, which warns
    warnings.simplefilter("ignore")
    from sed_scores_eval.base_modules.scores import create_score_dataframe
    from sed_scores_eval.intersection_based import psds as area

INTERSECTION = 0.5
"""How much of a detection must lie in events of its label, and of an event in detections."""

FALSE_ALARMS_PER_HOUR = 100.0
"""The curve of recall over false alarms of a label is integrated up to here."""


def score_table(heard: RecordingScores, labels: Sequence[str]) -> Any:  # noqa: ANN401 - pandas has no types here
    """Scores as sed_scores_eval takes them: each window's for the stride in its middle.

    Args:
        heard: A recording.
        labels: The columns of its scores.
    """
    rate_hz = heard.spec.sample_rate_hz
    stride_seconds = heard.stride_frames * heard.spec.hop_samples / rate_hz
    first_seconds = (heard.spec.sample_count(heard.window_frames) / rate_hz - stride_seconds) / 2
    edges = first_seconds + stride_seconds * np.arange(len(heard.values) + 1)
    edges[0] = 0.0  # they must begin at the beginning
    return create_score_dataframe(heard.values.astype(np.float64), edges, list(labels))


def psds(
    truth: Sequence[Event],
    tables: Mapping[str, Any],
    labels: Sequence[str],
    recordings: Sequence[Recording],
) -> float:
    """The score in [0, 1], without weights for confusions and for unevenness between labels.

    Args:
        truth: What is there.
        tables: The scores of each recording.
        labels: Those that are judged; of these, the ones that are to be heard at all.
        recordings: For their lengths.
    """
    there: dict[str, list[tuple[float, float, str]]] = {one.name: [] for one in recordings}
    for event in truth:
        if event.recording in there and event.label in labels:
            there[event.recording].append((event.onset_seconds, event.offset_seconds, event.label))
    sounding = sorted({label for events in there.values() for _, _, label in events})
    if not sounding:
        return 0.0
    value, *_ = area(
        scores={name: tables[name][["onset", "offset", *sounding]] for name in there},
        ground_truth=there,
        audio_durations={one.name: one.seconds for one in recordings},
        dtc_threshold=INTERSECTION,
        gtc_threshold=INTERSECTION,
        cttc_threshold=None,
        alpha_ct=0.0,
        alpha_st=0.0,
        max_efpr=FALSE_ALARMS_PER_HOUR,
    )
    return float(value)
