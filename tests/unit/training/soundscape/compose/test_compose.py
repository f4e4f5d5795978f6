"""Composing soundscapes: exact, repeatable, at the levels that are stated."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from soundpost_training.dataset import Clip, Dataset
from soundpost_training.errors import DatasetError
from soundpost_training.soundscape.compose.background import Background
from soundpost_training.soundscape.compose.compose import compose, plan
from soundpost_training.soundscape.compose.ground_truth import TRUTH_FILE, Event, read_truth
from soundpost_training.soundscape.compose.recipe import Recipe, read_scene

RATE_HZ = 16_000
RECIPE = Recipe(
    seed=3,
    fold=1,
    hours=0.02,
    negative_hours=0.02,
    recording_minutes=0.7,
    pause_seconds=1.5,
    shortest_pause_seconds=0.5,
    snrs_db=(10.0, 30.0),
    bed_range_db=0.5,
    bed_minutes=0.1,
    bed_labels=("hum",),
    security_labels=("burst",),
)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Two clips each of a burst and a beep in silence, and of a hum without any."""
    folder = tmp_path_factory.mktemp("clips")
    rng = np.random.default_rng(0)
    time = np.arange(2 * RATE_HZ) / RATE_HZ
    sounds = {
        "burst": rng.normal(0.0, 0.1, len(time)) * ((time > 0.4) & (time < 0.9)),
        "beep": 0.2 * np.sin(2 * np.pi * 900 * time) * ((time > 1.0) & (time < 1.6)),
        "hum": 0.05 * np.sin(2 * np.pi * 150 * time) + rng.normal(0.0, 0.01, len(time)),
    }
    clips = []
    for fold in (1, 2):
        for label, signal in sounds.items():
            path = folder / f"{fold}-{label}.wav"
            soundfile.write(path, signal, RATE_HZ, "PCM_16")
            clips.append(Clip(path, label, fold, path.name))
    return Dataset("made-up", tuple(clips), tuple(sorted(sounds)), "none", "nobody")


@pytest.fixture(scope="module")
def composed(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a soundscape."""
    folder = tmp_path_factory.mktemp("soundscape")
    compose(dataset, RECIPE, RATE_HZ, folder, "a test")
    return folder


def levels_db(folder: Path, event: Event) -> tuple[float, float]:
    """The RMS level within an event, and in the quarter of a second before it."""
    signal, _ = soundfile.read(folder / event.recording)
    first, last = (round(at * RATE_HZ) for at in (event.onset_seconds, event.offset_seconds))
    before = signal[max(0, first - RATE_HZ // 4) : first]
    within, around = (float(np.sqrt(np.mean(part**2))) for part in (signal[first:last], before))
    return 20 * np.log10(within), 20 * np.log10(around)


def test_the_recordings_have_the_stated_lengths(composed: Path) -> None:
    """Hours are dealt into files, each as long as its description says."""
    scene = read_scene(composed)
    assert scene.recordings == plan(RECIPE)
    assert sum(one.seconds for one in scene.recordings) == pytest.approx(0.04 * 3600)
    for one in scene.recordings:
        info = soundfile.info(composed / one.name)
        assert (info.samplerate, info.channels, info.subtype) == (RATE_HZ, 1, "PCM_16")
        assert info.frames == round(one.seconds * RATE_HZ)


def test_the_truth_is_where_the_sound_is(composed: Path) -> None:
    """Within an event it is louder than before it, by what the truth says."""
    events = read_truth(composed)
    assert len(events) > 20
    for event in events:
        within, before = levels_db(composed, event)
        expected = 10 * np.log10(1 + 10 ** (event.snr_db / 10))
        assert within - before == pytest.approx(expected, abs=3.0)


def test_events_last_as_long_as_their_sounds_and_never_overlap(composed: Path) -> None:
    """Silence around a clip's sound is no part of an event."""
    lengths = {"burst": 0.5, "beep": 0.6}
    ends: dict[str, float] = {}
    for event in read_truth(composed):
        lasts = event.offset_seconds - event.onset_seconds
        assert lasts == pytest.approx(lengths[event.label], abs=0.02)
        assert event.onset_seconds >= ends.get(event.recording, 0.0) + 0.5
        ends[event.recording] = event.offset_seconds


def test_negatives_hold_no_security_label_and_no_clip_of_another_fold(composed: Path) -> None:
    """What false alarms are counted in holds nothing to be alarmed of."""
    scene, events = read_scene(composed), read_truth(composed)
    negatives = {one.name for one in scene.recordings if one.is_negative}
    assert negatives
    assert {event.label for event in events if event.recording in negatives} == {"beep"}
    assert {event.label for event in events if event.recording not in negatives} > {"beep"}
    assert all(event.source.startswith("1-") for event in events)


def test_the_same_seed_makes_the_same_sound_and_another_one_does_not(
    dataset: Dataset, composed: Path, tmp_path: Path
) -> None:
    """Every byte of the recordings and of the truth comes again."""

    def content(folder: Path) -> dict[str, str]:
        kept = [*folder.glob("*.flac"), folder / TRUTH_FILE]
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}

    compose(dataset, RECIPE, RATE_HZ, tmp_path / "again", "another command")
    assert content(tmp_path / "again") == content(composed)
    other = msgspec.structs.replace(RECIPE, seed=4)
    compose(dataset, other, RATE_HZ, tmp_path / "other", "a test")
    assert not set(content(tmp_path / "other").values()) & set(content(composed).values())


def test_a_full_disk_leaves_the_soundscape_that_was_there(
    dataset: Dataset, tmp_path: Path, room_for: Callable[[int], AbstractContextManager[None]]
) -> None:
    """The kernel says what is wrong, and nothing half-written is left."""
    hours = tmp_path / "hours"
    with room_for(50_000), pytest.raises(OSError, match="File too large"):
        compose(dataset, RECIPE, RATE_HZ, hours, "a test")
    assert not list(hours.iterdir())
    compose(dataset, RECIPE, RATE_HZ, hours, "a test")
    before = {path.name: path.read_bytes() for path in hours.iterdir()}
    other = msgspec.structs.replace(RECIPE, seed=4)
    with room_for(50_000), pytest.raises(OSError, match="File too large"):
        compose(dataset, other, RATE_HZ, hours, "a test")
    assert {path.name: path.read_bytes() for path in hours.iterdir()} == before


def test_a_label_that_the_fold_lacks_is_refused(dataset: Dataset, tmp_path: Path) -> None:
    """A background of nothing, or alarms that cannot be, are said at once."""
    recipe = msgspec.structs.replace(RECIPE, bed_labels=("rain",))
    with pytest.raises(DatasetError, match="has no rain"):
        compose(dataset, recipe, RATE_HZ, tmp_path, "a test")
    with pytest.raises(DatasetError, match="fold 9"):
        compose(dataset, msgspec.structs.replace(RECIPE, fold=9), RATE_HZ, tmp_path, "a test")


def test_a_background_with_silence_in_it_is_refused(dataset: Dataset, tmp_path: Path) -> None:
    """Digital silence is nowhere to be heard outdoors."""
    recipe = msgspec.structs.replace(RECIPE, bed_labels=("beep",))
    with pytest.raises(DatasetError, match="silence"):
        compose(dataset, recipe, RATE_HZ, tmp_path, "a test")


def test_a_background_of_little_but_a_click_leaves_room_for_sounds() -> None:
    """At the level of the others its peak would be far over full scale: it lies lower."""
    click = np.full(32_000, 2, np.int16)
    click[1::2] = -2
    click[16_000] = 3000
    bed = Background(np.random.default_rng(0), [click], Recipe(fold=1, seed=0), 16_000)
    assert np.abs(bed.take(160_000)).max() <= 0.75  # two of them where one fades into the next


@pytest.mark.parametrize(
    "table",
    [
        "",
        "onset\toffset\n1\t2\n",
        "filename\tonset\toffset\tevent_label\na\t2\t1\tdog\n",
        "filename\tonset\toffset\tevent_label\na\tnan\t1\tdog\n",
        "filename\tonset\toffset\tevent_label\na\t-1\t1\tdog\n",
        "filename\tonset\toffset\tevent_label\na\tx\t1\tdog\n",
        "filename\tonset\toffset\tevent_label\na\t1\n",
    ],
)
def test_a_table_that_is_none_is_refused(table: str, tmp_path: Path) -> None:
    """What cannot be the truth is not taken for it."""
    (tmp_path / TRUTH_FILE).write_text(table, encoding="utf-8")
    if not table:
        assert read_truth(tmp_path) == []
        return
    with pytest.raises(DatasetError, match="no table of events"):
        read_truth(tmp_path)


def test_a_folder_without_a_soundscape_is_refused(tmp_path: Path) -> None:
    """The hint says how to make one."""
    with pytest.raises(DatasetError, match="does not describe a soundscape"):
        read_scene(tmp_path)
