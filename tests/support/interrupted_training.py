"""Ctrl-C during a training run."""

from collections.abc import Callable

from soundpost_training.runs.history import History


def interrupt_after(last: int) -> Callable[[History, int, float, float | None], None]:
    """Returns a `History.append` that presses Ctrl-C once an epoch's loss is written.

    That is between two checkpoints.
    """
    append = History.append

    def append_and_interrupt(
        self: History, epoch: int, loss: float, validation_loss: float | None
    ) -> None:
        append(self, epoch, loss, validation_loss)
        if epoch == last:
            raise KeyboardInterrupt

    return append_and_interrupt
