"""The command `live-view`, and what the settings say of it and of profiles."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from command_harness import CommandNode

from soundpost.commands import history
from soundpost.config import Config, DecideConfig, MqttConfig, ProfileConfig

MakeNode = Callable[..., CommandNode]


def test_a_live_view_is_refused_where_it_is_off(node: CommandNode) -> None:
    """The result names the switch."""
    result = node.execute("live-view", seconds=15)
    assert (result["status"], result["hint"]) == (
        "refused",
        "set mqtt.live_view in its configuration",
    )


def test_a_request_for_the_live_view_is_not_stored(make_node: MakeNode, tmp_path: Path) -> None:
    """It is repeated every few seconds: it would fill the history, and wear the disk."""
    node = make_node(Config(mqtt=MqttConfig(commands=True, live_view=True)))
    view = node.view
    assert view is not None
    was_active = view.is_active
    muted_result = node.execute("mute", "a1", labels=["hum"], minutes=30)
    before = (tmp_path / "commands.json").read_bytes()
    for number in range(history.KEPT_RESULTS + 1):
        result = node.execute("live-view", f"view-{number}", seconds=15)
        assert (result["status"], result["message"]) == ("done", "the live view is sent for 15 s")
    assert (was_active, view.is_active) == (False, True)
    assert (tmp_path / "commands.json").read_bytes() == before
    assert node.execute("mute", "a1", labels=["hum"], minutes=30) == muted_result
    assert node.settings[-1].live_view is True


@pytest.mark.parametrize("seconds", [0, -1, 60.1, "x", None, True])
def test_a_live_view_without_an_end_is_refused(make_node: MakeNode, seconds: object) -> None:
    """A sender that is gone must be noticed."""
    node = make_node(Config(mqtt=MqttConfig(commands=True, live_view=True)))
    assert node.execute("live-view", seconds=seconds)["status"] == "refused"
    assert node.view is not None
    assert not node.view.is_active


def test_the_settings_name_the_profiles_that_can_be_set(make_node: MakeNode) -> None:
    """Those that are built in, and those of the configuration."""
    profiles = {"night": ProfileConfig(on_threshold=0.9)}
    node = make_node(Config(decide=DecideConfig(profiles=profiles)))
    result = node.execute("profile", label="hum", profile="night")
    assert result["status"] == "done"
    assert node.settings[-1].profile_names == ["instant", "steady", "night"]
    assert node.settings[-1].live_view is msgspec.UNSET
