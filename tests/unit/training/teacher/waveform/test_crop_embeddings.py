"""Embeddings of crops by the real network, stored and resumed."""

import importlib.util
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost_training.audioset.mn04 import MN04_CLASSES, MN04_MODEL, Mn04
from soundpost_training.dataset.decode.audio import read_signal
from soundpost_training.errors import TrainingError
from soundpost_training.teacher.waveform.crop_embeddings import BATCH, CropEmbeddings, embed_crops
from soundpost_training.train.context import TrainingContext

pytestmark = pytest.mark.training


@pytest.fixture
def model(shared_data: Path) -> Path:
    """The file of mn04; skips, or fails under CI, without it or onnxruntime."""
    reason = ""
    if importlib.util.find_spec("onnxruntime") is None:
        reason = "no onnxruntime: pip install 'soundpost[teacher]'"
    elif not (shared_data / MN04_MODEL).is_file():
        reason = f"no {MN04_MODEL} under {shared_data}; set SOUNDPOST_DATA"
    if not reason:
        return shared_data / MN04_MODEL
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def embed(context: TrainingContext, model: Path, folder: Path) -> CropEmbeddings:
    """Returns the embeddings of the tones."""
    frames = context.experiment.window.frames
    return embed_crops(model, context.dataset, context.features, frames, folder)


def test_a_row_is_the_networks_output_for_its_crop(
    context: TrainingContext, model: Path, tmp_path: Path
) -> None:
    """First the embedding, then the logits, of the samples that a window has there."""
    crops = embed(context, model, tmp_path)
    assert (crops.grid.counts == 2).all()  # 1.5 s: at 0 and at 0.5 s
    network = Mn04(model, model.with_name(Path(MN04_CLASSES).name))
    for row in (0, 7, len(crops.embeddings) - 1):
        path = context.dataset.clips[crops.grid.owners[row]].path
        first = crops.grid.starts[row] * 160
        crop = read_signal(path, 16_000)[first : first + 63 * 160 + 400].astype(np.float32)
        output = network.score(crop[None])
        expected = np.concatenate((output.embedding[0], output.logits[0]))
        np.testing.assert_allclose(crops.embeddings[row], expected, atol=0.05)


def test_an_interrupted_embedding_resumes(
    context: TrainingContext, model: Path, tmp_path: Path
) -> None:
    """Stored rows are used as they are; the rest are computed."""
    whole = embed(context, model, tmp_path).embeddings.copy()
    (path,) = tmp_path.glob("crops-*.npy")
    assert len(whole) > BATCH
    stored = np.lib.format.open_memmap(path, "r+")
    stored[0], stored[BATCH:] = 7.0, 0.0
    stored.flush()
    path.with_suffix(".done").write_text(str(BATCH))
    again = embed(context, model, tmp_path).embeddings
    assert (again[0] == 7.0).all()
    np.testing.assert_allclose(again[1:], whole[1:], atol=0.05)


def test_a_short_clip_is_repeated(context: TrainingContext, model: Path, tmp_path: Path) -> None:
    """It is embedded as the same sound over and over, which training cuts from it, too."""
    signal = read_signal(context.dataset.clips[0].path, 16_000)[:4_000]
    embeddings = []
    for name, samples in (("once", signal), ("often", np.tile(signal, 6)[: 63 * 160 + 400])):
        path = tmp_path / f"{name}.wav"
        soundfile.write(path, samples, 16_000, "FLOAT")
        dataset = replace(context.dataset, clips=(replace(context.dataset.clips[0], path=path),))
        frames = (len(samples) - 400) // 160 + 1
        features = replace(context.features, frames=np.array([frames]))
        crops = embed_crops(model, dataset, features, 64, tmp_path / name)
        assert crops.embeddings.shape == (1, 384 + 527)
        embeddings.append(crops.embeddings[0])
    np.testing.assert_allclose(embeddings[0], embeddings[1], atol=0.05)


def test_other_clips_have_a_file_of_their_own(
    context: TrainingContext, model: Path, tmp_path: Path
) -> None:
    """Experiments on the same clips share one, and other windows have another."""
    embed(context, model, tmp_path)
    embed(context, model, tmp_path)
    assert len(list(tmp_path.glob("crops-*.npy"))) == 1
    fewer = replace(context.dataset, clips=context.dataset.clips[:3])
    embed_crops(model, fewer, context.features, 64, tmp_path)
    embed_crops(model, fewer, context.features, 60, tmp_path)
    assert len(list(tmp_path.glob("crops-*.npy"))) == 3


def test_a_wrong_file_is_refused_before_any_work(
    context: TrainingContext, model: Path, tmp_path: Path
) -> None:
    """A file that is no network, or another folder's, is named; no embeddings are stored."""
    fake = tmp_path / "net.onnx"
    fake.write_bytes(b"not a network")
    with pytest.raises(TrainingError, match=r"class_labels_indices\.csv"):
        embed(context, fake, tmp_path)
    (tmp_path / Path(MN04_CLASSES).name).symlink_to(model.with_name(Path(MN04_CLASSES).name))
    with pytest.raises(TrainingError, match=r"net\.onnx"):
        embed(context, fake, tmp_path)
    assert not list(tmp_path.glob("crops-*"))
