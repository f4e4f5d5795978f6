"""A request to teach: what `soundpost teach` is started with, and what is refused before."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from soundpost.config import Config
from soundpost.errors import PublishError
from soundpost.evidence.store.clip_file import ClipFile, is_clip_file
from soundpost.manifest import LabelName, Manifest
from soundpost.messages.command import TeachCommand
from soundpost.system.printable import printable
from soundpost.system.process.launch import own_program
from soundpost.teach.label_name import LONGEST, require_new_name

_MOST_NAMED = 3
"""Missing clips that a refusal names, so that it stays one line."""


@dataclass(frozen=True, slots=True)
class TeachPlace:
    """The place where a node is taught.

    Attributes:
        command: The command line of `soundpost teach`, with the configuration in use.
        clips: The folder of the clips; None if the node stores none.
        backbone: The manifest of the model that labels are taught on.
    """

    command: Sequence[str]
    clips: Path | None
    backbone: Manifest


def teach_place(config: Config, file: Path | None, backbone: Manifest) -> TeachPlace:
    """Returns the place for a configuration in use.

    Args:
        config: The configuration.
        file: The file that it was read from; None for none.
        backbone: The manifest of its first model, without heads.
    """
    flags = ["--config", str(file.absolute())] if file else []
    flags += ["--source", config.node.source] if config.node.source else []
    if len(config.models) != 1:  # the only table [[models]] comes from the file
        for model in config.all_models:
            flags += ["--bundle", model.bundle]
    folder = config.evidence.folder
    clips = Path(folder).absolute() if folder else None
    return TeachPlace((*own_program(), "teach", "--json", *flags), clips, backbone)


def teach_arguments(place: TeachPlace, command: TeachCommand) -> list[str]:
    """Returns the command line that executes a command.

    None of the texts of a command can be read as a flag, or name a file beside the clips.

    Args:
        place: The place.
        command: The command.

    Raises:
        PublishError: The command contradicts itself, or names a clip that is not there.
        TeachError: The label may not be taught.
    """
    given = {"undo": command.undo, "remove": command.remove, "again": command.again}
    actions = [name for name, is_given in given.items() if is_given]
    has_clips = bool(command.clips or command.others or command.right or command.wrong)
    if len(actions) > 1:
        raise PublishError(f"{' and '.join(actions)} exclude each other", hint="send one of them")
    if command.undo or command.remove:
        if has_clips or command.dry_run or command.budget is not None:
            raise PublishError(
                f"{actions[0]} takes a label alone", hint="leave clips, budget and dry_run out"
            )
        _require_label(command.label)
        return [*place.command, command.label, f"--{actions[0]}"]
    require_new_name(command.label, place.backbone)
    named = {*command.clips, *command.others}
    clips = [
        *_paths(place, command.clips),
        *_reviewed_paths(place, command.right, named),
    ]
    others = [
        *_paths(place, command.others),
        *_reviewed_paths(place, command.wrong, named.union(command.right)),
    ]
    return [
        *(*place.command, command.label),
        *(["--again"] if command.again else []),
        *clips,
        *(["--not", *others] if others else []),
        *(["--budget", f"{command.budget!r}"] if command.budget is not None else []),
        *(["--dry-run"] if command.dry_run else []),
    ]


def _require_label(name: str) -> None:
    try:
        msgspec.convert(name, LabelName)
    except msgspec.ValidationError:
        raise PublishError(
            f"no label {printable(name, LONGEST)} was taught",
            hint="name it as the result of its teaching does",
        ) from None


def _paths(place: TeachPlace, names: Sequence[str]) -> list[str]:
    """Returns the paths of clips, each once.

    Raises:
        PublishError: The node stores no clips, or one is not there.
    """
    if not names:
        return []
    if place.clips is None:
        raise PublishError("this node stores no clips", hint="set evidence.folder")
    names = list(dict.fromkeys(names))
    missing = [name for name in names if not _is_there(place.clips, name)]
    if missing:
        more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
        raise PublishError(
            f"there is no clip {', '.join(missing[:_MOST_NAMED])}{more} here",
            hint="it may have been removed by its age, or for space; leave it out",
        )
    return [str(place.clips / name) for name in names]


def _reviewed_paths(place: TeachPlace, names: Sequence[str], known: Collection[str]) -> list[str]:
    """Returns the paths of reviewed clips, each once.

    A clip that is gone is passed on, to be reported as one that was not used: a review is older
    than its clips live, and the page cannot know which of them the node still has.

    Args:
        place: The place.
        names: Their names.
        known: Names that are on a side already.

    Raises:
        PublishError: The node stores no clips.
    """
    if place.clips is None:
        return _paths(place, names)
    new = [name for name in dict.fromkeys(names) if name not in known]
    return [
        str(place.clips / name)
        for name in new
        if _is_there(place.clips, name) or _is_gone(place.clips, name)
    ]


def _is_gone(folder: Path, name: str) -> bool:
    return is_clip_file(name) and not os.path.lexists(folder / name)


def _is_there(folder: Path, name: str) -> bool:
    try:
        ClipFile(folder, name).close()
    except OSError:
        return False
    return True
