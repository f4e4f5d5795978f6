"""The JSON body of a webhook."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notify_parts import message

from soundpost.errors import ConfigError
from soundpost_notify.deliver.outcome import Attachment
from soundpost_notify.deliver.template import FIELDS, BodyTemplate


def render(body: Mapping[str, object] | None, *files: Attachment, **fields: object) -> object:
    """Returns the decoded body of a message."""
    return json.loads(BodyTemplate("[webhook.x] body", body).render(message(*files, **fields)))


def test_without_a_body_all_fields_are_sent() -> None:
    """But the files, which are large."""
    body = render(None)
    assert isinstance(body, dict)
    assert set(body) == set(FIELDS) - {"picture_base64", "clip_base64"}
    assert (body["label"], body["score"], body["late"]) == ("dog", 0.9, False)


def test_a_field_alone_keeps_its_type() -> None:
    """Within a text it is text; everything else stays as it is."""
    body = {
        "score": "{score}",
        "text": "{label}: {score}, {late} {{x",
        "list": ["{node}", 3, {"deep": "{problems}"}],
        "on": True,
    }
    assert render(body) == {
        "score": 0.9,
        "text": "dog: 0.9, false {{x",
        "list": ["gate", 3, {"deep": []}],
        "on": True,
    }


def test_files_are_in_base64() -> None:
    """And null without one."""
    body = {"picture": "{picture_base64}", "clip": "{clip_base64}"}
    picture = Attachment("a.png", "image/png", b"\x89PNG")
    assert render(body, picture) == {"picture": "iVBORw==", "clip": None}


@pytest.mark.parametrize(
    "body", [{"a": "{lable}"}, {"a": ["x {lable} y"]}, {"a": {"b": "{lable}"}}]
)
def test_an_unknown_field_is_an_error_with_a_guess(body: dict[str, object]) -> None:
    """At the start, not at the first alarm."""
    with pytest.raises(
        ConfigError, match=r"\[webhook\.x\] body: expected .* got \{lable\}"
    ) as error:
        BodyTemplate("[webhook.x] body", body)
    assert error.value.hint == "did you mean label?"


@given(st.text())
def test_no_value_changes_the_form_of_the_body(text: str) -> None:
    """Neither quotes, nor braces, nor names of fields in a value."""
    hostile = text.encode("utf-8", "ignore").decode()
    for title in (hostile, f'{hostile}", "admin": true, "x": "', f"{hostile}{{key}}{{target}}"):
        assert render({"a": "{title}", "b": "<{title}>"}, title=title) == {
            "a": title,
            "b": f"<{title}>",
        }
