"""Requested clips: of the current sound, with the same privacy as all others."""

import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
import pytest
import soundfile
from evidence_harness import LENGTHS, RATE_HZ, Event, EvidenceNode
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost.audio import Pcm
from soundpost.cli.clips import clips
from soundpost.errors import EvidenceError
from soundpost.evidence import NoClipReason, NoEvidence, Request

REQUEST = Request("01a1f7dd-f708-752e-89a7-0000000000ff", "a1", 1.0, "synced")
REQUESTED_AT = 32_000
END = REQUESTED_AT + RATE_HZ
CLIP = "20261118T110642Z-requested-000000ff.flac"


def request(node: EvidenceNode, noise: Pcm, sizes: int = 800) -> tuple[str | NoClipReason, int]:
    """Requests a clip at `REQUESTED_AT`; returns its outcome and the sample when it was known."""
    for at in range(0, REQUESTED_AT, 800):
        node.process(noise[at : at + 800])
    node.recorder.request_clip(REQUEST)
    for at in range(REQUESTED_AT, len(noise), sizes):
        node.process(noise[at : at + sizes])
        if (clip := node.recorder.requested_clip()) is not None:
            return clip, at + sizes
    raise AssertionError("the request has no outcome")


def test_a_clip_lasts_from_the_pre_roll_to_the_requested_length(folder: Path, noise: Pcm) -> None:
    """Its samples are exact; it is stored as soon as all scores of it are known."""
    clip, at = request(EvidenceNode(folder), noise)
    assert (clip, at) == (CLIP, END + LENGTHS.delay_samples)
    stored, _ = soundfile.read(folder / CLIP, dtype="int16")
    assert np.array_equal(stored, noise[REQUESTED_AT - LENGTHS.pre_roll_samples : END])


def test_the_sidecar_names_the_command(folder: Path, noise: Pcm) -> None:
    """There is no detection message, so the sidecar has the fields that a listing needs."""
    request(EvidenceNode(folder), noise)
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


def test_a_requested_clip_is_listed_and_counted_like_others(folder: Path, noise: Pcm) -> None:
    """The clip of an event beside it is not affected."""
    node = EvidenceNode(folder)
    request(node, noise)
    node.run(noise, [Event(150_000, 155_000)])
    lines = io.StringIO()
    clips(str(folder), None, None, lines)
    assert [line.split()[4] + line.split()[5] for line in lines.getvalue().splitlines()] == [
        "srequested",
        "sdog",
    ]
    assert node.health.clips_kept == 2


@settings(max_examples=20)
@given(st.integers(1, 30_000))
def test_the_clip_does_not_depend_on_the_chunk_size(noise: Pcm, size: int) -> None:
    """Only the time of its storage does."""
    with TemporaryDirectory() as folder:
        clip, _ = request(EvidenceNode(Path(folder)), noise, size)
        stored, _ = soundfile.read(Path(folder) / str(clip), dtype="int16")
        assert np.array_equal(stored, noise[REQUESTED_AT - LENGTHS.pre_roll_samples : END])


def test_a_clip_is_cut_short_at_the_end_of_the_sound(folder: Path, noise: Pcm) -> None:
    """After the loss of the microphone, or at a stop, the captured part is stored."""
    node = EvidenceNode(folder)
    node.process(noise[:REQUESTED_AT])
    node.recorder.request_clip(REQUEST)
    node.process(noise[REQUESTED_AT:40_000])
    assert node.recorder.requested_clip(is_last=True) == CLIP
    assert node.recorder.requested_clip() is None
    stored, _ = soundfile.read(folder / CLIP, dtype="int16")
    assert np.array_equal(stored, noise[REQUESTED_AT - LENGTHS.pre_roll_samples : 40_000])


def test_speech_withholds_a_requested_clip(folder: Path, noise: Pcm) -> None:
    """A window with speech that overlaps the clip withholds all of it."""
    node = EvidenceNode(folder, privacy="no-speech-clips")
    node.process(noise[:REQUESTED_AT])
    node.recorder.request_clip(REQUEST)
    for at in range(REQUESTED_AT, len(noise), 800):
        node.process(noise[at : at + 800], lambda start: 0.9 if start == END - 4_000 else 0.0)
        if clip := node.recorder.requested_clip():
            break
    assert clip is NoClipReason.WITHHELD
    assert (node.health.clips_withheld, list(folder.glob("*.flac"))) == (1, [])


def test_a_clip_that_cannot_be_written_is_lost(folder: Path, noise: Pcm) -> None:
    """It is counted, and the node keeps running."""
    folder.parent.mkdir()
    folder.write_text("no folder")
    node = EvidenceNode(folder)
    assert request(node, noise)[0] is NoClipReason.LOST
    assert node.health.clips_lost == 1


def test_a_request_before_the_first_sample_is_lost(folder: Path) -> None:
    """It leaves no empty file, and is counted like the clip of an event."""
    node = EvidenceNode(folder)
    node.recorder.request_clip(REQUEST)
    assert node.recorder.requested_clip(is_last=True) is NoClipReason.LOST
    assert (node.health.clips_lost, folder.exists()) == (1, False)


def test_a_second_request_is_refused(folder: Path, noise: Pcm) -> None:
    """The first one is still stored."""
    node = EvidenceNode(folder)
    node.process(noise[:REQUESTED_AT])
    node.recorder.request_clip(REQUEST)
    with pytest.raises(EvidenceError, match="being recorded already"):
        node.recorder.request_clip(REQUEST)
    assert isinstance(node.recorder.requested_clip(is_last=True), str)


def test_a_requested_clip_is_at_most_as_long_as_any_clip(folder: Path) -> None:
    """The pre-roll counts."""
    recorder = EvidenceNode(folder).recorder
    with pytest.raises(EvidenceError, match=r"at most 2.5 s from now on, got 2.6"):
        recorder.request_clip(msgspec.structs.replace(REQUEST, seconds=2.6))
    recorder.request_clip(msgspec.structs.replace(REQUEST, seconds=2.5))


def test_without_evidence_a_request_is_refused_with_a_hint() -> None:
    """The hint names the setting."""
    evidence = NoEvidence()
    with pytest.raises(EvidenceError, match="stores no clips") as refusal:
        evidence.request_clip(REQUEST)
    assert refusal.value.hint == "set evidence.folder"
    assert evidence.requested_clip() is None
