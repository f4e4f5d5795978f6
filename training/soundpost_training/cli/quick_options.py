"""The command `soundpost-train quick`: its options, and what it runs."""

import argparse
import math
import re
from pathlib import Path

from soundpost.manifest import MANIFEST_FILE
from soundpost_training.errors import MISSED_BUDGET, DatasetError, ExperimentError
from soundpost_training.experiment.data import NOT_STATED, DataConfig
from soundpost_training.experiment.default_bundle import default_bundle
from soundpost_training.files import require_replaceable, require_writable

PURPOSE = "Fit a head on a network's frozen features from folders of recordings; write a bundle."
EPILOG = """\
  soundpost-train quick recordings --out models/workshop
  soundpost-train quick recordings --out models/pump --background quiet-days --budget 0.5
  soundpost-train quick recordings --out models/birds --backbone yamnet/yamnet_weights.tflite

FOLDER has a folder for each label. One label is enough with a background, which are recordings
of the place without it. Pieces of one recording belong into FOLDER/LABEL/RECORDING/.
"""

DEFAULT_BUDGET = 1.0
"""False events an hour of each label."""


def add_to(verb: argparse.ArgumentParser) -> None:
    """Adds the arguments of `quick`."""
    verb.epilog = EPILOG
    verb.formatter_class = argparse.RawDescriptionHelpFormatter
    verb.add_argument("folder", type=Path, metavar="FOLDER", help="folder with one per label")
    verb.add_argument("--out", type=Path, required=True, help="folder of the bundle to write")
    verb.add_argument(
        "--backbone",
        default=default_bundle(),
        help="name or folder of a bundle, or YAMNet's .tflite file with float arithmetic, with "
        "@7,8,10 behind it for these layers (default: %(default)s)",
    )
    verb.add_argument(
        "--background",
        action="append",
        default=[],
        type=Path,
        metavar="FOLDER",
        help="folder of sound without the labels; may be given several times",
    )
    verb.add_argument(
        "--budget",
        type=float,
        default=DEFAULT_BUDGET,
        help=f"false events an hour that a label may give (default: {DEFAULT_BUDGET:g})",
    )
    verb.add_argument("--folds", type=int, default=5, help="number of folds (default: 5)")
    verb.add_argument("--bundle-version", default="0.1.0", help="of the bundle (default: 0.1.0)")
    verb.add_argument("--licence", default=NOT_STATED, help="of the recordings, for the card")
    verb.add_argument("--attribution", default=NOT_STATED, help="of the recordings, for the card")
    verb.add_argument(
        "--cache", type=Path, default=Path("cache"), help="folder for features (default: cache)"
    )


def run(options: argparse.Namespace) -> int:
    """Makes the bundle that the options describe.

    Returns:
        `MISSED_BUDGET` if a label exceeds the budget, else 0; the bundle is written.

    Raises:
        ExperimentError: An option has a wrong value.
        TrainingError: The folder of the bundle cannot be written, or holds something else.
    """
    _check(options)
    out: Path = options.out.absolute()
    require_writable(out.parent)
    require_replaceable(out, {MANIFEST_FILE})
    # Keras takes seconds to import; a typo need not wait for it.
    from soundpost_training.quick.bundle import Origin  # noqa: PLC0415 - see above
    from soundpost_training.quick.quick import QuickRequest, quick  # noqa: PLC0415 - see above

    request = QuickRequest(
        data=_data(options),
        backbone=options.backbone,
        budget=options.budget,
        origin=Origin(out.name, options.bundle_version, options.command),
        models=out.parent,
        cache=options.cache,
    )
    return 0 if quick(request) else MISSED_BUDGET


def _data(options: argparse.Namespace) -> DataConfig:
    """Returns the recordings; paths of the command line are relative to where it is typed."""
    folder: Path = options.folder.absolute()
    backgrounds = [path.absolute() for path in options.background]
    _refuse_empty(folder, backgrounds)
    return DataConfig(
        kind="folders",
        folder=str(folder),
        folds=options.folds,
        licence=options.licence,
        attribution=options.attribution,
        background=tuple(path.name if path.parent == folder else str(path) for path in backgrounds),
    )


def _refuse_empty(folder: Path, backgrounds: list[Path]) -> None:
    """Raises an error for a folder without a label.

    Raises:
        DatasetError: It has no folder in it, or only those of the background.
    """
    if folder.is_dir() and not any(
        path.is_dir() and path not in backgrounds for path in folder.iterdir()
    ):
        raise DatasetError(
            f"{folder} has no folder per label", hint=f"put recordings into {folder}/<label>/"
        )


def _check(options: argparse.Namespace) -> None:
    """Raises an error for a value that no bundle can be made with.

    Raises:
        ExperimentError: The option is in the error.
    """
    if not math.isfinite(options.budget) or options.budget <= 0.0:
        raise ExperimentError(
            f"--budget is {options.budget:g}, expected a number above 0",
            hint="give the false events an hour that a label may have, such as 1 or 0.1",
        )
    if options.folds < 2:  # noqa: PLR2004 - one to hold out, one to fit on
        raise ExperimentError(
            f"--folds is {options.folds}, expected two or more", hint="leave it out for five"
        )
    name = options.out.absolute().name
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", name):
        raise ExperimentError(
            f"--out names the bundle {name!r}, expected lower-case letters, digits and hyphens",
            hint="such as --out models/my-workshop",
        )
    if not re.fullmatch(r"[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}", options.bundle_version):
        raise ExperimentError(
            f"--bundle-version is {options.bundle_version!r}, expected three numbers",
            hint="such as 0.1.0",
        )
