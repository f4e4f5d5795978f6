"""Builds the pipeline of a source and its models."""

from collections.abc import Mapping, Sequence

import msgspec

from soundpost.capture import Source
from soundpost.classify.model import Model
from soundpost.config import Config
from soundpost.decide import Mutes, build_surroundings, build_tracker
from soundpost.features import FeatureSpec, WaveformWindower, Windower
from soundpost.features.shared_log_mel import SharedLogMel
from soundpost.gate import build_gate
from soundpost.health import Health
from soundpost.manifest import LogMelInput, ModelInput
from soundpost.observer import Observer
from soundpost.pipeline.pipeline import Pipeline
from soundpost.pipeline.rates import CaptureRate, OtherRate, Rate, capture_rate_hz
from soundpost.pipeline.stages import ModelStages, Stages
from soundpost.pipeline.streams import RateStream, SharedWindows, WindowQueue


def build_pipeline(
    config: Config,
    models: Model | Sequence[Model],
    source: Source,
    health: Health,
    observers: Sequence[Observer] = (),
    mutes: Mutes | None = None,
) -> Pipeline:
    """Builds the pipeline from a source to detections.

    Models of one rate share its samples; those of one front end share its frames, and those that
    take the same windows share these.

    Args:
        config: Its gate, and the rules of each of its models.
        models: The models of the configuration, in its order, or the only one. The manifest of each
            says how features are made and labels are decided.
        source: Where chunks come from, at the rate of `capture_rate_hz`.
        health: Counts windows, detections and muted events.
        observers: Called with every chunk and every window's scores.
        mutes: Keeps events from starting; by default every event may start.

    Raises:
        ConfigError: The configuration names a label that the model does not have.
    """
    models = [models] if isinstance(models, Model) else models
    manifests = [model.manifest for model in models]
    rate_hz = capture_rate_hz(config.capture, manifests)
    if mutes is None:
        mutes = Mutes(name for manifest in manifests for name in manifest.label_names)
    inputs = [manifest.input for manifest in manifests]
    rates = _build_rates(inputs, rate_hz)
    surroundings = build_surroundings([manifest.labels for manifest in manifests], config)
    stages = [
        ModelStages(
            rates[model.sample_rate_hz],
            model.classifier,
            build_tracker(
                model.manifest,
                settings.decide,
                mutes,
                health,
                occurrence=model.range_filter,
                surroundings=surroundings,
            ),
        )
        for model, settings in zip(models, config.all_models, strict=True)
    ]
    gate, windows = build_gate(config.gate, rate_hz), _build_windows(inputs, rates)
    return Pipeline(source, Stages(gate, windows, stages, rate_hz), observers, health)


def _build_rates(inputs: Sequence[ModelInput], rate_hz: int) -> dict[int, Rate]:
    """Returns the sound of the source at each rate that a model takes."""
    rates_hz = dict.fromkeys(model_input.sample_rate_hz for model_input in inputs)
    return {
        model_rate_hz: CaptureRate()
        if model_rate_hz == rate_hz
        else OtherRate(rate_hz, model_rate_hz)
        for model_rate_hz in rates_hz
    }


def _build_windows(inputs: Sequence[ModelInput], rates: Mapping[int, Rate]) -> WindowQueue:
    """Returns the windows of all models; those that are the same are cut once."""
    models_of: dict[object, list[int]] = {}
    for number, model_input in enumerate(inputs):
        models_of.setdefault(_window_key(model_input), []).append(number)
    cut = {numbers[0]: tuple(numbers) for numbers in models_of.values()}
    log_mels = _build_log_mels([inputs[number] for number in cut])
    return WindowQueue(
        [
            RateStream(
                rate,
                [
                    SharedWindows(_build_windower(inputs[number], log_mels), models)
                    for number, models in cut.items()
                    if inputs[number].sample_rate_hz == rate_hz
                ],
                [log_mel for spec, log_mel in log_mels.items() if spec.sample_rate_hz == rate_hz],
            )
            for rate_hz, rate in rates.items()
        ]
    )


def _window_key(model_input: ModelInput) -> object:
    """Returns a value that is equal for inputs whose windows are the same."""
    return msgspec.structs.replace(model_input, tensor=None)


def _build_log_mels(inputs: Sequence[ModelInput]) -> dict[FeatureSpec, SharedLogMel]:
    """Returns the log-mel of each specification that different windows have in common."""
    windows_of: dict[FeatureSpec, list[int]] = {}
    for model_input in inputs:
        if isinstance(model_input, LogMelInput):
            windows_of.setdefault(model_input.features, []).append(model_input.window_frames)
    return {
        spec: SharedLogMel(spec, 2 * max(window_frames))
        for spec, window_frames in windows_of.items()
        if len(window_frames) > 1
    }


def _build_windower(
    model_input: ModelInput, log_mels: Mapping[FeatureSpec, SharedLogMel]
) -> Windower | WaveformWindower:
    if isinstance(model_input, LogMelInput):
        return model_input.windower(log_mels.get(model_input.features))
    return model_input.windower()
