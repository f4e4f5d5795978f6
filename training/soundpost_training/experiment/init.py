"""The table `[train.init]`: the weights that training begins with."""

import json
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta

from soundpost_training.errors import ExperimentError
from soundpost_training.experiment.section import RunName, Section
from soundpost_training.progress import console

FORMS = "run:NAME, yamnet:FILE, yamnet:FILE@LAYERS, imagenet:mobilenet_v2[:FILE]"
"""The forms of `--init`; files of before `[train.init]` was a table have them, too."""


class RunInit(Section, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="run"):
    """The weights of another run of the same held-out fold: a warm restart.

    The run `name` has the same network or a smaller one, which is grown to this one's size.
    """

    arch: ClassVar[str | None] = None

    name: RunName

    @property
    def flag(self) -> str:
        """This table as `--init` spells it."""
        return f"run:{self.name}"

    @property
    def slug(self) -> str:
        """The part of an experiment's name for its initial weights."""
        return self.name


class YamnetInit(
    Section, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="yamnet"
):
    """YAMNet's weights in `file`, all fourteen layers or only the first `layers`.

    `file` is absolute or lies under $SOUNDPOST_DATA.
    """

    arch: ClassVar[str | None] = "yamnet"

    file: Annotated[str, Meta(pattern="^[^@]+$")]
    layers: Annotated[int, Meta(ge=1, le=14)] | None = None

    @property
    def flag(self) -> str:
        """This table as `--init` spells it."""
        return f"yamnet:{self.file}" + (f"@{self.layers}" if self.layers else "")

    @property
    def slug(self) -> str:
        """The part of an experiment's name for its initial weights."""
        return f"yamnet{self.layers or ''}"


class ImagenetInit(
    Section, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="imagenet"
):
    """The ImageNet weights of the network `name`, from `file` or as Keras publishes them.

    `file` is absolute or lies under $SOUNDPOST_DATA.
    """

    arch: ClassVar[str | None] = "mobilenet_v2"

    name: Literal["mobilenet_v2"] = "mobilenet_v2"
    file: Annotated[str, Meta(min_length=1)] | None = None

    @property
    def flag(self) -> str:
        """This table as `--init` spells it."""
        return f"imagenet:{self.name}" + (f":{self.file}" if self.file else "")

    @property
    def slug(self) -> str:
        """The part of an experiment's name for its initial weights."""
        return "imagenet"


Init = RunInit | YamnetInit | ImagenetInit


def parse_init(text: str) -> Init:
    """Returns the table that a text stands for, such as `yamnet:FILE@7`.

    Raises:
        msgspec.ValidationError: The text has none of the `FORMS`.
    """
    kind, _, rest = text.partition(":")
    table: dict[str, Any] = {"kind": kind}
    if kind == "yamnet":
        table["file"], at, layers = rest.partition("@")
        if at:
            table["layers"] = (int(layers) or None) if layers.isdecimal() else layers
    elif kind == "imagenet":
        table["name"], colon, file = rest.partition(":")
        if colon:
            table["file"] = file
    else:
        table["name"] = rest
    try:
        init: Init = msgspec.convert(table, Init)
    except msgspec.ValidationError as error:
        raise msgspec.ValidationError(
            f"train.init: expected {FORMS}, got {text!r} ({error})"
        ) from error
    return init


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

    Raises:
        msgspec.ValidationError: The text has none of the `FORMS`.
    """
    text = _table(raw, "train").get("init")
    if not isinstance(text, str):
        return
    table = msgspec.to_builtins(parse_init(text))
    put(raw, "train", "init", table)
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
