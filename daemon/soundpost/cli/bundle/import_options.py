"""The options of an import, from the flags of the command line."""

import argparse
import os
import shlex
from collections.abc import Sequence
from pathlib import Path

import msgspec

from soundpost.classify.find import MODELS_VARIABLE
from soundpost.errors import BundleImportError, did_you_mean
from soundpost.features import FeatureSpec
from soundpost.importer import (
    ImportOptions,
    LabelOptions,
    Origin,
    OutputOptions,
    RangeOptions,
    SoundOptions,
    Target,
)
from soundpost.importer.labels import slug
from soundpost.importer.labels.groups import SHIPPED
from soundpost.importer.options import (
    DEFAULT_NOISE_SECONDS,
    DEFAULT_RANGE_THRESHOLD,
    DEFAULT_THRESHOLD,
)
from soundpost.system.regular_file import read_regular

LARGEST_FEATURES = 100_000
"""Bytes of a file of eleven numbers."""
_FLAGS_WITH_VALUE = (
    *("labels", "rate", "window", "stride", "features", "output", "embedding", "activation"),
    *("language", "groups", "range_model", "licence", "attribution", "data"),
)
_FLAGS_WITH_DEFAULT = {
    "threshold": DEFAULT_THRESHOLD,
    "range_threshold": DEFAULT_RANGE_THRESHOLD,
    "noise_seconds": DEFAULT_NOISE_SECONDS,
}


def import_options(options: argparse.Namespace) -> ImportOptions:
    """Returns the options of an import.

    Raises:
        BundleImportError: The front end is not one, or the name is a path.
        FeatureError: Its values contradict each other.
    """
    origin = {
        "licence": options.licence.strip(),
        "attribution": options.attribution.strip(),
        "command": command_line(options),
    }
    if not origin["licence"]:
        raise BundleImportError(
            "--licence: expected the licence of the model, got an empty text",
            hint="it is on the page that the model is from, such as 'CC BY-NC-SA 4.0'",
        )
    range_options = None
    if options.range_model is not None:
        range_options = RangeOptions(options.range_model, options.range_threshold)
    return ImportOptions(
        model=options.model,
        target=Target(target_folder(options), options.release, options.force),
        origin=Origin(**origin) if options.data is None else Origin(**origin, data=options.data),
        sound=SoundOptions(
            rate_hz=options.rate,
            window_seconds=options.window,
            stride_seconds=options.stride,
            features=read_features(options.features, options.feature),
        ),
        output=OutputOptions(options.output, options.embedding, options.activation),
        labels=LabelOptions(
            file=options.labels,
            language=options.language,
            groups=options.groups,
            threshold=options.threshold,
            noise_seconds=options.noise_seconds,
        ),
        range=range_options,
    )


def target_folder(options: argparse.Namespace) -> Path:
    """Returns the folder of the new bundle.

    Raises:
        BundleImportError: The name is a path: it would lead out of the folder of the models.
    """
    name = options.name or slug(options.model.stem).replace("_", "-")
    if "/" in name:
        raise BundleImportError(
            f"--name: expected a name, got the path {name!r}",
            hint="give the folder with --to DIR",
        )
    folder: Path = options.to or Path(os.environ.get(MODELS_VARIABLE) or ".")
    return folder / name


def read_features(file: Path | None, values: Sequence[str]) -> FeatureSpec:
    """Returns a front end: the defaults, then the values of a file, then single ones.

    Raises:
        BundleImportError: A key or a value is not one of a front end.
        FeatureError: The values contradict each other.
    """
    fields: dict[str, object] = {}
    try:
        if file is not None:
            fields |= msgspec.toml.decode(read_regular(file, LARGEST_FEATURES))
        for value in values:
            key, _, text = value.partition("=")
            quoted = text if _is_number(text) else f'"{text}"'
            fields |= msgspec.toml.decode(f"{key} = {quoted}")
        return msgspec.convert(fields, FeatureSpec)
    except OSError as error:
        raise BundleImportError(
            f"{file} cannot be read: {error.strerror}",
            hint="give a TOML file such as: mel_bands = 64",
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        known = FeatureSpec.__struct_fields__
        wrong = next((key for key in fields if key not in known), "")
        raise BundleImportError(
            f"expected the values of a front end, got {error}",
            hint=did_you_mean(wrong, known),
        ) from error


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def command_line(options: argparse.Namespace) -> str:
    """Returns the command that makes the same bundle, without the folders of this machine."""
    words = ["soundpost", "bundle", "import", options.model.name]
    for flag in (*_FLAGS_WITH_VALUE, *_FLAGS_WITH_DEFAULT):
        value = getattr(options, flag)
        if value not in {None, "", _FLAGS_WITH_DEFAULT.get(flag)}:
            words += [f"--{flag.replace('_', '-')}", _without_folder(value)]
    for value in options.feature:
        words += ["--feature", value]
    return shlex.join(words)


def _without_folder(value: object) -> str:
    if not isinstance(value, Path):
        return str(value)
    return value.stem if value.parent == SHIPPED else value.name
