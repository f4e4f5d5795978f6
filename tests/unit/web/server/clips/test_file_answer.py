"""Ranges of a file, as players request them."""

import pytest

from soundpost_web.server.clips.file_answer import Span, requested_span


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("", Span(0, 100)),
        ("bytes=0-", Span(0, 100)),
        ("bytes=0-9", Span(0, 10)),
        ("bytes=90-", Span(90, 100)),
        ("bytes=90-1000", Span(90, 100)),
        ("bytes=99-99", Span(99, 100)),
        ("bytes=-10", Span(90, 100)),
        ("bytes=-1000", Span(0, 100)),
        ("bytes=100-", None),
        ("bytes=-0", None),
        ("bytes=-", Span(0, 100)),
        ("bytes=5-4", Span(0, 100)),
        ("bytes=0-1,3-4", Span(0, 100)),
        ("bytes=a-b", Span(0, 100)),
        ("lines=0-9", Span(0, 100)),
        ("bytes=" + "9" * 400 + "-", Span(0, 100)),
    ],
)
def test_a_range_is_one_of_the_file_or_the_whole_file(header: str, span: Span | None) -> None:
    """RFC 9110, section 14: a server may leave out a header that it does not take."""
    assert requested_span(header, 100) == span


def test_an_empty_file_has_no_range() -> None:
    """And can be sent as a whole."""
    assert requested_span("", 0) == Span(0, 0)
    assert requested_span("bytes=0-", 0) is None
