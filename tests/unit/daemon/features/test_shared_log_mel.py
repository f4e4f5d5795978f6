"""Log-mel frames that several windowers share."""

import numpy as np
import pytest

from soundpost.audio import Chunk, Pcm
from soundpost.events import Window
from soundpost.features import FeatureSpec, LogMel, Windower
from soundpost.features.shared_log_mel import SharedLogMel

SPEC = FeatureSpec()
WINDOWS = ((197, 24), (192, 50), (96, 24))
"""Frames of a window and of a stride: of two bundles, and of a window that is shorter."""


def noise(samples: int) -> Pcm:
    """Returns loud noise."""
    loud = np.random.default_rng(samples).normal(0.0, 5_000.0, samples)
    return np.asarray(loud, np.int16)


def cut(log_mel: SharedLogMel | None, chunks: list[Chunk]) -> list[list[Window]]:
    """Returns the windows of each windower, which take the chunks in turn."""
    windowers = [Windower(SPEC, *frames, log_mel) for frames in WINDOWS]
    found: list[list[Window]] = [[] for _ in windowers]
    for chunk in chunks:
        for windower, windows in zip(windowers, found, strict=True):
            windows.extend(windower.window(chunk))
    for windower, windows in zip(windowers, found, strict=True):
        windows.extend(windower.flush())
    return found


def chunks_of(samples: Pcm, size: int, start: int = 0) -> list[Chunk]:
    """Returns samples in chunks of a size."""
    return [Chunk(start + at, samples[at : at + size], 0) for at in range(0, len(samples), size)]


@pytest.mark.parametrize("size", [160, 1_600, 100_000])
def test_the_windows_are_those_that_each_computes_alone(size: int) -> None:
    """To the bit, in chunks of any size and after a gap."""
    chunks = chunks_of(noise(100_000), size) + chunks_of(noise(70_001), size, 123_457)
    shared = cut(SharedLogMel(SPEC, 2 * 197), chunks)
    alone = cut(None, chunks)
    for some, others in zip(shared, alone, strict=True):
        assert len(some) == len(others) > 1
        for window, other in zip(some, others, strict=True):
            assert (window.start_sample, window.end_sample) == (
                other.start_sample,
                other.end_sample,
            )
            assert (window.log_mel == other.log_mel).all()


def test_each_frame_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the windowers take the stream in chunks of a microphone."""
    computed: list[int] = []
    original = LogMel.compute

    def counted(self: LogMel, samples: Pcm) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        features = original(self, samples)
        computed.append(len(features))
        return features

    monkeypatch.setattr(LogMel, "compute", counted)
    whole = SPEC.sample_count(1_200)
    cut(SharedLogMel(SPEC, 2 * 197), chunks_of(noise(whole), 800))
    assert 1_200 <= sum(computed) <= 1_200 + 197  # at the end, windows are filled up with silence


def test_frames_of_the_silence_behind_a_stretch_are_forgotten() -> None:
    """A pipe that paused goes on at the same position with sound."""
    log_mel, samples = SharedLogMel(SPEC, 400), noise(16_000)
    silence = log_mel.compute_at(0, np.zeros(16_000, np.int16))
    log_mel.forget()
    features = log_mel.compute_at(0, samples)
    assert (features == LogMel(SPEC).compute(samples)).all()
    assert (features != silence).any()
