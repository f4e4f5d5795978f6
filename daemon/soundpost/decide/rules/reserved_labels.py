"""The reserved labels `unknown` and `any`: their names and their defaults."""

from soundpost.config import DecideConfig, LabelConfig
from soundpost.events import ANY, UNKNOWN
from soundpost.manifest import Label

RESERVED_LABELS = {
    UNKNOWN: LabelConfig(needed_windows=6, of_windows=8),
    ANY: LabelConfig(),
}
"""The settings of each reserved label, unless `decide.labels` sets others for it by name. Settings
for all labels (`decide`) are meant for the labels of the model and do not apply."""

ON_THRESHOLD = 0.5
"""The score of a window that is `over_floor_db` over the noise floor; twice as far scores 1."""

OFF_THRESHOLD = 0.3
"""At 60 % of `over_floor_db` the sound has ended: 9 dB over the floor by default. A sound whose
level fluctuates by a few dB around the on-threshold stays one event."""

REFRACTORY_SECONDS = 1.0
"""As in the bundles that training makes: an echo is no event of its own."""


def reserved_labels_of(config: DecideConfig) -> list[str]:
    """Returns the names of the reserved labels that are switched on."""
    return [name for name, is_on in ((UNKNOWN, config.unknown), (ANY, config.any)) if is_on]


def build_reserved_labels(config: DecideConfig, sample_rate_hz: int) -> list[Label]:
    """Returns the reserved labels that are switched on, to be appended to the model's labels."""
    return [
        Label(
            name=name,
            on_threshold=ON_THRESHOLD,
            off_threshold=OFF_THRESHOLD,
            smoothing_windows=1,
            minimum_samples=0,
            refractory_samples=round(REFRACTORY_SECONDS * sample_rate_hz),
        )
        for name in reserved_labels_of(config)
    ]
