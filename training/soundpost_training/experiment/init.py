"""What `train.init` says, and what it says of the network."""

import re
from dataclasses import dataclass
from typing import Any

from soundpost_training.errors import ExperimentError

PATTERN = r"^(run:[a-z0-9][a-z0-9-]*|yamnet:[^@]+(@[0-9]+)?|imagenet:mobilenet_v2(:.+)?)$"
ARCH = {"yamnet": "yamnet", "imagenet": "mobilenet_v2"}


@dataclass(frozen=True, slots=True)
class Init:
    """Where weights begin.

    Attributes:
        kind: `run`, `yamnet` or `imagenet`.
        name: Of the run, of YAMNet's file, or of ImageNet's network.
        file: Of ImageNet's weights, empty where Keras is to find them.
        layers: After which of YAMNet's layers it is cut, 0 where that is not said.
    """

    kind: str
    name: str
    file: str
    layers: int

    @classmethod
    def of(cls, text: str) -> "Init":
        """What a text that has the pattern says."""
        kind, _, rest = text.partition(":")
        if kind == "yamnet":
            name, _, layers = rest.partition("@")
            return cls(kind, name, "", int(layers or 0))
        if kind == "imagenet":
            name, _, file = rest.partition(":")
            return cls(kind, name, file, 0)
        return cls(kind, rest, "", 0)

    @property
    def slug(self) -> str:
        """A few letters for the name of an experiment."""
        return {"run": self.name, "yamnet": f"yamnet{self.layers or ''}"}.get(self.kind, self.kind)


def choose(raw: dict[str, Any], arch: str | None, init: str | None) -> None:
    """Puts another network or another beginning into a file's tables, and so into its name."""
    more = []
    if arch is not None:
        put(raw, "model", "arch", arch)
        more.append(arch.replace("_", "-"))
    if init is not None:
        put(raw, "train", "init", init)
        more.append(f"from-{Init.of(init).slug}" if re.match(PATTERN, init) else "from")
    raw["name"] = "-".join([str(raw.get("name", "")), *more])


def put(raw: dict[str, Any], table: str, key: str, value: str | int) -> None:
    """Puts a value into a table of a file; what is no table is refused with all wrong values."""
    settings = raw.setdefault(table, {})
    if isinstance(settings, dict):
        settings[key] = value


def imply(raw: dict[str, Any]) -> None:
    """Adds to a file's tables what `train.init` implies of the network, where they leave it open.

    Raises:
        ExperimentError: They say otherwise.
    """
    text = _table(raw, "train").get("init")
    if not isinstance(text, str) or not re.match(PATTERN, text):
        return  # nothing to imply, or refused with all other wrong values
    init = Init.of(text)
    if init.kind in ARCH:
        _agree(raw, "arch", ARCH[init.kind], text)
    if init.layers:
        _agree(raw, "layers", init.layers, text)


def _agree(raw: dict[str, Any], key: str, value: str | int, init: str) -> None:
    model = raw.setdefault("model", {})
    if isinstance(model, dict) and model.setdefault(key, value) != value:
        raise ExperimentError(
            f"train.init = {init} begins a network with model.{key} = {value}, "
            f"got model.{key} = {model[key]}",
            hint=f"leave model.{key} out, or begin elsewhere",
        )


def _table(raw: dict[str, Any], name: str) -> dict[str, Any]:
    table = raw.get(name)
    return table if isinstance(table, dict) else {}
