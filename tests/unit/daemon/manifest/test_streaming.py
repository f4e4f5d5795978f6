"""The part of a manifest that says how each frame is computed once."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from soundpost.errors import BundleError
from soundpost.manifest import MANIFEST_FILE, Manifest, Streaming, oldest_daemon, read_manifest
from soundpost.manifest.label import FOREIGN_SINCE, minimum_daemon

MODELS = Path(__file__).resolve().parents[4] / "models"
GOLDEN = Path(__file__).resolve().parents[3] / "golden"


def read(folder: Path, fields: dict[str, Any]) -> Manifest:
    """Reads a manifest of these fields."""
    (folder / MANIFEST_FILE).write_bytes(msgspec.json.encode(fields))
    return read_manifest(folder)


def fields_of(name: str = "everyday") -> dict[str, Any]:
    """Returns the fields of a shipped manifest."""
    fields: dict[str, Any] = msgspec.json.decode((MODELS / name / MANIFEST_FILE).read_bytes())
    return fields


def test_everyday_computes_each_frame_once() -> None:
    """A position every 24 frames, which depends on 77."""
    manifest = read_manifest(MODELS / "everyday")
    assert manifest.streaming == Streaming(stride_frames=24, receptive_frames=77)
    assert oldest_daemon(manifest) == manifest.minimum_daemon == FOREIGN_SINCE
    assert minimum_daemon(manifest.labels, streams=True) == FOREIGN_SINCE


def test_a_manifest_without_the_key_has_whole_windows(tmp_path: Path) -> None:
    """As all manifests had before; the key is not written for them either."""
    manifest = read(tmp_path, fields_of("esc10"))
    assert manifest.streaming is None
    assert b"streaming" not in msgspec.json.encode(manifest)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"streaming": {"stride_frames": 24, "receptive_frames": 198}}, "above window_frames"),
        ({"streaming": {"stride_frames": 7, "receptive_frames": 77}}, "is not a multiple of"),
        ({"streaming": {"stride_frames": 0, "receptive_frames": 77}}, "Expected `int` >= 1"),
        ({"streaming": {"stride_frames": 24}}, "missing required field `receptive_frames`"),
        ({"runtime": "onnx"}, "streaming is for a TFLite model with one output"),
        ({"minimum_daemon": "0.2.0"}, f"minimum_daemon is below {FOREIGN_SINCE}"),
    ],
)
def test_impossible_values_are_refused(tmp_path: Path, changes: dict[str, Any], rule: str) -> None:
    """With the rule that they break."""
    with pytest.raises(BundleError, match=rule):
        read(tmp_path, fields_of() | changes)


def test_other_inputs_and_outputs_are_refused(tmp_path: Path) -> None:
    """The parts are those of a network of int8 on log-mel."""
    fields = fields_of()
    fields["output"]["position"] = 1
    with pytest.raises(BundleError, match="with one output"):
        read(tmp_path, fields)
    fields = fields_of()
    fields["output"]["embedding"] = {"position": 1, "tensor": fields["output"]["tensor"]}
    with pytest.raises(BundleError, match="has no embedding"):
        read(tmp_path, fields)
    fields = fields_of()
    fields["input"]["tensor"] |= {"dtype": "float32", "scale": 0.0, "zero_point": 0}
    with pytest.raises(BundleError, match="streaming is for an input of int8"):
        read(tmp_path, fields)
    fields = fields_of()
    samples = {"kind": "waveform", "sample_rate_hz": 16_000, "window_samples": 15_600}
    tensor = fields["input"]["tensor"] | {"shape": [15_600]}
    fields["input"] = samples | {"stride_samples": 7_800, "tensor": tensor}
    with pytest.raises(BundleError, match="streaming is for log-mel, not for a waveform"):
        read(tmp_path, fields)
