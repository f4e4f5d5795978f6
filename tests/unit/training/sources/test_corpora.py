"""ESC-50, UrbanSound8K and ambience as sources: held-out recordings, labels, groups."""

from pathlib import Path

import pytest

from soundpost_training.dataset.paths import data_folder
from soundpost_training.errors import DatasetError
from soundpost_training.sources.corpora import read_ambience, read_corpora
from soundpost_training.sources.recording import Source

ESC50 = {"dog": "dog", "siren": "siren"}
URBANSOUND8K = {"dog_bark": "dog"}


@pytest.fixture(scope="module")
def corpora() -> dict[str, Source]:
    """Provides the three sources by their names."""
    for name in ("esc50", "urbansound8k", "ambience"):
        if not data_folder(name).is_dir():
            pytest.skip(f"needs {name} below SOUNDPOST_DATA")
    return {source.name: source for source in read_corpora(ESC50, URBANSOUND8K)}


def test_held_out_folds_are_held_out(corpora: dict[str, Source]) -> None:
    """All of ESC-50's fold 5 and of UrbanSound8K's fold 10."""
    for name, prefix in (("esc50", "5-"), ("urbansound8k", "")):
        fold = [
            recording
            for recording in corpora[name].recordings
            if (
                recording.path.name.startswith(prefix)
                if prefix
                else recording.path.parent.name == "fold10"
            )
        ]
        assert fold
        assert all(recording.held_out for recording in fold)
        assert not all(recording.held_out for recording in corpora[name].recordings)


def test_no_recording_of_freesound_is_on_both_sides(corpora: dict[str, Source]) -> None:
    """Groups are numbers of Freesound in both corpora, which share recordings."""
    every = [recording for source in corpora.values() for recording in source.recordings]
    held_out = {recording.group for recording in every if recording.held_out}
    trained = {recording.group for recording in every if not recording.held_out}
    assert not held_out & trained
    esc50 = {recording.group for recording in corpora["esc50"].recordings}
    shared = esc50 & {recording.group for recording in corpora["urbansound8k"].recordings}
    assert len(shared) > 1


def test_categories_without_a_label_stay_without(corpora: dict[str, Source]) -> None:
    """A clip of another category is sound of which nothing is known."""
    assert set(corpora["esc50"].labels) == {"dog", "siren"}
    assert sum(recording.labels == ("dog",) for recording in corpora["esc50"].recordings) == 40
    assert corpora["urbansound8k"].labels == ("dog",)


def test_a_third_of_the_ambience_is_held_out(corpora: dict[str, Source]) -> None:
    """Each recording is its own group, and has its licence."""
    ambience = corpora["ambience"]
    assert sum(recording.held_out for recording in ambience.recordings) == 10
    assert len({recording.group for recording in ambience.recordings}) == 29
    assert ambience.hours == pytest.approx(35 / 60, abs=0.05)
    licences = {recording.path.stem: recording.licence for recording in ambience.recordings}
    assert licences["rafaelmardojai-city"] == "CC-BY"
    assert licences["mateusfg7-rain"] == "CC0-1.0"
    labels = {recording.path.stem: recording.labels for recording in ambience.recordings}
    assert labels["rafaelmardojai-storm"] == ("rain", "thunder")
    assert labels["rafaelmardojai-city"] == ()


def test_an_unknown_category_is_an_error(corpora: dict[str, Source]) -> None:
    """The nearest category is proposed."""
    assert corpora
    with pytest.raises(DatasetError, match="no category 'dgo'") as caught:
        read_corpora({"dgo": "dog"}, {})
    assert "dog" in caught.value.hint


def test_a_missing_folder_has_a_hint(tmp_path: Path) -> None:
    """The environment variable is named."""
    with pytest.raises(DatasetError, match="no folder") as caught:
        read_ambience(tmp_path / "ambience")
    assert "SOUNDPOST_DATA" in caught.value.hint
