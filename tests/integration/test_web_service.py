"""The service of the page is hardened as that of the daemon."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNIT = Path(__file__).resolve().parents[2] / "systemd" / "soundpost-web.service"
MOST_EXPOSURE = 2.0


def test_the_service_is_confined(tmp_path: Path) -> None:
    """The level is that of `systemd-analyze security`: 0 is most restricted, 10 is root."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / UNIT.name
    # The program is not installed here, which is no part of the level.
    unit.write_text(re.sub(r"(?m)^ExecStart=.*$", "ExecStart=/bin/true", UNIT.read_text("utf-8")))
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if "unrecognized option" in answer.stderr:
        pytest.skip("systemd-analyze is older than 250")
    level = re.search(r"Overall exposure level for .*: ([0-9.]+)", answer.stdout)
    assert level is not None, answer.stdout + answer.stderr
    assert float(level[1]) <= MOST_EXPOSURE


def test_the_service_is_that_of_the_program() -> None:
    """It waits for the program, keeps its state, and does not retry a wrong configuration."""
    text = UNIT.read_text(encoding="utf-8")
    for line in (
        "Type=notify",
        "ExecStart=/usr/bin/soundpost-web --config /etc/soundpost-web/web.toml",
        "StateDirectory=soundpost-web",
        "RestartPreventExitStatus=78",
        "NoNewPrivileges=yes",
    ):
        assert f"\n{line}\n" in text
