"""The event entity: its types and its template."""

import re

import pytest

from soundpost.publish.home_assistant.event_entity import event_entity


@pytest.mark.parametrize(
    ("labels", "others", "types"),
    [
        (["dog", "siren"], [], ["dog", "siren"]),
        (["dog", "siren"], ["owl"], ["dog", "siren", "sound"]),
        ([], ["owl"], ["sound"]),
        (["sound"], ["owl"], ["sound"]),
    ],
)
def test_the_types_are_those_that_the_template_gives(
    labels: list[str], others: list[str], types: list[str]
) -> None:
    """Home Assistant ignores an event of any other type."""
    entity = event_entity("soundpost/post", labels, has_other_sounds=bool(others))
    assert list(entity.event_types or ()) == types
    named = re.search(r"label in \[(.*?)\] else '(\w+)'", entity.value_template or "")
    assert (named is not None) == bool(others)
    if named:
        assert re.findall(r"\w+", named[1]) == labels
        assert named[2] in types
