"""The folders of heads and of background."""

from pathlib import Path

import pytest

from soundpost.config import HeadsConfig
from soundpost.heads import location
from soundpost.heads.location import background_folder, background_folders, heads_folder

SERVICE = {"STATE_DIRECTORY": "/var/lib/soundpost"}
SOURCE = {"STATE_DIRECTORY": "/var/lib/soundpost/sources/yard"}
CONFIGURED = HeadsConfig(folder="/srv/heads")


def test_all_sources_share_the_heads_of_the_service() -> None:
    """A configured folder wins."""
    assert heads_folder(HeadsConfig(), SERVICE) == Path("/var/lib/soundpost/heads")
    assert heads_folder(HeadsConfig(), SOURCE) == Path("/var/lib/soundpost/heads")
    assert heads_folder(CONFIGURED, SOURCE) == Path("/srv/heads")


def test_each_source_has_its_own_background() -> None:
    """Beside a configured folder of heads where there is no state directory."""
    assert background_folder(HeadsConfig(), None, SERVICE) == Path("/var/lib/soundpost/background")
    expected = Path("/var/lib/soundpost/sources/yard/background")
    assert background_folder(HeadsConfig(), "yard", SOURCE) == expected
    assert background_folder(CONFIGURED, None, {}) == Path("/srv/background")
    assert background_folder(CONFIGURED, "yard", {}) == Path("/srv/background/yard")
    assert background_folder(HeadsConfig(), None, {}) is None


def test_a_command_finds_the_heads_of_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only those of a service that has some; it is off otherwise."""
    monkeypatch.setattr(location, "SERVICE_FOLDER", tmp_path)
    assert heads_folder(HeadsConfig(), {}) is None
    (tmp_path / "heads").mkdir()
    assert heads_folder(HeadsConfig(), {}) == tmp_path / "heads"


def test_a_command_finds_the_background_of_all_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the state directory, and beside a configured folder of heads."""
    own, yard = tmp_path / "background", tmp_path / "sources" / "yard" / "background"
    own.mkdir()
    yard.mkdir(parents=True)
    (tmp_path / "sources" / "road").mkdir()
    assert background_folders(HeadsConfig(), {"STATE_DIRECTORY": str(tmp_path)}) == [own, yard]
    monkeypatch.setattr(location, "SERVICE_FOLDER", tmp_path)
    assert background_folders(HeadsConfig(), {}) == [own, yard]
    (own / "road").mkdir()
    beside = HeadsConfig(folder=str(tmp_path / "heads"))
    assert background_folders(beside, {}) == [own, own / "road"]
