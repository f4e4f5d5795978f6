"""`soundpost check`: tries everything on this machine, from configuration to broker."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from soundpost.app import build_evidence
from soundpost.capture import describe_source, parse_source, probe_source
from soundpost.classify import Bundle, Classifier, find_bundle, load_bundle, replay_golden
from soundpost.classify.golden import SCORE_TOLERANCE
from soundpost.cli.checklist import Checklist
from soundpost.cli.devices import describe_recording
from soundpost.cli.models.labels import REASONS
from soundpost.cli.models.occurrence import describe_range
from soundpost.config import Config, DecideConfig
from soundpost.decide import build_mutes, build_rules, undetected_labels
from soundpost.decide.rules.rules import build_label_names
from soundpost.evidence import probe as folder_probe
from soundpost.gate import build_gate
from soundpost.health import Health
from soundpost.manifest import Label
from soundpost.messages import NodeName
from soundpost.publish import probe as broker_probe
from soundpost.publish.outbox.probe import probe_outbox
from soundpost.system.clock import clock_state


def check(read_config: Callable[[], Config], out: TextIO) -> int:
    """Tries every step; returns 0, 78 if the configuration is wrong, or another exit status.

    Each step prints a line with what was got, or with what was expected and got, and a hint. A
    step that needs a failed one is skipped; the others are still tried.

    Args:
        read_config: Returns the configuration, or raises `ConfigError`.
        out: Receives the lines.
    """
    steps = Checklist(out)
    config = steps.attempt("config", lambda: _read(read_config), _describe_config)
    if config is None:
        return steps.status
    bundle = steps.attempt(
        "bundle", lambda: _load(config), lambda bundle: _describe_bundle(bundle, config.decide)
    )
    if bundle is not None:
        steps.attempt("golden", lambda: _replay(bundle, config), str)
        if bundle.manifest.range is not None:
            steps.attempt("range", lambda: describe_range(config.node, config.decide, bundle), str)
    rate_hz = bundle.manifest.input.sample_rate_hz if bundle else 16_000
    steps.attempt("sound", lambda: _record(config, rate_hz), str)
    if config.evidence.folder is not None:
        folder = Path(config.evidence.folder)
        steps.attempt("clips", lambda: _try_folder(config, folder, bundle), str)
    steps.attempt("outbox", lambda: probe_outbox(config.mqtt), str)
    steps.attempt(
        "broker",
        lambda: broker_probe.probe(config.mqtt, NodeName.of(config.node).path),
        lambda milliseconds: f"{config.mqtt.broker}: acknowledged after {milliseconds:.1f} ms",
    )
    return steps.status


def _read(read_config: Callable[[], Config]) -> Config:
    config = read_config()
    parse_source(config.capture.source)
    return config


def _describe_config(config: Config) -> str:
    source = describe_source(config.capture.source)
    return f"node {config.node.name}, source {source}, gate {config.gate.open_on}"


def _load(config: Config) -> Bundle:
    bundle = load_bundle(find_bundle(config.classify.bundle))
    rate_hz = bundle.manifest.input.sample_rate_hz
    build_rules(bundle.manifest.labels, config.decide, rate_hz)
    build_mutes(bundle.manifest.labels, config, clock_state)
    build_gate(config.gate, rate_hz)
    return bundle


def _describe_bundle(bundle: Bundle, config: DecideConfig) -> str:
    manifest = bundle.manifest
    return (
        f"{manifest.id} {manifest.version}: {_describe_labels(manifest.labels, config)}, "
        f"{manifest.input.tensor.dtype}, {len(bundle.model) / 1000:.0f} kB, hashes as promised"
    )


def _describe_labels(labels: Sequence[Label], config: DecideConfig) -> str:
    """Returns the number of labels; if some are off, also how many are on, and off for what."""
    label_names = build_label_names(labels, config)
    off = Counter(undetected_labels(labels, config, label_names).values())
    total = len(label_names.labels)
    if not off:
        return f"{total} labels"
    reasons = ", ".join(f"{off[reason]} {text}" for reason, text in REASONS.items() if off[reason])
    return f"{total} labels, {total - off.total()} on, {off.total()} off ({reasons})"


def _replay(bundle: Bundle, config: Config) -> str:
    report = replay_golden(bundle, Classifier(bundle, config.classify.threads))
    return (
        f"{report.windows} windows: scores differ by {report.score_difference:.2g}, "
        f"at most {SCORE_TOLERANCE:g} expected"
    )


def _record(config: Config, rate_hz: int) -> str:
    found, chunks = probe_source(config.capture, rate_hz)
    return f"{found}, {describe_recording(chunks)}"


def _try_folder(config: Config, folder: Path, bundle: Bundle | None) -> str:
    if bundle is not None:  # its rate may be one at which voices cannot be found
        build_evidence(config, bundle.manifest, Health())
    return folder_probe.probe(folder, config.evidence.keep_free_megabytes)
