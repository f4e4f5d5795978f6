"""A label is taught from files to a stored head, or refused with the reason."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from made_clips import RATE_HZ, doorbell, quiet_background, write_clips
from streaming_bundle import EVERYDAY
from taught_node import LABEL, TaughtNode, embedder, lesson_of, make_node, teach_node

from soundpost.errors import HeadError, TeachError
from soundpost.heads import current_version, load_head, version_folder
from soundpost.teach.examples import Recording, Stretch
from soundpost.teach.kept import EXAMPLES_FILE, KeptClip, read_kept, read_recordings
from soundpost.teach.lesson import Known
from soundpost.teach.sound.embed import Embedder

PRINT_PEAK = """
from pathlib import Path
from soundpost.cli import main
status = main()
print(Path("/proc/self/status").read_text())
raise SystemExit(status)
"""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> TaughtNode:
    """Provides a node that was taught once."""
    made = make_node(tmp_path_factory.mktemp("node"))
    result = teach_node(made)
    assert result.refusal is None
    return made


def test_a_taught_head_detects_another_doorbell(node: TaughtNode) -> None:
    """And none of the other sounds; its figures are those of its card."""
    head = load_head(version_folder(node.heads / LABEL, 1))
    windows = embedder().embed(doorbell(99, 3.0)).embeddings
    assert head.scores(windows).max() > 0.5
    description = head.description
    assert description.label.name == LABEL
    assert description.label.recall == 1.0
    assert description.teaching.recordings == 5
    assert description.teaching.other_recordings == 3
    assert description.teaching.background_seconds == pytest.approx(60.0, abs=4.0)
    card = (head.folder / "HEAD_CARD.md").read_text()
    assert "5 of 5 are detected" in card
    size = sum((head.folder / name).stat().st_size for name in ("head.json", "head.npz"))
    assert size <= 64_000


def test_the_examples_are_kept_without_sound(node: TaughtNode) -> None:
    """References and embeddings, no samples."""
    folder = version_folder(node.heads / LABEL, 1)
    kept = read_kept(folder)
    assert kept is not None
    assert [clip.side for clip in kept.clips] == ["label"] * 5 + ["other"] * 3
    assert [clip.path for clip in kept.clips[:5]] == [str(path) for path in node.bells]
    assert len(read_recordings(folder, kept, embedder().input.size)) == 8
    assert not (node.heads / LABEL / "sounds").exists()


def test_the_same_clips_in_another_order_give_the_same_head(
    node: TaughtNode, tmp_path: Path
) -> None:
    """Within the rounding of float32."""
    other = replace(node, bells=node.bells[::-1], others=node.others[::-1], heads=tmp_path)
    teach_node(other)
    first = load_head(version_folder(node.heads / LABEL, 1))
    again = load_head(version_folder(tmp_path / LABEL, 1))
    rows = first.golden.embeddings
    assert again.weights.scores(rows) == pytest.approx(first.weights.scores(rows), abs=1e-3)


def test_clips_that_are_copies_do_not_count(node: TaughtNode, tmp_path: Path) -> None:
    """Two recordings are too few, however often they are there."""
    copies = write_clips(tmp_path, [doorbell(seed % 2) for seed in range(10)])
    lesson = lesson_of(replace(node, bells=copies, heads=tmp_path))
    with pytest.raises(TeachError, match="at least 3 different clips of gate_bell, got 2") as error:
        teach_node(replace(node, heads=tmp_path / "heads"), lesson)
    assert "the same sound as" in str(error.value)


def test_more_than_a_head_can_keep_is_refused(node: TaughtNode, tmp_path: Path) -> None:
    """Before the fit: the label could never be taught with --again."""
    kept = KeptClip("ab" * 32, "/srv/rain.wav", "other")
    hours = np.broadcast_to(np.float32(0.0), (10**9, embedder().input.size))
    long = Recording(kept.key, Stretch("rain.wav", hours, 0.24), hours[:10])
    lesson = replace(lesson_of(node), known=[Known(kept, long)])
    with pytest.raises(TeachError, match="too many or too long") as error:
        teach_node(replace(node, heads=tmp_path / "heads"), lesson)
    assert "fewer or shorter" in error.value.hint
    assert not (tmp_path / "heads").exists()


def test_there_must_be_something_to_compare_with(
    node: TaughtNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither general sounds, nor other clips, nor background: all sounds would be the label."""
    monkeypatch.setattr(
        "soundpost.teach.teach.read_general",
        lambda *_: embedder().embed(doorbell(1, 3.0)).embeddings[:0],
    )
    with pytest.raises(TeachError, match="no other sound") as error:
        teach_node(replace(node, heads=tmp_path), lesson_of(node, others=[], background_files=[]))
    assert "--not" in error.value.hint


def test_a_refused_head_is_not_stored(node: TaughtNode, tmp_path: Path) -> None:
    """Doorbells that the place itself has are in the way."""
    place = write_clips(tmp_path / "place", [doorbell(seed, 3.0) for seed in range(40, 70)])
    result = teach_node(
        replace(node, heads=tmp_path / "heads"), lesson_of(node, background_files=place)
    )
    assert result.refusal is not None
    assert result.version is None
    assert {event.name for event in result.refusal.events} <= {path.name for path in place}
    assert not (tmp_path / "heads").exists()


def test_a_folder_that_cannot_be_written_leaves_the_old_head(
    node: TaughtNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, or one that is read-only."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("soundpost.heads.install.write_atomic", refuse)
    with pytest.raises(HeadError, match="No space left"):
        teach_node(node)
    assert current_version(node.heads / LABEL) == 1
    assert load_head(version_folder(node.heads / LABEL, 1)).label == LABEL
    assert [path.name for path in (node.heads / LABEL / "versions").iterdir()] == ["1"]


def test_sound_is_kept_only_on_request(node: TaughtNode, tmp_path: Path) -> None:
    """Then each clip once, by the hash of its samples."""
    other = replace(node, heads=tmp_path)
    teach_node(other, lesson_of(node, keeps_sounds=True))
    kept = read_kept(version_folder(tmp_path / LABEL, 1))
    assert kept is not None
    names = {path.name for path in (tmp_path / LABEL / "sounds").iterdir()}
    assert names == {f"{clip.key}.flac" for clip in kept.clips}
    assert (version_folder(tmp_path / LABEL, 1) / EXAMPLES_FILE).is_file()


def test_the_name_of_a_label_of_the_model_is_refused(node: TaughtNode, tmp_path: Path) -> None:
    """Before any work is done."""
    with pytest.raises(TeachError, match="has a label dog of its own"):
        teach_node(replace(node, heads=tmp_path), lesson_of(node, label="dog"))


def test_an_embedder_is_that_of_the_head(node: TaughtNode) -> None:
    """The head names the model by the hash of its file."""
    description = load_head(version_folder(node.heads / LABEL, 1)).description
    assert isinstance(embedder(), Embedder)
    assert description.backbone == embedder().backbone
    assert description.embedding == embedder().input


def test_the_result_counts_what_was_left_out(node: TaughtNode, tmp_path: Path) -> None:
    """And names the clips of which only a part was used."""
    lesson = lesson_of(node, unreviewed_events=2)
    long = replace(lesson.clips[0], begin_seconds=30.04)
    lesson = replace(lesson, clips=[long, *lesson.clips[1:]])
    result = teach_node(replace(node, heads=tmp_path), lesson)
    assert result.unreviewed_events == 2
    (shortened,) = result.shortened
    assert (shortened.path, shortened.begin_seconds) == (str(long.path), 30.0)


def peak_megabytes(folder: Path, clips: int) -> float:
    """Returns the peak memory of a process that teaches so many clips of a minute."""
    (folder / str(clips)).mkdir()
    for number in range(clips):
        samples = quiet_background(60.0, seed=number)
        samples[30 * RATE_HZ : 33 * RATE_HZ] = doorbell(number, 3.0)
        soundfile.write(folder / str(clips) / f"{number:02}.flac", samples, RATE_HZ)
    config = folder / f"{clips}.toml"
    config.write_text(f'heads.folder = "{folder}/heads-{clips}"\n')
    flags = ["teach", LABEL, str(folder / str(clips)), "--config", str(config)]
    flags += ["--bundle", str(EVERYDAY)]
    done = subprocess.run(
        [sys.executable, "-c", PRINT_PEAK, *flags], capture_output=True, text=True, check=True
    )
    assert f"{clips} of {clips} recordings" in done.stdout
    return int(done.stdout.rpartition("VmHWM:")[2].split()[0]) / 1_024


@pytest.mark.timeout(900)
def test_long_clips_are_in_memory_one_by_one(tmp_path: Path) -> None:
    """Only their embeddings stay, 1.1 MB of each at the peak; its sound would be 2 MB more."""
    growth = peak_megabytes(tmp_path, 20) - peak_megabytes(tmp_path, 6)
    assert growth < 14 * 1.8
