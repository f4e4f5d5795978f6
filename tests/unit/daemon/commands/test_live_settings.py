"""Live settings: labels and groups that commands name, and messages about changes."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from command_harness import MINUTE_NS, NOW_NS, RUNNING, CommandNode
from tagging_bundle import tagging_manifest
from tiny_models import tiny_model
from wide_bundle import BIRDNET_LABELS, wide_manifest

from soundpost.classify.model import Model
from soundpost.commands.live_settings import LiveSettings
from soundpost.config import (
    Config,
    DecideConfig,
    LabelConfig,
    ModelConfig,
    MqttConfig,
    NodeConfig,
    ProfileConfig,
)
from soundpost.decide import Override, Rule, build_mutes
from soundpost.errors import ConfigError
from soundpost.manifest import Manifest
from soundpost.messages.settings import SettingsMessage
from soundpost.system.clock import clock_state

LATER_NS = NOW_NS + 31 * MINUTE_NS


def test_settings_are_published_when_they_change_and_when_a_mute_ends(node: CommandNode) -> None:
    """They are not published with every chunk."""
    for _ in range(3):
        node.executor.tick(RUNNING)
    node.execute("mute", labels=["hum"], minutes=30)
    node.executor.tick(RUNNING)
    node.sound_clock.utc_ns = LATER_NS
    node.executor.tick(RUNNING)
    assert [message.muted for message in node.settings] == [
        {},
        {"hum": "2100-01-01T00:30:00.000Z"},
        {},
    ]


def test_settings_are_compared_once_a_second(
    node: CommandNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With hundreds of muted labels that takes longer than a chunk lasts on a small machine."""
    calls: list[int] = []
    settings = node.live_settings.settings

    def counted(utc_ns: int) -> SettingsMessage:
        calls.append(utc_ns)
        return settings(utc_ns)

    monkeypatch.setattr(node.live_settings, "settings", counted)
    for _ in range(40):
        node.executor.tick(RUNNING)
        node.sound_clock.utc_ns += 50_000_000
    assert calls == [NOW_NS, NOW_NS + 1_000_000_000]


def test_a_label_that_is_not_detected_has_no_threshold(
    make_node: Callable[[Config], CommandNode],
) -> None:
    """The hint states how to switch it on, not the nearest other label."""
    node = make_node(Config(decide=DecideConfig(exclude=["hum"])))
    commands: dict[str, dict[str, Any]] = {
        "threshold": {"on": 0.5},
        "profile": {"profile": "instant"},
    }
    for name, fields in commands.items():
        result = node.execute(name, name, label="hum", **fields)
        assert (result["status"], result["message"]) == (
            "refused",
            "command: hum is not detected by this node",
        )
        assert "decide.labels.hum" in result["hint"]


def test_a_group_of_the_bundle_is_muted_by_its_name(tmp_path: Path, model: Model) -> None:
    """Labels that are off in it are muted too, for the case that they are switched on."""
    tagging = replace(model, bundle=replace(model.bundle, manifest=tagging_manifest()))
    node = CommandNode(tmp_path, tagging)
    assert node.execute("mute", "a1", labels=["alarms"], minutes=1)["status"] == "done"
    assert [mute.label for mute in node.mutes.state.mutes] == ["hiss", "hush"]
    result = node.execute("mute", "a2", labels=["alrams"], minutes=1)
    assert (result["status"], result["hint"]) == ("refused", "did you mean alarms?")


def test_settings_of_thousands_of_labels_are_bounded() -> None:
    """Thresholds that the configuration names or a command has changed are there."""
    manifest = wide_manifest(BIRDNET_LABELS)
    config = Config(mqtt=MqttConfig(chosen=["hum"]))
    mutes = build_mutes([manifest.labels], config, clock_state)
    settings = LiveSettings(config, [manifest], mutes, lambda _: None)
    settings.set_threshold("long_tailed_warbler_6000", 0.7)
    settings.mute(None, LATER_NS)
    message = settings.settings(NOW_NS)
    assert message.thresholds == {"hum": 0.5, "long_tailed_warbler_6000": 0.7}
    assert len(message.muted) == 200
    assert message.left_out == {
        "muted": BIRDNET_LABELS - 200,
        "thresholds": BIRDNET_LABELS - 2,
    }
    assert len(msgspec.json.encode(message)) < 16_000


@pytest.mark.parametrize("source", ["yard", None])
def test_the_settings_of_a_source_name_it(source: str | None) -> None:
    """Those of a node without named sources have no such key."""
    manifest, config = wide_manifest(3), Config(node=NodeConfig(name="farm", source=source))
    mutes = build_mutes([manifest.labels], config, clock_state)
    message = LiveSettings(config, [manifest], mutes, lambda _: None).settings(NOW_NS)
    assert json.loads(msgspec.json.encode(message)).get("source") == source


def test_settings_of_a_label_apply_to_every_model_that_has_it() -> None:
    """The published threshold is the lowest; a command sets it in both, or in none."""
    everyday, birds = (tiny_model(16_000).bundle.manifest, bird_manifest())
    steady = DecideConfig(profiles={"slow": ProfileConfig(smoothing_windows=5)})
    config = Config(
        models=[
            ModelConfig(decide=DecideConfig(labels={"hum": LabelConfig(on_threshold=0.8)})),
            ModelConfig(decide=steady),
        ]
    )
    mutes = build_mutes([everyday.labels, birds.labels], config, clock_state)
    rules: list[dict[str, Rule]] = []

    def keep(of_models: Sequence[Sequence[Rule]]) -> None:
        rules[:] = [{rule.label: rule for rule in of_model} for of_model in of_models]

    settings = LiveSettings(config, [everyday, birds], mutes, keep)
    assert settings.settings(NOW_NS).thresholds == {
        "hiss": 0.5,
        "hum": 0.5,
        "hush": 0.5,
        "owl": 0.5,
        "crow": 0.5,
    }
    assert settings.set_threshold("hum", 0.9) == "hum starts at 0.9"
    assert [of_model["hum"].on_threshold for of_model in rules] == [0.9, 0.9]
    settings.set_profile("owl", "slow")
    assert [of_model.get("owl") and of_model["owl"].smoothing_windows for of_model in rules] == [
        None,
        5,
    ]
    with pytest.raises(ConfigError, match="there is no profile 'slow'"):
        settings.set_profile("hum", "slow")
    assert rules[1]["hum"].smoothing_windows == 2
    settings.mute(["hum", "owl"], LATER_NS)
    assert not mutes.may_start("hum", NOW_NS)
    with pytest.raises(ConfigError, match="no label 'bear'"):
        settings.mute(["bear"], LATER_NS)


def bird_manifest() -> Manifest:
    """Returns the manifest of a model that shares one label with the tiny one."""
    return tiny_model(22_050, ("owl", "hum", "crow")).bundle.manifest


def test_commands_take_the_names_that_people_use() -> None:
    """In any spelling; the result names the label."""
    manifest, config = wide_manifest(4), Config()
    mutes = build_mutes([manifest.labels], config, clock_state)
    settings = LiveSettings(config, [manifest], mutes, lambda _: None)
    assert settings.set_threshold("Long-tailed Warbler 0001", 0.7) == "hum starts at 0.7"
    assert settings.set_profile("phylloscopus caudatus 0002", "instant").startswith("hush is")
    assert settings.mute(["long-tailed warbler 0003"], LATER_NS).startswith(
        "long_tailed_warbler_0003 is muted until"
    )
    with pytest.raises(ConfigError, match="command: there is no label 'Owl'"):
        settings.set_threshold("Owl", 0.7)


def test_overrides_of_an_earlier_run_are_restored_at_once(caplog: pytest.LogCaptureFixture) -> None:
    """If one of them no longer fits, it is left out and logged, and the others hold."""
    manifest, config = wide_manifest(4), Config()
    mutes = build_mutes([manifest.labels], config, clock_state)
    overrides = [Override("hum", 0.7), Override("hush", None, "instant")]
    received: list[Sequence[Sequence[Rule]]] = []
    restored = LiveSettings(config, [manifest], mutes, received.append, overrides)
    assert (len(received), restored.overrides) == (1, tuple(overrides))
    gone = Override("gone", 0.7)
    restored = LiveSettings(config, [manifest], mutes, received.append, [gone, *overrides])
    assert restored.overrides == tuple(overrides)
    assert "a setting of an earlier run no longer fits" in caplog.text
