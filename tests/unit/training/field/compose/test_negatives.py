"""Negatives are found by source and name, and written in rows of minutes."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost_training.dataset.clip import Clip
from soundpost_training.field.compose import negatives as composing
from soundpost_training.field.compose.negatives import Negatives, write_negatives
from soundpost_training.field.compose.plan import NegativePlan
from soundpost_training.sources.recording import SourceRecording

RATE_HZ = 16_000


@pytest.fixture
def negatives(tmp_path: Path) -> Negatives:
    """Provides three clips of two seconds, a stretch of ambience, and a piece of music."""
    rng = np.random.default_rng(2)
    for name in ("cat-1", "cat-2", "dog-1", "brook", "waltz"):
        noise = rng.normal(0, 2000, 2 * RATE_HZ).astype(np.int16)
        soundfile.write(tmp_path / f"{name}.wav", noise, RATE_HZ)
    clips = [
        Clip(tmp_path / f"{name}.wav", name.partition("-")[0], 5, name)
        for name in ("cat-1", "cat-2", "dog-1")
    ]
    brook = SourceRecording(tmp_path / "brook.wav", "ambience", "b", (), "CC0", "a", held_out=True)
    waltz = SourceRecording(
        tmp_path / "waltz.wav", "debian:m", "w", ("music",), "CC0", "a", held_out=True
    )
    return Negatives(clips, [], [brook], [waltz])


@pytest.mark.parametrize(
    ("source", "name", "count"),
    [
        ("esc50", "cat", 2),
        ("esc50", "pig", 0),
        ("urbansound8k", "cat", 0),
        ("ambience", "brook", 1),
        ("debian", "music", 1),
        ("debian", "speech", 0),
    ],
)
def test_a_plan_finds_its_recordings(
    negatives: Negatives, source: str, name: str, count: int
) -> None:
    """By category, class, file name or label."""
    assert len(negatives.of(NegativePlan("kind", source, name, ()))) == count


def test_clips_stand_in_rows_and_ambience_stays_as_it_is(
    tmp_path: Path, negatives: Negatives, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that is full begins a new file; nothing is written of nothing."""
    cats = NegativePlan("animals", "esc50", "cat", ("cat",))
    assert write_negatives(tmp_path, cats, negatives) == ["negatives/animals/cat/01.flac"]
    sound, _ = soundfile.read(tmp_path / "negatives/animals/cat/01.flac", dtype="int16")
    assert len(sound) / RATE_HZ == pytest.approx(2 * 2.0 + 3 * 3.0)
    monkeypatch.setattr(composing, "LONGEST_SECONDS", 3.0)
    assert len(write_negatives(tmp_path, cats, negatives)) == 2
    (brook,) = write_negatives(
        tmp_path, NegativePlan("ambience", "ambience", "brook", ("water",)), negatives
    )
    written, _ = soundfile.read(tmp_path / brook, dtype="int16")
    original, _ = soundfile.read(tmp_path / "brook.wav", dtype="int16")
    assert (written == original).all()
    assert write_negatives(tmp_path, NegativePlan("x", "esc50", "pig", ()), negatives) == []


def test_made_noises_have_a_level_each(
    tmp_path: Path, negatives: Negatives, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within the range of their kind."""
    monkeypatch.setattr(composing, "MADE_RECORDINGS", 3)
    monkeypatch.setattr(composing, "MADE_SECONDS", 2.0)
    plan = NegativePlan("drones", "made", "drone", ("fan",))
    levels = []
    for name in write_negatives(tmp_path, plan, negatives):
        sound, _ = soundfile.read(tmp_path / name)
        levels.append(float(20 * np.log10(np.sqrt(np.mean(sound**2)))))
    low, high = composing.MADE_DBFS["drone"]
    assert all(low - 0.5 <= level <= high + 0.5 for level in levels)
    assert len({round(level, 2) for level in levels}) == 3
