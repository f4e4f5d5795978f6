"""Cuts the clips and draws the picture of each recording, by reading it once at most."""

import logging
import re
from collections.abc import Sequence
from pathlib import Path

from soundpost.archive.clips import (
    ClipCutter,
    ClipFolder,
    ClipPlan,
    ClipSettings,
    SoundConsumer,
    read_sound,
)
from soundpost.archive.files import ArchiveFile
from soundpost.archive.part import Part
from soundpost.archive.report.strip import Strip, strip_name
from soundpost.errors import CaptureError
from soundpost.features import FeatureSpec, LogMel
from soundpost.recording import problem_of
from soundpost.system.atomic_file import PART, write_atomic

PICTURES = "report"
"""The folder of the pictures, beside the page."""
_PICTURE = re.compile(r"[0-9a-f]{16}\.png")

_log = logging.getLogger("soundpost.archive")


class ArchiveSounds:
    """The clips and the pictures of an archive.

    Args:
        out: The folder of the tables.
        settings: Rate, channels and lengths.

    Attributes:
        problems: The reasons for which recordings could not be read, by their names.
    """

    def __init__(self, out: Path, settings: ClipSettings) -> None:
        self.problems: dict[str, str] = {}
        self.clips = ClipFolder(out, settings.rate_hz)
        self._pictures = out / PICTURES
        self._settings = settings
        self._log_mel = LogMel(FeatureSpec.at_rate(settings.rate_hz))

    @property
    def highest_hz(self) -> float:
        """The highest frequency in pictures."""
        return self._log_mel.spec.high_hz

    def make(
        self, file: ArchiveFile, part: Part, plans: Sequence[ClipPlan], *, has_picture: bool
    ) -> None:
        """Makes the clips and the picture of a recording, unless they are there.

        A recording that cannot be read is a problem, and no more than that.

        Raises:
            OSError: A file cannot be written.
        """
        missing = [plan for plan in plans if not self.clips.has(plan)]
        consumers: list[SoundConsumer] = []
        if missing:
            consumers.append(ClipCutter(missing, self.clips.write))
        strip = None
        if has_picture and not self._picture(part).is_file():
            strip = Strip(part.seconds, self._log_mel)
            consumers.append(strip)
        if not consumers:
            return
        try:
            read_sound(file, self._settings, consumers)
        except CaptureError as error:
            reason = problem_of(file.path, error)
            self.problems[file.name] = reason
            _log.error("%s: not read again: %s\n  hint: %s", file.name, reason, error.hint)
        else:
            if strip:
                self._pictures.mkdir(exist_ok=True)
                write_atomic(self._picture(part), strip.png())

    def picture(self, part: Part) -> str:
        """Returns the path of a recording's picture from the page, empty if there is none."""
        path = self._picture(part)
        return f"{PICTURES}/{path.name}" if path.is_file() else ""

    def remove_other_pictures(self, parts: Sequence[Part]) -> None:
        """Removes pictures of earlier runs; files of other names stay.

        Raises:
            OSError: One cannot be removed.
        """
        kept = {self._picture(part) for part in parts}
        for path in self._pictures.iterdir() if self._pictures.is_dir() else ():
            own = path.name.removeprefix(".").removesuffix(PART)
            if path not in kept and _PICTURE.fullmatch(own):
                path.unlink(missing_ok=True)

    def _picture(self, part: Part) -> Path:
        return self._pictures / strip_name(part, self._settings)
