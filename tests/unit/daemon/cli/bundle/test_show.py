"""The description of a bundle on the terminal."""

import io
import json
from pathlib import Path

from named_bundle import write_named_bundle
from streaming_bundle import streaming_bundle

from soundpost.cli.bundle.show import show


def shown(folder: Path, *, is_json: bool = False) -> str:
    """Returns the output."""
    out = io.StringIO()
    show(str(folder), out, is_json=is_json)
    return out.getvalue()


def test_input_labels_licence_noise_and_hashes_are_shown(tmp_path: Path) -> None:
    """A line for each."""
    folder = write_named_bundle(tmp_path / "owls")
    rows = dict(line.split(maxsplit=1) for line in shown(folder).splitlines())
    assert rows["bundle"] == "owls 1.0.0, daemon 0.3.0 or newer"
    assert rows["model"].startswith("tflite, 2036 bytes, sha256 ")
    assert (
        rows["input"]
        == "log-mel of 16 frames and 64 bands, 0.175 s at 16 kHz, every 0.08 s, float32"
    )
    assert rows["labels"] == "3, thresholds 0.5 to 1, common names in en, 1 off by default"
    assert rows["groups"] == "owls 1"
    assert rows["noise"] == "hum 0.97, pica_pica 0.64"
    assert rows["licence"] == "Apache-2.0"
    assert rows["card"] == str(folder / "MODEL_CARD.md")


def test_json_has_the_manifest_without_its_labels(tmp_path: Path) -> None:
    """Only their number: there may be thousands, and `bundle labels` has them."""
    fields = json.loads(shown(write_named_bundle(tmp_path / "owls"), is_json=True))
    assert (fields["id"], fields["labels"], fields["language"]) == ("owls", 3, "en")
    assert fields["input"]["features"]["sample_rate_hz"] == 16_000


def test_our_own_bundle_is_shown_too() -> None:
    """Nothing is known of its scores in noise."""
    assert "noise       no label is known to score in silence" in shown(
        Path(__file__).resolve().parents[4] / "golden" / "tiny-int8"
    )


def test_a_bundle_that_computes_each_frame_once_says_so() -> None:
    """With the frames of its positions; another one has no such line."""
    rows = dict(line.split(maxsplit=1) for line in shown(streaming_bundle().folder).splitlines())
    assert rows["frames"] == "computed once: a position every 24 frames, of 77"
    assert "frames      computed" not in shown(
        Path(__file__).resolve().parents[4] / "golden" / "tiny-int8"
    )
