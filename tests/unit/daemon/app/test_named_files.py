"""The files that a configuration names."""

import os
import shutil
from pathlib import Path

import pytest

from soundpost.app.named_files import stamp_named_files
from soundpost.config import CaptureConfig, ClassifyConfig, Config, MqttConfig
from soundpost.errors import BundleError

MODELS = Path(__file__).resolve().parents[4] / "models"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Provides a configuration with a bundle, a password and a certificate of its own."""
    shutil.copytree(MODELS / "esc10", tmp_path / "esc10")
    for name in ("password", "ca.pem"):
        (tmp_path / name).write_text(name)
    return Config(
        classify=ClassifyConfig(bundle=f"{tmp_path}/esc10"),
        capture=CaptureConfig(source="rtsp://me@camera/", password_file=str(tmp_path / "password")),
        mqtt=MqttConfig(broker="mqtts://broker", ca_file=str(tmp_path / "ca.pem")),
    )


def replace(path: Path) -> None:
    """Replaces a file by one of the same content, as an editor or an import does."""
    part = path.with_name("part")
    shutil.copy(path, part)
    part.rename(path)


@pytest.mark.parametrize("name", ["esc10/manifest.json", "password", "ca.pem"])
def test_a_replaced_file_has_another_stamp(config: Config, tmp_path: Path, name: str) -> None:
    """A bundle by its manifest; without a change the stamps are the same."""
    stamps = stamp_named_files(config)
    assert stamp_named_files(config) == stamps
    replace(tmp_path / name)
    assert stamp_named_files(config) != stamps


def test_a_file_that_is_written_in_place_has_another_stamp(config: Config, tmp_path: Path) -> None:
    """Of the same length, too."""
    password = tmp_path / "password"
    os.utime(password, ns=(0, 0))
    stamps = stamp_named_files(config)
    password.write_text("PASSWORD")
    assert stamp_named_files(config) != stamps


def test_an_absent_password_is_a_change_and_an_absent_bundle_an_error(
    config: Config, tmp_path: Path
) -> None:
    """The password is read again, whose error names it."""
    stamps = stamp_named_files(config)
    (tmp_path / "password").unlink()
    assert stamp_named_files(config) != stamps
    shutil.rmtree(tmp_path / "esc10")
    with pytest.raises(BundleError, match="no bundle"):
        stamp_named_files(config)
