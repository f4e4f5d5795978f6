"""Overlapping windows of samples, cut from a stream of chunks."""

from soundpost.audio import Pcm
from soundpost.errors import FeatureError
from soundpost.events import WaveformWindow
from soundpost.features.window_stream import WindowStream


class WaveformWindower(WindowStream[WaveformWindow]):
    """Turns chunks into windows of samples; overlapping windows share their memory.

    Args:
        window_samples: Samples in a window.
        stride_samples: Samples from one window's start to the next one's.
        sample_rate_hz: Rate of the chunks.

    Raises:
        FeatureError: `stride_samples` is not between 1 and `window_samples`.
    """

    def __init__(self, window_samples: int, stride_samples: int, sample_rate_hz: int) -> None:
        if not 1 <= stride_samples <= window_samples:
            raise FeatureError(
                f"expected a stride of 1 to {window_samples} samples, got {stride_samples}",
                hint="use the stride of the manifest; a longer one would skip sound",
            )
        super().__init__(window_samples, stride_samples, sample_rate_hz)

    def _cut(
        self, samples: Pcm, start_sample: int, utc_ns: int, level_dbfs: float
    ) -> WaveformWindow:
        samples.flags.writeable = False  # the next window shares these samples
        return WaveformWindow(
            start_sample=start_sample,
            end_sample=start_sample + len(samples),
            samples=samples,
            level_dbfs=level_dbfs,
            utc_ns=utc_ns,
        )
