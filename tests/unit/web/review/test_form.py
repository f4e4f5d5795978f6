"""The choice of a queue in the address of the page."""

import pytest

from soundpost.review import Selection, Verdict
from soundpost_web.review.form import ReviewForm, WrongReviewError, read_back, read_review_form


def test_an_address_and_its_form_are_the_same() -> None:
    """Values that are the defaults are left out."""
    form = ReviewForm("dog", "barn/yard", "0.5", Verdict.UNSURE, "random", 50)
    assert read_review_form(dict(form.pairs)) == form
    assert [value for _, value in ReviewForm().pairs if value] == []
    assert read_review_form({}) == ReviewForm()
    assert form.at(100).first == 100
    assert form.at(-50).first == 0


def test_a_form_is_a_selection_of_the_store() -> None:
    """Only of the folders of the page."""
    form = read_review_form({"label": "dog", "node": "gate", "score": "0.5", "verdict": "any"})
    assert form.selection([3]) == Selection([3], ["dog"], 0.5, "any", ["gate"])
    assert ReviewForm().selection([]) == Selection([], (), 0.0, "none", ())


@pytest.mark.parametrize(
    "values",
    [
        {"score": "2"},
        {"score": "nan"},
        {"score": "x"},
        {"verdict": "x"},
        {"order": "id; DROP TABLE events"},
        {"first": "-1"},
        {"first": "1e3"},
        {"first": "\N{SUPERSCRIPT TWO}"},
        {"first": "9" * 9},
        {"label": "x" * 201},
        {"event": "x" * 201},
    ],
)
def test_other_values_are_refused(values: dict[str, str]) -> None:
    """No form of the page sends them; where they lead back to a queue it is the whole one."""
    with pytest.raises(WrongReviewError):
        read_review_form(values)
    assert read_back("&".join(f"{name}={value}" for name, value in values.items())) == ReviewForm()


def test_the_way_back_is_a_queue_of_this_page() -> None:
    """Never another address."""
    assert read_back("label=dog&order=time") == ReviewForm(label="dog", order="time")
    for text in ("//evil.example", "https://evil.example/?label=dog", "&" * 5_000, "\0"):
        assert read_back(text).label in {"", "dog"}
