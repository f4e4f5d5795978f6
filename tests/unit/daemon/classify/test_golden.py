"""Replaying golden vectors."""

import hashlib
import io
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from streaming_bundle import streaming_bundle, whole_bundle, whole_classifier

from soundpost.classify import (
    Bundle,
    Classifier,
    load_bundle,
    read_golden,
    replay_golden,
    require_equal_parts,
)
from soundpost.classify.golden import LOG_MEL_TOLERANCE, SCORE_TOLERANCE, stretch_scores
from soundpost.errors import BundleError
from soundpost.events import AnyWindow, Scores
from soundpost.manifest import GOLDEN_FILE, MANIFEST_FILE, Artifact

GOLDEN = Path(__file__).resolve().parents[3] / "golden"
NAMES = ("tiny-int8", "tiny-float")
Vectors = dict[str, NDArray[Any]]


def load_vectors() -> Vectors:
    """Returns the golden vectors of the tiny int8 bundle."""
    with np.load(GOLDEN / "tiny-int8" / GOLDEN_FILE) as file:
        return dict(file)


def with_golden(tmp_path: Path, content: bytes) -> Bundle:
    """Writes the tiny int8 bundle with other golden vectors, and their right hash and size."""
    folder = tmp_path / "tiny"
    shutil.copytree(GOLDEN / "tiny-int8", folder, dirs_exist_ok=True)
    artifact = Artifact(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    manifest = msgspec.structs.replace(load_bundle(GOLDEN / "tiny-int8").manifest, golden=artifact)
    (folder / MANIFEST_FILE).write_bytes(msgspec.json.encode(manifest))
    (folder / GOLDEN_FILE).write_bytes(content)
    return load_bundle(folder)


def packed(vectors: Vectors) -> bytes:
    """Returns the bytes of an .npz."""
    file = io.BytesIO()
    np.savez(file, **vectors)  # type: ignore[arg-type] # its stub takes the arrays for a flag
    return file.getvalue()


@pytest.mark.parametrize("name", NAMES)
def test_a_bundle_agrees_with_itself(name: str) -> None:
    """Every window is replayed, and differs by no more than runtimes do."""
    bundle = load_bundle(GOLDEN / name)
    report = replay_golden(bundle, Classifier(bundle))
    assert report.windows == 3
    assert report.log_mel_difference <= LOG_MEL_TOLERANCE
    assert report.score_difference <= SCORE_TOLERANCE


def test_the_largest_difference_is_reported(tmp_path: Path) -> None:
    """A change of one score, below the tolerance, is in the report."""
    vectors = load_vectors()
    vectors["scores"][1, 2] += 0.01
    bundle = with_golden(tmp_path, packed(vectors))
    assert replay_golden(bundle, Classifier(bundle)).score_difference == pytest.approx(
        0.01, abs=0.005
    )


@pytest.mark.parametrize(
    ("name", "shift", "message"),
    [
        ("log_mel", 2e-4, "golden log-mel differ by 0.0002"),
        ("log_mel", np.nan, "golden log-mel differ by nan"),
        ("scores", 0.15, "golden scores differ by 0.1"),
        ("scores", np.nan, "golden scores differ by nan"),
    ],
)
def test_a_single_value_beyond_the_tolerance_is_refused(
    tmp_path: Path, name: str, shift: float, message: str
) -> None:
    """The largest difference decides, not the mean."""
    vectors = load_vectors()
    vectors[name][-1, -1] += np.float32(shift)
    bundle = with_golden(tmp_path, packed(vectors))
    with pytest.raises(BundleError, match=message):
        replay_golden(bundle, Classifier(bundle))


def test_sound_that_does_not_fit_its_features_is_refused(tmp_path: Path) -> None:
    """PCM goes through this machine's features; the stored log-mel is only compared."""
    vectors = load_vectors()
    vectors["pcm"] = vectors["pcm"][::-1]
    bundle = with_golden(tmp_path, packed(vectors))
    with pytest.raises(BundleError, match="golden log-mel differ"):
        replay_golden(bundle, Classifier(bundle))


def test_another_model_of_the_same_shape_is_detected(tmp_path: Path) -> None:
    """Scores of another model, here with labels in another order, are refused."""
    vectors = load_vectors()
    vectors["scores"] = vectors["scores"][:, ::-1]
    bundle = with_golden(tmp_path, packed(vectors))
    with pytest.raises(BundleError, match="golden scores differ"):
        replay_golden(bundle, Classifier(bundle))


@pytest.mark.parametrize("name", ["pcm", "log_mel", "scores"])
def test_a_missing_array_is_named(tmp_path: Path, name: str) -> None:
    """The message names the missing one of the three arrays."""
    vectors = load_vectors()
    del vectors[name]
    bundle = with_golden(tmp_path, packed(vectors))
    with pytest.raises(BundleError, match=rf"no golden vectors can be read.*{name}\.npy"):
        replay_golden(bundle, Classifier(bundle))


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("pcm", np.zeros((3, 2_799), np.int16)),
        ("pcm", np.zeros((3, 2_800), np.int32)),
        ("pcm", np.zeros(2_800, np.int16)),
        ("pcm", np.int16(0)),
        ("log_mel", np.zeros((3, 16, 63), np.float32)),
        ("log_mel", np.zeros((2, 16, 64), np.float32)),
        ("scores", np.zeros((3, 4), np.float32)),
        ("scores", np.zeros((3, 3), np.float64)),
    ],
)
def test_an_array_of_another_shape_or_type_is_named(
    tmp_path: Path, name: str, changed: NDArray[Any]
) -> None:
    """The message gives the expected shape and type, and those of the array."""
    bundle = with_golden(tmp_path, packed(load_vectors() | {name: changed}))
    with pytest.raises(BundleError, match=r"to be (int16|float32).*, got"):
        replay_golden(bundle, Classifier(bundle))


def test_golden_vectors_without_windows_are_refused(tmp_path: Path) -> None:
    """Empty golden vectors do not count as agreement."""
    empty = {name: array[:0] for name, array in load_vectors().items()}
    bundle = with_golden(tmp_path, packed(empty))
    with pytest.raises(BundleError, match="expected pcm"):
        replay_golden(bundle, Classifier(bundle))


def test_pickled_objects_are_never_run(tmp_path: Path) -> None:
    """An array of pickled objects, which could execute code, is refused."""
    objects = {"scores": np.array([{"a": 1}], dtype=object)}
    bundle = with_golden(tmp_path, packed(load_vectors() | objects))
    with pytest.raises(BundleError, match="no golden vectors can be read"):
        replay_golden(bundle, Classifier(bundle))


def test_a_plain_npy_is_refused(tmp_path: Path) -> None:
    """A single array instead of an .npz is unreadable."""
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    bundle = with_golden(tmp_path, file.getvalue())
    with pytest.raises(BundleError, match="no golden vectors can be read"):
        replay_golden(bundle, Classifier(bundle))


def test_text_instead_of_arrays_is_refused(tmp_path: Path) -> None:
    """A zip with the right names and text inside is unreadable."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("pcm", "log_mel", "scores"):
            archive.writestr(f"{name}.npy", "not an array")
    bundle = with_golden(tmp_path, file.getvalue())
    with pytest.raises(BundleError, match="no golden vectors can be read"):
        replay_golden(bundle, Classifier(bundle))


@given(st.data())
def test_damaged_vectors_with_a_right_hash_raise_bundle_errors_only(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Random changes with a right hash are refused, or harmless."""
    content = bytearray((GOLDEN / "tiny-int8" / GOLDEN_FILE).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    bundle = with_golden(tmp_path_factory.mktemp("golden"), bytes(content))
    try:
        replay_golden(bundle, Classifier(bundle))
    except BundleError as error:
        assert error.hint  # noqa: PT017 - either outcome is right; any other error is not


def test_a_stretch_is_replayed_as_well() -> None:
    """Of a model that computes each frame once: single windows and the sounds as one stretch."""
    bundle = streaming_bundle()
    report = replay_golden(bundle, Classifier(bundle))
    golden = read_golden(bundle)
    assert golden.stretch_scores is not None
    assert report.windows == len(golden.scores) + len(golden.stretch_scores) == 6 + 42
    assert report.score_difference <= SCORE_TOLERANCE
    assert require_equal_parts(bundle, Classifier(bundle)) == 42


def test_the_golden_stretch_is_that_of_whole_windows() -> None:
    """The same vectors hold for the model under a manifest without streaming."""
    golden = read_golden(streaming_bundle()).stretch_scores
    assert golden is not None
    scores = stretch_scores(whole_bundle(), whole_classifier(), read_golden(whole_bundle()).pcm)
    assert np.abs(scores - golden).max() <= SCORE_TOLERANCE
    assert read_golden(whole_bundle()).stretch_scores is None


def test_a_stretch_of_other_scores_is_refused() -> None:
    """A classifier that mixes up states would have such ones."""
    classifier = Classifier(streaming_bundle())
    expected = classifier.classify_all

    def mixed_up(windows: Sequence[AnyWindow]) -> list[Scores]:
        return expected([windows[0]] * len(windows))

    classifier.classify_all = mixed_up  # type: ignore[method-assign] # the mix-up of this test
    with pytest.raises(BundleError, match="golden scores differ by"):
        replay_golden(streaming_bundle(), classifier)
    with pytest.raises(BundleError, match="the parts of the model differ by"):
        require_equal_parts(streaming_bundle(), classifier)


def test_golden_vectors_without_a_stretch_are_refused(tmp_path: Path) -> None:
    """The manifest promises it by `streaming`."""
    folder = tmp_path / "everyday"
    shutil.copytree(streaming_bundle().folder, folder)
    with np.load(folder / GOLDEN_FILE) as file:
        content = packed({name: file[name] for name in file.files if name != "stretch_scores"})
    artifact = Artifact(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    manifest = msgspec.structs.replace(streaming_bundle().manifest, golden=artifact)
    (folder / MANIFEST_FILE).write_bytes(msgspec.json.encode(manifest))
    (folder / GOLDEN_FILE).write_bytes(content)
    with pytest.raises(BundleError, match="no golden vectors can be read"):
        read_golden(load_bundle(folder))
