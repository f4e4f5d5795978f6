"""The arguments and the input script by which ffmpeg opens a stream."""

from soundpost.capture.stream.address import StreamAddress

CONNECTION_TIMEOUT_MICROSECONDS = 20_000_000
"""Longest wait of ffmpeg itself for its connection, longer than `StreamSource` waits for sound: the
second guard, if this process cannot end it."""
ANALYSIS_MICROSECONDS = "1000000"
"""Sound that ffmpeg inspects before it decodes: by default it is up to 5 s, all of which would be
missing for the first events."""

_GENERAL = ("-nostdin", "-hide_banner", "-nostats", "-v", "level+info", "-max_alloc", str(1 << 28))
"""One allocation takes at most 256 MiB."""
_PROTOCOLS = (
    "pipe,crypto,data,hls,http,httpproxy,https,icecast,mmsh,mmst,rtmp,rtmpe,rtmps,rtmpt,rtmpte,rtmpts,"
    "rtp,sctp,srt,srtp,tcp,tls,udp,udplite,unix"
)
"""Without `file`: a playlist from the network opens no file of this machine."""
_OUTPUT = ("-map", "0:a:0", "-map_metadata", "-1", "-f", "wav", "-c:a", "pcm_f32le")
"""The first audio stream as WAV, whose header has the rate and the channels."""
_AT_ONCE = ("-flush_packets", "1", "pipe:1")


def build_command(address: StreamAddress) -> list[str]:
    """Returns ffmpeg's arguments; the address of a URL or path is in the script, not in them."""
    arguments = [*_GENERAL, "-analyzeduration", ANALYSIS_MICROSECONDS]
    if address.device_format is not None:
        return [*arguments, "-f", address.device_format, "-i", address.text, *_OUTPUT, *_AT_ONCE]
    protocols = f"{_PROTOCOLS},file" if address.is_path else _PROTOCOLS
    script = ["-f", "concat", "-safe", "0", "-protocol_whitelist", protocols, "-i", "pipe:0"]
    return [*arguments, *script, *_OUTPUT, *_AT_ONCE]


def build_script(address: StreamAddress, password: str | None) -> bytes:
    """Returns the script that ffmpeg reads on its standard input; empty for a device.

    Every user of a machine can read the arguments of all processes. So the URL, with its password,
    is given to ffmpeg's `concat` demuxer, as a list of one file (ffmpeg-formats(1), "concat").

    Args:
        address: The input.
        password: Its password, if it has one.
    """
    if address.device_format is not None:
        return b""
    url = address.with_password(password)
    url = f"file:{url}" if address.is_path else url
    lines = ["ffconcat version 1.0", f"file {_quoted(url)}"]
    options = {"analyzeduration": ANALYSIS_MICROSECONDS}
    if address.is_rtsp:
        # TCP first, because UDP loses packets and does not pass most firewalls; no video.
        options |= {
            "rtsp_flags": "prefer_tcp",
            "allowed_media_types": "audio",
            "timeout": str(CONNECTION_TIMEOUT_MICROSECONDS),
        }
    elif not address.is_path:
        options["rw_timeout"] = str(CONNECTION_TIMEOUT_MICROSECONDS)
    lines += [f"option {name} {value}" for name, value in options.items()]
    return "\n".join([*lines, ""]).encode()


def _quoted(text: str) -> str:
    """Returns a text in quotes, by the rules of ffmpeg-utils(1), "Quoting and escaping"."""
    return "'" + text.replace("'", r"'\''") + "'"
