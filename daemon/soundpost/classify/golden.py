"""Replay of golden vectors: compares this machine's features and scores with training's."""

from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.audio import Chunk
from soundpost.classify.arrays import UNREADABLE, ArrayMismatchError, Arrays, open_arrays
from soundpost.classify.bundle import Bundle
from soundpost.classify.classifier import Classifier
from soundpost.errors import BundleError
from soundpost.features import LogMel
from soundpost.manifest import GOLDEN_FILE, LogMelInput, Manifest, ModelInput
from soundpost.system.regular_file import read_regular

LOG_MEL_TOLERANCE = 1e-4
"""Log-mel values lie within ±8, where float32 steps are below 1e-6, and the float64 arithmetic
before them agrees across FFT builds to 1e-12. A hundred steps is more than rounding: the
features are defined differently."""

SCORE_TOLERANCE = 0.1
"""The runtimes round differently inside: LiteRT's XNNPACK kernels and those of tflite-runtime 2.14
differ in a quarter of a trained int8 model's logits, by up to two steps, which moved scores by up
to 0.025 (200 windows of ESC-50), and YAMNet's by up to 0.086. Another computation, or labels in
another order, move them by far more. Float models differ by less than 1e-6."""


class GoldenReport(msgspec.Struct, frozen=True):
    """The agreement of this machine with the one that exported the model.

    Attributes:
        windows: Number of windows replayed, with those of the stretch.
        log_mel_difference: Largest absolute difference of a log-mel value; 0 for a model of
            waveforms.
        score_difference: Largest absolute difference of a score.
    """

    windows: int
    log_mel_difference: float
    score_difference: float


@dataclass(frozen=True, slots=True)
class GoldenVectors:
    """Inputs of the model and its outputs, computed when it was exported.

    Attributes:
        pcm: int16[windows, window_samples].
        log_mel: float32[windows, window_frames, mel_bands]; None for a model of waveforms.
        scores: float32[windows, labels], in the manifest's order of labels.
        stretch_scores: float32[n, labels], see `stretch_scores`; None for a model
            that computes each window as a whole.
    """

    pcm: NDArray[np.int16]
    log_mel: NDArray[np.float32] | None
    scores: NDArray[np.float32]
    stretch_scores: NDArray[np.float32] | None = None


def replay_golden(bundle: Bundle, classifier: Classifier) -> GoldenReport:
    """Measures how far results on this machine differ from the bundle's golden vectors.

    PCM goes through this machine's log-mel, if the model takes it, and model, like sound from a
    microphone. A model that computes each frame once runs on single windows, and on a stretch.

    Raises:
        BundleError: The golden vectors cannot be read, or differ by more than the tolerances.
    """
    golden = read_golden(bundle)
    content: NDArray[Any] = golden.pcm
    log_mel_difference = 0.0
    if golden.log_mel is not None:
        front_end = LogMel(bundle.manifest.input.spectrogram)
        content = np.stack([front_end.compute(samples) for samples in golden.pcm])
        log_mel_difference = _difference(content, golden.log_mel)
    scores = np.stack([classifier.scores(window) for window in content])
    score_difference = _difference(scores, golden.scores)
    windows = len(content)
    if golden.stretch_scores is not None:
        scores = stretch_scores(bundle, classifier, golden.pcm)
        score_difference = max(score_difference, _difference(scores, golden.stretch_scores))
        windows += len(scores)
    report = GoldenReport(windows, log_mel_difference, score_difference)
    _refuse_above(LOG_MEL_TOLERANCE, "log-mel", report.log_mel_difference)
    _refuse_above(SCORE_TOLERANCE, "scores", report.score_difference)
    return report


def stretch_scores(
    bundle: Bundle, classifier: Classifier, pcm: NDArray[np.int16]
) -> NDArray[np.float32]:
    """Returns the scores of the golden sounds as one stretch, float32[n, labels].

    Args:
        bundle: Says which windows are cut.
        classifier: Of the bundle.
        pcm: int16[windows, window_samples].
    """
    windows = bundle.manifest.input.windower().window(Chunk(0, pcm.reshape(-1), 0))
    return np.stack([scores.values for scores in classifier.classify_all(list(windows))])


def require_equal_parts(bundle: Bundle, classifier: Classifier) -> int:
    """Returns how many windows have the same scores by the parts of a model as by all of it.

    Args:
        bundle: Of a model that computes each frame once.
        classifier: Of the bundle.

    Raises:
        BundleError: A score differs in any bit.
    """
    manifest = msgspec.structs.replace(bundle.manifest, streaming=None)
    whole = Classifier(replace(bundle, manifest=manifest))
    pcm = read_golden(bundle).pcm
    expected = stretch_scores(bundle, whole, pcm)
    scores = stretch_scores(bundle, classifier, pcm)
    if not np.array_equal(scores, expected):
        raise BundleError(
            f"the parts of the model differ by {_difference(scores, expected):.3g} from the whole "
            "window, expected the same scores",
            hint="do not trust this model here; export the bundle again",
        )
    return len(scores)


def _difference(here: NDArray[np.float32], there: NDArray[np.float32]) -> float:
    with np.errstate(invalid="ignore", over="ignore"):  # garbage gives NaN, which is refused
        return float(np.abs(here - there).max())


def _refuse_above(tolerance: float, name: str, difference: float) -> None:
    if not difference <= tolerance:  # also refuses NaN
        raise BundleError(
            f"golden {name} differ by {difference:.3g} on this machine, at most {tolerance:g} "
            "expected",
            hint="do not trust this model here; reinstall numpy and the model's runtime, or export "
            "the bundle again with this version of soundpost",
        )


def read_golden(bundle: Bundle) -> GoldenVectors:
    """Reads the golden vectors of a bundle.

    The header of each array is checked before memory is taken for its values: a zip file can
    unpack to a thousand times its size.

    Raises:
        BundleError: They cannot be read, or have other shapes than in the manifest.
    """
    path = bundle.folder / GOLDEN_FILE
    manifest = bundle.manifest
    model_input, labels = manifest.input, len(manifest.labels)
    try:
        with open_arrays(read_regular(path, manifest.golden.bytes)) as arrays:
            pcm = arrays.read("pcm", np.int16, (None, model_input.window_samples))
            windows = len(pcm)
            return GoldenVectors(
                pcm=pcm,
                log_mel=_read_log_mel(arrays, model_input, windows),
                scores=arrays.read("scores", np.float32, (windows, labels)),
                stretch_scores=_read_stretch(arrays, manifest, windows),
            )
    except ArrayMismatchError as error:
        raise BundleError(f"{path}: {error}", hint="export the bundle again") from error
    except UNREADABLE as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise BundleError(
            f"no golden vectors can be read from {path}: {reason}", hint="export the bundle again"
        ) from error


def _read_log_mel(
    arrays: Arrays, model_input: ModelInput, windows: int
) -> NDArray[np.float32] | None:
    if not isinstance(model_input, LogMelInput):
        return None
    shape = windows, model_input.window_frames, model_input.features.mel_bands
    log_mel: NDArray[np.float32] = arrays.read("log_mel", np.float32, shape)
    return log_mel


def _read_stretch(arrays: Arrays, manifest: Manifest, windows: int) -> NDArray[np.float32] | None:
    if manifest.streaming is None:
        return None
    model_input = manifest.input
    samples = (windows - 1) * model_input.window_samples
    shape = 1 + samples // model_input.stride_samples, len(manifest.labels)
    scores: NDArray[np.float32] = arrays.read("stretch_scores", np.float32, shape)
    return scores
