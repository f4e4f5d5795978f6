"""Errors of a stream that ended, from ffmpeg's last lines, without the password."""

import re
from collections.abc import Sequence
from urllib.parse import quote

from soundpost.capture.live.live_source import LoginRefusedError
from soundpost.capture.stream.address import StreamAddress
from soundpost.errors import CaptureError

SHOWN_LINES = 2
"""Of the last errors: the cause, and what failed because of it."""
LINE_CHARACTERS = 200
"""Of each; a server may send any text."""

_USER = re.compile(r"(?<=//)[^/\s'\"]*@")
_REFUSED = re.compile(
    r"\b(401|403)\b|authori[sz]ation failed|Unauthorized|Forbidden", re.IGNORECASE
)
_LOGIN_HINT = (
    "look at the user in capture.source and at capture.password_file; a camera that locked the "
    "account needs some minutes"
)
_ENDED = "the stream ended"
_HINTS = (
    (rf"{_ENDED}|ends prematurely", "look at the camera and its connection"),
    (r"\b404\b|Not Found", "the path of the URL is wrong: the manual of the camera has it"),
    (r"Connection refused", "the host does not serve this port: is RTSP switched on there?"),
    (r"resolve hostname|Name or service", "the host has no address: use its IP address"),
    (
        r"No route|unreachable|timed out",
        "the host does not answer: look at its power, its cable and its address",
    ),
    (
        # Without a stream of sound ffmpeg plays a session that was never set up.
        r"matches no streams|does not contain any stream|method PLAY failed",
        "the stream has no sound: switch on the microphone in the settings of the camera",
    ),
    (
        r"Protocol not found|Unknown input format|not on whitelist",
        "this ffmpeg does not read such an input; `ffmpeg -protocols` lists what it reads",
    ),
)
_REPETITIONS = ("Impossible to open", "Error opening input file")
"""First words of lines beside others that give the reason, of ffmpeg 5 and 7."""
_PREFIXES = ("pipe:0: ", "Error opening input: ")
_OTHER_HINT = "`ffprobe` with the same address shows more"


def stream_failure(
    address: StreamAddress, log: Sequence[str], password: str | None
) -> CaptureError:
    """Returns the error of a stream that ended.

    Args:
        address: Its address.
        log: The last errors of ffmpeg, oldest first.
        password: Removed from them.
    """
    telling = [line for line in log if not line.startswith(_REPETITIONS)]
    lines = [_redacted(line, address, password) for line in telling[-SHOWN_LINES:]]
    reason = "; ".join(dict.fromkeys(filter(None, lines))) or _ENDED
    message = f"{address.shown}: {reason}"
    if _REFUSED.search(reason):
        return LoginRefusedError(message, hint=_LOGIN_HINT)
    found = (hint for pattern, hint in _HINTS if re.search(pattern, reason))
    return CaptureError(message, hint=next(found, _OTHER_HINT))


def _redacted(line: str, address: StreamAddress, password: str | None) -> str:
    for prefix in _PREFIXES:
        line = line.removeprefix(prefix)
    if password is not None:
        line = line.replace(address.with_password(password), address.shown)
        for secret in (password, quote(password, safe="")):
            line = line.replace(secret, "…")
    line = _USER.sub("", line.replace(address.text, address.shown))
    return line if len(line) <= LINE_CHARACTERS else f"{line[:LINE_CHARACTERS]}…"
