"""What is heard now, as lamps are told."""

import msgspec
from sample_messages import message

from soundpost.events import State
from soundpost.publish.state_topics import OFF, ON, SoundStates, StateTopics


def test_any_sound_is_on_while_one_of_any_label_is() -> None:
    """Also when `any` is a label with events of its own, which end before the others do."""
    state_topics = StateTopics()
    sounds = SoundStates(["dog", "any"], state_topics)
    state_topics.pop_pending()
    told = []
    for label, state in (
        ("any", State.STARTED),
        ("dog", State.STARTED),
        ("any", State.ENDED),
        ("dog", State.RETRACTED),
    ):
        sounds.update(msgspec.structs.replace(message(1, state=state), label=label))
        told.append({reading.topic: reading.payload for reading in state_topics.pop_pending()})
    assert told == [
        {"sound/any": ON},
        {"sound/dog": ON},
        {},
        {"sound/dog": OFF, "sound/any": OFF},
    ]
