"""The events of a training folder: their labels, and those that would teach something wrong."""

from pathlib import Path

import pytest
from review_events import add_events, event_id, review_event

from soundpost.review import Decision, Place, ReviewStore, Selection, Verdict
from soundpost.review.event import OriginKind
from soundpost.review.export.choose import choose
from soundpost.review.export.labels import BACKGROUND, training_label


@pytest.fixture
def store(tmp_path: Path) -> ReviewStore:
    """An empty store."""
    return ReviewStore(tmp_path / "review.db")


def labels(store: ReviewStore) -> dict[str, str]:
    """Returns the labels of the exported events by id."""
    events = store.events(Selection())
    chosen = choose(events, events).chosen
    return {each.placed.reviewed.event.id: each.label for each in chosen}


def at(number: int, seconds: float, label: str = "dog") -> object:
    """Returns an event of a second in one recording."""
    return review_event(number, label, place=Place("a.wav", seconds, seconds + 1.0))


def test_right_keeps_its_label_relabelled_has_the_given_one_and_wrong_is_background(
    store: ReviewStore, tmp_path: Path
) -> None:
    """Unsure events and those without a verdict are left out."""
    add_events(store, tmp_path, *(at(number, 10.0 * number) for number in range(5)))  # type: ignore[arg-type]  # events
    verdicts = [Verdict.RIGHT, Verdict.RELABELLED, Verdict.WRONG, Verdict.UNSURE]
    for number, verdict in enumerate(verdicts):
        label = "Fox, red" if verdict is Verdict.RELABELLED else None
        store.record([Decision(event_id(number), verdict, label)])
    assert labels(store) == {event_id(0): "dog", event_id(1): "fox_red", event_id(2): BACKGROUND}
    events = store.events(Selection())
    assert choose(events, events).undecided == 2


@pytest.mark.parametrize(
    ("verdict", "label", "is_exported"),
    [
        (Verdict.WRONG, None, True),
        (Verdict.RIGHT, None, False),
        (Verdict.RELABELLED, "fox", False),
        (Verdict.UNSURE, None, False),
        (None, None, False),
    ],
)
def test_background_has_no_other_event_that_may_be_right(
    store: ReviewStore,
    tmp_path: Path,
    verdict: Verdict | None,
    label: str | None,
    *,
    is_exported: bool,
) -> None:
    """Else the network would learn that a siren is nothing."""
    add_events(store, tmp_path, at(0, 10.0), at(1, 11.5, "siren"))  # type: ignore[arg-type]  # events
    store.record([Decision(event_id(0), Verdict.WRONG)])
    if verdict is not None:
        store.record([Decision(event_id(1), verdict, label)])
    assert (event_id(0) in labels(store)) == is_exported


def test_a_sound_within_which_another_label_sounds_is_left_out(
    store: ReviewStore, tmp_path: Path
) -> None:
    """Training gives a sound one label. The same label, or an unreviewed one, does not matter."""
    events = [at(0, 10.0), at(1, 10.5, "siren"), at(2, 50.0), at(3, 50.5), at(4, 50.5, "rain")]
    add_events(store, tmp_path, *events)  # type: ignore[arg-type]  # events
    store.record([Decision(event_id(number), Verdict.RIGHT) for number in range(4)])
    assert set(labels(store)) == {event_id(2), event_id(3)}
    everything = store.events(Selection())
    assert choose(everything, everything).mixed == 2


def test_events_of_other_recordings_or_far_away_do_not_matter(
    store: ReviewStore, tmp_path: Path
) -> None:
    """Two clips of one node overlap by their times, those of two nodes never do."""
    folder = tmp_path / "clips"
    origin = store.add_origin(OriginKind.CLIPS, folder, folder)

    def clip(number: int, label: str, start_ms: int, node: str) -> object:
        place = Place(f"{number}.flac", 1.0, 2.0, start_ms, 3.0)
        return review_event(number, label, place=place, node=node)

    events = [
        clip(0, "dog", 0, "gate"),
        clip(1, "siren", 1_500, "gate"),
        clip(2, "siren", 1_500, "barn"),
        clip(3, "dog", 60_000, "gate"),
    ]
    store.add_events(origin, events)  # type: ignore[arg-type]  # events
    store.record([Decision(event_id(number), Verdict.RIGHT) for number in range(4)])
    assert set(labels(store)) == {event_id(2), event_id(3)}


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("dog", "dog"),
        ("Strix aluco_Tawny Owl", "strix_aluco_tawny_owl"),
        ("  Größe!  ", "gr_e"),
        ("x" * 99, "x" * 64),
        ("__a__", "a"),
    ],
)
def test_a_label_is_spelt_as_training_takes_it(label: str, expected: str) -> None:
    """Lower-case letters, digits and underscores."""
    assert training_label(label) == expected


def test_labels_without_a_letter_of_ascii_stay_different() -> None:
    """They become hashes."""
    spelt = {training_label(label) for label in ("鳥", "猫", "!", "")}
    assert len(spelt) == 4
    assert all(label.startswith("label_") for label in spelt)
