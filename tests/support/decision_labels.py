"""Labels of a bundle with the decision defaults of a manifest."""

from soundpost.manifest import Label


def label(name: str, **changes: object) -> Label:
    """Returns a label that is smoothed over two windows, with some fields changed."""
    defaults: dict[str, object] = {
        "on_threshold": 0.6,
        "off_threshold": 0.4,
        "smoothing_windows": 2,
        "minimum_samples": 8000,
        "refractory_samples": 16000,
    }
    return Label(name=name, **(defaults | changes))  # type: ignore[arg-type]  # the test names the fields


def label_of_single_windows(name: str, **changes: object) -> Label:
    """Returns a label that starts and ends with single windows, with some fields changed."""
    single = {"smoothing_windows": 1, "minimum_samples": 0, "refractory_samples": 0}
    return label(name, **(single | changes))
