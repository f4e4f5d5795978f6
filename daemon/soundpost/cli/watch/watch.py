"""Runs the daemon's pipeline and shows its state."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol, Self, TextIO

from soundpost.app import build_source
from soundpost.capture import describe_source
from soundpost.classify.model import load_models_at_place
from soundpost.cli.watch.format import event_line
from soundpost.cli.watch.plain import PlainOutput
from soundpost.cli.watch.view import View
from soundpost.config import Config
from soundpost.decide import ModelRules, build_mutes, publishing_every_event
from soundpost.errors import WatchError
from soundpost.events import Detection
from soundpost.heads.attach import with_heads
from soundpost.health import Health
from soundpost.manifest import common_names
from soundpost.monitor import MicrophoneMonitor
from soundpost.pipeline import build_pipeline, capture_rate_hz
from soundpost.system.clock import clock_state
from soundpost.system.journal import LINE, PrintableFormatter
from soundpost.system.signals import stopped_by_signals
from soundpost.system.units import clock_duration

SHOWN_AFTERWARDS = 20


class Display(Protocol):
    """Shows a view, as a context manager.

    Attributes:
        has_screen: True if it takes the whole screen, whose content is lost at its end.
        wants_to_end: True once the user asked to stop.
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

    def show(self, view: View, detections: list[Detection]) -> None:
        """Shows the view; the detections are those since the last call."""


def watch(config: Config, out: TextIO) -> None:
    """Runs the pipeline and shows it: on a terminal's whole screen, else as lines.

    Schedules hold as in the daemon; mutes by a command do not. Nothing is published and nothing
    is stored; every event is shown. It ends with the source, with Ctrl-C or with q.

    Raises:
        SoundpostError: As `soundpost run` without a broker, or rich is not installed.
    """
    display = _open_display(out)
    models = with_heads(config.heads, load_models_at_place(config, clock_state), config.node.source)
    manifests = [model.manifest for model in models]
    rate_hz = capture_rate_hz(config.capture, manifests)
    source = build_source(config, rate_hz, health := Health())
    mutes = build_mutes([manifest.labels for manifest in manifests], config, clock_state)
    monitor = MicrophoneMonitor(rate_hz)
    names = ", ".join(f"{manifest.id} {manifest.version}" for manifest in manifests)
    rules = ModelRules(config, manifests).build({})
    view = View(
        f"{describe_source(config.capture.source)}  {names}",
        [manifest.label_names for manifest in manifests],
        rules,
        rate_hz,
        config.gate.floor_seconds,
    )
    view.names = common_names([label for manifest in manifests for label in manifest.labels])
    pipeline = build_pipeline(config, models, source, health, [monitor, view], mutes)
    pipeline.set_rules([publishing_every_event(rules_of_model) for rules_of_model in rules])
    with stopped_by_signals(lambda _: source.stop()), _log_to(view, display), source, display:
        for detections in pipeline.run():
            view.on_detections(detections)
            view.update(pipeline, monitor.problems)
            display.show(view, detections)
            if display.wants_to_end:
                source.stop()
    _print_summary(view, display, out)


def _open_display(out: TextIO) -> Display:
    if not out.isatty() or os.environ.get("TERM", "dumb") == "dumb":
        return PlainOutput(out)
    try:
        from soundpost.cli.watch.screen import Screen  # noqa: PLC0415 - plain lines need no rich
    except ImportError as error:
        raise WatchError(
            f"a live screen needs rich: {error}",
            hint="`pip install soundpost[watch]`, on Debian `apt install python3-rich`; or plain "
            "lines without it: `soundpost watch | cat`",
        ) from error
    return Screen(out)


class _ViewHandler(logging.Handler):
    """Sends log records to a view."""

    def __init__(self, view: View) -> None:
        super().__init__(logging.INFO)
        self._view = view
        self.setFormatter(PrintableFormatter(LINE))

    def emit(self, record: logging.LogRecord) -> None:
        """Adds each line of a record to the notes."""
        self._view.notes.extend(self.format(record).splitlines())


@contextmanager
def _log_to(view: View, display: Display) -> Iterator[None]:
    """Sends the log to the view while a display takes the whole screen."""
    root = logging.getLogger()
    before = root.handlers
    if display.has_screen:
        root.handlers = [_ViewHandler(view)]
    try:
        yield
    finally:
        root.handlers = before


def _print_summary(view: View, display: Display, out: TextIO) -> None:
    """Prints the latest events again, because the screen is gone."""
    if display.has_screen:
        last = view.events[:SHOWN_AFTERWARDS]
        out.writelines(event_line(detection, view) + "\n" for detection in last[::-1])
    out.write(f"listened for {clock_duration(view.captured_seconds)}, events: {view.event_count}\n")
