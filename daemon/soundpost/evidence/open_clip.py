"""The clip of an event that lasts."""

import msgspec

from soundpost.events import Detection
from soundpost.messages.payload import DetectionMessage


class OpenClip(msgspec.Struct):
    """The clip of a confirmed event that is still running.

    Attributes:
        detection: The latest state of the event.
        message: Its message.
        start_sample: First sample of the clip.
        is_stored: True once it has reached its greatest length, and storing it was tried.
        name: Its file name; None unless it is on the disk.
    """

    detection: Detection
    message: DetectionMessage
    start_sample: int
    is_stored: bool = False
    name: str | None = None
