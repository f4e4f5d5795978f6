"""The input of ffmpeg as the user names it: a URL, a path, or an audio device."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from soundpost.config import PASSWORD_PLACE
from soundpost.errors import ConfigError

DEVICE_FORMATS = ("alsa", "jack", "oss", "pulse", "sndio")
"""ffmpeg's input devices that record sound on Linux (ffmpeg-devices(1))."""

_STANDARD_INPUT = ("/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")
"""Of ffmpeg it is a pipe with the address, so that no password is among its arguments."""
_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<path>.*)", re.DOTALL
)
"""The authority ends at a slash, a question mark or a number sign (RFC 3986, section 3.2)."""
_WITH_HOST = frozenset({"rtsp", "rtsps", "http", "https", "rtmp", "rtmps"})
_QUERY = re.compile(r"[?#].*", re.DOTALL)
_VALUE = re.compile(r"(?<==)(?!\{password\})[^&/;]+")


@dataclass(frozen=True, slots=True)
class StreamAddress:
    """An input of ffmpeg.

    Attributes:
        device_format: Name of ffmpeg's input device; None for a URL or a path.
        text: The URL, the path, or the device; never with a password.
    """

    device_format: str | None
    text: str

    @property
    def shown(self) -> str:
        """The address for logs and errors, without values that may be secret keys."""
        if self.device_format is not None:
            return f"{self.device_format}:{self.text}"
        parts = _URL.fullmatch(self.text)
        if parts is None:
            return self.text
        path = _VALUE.sub("…", _QUERY.sub("?…", parts["path"]))
        return f"{parts['scheme']}://{parts['authority']}{path}"

    @property
    def is_rtsp(self) -> bool:
        """True for RTSP, with TLS or without."""
        return self.text.startswith(("rtsp://", "rtsps://")) and self.device_format is None

    @property
    def is_path(self) -> bool:
        """True for a file or a pipe."""
        return self.device_format is None and _URL.fullmatch(self.text) is None

    def with_password(self, password: str | None) -> str:
        """Returns the address with the password in its place, percent-encoded (RFC 3986)."""
        if password is None:
            return self.text
        encoded = quote(password, safe="")
        if PASSWORD_PLACE in self.text:
            return self.text.replace(PASSWORD_PLACE, encoded)
        parts = _URL.fullmatch(self.text)
        if parts is None:
            return self.text
        user, _, host = parts["authority"].rpartition("@")
        return f"{parts['scheme']}://{user}:{encoded}@{host}{parts['path']}"


def parse_address(text: str) -> StreamAddress:
    """Parses `rtsp://…` or `ffmpeg:INPUT`.

    INPUT is a URL with its scheme, a path that begins with `/` or `.`, or the name of an input
    device of ffmpeg with a device, as in `alsa:hw:1`.

    Raises:
        ConfigError: The text has none of these forms, or its URL has no host or an impossible port.
    """
    address = text.removeprefix("ffmpeg:")
    url = _URL.fullmatch(address)
    if url is not None:
        _refuse_wrong_host(StreamAddress(None, address), url["scheme"].lower())
        return StreamAddress(None, address)
    if address in _STANDARD_INPUT:
        raise ConfigError(
            f"expected a file or a pipe with a name, got {address}, which ffmpeg itself uses",
            hint="read standard input with wav:/dev/stdin (a recording) or pcm:- (raw PCM)",
        )
    if address.startswith(("/", ".")):
        return StreamAddress(None, address)
    kind, _, device = address.partition(":")
    if kind in DEVICE_FORMATS and device:
        return StreamAddress(kind, device)
    raise ConfigError(
        f"expected ffmpeg: with a URL, a path or a device after it, got {text!r}",
        hint="for example ffmpeg:https://HOST/PATH, ffmpeg:/run/sound.pipe or ffmpeg:alsa:hw:1; "
        f"devices of {', '.join(DEVICE_FORMATS)} are known",
    )


def _refuse_wrong_host(address: StreamAddress, scheme: str) -> None:
    try:
        parts = urlsplit(address.text)
        is_possible = bool(parts.hostname or scheme not in _WITH_HOST) and parts.port != 0
    except ValueError:  # a port that is no number or too large, a bracket without its other half
        is_possible = False
    if not is_possible:
        raise ConfigError(
            f"expected {scheme}://HOST:PORT/PATH, got {address.shown.rpartition('@')[2]}",
            hint="special characters in the user are percent-encoded, as %2F for a slash",
        )
