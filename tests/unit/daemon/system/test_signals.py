"""Whoever is asked to stop decides how."""

import signal

import pytest

from soundpost.system.signals import stopped_by_signals

ASKING = (signal.SIGTERM, signal.SIGINT)


def handlers() -> list[object]:
    """What the signals do now."""
    return [signal.getsignal(number) for number in ASKING]


def test_each_signal_asks_by_its_name() -> None:
    """As often as it comes, and the process goes on."""
    asked: list[str] = []
    with stopped_by_signals(asked.append):
        for number in (*ASKING, signal.SIGTERM):
            signal.raise_signal(number)
    assert asked == ["SIGTERM", "SIGINT", "SIGTERM"]


def test_afterwards_the_signals_do_what_they_did_before() -> None:
    """After an exception too."""
    before = handlers()
    with stopped_by_signals(lambda _: None):
        assert handlers() != before
    assert handlers() == before
    with pytest.raises(KeyError), stopped_by_signals(lambda _: None):
        raise KeyError
    assert handlers() == before
