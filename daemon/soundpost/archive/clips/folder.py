"""The folder of an archive's clips: one folder for each label, a sound and a picture each."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from soundpost.archive.clips.plan import NAME, ClipPlan
from soundpost.archive.journal import FOLDER as JOURNAL
from soundpost.audio import Pcm
from soundpost.errors import ArchiveError
from soundpost.evidence.encode.flac import encode_flac
from soundpost.evidence.encode.spectrogram import draw
from soundpost.features import FeatureSpec, LogMel
from soundpost.system.atomic_file import PART, probe_folder, write_atomic

FOLDER = "clips"
SOUND, PICTURE = ".flac", ".png"


def is_clip(path: Path) -> bool:
    """Returns whether a file is a clip in a folder of results, and so no recording."""
    clips = path.parent.parent
    is_named = clips.name == FOLDER and NAME.fullmatch(path.name) is not None
    return is_named and (clips.parent / JOURNAL).is_dir()


class ClipFolder:
    """Writes clips, and removes those that do not belong to the archive any more.

    Args:
        out: The folder of the tables.
        rate_hz: The sample rate of the clips.
    """

    def __init__(self, out: Path, rate_hz: int) -> None:
        self._folder = out / FOLDER
        self._log_mel = LogMel(FeatureSpec.at_rate(rate_hz))

    def check(self) -> None:
        """Creates the folder, and writes a file on trial.

        Raises:
            ArchiveError: It cannot be written to.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            probe_folder(self._folder)
        except OSError as error:
            raise ArchiveError(
                f"{self._folder} cannot be written to: {error.strerror}",
                hint="check its owner and its mode, and free space on the disk",
            ) from error

    def has(self, plan: ClipPlan) -> bool:
        """Returns whether a clip is complete: the sound is written last."""
        return self._path(plan, PICTURE).is_file() and self._path(plan, SOUND).is_file()

    def write(self, plan: ClipPlan, samples: Pcm) -> None:
        """Writes the files of a clip.

        Raises:
            OSError: It cannot be written.
        """
        spec = self._log_mel.spec
        event = (
            plan.onset_sample - plan.start_sample,
            min(plan.offset_sample, plan.end_sample) - plan.start_sample,
        )
        picture = draw(self._log_mel.compute(samples), len(samples), spec, event, [])
        (self._folder / plan.folder).mkdir(parents=True, exist_ok=True)
        write_atomic(self._path(plan, PICTURE), picture)
        write_atomic(self._path(plan, SOUND), encode_flac(samples, spec.sample_rate_hz))

    def remove_others(self, plans: Iterable[ClipPlan]) -> None:
        """Removes clips of earlier selections; files of other names stay.

        Raises:
            OSError: One cannot be removed.
        """
        kept = {self._path(plan, suffix) for plan in plans for suffix in (SOUND, PICTURE)}
        for folder in sorted(self._folder.iterdir()) if self._folder.is_dir() else ():
            if folder.is_symlink() or not folder.is_dir():
                continue
            for path in folder.iterdir():
                own = path.name.removeprefix(".").removesuffix(PART)
                if path not in kept and NAME.fullmatch(own):
                    path.unlink(missing_ok=True)
            with suppress(OSError):  # it has other files
                folder.rmdir()

    def _path(self, plan: ClipPlan, suffix: str) -> Path:
        return self._folder / plan.folder / f"{plan.stem}{suffix}"
