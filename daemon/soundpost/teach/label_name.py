"""Checks the name of a label that is taught."""

import re
from pathlib import Path

import msgspec

from soundpost.errors import TeachError, did_you_mean
from soundpost.events import ANY, UNKNOWN
from soundpost.manifest import LabelName, Manifest, groups_of
from soundpost.system.printable import printable

LONGEST = 64


def require_new_name(name: str, manifest: Manifest) -> None:
    """Raises TeachError unless a head may have this label.

    Args:
        name: The label.
        manifest: Of the model; its labels and groups are taken.
    """
    try:
        msgspec.convert(name, LabelName)
    except msgspec.ValidationError:
        likely = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:LONGEST]
        raise TeachError(
            "expected a label of lower-case letters, digits and _, got "
            f"{printable(name, LONGEST)!r}",
            hint=f"did you mean {likely}?" if likely else "name it by its sound, such as gate_bell",
        ) from None
    if name in manifest.label_names:
        raise TeachError(
            f"{manifest.id} has a label {name} of its own",
            hint=f"give it another name, such as my_{name}: it is detected beside that one",
        )
    if name in groups_of(manifest.labels) or name in {ANY, UNKNOWN, "requested"}:
        raise TeachError(
            f"the name {name} stands for other sounds",
            hint=f"give it another name, such as my_{name}",
        )


def taught_folder(heads: Path, name: str) -> Path:
    """Returns the folder of a label that was taught.

    Args:
        heads: The folder of heads.
        name: The label, as it was typed.

    Raises:
        TeachError: It was never taught.
    """
    folder = heads / name
    is_name = name and "/" not in name and not name.startswith(".") and len(name) <= LONGEST
    if not is_name or not folder.is_dir():
        taught = [each.name for each in heads.glob("[!.]*")]
        raise TeachError(
            f"no label {printable(name, LONGEST)} was taught",
            hint=did_you_mean(
                name, taught, "`soundpost teach --list` has the labels that were taught"
            ),
        )
    return folder
