"""The order of windows of several models, and those that wait for a filter."""

import numpy as np
from tiny_models import tiny_model

from soundpost.audio import Chunk
from soundpost.pipeline.rates import CaptureRate, OtherRate
from soundpost.pipeline.streams import DueWindow, RateStream, SharedWindows, WindowQueue

CAPTURE_HZ = 48_000
WINDOW, STRIDE = 7_680 + 720, 3_840
"""Of the tiny model at 48 kHz, in samples of capture."""


def queue() -> WindowQueue:
    """Returns the queue of a model at the rate of capture, and two at another."""
    native = tiny_model(CAPTURE_HZ).bundle.manifest.input
    other = tiny_model(16_000).bundle.manifest.input
    return WindowQueue(
        [
            RateStream(OtherRate(CAPTURE_HZ, 16_000), [SharedWindows(other.windower(), (0, 2))]),
            RateStream(CaptureRate(), [SharedWindows(native.windower(), (1,))]),
        ]
    )


def order(windows: list[DueWindow]) -> list[tuple[int, int]]:
    """Returns the end and the model of each window."""
    return [(due.placed.end_sample, due.model) for due in windows]


def silence(start: int, samples: int) -> Chunk:
    """Returns a chunk of digital silence."""
    return Chunk(start, np.zeros(samples, np.int16), 0)


def test_windows_that_end_together_come_in_the_order_of_the_models() -> None:
    """They wait until the filter has yielded the last of them."""
    windows = queue()
    assert order(windows.cut(silence(0, WINDOW))) == []
    due = windows.cut(silence(WINDOW, STRIDE))
    assert order(due) == [(WINDOW, 0), (WINDOW, 1), (WINDOW, 2)]
    assert due[0].window is due[2].window
    assert due[1].placed is due[1].window


def test_the_rest_of_a_stretch_ends_where_its_sound_ended() -> None:
    """On every clock, also where the last sample of a model lies beyond it."""
    windows = queue()
    assert windows.cut(silence(1_000, 100)) == []
    assert order(windows.flush()) == [(1_100, 0), (1_100, 1), (1_100, 2)]
    assert windows.flush() == []


def test_windows_before_a_gap_come_before_those_after_it() -> None:
    """The filter gives all that it holds when the sound breaks off."""
    windows = queue()
    windows.cut(silence(0, WINDOW))
    found = windows.cut(silence(100_000, WINDOW))
    assert {end for end, _ in order(found)} == {WINDOW}
    assert order(windows.flush()) == [(100_000 + WINDOW, model) for model in range(3)]


def test_the_content_of_a_window_is_that_of_its_model() -> None:
    """Only its position is on the clock of capture."""
    windows = queue()
    windows.cut(silence(300, WINDOW))
    resampled, native, _ = windows.flush()
    assert (resampled.window.start_sample, resampled.placed.start_sample) == (100, 300)
    assert resampled.window.end_sample - resampled.window.start_sample == WINDOW // 3
    assert (native.window.start_sample, native.placed.start_sample) == (300, 300)
