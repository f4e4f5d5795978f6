"""A clock that a test sets."""


class ManualClock:
    """Returns the seconds that a test has set.

    Attributes:
        seconds: The present time.
    """

    def __init__(self, seconds: float = 1_000.0) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        """Returns the time."""
        return self.seconds
