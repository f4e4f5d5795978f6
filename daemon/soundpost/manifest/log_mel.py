"""The input of models that take log-mel, for work that needs it."""

from soundpost.errors import BundleError
from soundpost.manifest.input import LogMelInput
from soundpost.manifest.schema import Manifest


def log_mel_input(manifest: Manifest, purpose: str) -> LogMelInput:
    """Returns the input of a model that takes log-mel.

    Args:
        manifest: Of the model.
        purpose: The work that needs log-mel, as the error names it.

    Raises:
        BundleError: The model takes a waveform.
    """
    if isinstance(manifest.input, LogMelInput):
        return manifest.input
    raise BundleError(
        f"bundle {manifest.id} {manifest.version} takes a waveform; {purpose} needs log-mel",
        hint="use a bundle that soundpost-train has made",
    )
