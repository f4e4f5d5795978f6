"""The configured model: a bundle, verified and tested on this machine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from soundpost.classify.bundle import Bundle, load_bundle
from soundpost.classify.classifier import Classifier
from soundpost.classify.find import find_bundle
from soundpost.classify.golden import replay_golden
from soundpost.classify.range import RangeFilter, build_range_filter
from soundpost.config import ClassifyConfig, Config, ModelConfig, NodeConfig
from soundpost.errors import ConfigError
from soundpost.events import AnyWindow, Scores
from soundpost.manifest import Manifest
from soundpost.system.clock import ClockState


class WindowClassifier(Protocol):
    """Scores windows: the classifier, or a wrapper that times it."""

    def classify(self, window: AnyWindow) -> Scores:
        """Returns the scores of a window."""
        ...

    def classify_all(self, windows: Sequence[AnyWindow]) -> list[Scores]:
        """Returns the scores of windows; many successive ones at once take less time."""
        ...


@dataclass(frozen=True, slots=True)
class Model:
    """A verified bundle and the classifier that runs it.

    Attributes:
        bundle: The bundle.
        classifier: Runs its model.
        range_filter: Keeps labels from starting events that do not occur at the place; None if
            the bundle has no range model, the place is not known, or any label may start.
        extended: The manifest with the labels of heads, which the classifier scores too; None for
            the manifest of the bundle.
    """

    bundle: Bundle
    classifier: WindowClassifier
    range_filter: RangeFilter | None = None
    extended: Manifest | None = None

    @property
    def manifest(self) -> Manifest:
        """The manifest, with all labels that the classifier scores."""
        return self.extended or self.bundle.manifest

    @property
    def sample_rate_hz(self) -> int:
        """Sample rate of the model's input."""
        return self.bundle.manifest.input.sample_rate_hz


def load_model(config: ClassifyConfig) -> Model:
    """Loads the configured model: verifies its files and replays its golden vectors.

    Raises:
        BundleError: The bundle is absent, incomplete, or scores differently on this machine.
    """
    return _start(load_bundle(find_bundle(config.bundle)), config.threads)


def load_models(configs: Sequence[ClassifyConfig]) -> tuple[Model, ...]:
    """Loads the models of a source, in the order of the configuration.

    Raises:
        BundleError: As `load_model`.
        ConfigError: Two of them have the same id, by which messages and metrics name a model.
    """
    models = tuple(load_model(config) for config in configs)
    refuse_same_id([model.bundle for model in models])
    return models


def load_models_at_place(config: Config, clock: Callable[[], ClockState]) -> tuple[Model, ...]:
    """Loads the models of a source, each with the filter of its range model.

    Args:
        config: Has the models, their rules and the place.
        clock: Returns the state of the wall clock.

    Raises:
        BundleError, ConfigError: As `load_models` and `build_range_filter`.
    """
    models = tuple(_load_at_place(settings, config.node, clock) for settings in config.all_models)
    refuse_same_id([model.bundle for model in models])
    return models


def _load_at_place(
    settings: ModelConfig, node: NodeConfig, clock: Callable[[], ClockState]
) -> Model:
    bundle = load_bundle(find_bundle(settings.bundle))
    # The range model is run and given up before the classifier takes its memory: those of BirdNET
    # 2.4 take 70 and 90 MB, besides their files.
    range_filter = build_range_filter(node, settings.decide, bundle, clock)
    bundle = replace(bundle, range_model=None)
    return replace(_start(bundle, settings.threads), range_filter=range_filter)


def _start(bundle: Bundle, threads: int) -> Model:
    """Builds the classifier of a bundle, and replays the golden vectors with it."""
    classifier = Classifier(bundle, threads)
    replay_golden(bundle, classifier)
    return Model(bundle, classifier)


def refuse_same_id(bundles: Sequence[Bundle]) -> None:
    """Raises ConfigError if two bundles have the same id."""
    by_id: dict[str, Bundle] = {}
    for bundle in bundles:
        other = by_id.setdefault(bundle.manifest.id, bundle)
        if other is not bundle:
            raise ConfigError(
                f"two models have the id {bundle.manifest.id!r}: {other.folder} and "
                f"{bundle.folder}",
                hint="name each model once, because messages and metrics name it by its id",
            )
