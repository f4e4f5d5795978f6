"""The series of `soundpost_events_total`: few, however many labels a bundle has."""

from collections.abc import Collection, Mapping, Sequence

MOST_SERIES = 200
"""Of the counter of events. Prometheus keeps each series in memory, of each node, for hours."""
OTHERS = "_others"
"""Counts the events of labels without a series and without a group; no label has such a name."""


def event_series(
    labels: Sequence[str], chosen: Collection[str], groups: Mapping[str, Collection[str]]
) -> dict[str, str]:
    """Returns for each label the series in which its events are counted, exactly one.

    Up to 200 labels have a series each. Of more labels only those that are chosen have one; an
    event of another label counts for the first group that its label is in.

    Args:
        labels: The labels that are detected.
        chosen: The labels that the configuration names.
        groups: The labels of each group.
    """
    if len(labels) <= MOST_SERIES:
        return {label: label for label in labels}
    summed = list(groups)[: MOST_SERIES // 2]
    own = [label for label in labels if label in chosen][: MOST_SERIES - len(summed) - 1]
    series = dict.fromkeys(labels, OTHERS)
    for group in reversed(summed):
        series.update(dict.fromkeys((name for name in groups[group] if name in series), group))
    return series | {label: label for label in own}
