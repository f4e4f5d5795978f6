"""The exceptions of the page, each with a hint for the person who has to repair it."""

from soundpost.errors import SoundpostError


class WebError(SoundpostError):
    """The page cannot be served: its port or its history is in use or not writable."""
