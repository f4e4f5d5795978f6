"""The picture and the clip of an event, from the folder of clips on this machine."""

from collections.abc import Mapping
from pathlib import Path

from soundpost.evidence.store.files import CLIP_STEM, PICTURE, SOUND
from soundpost.evidence.store.read_clip import NotAClipError, read_clip
from soundpost.system.regular_file import read_regular
from soundpost.system.units import BYTES_PER_MEGABYTE
from soundpost_notify.deliver.outcome import Attachment
from soundpost_notify.queue.content import Content

_FILES = {"picture": (PICTURE, "image/png"), "clip": (SOUND, "audio/flac")}
"""The suffix and the media type of what a rule can attach."""


class ClipFolders:
    """Reads attachments.

    A node applies its privacy settings before it stores a clip; what it did not keep is not
    attached.

    Args:
        folders: The folders `evidence.folder` by node, or by `<node>/<source>`.
    """

    def __init__(self, folders: Mapping[str, str]) -> None:
        self._folders = {node: Path(folder) for node, folder in folders.items()}

    def load(self, content: Content, largest_bytes: int) -> tuple[list[Attachment], list[str]]:
        """Returns the files of a message, and a line about each that is missing.

        Args:
            content: The message.
            largest_bytes: The largest file.
        """
        if not content.attach:
            return [], []
        folder = self._folders.get(content.node)
        stem = content.clip.removesuffix(SOUND)
        if not content.clip:
            return [], ["The node stored no clip."]
        if folder is None or not CLIP_STEM.fullmatch(stem):
            return [], ["The clip is not on this machine."]
        try:
            clip = read_clip(folder, stem)
        except (NotAClipError, OSError):
            clip = None
        if clip is None or not clip.has_sound or clip.detection.id != content.event:
            return [], ["The clip is gone."]
        attachments, lines = [], []
        for name in sorted(content.attach, key=list(_FILES).index):
            suffix, kind = _FILES[name]
            try:
                data = read_regular(folder / f"{stem}{suffix}", largest_bytes)
            except OSError:
                megabytes = largest_bytes / BYTES_PER_MEGABYTE
                lines.append(f"The {name} is gone, or larger than {megabytes:g} MB.")
            else:
                attachments.append(Attachment(f"{stem}{suffix}", kind, data))
        return attachments, lines
