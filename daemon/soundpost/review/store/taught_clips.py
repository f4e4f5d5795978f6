"""The clips of a node whose verdicts say what a label sounds like, and what it does not."""

from typing import NamedTuple

from soundpost.evidence.store.clip_file import is_clip_file
from soundpost.review.event import OriginKind, Verdict
from soundpost.review.store.store import ReviewStore

_QUERY = """
SELECT file, label, verdict, true_label FROM reviewed
WHERE kind = ? AND node = ? AND verdict IN (?, ?, ?) AND (label = ? OR true_label = ?)
ORDER BY given_utc_ms DESC, id"""


class TaughtClip(NamedTuple):
    """A clip with a verdict that a label can be taught with.

    Attributes:
        name: The name of its sound.
        is_label: True if it is of the label, False if it is another sound.
    """

    name: str
    is_label: bool


def taught_clips(store: ReviewStore, node: str, label: str) -> list[TaughtClip]:
    """Returns the clips of a node with a verdict on a label, the latest verdict first.

    An event of the label that is right, or any that was relabelled to it, is of the label. One of
    the label that is wrong, or was relabelled to another, is another sound.

    Args:
        store: The store.
        node: `<node>` or `<node>/<source>`: the only one that has these clips.
        label: The label.

    Raises:
        ReviewError: The store cannot be used.
    """
    verdicts = map(str, (Verdict.RIGHT, Verdict.WRONG, Verdict.RELABELLED))
    rows = store.database.rows(_QUERY, [str(OriginKind.CLIPS), node, *verdicts, label, label])
    clips: dict[str, TaughtClip] = {}
    for name, own, verdict, true_label in rows:
        is_label = true_label == label or (own == label and verdict == Verdict.RIGHT)
        # A sidecar that was damaged may name any file.
        if is_clip_file(name) and name not in clips:
            clips[name] = TaughtClip(name, is_label)
    return list(clips.values())
