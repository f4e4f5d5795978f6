"""From what is heard and decided to a clip: which samples, when, and what is told of it."""

import dataclasses
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
import soundfile
from evidence_harness import LENGTHS, RATE_HZ, Event, Post, states
from hypothesis import example, given, settings
from hypothesis import strategies as st

from soundpost.audio import Pcm
from soundpost.evidence.encode.spectrogram import draw
from soundpost.evidence.store import clip_store
from soundpost.features import FeatureSpec, LogMel

SPEC = FeatureSpec()
ONSET, OFFSET = 32_000, 48_000


def stored(folder: Path) -> dict[str, Pcm]:
    """The clips in a folder, by name."""
    return {path.name: soundfile.read(path, dtype="int16")[0] for path in folder.glob("*.flac")}


def sidecar(folder: Path) -> dict[str, Any]:
    """What stands beside the only clip."""
    (path,) = folder.glob("*.json")
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def test_a_clip_goes_from_before_the_onset_to_after_the_offset(folder: Path, noise: Pcm) -> None:
    """To the sample, and as it was heard."""
    post = Post(folder)
    post.listen(noise, [Event(ONSET, OFFSET)])
    (clip,) = stored(folder).values()
    first, last = ONSET - LENGTHS.pre_roll_samples, OFFSET + LENGTHS.post_roll_samples
    assert np.array_equal(clip, noise[first:last])


def test_a_clip_is_told_when_its_event_ends_and_is_there_by_then(folder: Path, noise: Pcm) -> None:
    """A subscriber that fetches it at once finds it."""
    post = Post(folder)
    post.listen(noise, [Event(ONSET, OFFSET)])
    (name,) = stored(folder)
    assert post.told == [("started", None), ("confirmed", None), ("ended", name)]
    assert post.existed == [True]
    assert name == "20261118T110642Z-dog-00000000.flac"


def test_the_sidecar_holds_the_message_and_the_times(folder: Path, noise: Pcm) -> None:
    """Who has the folder alone knows everything that was told."""
    Post(folder).listen(noise, [Event(ONSET, OFFSET)])
    found = sidecar(folder)
    assert found["start"] == "2026-11-18T11:06:41.500Z"
    assert (found["onset_seconds"], found["offset_seconds"], found["seconds"]) == (0.5, 1.5, 1.75)
    assert found["muted"] == []
    assert found["detection"]["state"] == "ended"
    assert found["detection"]["clip"] == found["clip"]


@pytest.mark.parametrize("onset", [ONSET, ONSET + 7], ids=["on a frame", "between two frames"])
def test_the_picture_is_that_of_the_stored_sound(folder: Path, noise: Pcm, onset: int) -> None:
    """Whether its frames were known already or not."""
    Post(folder).listen(noise, [Event(onset, OFFSET)])
    (clip,) = stored(folder).values()
    event = LENGTHS.pre_roll_samples, LENGTHS.pre_roll_samples + OFFSET - onset
    expected = draw(LogMel(SPEC).compute(clip), len(clip), SPEC, event, [])
    assert next(folder.glob("*.png")).read_bytes() == expected


def test_what_the_classifier_heard_is_not_computed_again(
    folder: Path, noise: Pcm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be the greater part of the picture's cost."""
    monkeypatch.setattr(clip_store, "LogMel", None)
    post = Post(folder)
    post.listen(noise, [Event(ONSET, OFFSET), Event(OFFSET, 150_000)], [len(noise)])
    assert post.health.clips_kept == len(stored(folder)) == len({*folder.glob("*.png")})


def test_nothing_is_kept_of_what_was_retracted(folder: Path, noise: Pcm) -> None:
    """It was nothing."""
    post = Post(folder)
    post.listen(noise, [Event(ONSET, OFFSET, confirmed=False)])
    assert post.told == [("started", None), ("retracted", None)]
    assert stored(folder) == {}


def test_a_long_event_is_stored_while_it_goes_on(folder: Path, noise: Pcm) -> None:
    """Who smashes the post during the event cannot unmake the clip."""
    post = Post(folder)
    _, confirmed, _ = states(0, Event(ONSET, 160_000))
    post.hear(noise[:40_000])
    post.keep(confirmed)
    post.hear(noise[40_000:120_000])
    post.hear(noise[120_000:121_000])
    before = ONSET - LENGTHS.pre_roll_samples
    (clip,) = stored(folder).values()
    assert np.array_equal(clip, noise[before : before + LENGTHS.longest_samples])
    assert sidecar(folder)["offset_seconds"] is None
    assert sidecar(folder)["detection"]["state"] == "confirmed"


def test_a_long_event_s_sidecar_is_written_again_when_it_ends(folder: Path, noise: Pcm) -> None:
    """First with `confirmed`, then with `ended`; one clip all the same."""
    post = Post(folder)
    post.listen(noise, [Event(16_000, 130_000)])
    assert sidecar(folder)["detection"]["state"] == "ended"
    assert post.health.clips_kept == len(stored(folder)) == 1
    assert post.told[-1] == ("ended", sidecar(folder)["clip"])


def test_a_clip_that_went_while_its_event_lasted_is_not_told(folder: Path, noise: Pcm) -> None:
    """Retention, or somebody else, may have been there in between."""
    post = Post(folder)
    _, confirmed, ended = states(0, Event(16_000, 130_000))
    post.hear(noise[:100_000])
    post.keep(confirmed)
    post.hear(noise[100_000:])
    for path in folder.iterdir():
        path.unlink()
    post.keep(ended)
    assert post.told[-1] == ("ended", None)


def test_an_event_at_the_very_beginning_has_what_there_was(folder: Path, noise: Pcm) -> None:
    """There is no sound from before the start."""
    Post(folder).listen(noise, [Event(1_600, 16_000)])
    (clip,) = stored(folder).values()
    assert np.array_equal(clip, noise[: 16_000 + LENGTHS.post_roll_samples])
    assert sidecar(folder)["onset_seconds"] == 0.1


def test_the_end_of_the_source_is_the_end_of_the_clip(folder: Path, noise: Pcm) -> None:
    """What was not heard is not made up."""
    Post(folder).listen(noise[:50_000], [Event(ONSET, 49_500)])
    (clip,) = stored(folder).values()
    assert np.array_equal(clip, noise[ONSET - LENGTHS.pre_roll_samples : 50_000])


def test_a_clip_waits_for_no_more_than_decided_its_end(folder: Path, noise: Pcm) -> None:
    """However long a post-roll is asked for: `ended` is not held back, and names a whole file."""
    lengths = dataclasses.replace(LENGTHS, post_roll_samples=2 * RATE_HZ)
    post = Post(folder, lengths)
    event = Event(ONSET, OFFSET)
    post.listen(noise, [event], [len(noise)])
    (clip,) = stored(folder).values()
    decided = states(0, event)[-1].decided_sample
    assert np.array_equal(clip, noise[ONSET - LENGTHS.pre_roll_samples : decided])


def test_a_clip_is_never_longer_than_the_longest(folder: Path, noise: Pcm) -> None:
    """Also when its event ends just then, before it would have been stored as full."""
    first = ONSET - LENGTHS.pre_roll_samples
    Post(folder).listen(noise, [Event(ONSET, first + LENGTHS.longest_samples - 1_000)])
    (clip,) = stored(folder).values()
    assert np.array_equal(clip, noise[first : first + LENGTHS.longest_samples])


EVENTS = st.lists(
    st.builds(
        lambda onset, length, label, confirmed: Event(
            onset, onset + length, label, confirmed=confirmed
        ),
        st.integers(0, 120_000),
        st.integers(160, 100_000),
        st.sampled_from(["dog", "siren"]),
        st.booleans(),
    ),
    max_size=4,
)


@pytest.mark.parametrize("privacy", ["off", "mute-speech"])
@settings(max_examples=10)
@given(
    events=EVENTS,
    sizes=st.lists(st.integers(100, 60_000), min_size=1, max_size=4),
    post_roll_samples=st.integers(0, 40_000),
)
# Speech in a window that ends after the event's end was decided, in the same chunk.
@example(events=[Event(32_000, 44_000)], sizes=[160_000], post_roll_samples=32_000)
def test_the_size_of_chunks_changes_nothing(
    noise: Pcm, privacy: str, events: list[Event], sizes: list[int], post_roll_samples: int
) -> None:
    """The same files, byte for byte, whether sound comes in crumbs or all at once."""
    lengths = dataclasses.replace(LENGTHS, post_roll_samples=post_roll_samples)
    if privacy != "off":
        noise = noise // 100  # so faint that only the label mutes anything
    folders = []
    for chunk_sizes in ([800], sizes, [len(noise)]):
        with TemporaryDirectory() as name:
            post = Post(Path(name), lengths, privacy)
            post.listen(noise, events, chunk_sizes, lambda start: 0.9 * (start % 48_000 == 0))
            files = {path.name: path.read_bytes() for path in Path(name).iterdir()}
            folders.append((files, post.told))
    assert folders[0] == folders[1] == folders[2]
