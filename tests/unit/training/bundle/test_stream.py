"""A bundle is made to compute each frame once, with the weights that it has."""

import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest

from soundpost.classify import load_bundle, read_golden
from soundpost.manifest import CARD_FILE, MANIFEST_FILE, MODEL_FILE
from soundpost_training.cli.main import main
from soundpost_training.network.streaming.describe import streaming_of
from soundpost_training.network.streaming.schema import read_model, write_model
from soundpost_training.scoring.manifest import artifact

pytestmark = pytest.mark.training

MODELS = Path(__file__).resolve().parents[4] / "models"


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """Provides everyday without its parts, as it was before."""
    folder = tmp_path / "everyday"
    shutil.copytree(MODELS / "everyday", folder)
    bundle = load_bundle(folder)
    objects = read_model(bundle.model)
    del objects.subgraphs[1:], objects.signatureDefs[1:]
    model = write_model(objects)
    assert streaming_of(model) is None
    manifest = msgspec.structs.replace(bundle.manifest, streaming=None, model=artifact(model))
    (folder / MODEL_FILE).write_bytes(model)
    (folder / MANIFEST_FILE).write_bytes(msgspec.json.encode(manifest))
    card = (folder / CARD_FILE).read_text(encoding="utf-8")
    sizes = (f"{len(bundle.model):,} bytes", f"{len(model):,} bytes")
    (folder / CARD_FILE).write_text(card.replace(*sizes), encoding="utf-8")
    return folder


def test_the_shipped_bundle_is_what_the_command_makes(
    whole: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Parts are added; thresholds and golden vectors stay; the card has the new version."""
    before = load_bundle(whole)
    assert main(["stream", str(whole), "--release", "1.2.0"]) == 0
    after, shipped = load_bundle(whole), load_bundle(MODELS / "everyday")
    assert f"everyday 1.2.0, a model of {after.manifest.model.bytes:,} bytes" in (
        capsys.readouterr().out
    )
    assert after.manifest == msgspec.structs.replace(
        shipped.manifest,
        version="1.2.0",
        model=after.manifest.model,
        golden=after.manifest.golden,
    )
    assert after.manifest.streaming is not None
    assert after.manifest.model.bytes > before.manifest.model.bytes
    assert after.manifest.labels == before.manifest.labels
    assert np.array_equal(read_golden(after).scores, read_golden(before).scores)
    card = (whole / CARD_FILE).read_text(encoding="utf-8")
    assert card.startswith("# everyday 1.2.0\n")
    assert f"{after.manifest.model.bytes:,} bytes" in card


def test_a_network_that_pads_in_time_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bundle stays as it was."""
    folder = tmp_path / "esc10"
    shutil.copytree(MODELS / "esc10", folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert main(["stream", str(folder), "--release", "2.0.0"]) == 1
    assert "successive windows of esc10 share no activation" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
