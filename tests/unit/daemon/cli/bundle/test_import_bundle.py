"""The report of an import on the terminal."""

import io
from pathlib import Path

import pytest

from soundpost.cli.bundle.import_bundle import bundle_argument, import_bundle
from soundpost.cli.parser import build_parser

TINY = Path(__file__).resolve().parents[4] / "golden" / "tiny-float" / "model.tflite"


def test_what_was_found_is_printed(tmp_path: Path) -> None:
    """Input, output, activation, labels, noise, the folder, and the next command."""
    labels = tmp_path / "labels.txt"
    labels.write_text("Hiss\nHum\nHush\n")
    groups = tmp_path / "groups.csv"
    groups.write_text("hum,machines\n")
    words = ["bundle", "import", str(TINY), "--labels", str(labels), "--groups", str(groups)]
    words += ["--activation", "softmax", "--threshold", "0.9", "--noise-seconds", "1"]
    words += ["--licence", "Apache-2.0", "--name", "tiny", "--to", str(tmp_path)]
    out, terminal = io.StringIO(), io.StringIO()
    import_bundle(build_parser().parse_args(words), out, terminal)
    lines = out.getvalue().splitlines()
    assert lines[0] == (
        "input   log-mel of 16 frames and 64 bands, 0.175 s at 16 kHz, every 0.09 s, float32"
    )
    assert lines[1] == "output  3 values at position 0"
    assert lines[2].startswith("scores  softmax: as stated; outputs from ")
    assert lines[3].startswith("labels  3 from labels.txt, groups: machines 1")
    assert lines[4] == "noise   41 windows of silence, hum and noise: 3 labels score"
    assert lines[-2:] == [
        f"written: {tmp_path}/tiny",
        f"try it:  soundpost listen --bundle {tmp_path}/tiny --scores RECORDING",
    ]
    assert terminal.getvalue() == ""


def test_a_bundle_is_named_as_flags_take_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its name if it is in the folder of models, else by a path with a slash."""
    monkeypatch.delenv("SOUNDPOST_MODELS", raising=False)
    assert bundle_argument(Path("birds")) == "./birds"
    assert bundle_argument(Path("models/birds")) == "models/birds"
    monkeypatch.setenv("SOUNDPOST_MODELS", "/srv/models")
    assert bundle_argument(Path("/srv/models/birds")) == "birds"
