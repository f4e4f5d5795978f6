"""State topics: `sound/<label>`, `group/<group>` and `sound/any`."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from sample_messages import message, summary

from soundpost.events import State, SummaryState
from soundpost.messages import DetectionMessage
from soundpost.publish.retained.state_topics import (
    OFF,
    ON,
    SoundStates,
    StateTopics,
    TopicState,
)


def event(event_id: str, state: State, label: str) -> DetectionMessage:
    """Returns a message of an event."""
    return msgspec.structs.replace(message(1, state=state, event_id=event_id), label=label)


def test_any_is_on_while_a_sound_of_any_label_lasts() -> None:
    """`any` may have events of its own, which end before those of other labels."""
    state_topics = StateTopics()
    sounds = SoundStates(["dog", "any"], {}, state_topics)
    state_topics.pop_pending()
    published = []
    for label, event_state in (
        ("any", State.STARTED),
        ("dog", State.STARTED),
        ("any", State.ENDED),
        ("dog", State.RETRACTED),
    ):
        sounds.update(event(label, event_state, label))
        published.append({state.topic: state.payload for state in state_topics.pop_pending()})
    assert published == [
        {"sound/any": ON},
        {"sound/dog": ON},
        {},
        {"sound/dog": OFF, "sound/any": OFF},
    ]


def test_a_group_is_off_until_one_of_its_labels_is_detected() -> None:
    """A run that was killed may have left it on."""
    state_topics = StateTopics()
    SoundStates(["dog"], {"animals": ["dog"]}, state_topics)
    assert {state.topic: state.payload for state in state_topics.pop_pending()} == {
        "sound/dog": OFF,
        "sound/any": OFF,
        "group/animals": OFF,
    }


def test_a_label_of_two_models_is_on_while_either_has_an_open_event() -> None:
    """The events overlap, and the first that began ends first."""
    state_topics = StateTopics()
    sounds = SoundStates(["dog"], {"animals": ["dog"]}, state_topics)
    published = []
    for event_id, state in (
        ("of everyday", State.STARTED),
        ("of birds", State.STARTED),
        ("of everyday", State.ENDED),
        ("of birds", State.RETRACTED),
    ):
        state_topics.pop_pending()
        sounds.update(event(event_id, state, "dog"))
        published.append({topic.topic: topic.payload for topic in state_topics.pop_pending()})
    off = {"sound/dog": OFF, "group/animals": OFF, "sound/any": OFF}
    assert published[1:] == [{}, {}, off]


def test_a_label_that_goes_on_all_the_time_stays_on() -> None:
    """With its group, from its first summary to its last, whatever its events do."""
    state_topics = StateTopics()
    sounds = SoundStates(["dog", "cat"], {"animals": ["dog"]}, state_topics)
    state_topics.pop_pending()
    published = []
    for step in (
        message(1, state=State.STARTED),
        summary(2, "dog"),
        message(3, state=State.ENDED),
        summary(4, "dog", SummaryState.GOING_ON),
        summary(5, "dog", SummaryState.OVER),
        summary(6, "rain"),
    ):
        if isinstance(step, DetectionMessage):
            sounds.update(msgspec.structs.replace(step, label="dog"))
        else:
            sounds.update_lasting(step)
        published.append({state.topic: state.payload for state in state_topics.pop_pending()})
    topics = ("sound/dog", "group/animals", "sound/any")
    nothing: dict[str, bytes] = {}
    assert published == [
        dict.fromkeys(topics, ON),
        nothing,
        nothing,
        nothing,
        dict.fromkeys(topics, OFF),
        nothing,
    ]


GROUPS = {"security": ["siren", "dog"], "animals": ["dog", "cat"]}
LABELS = ["siren", "dog", "cat", "rain"]


@given(toggled=st.lists(st.sampled_from(LABELS), max_size=20))
def test_a_group_is_on_while_one_of_its_labels_is(toggled: list[str]) -> None:
    """A label may be in several groups, or in none."""
    state_topics = StateTopics()
    sounds = SoundStates(LABELS, GROUPS, state_topics)
    active: set[str] = set()
    latest: dict[str, bytes] = {}
    for label in toggled:
        active ^= {label}
        state = State.STARTED if label in active else State.ENDED
        sounds.update(event(label, state, label))
        latest |= {state.topic: state.payload for state in state_topics.pop_pending()}
        for group, labels in GROUPS.items():
            expected = ON if active & set(labels) else OFF
            assert latest.get(f"group/{group}", OFF) == expected


def test_a_label_without_a_topic_switches_its_groups_and_any() -> None:
    """A label that is not detected any more switches nothing."""
    state_topics = StateTopics()
    sounds = SoundStates(LABELS, {"animals": ["dog", "cat"]}, state_topics, own=["siren"])
    topics = {state.topic for state in state_topics.pop_pending()}
    assert topics == {"sound/siren", "sound/any", "group/animals"}
    for label in ("dog", "wolf"):
        sounds.update(msgspec.structs.replace(message(1), label=label))
    assert {state.topic: state.payload for state in state_topics.pop_pending()} == {
        "sound/any": ON,
        "group/animals": ON,
    }


def test_a_cleared_value_is_removed_and_not_renewed() -> None:
    """Not with the round that has begun, and not after a reconnect; the others are."""
    state_topics = StateTopics()
    for topic in ("acoustics", "settings"):
        state_topics.set(topic, b"value")
    state_topics.pop_pending()
    state_topics.renew_all()
    state_topics.clear("acoustics")
    assert state_topics.pop_pending() == [TopicState("acoustics", b"")]
    assert state_topics.pop_renewal() == TopicState("settings", b"value")
    assert state_topics.pop_renewal() is None
    state_topics.resend_all()
    assert [state.topic for state in state_topics.pop_pending()] == ["settings"]
    state_topics.set("acoustics", b"value")
    assert state_topics.pop_pending() == [TopicState("acoustics", b"value")]
