"""Files of credentials that are no files."""

import os
from pathlib import Path

import pytest

from soundpost.config import MqttConfig, refuse_irregular_credentials
from soundpost.errors import ConfigError

KEYS = ("password_file", "ca_file", "cert_file", "key_file")


def configured(key: str, path: Path) -> MqttConfig:
    """Returns a configuration in which one file is set to a path."""
    files: dict[str, str] = {"cert_file": "/etc/passwd"} if key == "key_file" else {}
    files[key] = str(path)
    return MqttConfig(broker="mqtts://barn", username="me", **files)  # type: ignore[arg-type]  # keys of files hold text


@pytest.mark.parametrize("key", KEYS)
def test_a_pipe_is_refused_at_once(key: str, tmp_path: Path) -> None:
    """OpenSSL would wait for its writer for ever."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigError, match=rf"mqtt\.{key} .*: it is a pipe, not a file"):
        refuse_irregular_credentials(configured(key, tmp_path / "pipe"))


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    ("path", "reason"),
    [("/dev/zero", "it is a device"), ("/etc", "Is a directory"), ("/absent", "No such file")],
)
def test_a_device_a_folder_and_nothing_are_refused(key: str, path: str, reason: str) -> None:
    """The error names the key and the reason."""
    with pytest.raises(ConfigError, match=rf"mqtt\.{key} {path} cannot be .*{reason}"):
        refuse_irregular_credentials(configured(key, Path(path)))


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    """It is not read into memory."""
    path = tmp_path / "huge"
    path.touch()
    os.truncate(path, 10**12)
    with pytest.raises(ConfigError, match="it is larger than 10 MB"):
        refuse_irregular_credentials(configured("ca_file", path))
