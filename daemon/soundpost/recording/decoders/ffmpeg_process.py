"""Starts the program ffmpeg, where it is installed, as a child that ends with this process."""

import shutil
import subprocess
from collections.abc import Sequence

PROGRAM = "ffmpeg"


class FfmpegError(Exception):
    """ffmpeg is not installed, or cannot decode the file; the message is the reason."""


def is_installed() -> bool:
    """Returns whether ffmpeg is on PATH."""
    return shutil.which(PROGRAM) is not None


def start_ffmpeg(
    arguments: Sequence[str], *, stdin: int, pass_fds: Sequence[int] = ()
) -> subprocess.Popen[bytes]:
    """Starts ffmpeg without a shell; its output and its log are pipes.

    The kernel kills it when the thread that called this ends, so that a process that is killed
    leaves none behind. In the units of systemd setpriv is not executable: there systemd kills it,
    or the supervisor of its source.

    Args:
        arguments: Its arguments.
        stdin: As for `subprocess.Popen`.
        pass_fds: Further descriptors that it gets.

    Raises:
        FfmpegError: It is not installed.
    """
    program = shutil.which(PROGRAM)
    if program is None:
        raise FfmpegError(f"{PROGRAM} is not installed")
    command = [program, *arguments]
    if keeper := shutil.which("setpriv"):  # util-linux; without, it ends with its next write
        command = [keeper, "--pdeathsig", "KILL", *command]
    return subprocess.Popen(  # noqa: S603 - fixed programs, no shell
        command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=pass_fds
    )
