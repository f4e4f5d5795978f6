"""The ways in which a camera with a password is lost, and how it comes back from each."""

from collections.abc import Callable

from rtsp_server import Camera

USER, PASSWORD = "viewer", "p@ss: w/%1'\"ü"
LOGIN = ("--user", USER, "--password", PASSWORD)

Change = Callable[[Camera], object]


def holds_password(text: bytes) -> bool:
    """Returns whether a text has the password, or a part of it that no other text has."""
    return any(part in text for part in (PASSWORD.encode(), b"p%40ss", b"w%2F%251", b"p@ss"))


def _move(camera: Camera) -> None:
    """Serves other paths from now on."""
    camera.kill()
    camera.start(*LOGIN, "--prefix", "/moved")


def _change_password(camera: Camera) -> None:
    """Needs another password from now on."""
    camera.kill()
    camera.start(*LOGIN[:3], "another")


def _restart(camera: Camera) -> None:
    """Kills what serves the port, and starts the camera again."""
    camera.kill()
    camera.start()


LOSSES: dict[str, tuple[Change, Change]] = {
    "killed": (Camera.kill, Camera.start),
    "frozen": (Camera.freeze, Camera.thaw),
    "moved": (_move, _restart),
    "other password": (_change_password, _restart),
}
"""What loses the camera, and what brings it back."""
