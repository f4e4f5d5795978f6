"""The outcome of the command `teach`, by the end of its process."""

import signal
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from command_harness import RUNNING, CommandNode
from mosquitto import wait_until

from soundpost.classify.model import Model
from soundpost.commands.tasks.teach_process import Ended, TeachProcess
from soundpost.commands.tasks.teach_request import TeachPlace
from soundpost.commands.tasks.teach_task import NodeLoad, TeachTask, teach_outcome
from soundpost.errors import ConfigError
from soundpost.messages.command import TeachCommand
from soundpost.messages.result import CommandOutcome, CommandStatus
from soundpost.teach.result import (
    ChangeResult,
    FalseEvent,
    Figures,
    LeftOutClip,
    Refusal,
    TeachFailure,
    TeachResult,
)

TEACH = TeachCommand(id="a1", label="gate_bell")
EVENT = FalseEvent("this node", 3.21456, 0.61239, "2026-11-30T02:26:07.171Z")
FIGURES = Figures(
    recordings=10,
    detected=9,
    missed=[f"{number}.flac" for number in range(9)],
    separation=0.99,
    other_recordings=3,
    background_hours=0.95,
    negative_hours=1.0,
    events=[EVENT] * 9,
    events_per_hour=1.0,
    budget=2.0,
    has_general=True,
)
RESULT = TeachResult(
    label="gate_bell",
    backbone="everyday",
    figures=FIGURES,
    version=3,
    left_out=[LeftOutClip(f"/clips/{number}.flac", "is silent") for number in range(9)],
)


def outcome(
    result: msgspec.Struct, status: int = 0, command: TeachCommand = TEACH
) -> CommandOutcome:
    """Returns the outcome of a process that has printed a result."""
    return teach_outcome(command, Ended(status, msgspec.json.encode(result) + b"\n", b""))


def test_a_taught_label_has_its_figures() -> None:
    """In words and as numbers, with the first sounds only; the node reads its heads again."""
    taught = outcome(RESULT)
    assert (taught.status, taught.reloads) == (CommandStatus.DONE, True)
    assert taught.message == (
        "gate_bell is taught, version 3: 9 of 10 recordings are detected, and 1 false event in "
        "60 min of background and other sounds"
    )
    report = taught.teach
    assert report is not None
    assert (report.version, report.recordings, report.detected) == (3, 10, 9)
    assert [len(each) for each in (report.missed, report.false_events, report.unused)] == [5, 5, 5]
    assert report.unused[0].clip == "0.flac"
    assert report.false_events[0].score == 0.6124
    assert len(msgspec.json.encode(report)) < 2_000


def test_a_trial_changes_nothing() -> None:
    """There is nothing to read again."""
    tried = outcome(msgspec.structs.replace(RESULT, version=None))
    assert (tried.status, tried.reloads) == (CommandStatus.DONE, False)
    assert "gate_bell would be taught: 9 of 10" in tried.message


def test_false_events_without_background_are_not_known() -> None:
    """Instead of a figure that nothing was measured for."""
    figures = msgspec.structs.replace(FIGURES, events_per_hour=None, negative_hours=0.0)
    message = outcome(msgspec.structs.replace(RESULT, figures=figures)).message
    assert message.endswith("false events are not known, without any background")


def test_a_refusal_has_reason_hint_and_figures() -> None:
    """And the sounds that are in the way."""
    refusal = Refusal("at 2 false events an hour it would detect 1 of 10", "more", 4.0, [EVENT])
    refused = outcome(msgspec.structs.replace(RESULT, version=None, refusal=refusal), 1)
    assert (refused.status, refused.hint, refused.reloads) == (CommandStatus.FAILED, "more", False)
    assert refused.message.startswith("gate_bell is not taught: at 2 false events an hour")
    assert refused.teach is not None
    assert len(refused.teach.false_events) == 1


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        (ChangeResult("gate_bell", 2), "gate_bell is version 2 again"),
        (ChangeResult("gate_bell"), "gate_bell is removed"),
    ],
)
def test_a_label_that_was_changed_is_read_again(changed: ChangeResult, text: str) -> None:
    """An earlier version, or none."""
    command = msgspec.structs.replace(TEACH, undo=True)
    assert outcome(changed, 0, command) == CommandOutcome(CommandStatus.DONE, text, reloads=True)


@pytest.mark.parametrize(
    ("ended", "reason"),
    [
        (Ended(-signal.SIGXCPU, b"", b""), "it took too long"),
        (Ended(-signal.SIGKILL, b"", b""), "it was killed: memory may be short"),
        (Ended(1, b"", b"Traceback\nMemoryError: \n"), "it needs more memory than it may take"),
        (Ended(1, b"\xff{", b"Traceback\nKeyError\n"), "its process ended with status 1"),
        (Ended(0, b"[]", b""), "its process ended with status 0"),
    ],
)
def test_a_process_that_failed_is_named(
    ended: Ended, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has the end of its own."""
    failed = teach_outcome(TEACH, ended)
    assert (failed.status, reason in failed.message, bool(failed.hint)) == (
        CommandStatus.FAILED,
        True,
        True,
    )
    assert f"ended with status {ended.status}" in caplog.text


def test_an_error_of_the_program_is_passed_on() -> None:
    """With its hint, whatever the status."""
    failed = outcome(TeachFailure("no folder for heads", "set heads.folder"), 78)
    assert failed == CommandOutcome(CommandStatus.FAILED, "no folder for heads", "set heads.folder")


def test_a_hint_names_the_keys_of_the_command() -> None:
    """Instead of flags, also that of a refusal; flags without a key stay."""
    hint = "give clips with --not, or use `soundpost teach --background`"
    failed = outcome(TeachFailure("there is no other sound", hint), 1)
    assert failed.hint == "give clips with `not`, or use `soundpost teach --background`"
    refusal = Refusal("too often", "more clips, or a larger --budget", 4.0, [EVENT])
    refused = outcome(msgspec.structs.replace(RESULT, version=None, refusal=refusal), 1)
    assert refused.hint == "more clips, or a larger `budget`"


def teaching(model: Model, folder: Path, code: str) -> CommandNode:
    """Returns a node whose program to teach is a program of Python."""
    place = TeachPlace((sys.executable, "-c", code), folder, model.bundle.manifest)
    return CommandNode(folder, model, teaching=place)


def wait_for_end(node: CommandNode) -> dict[str, Any]:
    """Ticks until the command has ended; returns its result."""

    def has_ended() -> bool:
        node.executor.tick(RUNNING)
        return bool(node.results[-1]["status"] != "started")

    wait_until(has_ended)
    return node.results[-1]


def test_a_changed_head_is_read_before_the_result(model: Model, tmp_path: Path) -> None:
    """Then no command is taken; one whose reload is refused says how it comes into use."""
    node = teaching(model, tmp_path, """print('{"label":"gate_bell","version":1}')""")
    assert node.execute("teach", label="gate_bell", undo=True)["status"] == "started"
    done = wait_for_end(node)
    assert (done["status"], done["message"], node.reloads) == (
        "done",
        "gate_bell is version 1 again",
        1,
    )
    assert "stopping" in node.execute("unmute", "a2")["message"]

    node = teaching(model, tmp_path, """print('{"label":"gate_bell","version":1}')""")
    node.refusal = ConfigError("unknown key", hint="remove it")
    node.execute("teach", "a3", label="gate_bell", undo=True)
    assert wait_for_end(node)["hint"] == (
        "the node uses it after a reload, which is refused: unknown key (remove it)"
    )
    assert node.execute("unmute", "a4")["status"] == "done"


class ScriptedProcess:
    """A process that never ends.

    Attributes:
        pauses: The pauses that were asked for.
    """

    is_too_long = False

    def __init__(self) -> None:
        self.pauses = list[bool]()

    def poll(self) -> None:
        """Returns None."""

    def pause(self, *, is_paused: bool) -> None:
        """Records a pause."""
        self.pauses.append(is_paused)


def test_teaching_stands_still_while_sound_waits() -> None:
    """From one second on, until almost none waits."""
    process, waiting = ScriptedProcess(), [0.0]
    node = NodeLoad(lambda: False, lambda: waiting[0])
    task = TeachTask(TEACH, process, node)  # type: ignore[arg-type]  # it is scripted
    for seconds in (0.1, 0.9, 1.1, 0.5, 0.2, 0.9):
        waiting[0] = seconds
        assert task.advance(is_last=False) is None
    assert process.pauses == [False, False, True, True, False, False]


def test_one_label_is_taught_at_a_time(model: Model, tmp_path: Path) -> None:
    """A lost microphone does not end it; a stop does."""
    node = teaching(model, tmp_path, "import time; time.sleep(600)")
    node.execute("teach", label="gate_bell", undo=True)
    busy = node.execute("teach", "a2", label="gate_bell", undo=True)
    assert (busy["status"], "being taught already" in busy["message"]) == ("refused", True)
    node.executor.tick(RUNNING.__class__(is_waiting=True))
    assert [result["status"] for result in node.results] == ["started", "refused"]
    node.executor.close()
    assert (node.results[-1]["id"], node.results[-1]["status"]) == ("a1", "failed")


@pytest.mark.parametrize("is_whole", [True, False])
def test_at_a_stop_what_is_stored_is_the_result(tmp_path: Path, is_whole: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Also while the process still ends; a part of a result is none."""
    line, told = '{"label":"gate_bell","version":1}', tmp_path / "told"
    code = f"""
import pathlib, time
print('{line}', end={chr(10) * is_whole!r}, flush=True)
pathlib.Path({str(told)!r}).touch()
time.sleep(600)
"""
    process = TeachProcess([sys.executable, "-c", code])
    wait_until(told.exists)
    command = msgspec.structs.replace(TEACH, undo=True)
    ended = TeachTask(command, process, NodeLoad(lambda: True, float)).advance(is_last=True)
    assert not Path(f"/proc/{process.pid}").exists()
    assert ended is not None
    assert (ended.status, ended.message, ended.reloads) == (
        (CommandStatus.DONE, "gate_bell is version 1 again", True)
        if is_whole
        else (CommandStatus.FAILED, "the node is stopping", False)
    )


def test_a_process_that_cannot_be_started_is_refused(model: Model, tmp_path: Path) -> None:
    """As on a node without a place to teach."""
    refused = CommandNode(tmp_path, model).execute("teach", label="gate_bell", undo=True)
    assert (refused["status"], "cannot be taught" in refused["message"]) == ("refused", True)
    place = TeachPlace(("/nowhere/soundpost",), tmp_path, model.bundle.manifest)
    node = CommandNode(tmp_path, model, teaching=place)
    refused = node.execute("teach", "a2", label="gate_bell", undo=True)
    assert (refused["status"], refused["message"]) == (
        "refused",
        "the process that teaches cannot be started: No such file or directory",
    )
