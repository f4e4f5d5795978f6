"""Settings messages: published on change, and compared once a second."""

import pytest
from command_harness import MINUTE_NS, NOW_NS, RUNNING, CommandNode

from soundpost.messages.settings import SettingsMessage

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
