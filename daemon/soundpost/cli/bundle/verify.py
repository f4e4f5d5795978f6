"""`soundpost bundle verify`: verifies that a bundle is whole, and scores here as it should."""

from typing import TextIO

from soundpost.classify import (
    Bundle,
    Classifier,
    find_bundle,
    load_bundle,
    replay_golden,
    require_equal_parts,
)
from soundpost.classify.golden import SCORE_TOLERANCE
from soundpost.classify.range.scores import range_scores
from soundpost.cli.checklist import Checklist
from soundpost.config import Place

_BERLIN = Place(52.5, 13.4)
"""A place that every range model should know."""


def verify(name_or_folder: str, out: TextIO) -> int:
    """Prints a line for each step; returns 0, or 78 if the bundle must not be used."""
    steps = Checklist(out)
    bundle = steps.attempt(
        "hashes",
        lambda: load_bundle(find_bundle(name_or_folder)),
        lambda loaded: f"{loaded.manifest.id} {loaded.manifest.version}: all files as promised",
    )
    if bundle is None:
        return steps.status
    classifier = steps.attempt(
        "runtime",
        lambda: Classifier(bundle),
        lambda _: f"{bundle.manifest.runtime}: tensors as promised",
    )
    if classifier is not None:
        steps.attempt("golden", lambda: _replay(bundle, classifier), str)
        if bundle.manifest.streaming is not None:
            steps.attempt(
                "parts",
                lambda: require_equal_parts(bundle, classifier),
                lambda windows: f"{windows} windows: each frame once gives the same, to the bit",
            )
    if bundle.range_model is not None:
        range_model = bundle.range_model
        labels = len(bundle.manifest.labels)
        steps.attempt("range", lambda: _run_range(range_model, labels), str)
    return steps.status


def _replay(bundle: Bundle, classifier: Classifier) -> str:
    report = replay_golden(bundle, classifier)
    return (
        f"{report.windows} windows: scores differ by {report.score_difference:.2g}, "
        f"at most {SCORE_TOLERANCE:g} expected"
    )


def _run_range(content: bytes, labels: int) -> str:
    """Returns how many labels occur at a place, after the range model was run for all weeks.

    Raises:
        BundleError: The runtime refuses it, or it does not give a score for each label.
    """
    scores = range_scores(content, _BERLIN, labels)
    return f"{labels} labels in {len(scores)} weeks at {_BERLIN}: scores from 0 to 1"
