"""A local camera that tests kill, freeze and misconfigure: GStreamer's RTSP server in a process.

Fixture: `make_camera`.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pytest

PROGRAM = Path(__file__).with_name("rtsp_program.py")
PYTHON = "/usr/bin/python3"
"""Debian's, for which python3-gi is built."""
START_SECONDS = 60.0
"""Long enough for a busy machine."""
IMPORTS = "import gi; gi.require_version('GstRtspServer', '1.0')"


class Camera:
    """A camera with one address, for which a user and a password may be needed.

    Args:
        options: Options of rtsp_program.py.

    Attributes:
        port: The port; the same after each start.
    """

    def __init__(self, *options: str) -> None:
        self._options = options
        self._process: subprocess.Popen[str] | None = None
        self.port = _free_port()

    def url(self, path: str = "camera", user: str = "") -> str:
        """Returns the URL of a path, without a password."""
        return f"rtsp://{f'{user}@' if user else ''}127.0.0.1:{self.port}/{path}"

    def start(self, *options: str) -> Self:
        """Starts it, and waits until it serves.

        Args:
            options: Instead of those of the constructor, if there are any.
        """
        self._process = subprocess.Popen(
            [PYTHON, str(PROGRAM), str(self.port), *(options or self._options)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"
        self._wait_for_port()
        return self

    def kill(self) -> None:
        """Kills it, frozen or not: its connections are reset."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate(timeout=START_SECONDS)

    def freeze(self) -> None:
        """Stops its process: connections stay open and deliver nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Continues it."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _wait_for_port(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("the camera does not serve its port")


MakeCamera = Callable[..., Camera]


@pytest.fixture
def make_camera() -> Iterator[MakeCamera]:
    """Provides a function that starts a camera; all end with the test."""
    _require_server()
    cameras: list[Camera] = []

    def make(*options: str) -> Camera:
        cameras.append(Camera(*options))
        return cameras[-1].start()

    yield make
    for camera in cameras:
        camera.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _require_server() -> None:
    """Skips the test where no camera can run; fails it in CI."""
    found = shutil.which("ffmpeg") and shutil.which(PYTHON)
    if (
        found
        and not subprocess.run([PYTHON, "-c", IMPORTS], capture_output=True, check=False).returncode
    ):
        return
    reason = (
        "not installed: apt-get install ffmpeg python3-gi gir1.2-gst-rtsp-server-1.0 "
        "gstreamer1.0-plugins-base gstreamer1.0-plugins-good"
    )
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
