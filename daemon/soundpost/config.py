"""The configuration file: TOML, every key typed, every unknown key an error."""

import difflib
import socket
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from soundpost.errors import ConfigError

Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Positive = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(ge=0.0)]
TopicPart = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]+$", max_length=64)]


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file; each key has a default that serves."""


def _host_name() -> str:
    return socket.gethostname().split(".")[0]


class NodeConfig(_Section, frozen=True):
    """Who is listening."""

    name: TopicPart = msgspec.field(default_factory=_host_name)


class CaptureConfig(_Section, frozen=True):
    """Where sound comes from: `mic`, `mic:NAME`, `mic:INDEX` or `wav:PATH`."""

    source: Annotated[str, Meta(pattern="^(mic|mic:.+|wav:.+)$")] = "mic"
    pace: Literal["real", "fast"] = "real"
    queue_seconds: Annotated[float, Meta(gt=0.0)] = 10.0


class GateConfig(_Section, frozen=True):
    """What is worth hearing; `always` hears everything."""

    open_on: Literal["always", "level", "voice", "level_or_voice", "level_and_voice"] = "always"
    level_over_floor_db: Annotated[float, Meta(gt=0.0)] = 10.0
    floor_seconds: Annotated[float, Meta(gt=0.0)] = 30.0
    voice_strictness: Annotated[int, Meta(ge=0, le=3)] = 2
    pre_roll_seconds: Seconds = 1.0
    hangover_seconds: Seconds = 2.0


class ClassifyConfig(_Section, frozen=True):
    """The model: the folder of a bundle, or the name of one that came with soundpost."""

    bundle: str = "esc50"
    threads: Positive = 1


class LabelConfig(_Section, frozen=True):
    """What replaces the manifest's decision defaults; None keeps them."""

    on_threshold: Share | None = None
    off_threshold: Share | None = None
    smoothing_windows: Positive | None = None
    minimum_seconds: Seconds | None = None
    refractory_seconds: Seconds | None = None


class DecideConfig(LabelConfig, frozen=True):
    """Replacements for all labels, and under `labels.<name>` for one."""

    include: list[str] | None = None
    exclude: list[str] = []
    labels: dict[str, LabelConfig] = {}


class MqttConfig(_Section, frozen=True):
    """The broker, as `mqtt://host:port` or `mqtts://host:port`."""

    broker: str = "mqtt://localhost:1883"
    prefix: TopicPart = "soundpost"
    username: str | None = None
    password_file: str | None = None
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    queue_messages: Positive = 10_000
    keepalive_seconds: Annotated[int, Meta(ge=5, le=3600)] = 30
    health_seconds: Annotated[float, Meta(ge=1.0)] = 30.0


class Config(_Section, frozen=True):
    """The whole file."""

    node: NodeConfig = msgspec.field(default_factory=NodeConfig)
    capture: CaptureConfig = CaptureConfig()
    gate: GateConfig = GateConfig()
    classify: ClassifyConfig = ClassifyConfig()
    decide: DecideConfig = DecideConfig()
    mqtt: MqttConfig = MqttConfig()


def load_config(path: Path | None, flags: dict[str, dict[str, Any]] | None = None) -> Config:
    """The configuration in a TOML file, or the defaults without one.

    Args:
        path: The file, or None.
        flags: Values from the command line, table by table; they win over the file.

    Raises:
        ConfigError: The file cannot be read, is not TOML, or has an unknown key or a wrong value.
    """
    raw = _read_toml(path) if path else {}
    for table, values in (flags or {}).items():
        raw.setdefault(table, {}).update(values)
    where = str(path) if path else "the command line"
    _refuse_unknown_keys(raw, Config, "", where)
    try:
        return msgspec.convert(raw, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"{where}: {error}", hint="docs/CONFIG.md lists every key with its type and default"
        ) from error


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}",
            hint="name an existing file with --config, or leave --config away for the defaults",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path} is not TOML: {error}", hint="strings need quotes; tables look like [mqtt]"
        ) from error


def _refuse_unknown_keys(
    raw: dict[str, Any], section: type[msgspec.Struct], table: str, where: str
) -> None:
    fields = {field.name: field.type for field in msgspec.structs.fields(section)}
    for key, value in raw.items():
        if key not in fields:
            near = difflib.get_close_matches(key, fields, n=1, cutoff=0.5)
            guess = f"did you mean {table}{near[0]}?" if near else f"known: {', '.join(fields)}"
            raise ConfigError(f"{where}: unknown key {table}{key}", hint=guess)
        inner = fields[key]
        if isinstance(value, dict) and isinstance(inner, type) and issubclass(inner, _Section):
            _refuse_unknown_keys(value, inner, f"{table}{key}.", where)
        if key == "labels" and isinstance(value, dict):
            for label, settings in value.items():
                if isinstance(settings, dict):
                    _refuse_unknown_keys(settings, LabelConfig, f"decide.labels.{label}.", where)
