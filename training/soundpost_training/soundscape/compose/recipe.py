"""What a soundscape is made of: everything that, with its seed, makes it again."""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from soundpost_training.errors import DatasetError

SCENE_FILE = "scene.json"

BED_LABELS = ("airplane", "crickets", "engine", "rain", "sea_waves", "wind")
"""Sounds that go on for hours where a post stands: the background, and no events."""

SECURITY_LABELS = (
    "car_horn",
    "chainsaw",
    "clock_alarm",
    "door_wood_knock",
    "fireworks",
    "glass_breaking",
    "siren",
)
"""What somebody is woken for: a break-in (glass, a beaten door), an alarm (siren, horn, beeper),
shots (of which fireworks are the nearest there is in ESC-50) and theft of wood."""

AboveZero = Annotated[float, Meta(gt=0.0)]


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a soundscape; `is_negative` when none of the security labels is in it."""

    name: str
    seconds: float
    is_negative: bool


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """How a soundscape is composed.

    Attributes:
        seed: Of everything that is drawn.
        fold: The fold whose clips are used; the network that is judged must have held it out.
        hours: With all labels but the bed's.
        negative_hours: Without the security labels, too.
        recording_minutes: Length of a file.
        pause_seconds: Mean pause between two sounds, exponentially distributed.
        shortest_pause_seconds: What is added to each pause.
        snrs_db: Levels over the background; each sound draws one.
        bed_dbfs: Mean level of the background.
        bed_range_db: How far the level of one background lies above or below it.
        bed_minutes: How long one background stays, on average.
        bed_labels: Labels of the background.
        security_labels: What negatives do not hold.
    """

    seed: int
    fold: int
    hours: Annotated[float, Meta(ge=0.0)] = 2.0
    negative_hours: Annotated[float, Meta(ge=0.0)] = 4.0
    recording_minutes: AboveZero = 30.0
    pause_seconds: AboveZero = 10.0
    shortest_pause_seconds: AboveZero = 2.0
    snrs_db: tuple[float, ...] = (6.0, 12.0, 18.0, 24.0)
    bed_dbfs: float = -45.0
    bed_range_db: float = 6.0
    bed_minutes: AboveZero = 2.0
    bed_labels: tuple[str, ...] = BED_LABELS
    security_labels: tuple[str, ...] = SECURITY_LABELS


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """A soundscape as it lies in its folder, beside its truth."""

    recipe: Recipe
    data: str
    licence: str
    attribution: str
    command: str
    labels: list[str]
    recordings: list[Recording]


def write_scene(folder: Path, scene: Scene) -> None:
    """Keeps the description."""
    content = msgspec.json.format(msgspec.json.encode(scene), indent=2)
    (folder / SCENE_FILE).write_bytes(content)


def read_scene(folder: Path) -> Scene:
    """The description of the soundscape in a folder.

    Raises:
        DatasetError: There is none, or it is damaged.
    """
    path = folder / SCENE_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Scene)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DatasetError(
            f"{path} does not describe a soundscape: {error}",
            hint="soundpost-train soundscape makes one",
        ) from error
