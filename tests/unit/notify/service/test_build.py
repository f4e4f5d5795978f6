"""The parts of the notifier, as they are built from the configuration."""

from pathlib import Path

import msgspec
import pytest

from soundpost.errors import ConfigError
from soundpost_notify.errors import NotifyError
from soundpost_notify.service.build import build_rules, load_client_id, sole_user
from soundpost_notify.settings import NotifySettings


def settings(**tables: object) -> NotifySettings:
    """Returns a configuration with a target `phone`."""
    return msgspec.convert({"ntfy": {"phone": {"topic": "gate"}}} | tables, NotifySettings)


def test_rules_have_names_and_the_groups_of_bundles() -> None:
    """The groups of the configuration win."""
    rule = {"targets": ["phone"], "groups": ["security", "owls"]}
    found = build_rules(
        settings(
            rules=[rule, {**rule, "name": "two"}],
            nodes=[{"targets": ["phone"]}],
            groups={"owls": ["tawny_owl"]},
        )
    )
    assert [each.name for each in found.sounds] == ["rule-1", "two"]
    assert [each.name for each in found.nodes] == ["nodes-1"]
    names = found.sounds[0].names
    assert names is not None
    assert {"glass_breaking", "tawny_owl"} <= names


def test_hours_by_the_sun_are_those_of_the_place() -> None:
    """The configuration names it."""
    rules = [{"targets": ["phone"], "from": "dusk", "to": "dawn"}]
    with pytest.raises(ConfigError, match=r"dusk needs notify\.latitude"):
        build_rules(settings(rules=rules))
    place = {"latitude": 52.5, "longitude": 13.4}
    assert str(build_rules(settings(rules=rules, notify=place)).sounds[0].times) == (
        "from dusk to dawn"
    )


def test_the_client_identifier_stays_the_same(tmp_path: Path) -> None:
    """The broker knows the session by it; garbage is replaced."""
    path = tmp_path / "client-id"
    first = load_client_id(path)
    assert load_client_id(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"\xff\n" * 9)
    second = load_client_id(path)
    assert second.startswith("soundpost-")
    assert second != first


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """It names the file."""
    with pytest.raises(ConfigError, match="client-id cannot be used"):
        load_client_id(tmp_path / "none" / "client-id")


def test_a_queue_has_one_user(tmp_path: Path) -> None:
    """Two would send each message twice."""
    path = tmp_path / "state" / "queue.db"
    in_use = pytest.raises(NotifyError, match="in use by another notifier")
    with sole_user(path), in_use, sole_user(path):
        pass
    with sole_user(path):
        pass
