"""The input of a foreign model: waveform or log-mel, its rate, its window and stride."""

from collections.abc import Sequence
from math import prod

from soundpost.classify.runtime import VARIABLE, TensorInfo
from soundpost.errors import BundleImportError
from soundpost.importer.model.tensor import manifest_tensor
from soundpost.importer.options import SoundOptions
from soundpost.manifest import LogMelInput, ModelInput, WaveformInput

LEAST_SAMPLES = 400
"""A window of fewer is no sound: 25 ms at 16 kHz. A range model takes three values."""
LEAST_SECONDS, MOST_SECONDS = 0.02, 60.0
"""Of a window: networks hear from a click to a minute."""
USUAL_RATES_HZ = (16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
LONGEST_STRIDE_SECONDS = 1.0

_IMAGE_RANK = 4


def model_input(tensor: TensorInfo, metadata_rate_hz: int, options: SoundOptions) -> ModelInput:
    """Returns the manifest's record of a model's input.

    Args:
        tensor: The input, as the runtime reports it.
        metadata_rate_hz: The rate that the model's metadata states; 0 if they do not.
        options: What the user states.

    Raises:
        BundleImportError: The shape is not that of sound, the rate is unknown, or statements
            contradict each other.
    """
    shape = _without_batch(tensor.shape)
    if len(shape) == _IMAGE_RANK and shape[3] == 1 and min(shape[1:3]) > 1:
        return _log_mel(tensor, shape, options)
    lengths = [size for size in shape if size != 1]
    if len(lengths) > 1:
        raise BundleImportError(
            f"expected an input of samples, [1, n], or of log-mel, [1, frames, bands, 1], got "
            f"{list(shape)}",
            hint="export the model with such an input: one channel, time before bands",
        )
    rate_hz = _rate(metadata_rate_hz, lengths[0] if lengths else VARIABLE, options)
    samples = _samples(lengths[0] if lengths else VARIABLE, rate_hz, options)
    at = shape.index(lengths[0]) if lengths else len(shape) - 1
    whole_shape = [samples if position == at else size for position, size in enumerate(shape)]
    stride_seconds = _stride_seconds(samples / rate_hz, options)
    return WaveformInput(
        sample_rate_hz=rate_hz,
        window_samples=samples,
        stride_samples=max(1, round(stride_seconds * rate_hz)),
        tensor=manifest_tensor(tensor, whole_shape, "input"),
    )


def _without_batch(shape: Sequence[int]) -> tuple[int, ...]:
    """Returns a shape whose first size, if the file leaves it open beside others, is 1."""
    if len(shape) > 1 and shape[0] == VARIABLE:
        return (1, *shape[1:])
    return tuple(shape)


def _rate(metadata_rate_hz: int, samples: int, options: SoundOptions) -> int:
    if options.rate_hz is None and not metadata_rate_hz:
        raise BundleImportError(
            f"--rate is needed: {_at_usual_rates(samples)}",
            hint="give the sample rate that the model was trained with: --rate HZ",
        )
    if options.rate_hz is not None and metadata_rate_hz not in {0, options.rate_hz}:
        raise BundleImportError(
            f"expected the rate that the model's metadata state, {metadata_rate_hz} Hz, got "
            f"--rate {options.rate_hz}",
            hint="leave --rate out",
        )
    return options.rate_hz or metadata_rate_hz


def _samples(samples: int, rate_hz: int, options: SoundOptions) -> int:
    """Returns the samples of a window."""
    if samples == VARIABLE:
        if options.window_seconds is None:
            raise BundleImportError(
                "--window is needed: the model takes windows of any length",
                hint="give the length that it was trained with: --window SECONDS",
            )
        samples = round(options.window_seconds * rate_hz)
    elif options.window_seconds not in {None, samples / rate_hz}:
        raise BundleImportError(
            f"expected a window of {samples / rate_hz:g} s, which {samples} samples are at "
            f"{rate_hz} Hz, got --window {options.window_seconds:g}",
            hint="leave --window out, or give another --rate",
        )
    if samples < LEAST_SAMPLES:
        raise BundleImportError(
            f"expected a window of at least {LEAST_SAMPLES} samples, got an input of {samples}",
            hint="is this a range model? Give it with --range-model, beside the model of sounds",
        )
    seconds = samples / rate_hz
    if not LEAST_SECONDS <= seconds <= MOST_SECONDS:
        raise BundleImportError(
            f"expected a window of {LEAST_SECONDS:g} to {MOST_SECONDS:g} s, got {seconds:.3g} s: "
            f"{samples} samples at {rate_hz} Hz",
            hint=f"is the rate right? {_at_usual_rates(samples)}",
        )
    return samples


def _at_usual_rates(samples: int) -> str:
    """Returns the lengths of a window at usual rates, as text."""
    if samples == VARIABLE:
        return "the model does not state its sample rate"
    lengths = [
        f"{samples / rate_hz:.4g} s at {rate_hz / 1000:g} kHz"
        for rate_hz in reversed(USUAL_RATES_HZ)
        if LEAST_SECONDS <= samples / rate_hz <= MOST_SECONDS
    ]
    return f"{samples} samples are {', '.join(lengths) or 'no usual window at any usual rate'}"


def _stride_seconds(window_seconds: float, options: SoundOptions) -> float:
    """Returns the stride: half a window, so that short sounds lie within one; at most a second."""
    if options.stride_seconds is None:
        return min(window_seconds / 2, LONGEST_STRIDE_SECONDS)
    if not 0 < options.stride_seconds <= window_seconds:
        raise BundleImportError(
            f"expected a stride of at most a window, {window_seconds:g} s, got "
            f"{options.stride_seconds:g} s",
            hint="a longer stride would skip sound",
        )
    return options.stride_seconds


def _log_mel(tensor: TensorInfo, shape: tuple[int, ...], options: SoundOptions) -> LogMelInput:
    frames, bands = shape[1:3]
    features = options.features
    if prod(shape) < 0 or bands != features.mel_bands:
        raise BundleImportError(
            f"expected an input of [1, frames, {features.mel_bands}, 1], by the mel bands of the "
            f"features, got {list(shape)}",
            hint="give the model's front end: --features FILE.toml or --feature mel_bands=N",
        )
    if options.rate_hz not in {None, features.sample_rate_hz}:
        raise BundleImportError(
            f"expected the rate of the features, {features.sample_rate_hz} Hz, got --rate "
            f"{options.rate_hz}",
            hint="give --feature sample_rate_hz=N with all values that depend on it",
        )
    hop_seconds = features.hop_samples / features.sample_rate_hz
    window_seconds = features.sample_count(frames) / features.sample_rate_hz
    stride_frames = round(_stride_seconds(window_seconds, options) / hop_seconds)
    return LogMelInput(
        features=features,
        window_frames=frames,
        stride_frames=min(max(1, stride_frames), frames),
        tensor=manifest_tensor(tensor, list(shape), "input"),
    )
