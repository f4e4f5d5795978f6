"""The series in which events are counted, for bundles of all sizes."""

from hypothesis import given
from hypothesis import strategies as st

from soundpost.metrics.series import MOST_SERIES, OTHERS, event_series

LABELS = [f"label_{number}" for number in range(6_522)]


def test_up_to_200_labels_have_a_series_each() -> None:
    """Chosen or not."""
    assert event_series(LABELS[:200], (), {"all": LABELS}) == {
        label: label for label in LABELS[:200]
    }


def test_of_more_labels_the_chosen_ones_have_a_series() -> None:
    """The others count for their first group, or for no group."""
    groups = {"low": LABELS[:1_000], "even": LABELS[::2]}
    series = event_series(LABELS, {"label_4", "gone"}, groups)
    assert [series[f"label_{number}"] for number in (4, 6, 1_002, 1_003)] == [
        *("label_4", "low", "even", OTHERS)
    ]
    assert series.keys() == set(LABELS)


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))
def test_there_are_never_more_series_than_200(labels: int, chosen: int, groups: int) -> None:
    """Each label has exactly one, so the sum is the number of all events."""
    members = {f"group_{number}": LABELS[number : number + 3] for number in range(groups)}
    series = event_series(LABELS[:labels], LABELS[:chosen], members)
    assert len(series) == labels
    assert len(set(series.values())) <= MOST_SERIES
