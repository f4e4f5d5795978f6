"""`soundpost bundle verify`: verifies that a bundle is whole, and scores here as it should."""

from typing import TextIO

from soundpost.classify import Bundle, Classifier, find_bundle, load_bundle, replay_golden
from soundpost.classify.golden import SCORE_TOLERANCE
from soundpost.classify.interpreter import Interpreter
from soundpost.cli.checklist import Checklist
from soundpost.errors import BundleError

_RANGE_INPUTS = 3


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
    if bundle.range_model is not None:
        range_model = bundle.range_model
        steps.attempt("range", lambda: _open_range(bundle, range_model), str)
    return steps.status


def _replay(bundle: Bundle, classifier: Classifier) -> str:
    report = replay_golden(bundle, classifier)
    return (
        f"{report.windows} windows: scores differ by {report.score_difference:.2g}, "
        f"at most {SCORE_TOLERANCE:g} expected"
    )


def _open_range(bundle: Bundle, content: bytes) -> str:
    """Returns the shape of the range model, after it was loaded.

    Raises:
        BundleError: The runtime refuses it, or its tensors do not fit the labels.
    """
    runtime = Interpreter(content, input_shape=(1, _RANGE_INPUTS))
    labels = len(bundle.manifest.labels)
    if (runtime.input.shape, runtime.output.shape) != ((1, _RANGE_INPUTS), (1, labels)):
        raise BundleError(
            f"the range model takes {list(runtime.input.shape)} and gives "
            f"{list(runtime.output.shape)}, expected [1, {_RANGE_INPUTS}] and [1, {labels}]",
            hint="import the model again, with the range model that belongs to it",
        )
    return f"place and week to {labels} labels"
