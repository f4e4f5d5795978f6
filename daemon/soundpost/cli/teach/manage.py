"""Lists the labels that were taught, takes the last version of one back, or removes it."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import msgspec

from soundpost.classify import find_bundle
from soundpost.cli.teach.printing import print_change
from soundpost.errors import HeadError, TeachError
from soundpost.heads import current_version, use_version
from soundpost.heads.installed import InstalledHead, read_installed
from soundpost.heads.store import version_before
from soundpost.manifest import read_manifest
from soundpost.system.atomic_file import PART, sync_folder
from soundpost.teach.label_name import taught_folder
from soundpost.teach.result import ChangeResult


def list_heads(heads: Path, bundles: Sequence[str], is_json: bool, out: TextIO) -> None:  # noqa: FBT001 - a flag of the command line
    """Prints a line for each label that was taught.

    Args:
        heads: The folder of heads.
        bundles: The configured bundles.
        is_json: True for JSON.
        out: Receives the lines.
    """
    manifests = [read_manifest(find_bundle(bundle)) for bundle in bundles]
    installed = read_installed(heads, manifests)
    if is_json:
        out.write(msgspec.json.encode([_described(each) for each in installed]).decode() + "\n")
        return
    if not installed:
        out.write("no label was taught yet: soundpost teach LABEL CLIP…\n")
    width = max((len(each.label.name) for each in installed), default=0)
    out.writelines(f"{each.label.name:{width}}  {_state(each)}\n" for each in installed)


def _state(installed: InstalledHead) -> str:
    if installed.problem is not None or installed.head is None:
        return f"not in use: {installed.problem}\n  hint: {installed.hint}"
    description = installed.head.description
    teaching, label = description.teaching, description.label
    recall = f"{label.recall:.0%} of them detected" if label.recall is not None else "not measured"
    return (
        f"version {description.version}, {teaching.taught[:10]}, on {description.backbone.id}; "
        f"{teaching.recordings} recordings, {recall}; budget "
        f"{label.false_events_per_hour or 0.0:g} false events an hour"
    )


def _described(installed: InstalledHead) -> dict[str, object]:
    head = installed.head
    return {
        "label": installed.label.name,
        "problem": installed.problem,
        "hint": installed.hint,
        "head": head.description if head else None,
    }


def undo_head(heads: Path, label: str, out: TextIO, *, is_json: bool = False) -> None:
    """Puts the version into use that was in use before the present one.

    Raises:
        TeachError: There is none.
        HeadError: The label was never taught, or that version is damaged.
    """
    folder = taught_folder(heads, label)
    current = current_version(folder)
    before = version_before(folder, current)
    if before is None:
        raise TeachError(
            f"version {current} of {label} has none before it",
            hint="use --remove to remove the label",
        )
    use_version(folder, before)
    print_change(ChangeResult(label, before), out, is_json=is_json)


def remove_head(heads: Path, label: str, out: TextIO, *, is_json: bool = False) -> None:
    """Removes a label with all its versions and sounds.

    Raises:
        TeachError: The label was never taught.
        HeadError: The disk refuses it.
    """
    folder = taught_folder(heads, label)
    part = folder.with_name(f".{label}{PART}")
    try:
        shutil.rmtree(part, ignore_errors=True)  # of a process that was killed
        folder.rename(part)  # a label is there whole, or not at all
        sync_folder(heads)
        shutil.rmtree(part)
    except OSError as error:
        raise HeadError(
            f"{folder} cannot be removed: {error.strerror or error}",
            hint="give yourself access to the folder, with sudo",
        ) from error
    print_change(ChangeResult(label), out, is_json=is_json)
