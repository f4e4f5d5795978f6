"""A bundle is verified before it is used."""

import dataclasses
import io
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
from foreign_bundle import tiny_model, write_bundle
from streaming_bundle import streaming_bundle

from soundpost.cli.bundle.verify import verify
from soundpost.manifest import MANIFEST_FILE, Streaming

GOLDEN = Path(__file__).resolve().parents[4] / "golden"


def verified(folder: Path) -> tuple[int, list[str]]:
    """Returns the exit status, and the first words of each line."""
    out = io.StringIO()
    status = verify(str(folder), out)
    return status, [" ".join(line.split()[:2]) for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("name", ["tiny-int8", "tiny-two-outputs"])
def test_a_whole_bundle_passes(name: str) -> None:
    """Hashes, tensors and golden vectors."""
    assert verified(GOLDEN / name) == (0, ["ok hashes", "ok runtime", "ok golden"])


def test_a_damaged_file_ends_it(tmp_path: Path) -> None:
    """Exit status 78: the daemon would refuse it too."""
    folder = Path(shutil.copytree(GOLDEN / "tiny-int8", tmp_path / "mine"))
    content = bytearray((folder / "model.tflite").read_bytes())
    content[-1] ^= 1
    (folder / "model.tflite").write_bytes(content)
    assert verified(folder) == (78, ["FAIL hashes", "hint: copy"])


def test_golden_vectors_that_differ_fail(tmp_path: Path) -> None:
    """The bundle is whole, but scores differently here."""
    model = tiny_model("tiny-two-outputs")
    folder = tmp_path / "mine"
    write_bundle(folder, model, np.zeros((2, model.window_samples), np.int16))
    manifest = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(
        manifest.replace('"activation": "sigmoid"', '"activation": "softmax"')
    )
    assert verified(folder) == (78, ["ok hashes", "ok runtime", "FAIL golden", "hint: do"])


def test_a_range_model_that_does_not_fit_fails(tmp_path: Path) -> None:
    """It takes place and week."""
    content = (GOLDEN / "tiny-float" / "model.tflite").read_bytes()
    folder = tmp_path / "mine"
    write_bundle(folder, dataclasses.replace(tiny_model("tiny-two-outputs"), range_model=content))
    status, lines = verified(folder)
    assert (status, lines[-2]) == (78, "FAIL range")


def test_the_parts_of_a_model_are_compared_with_the_whole_window() -> None:
    """Of a bundle that computes each frame once."""
    steps = ["ok hashes", "ok runtime", "ok golden", "ok parts"]
    assert verified(streaming_bundle().folder) == (0, steps)


def test_parts_that_give_other_scores_fail(tmp_path: Path) -> None:
    """Here of positions that are said to depend on fewer frames than they do."""
    folder = tmp_path / "everyday"
    shutil.copytree(streaming_bundle().folder, folder)
    streaming = Streaming(stride_frames=24, receptive_frames=5)
    manifest = msgspec.structs.replace(streaming_bundle().manifest, streaming=streaming)
    (folder / MANIFEST_FILE).write_bytes(msgspec.json.encode(manifest))
    status, lines = verified(folder)
    assert status == 78
    assert {"ok hashes", "ok runtime", "FAIL golden", "FAIL parts"} <= set(lines)
