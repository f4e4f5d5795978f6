"""Tables of one recording."""

from soundpost.cli.listen.details.result import EventResult
from soundpost.cli.listen.details.tables import audacity_labels, events_csv


def event(label: str, common_name: str = "") -> EventResult:
    """Returns an event of a label."""
    return EventResult(
        label=label,
        common_name=common_name,
        scientific_name="",
        model="everyday",
        begin_seconds=1.5,
        end_seconds=2.0,
        score=0.9,
        threshold=0.5,
        level_dbfs=-20.0,
    )


def test_no_name_is_a_formula_or_a_column() -> None:
    """A bundle of other authors may have any names."""
    text = events_csv([event("dog", '=HYPERLINK("http://evil.example")'), event("a,b\r\nc")])
    assert "\"'=HYPERLINK" in text
    assert '"a,b\r\nc"' in text
    assert audacity_labels([event("dog", "a\tb\nc")]) == "1.500000\t2.000000\ta\\tb\\nc\n"
