"""The command `soundpost-train prepare freesound`."""

from pathlib import Path

import pytest
from freesound_server import serving

from soundpost_training.cli import main


def test_the_token_is_taken_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`prepare freesound` prints a summary; a missing token or a count of 0 is an error."""
    command = ["prepare", "freesound", "--query", "fox", "--label", "fox", "--license", "by"]
    command += ["--folder", str(tmp_path), "--grouped-by", "clip"]
    monkeypatch.delenv("FREESOUND_TOKEN", raising=False)
    assert main(command) == 78
    assert "FREESOUND_TOKEN is not set" in capsys.readouterr().err
    monkeypatch.setenv("FREESOUND_TOKEN", "secret")
    with serving() as site:
        monkeypatch.setenv("FREESOUND_API", f"{site.address}/apiv2")
        assert main(command) == 0
    assert "fox: 4 recordings" in capsys.readouterr().out
    assert main([*command, "--count", "0"]) == 78
