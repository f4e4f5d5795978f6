"""The table `[train.init]`: the weights that training begins with."""

import re
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta

from soundpost_training.experiment.section import RunName, Section

FORMS = (
    "run:NAME, yamnet:FILE, yamnet:FILE@LAYERS, imagenet:mobilenet_v2[:FILE], "
    "bundle:NAME_OR_FOLDER, none"
)
"""The forms of `--init`; files of before `[train.init]` was a table have them, too."""


NEVER_HEARD = "@never-heard"
"""Behind a bundle's name: `never_heard_them`."""


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


class BundleInit(
    Section, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="bundle"
):
    """The weights of a bundle, dequantised: those of its body, and of its head for equal labels.

    `bundle` is a name, or a folder with a slash in it, as for the daemon. `never_heard_them` states
    that the bundle was trained on no recording of the published data set that is held out now.
    """

    arch: ClassVar[str | None] = "bundle"

    bundle: Annotated[str, Meta(pattern="^[^@]+$")]
    never_heard_them: bool = False

    @property
    def flag(self) -> str:
        """This table as `--init` spells it."""
        return f"bundle:{self.bundle}" + NEVER_HEARD * self.never_heard_them

    @property
    def slug(self) -> str:
        """The part of an experiment's name for its initial weights."""
        return re.sub(r"[^a-z0-9]+", "-", Path(self.bundle).name.lower()).strip("-") or "bundle"


class RandomInit(
    Section, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="none"
):
    """Random weights, also where a bundle would be the default."""

    arch: ClassVar[str | None] = None

    @property
    def flag(self) -> str:
        """This table as `--init` spells it."""
        return "none"

    @property
    def slug(self) -> str:
        """The part of an experiment's name for its initial weights."""
        return "random"


Init = RunInit | BundleInit | YamnetInit | ImagenetInit | RandomInit


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
    elif kind == "bundle":
        table["bundle"] = rest.removesuffix(NEVER_HEARD)
        table["never_heard_them"] = rest.endswith(NEVER_HEARD)
    elif text != "none":
        table["name"] = rest
    try:
        init: Init = msgspec.convert(table, Init)
    except msgspec.ValidationError as error:
        raise msgspec.ValidationError(
            f"train.init: expected {FORMS}, got {text!r} ({error})"
        ) from error
    return init
