"""Runs the daemon: builds its parts, opens them, loops over chunks, closes them."""

import logging

from soundpost.app.build import build, try_out
from soundpost.config import LiveConfig
from soundpost.system.signals import stopped_by_signals

_log = logging.getLogger("soundpost")


def run(live_config: LiveConfig) -> bool:
    """Captures, detects and publishes until the source ends or a signal asks to stop.

    Returns:
        True if it is to be called again, because the configuration was read again.

    Raises:
        SoundpostError: A failure that a person can mend; `offline` is published first.
    """
    node = build(live_config)
    with stopped_by_signals(node.stop), node.publisher:
        with node.source, node.watchdog, node.metrics:
            live_config.save_copy()
            for detections in node.pipeline.run():
                for detection in detections:
                    node.publish(detection)
                status = node.status()
                for task in node.tasks:
                    task.tick(status)
                if live_config.is_replaced(try_out):
                    node.restart()
            node.commands.close()
        node.health_reports.publish_now(node.monitor.problems)
    _log.info("stopped after %.1f s of sound", node.captured_seconds)
    return node.watchdog.is_reloading
