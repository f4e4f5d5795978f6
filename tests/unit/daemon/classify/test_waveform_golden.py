"""Golden vectors of models that take waveforms: PCM and scores, no log-mel."""

import hashlib
import io
import shutil
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from soundpost.classify import Bundle, Classifier, load_bundle, read_golden, replay_golden
from soundpost.errors import BundleError
from soundpost.manifest import GOLDEN_FILE, MANIFEST_FILE, Artifact

TINY = Path(__file__).resolve().parents[3] / "golden" / "tiny-two-outputs"


def with_golden(folder: Path, **changed: NDArray[Any]) -> Bundle:
    """Returns the tiny bundle with other golden vectors, and their right hash and size."""
    shutil.copytree(TINY, folder)
    golden = read_golden(load_bundle(TINY))
    file = io.BytesIO()
    arrays = {"pcm": golden.pcm, "scores": golden.scores} | changed
    np.savez(file, **arrays)  # type: ignore[arg-type] # its stub takes the arrays for a flag
    content = file.getvalue()
    artifact = Artifact(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    manifest = msgspec.structs.replace(load_bundle(TINY).manifest, golden=artifact)
    (folder / MANIFEST_FILE).write_bytes(msgspec.json.encode(manifest))
    (folder / GOLDEN_FILE).write_bytes(content)
    return load_bundle(folder)


def test_a_bundle_agrees_with_itself() -> None:
    """Samples go to the model as they would from a microphone; no log-mel is compared."""
    bundle = load_bundle(TINY)
    assert read_golden(bundle).log_mel is None
    report = replay_golden(bundle, Classifier(bundle))
    assert (report.windows, report.log_mel_difference) == (3, 0.0)
    assert report.score_difference < 1e-6


def test_scores_of_another_sound_are_refused(tmp_path: Path) -> None:
    """The scores are those of the samples in the same row."""
    pcm = read_golden(load_bundle(TINY)).pcm[::-1]
    bundle = with_golden(tmp_path / "tiny", pcm=pcm)
    with pytest.raises(BundleError, match="golden scores differ by 0"):
        replay_golden(bundle, Classifier(bundle))


def test_samples_of_another_length_are_refused(tmp_path: Path) -> None:
    """The message gives the length of the window."""
    bundle = with_golden(tmp_path / "tiny", pcm=np.zeros((3, 1_601), np.int16))
    with pytest.raises(BundleError, match=r"expected pcm to be int16\[windows, 1600\], got"):
        read_golden(bundle)
