"""Whatever the disk does, nothing is raised, all is counted, and the log says it once."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evidence_harness import Event, Post
from full_disk import files_of_at_most

from soundpost.audio import Pcm
from soundpost.evidence.store.files import SUFFIXES, remove_parts, write_clip

EVENTS = [Event(onset, onset + 8_000) for onset in range(8_000, 128_000, 24_000)]
SUPPORT = Path(__file__).resolve().parents[4] / "support"


def told_clips(post: Post) -> list[str | None]:
    """What was told with each end."""
    return [clip for state, clip in post.told if state == "ended"]


def test_a_folder_that_is_not_there_is_made(folder: Path, noise: Pcm) -> None:
    """The installer names it, and that is all."""
    post = Post(folder)
    post.listen(noise, EVENTS)
    assert post.health.clips_kept == len(EVENTS)
    assert Counter(path.suffix for path in folder.iterdir()) == dict.fromkeys(SUFFIXES, len(EVENTS))


def test_files_are_not_for_everybody(folder: Path, noise: Pcm) -> None:
    """What was said near the post is nobody's business but the owner's and the group's."""
    Post(folder).listen(noise, EVENTS[:1])
    assert {path.stat().st_mode & 0o007 for path in folder.iterdir()} == {0}


@pytest.mark.parametrize("place", ["a file", "below a file", "/proc/clips", "/dev/null/clips"])
def test_a_folder_that_cannot_be_is_counted_and_logged_once(
    tmp_path: Path, noise: Pcm, caplog: pytest.LogCaptureFixture, place: str
) -> None:
    """Every event is told all the same, with no clip."""
    (tmp_path / "file").write_text("mine")
    folder = {"a file": tmp_path / "file", "below a file": tmp_path / "file" / "clips"}.get(
        place, Path(place)
    )
    post = Post(folder)
    post.listen(noise, EVENTS)
    assert told_clips(post) == [None] * len(EVENTS)
    assert (post.health.clips_kept, post.health.clips_lost) == (0, len(EVENTS))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert str(folder) in caplog.text
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_that_was_removed_is_made_again(folder: Path, noise: Pcm) -> None:
    """Somebody tidied up too much: one clip is lost, the next one is not."""
    post = Post(folder)
    post.hear(noise[:1])
    folder.rmdir()
    post.listen(noise, EVENTS)
    assert (post.health.clips_kept, post.health.clips_lost) == (len(EVENTS) - 1, 1)


def test_a_clip_of_which_one_file_cannot_be_written_leaves_none(tmp_path: Path) -> None:
    """A message without its sound is no evidence."""
    contents = {".json": b"x", ".png": b"x", ".flac": bytes(5000)}
    with files_of_at_most(1000), pytest.raises(OSError, match="too large"):
        write_clip(tmp_path, "clip", contents)
    assert list(tmp_path.iterdir()) == []


def listen_on_a_small_disk(
    folder: Path, options: str, before: str = "true", keep_free_bytes: int = 0
) -> tuple[dict[str, Any], str]:
    """What becomes of the clips of a post whose folder is a disk of its own, and what it logs.

    Args:
        folder: Where the disk is mounted; nobody else sees it there.
        options: Of the mount, its size above all.
        before: What a shell does in the folder first.
        keep_free_bytes: As the post is configured.
    """
    folder.mkdir(parents=True)
    script = (
        f'mount -t tmpfs -o {options} none "$1" && cd "$1" && {before} && exec "$2" "$3" "$1" $4'
    )
    rights = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", *rights, "--mount", "sh", "-c", script, "sh"]
    program = [sys.executable, str(SUPPORT / "evidence_on_full_disk.py"), str(keep_free_bytes)]
    answer = subprocess.run(
        [*command, str(folder), *program], capture_output=True, text=True, check=False
    )
    if answer.returncode and "Traceback" not in answer.stderr:
        reason = f"no disk of its own can be had here: {answer.stderr.strip()}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout), answer.stderr


def test_on_a_full_disk_the_oldest_clips_go(folder: Path) -> None:
    """Every event has its clip; the last ones are still there, whole, the first ones are not."""
    found, log = listen_on_a_small_disk(folder, "size=400k")
    assert (found["kept"], found["lost"], found["existed"]) == (len(found["told"]), 0, True)
    sounds = [name for name in found["left"] if name.endswith(".flac")]
    assert 2 <= len(sounds) < len(found["told"])
    assert sounds == found["told"][-len(sounds) :]
    assert len(found["left"]) == 3 * len(sounds)
    assert log == ""


def test_a_disk_without_room_for_another_name_is_full_too(folder: Path) -> None:
    """Bytes are left, and still nothing can be written: only the attempt tells."""
    found, _ = listen_on_a_small_disk(folder, "size=4m,nr_inodes=20")
    assert (found["kept"], found["lost"], found["existed"]) == (len(found["told"]), 0, True)
    assert found["told"][-1] in found["left"]


def test_a_disk_that_others_filled_loses_clips_and_nothing_else(folder: Path) -> None:
    """Nothing half-written is left, what the others wrote is, and the log says it once."""
    fill = "dd if=/dev/zero of=theirs bs=1k count=380 2>/dev/null"
    found, log = listen_on_a_small_disk(folder, "size=400k", fill)
    assert found["told"] == [None] * found["lost"]
    assert found["left"] == ["theirs"]
    assert log.count("\n") == 1


def test_a_read_only_disk_loses_clips_and_nothing_else(folder: Path) -> None:
    """The events are told all the same."""
    found, log = listen_on_a_small_disk(folder, "size=4m", 'mount -o remount,ro none "$1"')
    assert found["told"] == [None] * found["lost"]
    assert found["left"] == []
    assert log.count("\n") == 1


def test_clips_keep_to_their_budget(folder: Path, noise: Pcm) -> None:
    """The old ones go for the new ones; the count is what the files take."""
    post = Post(folder, budget_bytes=100_000)
    post.listen(noise, EVENTS)
    assert post.health.clips_kept == len(EVENTS)
    assert post.existed == [True] * len(EVENTS)
    taken = sum(-(-path.stat().st_size // 4096) * 4096 for path in folder.iterdir())
    assert 50_000 < taken <= 100_000


def test_a_clip_that_is_larger_than_the_budget_is_lost(folder: Path, noise: Pcm) -> None:
    """And takes no other with it."""
    post = Post(folder, budget_bytes=40_000)
    post.listen(noise // 1000, EVENTS[:1])
    before = sorted(folder.iterdir())
    post.listen(np.concatenate((noise // 1000, noise)), [Event(170_000, 180_000)])
    assert (post.health.clips_kept, post.health.clips_lost) == (1, 1)
    assert sorted(folder.iterdir()) == before != []


def test_so_much_of_the_disk_is_left_free(folder: Path) -> None:
    """Others need room as well."""
    found, _ = listen_on_a_small_disk(folder, "size=600k", keep_free_bytes=300_000)
    assert found["free_bytes"] >= 300_000
    assert found["lost"] == 0


def test_clips_do_not_go_for_a_room_that_their_going_would_not_make(folder: Path) -> None:
    """A disk that others have filled does not cost the evidence of last night as well."""
    post = Post(folder)
    old = Event(8_000, 16_000)
    post.listen(np.ones(40_000, np.int16), [old])
    before = sorted(folder.iterdir())
    greedy = Post(folder, keep_free_bytes=10**18)
    greedy.listen(np.ones(40_000, np.int16), [Event(9_000, 17_000)])
    assert (greedy.health.clips_lost, sorted(folder.iterdir())) == (1, before)


WRITE_FOR_EVER = """
import itertools, sys
from pathlib import Path
from soundpost.evidence.store.files import write_clip
print("writing", flush=True)
for number in itertools.count():
    size = 1 + number % 40
    contents = {suffix: bytes([size]) * size * 50_000 for suffix in (".json", ".png", ".flac")}
    write_clip(Path(sys.argv[1]), f"20261120T073121Z-dog-{number % 4:08x}", contents)
"""


def test_whoever_is_killed_while_writing_leaves_no_half_file_under_a_name(tmp_path: Path) -> None:
    """What has its name is whole, a sound has its picture and sidecar, and parts are cleared."""
    rng = np.random.default_rng(9)
    parts_seen = 0
    for _ in range(12):
        command = [sys.executable, "-c", WRITE_FOR_EVER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(rng.uniform(0.0, 0.05))
            writer.kill()
        parts_seen += len(list(tmp_path.glob(".*.part")))
        for path in tmp_path.glob("[!.]*"):
            content = path.read_bytes()
            assert content == content[:1] * content[0] * 50_000
        for sound in tmp_path.glob("*.flac"):
            assert sound.with_suffix(".png").exists()
            assert sound.with_suffix(".json").exists()
    assert parts_seen > 0, "no writer was caught in the act, so this has shown nothing"
    remove_parts(tmp_path)
    assert not list(tmp_path.glob(".*"))
