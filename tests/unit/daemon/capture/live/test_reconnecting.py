"""The loop that reopens a live source, on a fake clock.

test_reconnect.py has the cases of the microphone, tests/integration/test_camera.py a camera.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from soundpost.audio import Chunk
from soundpost.capture.live import reconnecting
from soundpost.capture.live.live_source import LoginRefusedError
from soundpost.capture.live.reconnecting import (
    LONGEST_REFUSED_SECONDS,
    ReconnectingSource,
    Waits,
)
from soundpost.capture.live.timeline import SamplePosition
from soundpost.errors import CaptureError
from soundpost.health import Health

LONGEST_SECONDS = 4.0
HOUR_SECONDS = 3_600.0

Fate = list[Chunk | CaptureError | None]
"""What a source yields, and the error by which it is lost."""


def chunk(start: int) -> Chunk:
    """Returns a chunk of 10 samples."""
    return Chunk(start, np.zeros(10, np.int16), 0)


def lost() -> CaptureError:
    """Returns the error of a source that was lost."""
    return CaptureError("the stream ended", hint="look")


class FakeLive:
    """A live source with a given fate."""

    name = "camera"
    waiting_seconds = 0.0

    def __init__(self, fate: Fate, follows: SamplePosition | None) -> None:
        self._fate = fate
        self.end = follows
        self.is_closed = False

    def chunks(self) -> Iterator[Chunk | None]:
        """Yields what its fate is."""
        for item in self._fate:
            if isinstance(item, CaptureError):
                raise item
            if item is not None:
                self.end = SamplePosition(item.end_sample, 0)
            yield item

    def stop(self) -> None:
        """Does nothing: it never waits."""

    def close(self) -> None:
        """Closes it."""
        self.is_closed = True

    def try_close(self) -> bool:
        """Returns whether it is closed."""
        return self.is_closed


class FakeReconnecting(ReconnectingSource[FakeLive]):
    """Opens sources with given fates on a fake clock; the last fate repeats.

    Attributes:
        attempts: Time and predecessor of each attempt.
    """

    def __init__(self, fates: list[Fate], health: Health, give_up_seconds: float) -> None:
        super().__init__(health, Waits(LONGEST_SECONDS, give_up_seconds, "a stream", "look at it"))
        self._fates = fates
        self._opened: list[FakeLive] = []
        self.now_seconds = 1_000.0
        self.attempts: list[tuple[float, SamplePosition | None]] = []

    def monotonic(self) -> float:
        """Returns the time."""
        return self.now_seconds

    def sleep(self, seconds: float) -> None:
        """Advances the time."""
        self.now_seconds += seconds

    def _start(self, follows: SamplePosition | None) -> FakeLive:
        assert all(source.is_closed for source in self._opened)
        self.attempts.append((self.now_seconds, follows))
        fate = self._fates.pop(0) if len(self._fates) > 1 else self._fates[0]
        self._opened.append(FakeLive(fate, follows))
        return self._opened[-1]


def build(
    monkeypatch: pytest.MonkeyPatch,
    *fates: Fate,
    health: Health | None = None,
    give_up_seconds: float = 1e9,
) -> FakeReconnecting:
    """Builds a source whose clock only sleeping advances."""
    source = FakeReconnecting(list(fates), health or Health(), give_up_seconds)
    monkeypatch.setattr(reconnecting, "time", source)
    return source


def run(source: FakeReconnecting, attempts: int) -> list[Chunk | None]:
    """Returns what the source yields until it was opened that many times."""
    yielded = []
    with source:
        for item in source.chunks():
            yielded.append(item)
            if len(source.attempts) >= attempts:
                source.stop()
    return yielded


def waits_of(source: FakeReconnecting) -> list[float]:
    """Returns the times between the attempts."""
    return [after - before for (before, _), (after, _) in pairwise(source.attempts)]


def test_waits_grow_to_the_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is shortened by up to half at random."""
    source = build(monkeypatch, [lost()])
    run(source, 12)
    waits = waits_of(source)
    assert waits[0] < 0.3
    assert max(waits) <= LONGEST_SECONDS + 1e-6
    assert all(wait >= LONGEST_SECONDS / 2 - 1e-6 for wait in waits[6:])


def test_a_refused_login_is_tried_more_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    """A camera locks an account that fails too often."""
    source = build(monkeypatch, [LoginRefusedError("401", hint="look")])
    run(source, 12)
    waits = waits_of(source)
    assert min(waits) >= 2.0 - 1e-6
    assert max(waits) <= LONGEST_REFUSED_SECONDS + 1e-6
    assert max(waits) > LONGEST_SECONDS


def test_sound_resets_the_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a refusal and sound the next loss is retried at once."""
    refused: Fate = [LoginRefusedError("401", hint="look")]
    source = build(monkeypatch, refused, refused, [chunk(0), lost()], [lost()])
    run(source, 4)
    assert waits_of(source)[2] < 0.3


def test_the_count_goes_on_through_attempts_without_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    """An attempt that waits in vain hands on the end of the last sound; it is no reopening."""
    health = Health()
    first: Fate = [None, chunk(0), lost()]
    source = build(
        monkeypatch, first, [None, lost()], [None, chunk(50), lost()], [None], health=health
    )
    yielded = run(source, 4)
    assert [item.start_sample for item in yielded if item is not None] == [0, 50]
    assert [follows and follows.sample for _, follows in source.attempts] == [None, 10, 10, 60]
    assert health.reopens == 1


def test_a_source_may_be_away_for_as_long_as_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a limit it ends with the reason; without, it is tried for ever."""
    source = build(monkeypatch, [lost()], give_up_seconds=HOUR_SECONDS)
    with pytest.raises(CaptureError, match="got none for 3600 s: the stream ended"):
        run(source, 10**9)
    assert source.now_seconds - 1_000.0 == pytest.approx(HOUR_SECONDS, abs=10.0)
