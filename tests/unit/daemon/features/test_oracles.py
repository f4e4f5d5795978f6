"""Log-mel against independent libraries, each where its definition agrees with ours."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from soundpost.audio import Pcm
from soundpost.features import FeatureSpec, LogMel
from soundpost.features.mel import hz_to_mel, mel_filterbank

NO_ORACLE = "an oracle of the tests, which no device has"
librosa = pytest.importorskip("librosa", reason=NO_ORACLE)
python_speech_features = pytest.importorskip("python_speech_features", reason=NO_ORACLE)

SPEC = FeatureSpec()
WEIGHTS = mel_filterbank(SPEC)
LOG_MEL = LogMel(SPEC)
Spectrum = NDArray[np.float64]


@pytest.fixture(scope="module")
def sound() -> Pcm:
    """Provides two seconds of a sweep with noise."""
    rng = np.random.default_rng(0)
    seconds = np.arange(32_000) / 16_000
    sweep = 8_000 * np.sin(2 * np.pi * (200 + 1_500 * seconds) * seconds)
    return np.rint(sweep + rng.normal(0, 300, 32_000)).astype(np.int16)


def log_mel_of(magnitude: Spectrum) -> Spectrum:
    """Applies our filterbank and logarithm to another library's float64[frames, bins]."""
    logarithm: Spectrum = np.log(magnitude @ WEIGHTS + SPEC.log_offset)
    return logarithm


def test_the_spectrum_is_librosas(sound: Pcm) -> None:
    """Frames, taper and transform equal librosa's STFT, once its centring is undone.

    librosa puts the 400-sample window in the middle of the 512-sample frame, which turns the
    phase and leaves the magnitude; 56 zeros in front make its frames start where ours do.
    """
    padded = np.pad(sound / 32_768, (56, 56))
    stft = librosa.stft(padded, n_fft=512, hop_length=160, win_length=400, center=False)
    expected = log_mel_of(np.abs(stft.T.astype(np.complex128)))
    assert LOG_MEL.compute(sound) == pytest.approx(expected, abs=1e-5)


def test_the_filterbank_is_librosas_but_for_the_curve_of_the_mel_scale() -> None:
    """Bands cover the same bins as librosa's, with weights within 0.005 of a peak of 1.

    librosa's triangles are straight in hertz, as Slaney's; ours are straight in mel, as in HTK
    and VGGish. Between two corners the mel scale is nearly straight, hence the 0.005.
    """
    theirs = librosa.filters.mel(
        sr=16_000, n_fft=512, n_mels=64, fmin=125, fmax=7_500, htk=True, norm=None, dtype=np.float64
    ).T
    assert np.array_equal(WEIGHTS > 0, theirs > 0)
    assert np.abs(WEIGHTS - theirs).max() < 0.005
    assert np.abs(WEIGHTS - theirs).max() > 0.001, "otherwise they would be the same triangles"


def test_the_mel_scale_is_librosas() -> None:
    """The scale is HTK's formula; 1127 ln(10) is HTK's 2595, which has four digits."""
    hertz = np.linspace(0.0, 8_000.0, 1_000)
    assert hz_to_mel(hertz) == pytest.approx(librosa.hz_to_mel(hertz, htk=True), rel=1e-5)


def test_the_spectrum_is_that_of_python_speech_features(sound: Pcm) -> None:
    """Framing and magnitude are equal, except for its last frame, which it pads with zeros."""

    def periodic_hann(size: int) -> Spectrum:
        return np.hanning(size + 1)[:-1]

    frames = python_speech_features.sigproc.framesig(
        sound / 32_768, 400, 160, winfunc=periodic_hann
    )
    magnitude = python_speech_features.sigproc.magspec(frames, 512)[: SPEC.frame_count(len(sound))]
    assert LOG_MEL.compute(sound) == pytest.approx(log_mel_of(magnitude), abs=1e-5)


def test_the_filterbank_of_python_speech_features_is_coarser() -> None:
    """Its centres agree within a bin, because it rounds corners of triangles to whole bins.

    At 31 Hz a bin, a low band is two bins wide, so rounding a corner can move a weight from 0
    to 1. So it is an oracle for the spectrum only, not for the filterbank.
    """
    theirs = python_speech_features.get_filterbanks(64, 512, 16_000, 125, 7_500).T
    bins = np.arange(257)
    centers = bins @ WEIGHTS / WEIGHTS.sum(axis=0)
    their_centers = bins @ theirs / theirs.sum(axis=0)
    assert np.abs(centers - their_centers).max() <= 1.0 + 1e-9
    assert np.abs(theirs - WEIGHTS).max() > 0.5


@pytest.mark.training
def test_the_filterbank_is_tensorflows() -> None:
    """`linear_to_mel_weight_matrix`, the filterbank of VGGish and YAMNet, is the same matrix."""
    tensorflow = pytest.importorskip("tensorflow", reason="needs the training extra")
    theirs = tensorflow.signal.linear_to_mel_weight_matrix(
        64, 257, 16_000, 125.0, 7_500.0, tensorflow.float64
    ).numpy()
    assert pytest.approx(theirs, abs=1e-12) == WEIGHTS


def test_log_mel_is_the_input_of_yamnet(shared_data: Path) -> None:
    """Features equal the input of YAMNet within the rounding of its int8 front end.

    That input is read from a model with the front end inside. Its Fourier matrices are int8,
    which adds rounding noise at about -40 dB below loud sound. So only values within 3 nepers
    (26 dB) of a clip's loudest are compared, by medians over clips: a pure tone leaves little but
    that noise.
    """
    litert = pytest.importorskip("ai_edge_litert.interpreter")
    yamnet = litert.Interpreter(
        str(shared_data / "yamnet" / "yamnet_weights.tflite"), num_threads=1
    )
    yamnet.allocate_tensors()
    input_index = yamnet.get_input_details()[0]["index"]
    patch = next(o["index"] for o in yamnet.get_output_details() if tuple(o["shape"]) == (96, 64))
    differences, correlations = [], []
    for path in sorted((shared_data / "esc50" / "audio").glob("*.flac"))[::40]:
        samples, _ = soundfile.read(path, frames=15_600, dtype="int16")
        if not samples.any():
            continue
        yamnet.set_tensor(input_index, (samples / np.float32(32_768))[None])
        yamnet.invoke()
        theirs, ours = yamnet.get_tensor(patch), LOG_MEL.compute(samples)
        loud = ours > ours.max() - 3.0
        differences.append(np.abs(theirs - ours)[loud].mean())
        correlations.append(np.corrcoef(theirs[loud], ours[loud])[0, 1])
    assert len(differences) > 40
    assert np.median(differences) < 0.01
    assert np.median(correlations) > 0.999
