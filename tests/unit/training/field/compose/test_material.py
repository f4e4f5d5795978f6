"""Material is what training holds out."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost_training.dataset.clip import Clip
from soundpost_training.field.compose import material
from soundpost_training.field.compose.material import HALVES, half_of
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


@given(st.lists(st.text(min_size=1), max_size=30))
def test_the_halves_share_no_group_and_together_are_all(groups: list[str]) -> None:
    """A threshold is never chosen on a recording that it is evaluated on."""
    clips = [Clip(Path(f"{index}.wav"), "dog", 5, group) for index, group in enumerate(groups)]
    first, second = (half_of(clips, half) for half in HALVES)
    assert not {clip.group for clip in first} & {clip.group for clip in second}
    assert sorted(first + second, key=clips.index) == clips == half_of(clips, None)
