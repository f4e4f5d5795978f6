"""The clip of an event: its samples, its files, and its place in the messages."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import numpy as np
import pytest
import soundfile
from evidence_harness import LENGTHS, RATE_HZ, Event, EvidenceNode, states
from hypothesis import example, given, settings
from hypothesis import strategies as st

from soundpost.audio import Pcm
from soundpost.evidence.encode.spectrogram import draw
from soundpost.evidence.store import clip_store
from soundpost.features import FeatureSpec, LogMel

SPEC = FeatureSpec()
ONSET, OFFSET = 32_000, 48_000


def stored(folder: Path) -> dict[str, Pcm]:
    """Returns the clips in a folder, by name."""
    return {path.name: soundfile.read(path, dtype="int16")[0] for path in folder.glob("*.flac")}


def sidecar(folder: Path) -> dict[str, Any]:
    """Returns the sidecar of the only clip."""
    (path,) = folder.glob("*.json")
    content: dict[str, Any] = json.loads(path.read_bytes())
    return content


def test_a_clip_lasts_from_the_pre_roll_to_the_post_roll(folder: Path, noise: Pcm) -> None:
    """Its samples are exact, bit for bit."""
    node = EvidenceNode(folder)
    node.run(noise, [Event(ONSET, OFFSET)])
    (clip,) = stored(folder).values()
    first, last = ONSET - LENGTHS.pre_roll_samples, OFFSET + LENGTHS.post_roll_samples
    assert np.array_equal(clip, noise[first:last])


def test_a_clip_exists_when_it_is_published_with_the_end_of_its_event(
    folder: Path, noise: Pcm
) -> None:
    """A subscriber that fetches it at once finds it."""
    node = EvidenceNode(folder)
    node.run(noise, [Event(ONSET, OFFSET)])
    (name,) = stored(folder)
    assert node.published == [("started", None), ("confirmed", None), ("ended", name)]
    assert node.existed == [True]
    assert name == "20261118T110642Z-dog-00000000.flac"


def test_the_sidecar_has_the_message_and_the_times(folder: Path, noise: Pcm) -> None:
    """The folder alone documents the event completely."""
    EvidenceNode(folder).run(noise, [Event(ONSET, OFFSET)])
    content = sidecar(folder)
    assert content["start"] == "2026-11-18T11:06:41.500Z"
    assert (content["onset_seconds"], content["offset_seconds"], content["seconds"]) == (
        0.5,
        1.5,
        1.75,
    )
    assert content["muted"] == []
    assert content["detection"]["state"] == "ended"
    assert content["detection"]["clip"] == content["clip"]


@pytest.mark.parametrize("onset", [ONSET, ONSET + 7], ids=["on a frame", "between two frames"])
def test_the_picture_is_that_of_the_stored_sound(folder: Path, noise: Pcm, onset: int) -> None:
    """Buffered and newly computed frames give the same picture."""
    EvidenceNode(folder).run(noise, [Event(onset, OFFSET)])
    (clip,) = stored(folder).values()
    event = LENGTHS.pre_roll_samples, LENGTHS.pre_roll_samples + OFFSET - onset
    expected = draw(LogMel(SPEC).compute(clip), len(clip), SPEC, event, [])
    assert next(folder.glob("*.png")).read_bytes() == expected


def test_the_picture_uses_the_frames_of_the_classifier(
    folder: Path, noise: Pcm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To compute them again would be the greater part of the picture's cost."""
    monkeypatch.setattr(clip_store, "LogMel", None)
    node = EvidenceNode(folder)
    node.run(noise, [Event(ONSET, OFFSET), Event(OFFSET, 150_000)], [len(noise)])
    assert node.health.clips_kept == len(stored(folder)) == len({*folder.glob("*.png")})


def test_a_retracted_event_has_no_clip(folder: Path, noise: Pcm) -> None:
    """It was a false start."""
    node = EvidenceNode(folder)
    node.run(noise, [Event(ONSET, OFFSET, confirmed=False)])
    assert node.published == [("started", None), ("retracted", None)]
    assert stored(folder) == {}


def test_an_event_that_is_retracted_after_its_confirmation_has_no_clip(
    folder: Path, noise: Pcm
) -> None:
    """A confounder was detected; no loss is counted."""
    node = EvidenceNode(folder)
    node.run(noise, [Event(ONSET, OFFSET, withdrawn=True)])
    assert node.published == [("started", None), ("confirmed", None), ("retracted", None)]
    assert stored(folder) == {}
    assert (node.health.clips_kept, node.health.clips_lost) == (0, 0)


def test_a_stored_clip_of_a_retracted_event_stays_with_the_retraction(
    folder: Path, noise: Pcm
) -> None:
    """The sidecar states it, and the message names the clip, which exists."""
    node = EvidenceNode(folder)
    node.run(noise, [Event(16_000, 130_000, withdrawn=True)])
    assert sidecar(folder)["detection"]["state"] == "retracted"
    assert node.published[-1] == ("retracted", sidecar(folder)["clip"])
    assert node.existed == [True]


def test_the_clip_of_a_long_event_is_stored_while_it_lasts(folder: Path, noise: Pcm) -> None:
    """A burglar who destroys the node during the event does not prevent the clip."""
    node = EvidenceNode(folder)
    _, confirmed, _ = states(0, Event(ONSET, 160_000))
    node.process(noise[:40_000])
    node.publish(confirmed)
    node.process(noise[40_000:120_000])
    node.process(noise[120_000:121_000])
    before = ONSET - LENGTHS.pre_roll_samples
    (clip,) = stored(folder).values()
    assert np.array_equal(clip, noise[before : before + LENGTHS.longest_samples])
    assert sidecar(folder)["offset_seconds"] is None
    assert sidecar(folder)["detection"]["state"] == "confirmed"


def test_a_long_event_s_sidecar_is_written_again_when_it_ends(folder: Path, noise: Pcm) -> None:
    """Its state is first `confirmed`, then `ended`; the clip is counted once."""
    node = EvidenceNode(folder)
    node.run(noise, [Event(16_000, 130_000)])
    assert sidecar(folder)["detection"]["state"] == "ended"
    assert node.health.clips_kept == len(stored(folder)) == 1
    assert node.published[-1] == ("ended", sidecar(folder)["clip"])


def test_a_clip_that_was_removed_during_its_event_is_not_published(
    folder: Path, noise: Pcm
) -> None:
    """Retention or a person may have removed it meanwhile."""
    node = EvidenceNode(folder)
    _, confirmed, ended = states(0, Event(16_000, 130_000))
    node.process(noise[:100_000])
    node.publish(confirmed)
    node.process(noise[100_000:])
    for path in folder.iterdir():
        path.unlink()
    node.publish(ended)
    assert node.published[-1] == ("ended", None)


def test_the_pre_roll_is_shorter_at_the_start_of_the_sound(folder: Path, noise: Pcm) -> None:
    """There are no samples from before the start."""
    EvidenceNode(folder).run(noise, [Event(1_600, 16_000)])
    (clip,) = stored(folder).values()
    assert np.array_equal(clip, noise[: 16_000 + LENGTHS.post_roll_samples])
    assert sidecar(folder)["onset_seconds"] == 0.1


def test_a_clip_ends_with_the_source(folder: Path, noise: Pcm) -> None:
    """It is not padded."""
    EvidenceNode(folder).run(noise[:50_000], [Event(ONSET, 49_500)])
    (clip,) = stored(folder).values()
    assert np.array_equal(clip, noise[ONSET - LENGTHS.pre_roll_samples : 50_000])


def test_a_long_post_roll_does_not_delay_the_end_of_an_event(folder: Path, noise: Pcm) -> None:
    """The clip ends at the decision, so that `ended` names a complete file at once."""
    lengths = msgspec.structs.replace(LENGTHS, post_roll_samples=2 * RATE_HZ)
    node = EvidenceNode(folder, lengths)
    event = Event(ONSET, OFFSET)
    node.run(noise, [event], [len(noise)])
    (clip,) = stored(folder).values()
    decided = states(0, event)[-1].decided_sample
    assert np.array_equal(clip, noise[ONSET - LENGTHS.pre_roll_samples : decided])


def test_a_clip_never_exceeds_the_longest_length(folder: Path, noise: Pcm) -> None:
    """This holds for an event that ends just before the clip would have been stored as full."""
    first = ONSET - LENGTHS.pre_roll_samples
    EvidenceNode(folder).run(noise, [Event(ONSET, first + LENGTHS.longest_samples - 1_000)])
    (clip,) = stored(folder).values()
    assert np.array_equal(clip, noise[first : first + LENGTHS.longest_samples])


EVENTS = st.lists(
    st.builds(
        lambda onset, length, label, confirmed, withdrawn: Event(
            onset, onset + length, label, confirmed=confirmed, withdrawn=withdrawn
        ),
        st.integers(0, 120_000),
        st.integers(160, 100_000),
        st.sampled_from(["dog", "siren"]),
        st.booleans(),
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
def test_files_and_messages_do_not_depend_on_the_chunk_size(
    noise: Pcm, privacy: str, events: list[Event], sizes: list[int], post_roll_samples: int
) -> None:
    """The files are the same, byte for byte."""
    lengths = msgspec.structs.replace(LENGTHS, post_roll_samples=post_roll_samples)
    if privacy != "off":
        noise = noise // 100  # so quiet that only the speech label mutes it
    folders = []
    for chunk_sizes in ([800], sizes, [len(noise)]):
        with TemporaryDirectory() as name:
            node = EvidenceNode(Path(name), lengths, privacy)
            node.run(noise, events, chunk_sizes, lambda start: 0.9 * (start % 48_000 == 0))
            files = {path.name: path.read_bytes() for path in Path(name).iterdir()}
            folders.append((files, node.published))
    assert folders[0] == folders[1] == folders[2]
