"""Limits how often passwords are tried."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

from soundpost.system.rate_limit import RateLimit

_BURST, _PER_SECOND = 5, 1.0 / 12.0
"""A person mistypes a password some times; then one try in twelve seconds, 7,200 a day."""
_BURST_OF_ALL, _PER_SECOND_OF_ALL = 30, 0.5
"""Of many addresses together: each try takes a processor core for 50 to 500 ms."""
_MOST_ADDRESSES = 1_000
_PREFIX_BITS = 64
"""Of IPv6: a host can have any address of its network."""


class LoginLimit:
    """Admits a few tries from each address, and some from all together.

    Args:
        monotonic_seconds: The clock.
    """

    def __init__(self, *, monotonic_seconds: Callable[[], float] = time.monotonic) -> None:
        self._monotonic_seconds = monotonic_seconds
        self._by_address: OrderedDict[str, RateLimit] = OrderedDict()
        self._of_all = self._limit(_BURST_OF_ALL, _PER_SECOND_OF_ALL)

    def admit(self, address: str) -> bool:
        """Returns whether a password may be tried from an address now, and counts the try."""
        key = _network(address)
        limit = self._by_address.pop(key, None) or self._limit(_BURST, _PER_SECOND)
        self._by_address[key] = limit
        if len(self._by_address) > _MOST_ADDRESSES:
            self._by_address.popitem(last=False)
        return limit.admit() and self._of_all.admit()

    def _limit(self, burst: int, per_second: float) -> RateLimit:
        return RateLimit(burst, per_second, monotonic_seconds=self._monotonic_seconds)


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 4:  # noqa: PLR2004 - the version of IP
        return str(parsed)
    return str(ipaddress.ip_network((parsed, _PREFIX_BITS), strict=False))
