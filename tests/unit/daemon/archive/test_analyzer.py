"""The analysis of one file: its rows depend on its name, its sound and the settings only."""

import shutil
import uuid
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from range_bundle import write_range_config
from sample_archive import write_models, write_sound

from soundpost.archive.analyzer import Analyzer
from soundpost.archive.files import ArchiveFile, archive_files
from soundpost.archive.settings import AnalysisSettings
from soundpost.classify.model import load_models
from soundpost.config import load_config
from soundpost.decide import build_rules
from soundpost.errors import CaptureError


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> AnalysisSettings:
    """Provides the settings of two models, in the zone of Berlin."""
    return settings_of(write_models(tmp_path_factory.mktemp("models")))


def settings_of(path: Path) -> AnalysisSettings:
    """Returns the settings of a configuration file, in the zone of Berlin."""
    config = load_config(path, {})
    manifests = [model.bundle.manifest for model in load_models(config.all_models)]
    rules = [
        build_rules(manifest.labels, model.decide, manifest.input.sample_rate_hz)
        for manifest, model in zip(manifests, config.all_models, strict=True)
    ]
    return AnalysisSettings(config, rules, ZoneInfo("Europe/Berlin"))


@pytest.fixture(scope="module")
def analyzer(settings: AnalysisSettings) -> Analyzer:
    """Provides the models, loaded once."""
    return Analyzer(settings)


def as_file(path: Path) -> ArchiveFile:
    """Returns a file of an archive."""
    return archive_files([path], [path])[0]


def nothing(_seconds: float, _share: float) -> None:
    """Takes a position."""


def test_a_recording_has_its_facts_and_rows_by_onset(analyzer: Analyzer, tmp_path: Path) -> None:
    """Onsets are times of the recording plus its start; positions grow up to its length."""
    path = tmp_path / "20251026_120000.WAV"
    write_sound(path, seed=3)
    positions: list[float] = []
    shares: list[float] = []

    def on_position(seconds: float, share: float) -> None:
        positions.append(seconds)
        shares.append(share)

    part = analyzer.analyze(as_file(path), on_position)
    assert (part.file, part.seconds, part.rate_hz) == ("20251026_120000.WAV", 6.0, 44_100)
    assert (part.time_flags, part.damage) == ((), "")
    assert len(part.rows) > 5
    assert [row.begin_seconds for row in part.rows] == sorted(
        row.begin_seconds for row in part.rows
    )
    assert part.utc_ns is not None
    for row in part.rows:
        assert row.onset_utc_ns is not None
        assert abs(row.onset_utc_ns - part.utc_ns - row.begin_seconds * 1e9) <= 1
        assert 0.0 <= row.begin_seconds < row.end_seconds <= part.seconds
    assert positions == sorted(positions)
    assert positions[-1] == part.seconds
    assert shares == [seconds / part.seconds for seconds in positions]


def test_the_same_file_has_the_same_rows_in_any_process(
    settings: AnalysisSettings, analyzer: Analyzer, tmp_path: Path
) -> None:
    """After other files, too: nothing is left over from them."""
    paths = [tmp_path / f"{seed}.wav" for seed in range(3)]
    for seed, path in enumerate(paths):
        write_sound(path, seed)
    forth = [analyzer.analyze(as_file(path), nothing) for path in paths]
    back = [Analyzer(settings).analyze(as_file(path), nothing) for path in reversed(paths)]
    assert forth == back[::-1]


def test_ids_follow_from_content_and_not_from_names(analyzer: Analyzer, tmp_path: Path) -> None:
    """They are UUIDs of version 5; a copy of a recording has the ids of the recording."""
    first, copy, other = (tmp_path / name for name in ("a.wav", "b.wav", "c.wav"))
    write_sound(first, seed=3)
    shutil.copy(first, copy)
    write_sound(other, seed=4)
    ids = [
        [row.id for row in analyzer.analyze(as_file(path), nothing).rows]
        for path in (first, copy, other)
    ]
    assert ids[0] == ids[1]
    assert not set(ids[0]) & set(ids[2])
    assert len(set(ids[0])) == len(ids[0])
    assert all(uuid.UUID(text).version == 5 for text in ids[0])


def test_without_a_time_rows_have_none_and_the_reason(analyzer: Analyzer, tmp_path: Path) -> None:
    """Nothing is invented."""
    write_sound(tmp_path / "owl.wav", seed=3)
    part = analyzer.analyze(as_file(tmp_path / "owl.wav"), nothing)
    assert part.utc_ns is None
    assert {(row.onset_utc_ns, row.time_flags) for row in part.rows} == {(None, part.time_flags)}
    assert part.time_flags == ("no_time",)


def test_damage_is_stated(analyzer: Analyzer, tmp_path: Path) -> None:
    """The part of a file that is there has rows."""
    write_sound(tmp_path / "cut.wav", seed=3)
    content = (tmp_path / "cut.wav").read_bytes()
    (tmp_path / "cut.wav").write_bytes(content[: len(content) // 2])
    part = analyzer.analyze(as_file(tmp_path / "cut.wav"), nothing)
    assert part.damage
    assert 2.9 < part.seconds < 3.1
    assert part.rows


def test_a_file_that_changes_meanwhile_is_left_out(analyzer: Analyzer, tmp_path: Path) -> None:
    """A recorder may still be writing it: rows and hash would be of different sounds."""
    path = tmp_path / "growing.wav"
    write_sound(path, seed=3)

    def grow(_seconds: float, _share: float) -> None:
        with path.open("ab") as file:
            file.write(bytes(2))

    with pytest.raises(CaptureError, match="was changed while it was read"):
        analyzer.analyze(as_file(path), grow)


def test_what_is_not_a_regular_file_is_refused(analyzer: Analyzer, tmp_path: Path) -> None:
    """A folder, or a file that is gone; a pipe could be read only once."""
    file = as_file(tmp_path / "no.wav")
    with pytest.raises(CaptureError, match="No such file"):
        analyzer.analyze(file, nothing)
    with pytest.raises(CaptureError, match="Is a directory"):
        analyzer.analyze(replace(file, path=tmp_path), nothing)


def test_parts_survive_json(analyzer: Analyzer, tmp_path: Path) -> None:
    """Every number comes back to the bit, so a resumed run has the rows of an unbroken one."""
    write_sound(tmp_path / "a.wav", seed=3)
    part = analyzer.analyze(as_file(tmp_path / "a.wav"), nothing)
    assert msgspec.json.decode(msgspec.json.encode(part), type=type(part)) == part


@pytest.mark.parametrize(
    ("name", "weeks", "occurring"),
    [
        ("20250105_120000.WAV", "1", {"hum", "hush"}),
        ("20250725_120000.WAV", "28", {"hiss"}),
        ("20250725_120000Z_20250101.WAV", "28", {"hiss"}),
        ("dawn.wav", "all", {"hiss", "hum", "hush"}),
        ("20990725_120000.WAV", "all", {"hiss", "hum", "hush"}),
    ],
    ids=["winter", "summer", "offset", "no time", "future"],
)
def test_labels_follow_the_week_of_the_recording(
    tmp_path: Path, name: str, weeks: str, occurring: set[str]
) -> None:
    """Not that of the analysis; all else is as without a range model."""
    write_sound(tmp_path / name, seed=3)
    file = as_file(tmp_path / name)
    config = write_range_config(tmp_path, "latitude = 0.0", "longitude = 0.0")
    part = Analyzer(settings_of(config)).analyze(file, nothing)
    config.write_text(config.read_text().replace("latitude = 0.0\nlongitude = 0.0", ""))
    everywhere = Analyzer(settings_of(config)).analyze(file, nothing)
    assert {row.label for row in everywhere.rows} == {"hiss", "hum", "hush"}
    assert (part.range_weeks, everywhere.range_weeks) == (weeks, "")
    assert part.rows == tuple(row for row in everywhere.rows if row.label in occurring)


def test_a_label_that_never_occurs_at_the_place_is_held_back_without_a_time(
    tmp_path: Path,
) -> None:
    """The season is not known, the place is."""
    write_sound(tmp_path / "dawn.wav", seed=3)
    config = write_range_config(tmp_path, "latitude = 52.5", "longitude = 13.4")
    part = Analyzer(settings_of(config)).analyze(as_file(tmp_path / "dawn.wav"), nothing)
    assert {row.label for row in part.rows} == {"hiss"}
