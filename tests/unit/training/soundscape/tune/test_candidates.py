"""The candidates of tuning."""

from soundpost.classify import Bundle
from soundpost_training.soundscape.tune.candidates import candidates, single_threshold_name


def test_each_candidate_varies_one_setting_of_all_labels(tiny_bundle: Bundle) -> None:
    """Durations are samples; an off-threshold is a share of its on-threshold."""
    labels = tiny_bundle.manifest.labels
    by_name = candidates(labels, 16_000)
    assert by_name["as shipped"] == labels
    assert {label.smoothing_windows for label in by_name["smoothing 3"]} == {3}
    assert {label.minimum_samples for label in by_name["minimum 1.5 s"]} == {24_000}
    assert {label.refractory_samples for label in by_name["refractory 0.5 s"]} == {8_000}
    assert {label.off_threshold for label in by_name["off at 0.9 of on"]} == {0.45}
    single = by_name[single_threshold_name(0.8, 1)]
    assert {(label.on_threshold, label.smoothing_windows) for label in single} == {(0.8, 1)}
    assert all(len(changed) == len(labels) for changed in by_name.values())
