"""Training on log-mel refuses bundles of models that take waveforms."""

from collections.abc import Callable
from pathlib import Path

import pytest

from soundpost.classify import load_bundle
from soundpost.errors import BundleError
from soundpost_training.experiment.init import BundleInit
from soundpost_training.experiment.init_tables import bundle_input
from soundpost_training.network.pretrained.bundle_network import open_bundle_network
from soundpost_training.soundscape.detect.models import BundleModel

pytestmark = pytest.mark.training

FOLDER = Path(__file__).resolve().parents[2] / "golden" / "tiny-two-outputs"


@pytest.mark.parametrize(
    ("use", "purpose"),
    [
        (lambda: bundle_input(BundleInit(bundle=str(FOLDER))), "a network to start from"),
        (lambda: open_bundle_network(FOLDER), "a network to start from"),
        (lambda: BundleModel(load_bundle(FOLDER), "tiny"), "scoring soundscapes"),
    ],
)
def test_a_bundle_that_takes_a_waveform_is_refused(use: Callable[[], object], purpose: str) -> None:
    """The error names the bundle and the work, before anything is computed."""
    message = f"bundle tiny-two-outputs 1.0.0 takes a waveform; {purpose} needs log-mel"
    with pytest.raises(BundleError, match=message):
        use()
