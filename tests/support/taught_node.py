"""A node that is taught made doorbells: its clips and its folder of heads."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from made_clips import RATE_HZ, doorbell, other_sound, quiet_background, write_clips
from streaming_bundle import streaming_bundle

from soundpost.teach.lesson import Lesson
from soundpost.teach.result import TeachResult
from soundpost.teach.sound.clips import read_clips
from soundpost.teach.sound.embed import Embedder
from soundpost.teach.teach import teach

LABEL = "gate_bell"


@cache
def embedder() -> Embedder:
    """Returns the embedder of the shipped bundle."""
    return Embedder(streaming_bundle())


@dataclass(frozen=True)
class TaughtNode:
    """Folders with clips, and one for heads.

    Attributes:
        bells: Clips of doorbells.
        others: Clips of other sounds.
        background: A recording of the place.
        heads: The folder of heads.
    """

    bells: list[Path]
    others: list[Path]
    background: Path
    heads: Path


def make_node(folder: Path, bells: int = 5) -> TaughtNode:
    """Writes the clips of a node."""
    return TaughtNode(
        bells=write_clips(folder / "bells", [doorbell(seed) for seed in range(bells)]),
        others=write_clips(folder / "others", [other_sound(seed) for seed in range(3)]),
        background=write_clips(folder / "place", [quiet_background(60.0)])[0],
        heads=folder / "heads",
    )


def lesson_of(node: TaughtNode, **changes: object) -> Lesson:
    """Returns the lesson of a node's clips."""
    clips, left_out = read_clips(node.bells, RATE_HZ, lambda *_: None)
    others, _ = read_clips(node.others, RATE_HZ, lambda *_: None)
    given: dict[str, object] = {
        "label": LABEL,
        "clips": clips,
        "others": others,
        "left_out": left_out,
        "background_files": [node.background],
        "command": "soundpost teach gate_bell bells",
    }
    return Lesson(**{**given, **changes})  # type: ignore[arg-type] # any of the fields


def teach_node(node: TaughtNode, lesson: Lesson | None = None) -> TeachResult:
    """Teaches a node its doorbells."""
    return teach(lesson or lesson_of(node), embedder(), node.heads, lambda *_: None)
