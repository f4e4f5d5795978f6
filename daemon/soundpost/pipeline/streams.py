"""Windows of a source for its models, in the order in which they end."""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

import msgspec

from soundpost.audio import Chunk
from soundpost.events import AnyWindow, WaveformWindow, Window
from soundpost.features.shared_log_mel import SharedLogMel
from soundpost.features.window_stream import WindowStream
from soundpost.pipeline.rates import Rate


class DueWindow(NamedTuple):
    """A window that a model is to classify.

    Attributes:
        model: The position of the model among those of the source.
        window: The window, on the clock of the model.
        placed: The same on the clock of capture; it is `window` itself if there is one clock.
    """

    model: int
    window: AnyWindow
    placed: AnyWindow


class SharedWindows(msgspec.Struct, frozen=True):
    """The windows that some models share, because they take the same ones.

    Attributes:
        windower: Cuts them.
        models: The positions of the models among those of the source.
    """

    windower: WindowStream[Window] | WindowStream[WaveformWindow]
    models: tuple[int, ...]


class RateStream(msgspec.Struct, frozen=True):
    """The sound of a source at one rate, and the windows that are cut from it.

    Attributes:
        rate: Resamples the sound, once for all models of this rate.
        windows: The windows.
        log_mels: The log-mel frames that some of the windows share.
    """

    rate: Rate
    windows: Sequence[SharedWindows]
    log_mels: Sequence[SharedLogMel] = ()

    def cut(self, sound: Iterable[Chunk], due: list[DueWindow]) -> None:
        """Appends the windows that sound at this rate completes, one for each model."""
        for chunk in sound:
            for shared in self.windows:
                for window in shared.windower.window(chunk):
                    self._append(window, shared.models, due)

    def flush(self, due: list[DueWindow]) -> None:
        """Appends the windows of all samples that are left, because the sound breaks off."""
        self.cut(self.rate.flush(), due)
        for shared in self.windows:
            for window in shared.windower.flush():
                self._append(window, shared.models, due)
        for log_mel in self.log_mels:
            log_mel.forget()

    def _append(self, window: AnyWindow, models: tuple[int, ...], due: list[DueWindow]) -> None:
        placed = self.rate.placed(window)
        due += [DueWindow(model, window, placed) for model in models]


class WindowQueue:
    """Puts the windows of all models in the order in which they end on the clock of capture.

    Windows that end at the same sample are in the order of the models. A resampling filter is some
    milliseconds behind the sound. The windows of the other models wait for it, so that the order
    does not depend on the size of the chunks; with one rate none waits.

    Args:
        streams: The rates of the models.
    """

    def __init__(self, streams: Sequence[RateStream]) -> None:
        self._streams = streams
        self._has_one_order = sum(len(stream.windows) for stream in streams) == 1
        self._waiting: list[DueWindow] = []

    def cut(self, chunk: Chunk) -> list[DueWindow]:
        """Returns the windows that a chunk completes, and no earlier window can follow."""
        for stream in self._streams:
            stream.cut(stream.rate.convert(chunk), self._waiting)
        if not self._waiting:
            return []
        if self._has_one_order:
            return self._pop_all()
        self._sort()
        complete_until = min(stream.rate.progress_sample for stream in self._streams)
        due = [item for item in self._waiting if item.placed.end_sample <= complete_until]
        del self._waiting[: len(due)]
        return due

    def flush(self) -> list[DueWindow]:
        """Returns all windows that are left, because the sound breaks off."""
        for stream in self._streams:
            stream.flush(self._waiting)
        self._sort()
        return self._pop_all()

    def _pop_all(self) -> list[DueWindow]:
        due, self._waiting = self._waiting, []
        return due

    def _sort(self) -> None:
        self._waiting.sort(key=attrgetter("placed.end_sample", "model"))
