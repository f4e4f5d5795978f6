"""Composes a soundscape: sounds of a fold, one by one, over a background of that fold."""

import shutil
import tempfile
from pathlib import Path

from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.errors import DatasetError
from soundpost_training.progress import bar
from soundpost_training.soundscape.compose.ground_truth import Event, write_ground_truth
from soundpost_training.soundscape.compose.recipe import (
    SCENE_FILE,
    Recipe,
    Scene,
    plan_recordings,
    write_scene,
)
from soundpost_training.soundscape.compose.recording import RecordingComposer


def compose(dataset: Dataset, recipe: Recipe, rate_hz: int, folder: Path, command: str) -> Scene:
    """Writes the recordings as FLAC, their ground truth and their description into a folder.

    Sounds never overlap, so that each has the level that the ground truth states. All clips of the
    fold are read at once (some 60 MB for ESC-50). The files move to their final place together,
    when all of them are complete.

    Args:
        dataset: Where the clips come from.
        recipe: What is composed.
        rate_hz: Sample rate of the recordings.
        folder: Where they are stored; created if absent.
        command: The command line, for the description.

    Raises:
        DatasetError: The fold, or a label of the recipe, is not in the data set.
        OSError: The disk is full or may not be written to; the folder's old files are kept.
    """
    clips = [dataset.clips[position] for position in dataset.in_folds([recipe.fold])]
    labels = _event_labels(dataset, clips, recipe)
    folder.mkdir(parents=True, exist_ok=True)
    composer = RecordingComposer(clips, recipe, rate_hz)
    recordings = plan_recordings(recipe)
    scene = Scene(
        recipe=recipe,
        data=dataset.name,
        licence=dataset.licence,
        attribution=dataset.attribution,
        command=command,
        labels=labels,
        recordings=recordings,
    )
    partial = Path(tempfile.mkdtemp(dir=folder, prefix=".partial-"))
    try:
        events: list[Event] = []
        with bar() as progress:
            for recording in progress.track(recordings, description="composing"):
                events += composer.write(partial, recording)
        write_ground_truth(partial, events)
        write_scene(partial, scene)
        _move_into(folder, partial)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return scene


def _event_labels(dataset: Dataset, clips: list[Clip], recipe: Recipe) -> list[str]:
    """Returns the labels of the events, sorted; raises where the fold lacks one of the recipe."""
    known = {clip.label for clip in clips}
    unknown = sorted({*recipe.background_labels, *recipe.security_labels} - known)
    if unknown or not known:
        raise DatasetError(
            f"expected {', '.join(unknown) or 'clips'} in fold {recipe.fold} of {dataset.name}, "
            f"got {', '.join(sorted(known)) or 'none'}",
            hint="choose another fold, or a data set that has these labels",
        )
    return sorted(known - set(recipe.background_labels))


def _move_into(folder: Path, partial: Path) -> None:
    """Moves the files into place, the description last: without it a folder is no soundscape."""
    (folder / SCENE_FILE).unlink(missing_ok=True)
    for path in sorted(partial.iterdir(), key=lambda path: path.name == SCENE_FILE):
        path.replace(folder / path.name)
