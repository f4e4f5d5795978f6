"""Reopening a lost microphone, on a fake clock.

tests/integration/test_lost_microphone.py does it on a virtual sound card.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pytest

from soundpost.audio import Chunk
from soundpost.capture.live import reconnecting
from soundpost.capture.live.timeline import SamplePosition
from soundpost.capture.microphone import reconnect
from soundpost.capture.microphone.devices import Device
from soundpost.capture.microphone.native_calls import NativeCall
from soundpost.capture.microphone.reconnect import (
    GIVE_UP_SECONDS,
    LONGEST_WAIT_SECONDS,
    ReconnectingMic,
)
from soundpost.errors import CaptureError
from soundpost.health import Health

RATE_HZ = 16_000
BACK_SECONDS = 5.0
"""Promised time from the return of the device to that of the sound."""
OPENING_SECONDS = 2.0
"""Opening on a slow board with many cards."""

Fate = int | CaptureError
"""The fate of an attempt: a number of chunks until the microphone is lost, or an error."""


@dataclass
class Bench:
    """A clock that only sleeping advances, and microphones whose fates are given.

    Attributes:
        fates: One for each attempt to open; the last one repeats.
        closing_calls: Calls of `try_close` that a lost microphone needs.
        attempts: Time, wanted device and predecessor of each attempt.
    """

    fates: list[Fate]
    closing_calls: int = 1
    now_seconds: float = 1_000.0
    attempts: list[tuple[float, str | None, SamplePosition | None]] = field(default_factory=list)

    def monotonic(self) -> float:
        """Returns the time."""
        return self.now_seconds

    def sleep(self, seconds: float) -> None:
        """Advances the time."""
        self.now_seconds += seconds

    def next_fate(self) -> Fate:
        """Returns the fate of the next attempt."""
        return self.fates.pop(0) if len(self.fates) > 1 else self.fates[0]


class FakeMic:
    """A microphone that records the chunks of its fate, and is then lost."""

    def __init__(self, bench: Bench, wanted: str | None) -> None:
        self._bench = bench
        self._wanted = wanted
        self._stopping = False
        self._closing_calls = bench.closing_calls
        self.device = Device(0, "USB Audio: - (hw:1,0)", "ALSA", 1, RATE_HZ, is_default=True)
        self.name = self.device.name
        self.end: SamplePosition | None = None

    def open(self, follows: SamplePosition | None) -> None:
        """Opens, or raises if that is its fate."""
        self._bench.attempts.append((self._bench.now_seconds, self._wanted, follows))
        fate = self._bench.next_fate()
        if isinstance(fate, CaptureError):
            raise fate
        self._count = fate

    def chunks(self) -> Iterator[Chunk]:
        """Yields its chunks, and is lost."""
        for number in range(self._count):
            if self._stopping:
                return
            self._bench.sleep(0.05)
            self.end = SamplePosition(800 * (number + 1), 0)
            yield Chunk(800 * number, np.zeros(800, np.int16), 0)
        raise CaptureError("vmic stopped", hint="look at the plug")

    def stop(self) -> None:
        """Ends the chunks."""
        self._stopping = True

    def close(self) -> None:
        """Closes it, if it reacts at once."""

    def try_close(self) -> bool:
        """Returns whether it has reacted."""
        self._closing_calls -= 1
        return self._closing_calls <= 0


def refusal(text: str = "no such device") -> CaptureError:
    """Builds an error of opening."""
    return CaptureError(text, hint="plug it in")


def build(
    monkeypatch: pytest.MonkeyPatch, bench: Bench, health: Health | None = None
) -> ReconnectingMic:
    """Builds a reconnecting microphone on the bench."""
    monkeypatch.setattr(reconnecting, "time", bench)
    monkeypatch.setattr(reconnect, "require_pyaudio", lambda: None)
    monkeypatch.setattr(reconnect, "MicSource", lambda wanted, **_: FakeMic(bench, wanted))
    return ReconnectingMic("0", RATE_HZ, queue_seconds=1.0, health=health or Health())


def test_a_device_that_is_back_is_tried_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it was away, the next attempt leaves time to open it within 5 s."""
    bench = Bench([refusal()])
    with build(monkeypatch, bench) as source:
        for _ in source.chunks():
            if len(bench.attempts) > 100:
                source.stop()
    times = [time for time, *_ in bench.attempts]
    waits = [after - before for before, after in pairwise(times)]
    assert max(waits) <= LONGEST_WAIT_SECONDS + 1e-6 <= BACK_SECONDS - OPENING_SECONDS
    assert min(waits) > 0.1


def test_a_lost_microphone_is_reopened_and_continues_the_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The reopening is counted once, and the new recording follows the lost one."""
    bench, health = Bench([3, refusal(), 2, refusal()]), Health()
    captured = 0
    with build(monkeypatch, bench, health) as source:
        for chunk in source.chunks():
            captured += chunk is not None
            if captured == 5:
                source.stop()
    assert health.reopens == 1
    assert [follows for *_, follows in bench.attempts] == [
        None,
        SamplePosition(2_400, 0),
        SamplePosition(2_400, 0),
    ]


def test_while_there_is_no_sound_the_pipeline_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """`chunks` yields None at least every 0.25 s."""
    bench = Bench([refusal()])
    with build(monkeypatch, bench) as source:
        times = []
        for chunk in source.chunks():
            assert chunk is None
            times.append(bench.now_seconds)
            if len(times) > 50:
                source.stop()
    assert max(after - before for before, after in pairwise(times)) <= 0.25 + 1e-6


def test_a_device_given_by_its_index_is_reopened_by_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The name lacks ALSA's number for the card, which may be another one then."""
    bench = Bench([1, refusal()])
    with build(monkeypatch, bench) as source:
        for _ in source.chunks():
            if len(bench.attempts) > 1:
                source.stop()
    assert [wanted for _, wanted, _ in bench.attempts] == ["0", "USB Audio: -"]


def test_each_reason_is_logged_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A repeated failure is not; another one, or the same after sound came back, is."""
    fates: list[Fate] = [refusal(), refusal(), refusal("in use"), 1, refusal(), refusal()]
    bench = Bench(fates)
    with caplog.at_level(logging.INFO, "soundpost.capture"), build(monkeypatch, bench) as source:
        for _ in source.chunks():
            if len(bench.attempts) > 6:
                source.stop()
    assert [record.getMessage().partition(";")[0] for record in caplog.records] == [
        "no such device",
        "in use",
        "recording from USB Audio: - (hw:1,0)",
        "vmic stopped",
        "no such device",
    ]


def test_without_sound_for_long_it_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error gives the time and the last reason."""
    bench = Bench([refusal()])
    begin_seconds = bench.now_seconds
    with build(monkeypatch, bench) as source, pytest.raises(CaptureError) as caught:
        list(source.chunks())
    assert str(caught.value).endswith("got none for 600 s: no such device")
    assert bench.now_seconds - begin_seconds == pytest.approx(GIVE_UP_SECONDS, abs=1.0)


def test_a_device_that_does_not_close_is_not_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """PortAudio would not see a new card before, and a second stream could hang."""
    bench = Bench([1, refusal()], closing_calls=9)
    lost_seconds = bench.now_seconds + 0.05
    with build(monkeypatch, bench) as source:
        for _ in source.chunks():
            if len(bench.attempts) > 1:
                source.stop()
    assert bench.attempts[1][0] >= lost_seconds + 8 * 0.25


@pytest.mark.parametrize("fate", [refusal(), 1_000_000])
def test_stop_ends_the_chunks(monkeypatch: pytest.MonkeyPatch, fate: Fate) -> None:
    """With a microphone and without one."""
    bench = Bench([fate])
    with build(monkeypatch, bench) as source:
        chunks = source.chunks()
        next(chunks)
        source.stop()
        assert not list(chunks)


def test_a_call_that_hangs_ends_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the sound system itself is not retried."""

    def hang(*_: object) -> bool:
        raise CaptureError("the sound system did not answer for 10 s", hint="restart it")

    monkeypatch.setattr(NativeCall, "run", hang)
    with pytest.raises(CaptureError, match="did not answer"), build(monkeypatch, Bench([1])):
        pass
