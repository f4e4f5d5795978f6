"""The exceptions of the notifier, each with a hint for the person who has to repair it."""

from soundpost.errors import SoundpostError


class NotifyError(SoundpostError):
    """Messages cannot be sent: the queue is in use, a service refuses a test, or a thread ended."""
