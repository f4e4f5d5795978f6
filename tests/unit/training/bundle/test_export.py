"""The loss of accuracy that a bundle may be exported with."""

import pytest

from soundpost_training.bundle.export import require_small_loss
from soundpost_training.errors import TrainingError

pytestmark = pytest.mark.training


@pytest.mark.parametrize("int8", [0.84, 0.831, 0.9])
def test_a_loss_of_less_than_a_point_is_accepted(int8: float) -> None:
    """Quantisation may lose a little accuracy, and may gain some."""
    require_small_loss(0.84, int8)


def test_a_loss_of_more_than_a_point_is_refused() -> None:
    """The message has the lost points, and the hint the two ways to go on."""
    with pytest.raises(TrainingError, match=r"of 82\.00, got a loss of 2\.00") as caught:
        require_small_loss(0.82, 0.80)
    assert "--force" in caught.value.hint
    assert "aware_epochs" in caught.value.hint
