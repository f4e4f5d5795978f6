"""The recordings of an experiment: its sources, their licences, and those held out."""

from pathlib import Path

import pytest

from soundpost_training.audioset.label_map_file import read_label_map
from soundpost_training.experiment.deploy import BundleConfig
from soundpost_training.sources.recording import Source, SourceRecording
from soundpost_training.tagging.examples.recordings import (
    NON_COMMERCIAL,
    read_sources,
    training_recordings,
)
from soundpost_training.tagging.experiment import SourcesConfig, TaggingExperiment

LABELS = read_label_map()


def read(config: SourcesConfig, folder: Path) -> list[Source]:
    """Returns the sources of an experiment."""
    experiment = TaggingExperiment(
        name="tiny", bundle=BundleConfig(id="tiny", version="0.1.0"), sources=config
    )
    return read_sources(experiment, LABELS, folder / "debian", folder / "made")


def test_only_the_kinds_of_the_experiment_are_read(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without Debian nothing is fetched, and without synthesis nothing is made."""
    monkeypatch.setenv("SOUNDPOST_DATA", str(shared_data))
    sources = read(SourcesConfig(kinds=("esc50", "ambience")), tmp_path)
    assert [source.name for source in sources] == ["esc50", "ambience"]
    assert len(sources[0].recordings) == 2000
    assert not list(tmp_path.iterdir())


def test_recordings_not_for_commercial_use_can_be_left_out(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ESC-50 is of CC BY-NC; the ambience stays. The reason states the number."""
    monkeypatch.setenv("SOUNDPOST_DATA", str(shared_data))
    config = SourcesConfig(kinds=("esc50", "ambience"), licences="free")
    esc50, ambience = read(config, tmp_path)
    assert not esc50.recordings
    assert "2000 recordings are not for commercial use" in esc50.left_out[-1]
    assert ambience.recordings
    assert not any("commercial" in reason for reason in ambience.left_out)


@pytest.mark.parametrize(
    ("licence", "is_left_out"),
    [
        ("CC BY-NC 3.0", True),
        ("CC-BY-NC-4.0", True),
        ("CC BY-NC-SA 4.0", True),
        ("CC-BY-SA-3.0", False),
        ("CC0-1.0", False),
        ("NCSA", False),
        ("GPL-2+", False),
    ],
)
def test_the_letters_nc_name_a_licence_that_forbids_commercial_use(
    licence: str, *, is_left_out: bool
) -> None:
    """As a part of their own, not within another name."""
    assert bool(NON_COMMERCIAL.search(licence)) is is_left_out


def test_held_out_recordings_are_not_for_training() -> None:
    """In the order of the sources."""
    recordings = [
        SourceRecording(Path(f"{n}.wav"), "s", "", (), "CC0-1.0", "", held_out=n % 2 == 1)
        for n in range(4)
    ]
    sources = [Source("s", tuple(recordings[:2])), Source("t", tuple(recordings[2:]))]
    assert training_recordings(sources) == recordings[::2]


def test_made_recordings_are_counted_by_family(tmp_path: Path) -> None:
    """Four alarms, of which one is held out; speech and music where their programs are."""
    (source,) = read(SourcesConfig(kinds=("synthesis",), made=4), tmp_path)
    alarms = [item for item in source.recordings if item.licence == "Apache-2.0"]
    assert len(alarms) == 4
    assert sum(item.held_out for item in alarms) == 1
    assert len(source.recordings) in {4, 8, 12}
