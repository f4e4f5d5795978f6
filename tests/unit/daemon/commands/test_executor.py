"""Command execution: each id once, saved over restarts, and never in the way of the audio."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_harness import LABELS, MINUTE_NS, NOW_NS, RUNNING, CommandNode

from soundpost.classify.model import Model
from soundpost.commands import history
from soundpost.config import Config, DecideConfig
from soundpost.errors import ConfigError, EvidenceError
from soundpost.evidence import NoClipReason

MakeNode = Callable[..., CommandNode]
LATER_NS = NOW_NS + 31 * MINUTE_NS
GROUPS = Config(decide=DecideConfig(groups={"noises": ["hiss", "hum"]}))


def muted(node: CommandNode, utc_ns: int = NOW_NS) -> list[str]:
    """Returns the labels that are muted at a time."""
    return [label for label in LABELS if node.mutes.is_muted(label, utc_ns)]


def test_a_label_is_muted_for_a_while(node: CommandNode) -> None:
    """The mute ends by itself."""
    result = node.execute("mute", labels=["hum"], minutes=30)
    assert (result["status"], result["at"]) == ("done", "2100-01-01T00:00:00.000Z")
    assert result["message"] == "hum is muted until 2100-01-01T00:30:00.000Z"
    assert (muted(node), muted(node, LATER_NS)) == (["hum"], [])


def test_without_labels_everything_is_muted_and_unmuted(node: CommandNode) -> None:
    """`mute` and `unmute` without labels apply to all labels."""
    assert node.execute("mute", "a1", minutes=30)["message"].startswith("everything is muted until")
    assert muted(node) == [*LABELS]
    assert node.execute("unmute", "a2")["message"] == "everything is no longer muted"
    assert muted(node) == []


def test_a_mute_of_zero_minutes_unmutes(node: CommandNode) -> None:
    """A Home Assistant switch therefore needs one topic only."""
    node.execute("mute", "a1", minutes=30)
    result = node.execute("mute", "a2", labels=["hum"], minutes=0)
    assert (result["status"], result["message"]) == ("done", "hum is no longer muted")
    assert muted(node) == ["hiss", "hush"]


def test_a_group_mutes_all_its_labels(make_node: MakeNode) -> None:
    """The name of a group stands for its labels."""
    node = make_node(GROUPS)
    assert "hiss, hum are muted" in node.execute("mute", labels=["noises"], minutes=1)["message"]
    assert muted(node) == ["hiss", "hum"]


def test_a_threshold_applies_until_it_is_reset(node: CommandNode) -> None:
    """A reset restores the configured rule; other labels keep theirs."""
    assert node.execute("threshold", "a1", label="hum", on=0.9)["message"] == "hum starts at 0.9"
    assert [rule.on_threshold for rule in node.rules] == [0.5, 0.9, 0.5]
    assert node.execute("threshold", "a2", label="hum", on=None)["message"] == "hum starts at 0.5"
    assert [rule.on_threshold for rule in node.rules] == [0.5, 0.5, 0.5]
    assert node.live_settings.overrides == ()


def test_a_profile_and_a_threshold_of_one_label_combine(node: CommandNode) -> None:
    """To reset the one leaves the other."""
    node.execute("profile", "a1", label="hum", profile="steady")
    node.execute("threshold", "a2", label="hum", on=0.9)
    assert (node.rules[1].needed_windows, node.rules[1].on_threshold) == (3, 0.9)
    assert "as configured" in node.execute("profile", "a3", label="hum", profile=None)["message"]
    assert (node.rules[1].needed_windows, node.rules[1].on_threshold) == (1, 0.9)


@pytest.mark.parametrize(
    ("name", "fields", "hint"),
    [
        ("mute", {"labels": ["hum", "him"], "minutes": 1}, "did you mean hum?"),
        ("unmute", {"labels": ["him"]}, "did you mean hum?"),
        ("threshold", {"label": "him", "on": 0.5}, "did you mean hum?"),
        ("profile", {"label": "hum", "profile": "stead"}, "did you mean steady?"),
    ],
)
def test_an_unknown_name_is_refused_and_nothing_is_changed(
    node: CommandNode, name: str, fields: dict[str, Any], hint: str
) -> None:
    """The known names of the same command are not changed either."""
    node.send(name, **fields)
    node.executor.tick(RUNNING)
    (result,) = node.results
    assert (result["status"], result["hint"]) == ("refused", hint)
    assert (muted(node), node.rules, node.live_settings.overrides) == ([], (), ())


def test_a_repeated_command_gets_the_first_result_and_is_not_executed_again(
    node: CommandNode,
) -> None:
    """The result is identical, for a later repetition and for one that waits beside the first."""
    for _ in range(2):
        node.send("reload")
    for _ in range(2):
        node.executor.tick(RUNNING)
    node.sound_clock.utc_ns = LATER_NS
    node.execute("reload")
    assert (node.reloads, node.health.commands) == (1, 1)
    assert node.results == [node.results[0]] * 3


def test_an_id_that_was_used_for_another_command_is_refused(node: CommandNode) -> None:
    """The other command may have the same name or another one."""
    node.execute("mute", minutes=1)
    others: list[tuple[str, dict[str, Any]]]
    others = [("mute", {"minutes": 2}), ("reload", {}), ("unmute", {})]
    for name, fields in others:
        result = node.execute(name, **fields)
        assert result["status"] == "refused"
        assert "another command" in result["message"]
    assert (node.reloads, muted(node)) == (0, [*LABELS])


def test_a_restart_restores_mutes_overrides_and_results(make_node: MakeNode) -> None:
    """A repeated command still gets its first result."""
    first = make_node()
    results = [
        first.execute("mute", "a1", labels=["hum"], minutes=30),
        first.execute("threshold", "a2", label="hiss", on=0.9),
        first.execute("profile", "a3", label="hum", profile="steady"),
    ]
    second = make_node()
    assert (muted(second), second.rules) == (["hum"], first.rules)
    assert second.execute("mute", "a1", labels=["hum"], minutes=30) == results[0]
    assert second.settings == first.settings[-1:]


def test_an_override_of_a_removed_label_is_dropped_with_a_warning(
    make_node: MakeNode, caplog: pytest.LogCaptureFixture
) -> None:
    """All other overrides still apply."""
    node = make_node()
    node.execute("threshold", "a1", label="hiss", on=0.9)
    node.execute("threshold", "a2", label="hum", on=0.9)
    node = make_node(Config(decide=DecideConfig(exclude=["hiss"])))
    assert [rule.on_threshold for rule in node.rules] == [0.9, 0.5]
    assert "no longer fits, and is left out" in caplog.text


def test_the_number_of_saved_results_is_bounded(
    make_node: MakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest ids are dropped first."""
    monkeypatch.setattr(history, "KEPT_RESULTS", 3)
    node = make_node()
    for number in range(5):
        node.execute("reload", f"a{number}")
    node = make_node()
    for command_id, reloads in (("a4", 0), ("a2", 0), ("a1", 1)):
        node.execute("reload", command_id)
        assert node.reloads == reloads


def test_without_a_state_file_the_result_warns_that_a_restart_undoes_it(model: Model) -> None:
    """A command that changes no state has no such hint."""
    node = CommandNode(None, model)
    assert "a restart undoes it" in node.execute("mute", "a1", minutes=1)["hint"]
    assert node.execute("reload", "a2")["hint"] == ""


def test_a_failed_write_is_in_the_result_and_logged_once(
    make_node: MakeNode, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The command is executed all the same."""
    node = make_node()
    (tmp_path / ".commands.json.part").mkdir()
    for command_id in ("a1", "a2"):
        result = node.execute("mute", command_id, minutes=1)
        assert (result["status"], "a restart undoes it" in result["hint"]) == ("done", True)
    assert caplog.text.count("cannot be written") == 1


def test_a_clip_has_a_second_result_when_it_is_stored(node: CommandNode) -> None:
    """The first result is `started`; other commands are executed meanwhile."""
    assert node.execute("capture-now", seconds=2)["status"] == "started"
    assert node.execute("reload", "a2")["status"] == "done"
    assert node.execute("capture-now", seconds=2)["status"] == "started"
    node.clips.outcome = "x.flac"
    node.executor.tick(RUNNING)
    (request,) = node.clips.requests
    assert (request.command, request.seconds) == ("a1", 2.0)
    result = node.results[-1]
    assert (result["id"], result["status"], result["clip"]) == ("a1", "done", "x.flac")


@pytest.mark.parametrize(
    ("outcome", "why"), [(NoClipReason.WITHHELD, "speech"), (NoClipReason.LOST, "be stored")]
)
def test_a_clip_that_was_not_stored_fails_with_the_reason(
    node: CommandNode, outcome: NoClipReason, why: str
) -> None:
    """It was withheld for speech, or lost to the disk."""
    node.execute("capture-now", seconds=2)
    node.clips.outcome = outcome
    node.executor.tick(RUNNING)
    assert (node.results[-1]["status"], node.results[-1]["clip"]) == ("failed", None)
    assert why in node.results[-1]["message"]


def test_a_clip_request_that_the_evidence_refuses_is_refused(node: CommandNode) -> None:
    """The result has the message of the evidence."""
    node.clips.refusal = EvidenceError("no evidence", hint="set evidence.folder")
    result = node.execute("capture-now", seconds=2)
    assert (result["status"], result["message"]) == ("refused", "no evidence")
    node.executor.tick(RUNNING)
    assert len(node.results) == 1


def test_a_refused_configuration_is_reported_with_its_reason(node: CommandNode) -> None:
    """A remote user cannot read the log."""
    node.refusal = ConfigError("unknown key mqtt.x", hint="did you mean mqtt.y?")
    result = node.execute("reload")
    assert (result["status"], result["message"]) == ("refused", "unknown key mqtt.x")
    assert result["hint"] == "did you mean mqtt.y?"


def test_a_self_test_runs_one_step_per_tick(node: CommandNode) -> None:
    """Captured sound and other commands are processed between the steps."""
    assert node.execute("selftest")["status"] == "started"
    node.execute("mute", "a2", minutes=1)
    ticks = 0
    while len(node.results) < 3:
        node.executor.tick(RUNNING)
        ticks += 1
    assert (node.results[-1]["id"], node.results[-1]["status"]) == ("a1", "done")
    assert "was recognised" in node.results[-1]["message"]
    assert ticks > 3


def test_a_command_that_a_restart_interrupted_has_failed(make_node: MakeNode) -> None:
    """Its sender gets a final result."""
    make_node().execute("capture-now", seconds=2)
    node = make_node()
    result = node.execute("capture-now", seconds=2)
    assert (result["status"], node.clips.requests) == ("failed", [])
    assert "restarted" in result["message"]


def test_close_ends_running_commands_and_refuses_pending_ones(node: CommandNode) -> None:
    """Every sender gets a final result."""
    node.execute("capture-now", seconds=2)
    for command_id in ("a2", "a3"):
        node.send("reload", command_id)
    node.executor.close()
    node.send("reload", "a4")
    statuses = [(result["id"], result["status"]) for result in node.results]
    assert statuses == [
        ("a1", "started"),
        ("a1", "failed"),
        *((f"a{n}", "refused") for n in (2, 3, 4)),
    ]
    assert node.reloads == 0


def test_a_second_self_test_is_refused(node: CommandNode) -> None:
    """Several self-tests at once would delay the audio."""
    node.execute("selftest")
    assert node.execute("selftest", "a2")["status"] == "refused"


def test_a_slow_command_is_followed_by_a_pause(node: CommandNode) -> None:
    """Commands take a small share of the time, however slow the disk is."""
    node.reload_seconds = 2.0
    for number in range(2):
        node.send("reload", f"a{number}")
    done = []
    for node.now_seconds in (0.0, 9.9, 10.0):
        node.executor.tick(RUNNING)
        done.append(node.reloads)
    assert done == [1, 1, 2]


def test_at_most_one_command_is_executed_per_tick(node: CommandNode) -> None:
    """The number of pending commands makes no difference."""
    for number in range(5):
        node.send("reload", f"a{number}")
    node.executor.tick(RUNNING)
    assert node.reloads == 1
