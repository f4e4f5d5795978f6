"""The settings that `--arch`, `--init` and `[train.init]` change in the tables of a file."""

import json
from pathlib import Path
from typing import Any

import msgspec

from soundpost.classify import find_bundle
from soundpost.manifest import LogMelInput, log_mel_input, read_manifest
from soundpost_training.errors import ExperimentError
from soundpost_training.experiment.init import BundleInit, Init, YamnetInit, parse_init
from soundpost_training.progress import console


def override(raw: dict[str, Any], arch: str | None, init: str | None) -> None:
    """Puts `--arch` and `--init` into the tables of a file, and both into its name.

    Raises:
        msgspec.ValidationError: `init` has none of the `FORMS`.
    """
    name = [str(raw.get("name", ""))]
    if arch is not None:
        put(raw, "model", "arch", arch)
        name.append(arch.replace("_", "-"))
    if init is not None:
        table = parse_init(init)
        put(raw, "train", "init", msgspec.to_builtins(table))
        name.append(f"from-{table.slug}")
    raw["name"] = "-".join(name)


def put(raw: dict[str, Any], table: str, key: str, value: object) -> None:
    """Puts a value into a table of a file; validation refuses what is not a table."""
    settings = raw.setdefault(table, {})
    if isinstance(settings, dict):
        settings[key] = value


def convert_old_spelling(raw: dict[str, Any], path: Path) -> None:
    """Turns `train.init = "run:NAME"` into its table, with a warning that spells the table out.

    Only "none", which has no table to write, is spelt so without a warning.

    Raises:
        msgspec.ValidationError: The text has none of the `FORMS`.
    """
    text = _table(raw, "train").get("init")
    if not isinstance(text, str):
        return
    table = msgspec.to_builtins(parse_init(text))
    put(raw, "train", "init", table)
    if text == "none":
        return
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in table.items()]
    console.print(
        f'{path}: train.init = "{text}" is an old spelling. Write this table instead, below the '
        "other keys of [train]:",
        *("[train.init]", *lines),
        sep="\n",
        style="yellow",
        markup=False,
        soft_wrap=True,
    )


def imply_model(raw: dict[str, Any]) -> None:
    """Adds the `model.arch` and `model.layers` that `train.init` implies, if they are left out.

    Raises:
        ExperimentError: The file states others.
    """
    try:
        init: Init = msgspec.convert(_table(raw, "train").get("init"), Init)
    except msgspec.ValidationError:
        return  # there is no such table, or validation of the whole file refuses it
    if init.arch is not None:
        _agree(raw, "arch", init.arch, init)
    if isinstance(init, YamnetInit) and init.layers:
        _agree(raw, "layers", init.layers, init)
    if isinstance(init, BundleInit):
        _imply_input(raw, init)


def bundle_input(init: BundleInit) -> LogMelInput:
    """Returns the windows and the features that a bundle takes.

    Raises:
        BundleError: There is no such bundle, its manifest is damaged, or it takes a waveform.
    """
    return log_mel_input(read_manifest(find_bundle(init.bundle)), "a network to start from")


def _imply_input(raw: dict[str, Any], init: BundleInit) -> None:
    """Adds the window and the features that a bundle takes.

    Raises:
        BundleError: There is no such bundle, its manifest is damaged, or it takes a waveform.
        ExperimentError: The file states others.
    """
    taken = bundle_input(init)
    for key, value in (("frames", taken.window_frames), ("stride_frames", taken.stride_frames)):
        window = raw.setdefault("window", {})
        if isinstance(window, dict):
            window.setdefault(key, value)
    features = raw.setdefault("features", {})
    for key, value in msgspec.to_builtins(taken.features).items():
        if isinstance(features, dict) and features.setdefault(key, value) != value:
            raise ExperimentError(
                f"train.init = {init.flag} takes features of {key} = {value}, "
                f"got features.{key} = {features[key]}",
                hint="leave [features] out, or change train.init",
            )
    if _table(raw, "window").get("frames") != taken.window_frames:
        raise ExperimentError(
            f"train.init = {init.flag} takes windows of {taken.window_frames} frames, "
            f"got window.frames = {_table(raw, 'window').get('frames')}",
            hint="leave window.frames out, or change train.init",
        )


def _agree(raw: dict[str, Any], key: str, value: str | int, init: Init) -> None:
    model = raw.setdefault("model", {})
    if isinstance(model, dict) and model.setdefault(key, value) != value:
        raise ExperimentError(
            f"train.init = {init.flag} begins a network with model.{key} = {value}, "
            f"got model.{key} = {model[key]}",
            hint=f"leave model.{key} out, or change train.init",
        )


def _table(raw: dict[str, Any], name: str) -> dict[str, Any]:
    table = raw.get(name)
    return table if isinstance(table, dict) else {}
