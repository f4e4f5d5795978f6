"""The settings of an analysis, and their fingerprint, which keeps results from being mixed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import msgspec

from soundpost import __version__
from soundpost.classify.range import is_range_on
from soundpost.config import Config
from soundpost.decide import Rule
from soundpost.heads.attach import head_digests
from soundpost.manifest import Manifest

Fingerprint = Mapping[str, str]
"""The facts that rows depend on besides the file: name and value as text."""


@dataclass(frozen=True, slots=True)
class AnalysisSettings:
    """The models, their rules and the time zone; each worker process gets a copy.

    Attributes:
        config: Its tables `[capture]`, `[gate]`, `[models]`, `[classify]` and `[decide]` apply, and
            the place in `[node]` if a bundle has a range model.
        rules: The rules of each model's labels.
        zone: The zone of the recorders' clocks, for names without one; None if it is not known.
        has_acoustics: Whether the acoustic figures of each minute are measured.
    """

    config: Config
    rules: Sequence[Sequence[Rule]]
    zone: ZoneInfo | None = None
    has_acoustics: bool = False


def fingerprint(settings: AnalysisSettings, manifests: Sequence[Manifest]) -> Fingerprint:
    """Returns the facts that rows depend on: program, models, heads, rules, gate, zone, place."""
    config = settings.config
    facts = {
        "soundpost": __version__,
        "models": ", ".join(manifest.id for manifest in manifests),
        "timezone": settings.zone.key if settings.zone else "none",
        "capture.channel": str(config.capture.channel),
        "capture.rate_hz": str(config.capture.rate_hz),
    }
    for key, value in msgspec.to_builtins(config.gate).items():
        facts[f"gate.{key}"] = str(value)
    if settings.has_acoustics:  # no fact of results without them, which stay valid
        facts["acoustics"] = "measured"
    models = zip(manifests, config.all_models, settings.rules, strict=True)
    for manifest, model, rules in models:
        if manifest.range and config.node.place and is_range_on(model.decide):
            # A digest, because results are passed on, and the place may be a secret.
            facts["place"] = _digest(config.node.place)
        identity = f"{manifest.version} ({_digest(manifest)})"
        facts[f"model {manifest.id}"] = identity
        # The rules have the thresholds of the command line; the table has `any` and `unknown`.
        facts[f"thresholds and rules of {manifest.id}"] = _digest((model.decide, list(rules)))
    for label, identity in head_digests(config.heads).items():
        facts[f"head {label}"] = identity
    return facts


def differences(before: Fingerprint, now: Fingerprint) -> list[str]:
    """Returns a phrase for each thing that is not the same in two fingerprints."""
    return [
        f"{name}: {before.get(name, 'none')} before, {now.get(name, 'none')} now"
        for name in dict.fromkeys((*before, *now))
        if before.get(name) != now.get(name)
    ]


def _digest(value: object) -> str:
    """Returns 12 hexadecimal digits of a hash: enough to tell a few versions apart."""
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()[:12]
