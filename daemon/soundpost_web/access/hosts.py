"""The names by which the page may be opened, so that no foreign name can point to it."""

import ipaddress
from collections.abc import Iterable


class Hosts:
    """Accepts an address of IP, `localhost`, and the names of the configuration.

    With DNS rebinding a page of another name gets the address of this one, and its scripts could
    read what is served here. A browser sends that name as Host, which is refused.

    Args:
        names: The names of the configuration.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {"localhost", *(name.lower() for name in names)}

    def is_known(self, host: str) -> bool:
        """Returns whether a Host header, with or without a port, is one of this page."""
        name = host_name(host)
        if name is None:
            return False
        try:
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return name in self._names
        return True


def host_name(host: str) -> str | None:
    """Returns the name in a Host header, in lower case without port; None if it is malformed."""
    name, separator, port = host.rpartition(":")
    if not separator or host.endswith("]"):
        name, port = host, "0"
    is_valid = name and port.isdecimal() and port.isascii() and not set(name) & set("/@ \t?#\\,")
    return name.lower().removesuffix(".") if is_valid else None
