"""`soundpost check`: tries everything on this machine, from configuration to broker."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TextIO

from soundpost.app import build_evidence
from soundpost.capture import describe_source, parse_source
from soundpost.capture.probe import probe_source
from soundpost.classify import Bundle
from soundpost.cli.checklist import Checklist
from soundpost.cli.devices import describe_recording
from soundpost.cli.models.check import try_models
from soundpost.config import Config
from soundpost.evidence import probe as folder_probe
from soundpost.heads.attach import manifests_with_heads
from soundpost.health import Health
from soundpost.messages import NodeName
from soundpost.pipeline import capture_rate_hz
from soundpost.publish import probe as broker_probe
from soundpost.publish.outbox.probe import probe_outbox

DEFAULT_RATE_HZ = 16_000
"""The rate at which sound is tried while no bundle states one: every card and file has it."""


def check(read_config: Callable[[str | None], Config], out: TextIO) -> int:
    """Tries every step; returns 0, 78 if the configuration is wrong, or another exit status.

    Each step prints a line with what was got, or with what was expected and got, and a hint. A
    step that needs a failed one is skipped; the others are still tried. With several sources all
    steps are tried for each, below its name.

    Args:
        read_config: Returns the configuration of the named source, or the whole for None; or raises
            `ConfigError`.
        out: Receives the lines.
    """
    steps = Checklist(out)
    config = steps.attempt("config", lambda: _read(read_config, None), _describe_config)
    if config is None:
        return steps.status
    if not config.sources:
        return _check_source(config, steps)
    for source in config.sources:
        out.write(f"\nsource {source.name}\n")
        own = steps.attempt("config", partial(_read, read_config, source.name), _describe_config)
        if own is not None:
            _check_source(own, steps)
    return steps.status


def _check_source(config: Config, steps: Checklist) -> int:
    """Tries the steps of one source after its configuration was read; returns the exit status."""
    bundles = try_models(steps, config)
    rate_hz = DEFAULT_RATE_HZ
    if bundles is not None:
        rate_hz = capture_rate_hz(config.capture, [bundle.manifest for bundle in bundles])
    steps.attempt("sound", lambda: _record(config, rate_hz), str)
    if config.evidence.folder is not None:
        folder = Path(config.evidence.folder)
        steps.attempt("clips", lambda: _try_folder(config, folder, bundles), str)
    steps.attempt("outbox", lambda: probe_outbox(config.mqtt), str)
    steps.attempt(
        "broker",
        lambda: broker_probe.probe(config.mqtt, NodeName.of(config.node).path),
        lambda milliseconds: f"{config.mqtt.broker}: acknowledged after {milliseconds:.1f} ms",
    )
    return steps.status


def _read(read_config: Callable[[str | None], Config], source: str | None) -> Config:
    config = read_config(source)
    parse_source(config.capture.source)
    return config


def _describe_config(config: Config) -> str:
    if config.sources:
        names = ", ".join(source.name for source in config.sources)
        return f"node {config.node.name}, sources {names}"
    source = describe_source(config.capture.source)
    return f"node {config.node.name}, source {source}, gate {config.gate.open_on}"


def _record(config: Config, rate_hz: int) -> str:
    found, chunks = probe_source(config.capture, rate_hz)
    return f"{found}, {describe_recording(chunks)}"


def _try_folder(config: Config, folder: Path, bundles: Sequence[Bundle] | None) -> str:
    if bundles is not None:  # their rate may be one at which voices cannot be found
        build_evidence(config, manifests_with_heads(config.heads, bundles), Health())
    return folder_probe.probe(folder, config.evidence.keep_free_megabytes)
