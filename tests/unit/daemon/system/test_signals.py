"""SIGTERM, SIGINT and SIGUSR1 call a function instead of ending the process."""

import signal

import pytest

from soundpost.system.signals import stopped_by_signals

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)


def handlers() -> list[object]:
    """Returns the present handlers of the signals."""
    return [signal.getsignal(number) for number in SIGNALS]


def test_each_signal_calls_the_function_with_its_name() -> None:
    """It does so every time, and the process continues."""
    names: list[str] = []
    with stopped_by_signals(names.append):
        for number in (*SIGNALS, signal.SIGTERM):
            signal.raise_signal(number)
    assert names == ["SIGTERM", "SIGINT", "SIGUSR1", "SIGTERM"]


def test_the_earlier_handlers_are_restored() -> None:
    """They are restored after an exception too."""
    before = handlers()
    with stopped_by_signals(lambda _: None):
        assert handlers() != before
    assert handlers() == before
    with pytest.raises(KeyError), stopped_by_signals(lambda _: None):
        raise KeyError
    assert handlers() == before
