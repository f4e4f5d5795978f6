"""Runs the daemon: builds its parts, opens them, loops over chunks, closes them."""

import logging

from soundpost.app.build import build, validate
from soundpost.config import LiveConfig
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
    daemon = build(live_config)
    with stopped_by_signals(daemon.stop), daemon.publisher:
        daemon.end_left_open()  # before the microphone, which may be missing
        with daemon.source, daemon.watchdog, daemon.metrics:
            live_config.save_copy()
            for detections in daemon.pipeline.run():
                daemon.end_left_open()
                for detection in detections:
                    daemon.publish(detection)
                status = daemon.status()
                for tickable in daemon.tickables:
                    tickable.tick(status)
                if live_config.reload_if_requested(validate):
                    daemon.restart()
            daemon.commands.close()
        daemon.health_reports.publish_now(daemon.problems)
    _log.info("stopped after %.1f s of sound", daemon.captured_seconds)
    return daemon.watchdog.is_reloading
