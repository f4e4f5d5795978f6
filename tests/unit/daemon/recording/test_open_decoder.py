"""Choosing a decoder by the header, of which any byte may be wrong."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_recordings import SOUND, Made, aiff, au, caf, riff_chunk, samples, wav, wave64

from soundpost.errors import CaptureError
from soundpost.recording import open_recording

MAKERS: dict[str, Callable[[], Made]] = {
    "RIFF": lambda: wav(before=riff_chunk(b"LIST", b"INFOabc\0")),
    "RF64": lambda: wav(tag=b"RF64"),
    "Wave64": wave64,
    "AIFF": aiff,
    "CAF": caf,
    "AU": au,
}
MOST_KILOBYTES = 100_000
"""Resident, with Python, numpy and libsndfile."""

READ_IN_LITTLE_MEMORY = """
import sys
from pathlib import Path
from soundpost.errors import CaptureError
from soundpost.recording import open_recording
from soundpost.recording.decoders import libsndfile
for name in sys.argv[1:]:
    try:
        with open_recording(Path(name)) as recording:
            print(name, sum(map(len, recording.blocks())))
    except CaptureError as error:
        print(name, error)
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(sorted(MAKERS)), st.data())
def test_any_byte_of_a_header_may_be_wrong(
    tmp_path: Path, container: str, data: st.DataObject
) -> None:
    """The recording is read, at most whole, or refused: no other exception."""
    made = MAKERS[container]()
    content = bytearray(made.content)
    at = data.draw(st.integers(0, len(made.head) - 1), label="offset")
    content[at] = data.draw(st.integers(0, 255), label="byte")
    path = tmp_path / "sound.wav"
    path.write_bytes(content)
    read = 0
    with suppress(CaptureError), open_recording(path) as recording:
        read = sum(block.size for block in recording.blocks())
    assert read <= len(content)


@pytest.mark.parametrize("at", range(44))
@pytest.mark.parametrize("value", [0x00, 0x01, 0x7F, 0xFF])
def test_most_damage_of_a_wav_header_is_repaired(tmp_path: Path, at: int, value: int) -> None:
    """One wrong byte costs the sound only if it is in the format or in a name."""
    made = wav()
    content = bytearray(made.content)
    content[at] = value
    path = tmp_path / "sound.wav"
    path.write_bytes(content)
    try:
        with open_recording(path) as recording:
            sound = samples(recording.blocks()) if recording.channels == 1 else None
            is_same_rate = recording.rate_hz == 16_000
    except CaptureError:
        sound, is_same_rate = None, False
    if at in range(8) or at in range(24, 32) or at in range(40, 44):  # sizes, rate, byte rate
        assert is_same_rate
        np.testing.assert_array_equal(sound, SOUND)


@pytest.mark.parametrize(
    ("container", "subtype", "name", "width"),
    [
        ("AIFF", "IMA_ADPCM", b"SSND", 4),
        ("AIFF", "GSM610", b"SSND", 4),
        ("CAF", "ALAC_16", b"data", 8),
    ],
)
@pytest.mark.parametrize("stated", [0, 1_000])
def test_a_compressed_sound_of_too_small_a_length_is_read_whole(
    tmp_path: Path, container: str, subtype: str, name: bytes, width: int, stated: int
) -> None:
    """The length is corrected for libsndfile, too, and the warning says so."""
    path = tmp_path / "sound"
    soundfile.write(path, SOUND, 16_000, format=container, subtype=subtype)
    with open_recording(path) as recording:
        whole = samples(recording.blocks())
    content = bytearray(path.read_bytes())
    at = content.find(name) + 4
    content[at : at + width] = stated.to_bytes(width, "big")
    path.write_bytes(content)
    with open_recording(path) as recording:
        np.testing.assert_array_equal(samples(recording.blocks()), whole)
        assert "its header gives" in recording.warning


def test_hostile_numbers_take_no_memory(tmp_path: Path) -> None:
    """Channels, rates and lengths at their largest: less than 100 MB, in a process of its own."""
    made = wav()
    fields = {"channels": (22, 2), "rate": (24, 4), "frame": (32, 2), "bits": (34, 2)}
    fields |= {"format": (16, 4), "data": (40, 4), "riff": (4, 4)}
    names = []
    for name, (at, length) in fields.items():
        for value in (b"\xff", b"\x7f", b"\x00"):
            content = bytearray(made.content)
            content[at : at + length] = value * length
            path = tmp_path / f"{name}-{value.hex()}.wav"
            path.write_bytes(content)
            names.append(str(path))
    for number, size in enumerate((2**63 - 1, 2**62, 2**40)):
        path = tmp_path / f"rf64-{number}.wav"
        path.write_bytes(wav(size, tag=b"RF64").content)
        names.append(str(path))
    consistent = bytearray(made.content)
    consistent[20:36] = bytes.fromhex("0100ffff803e0000" + "00000000" + "feff1000")
    (tmp_path / "wide.wav").write_bytes(consistent)
    names.append(str(tmp_path / "wide.wav"))
    run = subprocess.run(
        [sys.executable, "-c", READ_IN_LITTLE_MEMORY, *names],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert int(run.stdout.splitlines()[-1]) < MOST_KILOBYTES
    assert len(run.stdout.splitlines()) == len(names) + 1
