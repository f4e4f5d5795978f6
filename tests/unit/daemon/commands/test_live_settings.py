"""When a steward tells how it is decided now, and when it looks whether that has changed."""

import pytest
from command_harness import MINUTE_NS, NOW_NS, RUNNING, House

from soundpost.messages.settings import SettingsMessage

LATER_NS = NOW_NS + 31 * MINUTE_NS


def test_settings_are_told_when_they_change_and_when_a_mute_is_over(house: House) -> None:
    """And not with every chunk."""
    for _ in range(3):
        house.executor.tick(RUNNING)
    house.ask("mute", labels=["hum"], minutes=30)
    house.executor.tick(RUNNING)
    house.sound_clock.utc_ns = LATER_NS
    house.executor.tick(RUNNING)
    assert [told.muted for told in house.settings] == [
        {},
        {"hum": "2100-01-01T00:30:00.000Z"},
        {},
    ]


def test_settings_are_looked_at_once_a_second(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With hundreds of labels muted that takes longer than a chunk lasts on a small machine."""
    looks: list[int] = []
    settings = house.live_settings.settings

    def look(utc_ns: int) -> SettingsMessage:
        looks.append(utc_ns)
        return settings(utc_ns)

    monkeypatch.setattr(house.live_settings, "settings", look)
    for _ in range(40):
        house.executor.tick(RUNNING)
        house.sound_clock.utc_ns += 50_000_000
    assert looks == [NOW_NS, NOW_NS + 1_000_000_000]
