"""`soundpost selftest`: is a known sound recognised, and does the broker take it?"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from soundpost.classify.model import Model, load_model
from soundpost.cli.checklist import Checklist
from soundpost.commands.self_test import LEAF, SelfTest
from soundpost.config import Config
from soundpost.errors import PublishError, SelfTestError
from soundpost.messages import DetectionMessage, encode
from soundpost.publish.probe import deliver


def selftest(read_config: Callable[[], Config], within_seconds: float, out: TextIO) -> int:
    """The exit status: 0 if a known sound was told and acknowledged in time.

    Each step is a line that says what was expected and got; what needs a failed one is left out.
    A daemon that runs meanwhile notices nothing: the messages go to `<prefix>/<node>/selftest`, by
    a client of their own, past the outbox.

    Args:
        read_config: Gives the configuration, or raises `ConfigError`.
        within_seconds: From the first sample to the broker's acknowledgement.
        out: Where the lines go.
    """
    steps = Checklist(out)
    config = steps.attempt("config", read_config, _describe_config)
    if config is None:
        return steps.status
    model = steps.attempt("bundle", lambda: load_model(config.classify), _describe_bundle)
    if model is None:
        return steps.status
    self_test = steps.attempt("sound", lambda: SelfTest(config, model), _describe_sound)
    if self_test is None:
        return steps.status
    limit = _Limit(within_seconds, time.monotonic())
    messages = steps.attempt(
        "heard", lambda: _hear(self_test, limit), lambda got: _describe_heard(self_test, got)
    )
    if messages is not None:
        steps.attempt(
            "told",
            lambda: _tell(config, messages, limit),
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
    """How long all may take."""

    within_seconds: float
    began_seconds: float

    def elapsed_seconds(self) -> float:
        return time.monotonic() - self.began_seconds

    def left_seconds(self) -> float:
        return self.within_seconds - self.elapsed_seconds()

    def describe(self, elapsed_seconds: float) -> str:
        return f"{elapsed_seconds:.2f} s, at most {self.within_seconds:g} s expected"


def _hear(self_test: SelfTest, limit: _Limit) -> list[DetectionMessage]:
    told = []
    for messages in self_test.steps():
        told += messages
        if limit.left_seconds() <= 0.0:
            raise SelfTestError(
                f"expected {self_test.sound.label} to be recognised within "
                f"{limit.within_seconds:g} s, got no end of it",
                hint="this machine is busy, or too slow: see `soundpost bench`",
            )
    return told


def _tell(config: Config, messages: list[DetectionMessage], limit: _Limit) -> float:
    payloads = [encode(message) for message in messages]
    milliseconds = deliver(config.mqtt, config.node.name, LEAF, payloads, limit.left_seconds())
    if limit.left_seconds() < 0.0:
        raise PublishError(
            f"expected all to be acknowledged within {limit.within_seconds:g} s, got it after "
            f"{limit.elapsed_seconds():.1f} s",
            hint="the network or the broker is slow, or give it longer (--within)",
        )
    return milliseconds


def _describe_config(config: Config) -> str:
    return f"node {config.node.name}, broker {config.mqtt.broker}, gate {config.gate.open_on}"


def _describe_bundle(model: Model) -> str:
    manifest = model.bundle.manifest
    return f"{manifest.id} {manifest.version}: {len(manifest.labels)} labels, hashes as promised"


def _describe_sound(self_test: SelfTest) -> str:
    sound = self_test.sound
    return f"{sound.label}, the golden example that the model is surest of ({sound.score:.3f})"


def _describe_heard(self_test: SelfTest, messages: list[DetectionMessage]) -> str:
    first, sound = messages[0], self_test.sound
    return (
        f"{first.label} {', '.join(message.state for message in messages)}; expected at "
        f"{sound.needed_score:.3f} or more, got {self_test.best_score:.3f}"
    )


def _topic(config: Config) -> str:
    return f"{config.mqtt.prefix}/{config.node.name}/{LEAF}"
