"""Tries of passwords are limited."""

from manual_clock import ManualClock

from soundpost_web.access.login_limit import LoginLimit


def tries(limit: LoginLimit, address: str, count: int) -> int:
    """Returns how many of so many tries are admitted."""
    return sum(limit.admit(address) for _ in range(count))


def test_an_address_has_a_few_tries_and_then_one_in_a_while() -> None:
    """Another address has its own."""
    clock = ManualClock()
    limit = LoginLimit(monotonic_seconds=clock)
    assert tries(limit, "192.0.2.1", 20) == 5
    assert tries(limit, "192.0.2.2", 20) == 5
    clock.seconds += 12.0
    assert tries(limit, "192.0.2.1", 20) == 1


def test_a_network_of_ipv6_is_one_address() -> None:
    """A host can have any address of it."""
    limit = LoginLimit(monotonic_seconds=ManualClock())
    assert sum(limit.admit(f"2001:db8::{number:x}") for number in range(20)) == 5
    assert limit.admit("2001:db8:0:1::1")


def test_many_addresses_have_a_limit_together() -> None:
    """Each try takes a processor core for a while."""
    limit = LoginLimit(monotonic_seconds=ManualClock())
    admitted = sum(limit.admit(f"10.0.{number // 256}.{number % 256}") for number in range(3_000))
    assert admitted == 30


def test_an_address_that_is_none_is_limited_too() -> None:
    """As of a socket without one, or what a proxy states."""
    limit = LoginLimit(monotonic_seconds=ManualClock())
    assert tries(limit, "unix", 3) + tries(limit, "what", 17) == 5
