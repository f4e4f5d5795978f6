"""Material is what training holds out, read at the rate of the network."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost_training.dataset.clip import Clip
from soundpost_training.field.compose import material
from soundpost_training.sources.recording import Source, SourceRecording


def recording(name: str, *, held_out: bool = True) -> SourceRecording:
    """Returns a recording of a Debian package."""
    return SourceRecording(Path(name), "debian:voices", "g", ("speech",), "MIT", "a", held_out)


def test_of_many_prompts_every_second_one_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of few pieces of music all; what is for training never; what failed is named."""
    prompts = Source("debian:voices", tuple(recording(f"{n}.g722") for n in range(200)))
    music = Source(
        "debian:music", (recording("a.ogg"), recording("b.ogg"), recording("c.ogg", held_out=False))
    )
    absent = Source("debian:other", (), ("other: no network",))
    monkeypatch.setattr(material, "read_packages", lambda _cache, _names: [prompts, music, absent])
    recordings, failed = material.packages(Path("cache"))
    names = [each.path.name for each in recordings]
    assert names == [*(f"{n}.g722" for n in range(0, 200, 2)), "a.ogg", "b.ogg"]
    assert failed == ["other: no network"]


def test_a_clip_is_read_at_16_khz_and_cut_into_equal_pieces(tmp_path: Path) -> None:
    """No piece is longer than asked for, and none is lost."""
    path = tmp_path / "a.wav"
    soundfile.write(path, np.zeros(80_000, np.int16), 8_000)
    pcm = material.read(Clip(path, "dog", 5, "a"))
    assert len(pcm) == pytest.approx(160_000, abs=2)
    pieces = list(material.chunks_of(pcm, 3.0))
    assert len(pieces) == 4
    assert sum(map(len, pieces)) == len(pcm)
    assert max(map(len, pieces)) <= 48_000


def test_the_path_of_a_recording_determines_what_is_drawn() -> None:
    """So the same material gives the same folder."""
    first, again, other = (material.rng_of(name).random() for name in ("a", "a", "b"))
    assert first == again != other
