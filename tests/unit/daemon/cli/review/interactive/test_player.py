"""Playing: the players of the system, one after another, and none that is waited for."""

import os
import stat
import time
import wave
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from mqtt_subscriber import PATIENCE_SECONDS

from soundpost.cli.review.interactive.player import NO_PLAYER, PLAYERS, Player
from soundpost.review.sound import EventSound

SOUND = EventSound(np.arange(-500, 500, dtype=np.int16), 16_000, 0.0, 0.05)
COPIES = '#!/bin/sh\nfor last; do :; done\ncp "$last" "$COPY_TO"\n'
FAILS = "#!/bin/sh\necho 'no sound card' >&2\nexit 1\n"
HANGS = '#!/bin/sh\ntrap "" TERM INT HUP\necho $$ > "$COPY_TO"\nsleep 600 &\nwait\n'


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of programs, besides those that the scripts here need."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "cp", "sleep"):
        (folder / name).symlink_to(f"/bin/{name}")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("COPY_TO", str(tmp_path / "played"))
    return folder


def install(folder: Path, name: str, script: str) -> None:
    """Installs a player."""
    (folder / name).write_text(script)
    (folder / name).chmod(stat.S_IRWXU)


def wait_until_silent(player: Player) -> str:
    """Polls a player until it plays no more; returns its message."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while player.is_playing:
        assert time.monotonic() < deadline
        if message := player.poll():
            return message
        time.sleep(0.01)
    return ""


@pytest.mark.parametrize("name", [command[0] for command in PLAYERS])
def test_each_player_gets_a_wav_file_of_the_sound(
    programs: Path, tmp_path: Path, name: str
) -> None:
    """Sample for sample; nothing is left on the disk."""
    install(programs, name, COPIES)
    with closing(Player()) as player:
        assert player.play(SOUND) == ""
        assert wait_until_silent(player) == ""
    with wave.open(str(tmp_path / "played")) as file:
        assert (file.getframerate(), file.getnchannels()) == (16_000, 1)
        assert file.readframes(9_999) == SOUND.samples.tobytes()


def test_without_a_player_there_is_a_hint(programs: Path) -> None:
    """It names packages."""
    assert programs.exists()
    with closing(Player()) as player:
        assert player.play(SOUND) == NO_PLAYER
        assert not player.is_playing


def test_a_player_that_fails_is_replaced_by_the_next_one(programs: Path, tmp_path: Path) -> None:
    """It plays the same sound, and is the first one from then on."""
    install(programs, "pw-play", FAILS)
    install(programs, "aplay", COPIES)
    with closing(Player()) as player:
        player.play(SOUND)
        assert wait_until_silent(player) == ""
        assert (tmp_path / "played").exists()
        (programs / "pw-play").unlink()
        player.play(SOUND)
        assert wait_until_silent(player) == ""


def test_if_all_players_fail_the_reason_of_the_last_one_is_shown(programs: Path) -> None:
    """Again for the next sound; one that is no program is named, too."""
    install(programs, "paplay", "no program")
    install(programs, "aplay", FAILS)
    with closing(Player()) as player:
        player.play(SOUND)
        assert wait_until_silent(player) == "aplay cannot play: no sound card"
        assert player.play(SOUND) == "aplay cannot play: no sound card"


def test_a_player_that_hangs_is_killed_by_the_next_sound_and_at_the_end(
    programs: Path, tmp_path: Path
) -> None:
    """Although it ignores all signals that can be ignored."""
    install(programs, "aplay", HANGS)
    played = tmp_path / "played"
    pids = []
    with closing(Player()) as player:
        for _ in range(2):
            player.play(SOUND)
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not (played.exists() and played.read_text().endswith("\n")):
                assert time.monotonic() < deadline
                time.sleep(0.01)
            pids.append(int(played.read_text()))
            played.unlink()
            assert player.poll() == ""
            assert player.is_playing
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_no_descriptor_is_left_open(programs: Path) -> None:
    """A person plays thousands of sounds in one session."""
    install(programs, "aplay", COPIES)
    with closing(Player()) as player:
        player.play(SOUND)
        wait_until_silent(player)
        before = os.listdir("/proc/self/fd")  # noqa: PTH208 - a list of the descriptors now
        for _ in range(5):
            player.play(SOUND)
            wait_until_silent(player)
            player.play(SOUND)
            player.stop()
            player.poll()
        assert len(os.listdir("/proc/self/fd")) <= len(before)  # noqa: PTH208 - as above
