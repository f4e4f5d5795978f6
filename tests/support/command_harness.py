"""A command executor without a broker: commands, results and evidence are in memory."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from soundpost.classify import Classifier, load_bundle
from soundpost.classify.model import Model
from soundpost.commands.context import CommandContext
from soundpost.commands.executor import CommandExecutor
from soundpost.commands.live_settings import LiveSettings
from soundpost.commands.self_test import SelfTests
from soundpost.commands.sound_clock import SoundClock
from soundpost.commands.state_file import StateFile
from soundpost.commands.targets import CommandTargets
from soundpost.config import Config, NodeConfig
from soundpost.decide import Rule, build_mutes
from soundpost.errors import SoundpostError
from soundpost.evidence import NoClipReason, NoEvidence, Request
from soundpost.health import Health, Status
from soundpost.live_view.factory import build_live_view
from soundpost.messages.settings import SettingsMessage
from soundpost.mqtt.message import IncomingMessage
from soundpost.publish.inbox.inbox import CommandInbox
from soundpost.publish.inbox.results import ResultQueue
from soundpost.system.clock import clock_state

if TYPE_CHECKING:
    from soundpost.commands.tasks.teach_request import TeachPlace
    from soundpost.live_view.view import LiveView

BASE = "soundpost/north-gate"
NOW_NS = 4_102_444_800_000_000_000
"""The year 2100 by the sound clock: the wall clock is never ahead of it."""
MINUTE_NS = 60_000_000_000
RUNNING = Status()
"""Sound is being captured."""
LABELS = ("hiss", "hum", "hush")


class RecordedResults(ResultQueue):
    """A queue of results that are never sent.

    Attributes:
        health: Its counters.
    """

    def __init__(self) -> None:
        self.health = Health()
        super().__init__(f"{BASE}/result", lambda _topic, _refusal: None, self.health)

    @property
    def queued(self) -> list[tuple[str, dict[str, Any], bytes | None]]:
        """The topic, the result and the correlation data of each."""
        return [
            (result.topic, json.loads(result.payload), result.correlation)
            for result in self._queue.waiting()
        ]


@dataclass
class ScriptedEvidence(NoEvidence):
    """Evidence with a scripted outcome.

    Attributes:
        requests: The requests for a clip so far.
        refusal: Raised at a request, if set.
        outcome: The outcome of a requested clip; None while it is being recorded.
    """

    requests: list[Request] = field(default_factory=list)
    refusal: SoundpostError | None = None
    outcome: str | NoClipReason | None = None

    def request_clip(self, request: Request) -> None:
        """Records a request, or refuses it."""
        if self.refusal is not None:
            raise self.refusal
        self.requests.append(request)

    def requested_clip(self, *, is_last: bool = False) -> str | NoClipReason | None:
        """Returns the scripted outcome; without one the clip is lost at the end."""
        return NoClipReason.LOST if is_last and self.outcome is None else self.outcome


class CommandNode:
    """A command executor and its targets; a second one on the same folder is its restart.

    Attributes:
        clips: Its evidence.
        rules: The decision rules in force.
        settings: The settings that it published, in order.
        health: Its counters.
        reloads: The number of reloads of the configuration.
        refusal: Raised by a reload, if set.
        view: Its live view, if it is on.
        reload_seconds: The duration of a reload.
        pieces: Publishes clips.
        now_seconds: The time of its monotonic clock, which stands still otherwise.
    """

    reload_seconds = 0.0

    def __init__(
        self,
        folder: Path | None,
        model: Model,
        config: Config | None = None,
        sent_clips: Path | None = None,
        teaching: "TeachPlace | None" = None,
    ) -> None:
        config = msgspec.structs.replace(config or Config(), node=NodeConfig(name="north-gate"))
        manifest = model.bundle.manifest
        self.clips = ScriptedEvidence()
        self.rules: tuple[Rule, ...] = ()
        self.settings = list[SettingsMessage]()
        self.health = Health()
        self.reloads = 0
        self.refusal: SoundpostError | None = None
        self.sound_clock = SoundClock(model.sample_rate_hz)
        self.sound_clock.utc_ns = NOW_NS
        state_file = StateFile(folder / "commands.json" if folder else None)
        self.mutes = build_mutes([manifest.labels], config, clock_state, state_file.state.mutes)
        self.live_settings = LiveSettings(
            config, [manifest], self.mutes, self._set_rules, state_file.state.overrides
        )
        self.view: LiveView | None = None
        if config.mqtt.live_view:
            self.view = build_live_view(
                config, [manifest], LABELS, model.sample_rate_hz, clock_state, lambda _payload: None
            )
        targets = CommandTargets(
            evidence=self.clips,
            mutes=self.mutes,
            health=self.health,
            sound_clock=self.sound_clock,
            set_rules=self._set_rules,
            reload=self._reload,
            live_view=self.view,
            sent_clips=sent_clips,
            teaching=teaching,
        )
        context = CommandContext(
            targets=targets,
            live_settings=self.live_settings,
            new_self_test=lambda: SelfTests(config, [model]),
            publish_settings=self.settings.append,
        )
        self._results = RecordedResults()
        self._inbox = CommandInbox(
            BASE, self._results, lambda: None, utc_ns=lambda: self.sound_clock.utc_ns
        )
        self.pieces = self._inbox.pieces
        self.now_seconds = 0.0
        self.executor = CommandExecutor(
            self._inbox, context, state_file, monotonic_seconds=lambda: self.now_seconds
        )

    def send(self, name: str, command_id: str = "a1", **fields: Any) -> None:  # noqa: ANN401 - JSON
        """Delivers a command to the inbox."""
        payload = json.dumps({"id": command_id, **fields}).encode()
        self._inbox.on_message(IncomingMessage(f"{BASE}/command/{name}", payload))

    def execute(self, name: str, command_id: str = "a1", **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Delivers a command, runs a tick, and returns the latest result."""
        self.send(name, command_id, **fields)
        self.executor.tick(RUNNING)
        return self.results[-1]

    @property
    def results(self) -> list[dict[str, Any]]:
        """All results so far."""
        return [result for _, result, _ in self._results.queued]

    def _set_rules(self, rules: Sequence[Sequence[Rule]]) -> None:
        (self.rules,) = map(tuple, rules)

    def _reload(self) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.reloads += 1
        self.now_seconds += self.reload_seconds


def tiny_model() -> Model:
    """Loads the tiny model of the tests."""
    bundle = load_bundle(Path(__file__).resolve().parents[1] / "golden" / "tiny-int8")
    return Model(bundle, Classifier(bundle))
