"""Stores clips of events: the interface, and the one that stores nothing."""

from abc import ABC, abstractmethod

from soundpost.errors import EvidenceError
from soundpost.events import Detection
from soundpost.evidence.on_demand import NoClipReason, Request
from soundpost.messages.payload import DetectionMessage
from soundpost.observer import Observer


class Evidence(Observer, ABC):
    """Stores clips of events; never raises for what the disk does.

    As an observer it buffers the latest chunks and the scores of windows.
    """

    @abstractmethod
    def attach_clip(self, detection: Detection, message: DetectionMessage) -> DetectionMessage:
        """Returns the message with the name of its clip, if the clip is on the disk.

        It must be called for every detection, in order.

        Args:
            detection: A state of an event.
            message: The message of that state.
        """

    @abstractmethod
    def request_clip(self, request: Request) -> None:
        """Starts a clip of the sound from now on.

        Raises:
            EvidenceError: There can be none.
        """

    @abstractmethod
    def requested_clip(self, *, is_last: bool = False) -> str | NoClipReason | None:
        """Returns the requested clip's name, or why there is none; None while it is recorded.

        Args:
            is_last: True if no more sound comes, so that the clip ends here.
        """


class NoEvidence(Evidence):
    """Stores nothing."""

    def attach_clip(
        self,
        detection: Detection,  # noqa: ARG002 - as the interface says
        message: DetectionMessage,
    ) -> DetectionMessage:
        """Returns the message as it is."""
        return message

    def request_clip(self, request: Request) -> None:
        """Refuses the request.

        Raises:
            EvidenceError: Always.
        """
        raise EvidenceError(
            f"no clip of {request.seconds:g} s can be stored: this node stores no clips",
            hint="set evidence.folder",
        )

    def requested_clip(self, *, is_last: bool = False) -> str | NoClipReason | None:  # noqa: ARG002 - as the interface says
        """Returns None: no clip was requested."""
        return None
