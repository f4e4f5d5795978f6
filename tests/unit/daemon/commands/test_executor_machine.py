"""Commands in any order, with repetitions and deaths in between: each is done once."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from command_harness import LABELS, RUNNING, House, tiny_model
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

MODEL = tiny_model()
COMMANDS: list[tuple[str, dict[str, Any]]] = [
    ("mute", {"labels": ["hum"], "minutes": 30}),
    ("mute", {"minutes": 60}),
    ("unmute", {"labels": ["hum"]}),
    ("unmute", {}),
    ("threshold", {"label": "hum", "on": 0.9}),
    ("threshold", {"label": "hum", "on": None}),
    ("profile", {"label": "hiss", "profile": "steady"}),
    ("profile", {"label": "hiss", "profile": None}),
]


class StewardMachine(RuleBasedStateMachine):
    """What the node decides by is what the commands say, each taken once, in their order."""

    @initialize()
    def begin(self) -> None:
        """A node that was never told anything."""
        self._folder = TemporaryDirectory()
        self._house = House(Path(self._folder.name), MODEL)
        self._waiting: list[tuple[str, int]] = []
        self._done: dict[str, tuple[int, dict[str, Any]]] = {}
        self._muted = dict.fromkeys(LABELS, False)
        self._threshold, self._profile = 0.5, ""

    @rule(number=st.integers(0, 5), which=st.integers(0, len(COMMANDS) - 1))
    def send(self, number: int, which: int) -> None:
        """A command comes in, under an id that may have come before."""
        name, fields = COMMANDS[which]
        waiting = len(self._house.results)
        self._house.send(name, f"a{number}", **fields)
        if len(self._house.results) == waiting:  # it was let in
            self._waiting.append((f"a{number}", which))

    @rule()
    def go_on(self) -> None:
        """A chunk of sound later."""
        told = len(self._house.results)
        self._house.executor.tick(RUNNING)
        if not self._waiting:
            assert len(self._house.results) == told
            return
        command_id, which = self._waiting.pop(0)
        result = self._house.results[-1]
        assert result["id"] == command_id
        if command_id not in self._done:
            assert result["status"] == "done"
            self._done[command_id] = which, result
            self._apply(*COMMANDS[which])
        elif self._done[command_id][0] == which:
            assert result == self._done[command_id][1]
        else:
            assert result["status"] == "refused"

    @rule()
    def die(self) -> None:
        """Kill -9, and another start: what waited is gone, all else is not."""
        self._waiting.clear()
        self._house = House(Path(self._folder.name), MODEL)

    @invariant()
    def decides_as_told(self) -> None:
        """Nothing is forgotten, and nothing done twice."""
        now = self._house.live_settings.settings(self._house.sound_clock.utc_ns)
        assert set(now.muted) == {label for label, is_muted in self._muted.items() if is_muted}
        assert now.thresholds["hum"] == self._threshold
        assert now.profiles.get("hiss", "") == self._profile
        assert os.listdir(self._folder.name) in ([], ["commands.json"])  # noqa: PTH208 - names only

    def teardown(self) -> None:
        """Leave nothing behind."""
        self._folder.cleanup()

    def _apply(self, name: str, fields: dict[str, Any]) -> None:
        if name in {"mute", "unmute"}:
            for label in fields.get("labels", LABELS):
                self._muted[label] = name == "mute"
        elif name == "threshold":
            self._threshold = fields["on"] or 0.5
        else:
            self._profile = fields["profile"] or ""


TestStewardMachine = StewardMachine.TestCase
TestStewardMachine.settings = settings(max_examples=20, stateful_step_count=20)
