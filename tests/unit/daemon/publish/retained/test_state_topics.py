"""State topics: `sound/<label>` and `sound/any`."""

import msgspec
from sample_messages import message

from soundpost.events import State
from soundpost.publish.retained.state_topics import OFF, ON, SoundStates, StateTopics


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
        sounds.update(msgspec.structs.replace(message(1, state=event_state), label=label))
        published.append({state.topic: state.payload for state in state_topics.pop_pending()})
    assert published == [
        {"sound/any": ON},
        {"sound/dog": ON},
        {},
        {"sound/dog": OFF, "sound/any": OFF},
    ]
