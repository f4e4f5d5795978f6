"""Recordings, folds and the cache of features."""

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost.features import FeatureSpec, LogMel
from soundpost_training.dataset import Clip, Dataset, prepare, refuse_leaks, training_folds
from soundpost_training.dataset.decode.audio import read_pcm
from soundpost_training.dataset.features import fingerprint
from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.errors import DatasetError

SPEC = FeatureSpec()


def dataset_of(*clips: Clip) -> Dataset:
    """A data set of these clips."""
    labels = tuple(sorted({clip.label for clip in clips}))
    return Dataset("mine", clips, labels, "CC0", "nobody")


def clip(name: str, label: str, fold: int, group: str) -> Clip:
    """A clip that need not exist."""
    return Clip(Path(name), label, fold, group)


def test_esc50_has_the_folds_of_its_publication(shared_data: Path) -> None:
    """Two thousand clips, forty of each of fifty labels, four hundred in each of five folds."""
    dataset = refuse_leaks(read_esc50(shared_data / "esc50"))
    assert (len(dataset.clips), len(dataset.labels)) == (2000, 50)
    assert [len(dataset.in_folds([fold])) for fold in dataset.folds] == [400] * 5
    assert np.array_equal(np.bincount(dataset.targets()), [40] * 50)
    assert dataset.labels[:2] == ("dog", "rooster")


def test_esc10_is_the_free_part(shared_data: Path) -> None:
    """Ten labels, all of them CC BY, none of them non-commercial."""
    dataset = read_esc50(shared_data / "esc50", esc10=True)
    assert (len(dataset.clips), len(dataset.labels), dataset.licence) == (400, 10, "CC BY 3.0")
    assert "Piczak" in dataset.attribution  # which that licence asks for
    assert "freesound.org" in dataset.attribution


def test_a_source_in_two_folds_is_refused_by_name() -> None:
    """A leak between folds is refused, and the clips that make it are named."""
    leaking = dataset_of(
        clip("a.wav", "dog", 1, "kennel"),
        clip("b.wav", "dog", 2, "kennel"),
        clip("c.wav", "dog", 2, "street"),
    )
    with pytest.raises(DatasetError, match=r"2 clips share.*a\.wav, b\.wav"):
        refuse_leaks(leaking)


def test_a_label_that_lives_in_one_fold_is_refused() -> None:
    """Held out, its fold would leave nothing to learn the label from."""
    alone = dataset_of(
        clip("a.wav", "dog", 1, "a"), clip("b.wav", "dog", 2, "b"), clip("c.wav", "cat", 2, "c")
    )
    with pytest.raises(DatasetError, match="without fold 2 nothing is left of: cat"):
        refuse_leaks(alone)


def test_a_single_fold_is_refused() -> None:
    """Nothing can be held out of one fold."""
    with pytest.raises(DatasetError, match="at least two"):
        refuse_leaks(dataset_of(clip("a.wav", "dog", 1, "a")))


def test_an_unknown_fold_is_refused() -> None:
    """Holding out what is not there would train on everything."""
    two = dataset_of(clip("a.wav", "dog", 1, "a"), clip("b.wav", "dog", 2, "b"))
    with pytest.raises(DatasetError, match="no fold 3"):
        training_folds(two, 3)


def test_a_missing_clip_is_named(tones: Path, tmp_path: Path) -> None:
    """A table that names an absent recording is refused."""
    folder = tmp_path / "tones"
    shutil.copytree(tones, folder)
    gone = min((folder / "audio").iterdir())
    gone.unlink()
    with pytest.raises(DatasetError, match=gone.name):
        read_esc50(folder)


@pytest.mark.parametrize("table", ["", "filename,fold\nx.wav,1\n", "filename,fold,target,category"])
def test_a_table_of_another_kind_is_refused(tones: Path, tmp_path: Path, table: str) -> None:
    """Absent columns are told, and an empty table is no data set."""
    folder = tmp_path / "tones"
    shutil.copytree(tones, folder)
    (folder / "esc50.csv").write_text(table, encoding="utf-8")
    with pytest.raises(DatasetError):
        refuse_leaks(read_esc50(folder))


def test_no_table_at_all_says_where_it_looked(tmp_path: Path) -> None:
    """The hint names the variable that data are found through."""
    with pytest.raises(DatasetError, match=str(tmp_path)) as caught:
        read_esc50(tmp_path)
    assert "SOUNDPOST_DATA" in caught.value.hint


def test_pcm_of_the_right_rate_comes_through_bit_by_bit(tmp_path: Path) -> None:
    """Sixteen-bit mono is neither scaled nor dithered nor resampled."""
    pcm = np.random.default_rng(1).integers(-32768, 32767, 5000, endpoint=True).astype(np.int16)
    soundfile.write(tmp_path / "noise.flac", pcm, 16_000)
    assert np.array_equal(read_pcm(tmp_path / "noise.flac", 16_000), pcm)


def test_stereo_of_another_rate_becomes_mono_of_the_right_one(tmp_path: Path) -> None:
    """A second stays a second, and equal channels stay as loud as they were."""
    time = np.arange(44_100) / 44_100
    both = np.stack([0.5 * np.sin(2 * np.pi * 440 * time)] * 2, axis=1)
    soundfile.write(tmp_path / "stereo.wav", both, 44_100)
    pcm = read_pcm(tmp_path / "stereo.wav", 16_000)
    assert len(pcm) == 16_000
    assert abs(np.abs(pcm[1000:-1000]).max() / 32768 - 0.5) < 0.01


@pytest.mark.parametrize(
    ("samples", "told"), [(np.zeros(0), "no samples"), (np.full(1000, np.nan), "NaN")]
)
def test_audio_without_sound_is_refused(tmp_path: Path, samples: np.ndarray, told: str) -> None:
    """Zero length and NaN are named with the file."""
    soundfile.write(tmp_path / "bad.wav", samples, 16_000, "FLOAT")
    with pytest.raises(DatasetError, match=rf"bad\.wav has .*{told}"):
        read_pcm(tmp_path / "bad.wav", 16_000)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"not a sound at all" * 99])
def test_a_file_that_is_no_audio_is_refused(tmp_path: Path, content: bytes) -> None:
    """Empty, cut-short and foreign files give one clear error."""
    (tmp_path / "bad.wav").write_bytes(content)
    with pytest.raises(DatasetError, match=r"bad\.wav cannot be read"):
        read_pcm(tmp_path / "bad.wav", 16_000)


def test_features_are_those_of_the_daemon(tones: Path, tmp_path: Path) -> None:
    """Cached or not, a clip's features equal what the daemon computes from its samples."""
    dataset = read_esc50(tones)
    fresh, cached = (prepare(dataset, SPEC, tmp_path)[1] for _ in range(2))
    for index in (0, len(dataset.clips) - 1):
        expected = LogMel(SPEC).compute(read_pcm(dataset.clips[index].path, 16_000))
        assert np.array_equal(fresh.clip(index), expected)
        assert np.array_equal(cached.clip(index), expected)
    assert len(list(tmp_path.iterdir())) == 1


def test_the_fingerprint_follows_audio_and_specification(tones: Path, tmp_path: Path) -> None:
    """Features of other sound or of another front end are never taken from the cache."""
    folder = tmp_path / "tones"
    shutil.copytree(tones, folder)
    before = fingerprint(read_esc50(folder), SPEC)
    assert fingerprint(read_esc50(folder), FeatureSpec(mel_bands=32)) != before
    first = min((folder / "audio").iterdir())
    soundfile.write(first, np.zeros(16_000, np.int16), 16_000)
    assert fingerprint(read_esc50(folder), SPEC) != before


def test_a_bad_clip_leaves_no_half_written_cache(tones: Path, tmp_path: Path) -> None:
    """The cache is written whole or not at all."""
    dataset = read_esc50(tones)
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF")
    bad = dataclasses.replace(dataset.clips[-1], path=broken)
    cache = tmp_path / "cache"
    with pytest.raises(DatasetError, match=r"broken\.wav"):
        prepare(dataclasses.replace(dataset, clips=(*dataset.clips[:-1], bad)), SPEC, cache)
    assert not cache.exists() or not list(cache.iterdir())
