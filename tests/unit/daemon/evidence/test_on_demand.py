"""A clip that is asked for: of what is heard now, as private as every other."""

import dataclasses
import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import soundfile
from evidence_harness import LENGTHS, RATE_HZ, Event, Post
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost.audio import Pcm
from soundpost.cli.clips import clips
from soundpost.errors import EvidenceError
from soundpost.evidence import NoClipReason, NoEvidence, Request

REQUEST = Request("01a1f7dd-f708-752e-89a7-0000000000ff", "a1", 1.0, "synced")
ASKED_AT = 32_000
END = ASKED_AT + RATE_HZ
CLIP = "20261118T110642Z-requested-000000ff.flac"


def ask(post: Post, noise: Pcm, sizes: int = 800) -> tuple[str | NoClipReason, int]:
    """Ask for a clip once so much is heard; what came of it, and the sample by which it was so."""
    for at in range(0, ASKED_AT, 800):
        post.hear(noise[at : at + 800])
    post.recorder.request_clip(REQUEST)
    for at in range(ASKED_AT, len(noise), sizes):
        post.hear(noise[at : at + sizes])
        if (clip := post.recorder.requested_clip()) is not None:
            return clip, at + sizes
    raise AssertionError("nothing came of it")


def test_a_clip_goes_from_before_the_command_for_as_long_as_it_says(
    folder: Path, noise: Pcm
) -> None:
    """To the sample, and as it was heard; it is there once no more can be known of it."""
    clip, at = ask(Post(folder), noise)
    assert (clip, at) == (CLIP, END + LENGTHS.delay_samples)
    heard, _ = soundfile.read(folder / CLIP, dtype="int16")
    assert np.array_equal(heard, noise[ASKED_AT - LENGTHS.pre_roll_samples : END])


def test_its_sidecar_says_who_asked_for_it(folder: Path, noise: Pcm) -> None:
    """There is no message to be kept, but all that a listing needs."""
    ask(Post(folder), noise)
    found = json.loads((folder / CLIP).with_suffix(".json").read_bytes())
    assert found["detection"] == {
        "id": REQUEST.id,
        "label": "requested",
        "score": 1.0,
        "onset": "2026-11-18T11:06:42.000Z",
        "clock": "synced",
        "command": "a1",
    }
    assert (found["onset_seconds"], found["offset_seconds"]) == (0.5, 1.5)


def test_it_is_listed_and_counted_as_others_are(folder: Path, noise: Pcm) -> None:
    """Beside the clip of an event that goes on meanwhile."""
    post = Post(folder)
    ask(post, noise)
    post.listen(noise, [Event(150_000, 155_000)])
    lines = io.StringIO()
    clips(str(folder), None, None, lines)
    assert [line.split()[4] + line.split()[5] for line in lines.getvalue().splitlines()] == [
        "srequested",
        "sdog",
    ]
    assert post.health.clips_kept == 2


@settings(max_examples=20)
@given(st.integers(1, 30_000))
def test_the_size_of_chunks_changes_nothing(noise: Pcm, size: int) -> None:
    """But for when it is there."""
    with TemporaryDirectory() as folder:
        clip, _ = ask(Post(Path(folder)), noise, size)
        heard, _ = soundfile.read(Path(folder) / str(clip), dtype="int16")
        assert np.array_equal(heard, noise[ASKED_AT - LENGTHS.pre_roll_samples : END])


def test_what_is_over_is_cut_short(folder: Path, noise: Pcm) -> None:
    """A microphone that is gone, or a node that stops, leaves what was heard."""
    post = Post(folder)
    post.hear(noise[:ASKED_AT])
    post.recorder.request_clip(REQUEST)
    post.hear(noise[ASKED_AT:40_000])
    assert post.recorder.requested_clip(is_last=True) == CLIP
    assert post.recorder.requested_clip() is None
    heard, _ = soundfile.read(folder / CLIP, dtype="int16")
    assert np.array_equal(heard, noise[ASKED_AT - LENGTHS.pre_roll_samples : 40_000])


def test_nobody_speaks_in_it_if_nobody_may(folder: Path, noise: Pcm) -> None:
    """A window with speech in it that reaches into the clip withholds all of it."""
    post = Post(folder, privacy="no-speech-clips")
    post.hear(noise[:ASKED_AT])
    post.recorder.request_clip(REQUEST)
    for at in range(ASKED_AT, len(noise), 800):
        post.hear(noise[at : at + 800], lambda start: 0.9 if start == END - 4_000 else 0.0)
        if clip := post.recorder.requested_clip():
            break
    assert clip is NoClipReason.WITHHELD
    assert (post.health.clips_withheld, list(folder.glob("*.flac"))) == (1, [])


def test_a_folder_that_takes_nothing_is_told(folder: Path, noise: Pcm) -> None:
    """As lost; listening goes on."""
    folder.parent.mkdir()
    folder.write_text("no folder")
    post = Post(folder)
    assert ask(post, noise)[0] is NoClipReason.LOST
    assert post.health.clips_lost == 1


def test_before_anything_is_heard_there_is_nothing(folder: Path) -> None:
    """No empty file; the clip is counted as lost, as that of an event would be."""
    post = Post(folder)
    post.recorder.request_clip(REQUEST)
    assert post.recorder.requested_clip(is_last=True) is NoClipReason.LOST
    assert (post.health.clips_lost, folder.exists()) == (1, False)


def test_one_clip_at_a_time(folder: Path, noise: Pcm) -> None:
    """The second is refused, and the first is kept."""
    post = Post(folder)
    post.hear(noise[:ASKED_AT])
    post.recorder.request_clip(REQUEST)
    with pytest.raises(EvidenceError, match="being recorded already"):
        post.recorder.request_clip(REQUEST)
    assert isinstance(post.recorder.requested_clip(is_last=True), str)


def test_a_clip_has_the_length_of_every_clip_at_most(folder: Path) -> None:
    """What is kept of before counts."""
    recorder = Post(folder).recorder
    with pytest.raises(EvidenceError, match=r"at most 2.5 s from now on, got 2.6"):
        recorder.request_clip(dataclasses.replace(REQUEST, seconds=2.6))
    recorder.request_clip(dataclasses.replace(REQUEST, seconds=2.5))


def test_a_node_that_keeps_no_evidence_says_so() -> None:
    """With what to do about it."""
    evidence = NoEvidence()
    with pytest.raises(EvidenceError, match="stores no clips") as refusal:
        evidence.request_clip(REQUEST)
    assert refusal.value.hint == "set evidence.folder"
    assert evidence.requested_clip() is None
