"""The arguments and the script of ffmpeg."""

import shutil
import subprocess

import pytest

from soundpost.capture.stream.address import parse_address
from soundpost.capture.stream.command import build_command, build_script

PASSWORD = "s3cret"  # noqa: S105 - of no server


@pytest.mark.parametrize("text", ["rtsp://me@cam/a", "ffmpeg:https://me@cam/a", "ffmpeg:/run/a'b"])
def test_an_address_is_in_the_script_and_not_in_the_arguments(text: str) -> None:
    """All users of the machine can read the arguments."""
    address = parse_address(text)
    arguments = " ".join(build_command(address))
    assert "cam" not in arguments
    assert "/run" not in arguments
    password = None if address.is_path else PASSWORD
    script = build_script(address, password).decode()
    assert address.with_password(password).replace("'", r"'\''") in script


def test_a_device_is_an_argument() -> None:
    """It has no secret, and ffmpeg's list of files cannot have a device."""
    address = parse_address("ffmpeg:alsa:hw:1,0")
    assert build_script(address, None) == b""
    arguments = build_command(address)
    at = arguments.index("-i")
    assert arguments[at - 2 : at + 2] == ["-f", "alsa", "-i", "hw:1,0"]


def test_a_playlist_from_the_network_opens_no_file() -> None:
    """Only an input that is a path itself needs them."""
    protocols = dict.fromkeys(["file", "http", "tcp"])
    for text, expected in (("ffmpeg:http://a/b", False), ("ffmpeg:/run/a", True)):
        arguments = build_command(parse_address(text))
        allowed = arguments[arguments.index("-protocol_whitelist") + 1].split(",")
        assert ("file" in allowed) is expected
        assert {*protocols} - {"file"} <= {*allowed}


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
@pytest.mark.parametrize("text", ["rtsp://me@127.0.0.1:1/a", "ffmpeg:http://me@127.0.0.1:1/a"])
def test_ffmpeg_takes_every_option(text: str) -> None:
    """An option that it does not know would be in its log; here only the connection fails."""
    address = parse_address(text)
    done = subprocess.run(
        ["ffmpeg", *build_command(address)],
        input=build_script(address, PASSWORD),
        capture_output=True,
        check=False,
        timeout=60,
    )
    log = done.stderr.decode()
    assert "Connection refused" in log
    assert not any(
        word in log.lower() for word in ("option", "unused", "unrecognized", "whitelist")
    )
