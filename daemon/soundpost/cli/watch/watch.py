"""The pipeline of the daemon, looked at while it listens."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol, Self, TextIO

from soundpost.app import build_source
from soundpost.classify.model import load_model
from soundpost.cli.watch.format import duration, event_line
from soundpost.cli.watch.plain import PlainOutput
from soundpost.cli.watch.view import View
from soundpost.config import Config
from soundpost.decide import build_mutes, build_rules
from soundpost.errors import WatchError
from soundpost.events import Detection
from soundpost.health import Health
from soundpost.monitor import MicrophoneMonitor
from soundpost.pipeline import build_pipeline
from soundpost.system.clock import clock_state
from soundpost.system.journal import LINE
from soundpost.system.signals import stopped_by_signals

SHOWN_AFTERWARDS = 20


class Show(Protocol):
    """Shows what is seen, from entry to exit.

    Attributes:
        has_screen: Whether it takes the whole screen, which is gone with it.
        wants_to_end: Whether somebody has seen enough.
    """

    has_screen: bool
    wants_to_end: bool

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def show(self, sight: View, detections: list[Detection]) -> None:
        """Show it now; the detections are new."""


def watch(config: Config, out: TextIO) -> None:
    """Listen as the daemon does, and show it: on a terminal's whole screen, else as lines.

    Schedules hold as in the daemon; what was muted by a command is not known here. Nothing is
    published and nothing is kept. It ends with the source, with Ctrl-C or with q.

    Raises:
        SoundpostError: As `soundpost run` without a broker, or there is no rich for the screen.
    """
    show = _open_show(out)
    model = load_model(config.classify)
    manifest, rate_hz = model.bundle.manifest, model.sample_rate_hz
    source = build_source(config, rate_hz, health := Health())
    mutes = build_mutes(manifest.labels, config, clock_state)
    monitor = MicrophoneMonitor(rate_hz)
    view = View(
        f"{config.capture.source}  {manifest.id} {manifest.version}",
        manifest.label_names,
        build_rules(manifest.labels, config.decide, rate_hz),
        rate_hz,
        config.gate.floor_seconds,
    )
    pipeline = build_pipeline(config, model, source, health, [monitor, view], mutes)
    with stopped_by_signals(lambda _: source.stop()), _noting(view, show), source, show:
        for detections in pipeline.run():
            view.on_detections(detections)
            view.update(pipeline, monitor.problems)
            show.show(view, detections)
            if show.wants_to_end:
                source.stop()
    _sum_up(view, show, out)


def _open_show(out: TextIO) -> Show:
    if not out.isatty() or os.environ.get("TERM", "dumb") == "dumb":
        return PlainOutput(out)
    try:
        from soundpost.cli.watch.screen import Screen  # noqa: PLC0415 - an extra: lines need none
    except ImportError as error:
        raise WatchError(
            f"a live screen needs rich: {error}",
            hint="`pip install soundpost[watch]`, on Debian `apt install python3-rich`; or plain "
            "lines without it: `soundpost watch | cat`",
        ) from error
    return Screen(out)


class _Notes(logging.Handler):
    """Lets the sight have what the log says."""

    def __init__(self, sight: View) -> None:
        super().__init__(logging.INFO)
        self._sight = sight
        self.setFormatter(logging.Formatter(LINE))

    def emit(self, record: logging.LogRecord) -> None:
        """Note one record, each of its lines."""
        self._sight.notes.extend(self.format(record).splitlines())


@contextmanager
def _noting(sight: View, show: Show) -> Iterator[None]:
    """What is logged stands on the screen, not across it."""
    root = logging.getLogger()
    before = root.handlers
    if show.has_screen:
        root.handlers = [_Notes(sight)]
    try:
        yield
    finally:
        root.handlers = before


def _sum_up(sight: View, show: Show, out: TextIO) -> None:
    """Say again what went with the screen."""
    if show.has_screen:
        last = sight.events[:SHOWN_AFTERWARDS]
        out.writelines(event_line(detection) + "\n" for detection in last[::-1])
    out.write(f"listened for {duration(sight.heard_seconds)}, events: {sight.event_count}\n")
