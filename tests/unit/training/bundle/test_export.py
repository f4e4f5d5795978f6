"""What may be exported."""

import pytest

from soundpost_training.bundle.export import refuse_loss
from soundpost_training.errors import TrainingError

pytestmark = pytest.mark.training


@pytest.mark.parametrize("int8", [0.84, 0.831, 0.9])
def test_a_loss_of_less_than_a_point_is_let_through(int8: float) -> None:
    """Quantisation may cost a little, and may gain."""
    refuse_loss(0.84, int8)


def test_a_loss_of_more_than_a_point_is_refused_with_the_figure() -> None:
    """The points that are lost are told, and how to go on."""
    with pytest.raises(TrainingError, match=r"loses 2\.00 points of 82\.00") as caught:
        refuse_loss(0.82, 0.80)
    assert "--force" in caught.value.hint
