"""A machine with a fake ffmpeg, or with none."""

import os
from pathlib import Path

import pytest
from noise_recordings import install_fake_ffmpeg


@pytest.fixture
def fake_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts a program called ffmpeg that knows one format of its own first on PATH."""
    install_fake_ffmpeg(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def no_ffmpeg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Leaves no program on PATH."""
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
