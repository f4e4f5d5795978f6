"""`soundpost selftest`: recognises a known sound, and publishes it to the broker."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TextIO

from soundpost.classify.model import Model, load_models
from soundpost.cli.checklist import Checklist
from soundpost.commands.self_test import TOPIC, SelfTests
from soundpost.config import Config
from soundpost.errors import PublishError, SelfTestError
from soundpost.messages import DetectionMessage, NodeName, encode
from soundpost.publish.probe import deliver


def selftest(read_config: Callable[[], Config], within_seconds: float, out: TextIO) -> int:
    """Runs the self-test; returns 0 if its messages were acknowledged in time.

    Each step prints a line with what was expected and got; a step that needs a failed one is
    skipped. A daemon that runs at the same time is not affected: the messages go to
    `<prefix>/<node>/selftest`, by an MQTT client of their own, without the outbox.

    Args:
        read_config: Returns the configuration, or raises `ConfigError`.
        within_seconds: Time from the first sample to the broker's acknowledgement.
        out: Receives the lines.
    """
    steps = Checklist(out)
    config = steps.attempt("config", read_config, _describe_config)
    if config is None:
        return steps.status
    models = steps.attempt("bundle", lambda: load_models(config.all_models), _describe_bundles)
    if models is None:
        return steps.status
    self_tests = steps.attempt("sound", lambda: SelfTests(config, models), _describe_sounds)
    if self_tests is None:
        return steps.status
    limit = _Limit(within_seconds, time.monotonic())
    messages = steps.attempt(
        "detect",
        lambda: _recognise(self_tests, limit),
        lambda got: _describe_messages(self_tests, got),
    )
    if messages is not None:
        steps.attempt(
            "publish",
            lambda: _publish(config, messages, limit),
            lambda milliseconds: (
                f"{len(messages)} messages on {_topic(config)}, acknowledged by "
                f"{config.mqtt.broker} after {milliseconds:.1f} ms"
            ),
        )
    if not steps.status:
        steps.attempt("time", limit.elapsed_seconds, limit.describe)
    return steps.status


@dataclass(frozen=True, slots=True)
class _Limit:
    """The time that everything may take."""

    within_seconds: float
    began_seconds: float

    def elapsed_seconds(self) -> float:
        return time.monotonic() - self.began_seconds

    def left_seconds(self) -> float:
        return self.within_seconds - self.elapsed_seconds()

    def describe(self, elapsed_seconds: float) -> str:
        return f"{elapsed_seconds:.2f} s, at most {self.within_seconds:g} s expected"


def _recognise(self_tests: SelfTests, limit: _Limit) -> list[DetectionMessage]:
    all_messages = []
    for messages in self_tests.steps():
        all_messages += messages
        if limit.left_seconds() <= 0.0:
            raise SelfTestError(
                f"expected {_labels(self_tests)} to be recognised within "
                f"{limit.within_seconds:g} s, got no result",
                hint="this machine is busy, or too slow: see `soundpost bench`",
            )
    return all_messages


def _publish(config: Config, messages: list[DetectionMessage], limit: _Limit) -> float:
    payloads = [encode(message) for message in messages]
    node = NodeName.of(config.node).path
    milliseconds = deliver(config.mqtt, node, TOPIC, payloads, limit.left_seconds())
    if limit.left_seconds() < 0.0:
        raise PublishError(
            f"expected all to be acknowledged within {limit.within_seconds:g} s, got that after "
            f"{limit.elapsed_seconds():.1f} s",
            hint="the network or the broker is slow, or give it longer (--within)",
        )
    return milliseconds


def _describe_config(config: Config) -> str:
    return f"node {config.node.name}, broker {config.mqtt.broker}, gate {config.gate.open_on}"


def _describe_bundles(models: Sequence[Model]) -> str:
    manifests = [model.bundle.manifest for model in models]
    return "; ".join(
        f"{manifest.id} {manifest.version}: {len(manifest.labels)} labels, hashes as stated"
        for manifest in manifests
    )


def _labels(self_tests: SelfTests) -> str:
    return " and ".join(test.sound.label for test in self_tests.tests)


def _describe_sounds(self_tests: SelfTests) -> str:
    return "; ".join(
        f"{test.sound.label}, the golden example with the highest score ({test.sound.score:.3f})"
        for test in self_tests.tests
    )


def _describe_messages(self_tests: SelfTests, messages: list[DetectionMessage]) -> str:
    lines = []
    for test in self_tests.tests:
        states = [message.state for message in messages if message.model == test.model]
        lines.append(
            f"{test.sound.label} {', '.join(states)}; expected at "
            f"{test.sound.needed_score:.3f} or more, got {test.best_score:.3f}"
        )
    return "; ".join(lines)


def _topic(config: Config) -> str:
    return f"{config.mqtt.prefix}/{NodeName.of(config.node).path}/{TOPIC}"
