"""Steps of `soundpost check` that try the models and the heads."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from soundpost.app import describe_node
from soundpost.classify import Bundle, Classifier, find_bundle, load_bundle, replay_golden
from soundpost.classify.golden import SCORE_TOLERANCE
from soundpost.classify.model import refuse_same_id
from soundpost.cli.checklist import Checklist
from soundpost.cli.models.labels import REASONS
from soundpost.cli.models.occurrence import describe_range
from soundpost.config import Config, DecideConfig, ModelConfig
from soundpost.decide import build_mutes, build_rules, build_surroundings, undetected_labels
from soundpost.decide.rules.model_rules import ModelRules, lowest_thresholds
from soundpost.decide.rules.rules import build_label_names
from soundpost.gate import build_gate
from soundpost.heads.attach import manifests_with_heads, read_heads
from soundpost.manifest import Label
from soundpost.pipeline import capture_rate_hz, missing_bands
from soundpost.system.clock import clock_state


def try_models(steps: Checklist, config: Config) -> list[Bundle] | None:
    """Tries each model, then all together; returns None if one of them cannot be used."""
    bundles = [_try_model(steps, config, model) for model in config.all_models]
    loaded = [bundle for bundle in bundles if bundle is not None]
    if len(loaded) < len(bundles):
        return None
    manifests = [bundle.manifest for bundle in loaded]
    heads = read_heads(config.heads, manifests, source=config.node.source)
    if heads.reports or heads.problem:
        steps.attempt("heads", heads.require_all, ", ".join)
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
        lambda bundle: (
            _describe_bundle(bundle, config, model.decide) + _describe_band(bundle, config)
        ),
    )
    if bundle is not None:
        steps.attempt("golden", lambda: _replay(bundle, model.threads), str)
        if bundle.manifest.range is not None:
            (manifest,) = manifests_with_heads(config.heads, [bundle])
            with_labels = replace(bundle, manifest=manifest)
            steps.attempt(
                "range", lambda: describe_range(config.node, model.decide, with_labels), str
            )
    return bundle


def _load(model: ModelConfig, config: Config) -> Bundle:
    bundle = load_bundle(find_bundle(model.bundle))
    (manifest,) = manifests_with_heads(config.heads, [bundle])
    build_rules(manifest.labels, model.decide, manifest.input.sample_rate_hz)
    if len(config.all_models) == 1:
        _fit_together([bundle], config)
    return bundle


def _fit_together(bundles: list[Bundle], config: Config) -> list[Bundle]:
    """Returns the bundles; raises if they do not fit the configuration, or each other."""
    refuse_same_id(bundles)
    manifests = manifests_with_heads(config.heads, bundles)
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


def _describe_bundle(bundle: Bundle, config: Config, decide: DecideConfig) -> str:
    (manifest,) = manifests_with_heads(config.heads, [bundle])
    return (
        f"{manifest.id} {manifest.version}: {_describe_labels(manifest.labels, decide)}, "
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
