"""A label is taught again: with its earlier examples, new clips and reviewed events."""

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile
from made_clips import RATE_HZ, doorbell, write_clips
from taught_node import LABEL, TaughtNode, embedder, lesson_of, make_node, teach_node

from soundpost.errors import TeachError
from soundpost.heads import EmbeddingInput
from soundpost.review import Decision, Place, ReviewedEvent, ReviewEvent, Verdict
from soundpost.review.event import Origin, OriginKind
from soundpost.teach.again import with_earlier, with_reviewed
from soundpost.teach.lesson import Lesson
from soundpost.teach.sound.clips import LeftOut, read_clips

EMPTY = Lesson(label=LABEL, clips=[], others=[])


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> TaughtNode:
    """Provides a node that was taught once, and whose clips are gone since."""
    made = make_node(tmp_path_factory.mktemp("node"), bells=4)
    teach_node(made, lesson_of(made, keeps_sounds=True))
    for path in (*made.bells, *made.others):
        path.unlink()
    return made


def test_earlier_clips_count_though_they_are_gone(node: TaughtNode) -> None:
    """Their embeddings are kept, as long as the model is the same."""
    lesson = with_earlier(EMPTY, embedder(), node.heads)
    assert [each.clip.side for each in lesson.known] == ["label"] * 4 + ["other"] * 3
    assert lesson.background_files == [node.background]
    assert not lesson.clips
    result = teach_node(node, lesson)
    assert result.version == 2
    assert result.figures.recordings == 4


def test_a_clip_that_is_given_again_may_change_sides(node: TaughtNode, tmp_path: Path) -> None:
    """It was taught as the label by mistake."""
    (path,) = write_clips(tmp_path, [doorbell(0)])
    clips, _ = read_clips([path], RATE_HZ, lambda *_: None)
    lesson = with_earlier(replace(EMPTY, others=clips), embedder(), node.heads)
    assert len(lesson.known) == 6
    assert lesson.others == clips


def test_a_clip_that_is_known_is_not_embedded_again(node: TaughtNode, tmp_path: Path) -> None:
    """A review names the same clips each time; one whose file is gone since is no loss."""
    paths = write_clips(tmp_path, [doorbell(0), doorbell(9)])
    clips, _ = read_clips(paths, RATE_HZ, lambda *_: None)
    lesson = with_earlier(replace(EMPTY, clips=clips), embedder(), node.heads)
    assert len(lesson.known) == 7
    assert lesson.clips == clips[1:]
    keeping = with_earlier(replace(EMPTY, clips=clips, keeps_sounds=True), embedder(), node.heads)
    assert (len(keeping.known), keeping.clips) == (6, clips)


def test_a_clip_of_a_node_that_is_gone_counts_as_it_was_taught(tmp_path: Path) -> None:
    """Retention removes it sooner or later; any other file that is gone is named."""
    made = make_node(tmp_path, bells=4)
    names = [f"20261120T07312{number}Z-requested-6da2fa1{number}.wav" for number in range(4)]
    flac = [made.bells[0].parent / name.replace(".wav", ".flac") for name in names]
    for number, path in enumerate(flac):
        soundfile.write(path, doorbell(number), RATE_HZ)
    teach_node(replace(made, bells=flac))
    for path in flac:
        path.unlink()
    gone = [LeftOut(flac[0], "does not exist"), LeftOut(tmp_path / "x.wav", "does not exist")]
    lesson = with_earlier(replace(EMPTY, left_out=gone), embedder(), made.heads)
    assert len(lesson.known) == 7
    assert lesson.left_out == gone[1:]


def test_on_another_model_the_kept_sound_is_read_again(node: TaughtNode) -> None:
    """Embeddings of another model say nothing to this one."""
    other = embedder()
    changed = _WithBackbone(other)
    lesson = with_earlier(EMPTY, changed, node.heads)  # type: ignore[arg-type] # all but its hash
    assert not lesson.known
    assert len(lesson.clips) == 4
    assert len(lesson.others) == 3
    assert np.array_equal(lesson.clips[0].samples, doorbell(0))


def test_embeddings_of_another_definition_are_computed_again(node: TaughtNode) -> None:
    """The same model may give more values than it did when the head was taught."""
    changed = _WithBackbone(embedder(), EmbeddingInput(definition="other", size=3))
    lesson = with_earlier(EMPTY, changed, node.heads)  # type: ignore[arg-type] # all but its input
    assert not lesson.known
    assert len(lesson.clips) == 4


class _WithBackbone:
    """An embedder of another model file, as after an upgrade, or with another embedding."""

    def __init__(self, other: object, embedding: EmbeddingInput | None = None) -> None:
        self._other = other
        self.backbone = embedder().backbone
        if embedding is None:
            self.backbone = msgspec.structs.replace(self.backbone, sha256="0" * 64)
        self.input = embedding or embedder().input

    def __getattr__(self, name: str) -> object:
        return getattr(self._other, name)


def test_on_another_model_clips_that_are_gone_are_named(tmp_path: Path) -> None:
    """Without kept sound nothing is left to teach."""
    made = make_node(tmp_path, bells=4)
    teach_node(made)
    for path in made.bells:
        path.unlink()
    lesson = with_earlier(EMPTY, _WithBackbone(embedder()), made.heads)  # type: ignore[arg-type] # all but its hash
    assert [each.path for each in lesson.left_out] == made.bells
    assert {each.reason for each in lesson.left_out} == {"does not exist"}
    with pytest.raises(TeachError, match=r"got 0 .*00\.wav does not exist"):
        teach_node(made, lesson)


def test_a_label_that_was_never_taught_cannot_be_taught_again(tmp_path: Path) -> None:
    """It needs clips first."""
    with pytest.raises(TeachError, match="no head gate_bell"):
        with_earlier(EMPTY, embedder(), tmp_path)


def test_a_clip_of_a_node_that_is_named_has_no_verdict_beside(tmp_path: Path) -> None:
    """Its event is other samples of the same recording; the side is the one that the user gives."""
    name = "20261120T073121Z-gate_bell-6da2fa14.flac"
    soundfile.write(tmp_path / name, doorbell(0, 5.0), RATE_HZ)
    (by_name,), _ = read_clips([tmp_path / name], RATE_HZ, lambda *_: None)
    for verdict in (Verdict.RIGHT, Verdict.WRONG):
        reviewed = ReviewedEvent(
            ReviewEvent("0", LABEL, 0.9, Place(name, 1.2, 2.8)),
            Origin(1, OriginKind.CLIPS, tmp_path, tmp_path),
            Decision("0", verdict, None),
        )
        alone = with_reviewed(EMPTY, [reviewed], RATE_HZ)
        (by_review,) = (*alone.clips, *alone.others)
        assert by_review.key != by_name.key
        lesson = with_reviewed(replace(EMPTY, clips=[by_name]), [reviewed], RATE_HZ)
        assert (lesson.clips, lesson.others) == ([by_name], [])
