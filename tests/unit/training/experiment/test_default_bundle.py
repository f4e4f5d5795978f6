"""A bundle is named as for the daemon: by its folder, or by its name."""

from pathlib import Path

import pytest

from soundpost.errors import BundleError
from soundpost_training.experiment.default_bundle import bundle_folder

TINY = Path(__file__).resolve().parents[4] / "tests" / "golden" / "tiny-int8"


def test_a_bundle_is_found_by_folder_and_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is that of an installed one; one that is not there is refused."""
    assert bundle_folder(TINY) == TINY
    monkeypatch.setenv("SOUNDPOST_MODELS", str(TINY.parent))
    assert bundle_folder(Path("tiny-int8")) == TINY
    with pytest.raises(BundleError, match="no-such"):
        bundle_folder(Path("no-such"))
