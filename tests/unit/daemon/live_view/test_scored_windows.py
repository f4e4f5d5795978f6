"""Windows that were classified lately."""

import msgspec
from live_view_node import LABELS, manifest_with_speech, scores

from soundpost.live_view.scored_windows import ScoredWindows

MANIFEST = manifest_with_speech()


def runs(windows: ScoredWindows, end: int) -> list[tuple[int, int]]:
    """Returns the hidden stretches of the first samples."""
    hidden = [False, *windows.hidden(0, end).tolist(), False]
    edges = [at for at in range(end + 1) if hidden[at] != hidden[at + 1]]
    return list(zip(edges[::2], edges[1::2], strict=True))


def test_what_was_not_classified_is_hidden() -> None:
    """A gap, and what lies before the first and after the last window."""
    windows = ScoredWindows([MANIFEST], LABELS)
    assert runs(windows, 100) == [(0, 100)]
    for start in (10, 20, 50):
        windows.on_scores(scores(start, start + 20, 0.9, 0.9, 0.0))
    assert runs(windows, 100) == [(0, 10), (40, 50), (70, 100)]


def test_a_window_with_speech_is_hidden() -> None:
    """Although other windows that have a part of it are not."""
    windows = ScoredWindows([MANIFEST], LABELS)
    for start, speech in ((0, 0.49), (10, 0.5), (20, 0.0), (30, 0.0)):
        windows.on_scores(scores(start, start + 20, 0.9, 0.9, speech))
    assert runs(windows, 50) == [(10, 30)]


def test_every_model_must_have_classified_a_sample() -> None:
    """And speech of either hides it."""
    windows = ScoredWindows([MANIFEST, MANIFEST], LABELS)
    windows.on_scores(scores(0, 40, 0.1, 0.1, 0.0))
    windows.on_scores(scores(10, 30, 0.1, 0.1, 0.0, model=1))
    assert runs(windows, 40) == [(0, 10), (30, 40)]
    windows.on_scores(scores(20, 40, 0.1, 0.1, 0.9, model=1))
    assert runs(windows, 40) == [(0, 10), (20, 40)]


def test_the_top_scores_are_those_of_the_last_window_of_each_model() -> None:
    """At a sample; the highest first, and the higher one of a label of two models."""
    windows = ScoredWindows([MANIFEST, MANIFEST], LABELS)
    assert windows.top_scores(100) == {}
    windows.on_scores(scores(0, 20, 0.1, 0.25, 0.0))
    windows.on_scores(scores(0, 20, 0.2, 0.12341, 0.0, model=1))
    windows.on_scores(scores(10, 30, 0.9, 0.9, 0.9))
    assert windows.top_scores(29) == {"hum": 0.25, "hiss": 0.2, "hush": 0.0}
    assert list(windows.top_scores(29)) == ["hum", "hiss", "hush"]
    assert windows.top_scores(19) == {}
    assert windows.top_scores(30)["hiss"] == 0.9


def test_only_five_labels_that_the_node_detects_have_scores() -> None:
    """Others are no part of what it publishes."""
    label = MANIFEST.labels[0]
    names = [f"label_{number}" for number in range(9)]
    labels = [msgspec.structs.replace(label, name=name) for name in names]
    tensor = msgspec.structs.replace(MANIFEST.output.tensor, shape=[1, len(labels)])
    output = msgspec.structs.replace(MANIFEST.output, tensor=tensor)
    manifest = msgspec.structs.replace(MANIFEST, labels=labels, output=output)
    windows = ScoredWindows([manifest], names[1:])
    windows.on_scores(scores(0, 20, 0.99, 0.1, 0.8, 0.3, 0.7, 0.2, 0.6, 0.5, 0.4))
    assert list(windows.top_scores(20)) == ["label_2", "label_4", "label_6", "label_7", "label_8"]


def test_old_windows_are_dropped() -> None:
    """So that memory is bounded; what is dropped is hidden."""
    windows = ScoredWindows([MANIFEST], LABELS)
    for start in (0, 10, 20):
        windows.on_scores(scores(start, start + 20, 0.1, 0.1, 0.0))
    windows.drop_before(30)
    assert runs(windows, 40) == [(0, 20)]
    windows.reset()
    assert runs(windows, 40) == [(0, 40)]
