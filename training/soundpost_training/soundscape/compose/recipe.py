"""The recipe of a soundscape: everything that, with its seed, composes it again."""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from soundpost_training.errors import DatasetError

SCENE_FILE = "scene.json"

BACKGROUND_LABELS = ("airplane", "crickets", "engine", "rain", "sea_waves", "wind")
"""Sounds that last for hours outdoors: they form the background, and are no events."""

SECURITY_LABELS = (
    "car_horn",
    "chainsaw",
    "clock_alarm",
    "door_wood_knock",
    "fireworks",
    "glass_breaking",
    "siren",
)
"""Sounds that an installer would wake a person for: a break-in (glass, a beaten door), an alarm
(siren, horn, beeper), shots (fireworks are the nearest in ESC-50) and theft of wood."""

SHORTEST_RECORDING_SECONDS = 1.0
"""A shorter remainder of the hours is dropped: hardly any event fits into it."""

AboveZero = Annotated[float, Meta(gt=0.0)]


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a soundscape; `is_negative` when it holds none of the security labels."""

    name: str
    seconds: float
    is_negative: bool


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that a soundscape is composed by.

    Attributes:
        seed: Of everything that is drawn.
        fold: The fold whose clips are used; the network under test must have held it out.
        hours: With all labels except the background's.
        negative_hours: Without the security labels, too.
        recording_minutes: Length of a file.
        pause_seconds: Mean pause between two sounds, exponentially distributed.
        shortest_pause_seconds: Added to each pause.
        snrs_db: Levels over the background, of which each sound gets a drawn one.
        background_dbfs: Mean level of the background.
        background_range_db: Largest distance of one background clip from that level.
        background_minutes: Mean time until the next background clip.
        background_labels: Labels of the background.
        security_labels: Labels that negatives do not hold.
    """

    seed: int
    fold: int
    hours: Annotated[float, Meta(ge=0.0)] = 2.0
    negative_hours: Annotated[float, Meta(ge=0.0)] = 4.0
    recording_minutes: AboveZero = 30.0
    pause_seconds: AboveZero = 10.0
    shortest_pause_seconds: AboveZero = 2.0
    snrs_db: tuple[float, ...] = (6.0, 12.0, 18.0, 24.0)
    background_dbfs: float = msgspec.field(name="bed_dbfs", default=-45.0)
    background_range_db: float = msgspec.field(name="bed_range_db", default=6.0)
    background_minutes: AboveZero = msgspec.field(name="bed_minutes", default=2.0)
    background_labels: tuple[str, ...] = msgspec.field(name="bed_labels", default=BACKGROUND_LABELS)
    security_labels: tuple[str, ...] = SECURITY_LABELS


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """The description of a soundscape, stored in its folder beside the ground truth."""

    recipe: Recipe
    data: str
    licence: str
    attribution: str
    command: str
    labels: list[str]
    recordings: list[Recording]

    @property
    def mixed(self) -> list[Recording]:
        """The recordings that hold all labels."""
        return [recording for recording in self.recordings if not recording.is_negative]

    @property
    def negatives(self) -> list[Recording]:
        """The recordings without security labels."""
        return [recording for recording in self.recordings if recording.is_negative]


def plan_recordings(recipe: Recipe) -> list[Recording]:
    """Returns the recordings of a recipe, none longer than its `recording_minutes`."""
    recordings = []
    for kind, hours in (("mixed", recipe.hours), ("negative", recipe.negative_hours)):
        remaining_seconds = hours * 3600
        number = 1
        while remaining_seconds >= SHORTEST_RECORDING_SECONDS:
            seconds = min(remaining_seconds, recipe.recording_minutes * 60)
            name = f"{kind}-{number:02}.flac"
            recordings.append(Recording(name=name, seconds=seconds, is_negative=kind == "negative"))
            remaining_seconds -= seconds
            number += 1
    return recordings


def write_scene(folder: Path, scene: Scene) -> None:
    """Writes the description of a soundscape into its folder."""
    content = msgspec.json.format(msgspec.json.encode(scene), indent=2)
    (folder / SCENE_FILE).write_bytes(content)


def read_scene(folder: Path) -> Scene:
    """Returns the description of the soundscape in a folder.

    Raises:
        DatasetError: The description is absent or damaged.
    """
    path = folder / SCENE_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Scene)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DatasetError(
            f"expected the description of a soundscape in {path}, got {error}",
            hint="soundpost-train soundscape makes one",
        ) from error
