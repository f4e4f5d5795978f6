"""Requests to teach: the command line that they make, and what is refused before."""

import sys
from pathlib import Path
from typing import Any

import pytest

from soundpost.classify.model import Model
from soundpost.commands.tasks.teach_request import TeachPlace, teach_arguments, teach_place
from soundpost.config import Config, EvidenceConfig, ModelConfig, NodeConfig
from soundpost.errors import SoundpostError
from soundpost.messages.command import TeachCommand

NAMES = [f"20261120T07312{digit}Z-requested-6da2fa1{digit}.flac" for digit in range(5)]


@pytest.fixture
def place(model: Model, tmp_path: Path) -> TeachPlace:
    """Provides a node with five clips."""
    for name in NAMES:
        (tmp_path / name).write_bytes(b"fLaC")
    return TeachPlace(("soundpost", "teach", "--json"), tmp_path, model.bundle.manifest)


def arguments(place: TeachPlace, **fields: Any) -> list[str]:  # noqa: ANN401 - any field
    """Returns the arguments of a command behind those of the place."""
    command = TeachCommand(**({"id": "a", "label": "gate_bell"} | fields))
    return teach_arguments(place, command)[len(place.command) :]


def test_a_command_becomes_a_command_line(place: TeachPlace, tmp_path: Path) -> None:
    """The one that a person would type; a clip that is named twice counts once."""
    clips = [str(tmp_path / name) for name in NAMES]
    taught = arguments(place, clips=[*NAMES[:4], NAMES[0]], others=NAMES[4:], budget=1.5)
    assert taught == ["gate_bell", *clips[:4], "--not", clips[4], "--budget", "1.5"]
    assert arguments(place, again=True) == ["gate_bell", "--again"]
    again = arguments(place, again=True, clips=NAMES[:1], dry_run=True)
    assert again == ["gate_bell", "--again", clips[0], "--dry-run"]
    assert arguments(place, undo=True) == ["gate_bell", "--undo"]
    assert arguments(place, remove=True) == ["gate_bell", "--remove"]


def test_reviewed_clips_that_are_gone_are_passed_on(place: TeachPlace, tmp_path: Path) -> None:
    """The process names them as not used; a clip that the person names, or a link, is not one."""
    clips = [str(tmp_path / name) for name in NAMES]
    gone, link = (NAMES[0].replace("requested", label) for label in ("dog", "cat"))
    (tmp_path / link).symlink_to("/etc/passwd")
    taught = arguments(
        place,
        again=True,
        clips=NAMES[:1],
        others=NAMES[1:2],
        right=[NAMES[1], NAMES[2], gone, NAMES[2], link, "../x"],
        wrong=[NAMES[0], NAMES[2], NAMES[3]],
    )
    right = [clips[0], clips[2], str(tmp_path / gone)]
    assert taught == ["gate_bell", "--again", *right, "--not", clips[1], clips[3]]
    assert arguments(place, right=NAMES[:2]) == ["gate_bell", *clips[:2]]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"label": "hum", "clips": NAMES}, "has a label hum of its own"),
        ({"label": "--remove", "clips": NAMES}, "expected a label of lower-case letters"),
        ({"label": "--remove", "undo": True}, "no label --remove was taught"),
        ({"label": "../x", "remove": True}, "no label ../x was taught"),
        ({"label": "any", "clips": NAMES}, "stands for other sounds"),
        ({"undo": True, "again": True}, "undo and again exclude each other"),
        ({"undo": True, "dry_run": True}, "undo takes a label alone"),
        ({"remove": True, "budget": 1.0}, "remove takes a label alone"),
        ({"undo": True, "right": NAMES}, "undo takes a label alone"),
        ({"remove": True, "wrong": NAMES}, "remove takes a label alone"),
        ({"clips": ["20261120T073121Z-dog-00000000.flac"]}, "there is no clip 20261120T073121Z"),
        ({"clips": ["../../etc/passwd"]}, "there is no clip ../../etc/passwd"),
        ({"others": [f"{number}.flac" for number in range(9)]}, "2.flac and 6 more here"),
    ],
)
def test_what_cannot_be_taught_is_refused(
    place: TeachPlace, fields: dict[str, Any], reason: str
) -> None:
    """Before a process is started, with a hint."""
    with pytest.raises(SoundpostError) as caught:
        arguments(place, **fields)
    assert reason in str(caught.value)
    assert caught.value.hint


def test_a_link_and_a_folder_are_no_clips(place: TeachPlace, tmp_path: Path) -> None:
    """Whatever they are named."""
    link, folder = NAMES[0].replace("requested", "a"), NAMES[0].replace("requested", "b")
    (tmp_path / link).symlink_to("/etc/passwd")
    (tmp_path / folder).mkdir()
    for name in (link, folder):
        with pytest.raises(SoundpostError, match="there is no clip"):
            arguments(place, clips=[*NAMES, name])


def test_a_node_without_clips_says_so(model: Model) -> None:
    """The hint names the setting."""
    place = TeachPlace(("soundpost",), None, model.bundle.manifest)
    with pytest.raises(SoundpostError, match="this node stores no clips"):
        arguments(place, clips=NAMES)
    with pytest.raises(SoundpostError, match="this node stores no clips"):
        arguments(place, wrong=NAMES)
    assert arguments(place, undo=True) == ["gate_bell", "--undo"]


def test_the_place_has_the_configuration_in_use(model: Model, tmp_path: Path) -> None:
    """The file, the source and the bundle, unless only the file can name that."""
    file, manifest = tmp_path / "soundpost.toml", model.bundle.manifest
    evidence = EvidenceConfig(folder="clips")
    place = teach_place(Config(evidence=evidence), file, manifest)
    flags = ["teach", "--json", "--config", str(file), "--bundle", "everyday"]
    assert place.command[0] == sys.executable
    assert list(place.command[-6:]) == flags
    assert place.clips == Path("clips").absolute()
    models = [ModelConfig(bundle="everyday")]
    yard = Config(node=NodeConfig(source="yard"), models=models)
    place = teach_place(yard, file, manifest)
    assert list(place.command[-4:]) == ["--config", str(file), "--source", "yard"]
    assert place.clips is None
    assert "--config" not in teach_place(Config(), None, manifest).command
