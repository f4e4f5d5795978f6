"""Commands in any order, repeated, with kill -9 in between: each is executed once."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from command_harness import LABELS, RUNNING, CommandNode, tiny_model
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


class ExecutorMachine(RuleBasedStateMachine):
    """The settings in force are those of the commands, each executed once, in their order."""

    @initialize()
    def begin(self) -> None:
        """Starts a node without a state file."""
        self._folder = TemporaryDirectory()
        self._node = CommandNode(Path(self._folder.name), MODEL)
        self._pending: list[tuple[str, int]] = []
        self._done: dict[str, tuple[int, dict[str, Any]]] = {}
        self._muted = dict.fromkeys(LABELS, False)
        self._threshold, self._profile = 0.5, ""

    @rule(number=st.integers(0, 5), index=st.integers(0, len(COMMANDS) - 1))
    def send(self, number: int, index: int) -> None:
        """Delivers a command, under an id that may have been used before."""
        name, fields = COMMANDS[index]
        before = len(self._node.results)
        self._node.send(name, f"a{number}", **fields)
        if len(self._node.results) == before:  # it was accepted
            self._pending.append((f"a{number}", index))

    @rule()
    def tick(self) -> None:
        """Runs the step between two chunks."""
        before = len(self._node.results)
        self._node.executor.tick(RUNNING)
        if not self._pending:
            assert len(self._node.results) == before
            return
        command_id, index = self._pending.pop(0)
        result = self._node.results[-1]
        assert result["id"] == command_id
        if command_id not in self._done:
            assert result["status"] == "done"
            self._done[command_id] = index, result
            self._apply(*COMMANDS[index])
        elif self._done[command_id][0] == index:
            assert result == self._done[command_id][1]
        else:
            assert result["status"] == "refused"

    @rule()
    def kill(self) -> None:
        """Restarts the node as after kill -9: pending commands are lost, all else is restored."""
        self._pending.clear()
        self._node = CommandNode(Path(self._folder.name), MODEL)

    @invariant()
    def settings_are_as_commanded(self) -> None:
        """Compares the settings in force with the expected ones; the folder has no other file."""
        now = self._node.live_settings.settings(self._node.sound_clock.utc_ns)
        assert set(now.muted) == {label for label, is_muted in self._muted.items() if is_muted}
        assert now.thresholds["hum"] == self._threshold
        assert now.profiles.get("hiss", "") == self._profile
        assert os.listdir(self._folder.name) in ([], ["commands.json"])  # noqa: PTH208 - names only

    def teardown(self) -> None:
        """Removes the folder."""
        self._folder.cleanup()

    def _apply(self, name: str, fields: dict[str, Any]) -> None:
        if name in {"mute", "unmute"}:
            for label in fields.get("labels", LABELS):
                self._muted[label] = name == "mute"
        elif name == "threshold":
            self._threshold = fields["on"] or 0.5
        else:
            self._profile = fields["profile"] or ""


TestExecutorMachine = ExecutorMachine.TestCase
TestExecutorMachine.settings = settings(max_examples=20, stateful_step_count=20)
