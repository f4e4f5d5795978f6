"""Counts by label and column, and their shades."""

import numpy as np

from soundpost.archive.report.heat_map import SHADES, HeatMap


def test_events_of_labels_without_a_row_are_summed_in_the_last_one() -> None:
    """So the columns have all events."""
    heat_map = HeatMap([("owl", "birds")], ["a", "b"])
    for label, column in (("owl", 0), ("owl", 0), ("dog", 1), ("cat", 1)):
        heat_map.add_event((label, "birds"), column)
    assert heat_map.counts.tolist() == [[2, 0], [0, 2]]


def test_recorded_sound_is_summed_by_column() -> None:
    """In seconds."""
    heat_map = HeatMap([], ["a", "b"])
    heat_map.add_sound(1, 900.0)
    heat_map.add_sound(1, 0.5)
    assert heat_map.seconds.tolist() == [0.0, 900.5]


def test_shades_follow_the_logarithm_of_the_counts() -> None:
    """No events have no shade, one event has one, the most have the darkest."""
    heat_map = HeatMap([("owl", "birds")], [str(column) for column in range(6)])
    heat_map.counts[0] = [0, 1, 10, 100, 1_000, 10_000]
    shades = heat_map.shades()[0]
    assert shades.tolist() == [0, 1, 2, 3, 4, SHADES]
    heat_map.counts[0] = 0
    assert not np.any(heat_map.shades())
