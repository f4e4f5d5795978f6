"""The signals that ask the process to stop."""

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from soundpost.capture import Source
from soundpost.service import Service

LOG = logging.getLogger("soundpost")


@contextmanager
def stopped_by_signals(source: Source, service: Service) -> Iterator[None]:
    """SIGTERM and SIGINT end the source; what was heard until then is still told."""

    def stop(number: int, _frame: FrameType | None) -> None:
        LOG.info("stopping on %s", signal.Signals(number).name)
        service.stop()
        source.stop()

    previous = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
