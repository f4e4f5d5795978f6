"""The services of the page and of the notifier are hardened as that of the daemon."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).resolve().parents[2] / "systemd"
SERVICES = {"soundpost-web": "web.toml", "soundpost-notify": "notify.toml"}
"""The configuration of each service."""
MOST_EXPOSURE = 2.0


@pytest.mark.parametrize("name", SERVICES)
def test_the_service_is_confined(tmp_path: Path, name: str) -> None:
    """The level is that of `systemd-analyze security`: 0 is most restricted, 10 is root."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    text = (SYSTEMD / f"{name}.service").read_text("utf-8")
    unit = tmp_path / f"{name}.service"
    # The program is not installed here, which is no part of the level.
    unit.write_text(re.sub(r"(?m)^ExecStart=.*$", "ExecStart=/bin/true", text))
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if "unrecognized option" in answer.stderr:
        pytest.skip("systemd-analyze is older than 250")
    level = re.search(r"Overall exposure level for .*: ([0-9.]+)", answer.stdout)
    assert level is not None, answer.stdout + answer.stderr
    assert float(level[1]) <= MOST_EXPOSURE


@pytest.mark.parametrize(("name", "config"), SERVICES.items())
def test_the_service_is_that_of_the_program(name: str, config: str) -> None:
    """It waits for the program, keeps its state, and does not retry a wrong configuration."""
    text = (SYSTEMD / f"{name}.service").read_text("utf-8")
    for line in (
        "Type=notify",
        f"ExecStart=/usr/bin/{name} --config /etc/{name}/{config}",
        f"StateDirectory={name}",
        "RestartPreventExitStatus=78",
        "NoNewPrivileges=yes",
    ):
        assert f"\n{line}\n" in text
