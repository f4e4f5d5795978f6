"""`soundpost devices`: lists the devices that can record, and tries them."""

from collections.abc import Sequence
from typing import TextIO

import numpy as np

from soundpost.audio import Chunk, level_dbfs
from soundpost.capture.microphone.devices import Device
from soundpost.capture.microphone.portaudio import list_devices
from soundpost.capture.probe import MIC_SECONDS, probe
from soundpost.errors import CaptureError
from soundpost.monitor import MESSAGES, problems_of_recording
from soundpost.system.printable import printable

OTHER_SOURCES = """\
Other sources of sound, of which `soundpost check --source SOURCE` tries one:
  rtsp://HOST/PATH   a camera; its user before an @, its password in capture.password_file
  ffmpeg:INPUT       a URL or a device that ffmpeg reads: ffmpeg:https://…, ffmpeg:alsa:hw:1
  pcm:-              raw PCM on standard input
  wav:PATH           a recording
"""
RATE_HZ = 16_000
"""The rate of the included models."""


def devices(out: TextIO, *, is_trying: bool) -> int:
    """Prints every device that can record, and other sources; returns 0 if there is a device.

    Args:
        out: Receives the lines.
        is_trying: Records from each for half a second, and prints the level, the channels that
            carry it, and its problems.
    """
    listed = list_devices()
    for device in listed:
        default = "  (default)" if device.is_default else ""
        out.write(f"{device.index:3}  {printable(device.name)}{default}\n")
        out.write(f"     {device.host_api}, {device.channels} ch, {device.default_rate_hz} Hz\n")
        if is_trying:
            out.write(f"     {printable(_try(device))}\n")
    if not listed:
        out.write("there is no sound card to record from: plug one in, or see `arecord -l`\n")
    out.write(OTHER_SOURCES)
    return 0 if listed else 1


def describe_recording(chunks: Sequence[Chunk]) -> str:
    """Returns the level of a recording and its problems, each with its hint."""
    samples = np.concatenate([chunk.samples for chunk in chunks])
    problems = "".join(
        f"; {problem}: {MESSAGES[problem][0]} ({MESSAGES[problem][1]})"
        for problem in problems_of_recording(chunks)
    )
    return f"{level_dbfs(samples):.1f} dBFS{problems}"


def _try(device: Device) -> str:
    try:
        recorded = probe(str(device.index), RATE_HZ, MIC_SECONDS)
    except CaptureError as error:
        return f"cannot be recorded from: {error}"
    channels = recorded.description.removeprefix(f"{device.name}: ")
    return f"{channels}: {describe_recording(recorded.chunks)}"
