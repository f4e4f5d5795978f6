"""Logs a failure when it begins or changes, and when it ends; not its repetitions."""

import logging


class LogOnce:
    """The state of one failure in the log.

    Something that fails many times a second would fill the log with one line.

    Args:
        logger: Where the lines go.
        level: The level of a failure.
        on_change: Whether a failure is logged again when its line changes. False where the line
            names something that changes each time, such as a file.
    """

    def __init__(
        self, logger: logging.Logger, level: int = logging.WARNING, *, on_change: bool = True
    ) -> None:
        self._logger = logger
        self._level = level
        self._on_change = on_change
        self._logged: str | None = None

    @property
    def is_failing(self) -> bool:
        """True if the last report was a failure."""
        return self._logged is not None

    def fail(self, message: str, *args: object) -> bool:
        """Logs a failure unless it is logged already; returns whether it was logged now.

        Args:
            message: A format as of `logging`.
            args: Its values.
        """
        line = message % args if args else message
        if self._logged is not None and (line == self._logged or not self._on_change):
            return False
        self._logged = line
        # Not the line: the formatter escapes line breaks in values, and the hint has its own line.
        self._logger.log(self._level, message, *args, stacklevel=2)
        return True

    def recover(self, message: str = "", *args: object) -> bool:
        """Ends the failure; returns whether there was one.

        Args:
            message: Logged at INFO if there was a failure; empty for no line.
            args: The values of the message.
        """
        was_failing = self.is_failing
        self._logged = None
        if was_failing and message:
            self._logger.info(message, *args, stacklevel=2)
        return was_failing
