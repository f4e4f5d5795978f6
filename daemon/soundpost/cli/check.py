"""`soundpost check`: tries everything on this machine, from configuration to broker."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TextIO

from soundpost.app import build_evidence, describe_node
from soundpost.capture import describe_source, parse_source, probe_source
from soundpost.classify import Bundle, Classifier, find_bundle, load_bundle, replay_golden
from soundpost.classify.golden import SCORE_TOLERANCE
from soundpost.classify.model import refuse_same_id
from soundpost.cli.checklist import Checklist
from soundpost.cli.devices import describe_recording
from soundpost.cli.models.labels import REASONS
from soundpost.cli.models.occurrence import describe_range
from soundpost.config import Config, DecideConfig, ModelConfig
from soundpost.decide import build_mutes, build_rules, build_surroundings, undetected_labels
from soundpost.decide.rules.model_rules import ModelRules, lowest_thresholds
from soundpost.decide.rules.rules import build_label_names
from soundpost.evidence import probe as folder_probe
from soundpost.gate import build_gate
from soundpost.health import Health
from soundpost.manifest import Label
from soundpost.messages import NodeName
from soundpost.pipeline import capture_rate_hz, missing_bands
from soundpost.publish import probe as broker_probe
from soundpost.publish.outbox.probe import probe_outbox
from soundpost.system.clock import clock_state

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
    bundles = _try_models(steps, config)
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


def _try_models(steps: Checklist, config: Config) -> list[Bundle] | None:
    """Tries each model, then all together; returns None if one of them cannot be used."""
    bundles = [_try_model(steps, config, model) for model in config.all_models]
    loaded = [bundle for bundle in bundles if bundle is not None]
    if len(loaded) < len(bundles):
        return None
    if len(loaded) > 1:
        return steps.attempt(
            "models",
            lambda: _fit_together(loaded, config),
            lambda bundles: _describe_rates(bundles, config),
        )
    return loaded


def _try_model(steps: Checklist, config: Config, model: ModelConfig) -> Bundle | None:
    bundle = steps.attempt(
        "bundle",
        lambda: _load(model, config),
        lambda bundle: _describe_bundle(bundle, model.decide) + _describe_band(bundle, config),
    )
    if bundle is not None:
        steps.attempt("golden", lambda: _replay(bundle, model.threads), str)
        if bundle.manifest.range is not None:
            steps.attempt("range", lambda: describe_range(config.node, model.decide, bundle), str)
    return bundle


def _describe_config(config: Config) -> str:
    if config.sources:
        names = ", ".join(source.name for source in config.sources)
        return f"node {config.node.name}, sources {names}"
    source = describe_source(config.capture.source)
    return f"node {config.node.name}, source {source}, gate {config.gate.open_on}"


def _load(model: ModelConfig, config: Config) -> Bundle:
    bundle = load_bundle(find_bundle(model.bundle))
    build_rules(bundle.manifest.labels, model.decide, bundle.manifest.input.sample_rate_hz)
    if len(config.all_models) == 1:
        _fit_together([bundle], config)
    return bundle


def _fit_together(bundles: list[Bundle], config: Config) -> list[Bundle]:
    """Returns the bundles; raises if they do not fit the configuration, or each other."""
    refuse_same_id(bundles)
    manifests = [bundle.manifest for bundle in bundles]
    build_mutes([manifest.labels for manifest in manifests], config, clock_state)
    build_surroundings([manifest.labels for manifest in manifests], config)
    build_gate(config.gate, capture_rate_hz(config.capture, manifests))
    labels = list(lowest_thresholds(ModelRules(config, manifests).build({})))
    describe_node(config, manifests, labels).sound_topics(config.mqtt)
    return bundles


def _describe_band(bundle: Bundle, config: Config) -> str:
    """Returns what a model misses because sound is captured at a lower rate; else nothing."""
    rate_hz = capture_rate_hz(config.capture, [bundle.manifest])
    return "".join(f"; {line}" for line in missing_bands([bundle.manifest], rate_hz))


def _describe_rates(bundles: Sequence[Bundle], config: Config) -> str:
    """Returns the rate of capture, and each model that takes another one."""
    manifests = [bundle.manifest for bundle in bundles]
    rate_hz = capture_rate_hz(config.capture, manifests)
    resampled = [
        f"{manifest.id} takes {manifest.input.sample_rate_hz} Hz"
        for manifest in manifests
        if manifest.input.sample_rate_hz != rate_hz
    ]
    return ", ".join([f"{len(bundles)} models, sound is captured at {rate_hz} Hz", *resampled])


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


def _replay(bundle: Bundle, threads: int) -> str:
    report = replay_golden(bundle, Classifier(bundle, threads))
    return (
        f"{report.windows} windows: scores differ by {report.score_difference:.2g}, "
        f"at most {SCORE_TOLERANCE:g} expected"
    )


def _record(config: Config, rate_hz: int) -> str:
    found, chunks = probe_source(config.capture, rate_hz)
    return f"{found}, {describe_recording(chunks)}"


def _try_folder(config: Config, folder: Path, bundles: Sequence[Bundle] | None) -> str:
    if bundles is not None:  # their rate may be one at which voices cannot be found
        build_evidence(config, [bundle.manifest for bundle in bundles], Health())
    return folder_probe.probe(folder, config.evidence.keep_free_megabytes)
