"""Runs the daemon: builds its parts, opens them, loops over chunks, closes them."""

import logging
from contextlib import ExitStack

from soundpost.app.build import build, validate
from soundpost.app.daemon import Daemon
from soundpost.config import LiveConfig
from soundpost.errors import SoundpostError
from soundpost.system.signals import stopped_by_signals

_log = logging.getLogger("soundpost")


def run(live_config: LiveConfig) -> bool:
    """Captures, detects and publishes until the source ends or a signal asks to stop.

    Returns:
        True if it is to be called again, because the configuration was read again.

    Raises:
        SoundpostError: A failure that a person can mend. Once the broker is connected, `offline` is
            published first.
    """
    with ExitStack() as publishing, ExitStack() as capturing:
        daemon = _open(live_config, publishing, capturing)
        live_config.save_copy()
        for detections in daemon.pipeline.run():
            daemon.end_left_open()
            for detection in detections:
                daemon.publish(detection)
            for summary in daemon.pipeline.pop_summaries():
                daemon.publish_summary(summary)
            status = daemon.status()
            for tickable in daemon.tickables:
                tickable.tick(status)
            if live_config.reload_if_requested(validate, daemon.has_same_files):
                daemon.restart()
        daemon.commands.close()
        for recorder in daemon.background:
            recorder.flush()
        capturing.close()
        daemon.health_reports.publish_now(daemon.status())
    _log.info("stopped after %.1f s of sound", daemon.captured_seconds)
    return daemon.watchdog.is_reloading


def _open(live_config: LiveConfig, publishing: ExitStack, capturing: ExitStack) -> Daemon:
    """Builds and opens the parts; if that fails, those of the last good configuration.

    Args:
        live_config: The configuration.
        publishing: Receives what is closed last: the publisher and the signal handlers.
        capturing: Receives what is closed first.

    Raises:
        SoundpostError: There is no last good configuration, or it fails too.
    """
    while True:
        with ExitStack() as outer, ExitStack() as inner:
            try:
                daemon = build(live_config)
                outer.enter_context(stopped_by_signals(daemon.stop))
                outer.enter_context(daemon.publisher)
                daemon.end_left_open()  # before the microphone, which may be missing
                inner.enter_context(daemon.source)
                inner.enter_context(daemon.watchdog)
                inner.enter_context(daemon.metrics)
            except SoundpostError as error:
                live_config.fall_back(error)  # raises the error if there is nothing to fall back to
            else:
                publishing.push(outer.pop_all())
                capturing.push(inner.pop_all())
                return daemon
