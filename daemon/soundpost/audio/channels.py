"""Mono sound from one channel, from a mix, or from the channels that carry it."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from soundpost.audio.channel_chooser import ChannelChooser
from soundpost.errors import CaptureError

ChannelChoice = Literal["auto", "mix", "left", "right"] | int
"""`auto`: the channels that carry the sound; `mix`: all; a side, or a number from 1, as in the
labels of sockets and in `arecord -V`: one channel."""

BLOCKS_PER_SECOND = 20
"""A block lasts 50 ms, as a buffer of the microphone: choosing delays no buffer."""

_SIDES = {"left": 1, "right": 2}

Signal = NDArray[np.floating[Any]]
"""float32 or float64, full scale at 1.0; a result has the type of what it was made of."""


def channel_number(choice: ChannelChoice) -> int | None:
    """Returns the number of the one channel that is chosen, from 1; None for `auto` and `mix`."""
    if isinstance(choice, int):
        return choice
    return _SIDES.get(choice)


def refuse_missing_channel(choice: ChannelChoice, channels: int, name: str) -> None:
    """Raises an error if a recording does not have the chosen channel.

    Args:
        choice: The chosen channel.
        channels: Number of channels.
        name: The device or the file, for the error.

    Raises:
        CaptureError: It has fewer channels.
    """
    number = channel_number(choice)
    if number is not None and number > channels:
        got = "1 channel" if channels == 1 else f"{channels} channels"
        raise CaptureError(
            f"{name}: expected at least {number} channels for capture.channel = "
            f"{choice if isinstance(choice, int) else repr(choice)}, got {got}",
            hint=f'set capture.channel to "auto", or to a number from 1 to {channels}',
        )


class ChannelMixer:
    """Turns blocks of any number of channels into mono, for a sound card and for a file alike.

    Mono passes unchanged. No sample of the result is larger than the largest of its frame. With
    several channels and `auto`, results come in blocks of 50 ms, whatever the size of the blocks
    that come in. A change of the channels is cross-faded over one block.

    Args:
        choice: The channels.
        rate_hz: Frames per second.
        name: The device or the file, for errors.
    """

    def __init__(self, choice: ChannelChoice, rate_hz: int, name: str = "the recording") -> None:
        self._choice = choice
        self._name = name
        self._rate_hz = rate_hz
        self._block_frames = max(1, rate_hz // BLOCKS_PER_SECOND)
        self._chooser: ChannelChooser | None = None
        self._held: list[Signal] = []
        self._held_frames = 0
        self._channels = 0

    @property
    def is_antiphase(self) -> bool:
        """True while two channels carry one sound with opposite sign."""
        return self._chooser is not None and self._chooser.is_antiphase

    @property
    def used_channels(self) -> tuple[int, ...]:
        """The numbers of the channels in the result, from 1; empty before the first block."""
        number = channel_number(self._choice)
        if number is not None:
            return (number,)
        if self._chooser is None or self._choice == "mix":
            return tuple(range(1, self._channels + 1))
        return tuple(at for at, is_used in enumerate(self._chooser.used, start=1) if is_used)

    @property
    def description(self) -> str:
        """The channels in the result, in words, after the first block."""
        used = self.used_channels
        numbers = ", ".join(map(str, used))
        what = f"channel {numbers}" if len(used) == 1 else f"mix of channels {numbers}"
        return f"{what} of {self._channels}"

    def mix(self, block: Signal) -> Signal:
        """Returns the mono frames that the block completes, float[n]; n may be 0.

        Args:
            block: float[frames, channels], finite, the same number of channels every time.

        Raises:
            CaptureError: The chosen channel does not exist.
        """
        if not self._channels:
            self._begin(block.shape[1])
        chooser = self._chooser
        if chooser is None:
            return block[:, (channel_number(self._choice) or 1) - 1]
        whole_blocks = self._whole_blocks(block)
        if self._choice == "mix":  # chosen already, so that no frame is held back
            for part in whole_blocks:
                chooser.update(part)
            return _mean(block, (True,) * self._channels)
        mixed = [_mix_chosen(chooser, part) for part in whole_blocks]
        if len(mixed) == 1:
            return mixed[0]
        return np.concatenate(mixed) if mixed else np.empty(0, block.dtype)

    def flush(self) -> Signal:
        """Returns the mono frames that were held back, float[n]; more blocks may follow."""
        held, self._held, self._held_frames = self._held, [], 0
        if self._chooser is None or self._choice == "mix" or not sum(map(len, held)):
            return np.empty(0, np.float32)
        return _mix_chosen(self._chooser, np.concatenate(held))

    def _begin(self, channels: int) -> None:
        refuse_missing_channel(self._choice, channels, self._name)
        self._channels = channels
        if channels > 1 and channel_number(self._choice) is None:
            self._chooser = ChannelChooser(channels, self._rate_hz)

    def _whole_blocks(self, block: Signal) -> list[Signal]:
        """Returns the blocks of 50 ms that are complete now, and holds the rest."""
        self._held.append(block)
        self._held_frames += len(block)
        if self._held_frames < self._block_frames:
            return []
        frames = np.concatenate(self._held) if len(self._held) > 1 else block
        if len(frames) == self._block_frames:  # a buffer of the microphone
            self._held, self._held_frames = [], 0
            return [frames]
        whole = len(frames) - len(frames) % self._block_frames
        # A copy, because a view would hold all frames in memory, and the source may reuse them.
        self._held = [frames[whole:].copy()] if whole < len(frames) else []
        self._held_frames = len(frames) - whole
        return np.split(frames[:whole], range(self._block_frames, whole, self._block_frames))


def _mix_chosen(chooser: ChannelChooser, block: Signal) -> Signal:
    """Returns the mean of the channels that are chosen with this block, float[frames]."""
    before, had_power = chooser.used, chooser.has_power
    chooser.update(block)
    after = _mean(block, chooser.used)
    if not had_power or before == chooser.used:
        return after
    fade = np.linspace(0.0, 1.0, len(block), dtype=block.dtype)
    return (1 - fade) * _mean(block, before) + fade * after


def _mean(block: Signal, used: tuple[bool, ...]) -> Signal:
    """Returns the mean of the used channels; of a single one, its samples unchanged."""
    first, *others = (at for at, is_used in enumerate(used) if is_used)
    if not others:
        return block[:, first]
    # Channel by channel, which is many times quicker than `mean` along the short axis.
    mean: Signal = block[:, first] + block[:, others[0]]
    for channel in others[1:]:
        mean += block[:, channel]
    mean /= len(others) + 1
    return mean
